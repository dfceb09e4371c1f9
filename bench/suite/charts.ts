import { axisNumber, chartWidth, frame, horizontalTitle, palette, verticalTitle, type Chart } from '../../src/report/chart.ts';
import { formatMs } from '../render.ts';
import type { EntrantLabel, Report } from '../workload.ts';
import type { SeriesPoint } from '../scaling/workload.ts';

const barHeight = 24;
const frameHeight = 104;
/** Of the longest name, `margrid-certified-liquidation-one-worker`. */
const nameWidth = 280;

const colorOf: Readonly<Record<EntrantLabel, string>> = {
  'same algorithm': palette.neutral,
  'less work': palette.margin,
  'other work': '#bbbbbb',
};

/** Medians of all entrants as bars, the fastest on top; margrid's own are blue, certified ones green. */
export function mediansChart({ workload, median, entrants }: Report): Chart {
  const bars = [
    { name: 'margrid', median, color: palette.gain },
    ...Object.entries(entrants).map(([name, entrant]) => ({
      name,
      median: entrant.median,
      color: entrant.label === 'same algorithm' && name.startsWith('margrid') ? palette.gain : colorOf[entrant.label],
    })),
  ].sort((a, b) => a.median - b.median || (a.name < b.name ? -1 : 1));
  // Not from 1, where a logarithmic axis would begin its bars.
  const least = powerOfTenBelow(Math.min(...bars.map((bar) => bar.median)));
  return {
    id: workload,
    title: `${workload}: median milliseconds`,
    caption: 'Shorter is faster; the scale is logarithmic. Blue: margrid; green: less work, the same answer; grey: others.',
    width: chartWidth,
    height: frameHeight + barHeight * bars.length,
    option: {
      ...frame,
      grid: { left: nameWidth, right: 84, top: 24, bottom: 56 },
      xAxis: {
        ...horizontalTitle('milliseconds'),
        type: 'log',
        min: least,
        startValue: least,
        axisLabel: { formatter: axisNumber },
      },
      yAxis: { type: 'category', data: bars.map(({ name }) => name), inverse: true, axisLabel: { interval: 0 } },
      series: [
        {
          type: 'bar',
          data: bars.map((bar) => ({ value: bar.median, itemStyle: { color: bar.color } })),
          barMaxWidth: 16,
          label: { show: true, position: 'right', formatter: ({ value }) => formatMs(Number(value)) },
        },
      ],
    },
  };
}

/** The power of ten that is at most half of a value: the shortest bar must be seen. */
function powerOfTenBelow(value: number): number {
  let power = 1;
  while (power > value / 2) power /= 10;
  while (power * 10 <= value / 2) power *= 10;
  return power;
}

/** Sizes that are further apart than this are drawn on a logarithmic axis. */
const linearRange = 30;

/** Cost of one account along one series. */
export function seriesChart(series: string, points: readonly SeriesPoint[]): Chart {
  const sizes = points.map(({ size }) => size);
  const isWide = Math.max(...sizes) > linearRange * Math.min(...sizes);
  return {
    id: `scaling-${series}`,
    title: `Cost per account by ${series}`,
    caption: `Nanoseconds per account, median; everything but ${series} as in the defaults of the workload.`,
    width: chartWidth,
    height: 340,
    option: {
      ...frame,
      xAxis: {
        ...horizontalTitle(series),
        ...(isWide ? { type: 'log', min: Math.min(...sizes) / 2, max: Math.max(...sizes) * 2 } : { type: 'value', min: 0 }),
        axisLabel: { formatter: axisNumber },
      },
      yAxis: { ...verticalTitle('ns per account'), type: 'value', axisLabel: { formatter: axisNumber } },
      series: [
        {
          type: 'line',
          data: points.map(({ size, nanosecondsPerAccount }) => [size, nanosecondsPerAccount]),
          itemStyle: { color: palette.gain },
          label: { show: true, formatter: ({ value }) => axisNumber(Number(Number((value as number[])[1]).toPrecision(3))) },
        },
      ],
    },
  };
}
