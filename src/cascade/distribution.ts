import type { Engine } from '../engine/engine.ts';
import { MargridError } from '../errors.ts';
import type { CascadeScenario } from './scenario.ts';
import { simulateCascade } from './simulate.ts';

/** What one of many cascades came to; money in US dollars. */
export interface CascadeOutcome {
  readonly shock: Readonly<Record<string, number>>;
  readonly amplification: number | null;
  /** Total move of the first underlying of the shock. */
  readonly totalMove: number;
  readonly rounds: number;
  readonly converged: boolean;
  readonly liquidatedAccounts: number;
  readonly notional: number;
  readonly deficit: number;
  readonly fundUsed: number;
  readonly adlUsed: number;
  readonly socialised: number;
}

/** Outcomes that are numbers: what quantiles are told of. */
export type OutcomeQuantity = Exclude<keyof CascadeOutcome, 'shock' | 'converged'>;

export interface CascadeDistribution {
  readonly outcomes: readonly CascadeOutcome[];
  readonly levels: readonly number[];
  /** Per quantity, one value per level; nulls are left out. */
  readonly quantiles: Readonly<Record<OutcomeQuantity, readonly number[]>>;
}

export const quantileLevels: readonly number[] = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];
const quantities: readonly OutcomeQuantity[] = [
  'amplification',
  'totalMove',
  'rounds',
  'liquidatedAccounts',
  'notional',
  'deficit',
  'fundUsed',
  'adlUsed',
  'socialised',
];

/** The same scenario under many shocks, each from the book as it is. Throws what `simulateCascade` throws. */
export async function cascadeDistribution(
  engine: Engine,
  scenario: Omit<CascadeScenario, 'shock'>,
  shocks: readonly Readonly<Record<string, number>>[],
  onDone: (done: number) => void = () => {},
): Promise<CascadeDistribution> {
  if (shocks.length === 0)
    throw new MargridError('OptionInvalid', 'a distribution needs a shock at least', {
      column: 'shocks',
      value: 0,
    });
  const outcomes: CascadeOutcome[] = [];
  for (const shock of shocks) {
    const result = await simulateCascade(engine, { ...scenario, shock });
    outcomes.push({
      shock,
      amplification: result.amplification,
      totalMove: result.lead.final / result.lead.initial - 1,
      rounds: result.rounds.length,
      converged: result.converged,
      liquidatedAccounts: result.liquidatedAccounts,
      notional: result.notional,
      deficit: result.deficit,
      fundUsed: result.fundUsed,
      adlUsed: result.adlUsed,
      socialised: result.socialised,
    });
    onDone(outcomes.length);
  }
  const quantiles = Object.fromEntries(
    quantities.map((quantity) => {
      const values = outcomes.flatMap((outcome) => (outcome[quantity] === null ? [] : [outcome[quantity]]));
      return [quantity, quantileLevels.map((level) => quantileOf(values, level))] as const;
    }),
  );
  return { outcomes, levels: quantileLevels, quantiles: quantiles as Record<OutcomeQuantity, number[]> };
}

/** Quantile by linear interpolation between order statistics (type 7 of Hyndman and Fan); NaN of nothing. */
export function quantileOf(values: readonly number[], level: number): number {
  if (values.length === 0) return NaN;
  const sorted = Float64Array.from(values).sort();
  const place = level * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
