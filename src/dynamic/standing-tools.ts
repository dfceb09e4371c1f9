import { MargridError } from '../errors.ts';
import type { RiskFactorFloor, StandingTools } from '../margin/var/params.ts';
import { applyTools, noToolState, type BufferPhase, type ToolInputs } from './anti-procyclicality.ts';
import type { AntiProcyclicalityRules } from './anti-procyclicality-rules.ts';
import { variancePath, type StartVariance, type VolatilityModel } from './volatility-model.ts';

/** The tools at the end of a history, as fields of a parameter file of `var`. */
export interface StandingReport {
  readonly tools: StandingTools;
  readonly bufferPhase: BufferPhase;
  /** Of the last day. */
  readonly margin: number;
}

/**
 * Follows the margin of a portfolio day by day through the tools of `rules` and says where they stand at the end: what
 * is left of the buffer after the rises of the history, the weight of stress, the multiple of the floor. A speed limit
 * has no place in a single day's file and is refused. Throws `ObservationsMissing`, `OptionInvalid`, `ValueOutOfRange`.
 */
export function standingTools(history: readonly ToolInputs[], rules: AntiProcyclicalityRules): StandingReport {
  if (history.length === 0) throw new MargridError('ObservationsMissing', 'the history of margins has no day');
  if (rules.speedLimit !== undefined) {
    throw new MargridError('OptionInvalid', 'a speed limit depends on the margin of the day before: no file of one day has it', {
      column: 'speedLimit', value: rules.speedLimit,
    });
  }
  let state = noToolState;
  let last = applyTools(history[0], state, rules).items;
  for (const inputs of history) {
    const step = applyTools(inputs, state, rules);
    state = step.state;
    last = step.items;
  }
  return {
    tools: {
      buffer: last.bufferShare,
      stressWeight: rules.stress?.weight ?? 0,
      longRunMultiple: rules.floor?.multiple ?? 0,
    },
    bufferPhase: last.bufferPhase,
    margin: last.margin,
  };
}

export interface FactorFloorOptions {
  readonly model: VolatilityModel;
  readonly start: StartVariance;
  /** Of the long-run volatility. */
  readonly floor: number;
  readonly buffer: number;
}

/** Fewest returns from which a long run is one: a year of trading days. */
const longRunDays = 250;

/**
 * The floor of a risk factor over a history of its returns, oldest first: the volatility that the model forecasts after
 * the last one, and that of the long run, the root of the mean of the daily variances. Per day; only their ratio counts.
 * Throws `ObservationsMissing`, `ValueNotFinite`.
 */
export function riskFactorFloor(
  returns: ArrayLike<number>,
  { model, start, floor, buffer }: FactorFloorOptions,
): RiskFactorFloor {
  if (returns.length < longRunDays) {
    const message = `a long-run volatility needs ${longRunDays} returns, got ${returns.length}`;
    throw new MargridError('ObservationsMissing', message, { value: returns.length });
  }
  const variances = variancePath(model, returns, start);
  const mean = variances.reduce((sum, each) => sum + each, 0) / variances.length;
  const volatility = Math.sqrt(variances[variances.length - 1]);
  return { volatility, longRunVolatility: Math.sqrt(mean), floor, buffer };
}
