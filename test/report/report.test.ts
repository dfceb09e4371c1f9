import { describe, expect, it } from 'vitest';
import { contributionsChart } from '../../src/report/bars.ts';
import { axisNumber, axisPercent } from '../../src/report/chart.ts';
import { exceptionsChart } from '../../src/report/exceptions.ts';
import { renderReport } from '../../src/report/page.ts';
import { pnlDistributionChart } from '../../src/report/pnl-distribution.ts';
import { renderChart } from '../../src/report/render-chart.ts';
import { sampleReport } from './sample-report.ts';

describe('report', () => {
  it('is one page with every picture and no script, no address outside', async () => {
    const page = await renderReport(sampleReport);
    expect(page.match(/<svg /g)).toHaveLength(5);
    expect(page.match(/<figure id="[\w-]+">/g)).toHaveLength(5);
    expect(page).not.toMatch(/<script|javascript:|@import|url\((?!#)|src=|href="(?!#)/);
    // Namespaces are names, not addresses that anybody fetches.
    expect(page.replaceAll('http://www.w3.org/', '')).not.toMatch(/https?:/);
    expect(page).toContain('VaR of &lt;a book&gt; &amp; &quot;more&quot;');
    expect(page).toContain('<tr><td>99%</td><td>490.00</td><td>495.00</td></tr>');
    expect(page).not.toContain('a<b>');
  });

  it('is the same text every time', async () => {
    expect(await renderReport(sampleReport)).toBe(await renderReport(sampleReport));
  });

  it('names what a picture shows, for those who do not see it', async () => {
    const chart = pnlDistributionChart({ pnl: [-3, 1, 2], measures: [], currency: 'A&B' });
    const svg = await renderChart(chart);
    expect(svg).toMatch(/^<svg [^>]*role="img"><title>P&amp;L by scenario, with VaR and ES<\/title><desc>3 scenarios;/);
    expect(svg).not.toContain('zr0');
  });

  it('marks the days with a loss beyond the limit, a loss at the limit is none', () => {
    const chart = exceptionsChart({
      dates: ['a', 'b', 'c'], pnl: [-10, -10.5, 11], limit: [10, 10, 10], limitName: 'margin', currency: 'USD',
    });
    expect(chart.caption).toBe('3 days, 1 exception (red): days with a loss beyond margin.');
  });

  it('adds what is too small for a bar of its own to the others', () => {
    const names = Array.from({ length: 30 }, (_, i) => `i${i}`);
    const { option } = contributionsChart({ measure: 'ES', names, parts: names.map((_, i) => i), currency: 'USD' });
    const [series] = option.series as { data: { value: number }[] }[];
    // 29 + 28 + … + 7 in 23 bars; 0 + 1 + … + 6 = 21 in the last one.
    expect(series.data).toHaveLength(24);
    expect(series.data[0].value).toBe(29);
    expect(series.data[23].value).toBe(21);
  });

  it('writes numbers on axes', () => {
    expect([0, -9999, 12_345, -2_500_000, 7e9].map(axisNumber)).toEqual(['0', '-9999', '12.35k', '-2.5M', '7G']);
    expect([0.1, -0.075, 1 / 3].map(axisPercent)).toEqual(['10%', '-7.5%', '33.33%']);
  });
});
