import { contributionsChart, coverageChart } from '../../src/report/bars.ts';
import { exceptionsChart } from '../../src/report/exceptions.ts';
import { gridHeatmapChart } from '../../src/report/grid-heatmap.ts';
import type { Report } from '../../src/report/page.ts';
import { pnlDistributionChart } from '../../src/report/pnl-distribution.ts';

/** Every kind of picture and a table, with characters that HTML could trip over. */
export const sampleReport: Report = {
  title: 'VaR of <a book> & "more"',
  facts: [['book', 'a<b>.parquet'], ['scenarios', '1,000 days']],
  sections: [
    { title: 'Measures', header: ['level', 'VaR', 'ES'], rows: [['99%', '490.00', '495.00']], note: 'losses positive' },
    pnlDistributionChart({
      pnl: Array.from({ length: 1000 }, (_, i) => i - 499),
      measures: [{ level: 0.99, valueAtRisk: 489, expectedShortfall: 494.5 }],
      currency: 'USD',
    }),
    gridHeatmapChart({
      priceMoves: [-0.1, 0, 0.1], volatilityMoves: [-0.2, 0.2], pnl: [-30, 0, 10, -25, 5, 15], currency: 'USD', days: 0,
    }),
    exceptionsChart({
      dates: ['2026-01-01', '2026-01-02', '2026-01-03'], pnl: [5, -12, -10], limit: [10, 10, 10],
      limitName: 'VaR 99%', currency: 'USD',
    }),
    contributionsChart({ measure: 'ES 99%', names: ['BTC', 'ETH'], parts: [70, -20], currency: 'USD' }),
    coverageChart({ names: ['long', 'short'], coverage: [0.995, 0.97], standard: 0.99 }),
  ],
};
