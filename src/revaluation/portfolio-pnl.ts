import { FLAG_BITS } from '../../assembly/portable/layout.ts';
import type { Portfolios } from './book-portfolios.ts';

/**
 * P&L of one portfolio by scenario: a left fold over its rows, as the kernels do it. `units[row * scenarios +
 * scenario]` is the P&L of one unit; written into `pnl`, which has one element per scenario.
 */
export function portfolioPnl(portfolios: Portfolios, units: Float64Array, portfolio: number, pnl: Float64Array): void {
  const { firstPosition, entry, quantity } = portfolios;
  pnl.fill(0);
  for (let p = firstPosition[portfolio]; p < firstPosition[portfolio + 1]; p++) {
    const first = (entry[p] >>> FLAG_BITS) * pnl.length;
    const held = quantity[p];
    for (let s = 0; s < pnl.length; s++) pnl[s] += held * units[first + s];
  }
}
