import type { Market } from '../domain/market.ts';
import type { Engine } from '../engine/engine.ts';
import { MargridError } from '../errors.ts';
import { allocate, weightsOf } from '../money/allocate.ts';
import { minorOf, type MinorUnits } from '../money/minor-units.ts';
import type { ClearingMembers } from './clearing-members.ts';
import { stressedQuotes, type MarketMove } from './stress-quotes.ts';

export interface DefaultFundOptions {
  readonly engine: Engine;
  readonly members: ClearingMembers;
  /**
   * Units of the reporting currency per unit of a currency, at a market; null: none, which is an error if it is held.
   */
  readonly rate: (market: Market, currency: string) => number | null;
  /** Members whose simultaneous default the fund must bear; 2. */
  readonly cover: number;
  /**
   * What a member's loss is set against: `initial-margin`, or all that he has there (`equity`).
   */
  readonly resources: 'initial-margin' | 'equity';
  /** `member`: gains of a member's accounts pay for losses of others in the same currency; `account`: they do not. */
  readonly netting: 'member' | 'account';
  /** Decimals of the reporting currency, for contributions. Default 2. */
  readonly decimals?: number;
}

/** What members lose beyond their margin in one scenario; reporting currency. */
export interface ScenarioLoss {
  readonly move: MarketMove;
  /** By member. */
  readonly loss: Float64Array;
  /** Sum of the `cover` largest. */
  readonly covered: number;
  readonly total: number;
  /** Places of the largest ones, the largest first. */
  readonly largest: readonly number[];
  /** Netting sets without a value there, or before: not counted. */
  readonly unvalued: number;
}

export interface DefaultFund {
  /** The largest `covered` of all scenarios. */
  readonly size: number;
  /** Place of its scenario, -1 if nobody loses more than his margin anywhere. */
  readonly binding: number;
  readonly scenarios: readonly ScenarioLoss[];
  /**
   * Parts of the fund by member, pro rata to the initial margin (`static`) or to the mean loss over the scenarios
   * (`dynamic`).
   */
  readonly contributions: { readonly static: readonly MinorUnits[]; readonly dynamic: readonly MinorUnits[] };
  /** Initial margin by member. */
  readonly initialMargin: Float64Array;
}

/**
 * Stress losses of the engine's whole book: the book is margined at the quotes of the last tick, and again at each
 * move. The engine is left at the quotes that it had.
 */
export class StressBook {
  readonly #options: DefaultFundOptions;
  readonly #market: Market;
  readonly #equity: Float64Array;
  readonly #initialMargin: Float64Array;
  /** Number of evaluations so far. */
  evaluations = 0;

  private constructor(options: DefaultFundOptions, market: Market, equity: Float64Array, initialMargin: Float64Array) {
    this.#options = options;
    this.#market = market;
    this.#equity = equity;
    this.#initialMargin = initialMargin;
  }

  /** Margins the book at the quotes of the last tick (or of the market). Throws `OptionInvalid`. */
  static async create(options: DefaultFundOptions): Promise<StressBook> {
    const { engine, members, cover } = options;
    if (!Number.isInteger(cover) || cover < 1)
      throw new MargridError('OptionInvalid', `cover must be a whole number >= 1, got ${cover}`, {
        column: 'cover',
        value: cover,
      });
    if (members.memberOf.length !== engine.accountIds.length) {
      throw new MargridError(
        'OptionInvalid',
        `members are of ${members.memberOf.length} accounts, the book has ${engine.accountIds.length}`,
      );
    }
    await engine.tick();
    const { equity, initialMargin } = engine.results;
    return new StressBook(options, { ...engine.market, ...engine.quotes }, equity.slice(), initialMargin.slice());
  }

  /** What members lose beyond their resources after a move. */
  async lossAt(move: MarketMove): Promise<ScenarioLoss> {
    const { engine } = this.#options;
    const { quotes } = engine;
    this.evaluations++;
    try {
      const stressed = stressedQuotes(this.#market, move);
      await engine.tick(stressed);
      return this.#lossOf(move, { ...this.#market, ...stressed });
    } finally {
      await engine.tick(quotes);
    }
  }

  #lossOf(move: MarketMove, market: Market): ScenarioLoss {
    const { engine, members, netting, cover, resources } = this.#options;
    const { equity, accountIndex, currencyIndex } = engine.results;
    const rates = this.#ratesAt(market);
    const loss = new Float64Array(members.names.length);
    const perCurrency = new Map<number, Float64Array>();
    let unvalued = 0;
    for (let set = 0; set < equity.length; set++) {
      const held = resources === 'equity' ? this.#equity[set] : this.#initialMargin[set];
      const excess = this.#equity[set] - equity[set] - held;
      if (Number.isNaN(excess)) {
        unvalued++;
        continue;
      }
      const member = members.memberOf[accountIndex[set]];
      const currency = currencyIndex[set];
      if (netting === 'account') {
        if (excess > 0) loss[member] += excess * rates[currency];
        continue;
      }
      let sums = perCurrency.get(currency);
      if (sums === undefined) perCurrency.set(currency, (sums = new Float64Array(members.names.length)));
      sums[member] += excess;
    }
    for (const [currency, sums] of perCurrency) {
      sums.forEach((sum, member) => {
        if (sum > 0) loss[member] += sum * rates[currency];
      });
    }
    return { move, loss, ...largestOf(loss, cover), total: loss.reduce((sum, each) => sum + each, 0), unvalued };
  }

  /** Reporting currency per unit of each currency of the engine, at the prices after the move. */
  #ratesAt(market: Market): Float64Array {
    const { engine, rate } = this.#options;
    return Float64Array.from(engine.currencies, (currency) => {
      const found = rate(market, currency);
      if (found !== null && found > 0) return found;
      throw new MargridError('CurrencyUnknown', `there is no rate for ${currency} in the reporting currency`, {
        value: currency,
      });
    });
  }

  /** Initial margin by member at the quotes before the moves; reporting currency. */
  marginByMember(): Float64Array {
    const { members, engine } = this.#options;
    const { accountIndex, currencyIndex } = engine.results;
    const rates = this.#ratesAt(this.#market);
    const sums = new Float64Array(members.names.length);
    this.#initialMargin.forEach((margin, set) => {
      if (margin > 0) sums[members.memberOf[accountIndex[set]]] += margin * rates[currencyIndex[set]];
    });
    return sums;
  }
}

/** The sum of the largest losses, and whose they are; of equal ones the first. */
function largestOf(loss: Float64Array, cover: number): { readonly covered: number; readonly largest: number[] } {
  const largest: number[] = [];
  loss.forEach((value, member) => {
    if (!(value > 0)) return;
    const place = largest.findIndex((other) => loss[other] < value);
    if (place < 0 && largest.length >= cover) return;
    largest.splice(place < 0 ? largest.length : place, 0, member);
    if (largest.length > cover) largest.pop();
  });
  return { covered: largest.reduce((sum, member) => sum + loss[member], 0), largest };
}

/**
 * Size of the default fund over a grid of moves, and what each member contributes: whole minor units, together the size
 * rounded up.
 */
export async function sizeDefaultFund(options: DefaultFundOptions, moves: readonly MarketMove[]): Promise<DefaultFund> {
  if (moves.length === 0)
    throw new MargridError('OptionInvalid', 'a default fund needs at least one scenario', { column: 'grid' });
  const book = await StressBook.create(options);
  const scenarios: ScenarioLoss[] = [];
  for (const move of moves) scenarios.push(await book.lossAt(move));
  let binding = -1;
  scenarios.forEach(({ covered }, place) => {
    if (covered > (binding < 0 ? 0 : scenarios[binding].covered)) binding = place;
  });
  const size = binding < 0 ? 0 : scenarios[binding].covered;
  const initialMargin = book.marginByMember();
  const meanLoss = options.members.names.map(
    (_, member) => scenarios.reduce((sum, { loss }) => sum + loss[member], 0) / scenarios.length,
  );
  const total = minorOf(size, options.decimals ?? 2, 'up');
  return {
    size,
    binding,
    scenarios,
    initialMargin,
    contributions: { static: divided(total, [...initialMargin]), dynamic: divided(total, meanLoss) },
  };
}

function divided(total: MinorUnits, weights: readonly number[]): MinorUnits[] {
  return weights.some((weight) => weight > 0) ? allocate(total, weightsOf(weights)) : weights.map(() => 0n);
}
