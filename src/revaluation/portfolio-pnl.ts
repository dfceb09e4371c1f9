import type { Portfolios } from './book-portfolios.ts';
import type { BookRows } from './book-rows.ts';

/**
 * P&L of one portfolio by scenario: a left fold over its rows, as the kernels do it. Written into `pnl`, which has one
 * element per scenario.
 */
export function portfolioPnl(portfolios: Portfolios, rows: BookRows, portfolio: number, pnl: Float64Array): void {
  const { firstPosition, row, quantity } = portfolios;
  pnl.fill(0);
  for (let p = firstPosition[portfolio]; p < firstPosition[portfolio + 1]; p++) {
    const unit = rows.row(row[p]);
    const held = quantity[p];
    for (let s = 0; s < pnl.length; s++) pnl[s] += held * unit[s];
  }
}
