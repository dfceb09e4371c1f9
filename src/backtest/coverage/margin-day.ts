import type { Book } from '../../domain/book.ts';
import { dollarRate } from '../../domain/dollar-rates.ts';
import { baseUnitsOf, type Instrument } from '../../domain/instrument.ts';
import { timeToExpiryYears, type Market } from '../../domain/market.ts';
import { Engine } from '../../engine/engine.ts';
import { MargridError } from '../../errors.ts';
import { contractValue } from '../../revaluation/contract-value.ts';
import { Revaluation } from '../../revaluation/revaluation.ts';
import type { ScenarioSet } from '../../scenario/scenario-set.ts';
import type { Listing, SlotName } from './listing.ts';
import { outrightSlot, type TestPortfolio } from './test-portfolios.ts';

/** What happens to the underlying between a day and the end of the margin period of risk. */
export interface RealisedMove {
  /** Price then / price now - 1. */
  readonly price: number;
  readonly volatility: number;
  /** Calendar days that pass. */
  readonly days: number;
}

/** One portfolio on one day; NaN where the model refuses it. Amounts in the currency of the margin. */
export interface PortfolioDay {
  readonly initialMargin: number;
  /**
   * Loss that ends the account's net worth if its equity was its initial margin: the margin, plus what the model leaves
   * out of equity (the premium of options where it is part of the requirement, or must be paid in cash).
   */
  readonly cover: number;
  readonly loss: number;
  /** Why the model refuses it, else null. */
  readonly refusal: string | null;
}

/** Relative move by which deltas are measured. */
const deltaStep = 1e-4;

/** What does not change from day to day. */
export interface DaySetting {
  readonly model: string;
  /** As in the parameter file. */
  readonly params: unknown;
  readonly underlying: string;
  readonly currency: string;
  /** Base units of one unit of a portfolio. */
  readonly unitSize: number;
  /** None of a slot that is not listed. */
  readonly portfolios: readonly TestPortfolio[];
}

/** Signed contracts by row of the market. */
type Contracts = ReadonlyMap<number, number>;

/** Margin, by the engine, and realised loss of every portfolio, struck on this listing. */
export async function marginDay(setting: DaySetting, listing: Listing, move: RealisedMove): Promise<PortfolioDay[]> {
  const { market } = listing;
  requireAlive(market, move.days);
  const revaluation = new Revaluation(market, scenariosOf(setting.underlying, move), {
    currency: setting.currency, unmatched: 'hold',
  });
  const books = setting.portfolios.map((portfolio) => contractsOf(setting, listing, portfolio, revaluation));
  const worth = market.instruments.map((instrument, row) => worthOf(market, instrument, row, setting.currency));
  const margins = await marginsOf(setting, market, books);
  return books.map((contracts, index) => {
    const { initialMargin, positionEquity, refusal } = margins[index];
    let value = 0;
    for (const [row, quantity] of contracts) value += quantity * worth[row];
    const pnl = revaluation.portfolioPnl([...contracts].map(([instrument, quantity]) => ({ instrument, quantity })));
    return { initialMargin, cover: initialMargin + (value - positionEquity), loss: -pnl[0], refusal };
  });
}

/** What is realised, and a small move up and down for deltas. */
function scenariosOf(underlying: string, { price, volatility, days }: RealisedMove): ScenarioSet {
  const factor = (kind: 'price' | 'volatility') => ({ kind, underlying, expiry: null, change: 'relative' as const });
  return {
    factors: [factor('price'), factor('volatility')],
    count: 3,
    moves: Float64Array.of(price, deltaStep, -deltaStep, volatility, 0, 0),
    days: Float64Array.of(days, 0, 0),
  };
}

function requireAlive(market: Market, days: number): void {
  for (const instrument of market.instruments) {
    if (instrument.expiryMs === null || timeToExpiryYears(instrument, market.asOfMs) * 365 > days) continue;
    const day = new Date(market.asOfMs).toISOString().slice(0, 10);
    throw new MargridError(
      'OptionInvalid',
      `${instrument.name} of ${day} expires within the margin period of risk (${days} days): list longer tenors`,
      { column: 'tenorDays', value: days },
    );
  }
}

function contractsOf(
  { unitSize }: DaySetting,
  { market, rows }: Listing,
  portfolio: TestPortfolio,
  revaluation: Revaluation,
): Contracts {
  const outright = outrightSlot(rows);
  const contracts = new Map<number, number>();
  const add = (slot: SlotName, quantity: (row: number) => number): void => {
    const row = rows.get(slot)!;
    contracts.set(row, (contracts.get(row) ?? 0) + quantity(row));
  };
  for (const { slot, units } of portfolio.legs) {
    const unitsOf = (row: number): number => baseUnitsOf(market.instruments[row], market.forward[row]);
    add(slot === 'outright' ? outright! : slot, (row) => (units * unitSize) / unitsOf(row));
  }
  if (portfolio.deltaHedged === true) {
    const deltaOf = (row: number): number => {
      const pnl = revaluation.instrumentPnl(row);
      return (pnl[1] - pnl[2]) / (2 * deltaStep);
    };
    let delta = 0;
    for (const [row, quantity] of contracts) delta += quantity * deltaOf(row);
    add(outright!, (row) => -delta / deltaOf(row));
  }
  for (const [row, quantity] of contracts) if (quantity === 0) contracts.delete(row);
  return contracts;
}

/**
 * Market value of one contract, in the currency of the margin; none of futures and perpetuals entered at the market.
 */
function worthOf(market: Market, instrument: Instrument, row: number, currency: string): number {
  if (instrument.kind === 'future' || instrument.kind === 'perpetual') return 0;
  const years = timeToExpiryYears(instrument, market.asOfMs);
  const value = contractValue(instrument, market.forward[row], market.impliedVolatility[row], years);
  if (instrument.settlementCurrency === currency) return value;
  const rate = (name: string): number => dollarRate(market, name)?.rate ?? NaN;
  return (value * rate(instrument.settlementCurrency)) / rate(currency);
}

interface SetMargin {
  readonly initialMargin: number;
  /** Equity less the cash that the account was given. */
  readonly positionEquity: number;
  readonly refusal: string | null;
}

/** Enough that no model sees a borrower: a portfolio has a few times the notional. */
const cashNotionals = 16;

async function marginsOf(setting: DaySetting, market: Market, books: readonly Contracts[]): Promise<SetMargin[]> {
  const rate = dollarRate(market, setting.currency)?.rate ?? 1;
  const cash = ((setting.unitSize * market.forward[0]) / rate) * cashNotionals;
  const book = bookOf(setting, market, books, cash);
  const { model, params } = setting;
  const engine = Engine.create({
    market, book, model, params, workers: 0,
    nettingSetCapacity: books.length, positionCapacity: Math.max(book.positions.quantity.length, 1),
  });
  try {
    await engine.tick();
    const { initialMargin, equity } = engine.results;
    return setting.portfolios.map(({ name }) => {
      const { first } = engine.resultRange(name);
      const refusal = engine.faultReason(first);
      if (refusal !== null) return { initialMargin: NaN, positionEquity: NaN, refusal };
      return { initialMargin: initialMargin[first], positionEquity: equity[first] - cash, refusal };
    });
  } finally {
    await engine.close();
  }
}

function bookOf({ currency, portfolios }: DaySetting, market: Market, books: readonly Contracts[], cash: number): Book {
  const positions = books.flatMap((contracts, account) =>
    [...contracts].map(([instrument, quantity]) => ({ account, instrument, quantity })),
  );
  return {
    accountIds: portfolios.map(({ name }) => name),
    currencies: [currency],
    positions: {
      accountIndex: Uint32Array.from(positions, ({ account }) => account),
      instrumentIndex: Uint32Array.from(positions, ({ instrument }) => instrument),
      quantity: Float64Array.from(positions, ({ quantity }) => quantity),
      entryPrice: Float64Array.from(positions, ({ instrument }) => market.forward[instrument]),
    },
    cash: {
      accountIndex: Uint32Array.from(portfolios.keys()),
      currencyIndex: new Uint32Array(portfolios.length),
      amount: new Float64Array(portfolios.length).fill(cash),
    },
    quarantined: [],
  };
}
