import {
  dydxAccount, dydxBankruptcyPrice, dydxFillablePrice, dydxInsuranceFundDelta, dydxPositionRisk, Engine, holdingsOf,
  type DydxFill, type DydxFillableTerms, type DydxRisk, type Fraction,
} from '../../../src/index.ts';
import { linearMarket } from '../tiered/linear-market.ts';
import type { PerpetualMarket, Subaccount } from './subaccount.ts';

/** An account of a file in an engine under the model `dydx`: totals are the engine's margins, the rest the library's. */
export interface EngineAccount {
  bankruptcyPrice(id: string, delta: bigint): bigint;
  fillablePrice(id: string, delta: bigint, terms: DydxFillableTerms): Fraction;
  insuranceFundDelta(fill: DydxFill, maxFeePpm: number): bigint;
}

const account = 'account';
const isExact = (value: bigint): boolean => value < 2n ** 53n && value > -(2n ** 53n);

/** Null where the engine takes no such account: no position, no price, more than 2^53 quantums. */
export async function engineAccount(markets: ReadonlyMap<string, PerpetualMarket>, given: Subaccount): Promise<EngineAccount | null> {
  const held = [...given.positions].filter(([, quantums]) => quantums !== 0n);
  const isTaken = held.every(([id, quantums]) => isExact(quantums) && markets.has(id) && markets.get(id)!.price > 0n);
  if (held.length === 0 || !isTaken || !isExact(given.quoteBalance)) return null;
  const terms = held.map(([id, quantums]) => ({ id, quantums, ...markets.get(id)! }));
  const rows = terms.map((each) => {
    const price = Number(`${each.price}e${each.priceExponent}`);
    return { ...each, forward: price, quantity: Number(`${each.quantums}e${each.atomicResolution}`) };
  });
  const market = linearMarket(rows.map(({ id, forward }) => ({ name: id, baseCurrency: `B${id}`, quoteCurrency: 'USDC', price: forward })));
  const params = {
    source: 'case', date: '2025-01-01',
    liquidityTiers: Object.fromEntries(rows.map(({ id, initialMarginPpm, maintenanceFractionPpm }) =>
      [id, { initialMarginPpm, maintenanceFractionPpm, openInterestLowerCap: 0, openInterestUpperCap: 0 }])),
    markets: Object.fromEntries(rows.map(({ id, atomicResolution, priceExponent }) =>
      [`b${id}`.toLowerCase(), { atomicResolution, priceExponent, liquidityTier: id }])),
  };
  // Entered at the mark: the cash is the quote balance and what the positions cost, in whole quantums.
  const paid = rows.reduce((sum, { quantity, forward }) => sum + BigInt(Math.round(quantity * forward * 1e6)), 0n);
  const book = {
    accountIds: [account], currencies: ['USDC'], quarantined: [],
    positions: {
      accountIndex: Uint32Array.from(rows, () => 0), instrumentIndex: Uint32Array.from(rows, (_, index) => index),
      quantity: Float64Array.from(rows, ({ quantity }) => quantity), entryPrice: Float64Array.from(rows, ({ forward }) => forward),
    },
    cash: { accountIndex: Uint32Array.of(0), currencyIndex: Uint32Array.of(0), amount: Float64Array.of(Number(given.quoteBalance + paid) / 1e6) },
  };
  const engine = Engine.create({ market, book, model: 'dydx', params });
  try {
    await engine.tick();
    const [margins] = engine.accountMargins(account);
    const whole = (value: number): bigint => BigInt(Math.round(value * 1e6));
    const total: DydxRisk = {
      notional: whole(margins.equity), initial: whole(margins.initialMargin), maintenance: whole(margins.maintenanceMargin),
    };
    return answers(dydxAccount(market, holdingsOf(engine.exportBook(), market, 0), params), total);
  } finally {
    await engine.close();
  }
}

function answers({ markets, subaccount }: ReturnType<typeof dydxAccount>, total: DydxRisk): EngineAccount {
  const riskAt = (id: string, quantums: bigint): DydxRisk => dydxPositionRisk(markets.get(id)!, quantums);
  const position = (id: string): bigint => subaccount.positions.get(id)!;
  const bankruptcyPrice = (id: string, delta: bigint): bigint =>
    dydxBankruptcyPrice(riskAt(id, position(id)), riskAt(id, position(id) + delta), total);
  return {
    bankruptcyPrice,
    fillablePrice: (id, _delta, terms) => dydxFillablePrice(riskAt(id, position(id)), total, position(id), terms),
    insuranceFundDelta: ({ perpetual, isBuy, quantums, quote }, maxFeePpm) =>
      dydxInsuranceFundDelta(isBuy ? -quote : quote, bankruptcyPrice(perpetual, isBuy ? quantums : -quantums), maxFeePpm),
  };
}
