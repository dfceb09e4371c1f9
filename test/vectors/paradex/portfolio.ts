import type { AccountMargin } from '../../../src/engine/account-margin.ts';
import { pairOf } from '../../../src/index.ts';
import { fieldsOf, isFields, listOf, type Fields } from '../fields.ts';
import { amountOf, directionOf, nameOf, objectOf } from './inputs.ts';
import { baseOf, currency, marketOf, readInstruments, readSpot, underlyingOf } from './market.ts';
import { marginHoldings, type Holdings, type MarginRun } from './run-engine.ts';

/** A portfolio of the file, ready for the engine. */
export interface Portfolio {
  readonly fields: Fields;
  /** Index price of the asset that the portfolio is in. */
  readonly spot: number;
  readonly run: Pick<MarginRun, 'market' | 'currency'>;
  readonly holdings: Holdings;
  readonly pmParams: unknown;
  readonly xmParams: unknown;
  /** Sum of absolute notionals: what rounding errors are relative to. */
  readonly notional: number;
}

export interface PortfolioMargins {
  readonly pm: AccountMargin | null;
  readonly xm: AccountMargin | null;
  /** Cross margin of each market alone, by name. */
  readonly markets: ReadonlyMap<string, AccountMargin>;
}

/** Everything of a case but its expected values. Throws `CaseInputError`. */
export function readPortfolio(fields: Fields, pmConfigs: Fields): Portfolio {
  const marketData = objectOf(fields, 'market_data');
  const marketSpecs = fieldsOf(fields['market_specs']);
  const positions = listOf(fields['positions']).map(fieldsOf);
  const orders = listOf(fields['orders']).map(fieldsOf);
  const balances = listOf(fields['balances']).map(fieldsOf);
  const coins = balances.filter((each) => nameOf(each, 'token') !== currency && amountOf(each, 'size') !== 0);
  const quoted = [
    ...readInstruments(marketData, marketSpecs),
    ...[...new Set(coins.map((each) => nameOf(each, 'token')))].map((token) => readSpot(token, marketData)),
  ];
  const bases = [...new Set(Object.keys(marketData).map((name) => name.split('-')[0]))];
  const index = new Map(bases.map((base) => [pairOf(base, currency), underlyingOf(base, marketData)] as const));
  const base = typeof fields['base'] === 'string' ? fields['base'] : [...positions, ...orders].map(baseOf)[0];
  return {
    fields,
    spot: base === undefined ? NaN : index.get(pairOf(base, currency)) ?? NaN,
    run: { market: marketOf(amountOf(fields, 'now_ms'), quoted, index), currency },
    holdings: {
      positions: netted([
        ...positions.map((each) => [nameOf(each, 'market'), signedSizeOf(each)] as const),
        ...coins.map((each) => [`${nameOf(each, 'token')} balance`, amountOf(each, 'size')] as const),
      ]),
      orders: orders.filter((each) => amountOf(each, 'size') !== 0).map((each) => ({
        instrument: nameOf(each, 'market'),
        quantity: directionOf(each) * amountOf(each, 'size'),
        limitPrice: Math.max(amountOf(each, 'price'), smallestLimit),
      })),
      cash: balances.reduce((sum, each) => sum + (nameOf(each, 'token') === currency ? amountOf(each, 'size') : 0), 0),
    },
    pmParams: pmParamsOf(pmConfigs, marketData),
    xmParams: xmParamsOf(marketSpecs, marketData),
    notional: [...positions, ...orders].reduce((sum, each) =>
      sum + Math.abs(amountOf(each, 'size')) * underlyingOf(baseOf(each), marketData), 0),
  };
}

function signedSizeOf(fields: Fields): number {
  return directionOf(fields) * Math.abs(amountOf(fields, 'size'));
}

/** Orders of the engine have a limit above zero; the file's may be at zero, where an option is worth nothing. */
const smallestLimit = Number.MIN_VALUE;

/** Positions in one market add up: an account has one position per market. */
function netted(list: readonly (readonly [string, number])[]): Holdings['positions'] {
  const quantities = new Map<string, number>();
  for (const [instrument, quantity] of list) quantities.set(instrument, (quantities.get(instrument) ?? 0) + quantity);
  return [...quantities].filter(([, quantity]) => quantity !== 0).map(([instrument, quantity]) => ({
    instrument, quantity, entryPrice: 1,
  }));
}

/** What the file does not hold is of the venue's rules, not of its configuration. */
const rules = {
  source: 'test vectors', date: '2026-04-22', currency,
  taker_fee_rate: { delta1: 0, option: 0 },
  option_fee_cap: 0.125,
};

function feesOf(marketData: Fields): { market_taker_fee_rate: Record<string, number> } {
  return {
    market_taker_fee_rate: Object.fromEntries(Object.keys(marketData).map((name) => {
      return [name, amountOf(fieldsOf(marketData[name]), 'fee_rate')] as const;
    })),
  };
}

function pmParamsOf(pmConfigs: Fields, marketData: Fields): unknown {
  return {
    ...rules, ...feesOf(marketData), assets: pmConfigs, normal_cdf: 'abramowitz-stegun',
    settlement_window_minutes: 30, funding_provision_hours: 8,
  };
}

function xmParamsOf(marketSpecs: Fields, marketData: Fields): unknown {
  const markets = Object.fromEntries(Object.keys(marketSpecs).map((name) => {
    const spec = fieldsOf(marketSpecs[name]);
    return [name, Object.fromEntries(['delta1_cross_margin_params', 'option_cross_margin_params'].map((block) => [
      block, spec[block] ?? null,
    ]))] as const;
  }));
  return { ...rules, ...feesOf(marketData), assets: {}, markets };
}

/** Runs the models that the case has expected values of. */
export async function marginPortfolio(portfolio: Portfolio): Promise<PortfolioMargins> {
  const expected = fieldsOf(portfolio.fields['expected']);
  const { run, holdings, pmParams, xmParams } = portfolio;
  const names = Object.keys(fieldsOf(expected['xm_markets']));
  const [pm] = isFields(expected['pm'])
    ? await marginHoldings({ ...run, model: 'paradex-pm', params: pmParams }, [holdings])
    : [null];
  const [xm, ...alone] = isFields(expected['xm']) || names.length > 0
    ? await marginHoldings({ ...run, model: 'paradex-xm', params: xmParams }, [
      holdings, ...names.map((name) => onlyIn(name, holdings)),
    ])
    : [null];
  const markets = names.flatMap((name, index) => {
    const margin = alone[index];
    return margin === null ? [] : [[name, margin] as const];
  });
  return { pm, xm, markets: new Map(markets) };
}

function onlyIn(name: string, { positions, orders }: Holdings): Holdings {
  return {
    positions: positions.filter(({ instrument }) => instrument === name),
    orders: orders.filter(({ instrument }) => instrument === name),
    cash: 0,
  };
}
