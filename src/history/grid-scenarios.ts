import { MargridError } from '../errors.ts';
import { requireWithinLimit } from '../limits.ts';
import {
  requireScenarios, type FactorChange, type FactorKind, type RiskFactor, type ScenarioSet,
} from '../scenario/scenario-set.ts';

/** Points of an axis: a list, from one number to another by step, or that many points at equal distances. */
export type AxisPoints =
  | readonly number[]
  | { readonly from: number; readonly to: number; readonly step: number }
  | { readonly from: number; readonly to: number; readonly points: number };

/** Moves of one underlying, or of all of them together. An axis that is absent has the one point 0 and no factor. */
export interface GridMoves {
  readonly price?: AxisPoints;
  readonly volatility?: AxisPoints;
}

export interface GridAxes extends GridMoves {
  /** Calendar days that pass; absent: none. */
  readonly days?: AxisPoints;
}

export interface GridOptions {
  /** What the common moves move: `BTC`, `BTC@2026-09-25`. */
  readonly underlyings: readonly string[];
  /** Underlyings with axes of their own: every combination with the others is a scenario. */
  readonly own?: Readonly<Record<string, GridMoves>>;
  /** Default: relative. */
  readonly change?: Readonly<Partial<Record<FactorKind, FactorChange>>>;
}

export interface GridAxis {
  /** `days`, or kind and underlyings: `price:BTC`, `volatility:BTC+ETH`. */
  readonly name: string;
  readonly values: readonly number[];
}

/** Axes in the order in which scenarios run: the last one fastest. */
export type GridScenarios = ScenarioSet & { readonly axes: readonly GridAxis[] };

interface MovedAxis extends GridAxis {
  readonly kind: FactorKind | 'days';
  readonly underlyings: readonly string[];
}

/** Far more than anybody could mean. */
const axisPointsMax = 1_000_000;
/** Decimals that a step is rounded to, so that three steps of 0.1 are 0.3. */
const stepDigits = 12;

/**
 * Every combination of moves: days slowest; then the underlyings that move together and those with axes of their own,
 * each first by price, then by volatility, which runs fastest. Throws `OptionInvalid`, `ScenarioInvalid`,
 * `LimitExceeded`.
 */
export function gridScenarios(axes: GridAxes, { underlyings, own = {}, change = {} }: GridOptions): GridScenarios {
  const all = axesOf(axes, underlyings, own);
  const count = all.reduce((product, { values }) => product * values.length, 1);
  requireWithinLimit('scenarioSetCountMax', count);
  const moved = all.filter(({ kind }) => kind !== 'days');
  if (moved.length === 0) throw new MargridError('OptionInvalid', 'a grid needs points of a price or a volatility');
  const strides = all.map((_, axis) => all.slice(axis + 1).reduce((product, { values }) => product * values.length, 1));
  const pointOf = (axis: number, scenario: number): number =>
    all[axis].values[Math.floor(scenario / strides[axis]) % all[axis].values.length];
  const factors: RiskFactor[] = [];
  const rows: number[] = [];
  all.forEach(({ kind, underlyings: names }, axis) => {
    if (kind === 'days') return;
    for (const name of names) {
      const [underlying, expiry = null] = name.split('@');
      factors.push({ kind, underlying, expiry, change: change[kind] ?? 'relative' });
      rows.push(axis);
    }
  });
  const moves = new Float64Array(factors.length * count);
  rows.forEach((axis, row) => {
    for (let scenario = 0; scenario < count; scenario++) moves[row * count + scenario] = pointOf(axis, scenario);
  });
  const daysAxis = all.findIndex(({ kind }) => kind === 'days');
  const labels = Array.from({ length: count }, (_, scenario) =>
    all.map((axis, index) => labelOf(axis, pointOf(index, scenario), change)).join(', '),
  );
  const set = requireScenarios({
    factors, count, moves, labels,
    ...(daysAxis < 0
      ? {}
      : { days: Float64Array.from({ length: count }, (_, scenario) => pointOf(daysAxis, scenario)) }),
  });
  return { ...set, axes: all.map(({ name, values }) => ({ name, values })) };
}

function axesOf(axes: GridAxes, underlyings: readonly string[], own: Readonly<Record<string, GridMoves>>): MovedAxis[] {
  const common = underlyings.filter((name) => !(name in own));
  const groups = [
    { names: common, moves: axes as GridMoves },
    ...Object.keys(own).map((name) => ({ names: [name], moves: own[name] })),
  ];
  const days = axes.days === undefined ? [] : [
    { name: 'days', kind: 'days' as const, underlyings: [], values: axisValues('days', axes.days) },
  ];
  const moved = groups.flatMap(({ names, moves }) =>
    (['price', 'volatility'] as const).flatMap((kind) => {
      const points = moves[kind];
      if (points === undefined || names.length === 0) return [];
      const name = `${kind}:${names.join('+')}`;
      return [{ name, kind, underlyings: names, values: axisValues(name, points) }];
    }),
  );
  return [...days, ...moved];
}

/** The points of an axis, in the order given. Throws `OptionInvalid`. */
export function axisValues(name: string, axis: AxisPoints): number[] {
  const values = 'from' in axis ? rangeOf(name, axis) : [...axis];
  const bad = values.find((value) => !Number.isFinite(value));
  if (values.length > 0 && bad === undefined) return values;
  throw new MargridError(
    'OptionInvalid', `the axis ${name} needs finite points, got ${bad ?? 'none'}`, { column: name, value: bad },
  );
}

function rangeOf(name: string, axis: Exclude<AxisPoints, readonly number[]>): number[] {
  const { from, to } = axis;
  const steps = 'points' in axis ? axis.points - 1 : Math.round((to - from) / axis.step);
  const step = 'points' in axis ? (steps === 0 ? 0 : (to - from) / steps) : axis.step;
  // A range that its step does not divide would end somewhere else than it says.
  const fits = Number.isInteger(steps) && steps >= 0 && steps < axisPointsMax &&
    Math.abs(from + steps * step - to) <= 1e-9 * Math.max(Math.abs(step), Math.abs(to));
  if (fits) {
    return Array.from({ length: steps + 1 }, (_, index) => (index === steps ? to : rounded(from + index * step)));
  }
  const shown = JSON.stringify(axis);
  const message = `the axis ${name} goes from one number to another in whole steps, got ${shown}`;
  throw new MargridError('OptionInvalid', message, {
    column: name, value: shown,
  });
}

/** -0 and rounding errors of a step go. */
function rounded(value: number): number {
  return Number(value.toFixed(stepDigits)) + 0;
}

function labelOf({ kind, name }: MovedAxis, value: number, change: GridOptions['change']): string {
  if (kind === 'days') return value === 1 ? '1 day' : `${value} days`;
  const sign = value > 0 ? '+' : '';
  return change?.[kind] === 'absolute' ? `${name} ${sign}${value} absolute` : `${name} ${sign}${rounded(value * 100)}%`;
}
