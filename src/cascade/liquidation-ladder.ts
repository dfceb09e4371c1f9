import type { Engine } from '../engine/engine.ts';
import { shiftedQuotes } from '../engine/moved-quotes.ts';
import { MargridError } from '../errors.ts';
import { contractValues } from './contract-values.ts';
import { impactCurve, type Impact } from './impact.ts';
import { SetValuation } from './set-valuation.ts';
import { underlyingIndex, underlyingsOf, type Underlyings } from './underlyings.ts';

export interface LadderRequest {
  /** `BTC`, `btc_usd`. */
  readonly underlying: string;
  /** Relative moves, one way from zero: all negative or all positive, in any order. */
  readonly moves: readonly number[];
  /** For the gain; default none. */
  readonly impact?: Impact;
  /** Moves of other underlyings per unit of this one. */
  readonly correlated?: Readonly<Record<string, number>>;
  readonly volatilityBeta?: number;
}

/** What is liquidated between the level before and this one, if nobody else's sales have moved the price. */
export interface LadderLevel {
  readonly move: number;
  readonly price: number;
  readonly accounts: number;
  /** Net sales, base units (buys: negative), and of all levels so far. */
  readonly volume: number;
  readonly cumulative: number;
  /** Delta worth, US dollars, both sides counted. */
  readonly notional: number;
  readonly cumulativeNotional: number;
  /**
   * Price move that the level's sales cause, over the move that brought them about: lambda Q'(P) P / V for small steps
   * of the linear law. From 1 on the level feeds itself: whoever gets there goes through it.
   */
  readonly gain: number;
}

export interface LiquidationLadder {
  readonly underlying: string;
  readonly price: number;
  /** The first level is move 0: whoever is in liquidation already. */
  readonly levels: readonly LadderLevel[];
}

/**
 * Q(P): one tick per price level, each account counted at the first level at which it is in liquidation. The book stays
 * as it is; the engine stands at the last level's quotes afterwards. Throws `OptionInvalid`.
 */
export async function liquidationLadder(engine: Engine, request: LadderRequest): Promise<LiquidationLadder> {
  const underlyings = underlyingsOf(engine.market);
  const underlying = underlyingIndex(underlyings, request.underlying);
  const moves = [0, ...sortedMoves(request.moves)];
  const betas = betasOf(underlyings, underlying, request.correlated ?? {});
  const sweep = new LadderSweep(engine, underlyings, request.volatilityBeta ?? 0);
  const curve = impactCurve(request.impact ?? { kind: 'none' }, 1);
  const levels: LadderLevel[] = [];
  let [cumulative, cumulativeNotional] = [0, 0];
  const start = underlyings.price[underlying];
  for (const move of moves) {
    const { accounts, volumes, notional } = await sweep.level(betas.map((beta) => Math.max(1 + beta * move, 1e-3)));
    const volume = volumes[underlying];
    const before = levels.at(-1);
    // Relative moves: the distance from the level before, and how far the level's volume carries the price.
    const distance = before === undefined ? 0 : (1 + move) / (1 + before.move) - 1;
    const caused = curve.after(cumulative + volume) / curve.after(cumulative) - 1;
    cumulative += volume;
    cumulativeNotional += notional;
    const gain = distance === 0 ? 0 : caused / distance;
    levels.push({ move, price: start * (1 + move), accounts, volume, cumulative, notional, cumulativeNotional, gain });
  }
  return { underlying: underlyings.names[underlying], price: start, levels };
}

function sortedMoves(moves: readonly number[]): number[] {
  const sorted = [...new Set(moves)].filter((move) => move !== 0).sort((a, b) => Math.abs(a) - Math.abs(b));
  const bad = sorted.find((move) => !(move > -1 && move <= 1000) || Math.sign(move) !== Math.sign(sorted[0]));
  if (sorted.length > 0 && bad === undefined) return sorted;
  throw new MargridError(
    'OptionInvalid',
    `moves of a ladder must be > -1 and all on one side of zero, got ${bad ?? 'none'}`,
    {
      column: 'moves',
      value: bad ?? null,
    },
  );
}

function betasOf(underlyings: Underlyings, lead: number, correlated: Readonly<Record<string, number>>): Float64Array {
  const betas = new Float64Array(underlyings.names.length);
  for (const [name, beta] of Object.entries(correlated)) betas[underlyingIndex(underlyings, name)] = beta;
  betas[lead] = 1;
  return betas;
}

class LadderSweep {
  readonly #engine: Engine;
  readonly #underlyings: Underlyings;
  readonly #volatilityBeta: number;
  readonly #valuation: SetValuation;
  readonly #isCounted: Uint8Array;
  readonly #isAccountCounted: Uint8Array;

  constructor(engine: Engine, underlyings: Underlyings, volatilityBeta: number) {
    this.#engine = engine;
    this.#underlyings = underlyings;
    this.#volatilityBeta = volatilityBeta;
    this.#valuation = new SetValuation(engine, underlyings);
    this.#isCounted = new Uint8Array(engine.nettingSetCount);
    this.#isAccountCounted = new Uint8Array(engine.accountIds.length);
  }

  async level(factor: Float64Array) {
    const { of } = this.#underlyings;
    const quotes = shiftedQuotes(this.#engine.market, {
      price: (row) => factor[of[row]],
      volatility: (row) => 1 + this.#volatilityBeta * Math.max(0, 1 - factor[of[row]]),
    });
    await this.#engine.tick(quotes);
    const { status, accountIndex } = this.#engine.results;
    const { positionCount } = this.#engine.arena.views.nettingSet;
    const values = contractValues(this.#engine.market, quotes);
    const volume = { sold: new Float64Array(factor.length), bought: new Float64Array(factor.length) };
    let [accounts, notional] = [0, 0];
    for (let set = 0; set < status.length; set++) {
      if (status[set] !== 2 || this.#isCounted[set] === 1 || positionCount[set] === 0) continue;
      this.#isCounted[set] = 1;
      accounts += 1 - this.#isAccountCounted[accountIndex[set]];
      this.#isAccountCounted[accountIndex[set]] = 1;
      notional += this.#valuation.addVolume(set, 1, values, quotes.forward, volume);
    }
    return { accounts, notional, volumes: volume.sold.map((sold, u) => sold - volume.bought[u]) };
  }
}
