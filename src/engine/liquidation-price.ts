import { exp } from '../../assembly/portable/exp.ts';
import type { Book } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import { modelByName } from '../margin/registry.ts';
import { Engine } from './engine.ts';
import type { KernelChoice } from './machine.ts';
import { pooledCurrencyOf } from '../margin/pooled-currency.ts';
import { movedQuotes, type MovedPrices } from './moved-quotes.ts';
import { oneAccount } from './one-account.ts';

export interface LiquidationRequest {
  readonly market: Market;
  readonly book: Book;
  /** Name in `Book.accountIds`. */
  readonly account: string;
  /** Name of the instrument whose price is asked for. */
  readonly instrument: string;
  readonly model: string;
  /** As in the model's parameter file. */
  readonly params: unknown;
  /** Default `underlying`: every price of the instrument's base currency moves in proportion. */
  readonly moved?: MovedPrices;
  readonly kernels?: KernelChoice;
}

/** Prices of the instrument, the nearest on either side of its mark; null where no price does it. */
export interface LiquidationPrices {
  readonly instrument: string;
  /** Netting set that the instrument is in. */
  readonly currency: string;
  readonly mark: number;
  /** At the mark. */
  readonly equity: number;
  readonly maintenanceMargin: number;
  /** Where equity meets maintenance margin: there the account is liquidated, or where it is already, is safe again. */
  readonly liquidationBelow: number | null;
  readonly liquidationAbove: number | null;
  /** Where equity is zero. */
  readonly bankruptcyBelow: number | null;
  readonly bankruptcyAbove: number | null;
}

/** Range of prices that is searched, as multiples of the mark. */
const lowestFactor = 1e-6;
const highestFactor = 1e3;
/**
 * Steps of the search in the logarithm of the price: fine near the mark, where tiers and scenarios matter most. Two
 * roots within one step may be missed.
 */
const firstStep = 0.002;
const stepGrowth = 1.05;
const largestStep = 0.05;
/** Halvings after which a bracket is narrower than a double can tell apart. */
const bisections = 60;

/** Distance to liquidation and to bankruptcy at a price: equity less maintenance margin, and equity. */
type Distances = readonly [number, number];
type Evaluate = (factor: number) => Promise<Distances>;

/**
 * Liquidation and bankruptcy price of an account under any model, by search on an engine that holds it alone: brackets,
 * then bisection. Throws `AccountUnknown`, `InstrumentUnknown`, and `ComponentUnknown` with the reason if the account
 * cannot be margined at the mark.
 */
export async function solveLiquidationPrice(request: LiquidationRequest): Promise<LiquidationPrices> {
  const { market, book, model, params, kernels, moved = 'underlying' } = request;
  const account = indexOf(book.accountIds, request.account, 'AccountUnknown', 'account');
  const names = market.instruments.map(({ name }) => name);
  const wanted = indexOf(names, request.instrument, 'InstrumentUnknown', 'instrument');
  const alone = oneAccount(market, book, account, new Set([wanted]));
  const instrument = alone.market.instruments.findIndex(({ name }) => name === request.instrument);
  const marginModel = modelByName(model);
  const engine = Engine.create({ ...alone, model, params, ...(kernels === undefined ? {} : { kernels }) });
  try {
    await engine.tick();
    const { settlementCurrency } = alone.market.instruments[instrument];
    const set = nettingSetIn(engine, pooledCurrencyOf(marginModel, marginModel.parseParams(params)) ?? settlementCurrency);
    const evaluate: Evaluate = async (factor) => {
      await engine.tick(movedQuotes(alone.market, instrument, moved, factor));
      const { equity, maintenanceMargin } = engine.results;
      return [equity[set] - maintenanceMargin[set], equity[set]];
    };
    const { equity, maintenanceMargin, currencyIndex } = engine.results;
    const found = {
      instrument: request.instrument,
      currency: engine.currencies[currencyIndex[set]],
      mark: alone.market.forward[instrument],
      equity: equity[set],
      maintenanceMargin: maintenanceMargin[set],
    };
    const start: Distances = [found.equity - found.maintenanceMargin, found.equity];
    const below = await search(evaluate, start, -1);
    const above = await search(evaluate, start, 1);
    const priceOf = (factor: number | null): number | null => (factor === null ? null : factor * found.mark);
    return {
      ...found,
      liquidationBelow: priceOf(below[0]),
      liquidationAbove: priceOf(above[0]),
      bankruptcyBelow: priceOf(below[1]),
      bankruptcyAbove: priceOf(above[1]),
    };
  } finally {
    await engine.close();
  }
}

function indexOf(
  names: readonly string[],
  name: string,
  code: 'AccountUnknown' | 'InstrumentUnknown',
  what: string,
): number {
  const index = names.indexOf(name);
  if (index < 0) throw new MargridError(code, `there is no ${what} '${name}'`, { column: what, value: name });
  return index;
}

/** The account's netting set in a currency. */
function nettingSetIn(engine: Engine, currency: string): number {
  const { currencyIndex, fault } = engine.results;
  const set = currencyIndex.indexOf(engine.currencies.indexOf(currency));
  if (set < 0) {
    const place = { column: 'currency', value: currency };
    throw new MargridError('AccountUnknown', `the account holds nothing in ${currency}`, place);
  }
  if (fault[set] !== 0) {
    const reason = engine.faultReason(set) ?? 'unknown';
    throw new MargridError('ComponentUnknown', `the account cannot be margined: ${reason}`);
  }
  return set;
}

/** Factors of the first sign change of each distance, going one way from the mark. */
async function search(
  evaluate: Evaluate,
  start: Distances,
  direction: 1 | -1,
): Promise<[number | null, number | null]> {
  const found: [number | null, number | null] = [start[0] === 0 ? 1 : null, start[1] === 0 ? 1 : null];
  let [position, step, factor, distances] = [0, firstStep, 1, start];
  while (found.includes(null)) {
    position += direction * step;
    step = Math.min(step * stepGrowth, largestStep);
    const next = exp(position);
    if (next < lowestFactor || next > highestFactor) break;
    const ahead = await evaluate(next);
    // A price at which the account cannot be margined ends the search.
    if (Number.isNaN(ahead[0])) break;
    for (const which of [0, 1] as const) {
      if (found[which] !== null || distances[which] > 0 === ahead[which] > 0) continue;
      found[which] = await bisect(evaluate, which, factor, next, distances[which] > 0);
    }
    [factor, distances] = [next, ahead];
  }
  return found;
}

/** `near` is the end towards the mark; `isPositive` says how the distance is there. */
async function bisect(
  evaluate: Evaluate,
  which: 0 | 1,
  near: number,
  far: number,
  isPositive: boolean,
): Promise<number> {
  for (let step = 0; step < bisections; step++) {
    const middle = near + (far - near) / 2;
    if (middle === near || middle === far) break;
    if ((await evaluate(middle))[which] > 0 === isPositive) near = middle;
    else far = middle;
  }
  return far;
}
