import { dollarRate } from '../domain/dollar-rates.ts';
import type { Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import type { Holdings } from './holdings.ts';
import { instrumentIndexOf, withLeg } from './legs.ts';
import { requirementOf, termsOf, type WhatIfAccount } from './what-if.ts';

export interface HedgeOptions {
  /** Instruments to try, each by itself. */
  readonly instruments: readonly string[];
  /** What the account holds before the hedge; default: its holdings. */
  readonly holdings?: Holdings;
  /** Contracts to buy or sell at most; default: those that have twice the account's gross notional. */
  readonly max?: number;
  /** Smallest tradable quantity, contracts; default 1. */
  readonly lot?: number;
}

export interface Hedge {
  readonly instrument: string;
  /** Contracts to trade at the mark, signed; 0 if no quantity lowers the margin. */
  readonly quantity: number;
  /** US dollars, with the hedge. */
  readonly initialMargin: number;
  /** Initial margin without less with the hedge, US dollars. */
  readonly saving: number;
  /** US dollars that the traded contracts stand for. */
  readonly notional: number;
  /** 0 if nothing is traded. */
  readonly savingPerNotional: number;
  /** The search covered every multiple of `lot` up to `max` contracts either way, as far as the grid shows them. */
  readonly max: number;
  readonly evaluations: number;
}

export interface HedgeSearch {
  /** Initial margin without a hedge, US dollars; NaN if the account is refused. */
  readonly unhedged: number;
  /** Lowest initial margin first. */
  readonly hedges: readonly Hedge[];
}

/** Points of the first grid, 0 among them, and of each refinement. */
const gridPoints = 129;
const refinementPoints = 33;
/** Neighbourhoods of the grid that are refined: the lowest ones. */
const refinedPlaces = 3;

/**
 * For each instrument the quantity, traded at the mark, that minimises the account's initial margin. Every value is an
 * evaluation of the margin engine, no slope and no shape is assumed: a grid of 129 quantities over the range, then
 * grids of 33 between the neighbours of the three lowest, again and again until the grid is one lot wide. A range of at
 * most 64 lots either way is searched completely; in a larger one a dip narrower than the first grid can be missed.
 */
export function cheapestHedge(what: WhatIfAccount, options: HedgeOptions): HedgeSearch {
  const holdings = options.holdings ?? what.holdings;
  const unhedged = requirementOf(what, holdings).initialMargin;
  const hedges = options.instruments.map((name) => hedgeWith(what, { ...options, holdings }, name, unhedged));
  return { unhedged, hedges: hedges.sort((a, b) => a.initialMargin - b.initialMargin) };
}

function hedgeWith(
  what: WhatIfAccount,
  options: HedgeOptions & { readonly holdings: Holdings },
  instrument: string,
  unhedged: number,
): Hedge {
  const { market } = what.engine;
  const { holdings, lot = 1 } = options;
  if (!(lot > 0 && lot < Infinity)) throw new MargridError('OptionInvalid', `the lot must be > 0, got ${lot}`);
  const perContract = notionalOf(market, instrumentIndexOf(market, instrument));
  const max = options.max ?? (2 * grossNotional(market, holdings)) / perContract;
  if (!(max >= 0 && max < Infinity)) {
    throw new MargridError('OptionInvalid', `the contracts of ${instrument} to try at most must be >= 0, got ${max}`);
  }
  const terms = termsOf(what);
  const known = new Map<number, number>([[0, orInfinite(unhedged)]]);
  const marginAt = (lots: number): number => {
    const old = known.get(lots);
    if (old !== undefined) return old;
    const leg = { kind: 'trade', instrument, quantity: contractsOf(lots, lot) } as const;
    const margin = orInfinite(requirementOf(what, withLeg(holdings, leg, terms)).initialMargin);
    known.set(lots, margin);
    return margin;
  };
  const most = Math.max(1, Math.floor(max / lot));
  const lots = lowest(marginAt, most);
  const initialMargin = marginAt(lots);
  const notional = Math.abs(lots) * lot * perContract;
  const saving = unhedged - initialMargin;
  return {
    instrument,
    quantity: contractsOf(lots, lot),
    initialMargin,
    saving,
    notional,
    savingPerNotional: notional === 0 ? 0 : saving / notional,
    max: contractsOf(most, lot),
    evaluations: known.size,
  };
}

/** Three lots of 0.1 are 0.3 contracts and not 0.30000000000000004. */
function contractsOf(lots: number, lot: number): number {
  return Number((lots * lot).toPrecision(15));
}

/** A quantity with which the account is refused is no hedge. */
function orInfinite(margin: number): number {
  return Number.isNaN(margin) ? Infinity : margin;
}

/** The whole number in [-max, max] with the lowest value that the grids find; of equals the one nearest to 0. */
function lowest(valueAt: (lots: number) => number, max: number): number {
  // Infinity less infinity is NaN, which decides nothing, as 0 does.
  const better = (a: number, b: number): number => valueAt(a) - valueAt(b) || Math.abs(a) - Math.abs(b) || b - a;
  const byValue = (points: readonly number[]): number[] => [...points].sort(better);
  const first = gridOf(-max, max, gridPoints);
  let best = byValue(first)[0];
  for (const start of byValue(first).slice(0, refinedPlaces)) {
    let points = first;
    let place = points.indexOf(start);
    for (;;) {
      const low = points[Math.max(place - 1, 0)];
      const high = points[Math.min(place + 1, points.length - 1)];
      points = gridOf(low, high, refinementPoints);
      const found = byValue(points)[0];
      if (better(found, best) < 0) best = found;
      place = points.indexOf(found);
      if (high - low < refinementPoints) break;
    }
  }
  return best;
}

/** Whole numbers spread evenly over [low, high], both included, and 0 if it lies between: all if they are few. */
function gridOf(low: number, high: number, count: number): number[] {
  const points = new Set<number>(low <= 0 && high >= 0 ? [0] : []);
  const steps = Math.min(count - 1, high - low);
  for (let step = 0; step <= steps; step++) points.add(Math.round(low + ((high - low) * step) / Math.max(steps, 1)));
  return [...points].sort((a, b) => a - b);
}

/** US dollars that one contract stands for: base amount at the forward. */
function notionalOf(market: Market, index: number): number {
  const { kind, payoff, contractSize, quoteCurrency } = market.instruments[index];
  const rate = dollarRate(market, quoteCurrency)?.rate ?? NaN;
  const isQuoted = payoff === 'inverse' && kind !== 'option';
  return contractSize * (isQuoted ? 1 : market.forward[index]) * rate;
}

function grossNotional(market: Market, { positions }: Holdings): number {
  let sum = 0;
  for (const [name, { quantity }] of positions) {
    sum += Math.abs(quantity) * notionalOf(market, instrumentIndexOf(market, name));
  }
  return sum;
}
