import {
  axisNumber, axisPercent, chartHeight, chartWidth, frame, horizontalTitle, verticalTitle, palette, type Chart,
} from './chart.ts';

/** P&L over a grid of price and volatility moves: `pnl[volatility * priceMoves.length + price]`. */
export interface PnlGrid {
  /** Fractions. */
  readonly priceMoves: readonly number[];
  readonly volatilityMoves: readonly number[];
  readonly pnl: ArrayLike<number>;
  readonly currency: string;
  /** Days that have passed in this grid; 0 if none. */
  readonly days: number;
}

/** Cells with a number in them, up to this many. */
const labelledCellsMax = 150;

/** Heatmap of a grid: red losses, blue gains, white zero. */
export function gridHeatmapChart({ priceMoves, volatilityMoves, pnl, currency, days }: PnlGrid): Chart {
  const columns = priceMoves.length;
  const cells = Array.from(pnl, (value, cell) => [cell % columns, Math.floor(cell / columns), value]);
  const shape = `${columns} price moves by ${volatilityMoves.length} volatility moves`;
  const largest = cells.reduce((most, [, , value]) => Math.max(most, Math.abs(value)), 0) || 1;
  return {
    id: days === 0 ? 'grid' : `grid-${String(days).replace('.', '-')}-days`,
    title: days === 0 ? 'P&L by price and volatility' : `P&L by price and volatility after ${days} days`,
    caption: `${shape}, ${currency}; red is a loss.`,
    width: chartWidth,
    height: chartHeight,
    option: {
      ...frame,
      grid: { left: 84, right: 120, top: 52, bottom: 56 },
      xAxis: { ...horizontalTitle('price'), type: 'category', data: priceMoves.map(axisPercent) },
      yAxis: { ...verticalTitle('volatility'), type: 'category', data: volatilityMoves.map(axisPercent) },
      visualMap: {
        min: -largest,
        max: largest,
        precision: 2,
        calculable: false,
        orient: 'vertical',
        right: 8,
        top: 'middle',
        text: [axisNumber(largest), axisNumber(-largest)],
        inRange: { color: [palette.loss, '#ffffff', palette.gain] },
      },
      series: [
        {
          type: 'heatmap',
          data: cells,
          label: {
            show: cells.length <= labelledCellsMax,
            formatter: ({ value }) => axisNumber((value as number[])[2]),
          },
        },
      ],
    },
  };
}
