import type { BarSeriesOption, LineSeriesOption } from 'echarts';
import { axisNumber, chartHeight, chartWidth, frame, verticalTitle, palette, type Chart } from './chart.ts';

/** A backtest day by day; arrays are parallel. */
export interface ExceptionSeries {
  /** ISO dates. */
  readonly dates: readonly string[];
  /** Realised P&L, gains positive. */
  readonly pnl: ArrayLike<number>;
  /** What the loss was held against, >= 0: VaR or initial margin. */
  readonly limit: ArrayLike<number>;
  /** Name of the limit: `VaR 99%`, `initial margin`. */
  readonly limitName: string;
  readonly currency: string;
  /** 1 where the day is an exception; default: where the loss is greater than the limit. */
  readonly exceptions?: ArrayLike<number>;
}

/** Days that are drawn as bars; more would be thinner than a pixel and are one line. */
const barsMax = 600;

/**
 * Realised P&L over time, the limit below it, and every day on which the loss was beyond it. Days without a P&L (NaN) are
 * gaps.
 */
export function exceptionsChart({ dates, pnl, limit, limitName, currency, exceptions }: ExceptionSeries): Chart {
  const isException = (day: number): boolean => (exceptions === undefined ? -pnl[day] > limit[day] : exceptions[day] === 1);
  const marked = dates.flatMap((_, day) => (isException(day) ? [[day, pnl[day]]] : []));
  const observed = dates.reduce((days, _, day) => (Number.isNaN(pnl[day]) ? days : days + 1), 0);
  const few = `${observed} days, ${marked.length} ${marked.length === 1 ? 'exception' : 'exceptions'} (red)`;
  return {
    id: 'exceptions',
    title: `Realised P&L against ${limitName}`,
    caption: `${few}: days with a loss beyond ${limitName}.`,
    width: chartWidth,
    height: chartHeight,
    option: {
      ...frame,
      legend: { top: 4, right: 36 },
      xAxis: { type: 'category', data: [...dates], axisLabel: { hideOverlap: true } },
      yAxis: { ...verticalTitle(currency), type: 'value', axisLabel: { formatter: axisNumber } },
      series: [
        pnlSeries(Array.from(pnl)),
        {
          type: 'line',
          name: `- ${limitName}`,
          data: Array.from(limit, (each) => -each),
          showSymbol: false,
          step: 'end',
          lineStyle: { color: palette.valueAtRisk, width: 1.5 },
          itemStyle: { color: palette.valueAtRisk },
        },
        {
          type: 'scatter',
          name: 'exceptions',
          data: marked,
          symbolSize: 8,
          itemStyle: { color: palette.loss },
        },
      ],
    },
  };
}

function pnlSeries(data: number[]): BarSeriesOption | LineSeriesOption {
  const itemStyle = { color: palette.gain, opacity: 0.6 };
  if (data.length <= barsMax) return { type: 'bar', name: 'P&L', data, barCategoryGap: '0%', large: false, itemStyle };
  return { type: 'line', name: 'P&L', data, showSymbol: false, lineStyle: { ...itemStyle, width: 0.8 }, itemStyle };
}
