import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CoverageReport } from '../../src/backtest/coverage/coverage-report.ts';
import type { RollingReport } from '../../src/backtest/rolling/rolling-report.ts';
import { runCli, runJson, temporaryFolder } from './run-cli.ts';

const folder = temporaryFolder();

/** Moves of 1% up and down, a little less every day; a loss of 15% on day 80 (21 March), a volatility beside it. */
beforeAll(() => {
  let price = 100;
  const lines = Array.from({ length: 100 }, (_, day) => {
    price *= 1 + (day === 80 ? -0.15 : (day % 2 === 0 ? 0.01 : -0.01) * (1 - day / 1000));
    return `${new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10)},${price},60`;
  });
  writeFileSync(join(folder, 'prices.csv'), `date,close,vol\n${lines.join('\n')}\n`);
  const tiers = { btc: { marginTiers: [{ lowerBound: 0, maxLeverage: 10 }] } };
  const params = { source: 'made up', date: '2026-01-01', unconfirmed: [], transferRate: 0.1, assets: tiers };
  writeFileSync(join(folder, 'tenth.json'), JSON.stringify(params));
});

const prices = ['backtest', '--prices', 'prices.csv', '--factor', 'price:BTC=close'];
const coverage = [...prices, '--model', 'hyperliquid', '--params', 'hyperliquid=tenth.json', '--portfolios', 'long,short', '--random', '0'];
const valueAtRisk = [...prices, '--weight', 'BTC=1000', '--lookback', '50', '--level', '0.95', '--paths', '100'];

describe('margrid backtest --model', () => {
  it('finds the loss that a margin of a tenth does not cover', async () => {
    const report = await runJson<CoverageReport>([...coverage, '--out', 'days.csv'], folder);
    expect(report).toMatchObject({ level: 0.99, horizonDays: 1, days: 39, from: '2025-03-02', to: '2025-04-09' });
    const [long, short] = report.models[0].portfolios;
    expect(long.exceedances.map(({ date, endDate }) => [date, endDate])).toEqual([['2025-03-21', '2025-03-22']]);
    expect(long.coverage).toBe(1 - 1 / 39);
    expect(short.exceedances).toEqual([]);
    const rows = readFileSync(join(folder, 'days.csv'), 'utf8').trim().split('\n');
    expect(rows).toHaveLength(1 + 2 * 39);
    expect(rows[0]).toBe('date,end_date,model,portfolio,currency,notional,initial_margin,cover,loss,exceeded');
    expect(rows.filter((row) => /,1(\.0)?$/.test(row))).toHaveLength(1);
  });

  it('compares models, with their refusals, and takes a series of volatilities', async () => {
    const { code, stdout } = await runCli(
      [...prices, '--factor', 'volatility:BTC=vol*0.01', '--volatility', 'series', '--model', 'dydx,derive-srm', '--random', '0', '--horizon', '2', '--paths', '100'],
      folder,
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/38 days, 2025-03-02 to 2025-04-08; margin period of risk 2 days, overlapping; standard 99.0%/);
    expect(stdout).toMatch(/^dydx +linear, BTC_USDC +2025-01-01 +2 +10/m);
    expect(stdout).toMatch(/^derive-srm +9[0-9.]+%!? .*/m);
    expect(stdout).toMatch(/dydx refuses calendar, .*: only linear perpetuals exist/);
  });

  it.each([
    [['--require-coverage', '0.99'], 1, /check failed: hyperliquid, long: coverage 0.97/],
    [['--require-coverage', '0.9'], 0, /^$/],
    [['--require-zone', 'green'], 0, /^$/],
  ])('a check with %s exits with %i', async (options, expected, message) => {
    const { code, stderr } = await runCli([...coverage, ...options], folder);
    expect(code).toBe(expected);
    expect(stderr.trim()).toMatch(message);
  });

  it('a model that margins nothing fails a check', async () => {
    const { code, stderr } = await runCli([...prices, '--model', 'regt', '--underlying', 'BTC', '--require-coverage', '0.5'], folder);
    expect(code).toBe(1);
    expect(stderr).toMatch(/regt margins nothing on BTC/);
  });
});

describe('margrid backtest of VaR', () => {
  it('tests a portfolio over the history', async () => {
    const report = await runJson<RollingReport>([...valueAtRisk, '--out', 'var.csv'], folder);
    expect(report).toMatchObject({ method: 'historical', lookback: 50, days: 49, currency: 'USD' });
    const [level] = report.levels;
    expect(level.exceptions.map(({ date }) => date)).toEqual(['2025-03-21']);
    expect(level.exceptions[0].pnl).toBeCloseTo(-150, 9);
    // The third worst of the fifty returns up to row 79: 1% less 35 thousandths of it.
    expect(level.exceptions[0].valueAtRisk).toBeCloseTo(9.65, 9);
    const rows = readFileSync(join(folder, 'var.csv'), 'utf8').trim().split('\n');
    expect(rows[0]).toBe('date,end_date,level,pnl,value_at_risk,expected_shortfall,exception');
    expect(rows).toHaveLength(50);
    const { stdout } = await runCli([...valueAtRisk, '--method', 'fhs-ewma:0.9'], folder);
    expect(stdout).toMatch(/^fhs-ewma:0.9, 50 scenarios; horizon 1 day\n49 forecasts/);
  });

  it('fails a check of coverage', async () => {
    const { code, stderr } = await runCli([...valueAtRisk, '--require-coverage', '0.99'], folder);
    expect(code).toBe(1);
    expect(stderr).toMatch(/check failed: VaR 95.0%: coverage 0.97/);
  });
});

describe('bad input exits with 2', () => {
  it.each([
    ['no portfolio', prices, /either --book FILE or --weight/],
    ['an unknown model', [...prices, '--model', 'mystery'], /no margin model is called 'mystery'/],
    ['a portfolio beside a model', [...coverage, '--weight', 'BTC=1'], /--weight is about VaR/],
    ['an unknown method', [...valueAtRisk, '--method', 'magic'], /--method must be one of historical/],
    ['a decay of 2', [...valueAtRisk, '--method', 'fhs-ewma:2'], /needs a number in \(0, 1\)/],
    ['a level of 1%', [...valueAtRisk, '--level', '0.01'], /--level must be in \(0.5, 1\)/],
    ['amounts, and moves that are no part of a price', [...valueAtRisk, '--returns', 'absolute'], /--weight needs relative or log returns of prices/],
    ['a weight without an amount', [...prices, '--weight', 'BTC'], /--weight must be NAME=AMOUNT/],
    ['a volatility policy', [...coverage, '--volatility', 'guess'], /--volatility must be constant/],
    ['a portfolio', [...coverage, '--portfolios', 'moon'], /--portfolios must be of long, short/],
    ['tenors that go back', [...coverage, '--tenors', '90,30'], /--tenors must be 2 ascending/],
    ['parameters of another model', [...coverage, '--params', 'span=x.json'], /--params names 'span'/],
    ['a history that is too short', [...valueAtRisk, '--lookback', '500'], /no day can be tested/],
    ['a column that is not there', ['backtest', '--prices', 'prices.csv', '--factor', 'price:BTC=open', '--model', 'dydx'], /open/],
  ])('%s', async (_name, args, message) => {
    const { code, stderr } = await runCli(args, folder);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
