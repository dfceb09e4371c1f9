import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCli, runJson, temporaryFolder } from './run-cli.ts';

const folder = temporaryFolder();
const history = ['--prices', 'prices.csv', '--factor', 'price:A=a', '--factor', 'volatility:A=v*0.01'];

/** By hand: a 100, 110, 99, 198; v 20, 30, 24, 48 points. */
beforeAll(() => {
  const rows = ['2026-01-01,100,20', '2026-01-02,110,30', '2026-01-03,99,24', '2026-01-04,198,48'];
  writeFileSync(join(folder, 'prices.csv'), `date,a,v\n${rows.join('\n')}\n`);
  writeFileSync(join(folder, 'other.csv'), 'date,b\n2026-01-01,1\n2026-01-04,2\n');
});

interface Printed {
  readonly report: { readonly count?: number; readonly found?: readonly { from: string; to: string; loss: number }[] };
  readonly scenarios: { readonly count: number; readonly labels: readonly string[]; readonly weights: readonly number[] | null;
    readonly factors: readonly { factor: string; change: string; moves: readonly number[] }[] };
}
const run = (parts: readonly string[]): Promise<Printed> => runJson<Printed>(['scenarios', ...parts], folder);

describe('margrid scenarios', () => {
  it('historical: as JSON and as a file that reads back', async () => {
    const { scenarios, report } = await run(['historical', ...history, '--returns', 'price=relative,volatility=absolute']);
    expect(report.count).toBe(3);
    expect(scenarios.factors.map(({ factor, change }) => `${factor} ${change}`)).toEqual(['price:A relative', 'volatility:A absolute']);
    expect(scenarios.factors[0].moves).toEqual([0.1, -0.1, 1]);
    const { code } = await runCli(['scenarios', 'historical', ...history, '--age-lambda', '0.5', '--out', 'out.csv'], folder);
    expect(code).toBe(0);
    expect(readFileSync(join(folder, 'out.csv'), 'utf8')).toMatch(/^label,weight,price:A,volatility:A\n2026-01-02,0\.14285714285714285,0\.1,/);
    const shown = await runCli(['scenarios', 'show', 'out.csv'], folder);
    expect(shown.stdout).toMatch(/^3 scenarios, 2026-01-02 to 2026-01-04, weighted/);
  });

  it('filtered, and paths of it', async () => {
    const filter = ['--filter', 'ewma:0.5', '--start-variance', '0.04'];
    const { scenarios } = await run(['filtered', '--prices', 'prices.csv', '--factor', 'price:A=a', '--to', '2026-01-03', ...filter]);
    // docs/SCENARIOS.md: 0.1 sqrt(0.0175 / 0.04).
    expect(scenarios.factors[0].moves[0]).toBeCloseTo(0.0661437827766148, 14);
    const paths = await run(['filtered', ...history, ...filter, '--returns', 'log', '--paths', '7', '--horizon', '2', '--seed', '3']);
    expect(paths.scenarios.count).toBe(7);
  });

  it('stressed: searched, given, joined to the history', async () => {
    const found = await run(['stressed', ...history, '--search', '1', '--exposure', 'price:A=10']);
    expect(found.report.found).toMatchObject([{ from: '2026-01-02', to: '2026-01-03', loss: 1 }]);
    const joined = await run(['stressed', ...history, '--period', '2026-01-02..2026-01-03', '--stress-weight', '0.25']);
    expect(joined.scenarios.weights).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(joined.scenarios.labels[3]).toBe('stress 2026-01-03');
  });

  it('grids and crises', async () => {
    const grid = await run(['grid', '--underlyings', 'A', '--price=-0.1:0.1:0.1', '--volatility', '0,0.5']);
    expect(grid.scenarios.factors[0].moves).toEqual([-0.1, -0.1, 0, 0, 0.1, 0.1]);
    expect((await run(['grid', '--underlyings', 'A', '--preset', 'tims:0.15'])).scenarios.count).toBe(10);
    const crisis = await run(['crisis', '--names', '1987-10-19', '--map', 'price:SPX', '--map', 'price:BTC=price:SPX*2']);
    expect(crisis.scenarios.factors.map(({ moves }) => moves)).toEqual([[-0.2047], [-0.4094]]);
    const { stdout } = await runCli(['scenarios', 'crises'], folder);
    expect(stdout).toMatch(/2025-10-10-low: .*\n.*\nprice:BTC +-13\.33% +to the low of perpetuals +press +CoinDesk/);
  });

  it.each([
    [['historical', '--prices', 'prices.csv'], /--factor price:BTC=btc_close/],
    [['historical', ...history, '--factor', 'price:B=b@other.csv'], /lacks 2 of 4 dates, 2026-01-02, 2026-01-03.*HistoryMisaligned/],
    [['historical', ...history, '--lookback', '9'], /needs 9 observations, there are 3.*ObservationsMissing/],
    [['historical', ...history, '--returns', 'weekly'], /--returns is relative/],
    [['filtered', ...history, '--filter', 'ewma'], /--filter\.lambda/],
    [['stressed', ...history, '--search', '2'], /needs --exposure/],
    [['stressed', ...history], /need --period or --search/],
    [['grid', '--underlyings', 'A', '--price', '0:1'], /--price is FROM:TO:STEP/],
    [['crisis', '--names', '2008-10', '--map', 'price:BTC'], /no figure for price:BTC.*FactorMissing/],
  ])('%# is refused', async (parts, message) => {
    const { code, stderr } = await runCli(['scenarios', ...parts], folder);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
