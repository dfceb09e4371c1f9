import {
  axisNumber, chartHeight, chartWidth, frame, horizontalTitle, palette, verticalTitle, type Chart,
} from './chart.ts';
import { measureLines, type MarkedMeasure } from './pnl-distribution.ts';

/** A distribution that is known as a formula. */
export interface PnlDensity {
  /** Points of the density, ascending by P&L. */
  readonly points: readonly (readonly [pnl: number, density: number])[];
  readonly measures: readonly MarkedMeasure[];
  readonly currency: string;
  /** What the distribution is, for the caption. */
  readonly distribution: string;
}

/** Density of the P&L, with VaR and ES of every level as lines. */
export function pnlDensityChart({ points, measures, currency, distribution }: PnlDensity): Chart {
  return {
    id: 'pnl-distribution',
    title: 'Distribution of the P&L, with VaR and ES',
    caption: `${distribution}; losses on the left. A line stands at minus VaR and minus ES of each level.`,
    width: chartWidth,
    height: chartHeight,
    option: {
      ...frame,
      xAxis: {
        ...horizontalTitle(`P&L, ${currency}`), type: 'value', min: points[0][0], max: points[points.length - 1][0],
        axisLabel: { formatter: axisNumber },
      },
      yAxis: { ...verticalTitle('density'), type: 'value', axisLabel: { show: false } },
      series: [
        {
          type: 'line',
          name: 'density',
          showSymbol: false,
          lineStyle: { color: palette.neutral, width: 1.5 },
          areaStyle: { color: palette.gain, opacity: 0.25 },
          data: points.map(([pnl, density]) => [pnl, density]),
          markLine: { symbol: 'none', data: measureLines(measures) },
        },
      ],
    },
  };
}
