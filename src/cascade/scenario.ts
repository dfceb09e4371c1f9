import { MargridError } from '../errors.ts';
import { impactCurve, type Impact } from './impact.ts';
import type { ClosingRule } from './closing-rule.ts';
import type { LossAbsorber } from './loss-absorption.ts';
import { underlyingIndex, type Underlyings } from './underlyings.ts';

/** What is assumed about a crash. Everything but the shock has a default. */
export interface CascadeScenario {
  /** Relative move by underlying (`BTC`, `btc_usd`): -0.1 is a fall of ten per cent. At least one. */
  readonly shock: Readonly<Record<string, number>>;
  /**
   * Equal steps in which the shock arrives, each after the cascade of the one before has ended; default 1: a gap that
   * passes everybody's maintenance margin at once.
   */
  readonly steps?: number;
  /** By underlying; default none. An underlying without impact stays where the shock has put it. */
  readonly impact?: Readonly<Record<string, Impact>>;
  /** How much of a liquidated netting set is closed at once; default all. */
  readonly close?: ClosingRule;
  /**
   * Relative rise of implied volatilities per unit that the underlying has fallen: 2 lifts 50% to 60% at -10%. Default
   * 0.
   */
  readonly volatilityBeta?: number;
  readonly failures?: FailureScenario;
  /** What becomes of deficits; default: all of them are socialised. A fresh one per cascade. */
  readonly absorber?: () => LossAbsorber;
  /** Rounds after which the simulation is cut off; default 1,000. */
  readonly roundsMax?: number;
}

/** What goes wrong besides prices. */
export interface FailureScenario {
  /**
   * Margin calls. Without this nobody below initial margin does anything before liquidation. With it the given share of
   * those who are called fails and is closed; the others pay up to initial margin.
   */
  readonly callsMissed?: number;
  /** Of the draw who fails; default 1. */
  readonly seed?: number;
  /** Share of the depth that is gone from the start, in [0, 1). */
  readonly liquidityLoss?: number;
  /** Makers who leave once a price has moved that far from where it was before the shock. */
  readonly makersLeave?: { readonly share: number; readonly atMove: number };
  /** Base units that liquidation can close per round and underlying, as a share of the impact's daily volume. */
  readonly roundCap?: number;
}

/** A scenario checked against a market, with its defaults. Arrays by underlying. */
export interface PlannedScenario {
  readonly shock: Float64Array;
  readonly steps: number;
  /** First underlying of the scenario's shock: amplification is told of it. */
  readonly lead: number;
  readonly impact: readonly Impact[];
  readonly close: ClosingRule;
  readonly volatilityBeta: number;
  readonly callsMissed: number | null;
  readonly seed: number;
  readonly depth: number;
  readonly makersLeave: { readonly share: number; readonly atMove: number } | null;
  /** Base units per round; infinite without a cap. */
  readonly capacity: Float64Array;
  readonly roundsMax: number;
}

const none: Impact = { kind: 'none' };
const roundsMaxDefault = 1_000;

/** Throws `OptionInvalid` naming the field and the value. */
export function planScenario(scenario: CascadeScenario, underlyings: Underlyings): PlannedScenario {
  const {
    close = { kind: 'full' },
    volatilityBeta = 0,
    failures = {},
    roundsMax = roundsMaxDefault,
    steps = 1,
  } = scenario;
  const shock = new Float64Array(underlyings.names.length);
  const moves = Object.entries(scenario.shock);
  if (moves.length === 0) refuse('shock', scenario.shock, 'must name an underlying at least');
  for (const [name, move] of moves)
    shock[underlyingIndex(underlyings, name)] = within(`shock of ${name}`, move, -0.999, 1000);
  const impact = new Array<Impact>(underlyings.names.length).fill(none);
  for (const [name, each] of Object.entries(scenario.impact ?? {})) {
    impactCurve(each, 1);
    impact[underlyingIndex(underlyings, name)] = each;
  }
  if (close.kind === 'share') within('close', close.share, 1e-3, 1);
  if (close.kind === 'target') within('close target', close.buffer, 1, 100);
  const { makersLeave = null, callsMissed = null, liquidityLoss = 0, seed = 1, roundCap } = failures;
  if (makersLeave !== null) {
    within('makersLeave.share', makersLeave.share, 0, 0.9999);
    within('makersLeave.atMove', makersLeave.atMove, 0, 1);
  }
  return {
    shock,
    steps: whole('steps', steps, 1, 1e6),
    lead: underlyingIndex(underlyings, moves[0][0]),
    impact,
    close,
    volatilityBeta: within('volatilityBeta', volatilityBeta, 0, 100),
    callsMissed: callsMissed === null ? null : within('callsMissed', callsMissed, 0, 1),
    seed: whole('seed', seed, 0, Number.MAX_SAFE_INTEGER),
    depth: 1 - within('liquidityLoss', liquidityLoss, 0, 0.9999),
    makersLeave,
    capacity: Float64Array.from(impact, (each) => capacityOf(each, roundCap)),
    roundsMax: whole('roundsMax', roundsMax, 1, 1e9),
  };
}

function capacityOf(impact: Impact, roundCap: number | undefined): number {
  if (roundCap === undefined || impact.kind === 'none') return Infinity;
  const share = within('roundCap', roundCap, 1e-9, 1e9);
  return (
    share * (impact.kind === 'depth' ? impact.ladder.bids.reduce((sum, [, size]) => sum + size, 0) : impact.dailyVolume)
  );
}

function within(column: string, value: number, min: number, max: number): number {
  return value >= min && value <= max ? value : refuse(column, value, `must be a number in [${min}, ${max}]`);
}

function whole(column: string, value: number, min: number, max: number): number {
  return Number.isInteger(within(column, value, min, max)) ? value : refuse(column, value, 'must be a whole number');
}

function refuse(column: string, value: unknown, rule: string): never {
  throw new MargridError('OptionInvalid', `cascade: ${column} ${rule}, got ${JSON.stringify(value) ?? 'nothing'}`, {
    column,
    value,
  });
}
