import { addUpExactly } from '../exact-parts.ts';
import { deltaNormalComponents } from './delta-normal.ts';
import { cornishFisherRisk } from './cornish-fisher.ts';
import { deltaGammaMoments } from './delta-gamma.ts';
import { aboutMeans, parametricRisk, type ParametricMethod, type ParametricPortfolio } from './portfolio-risk.ts';
import type { ParametricRisk, TailDistribution } from './tail-distribution.ts';

/** Parts of one measure: one entry per factor, then one for time if it brings anything. */
export interface ParametricParts {
  readonly total: number;
  /** Euler: they add up to the total, exactly. */
  readonly component: Float64Array;
  /** Derivative of the measure by the delta of the factor; 0 of time. */
  readonly marginal: Float64Array;
  /** The measure if only this factor moved. */
  readonly standalone: Float64Array;
  /** The total less the measure if this factor stood still. */
  readonly incremental: Float64Array;
}

export interface ParametricComponents {
  readonly parts: readonly string[];
  readonly valueAtRisk: ParametricParts;
  readonly expectedShortfall: ParametricParts;
}

/** Of the scale of a part, half the distance over which slopes are taken; its fourth power is what is left of the error. */
const bump = 1e-3;

type Measure = (portfolio: ParametricPortfolio) => ParametricRisk;

/**
 * Where parametric VaR and ES come from. Factor i has the part delta_i x_i + x_i (Gamma x)_i / 2 of the P&L, so that
 * parts add up to it and half of a cross gamma belongs to either factor. Delta-normal: in closed form. Quadratic methods:
 * derivatives by the size of a part, from four evaluations (Richardson), error about 1e-10 of the measure. Throws as
 * `parametricRisk`.
 */
export function parametricComponents(
  method: ParametricMethod,
  portfolio: ParametricPortfolio,
  level: number,
  distribution?: TailDistribution,
): ParametricComponents {
  const risk: Measure = (each) => parametricRisk(method, each, level, distribution);
  const whole = parametricRisk(method, portfolio, level, distribution);
  // An expansion that is valid here is differentiated itself, also where it would fall back a step further.
  const slopes: Measure =
    whole.used === 'delta-gamma' ? (each) => parametricRisk('delta-gamma', each, level)
    : whole.used === 'cornish-fisher' ? (each) => cornishFisherRisk(deltaGammaMoments(aboutMeans(each)), level)
    : risk;
  const n = portfolio.delta.length;
  const names = portfolio.names ?? Array.from({ length: n }, (_, i) => `factor ${i + 1}`);
  const isTimed = (portfolio.constant ?? 0) !== 0;
  const gradients = method === 'delta-normal'
    ? linearGradients(portfolio, level, distribution)
    : quadraticGradients(portfolio, slopes);
  const none: ParametricRisk = { valueAtRisk: 0, expectedShortfall: 0 };
  const standalone = names.map((_, i) => risk(only(portfolio, (k) => k === i)));
  const rest = names.map((_, i) => risk(only(portfolio, (k) => k !== i)));
  const constant = portfolio.constant ?? 0;
  const build = (of: keyof ParametricRisk): ParametricParts => {
    const column = (values: (i: number) => number, time: number): Float64Array =>
      Float64Array.from({ length: n + (isTimed ? 1 : 0) }, (_, i) => (i < n ? values(i) : time));
    const raw = column((i) => gradients[i].component[of], -constant);
    const { components } = addUpExactly(closed(raw, whole[of]), whole[of]);
    return {
      total: whole[of],
      component: components,
      marginal: column((i) => gradients[i].marginal[of], none[of]),
      // Without what time brings: that is a part of its own.
      standalone: column((i) => standalone[i][of] + constant, -constant),
      incremental: column((i) => whole[of] - rest[i][of], -constant),
    };
  };
  return {
    parts: isTimed ? [...names, 'time'] : names,
    valueAtRisk: build('valueAtRisk'),
    expectedShortfall: build('expectedShortfall'),
  };
}

interface Gradient {
  readonly component: ParametricRisk;
  readonly marginal: ParametricRisk;
}

function linearGradients(portfolio: ParametricPortfolio, level: number, distribution?: TailDistribution): Gradient[] {
  const { delta, covariance, means, horizon, names } = portfolio;
  const { valueAtRisk, expectedShortfall } = deltaNormalComponents({
    exposures: delta, covariance, level,
    ...(distribution === undefined ? {} : { distribution }),
    ...(means === undefined ? {} : { means }),
    ...(horizon === undefined ? {} : { horizon }),
    ...(names === undefined ? {} : { names }),
  });
  return Array.from(delta, (_, i) => ({
    component: { valueAtRisk: valueAtRisk.component[i], expectedShortfall: expectedShortfall.component[i] },
    marginal: { valueAtRisk: valueAtRisk.marginal[i], expectedShortfall: expectedShortfall.marginal[i] },
  }));
}

function quadraticGradients(portfolio: ParametricPortfolio, risk: Measure): Gradient[] {
  const { delta, covariance, horizon = 1 } = portfolio;
  const n = delta.length;
  const size = Math.sqrt(deltaGammaMoments(aboutMeans(portfolio)).variance);
  return Array.from(delta, (_, i) => {
    const deviation = Math.sqrt(covariance[i * n + i] * horizon);
    const unit = deviation > 0 ? size / deviation : 0;
    return {
      component: slope(risk, (h) => scaledPart(portfolio, i, h), bump),
      marginal: unit > 0 ? slope(risk, (h) => moreDelta(portfolio, i, h), bump * unit) : { valueAtRisk: 0, expectedShortfall: 0 },
    };
  });
}

/** (4 D(h) - D(2 h)) / 3 with central differences D. */
function slope(risk: Measure, at: (h: number) => ParametricPortfolio, h: number): ParametricRisk {
  const [far, near, back, behind] = [2 * h, h, -h, -2 * h].map((each) => risk(at(each)));
  const of = (measure: keyof ParametricRisk): number =>
    (8 * (near[measure] - back[measure]) - (far[measure] - behind[measure])) / (12 * h);
  return { valueAtRisk: of('valueAtRisk'), expectedShortfall: of('expectedShortfall') };
}

/** The portfolio with h times the part of factor i added. */
function scaledPart(portfolio: ParametricPortfolio, i: number, h: number): ParametricPortfolio {
  const n = portfolio.delta.length;
  const gamma = Float64Array.from(portfolio.gamma, (each, place) => {
    const [row, column] = [Math.floor(place / n), place % n];
    return each * (1 + (row === i ? h / 2 : 0) + (column === i ? h / 2 : 0));
  });
  return { ...moreDelta(portfolio, i, h * portfolio.delta[i]), gamma };
}

function moreDelta(portfolio: ParametricPortfolio, i: number, added: number): ParametricPortfolio {
  return { ...portfolio, delta: Float64Array.from(portfolio.delta, (each, k) => (k === i ? each + added : each)) };
}

/** The P&L if only some factors moved. */
function only(portfolio: ParametricPortfolio, moves: (factor: number) => boolean): ParametricPortfolio {
  const n = portfolio.delta.length;
  return {
    ...portfolio,
    delta: Float64Array.from(portfolio.delta, (each, i) => (moves(i) ? each : 0)),
    gamma: Float64Array.from(portfolio.gamma, (each, place) => (moves(Math.floor(place / n)) && moves(place % n) ? each : 0)),
  };
}

/** Differences leave the parts 1e-10 off the total: the largest one takes it. */
function closed(parts: Float64Array, total: number): Float64Array {
  const size = parts.reduce((sum, each) => sum + Math.abs(each), Math.abs(total));
  const missing = total - parts.reduce((sum, each) => sum + each, 0);
  if (Math.abs(missing) > 1e-6 * size) return parts;
  const largest = parts.reduce((best, each, i) => (Math.abs(each) > Math.abs(parts[best]) ? i : best), 0);
  return parts.map((each, i) => (i === largest ? each + missing : each));
}
