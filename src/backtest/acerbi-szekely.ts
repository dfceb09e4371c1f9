import { MargridError } from '../errors.ts';
import { RandomStream, requireSeed } from '../generate/random.ts';
import { orderStatisticInterval, type QuantileInterval } from '../risk/standard-errors.ts';
import { quantile } from '../risk/quantile.ts';
import { requireProbability, requireSeries } from './exceptions.ts';
import type { NullModel } from './null-models.ts';
import { openFraction } from './open-fraction.ts';

/**
 * Statistics of Acerbi and Szekely (2014). 0 is expected of a right model, below 0 ES was too small. P&L gains
 * positive, VaR and ES losses positive.
 */
export interface AcerbiSzekely {
  readonly exceptions: number;
  /** Conditional, of the size of exceptions alone: 1 + mean of PL / ES over them; null without any. */
  readonly z1: number | null;
  /** Unconditional, of their number and size: 1 + sum of PL / ES over them, over T (1 - level). */
  readonly z2: number;
}

/**
 * Throws `OptionInvalid`, `ScenarioInvalid` (lengths), `ValueNotFinite`, `ValueOutOfRange` for an ES that is not > 0.
 */
export function acerbiSzekely(
  pnl: ArrayLike<number>,
  valueAtRisk: ArrayLike<number>,
  expectedShortfall: ArrayLike<number>,
  level: number,
): AcerbiSzekely {
  requireProbability('level', level);
  requireSeries({ 'P&L': pnl, VaR: valueAtRisk, ES: expectedShortfall });
  let exceptions = 0;
  let sum = 0;
  for (let day = 0; day < pnl.length; day++) {
    if (!(expectedShortfall[day] > 0)) {
      throw new MargridError('ValueOutOfRange', `ES ${day + 1} must be > 0, got ${expectedShortfall[day]}`, {
        column: 'ES', row: day + 1, value: expectedShortfall[day],
      });
    }
    if (!(pnl[day] < -valueAtRisk[day])) continue;
    exceptions++;
    sum += pnl[day] / expectedShortfall[day];
  }
  return statisticsOf(exceptions, sum, pnl.length, level);
}

function statisticsOf(exceptions: number, sum: number, days: number, level: number): AcerbiSzekely {
  return {
    exceptions,
    z1: exceptions === 0 ? null : 1 + sum / exceptions,
    z2: 1 + sum / (days * (1 - level)),
  };
}

export interface SimulationOptions {
  readonly level: number;
  /** Days of the backtest. */
  readonly observations: number;
  readonly paths: number;
  readonly seed: number;
}

/** Statistics of simulated backtests of a right model, ascending. */
export interface SimulatedStatistics {
  /** Of the paths that had an exception. */
  readonly z1: Float64Array;
  readonly z2: Float64Array;
}

/** Throws `OptionInvalid` for counts that are no whole numbers above 0. */
export function requireWholeCounts(counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) {
    if (Number.isInteger(count) && count >= 1) continue;
    const message = `${name} must be a whole number >= 1, got ${count}`;
    throw new MargridError('OptionInvalid', message, { column: name, value: count });
  }
}

/** Purpose of the random streams: not one of generated books. */
const streamPurpose = 103;

/**
 * Backtests of independent days from a model that is right. Every path has its own stream; P&L is worked out only where
 * its probability can make it an exception. Throws `OptionInvalid`, `ValueOutOfRange` for a model whose ES is not > 0.
 */
export function simulateAcerbiSzekely(model: NullModel, options: SimulationOptions): SimulatedStatistics {
  const { level, observations, paths, seed } = options;
  requireProbability('level', level);
  requireWholeCounts({ observations, paths });
  requireSeed(seed);
  if (!(model.expectedShortfall > 0 && model.expectedShortfall < Infinity)) {
    const message = `the ES of the model must be > 0 and finite, got ${model.expectedShortfall}: P&L are divided by it`;
    throw new MargridError('ValueOutOfRange', message, { column: 'ES', value: model.expectedShortfall });
  }
  const stream = new RandomStream();
  const z1 = new Float64Array(paths);
  const z2 = new Float64Array(paths);
  let withExceptions = 0;
  // What rounding may leave on the wrong side of the quantile is decided by the comparison with VaR.
  const candidates = (1 - level) * (1 + 1e-9) + 1e-15;
  for (let path = 0; path < paths; path++) {
    stream.restart(seed, path, streamPurpose);
    let exceptions = 0;
    let sum = 0;
    for (let day = 0; day < observations; day++) {
      const probability = openFraction(stream);
      if (probability > candidates) continue;
      const pnl = model.pnlAt(probability);
      if (!(pnl < -model.valueAtRisk)) continue;
      exceptions++;
      sum += pnl;
    }
    const statistics = statisticsOf(exceptions, sum / model.expectedShortfall, observations, level);
    z2[path] = statistics.z2;
    if (statistics.z1 !== null) z1[withExceptions++] = statistics.z1;
  }
  return { z1: z1.slice(0, withExceptions).sort(), z2: z2.sort() };
}

/** How a statistic stands among simulated ones; low values speak against the model. */
export interface SimulatedTest {
  /** Share of simulated statistics that are no greater, and its standard error. */
  readonly pValue: number;
  readonly pValueError: number;
  /** Quantile of the simulated ones at the size of the test (type 7), and a 95% interval for the true one. */
  readonly criticalValue: number;
  readonly criticalInterval: { readonly lower: number | null; readonly upper: number | null };
  readonly isRejected: boolean;
}

/** `size`: probability of rejecting a right model, such as 0.01. Throws `OptionInvalid`, `ObservationsMissing`. */
export function testAgainst(simulated: Float64Array, statistic: number, size: number): SimulatedTest {
  requireProbability('size', size);
  const count = simulated.filter((each) => each <= statistic).length;
  const pValue = count / simulated.length;
  const criticalValue = quantile(simulated, size, 7);
  // Of losses positive: the interval is that of minus the statistic.
  const interval: QuantileInterval = orderStatisticInterval(simulated, 1 - size, 0.95);
  return {
    pValue,
    pValueError: Math.sqrt((pValue * (1 - pValue)) / simulated.length),
    criticalValue,
    criticalInterval: {
      lower: interval.upper === null ? null : 0 - interval.upper,
      upper: interval.lower === null ? null : 0 - interval.lower,
    },
    isRejected: statistic < criticalValue,
  };
}
