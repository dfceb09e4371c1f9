import { axisNumber, axisPercent, chartWidth, frame, horizontalTitle, palette, type Chart } from './chart.ts';

/** Named parts of a number. */
export interface Contributions {
  /** `ES 99%`. */
  readonly measure: string;
  readonly names: readonly string[];
  /** Parallel to the names; they add up to the measure. */
  readonly parts: ArrayLike<number>;
  readonly currency: string;
}

/** Bars drawn at most; what is smaller is one bar, `others`. */
const barsMax = 24;
const barHeight = 22;
const frameHeight = 108;

/** Horizontal bars, the largest contribution on top; contributions that take risk off point left. */
export function contributionsChart({ measure, names, parts, currency }: Contributions): Chart {
  const sorted = names.map((name, index) => ({ name, value: parts[index] }));
  sorted.sort((a, b) => Math.abs(b.value) - Math.abs(a.value) || (a.name < b.name ? -1 : 1));
  const shown = sorted.length <= barsMax ? sorted : sorted.slice(0, barsMax - 1);
  const rest = sorted.slice(shown.length);
  if (rest.length > 0) {
    shown.push({ name: `${rest.length} others`, value: rest.reduce((sum, { value }) => sum + value, 0) });
  }
  return horizontalBars({
    id: 'contributions',
    title: `Contributions to ${measure}`,
    caption: `Parts of ${measure} in ${currency}; they add up to it. Bars to the left take risk off.`,
    names: shown.map(({ name }) => name),
    values: shown.map(({ value }) => value),
    colors: shown.map(({ value }) => (value >= 0 ? palette.loss : palette.gain)),
    axis: { name: currency, format: axisNumber, min: null },
    line: null,
  });
}

/** How often a margin was enough, portfolio by portfolio. */
export interface CoverageBars {
  readonly names: readonly string[];
  /** Parts of the days, in [0, 1]. */
  readonly coverage: ArrayLike<number>;
  /** What it is held against, 0.99. */
  readonly standard: number;
}

export function coverageChart({ names, coverage, standard }: CoverageBars): Chart {
  const values = Array.from(coverage);
  const least = Math.min(standard, ...values);
  return horizontalBars({
    id: 'coverage',
    title: `Coverage against the standard of ${axisPercent(standard)}`,
    caption: 'Part of the days on which the initial margin was at least the loss over the margin period of risk.',
    names,
    values,
    colors: values.map((value) => (value >= standard ? palette.margin : palette.loss)),
    // Bars that differ in their last percent need an axis that shows it.
    axis: { name: 'covered', format: axisPercent, min: Math.max(Math.floor(least * 50 - 1) / 50, 0) },
    line: standard,
  });
}

/** What moves in a scenario, and whether that alone costs or earns. */
export interface Drivers {
  readonly names: readonly string[];
  /** Moves in standard deviations. */
  readonly deviations: readonly number[];
  readonly losses: readonly number[];
}

/** Bars of the moves of a scenario, the largest on top. */
export function driversChart({ names, deviations, losses }: Drivers): Chart {
  const order = [...names.keys()].sort((a, b) => Math.abs(deviations[b]) - Math.abs(deviations[a]) || a - b).slice(0, barsMax);
  return horizontalBars({
    id: 'drivers',
    title: 'Moves of the scenario',
    caption: 'Moves in standard deviations of the factor, the largest on top. Red: the move alone is a loss; blue: a gain or nothing.',
    names: order.map((place) => names[place]),
    values: order.map((place) => deviations[place]),
    colors: order.map((place) => (losses[place] > 0 ? palette.loss : palette.gain)),
    axis: { name: 'standard deviations', format: axisNumber, min: null },
    line: null,
  });
}

interface Bars {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly names: readonly string[];
  readonly values: readonly number[];
  readonly colors: readonly string[];
  readonly axis: { readonly name: string; readonly format: (value: number) => string; readonly min: number | null };
  readonly line: number | null;
}

function horizontalBars({ id, title, caption, names, values, colors, axis, line }: Bars): Chart {
  const markLine = line === null
    ? null
    : { symbol: 'none', data: [{ xAxis: line }], label: labelOf(axis.format(line)) };
  return {
    id,
    title,
    caption,
    width: chartWidth,
    height: frameHeight + barHeight * names.length,
    option: {
      ...frame,
      grid: { left: 12, right: 72, top: 28, bottom: 56, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      xAxis: {
        ...horizontalTitle(axis.name),
        type: 'value',
        axisLabel: { formatter: axis.format },
        ...(axis.min === null ? {} : { min: axis.min }),
      },
      yAxis: { type: 'category', data: [...names], inverse: true, axisLabel: { interval: 0 } },
      series: [
        {
          type: 'bar',
          data: values.map((value, index) => ({ value, itemStyle: { color: colors[index] } })),
          barMaxWidth: 16,
          label: { show: true, position: 'right', formatter: ({ value }) => axis.format(Number(value)) },
          ...(markLine === null ? {} : { markLine }),
        },
      ],
    },
  };
}

/** Above the line, where no axis stands. */
function labelOf(formatter: string): { position: 'start'; formatter: string } {
  return { position: 'start', formatter };
}
