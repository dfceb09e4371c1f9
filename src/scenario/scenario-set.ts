import { MargridError } from '../errors.ts';
import { requireWithinLimit } from '../limits.ts';

/**
 * What a scenario moves: the price or the volatility of an underlying, as a whole or at one expiry.
 *
 * As text (files, messages): `price:BTC`, `volatility:BTC`, `price:BTC@2026-09-25`, `price:btc_usdc`.
 */
export interface RiskFactor {
  readonly kind: FactorKind;
  /** A base currency (`BTC`: everything on it, whatever it is quoted in) or one pair of it (`btc_usdc`). */
  readonly underlying: string;
  /** UTC day of an expiry, `2026-09-25`; null: every expiry that has no factor of its own, and what has no expiry. */
  readonly expiry: string | null;
  readonly change: FactorChange;
}

export const factorKinds = ['price', 'volatility'] as const;
export type FactorKind = (typeof factorKinds)[number];

/**
 * `relative`: the value becomes value * (1 + move), move > -1 (0.1 is +10%, of a log return r it is e^r - 1);
 * `absolute`: value + move, in quote currency or as a fraction (0.05 is five volatility points).
 */
export type FactorChange = 'relative' | 'absolute';

/** Moves of risk factors, scenario by scenario. Plain data. */
export interface ScenarioSet {
  readonly factors: readonly RiskFactor[];
  readonly count: number;
  /** `moves[factor * count + scenario]`. */
  readonly moves: Float64Array;
  /** Probability of each scenario, >= 0, adding up to 1; absent: all the same. */
  readonly weights?: Float64Array;
  /** Calendar days that pass in each scenario, >= 0; absent: none. */
  readonly days?: Float64Array;
  /** Dates or names, for people; absent: numbers. */
  readonly labels?: readonly string[];
}

/** Rounding of a sum of a million weights. */
const weightSumTolerance = 1e-9;

const factorPattern = /^(price|volatility):([^@\s]+)(?:@(\d{4}-\d{2}-\d{2}))?$/;

export function factorName({ kind, underlying, expiry }: RiskFactor): string {
  return `${kind}:${underlying}${expiry === null ? '' : `@${expiry}`}`;
}

/** Reads `price:BTC@2026-09-25`. Throws `ScenarioInvalid`. */
export function parseFactor(name: string, change: FactorChange = 'relative'): RiskFactor {
  const match = factorPattern.exec(name);
  if (match === null) {
    throw new MargridError(
      'ScenarioInvalid',
      `a risk factor is 'price:BTC', 'volatility:BTC' or 'price:BTC@2026-09-25', got '${name}'`,
      { column: name, value: name },
    );
  }
  return { kind: match[1] as FactorKind, underlying: match[2], expiry: match[3] ?? null, change };
}

export function scenarioLabel(scenarios: ScenarioSet, scenario: number): string {
  return scenarios.labels?.[scenario] ?? String(scenario);
}

/** Moves of one factor: a view. */
export function movesOf(scenarios: ScenarioSet, factor: number): Float64Array {
  return scenarios.moves.subarray(factor * scenarios.count, (factor + 1) * scenarios.count);
}

/**
 * Refuses what no revaluation could use: `ScenarioInvalid` names factor, scenario and value. Returns the set itself.
 */
export function requireScenarios(scenarios: ScenarioSet): ScenarioSet {
  const { factors, count, moves, weights, days, labels } = scenarios;
  requireWithinLimit('scenarioSetCountMax', count);
  if (count === 0) throw new MargridError('ScenarioInvalid', 'there is no scenario');
  const names = factors.map(factorName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw refusal(twice, `the factor ${twice} is there twice`, twice);
  const lengths = { moves: [moves.length, factors.length * count], weights: [weights?.length ?? count, count],
    days: [days?.length ?? count, count], labels: [labels?.length ?? count, count] };
  for (const [name, [length, expected]] of Object.entries(lengths)) {
    if (length !== expected) throw refusal(name, `there are ${length} ${name}, expected ${expected}`, length);
  }
  factors.forEach((factor, index) => requireMoves(scenarios, factor, movesOf(scenarios, index)));
  requireEach(scenarios, 'weights', weights);
  requireEach(scenarios, 'days', days);
  const sum = weights?.reduce((total, each) => total + each, 0) ?? 1;
  if (Math.abs(sum - 1) > weightSumTolerance) throw refusal('weights', `the weights add up to ${sum}, not 1`, sum);
  return scenarios;
}

function requireMoves(scenarios: ScenarioSet, factor: RiskFactor, moves: Float64Array): void {
  const above = factor.change === 'relative' ? -1 : -Infinity;
  for (let scenario = 0; scenario < moves.length; scenario++) {
    const move = moves[scenario];
    if (move > above && move < Infinity) continue;
    const rule = factor.change === 'relative' ? 'finite and > -1' : 'finite';
    throw refusal(factorName(factor), `scenario ${scenarioLabel(scenarios, scenario)}, ${factorName(factor)}: ` +
      `the move must be ${rule}, got ${move}`, move, scenario);
  }
}

function requireEach(scenarios: ScenarioSet, name: 'weights' | 'days', values: Float64Array | undefined): void {
  const place = values?.findIndex((value) => !(value >= 0 && value < Infinity)) ?? -1;
  if (place < 0) return;
  const message = `scenario ${scenarioLabel(scenarios, place)}: ${name} must be finite and >= 0, got ${values![place]}`;
  throw refusal(name, message, values![place], place);
}

function refusal(column: string, message: string, value: unknown, scenario?: number): MargridError {
  return new MargridError('ScenarioInvalid', message, {
    column, value, ...(scenario === undefined ? {} : { row: scenario + 1 }),
  });
}
