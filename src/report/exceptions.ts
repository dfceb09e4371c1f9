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
}

/** Realised P&L over time, the limit below it, and every day on which the loss was beyond it. */
export function exceptionsChart({ dates, pnl, limit, limitName, currency }: ExceptionSeries): Chart {
  const exceptions = dates.flatMap((_, day) => (-pnl[day] > limit[day] ? [[day, pnl[day]]] : []));
  return {
    id: 'exceptions',
    title: `Realised P&L against ${limitName}`,
    caption: `${dates.length} days, ${exceptions.length} exceptions (red): days with a loss beyond ${limitName}.`,
    width: chartWidth,
    height: chartHeight,
    option: {
      ...frame,
      legend: { top: 4, right: 36 },
      xAxis: { type: 'category', data: [...dates], axisLabel: { hideOverlap: true } },
      yAxis: { ...verticalTitle(currency), type: 'value', axisLabel: { formatter: axisNumber } },
      series: [
        {
          type: 'bar',
          name: 'P&L',
          data: Array.from(pnl),
          barCategoryGap: '0%',
          large: false,
          itemStyle: { color: palette.gain, opacity: 0.6 },
        },
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
          data: exceptions,
          symbolSize: 8,
          itemStyle: { color: palette.loss },
        },
      ],
    },
  };
}
