import { weightsOf } from '../money/allocate.ts';
import { MargridError } from '../errors.ts';
import { RandomStream } from '../generate/random.ts';
import {
  adlFigures,
  adlScoreColumn,
  ranked,
  requireCandidates,
  type AdlCandidates,
  type AdlMark,
  type AdlScore,
} from './adl-rank.ts';
import { cappedShares, wholeShares, type CappedShares } from './capped-shares.ts';
import { notionalOf } from './contract-value.ts';

/** How a position that must be closed is divided among its counterparties. */
export type AdlRule =
  /** By rank: each is closed in full, the last as far as needed. */
  | { readonly kind: 'queue'; readonly score: AdlScore }
  /** By weight: everybody gives the same part of his size, profit or equity, in whole lots by largest remainder. */
  | { readonly kind: 'pro-rata'; readonly weight: 'size' | 'profit' | 'equity' }
  /** The largest leverage becomes as small as it can: the most levered come down to one common level. */
  | { readonly kind: 'water-filling' }
  /** In an order that follows from the seed: each in full, the last as far as needed. */
  | { readonly kind: 'random' };

export interface AdlRequest {
  readonly candidates: AdlCandidates;
  readonly at: AdlMark;
  readonly rule: AdlRule;
  /** Whole lots that must be closed, >= 0. */
  readonly lots: bigint;
  /** Only candidates in profit at the mark, or all. */
  readonly eligible: 'profitable' | 'any';
  /** Lots are closed in multiples of this, except that a position may be closed in full; default 1. */
  readonly step?: bigint;
  /** Of the rule `random`: a whole number in [0, 2^53). */
  readonly seed?: number;
  /** Of queues: candidates by rank, if that is known already (`ranked`). */
  readonly order?: Uint32Array;
}

export interface AdlAllocation {
  /** Lots closed of each candidate: a number >= 0, at most what he holds. */
  readonly lots: Float64Array;
  /** What no eligible candidate could take. */
  readonly unfilled: bigint;
  /** Of queues: candidates that were asked, in their order. Else all eligible ones. */
  readonly order: Uint32Array;
}

/** Streams 1, 2, 3, 101 to 103 of a seed have other uses. */
const orderStream = 104;

/**
 * Divides what must be closed: the lots closed and those left unfilled add up to `lots`, exactly. Throws
 * `OptionInvalid`.
 */
export function allocateAdl(request: AdlRequest): AdlAllocation {
  const { candidates, lots, rule, step = 1n } = request;
  requireCandidates(candidates);
  if (lots < 0n)
    throw new MargridError('OptionInvalid', `lots to close must be >= 0, got ${lots}`, { value: String(lots) });
  if (step < 1n) throw new MargridError('OptionInvalid', `step must be >= 1 lot, got ${step}`, { value: String(step) });
  const eligible = eligibleOf(request);
  switch (rule.kind) {
    case 'queue': {
      const order = request.order ?? ranked(adlScoreColumn(rule.score, candidates, request.at));
      return closeInOrder(
        request,
        order.filter((index) => eligible[index] === 1),
      );
    }
    case 'random':
      return closeInOrder(request, shuffled(indicesOf(eligible), request.seed ?? 0));
    case 'pro-rata':
      return byWeight(request, eligible, step, rule.weight);
    case 'water-filling':
      return waterFilling(request, eligible, step);
  }
}

function eligibleOf({ candidates, at, eligible }: AdlRequest): Uint8Array {
  const { profit } = adlFigures(candidates, at);
  return Uint8Array.from(profit, (gain, i) => Number(candidates.lots[i] > 0 && (eligible === 'any' || gain > 0)));
}

function indicesOf(eligible: Uint8Array): Uint32Array {
  return Uint32Array.from(eligible.keys()).filter((index) => eligible[index] === 1);
}

/** Fisher-Yates, from the last place down. */
function shuffled(indices: Uint32Array, seed: number): Uint32Array {
  const random = new RandomStream();
  random.restart(seed, 0, orderStream);
  for (let place = indices.length - 1; place > 0; place--) {
    const other = random.nextIndex(place + 1);
    const kept = indices[place];
    indices[place] = indices[other];
    indices[other] = kept;
  }
  return indices;
}

/**
 * Full closes in an order; the last one as far as needed. A queue closes the exact number of lots, so steps do not
 * matter.
 */
function closeInOrder({ candidates, lots }: AdlRequest, order: Uint32Array): AdlAllocation {
  const closed = new Float64Array(candidates.lots.length);
  let left = lots;
  let asked = 0;
  for (; asked < order.length && left > 0n; asked++) {
    const held = BigInt(candidates.lots[order[asked]]);
    const taken = held < left ? held : left;
    closed[order[asked]] = Number(taken);
    left -= taken;
  }
  return { lots: closed, unfilled: left, order: order.slice(0, asked) };
}

function byWeight(
  request: AdlRequest,
  eligible: Uint8Array,
  step: bigint,
  weight: 'size' | 'profit' | 'equity',
): AdlAllocation {
  const { candidates, at } = request;
  const column =
    weight === 'size' ? candidates.lots : weight === 'equity' ? candidates.equity : adlFigures(candidates, at).profit;
  // A loser has no profit to give, an account without equity nothing to give it of.
  const order = indicesOf(eligible).filter((index) => column[index] > 0);
  const weights = Array.from(order, (index) => column[index]);
  const whole = weight === 'size' ? weights.map(BigInt) : weightsOf(weights);
  return inSteps(request, order, step, (units, caps) => cappedShares(units, whole, caps));
}

/**
 * Leverage is account notional by equity; closing x lots lowers the notional by x times their value and leaves the
 * equity (both at mark). Lots at level L: (notional - L equity) / lot value, between none and all. The level at which
 * they add up is found in one pass over its sorted breakpoints (Campbell et al. 2026, minimax leverage).
 */
function waterFilling(request: AdlRequest, eligible: Uint8Array, step: bigint): AdlAllocation {
  const { candidates, at } = request;
  const order = indicesOf(eligible);
  const lotValue = notionalOf(at.terms, 1n, at.mark);
  const held = Float64Array.from(order, (index) => candidates.lots[index]);
  const notional = Float64Array.from(order, (index) => candidates.notional[index]);
  const equity = Float64Array.from(order, (index) => candidates.equity[index]);
  // Equity too small for a finite leverage is none.
  equity.forEach((value, i) => (equity[i] = notional[i] / value < Infinity ? value : 0));
  const targets = targetsOf(held, notional, equity, lotValue, Number(request.lots));
  const perUnit = Number(step);
  return inSteps(request, order, step, (units, caps) =>
    wholeShares(
      units,
      targets.map((target) => target / perUnit),
      Float64Array.from(caps, Number),
    ),
  );
}

/** Lots per candidate, real numbers, at the common level. */
function targetsOf(
  held: Float64Array,
  notional: Float64Array,
  equity: Float64Array,
  lotValue: number,
  total: number,
): Float64Array {
  const targets = new Float64Array(held.length);
  // Accounts without equity have no finite leverage: they go first, each the same part of his size.
  const broke = held.reduce((sum, lots, i) => (equity[i] > 0 ? sum : sum + lots), 0);
  const part = broke > total ? total / broke : 1;
  held.forEach((lots, i) => (targets[i] = equity[i] > 0 ? 0 : lots * part));
  if (broke >= total) return targets;
  const level = levelOf(held, notional, equity, lotValue, total - broke);
  held.forEach((lots, i) => {
    if (!(equity[i] > 0)) return;
    const wanted = (notional[i] - level * equity[i]) / lotValue;
    targets[i] = wanted > lots ? lots : wanted > 0 ? wanted : 0;
  });
  return targets;
}

/**
 * The level, from the highest leverage down, at which `total` lots are closed; -Infinity if all there are do not
 * suffice.
 */
function levelOf(
  held: Float64Array,
  notional: Float64Array,
  equity: Float64Array,
  lotValue: number,
  total: number,
): number {
  const count = held.length;
  // Breakpoint i: candidate i starts to give; count + i: he has given all.
  const level = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    level[i] = equity[i] > 0 ? notional[i] / equity[i] : NaN;
    level[count + i] = equity[i] > 0 ? (notional[i] - held[i] * lotValue) / equity[i] : NaN;
  }
  let rate = 0;
  let given = 0;
  let at = Infinity;
  for (const point of ranked(level)) {
    const step = rate > 0 ? rate * (at - level[point]) : 0;
    if (given + step >= total) return at - (total - given) / rate;
    given += step;
    at = level[point];
    const change = equity[point % count] / lotValue;
    rate += point < count ? change : -change;
  }
  return -Infinity;
}

/**
 * Shares in whole steps. What is no whole step (the rest of the amount, the rest of a position that is closed in full)
 * is taken from candidates that have it, lot by lot in their order, so that the amount is met exactly if there is
 * enough.
 */
function inSteps(
  { candidates, lots }: AdlRequest,
  order: Uint32Array,
  step: bigint,
  share: (units: bigint, caps: readonly bigint[]) => CappedShares,
): AdlAllocation {
  const held = Array.from(order, (index) => BigInt(candidates.lots[index]));
  const { shares } = share(
    lots / step,
    held.map((each) => each / step),
  );
  const closed = shares.map((units) => units * step);
  let left = lots - closed.reduce((sum, each) => sum + each, 0n);
  // Those who give already give the rest, then those whose share was less than a step.
  const giving = closed.map((each) => each > 0n);
  for (const isGiving of [true, false]) {
    for (let place = 0; place < closed.length && left > 0n; place++) {
      if (giving[place] !== isGiving) continue;
      const free = held[place] - closed[place];
      const taken = free < left ? free : left;
      closed[place] += taken;
      left -= taken;
    }
  }
  const result = new Float64Array(candidates.lots.length);
  order.forEach((index, place) => (result[index] = Number(closed[place])));
  return { lots: result, unfilled: left, order };
}
