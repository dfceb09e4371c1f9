/**
 * A chain small enough to check by hand: forward 100, discount factor 0.98 (linear) or coin prices (inverse), five
 * strikes, half a year to expiry.
 *
 * The out-of-the-money price at strike 100 is black(100, 100, 0.2, 0.5) = 5.637197779701664 (py_lets_be_rational,
 * tests/test_public_functions.py). The other out-of-the-money prices are made up; in-the-money prices follow by parity.
 */
export const tinyForward = 100;
export const tinyDiscountFactor = 0.98;
export const tinyStrikes = [96, 98, 100, 102, 104];
export const tinyOutOfTheMoneyPrices = [3.8, 4.7, 5.637197779701664, 4.8, 4];
export const tinyHalfSpread = 0.05;

export type Cell = string | number | null;

export interface TinyChainFile {
  [field: string]: unknown;
  format: string;
  formatVersion: number;
  asOf: string;
  payoff: string;
  spotPrice: number | null;
  expiryTime: { timeZone: string; hour: number };
  futures: { columns: string[]; rows: Cell[][] };
  options: { columns: string[]; rows: Cell[][] };
}

/** 182.5 days before `tinyExpiry` at 8:00 UTC. */
export const tinyAsOf = '2026-07-01T20:00:00Z';
export const tinyExpiry = '2026-12-31';
/** Columns of the options table, by place. */
export const column = { expiry: 0, strike: 1, optionType: 2, bid: 3, ask: 4, openInterest: 5 } as const;

export function tinyChain(payoff: 'linear' | 'inverse' = 'linear'): TinyChainFile {
  const isLinear = payoff === 'linear';
  return {
    format: 'margrid-chain',
    formatVersion: 1,
    title: 'tiny',
    asOf: tinyAsOf,
    baseCurrency: 'XYZ',
    quoteCurrency: 'USD',
    settlementCurrency: isLinear ? 'USD' : 'XYZ',
    payoff,
    contractSize: { option: 1, future: 10 },
    openInterestUnit: { option: 'contracts', future: 'quoteCurrency' },
    expiryTime: { timeZone: 'UTC', hour: 8 },
    spotPrice: isLinear ? 100 : null,
    futures: {
      columns: ['expiry', 'bid', 'ask', 'openInterest'],
      rows: isLinear ? [] : [[null, 99.5, 100.5, 5000], [tinyExpiry, 99.9, 100.1, 250]],
    },
    options: {
      columns: Object.keys(column),
      rows: tinyStrikes.flatMap((strike, index) => strikeRows(strike, tinyOutOfTheMoneyPrices[index], isLinear)),
    },
  };
}

function strikeRows(strike: number, outOfTheMoneyPrice: number, isLinear: boolean): Cell[][] {
  const scale = isLinear ? tinyDiscountFactor : 1 / tinyForward;
  const halfSpread = isLinear ? tinyHalfSpread : tinyHalfSpread / tinyForward;
  return ['C', 'P'].map((optionType) => {
    const intrinsic = Math.max(optionType === 'C' ? tinyForward - strike : strike - tinyForward, 0);
    const mid = scale * (outOfTheMoneyPrice + intrinsic);
    return [tinyExpiry, strike, optionType, mid - halfSpread, mid + halfSpread, 7];
  });
}

/** The options row of one strike and type, for a test to spoil. */
export function rowOf(chain: TinyChainFile, strike: number, optionType: 'C' | 'P'): Cell[] {
  return chain.options.rows.find((row) => row[column.strike] === strike && row[column.optionType] === optionType)!;
}
