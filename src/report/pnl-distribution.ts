import type { CustomSeriesRenderItem } from 'echarts';
import {
  axisNumber, chartHeight, chartWidth, frame, horizontalTitle, verticalTitle, palette, type Chart,
} from './chart.ts';
import { histogramOf } from './histogram.ts';

/** VaR and ES at one level, losses positive. */
export interface MarkedMeasure {
  readonly level: number;
  readonly valueAtRisk: number;
  readonly expectedShortfall: number;
}

export interface PnlDistribution {
  /** P&L by scenario, gains positive, in `currency`. */
  readonly pnl: ArrayLike<number>;
  readonly measures: readonly MarkedMeasure[];
  readonly currency: string;
}

/** Histogram of the P&L over the scenarios, with VaR and ES of every level as lines. */
export function pnlDistributionChart({ pnl, measures, currency }: PnlDistribution): Chart {
  const { low, width, counts } = histogramOf(pnl);
  const bars = Array.from(counts, (count, bin) => [low + bin * width, low + (bin + 1) * width, count]);
  return {
    id: 'pnl-distribution',
    title: 'P&L by scenario, with VaR and ES',
    caption: `${pnl.length} scenarios; losses on the left. A line stands at minus VaR and minus ES of each level.`,
    width: chartWidth,
    height: chartHeight,
    option: {
      ...frame,
      xAxis: {
        ...horizontalTitle(`P&L, ${currency}`), type: 'value', scale: true, axisLabel: { formatter: axisNumber },
      },
      yAxis: { ...verticalTitle('scenarios'), type: 'value', axisLabel: { formatter: axisNumber } },
      series: [
        {
          type: 'custom',
          name: 'scenarios',
          renderItem: drawBar,
          encode: { x: [0, 1], y: 2 },
          data: bars,
          markLine: {
            symbol: 'none',
            data: measureLines(measures),
          },
        },
      ],
    },
  };
}

/** A line at minus VaR and minus ES of each level. */
export function measureLines(measures: readonly MarkedMeasure[]): object[] {
  // ES of one level and VaR of another are often close: their names stand at different heights.
  const line = (name: string, loss: number, color: string, position: 'insideEndTop' | 'insideMiddleTop'): object => ({
    xAxis: -loss,
    lineStyle: { color, type: 'solid', width: 1.5 },
    label: { formatter: `${name} ${axisNumber(loss)}`, color, rotate: 90, position },
  });
  return measures.flatMap((each) => [
    line(`VaR ${each.level * 100}%`, each.valueAtRisk, palette.valueAtRisk, 'insideEndTop'),
    line(`ES ${each.level * 100}%`, each.expectedShortfall, palette.expectedShortfall, 'insideMiddleTop'),
  ]);
}

const drawBar: CustomSeriesRenderItem = (_parameters, api) => {
  const [left, top] = api.coord([api.value(0), api.value(2)]);
  const [right, bottom] = api.coord([api.value(1), 0]);
  const isLoss = Number(api.value(1)) <= 0;
  const shape = { x: left, y: top, width: Math.max(right - left - 0.5, 0.5), height: bottom - top };
  return { type: 'rect', shape, style: { fill: isLoss ? palette.loss : palette.gain, opacity: 0.65 } };
};
