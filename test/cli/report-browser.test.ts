import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../support/browser.ts';
import { runCli, temporaryFolder } from './run-cli.ts';

const folder = temporaryFolder();
const executablePath = findChromium();
const absent = 'needs Chromium (apt-get install chromium, or MARGRID_CHROMIUM=path): not run';

/** Moves of 1% up and down, a little less every day; losses of 15% and 20% on days 70 and 80. */
function pricesText(): string {
  let price = 100;
  const lines = Array.from({ length: 100 }, (_, day) => {
    price *= 1 + (day === 70 ? -0.15 : day === 80 ? -0.2 : (day % 2 === 0 ? 0.01 : -0.01) * (1 - day / 1000));
    return `${new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10)},${price}`;
  });
  return `date,close\n${lines.join('\n')}\n`;
}

describe.skipIf(executablePath === null)(`reports of the command line${executablePath === null ? `: ${absent}` : ''}`, () => {
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const requests: string[] = [];
  const prices = ['backtest', '--prices', 'prices.csv', '--factor', 'price:BTC=close', '--paths', '100'];

  beforeAll(async () => {
    writeFileSync(join(folder, 'prices.csv'), pricesText());
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox', '--disable-gpu'] });
    page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
  });

  afterAll(async () => browser?.close());

  async function open(file: string): Promise<void> {
    requests.length = 0;
    await page.goto(pathToFileURL(join(folder, file)).href);
    expect(requests).toHaveLength(1);
    expect(complaints).toEqual([]);
  }

  it('a backtest of VaR: a table of tests, days over time with VaR and two exceptions at each level', async () => {
    const options = ['--weight', 'BTC=1000', '--lookback', '50', '--level', '0.9,0.95', '--report', 'var.html', '--svg', 'var'];
    const { code, stderr } = await runCli([...prices, ...options], folder);
    expect([code, stderr]).toEqual([0, 'wrote var.html\nwrote var/exceptions-90.svg\nwrote var/exceptions-95.svg\n']);
    expect(readdirSync(join(folder, 'var')).sort()).toEqual(['exceptions-90.svg', 'exceptions-95.svg']);
    await open('var.html');
    expect(await page.title()).toBe('Backtest of VaR and ES');
    const rows = page.getByRole('table').first().getByRole('row');
    expect(await rows.nth(2).getByRole('cell').allTextContents()).toEqual(['exceptions', '2', '2']);
    // 49 forecasts at 95%: 2.45 exceptions.
    expect(await rows.nth(3).getByRole('cell').allTextContents()).toEqual(['expected', '4.9', '2.5']);
    expect(await rows.filter({ hasText: 'Kupiec' }).count()).toBe(1);
    const figure = page.locator('#exceptions-95');
    expect(await figure.locator('figcaption').textContent()).toBe('49 days, 2 exceptions (red): days with a loss beyond VaR 95%.');
    expect((await figure.locator('svg').boundingBox())!.width).toBe(880);
    // Two days and the sign in the legend.
    expect(await figure.locator('svg path[fill="#cc3311"]').count()).toBe(3);
  });

  it('a coverage backtest: bars by model and portfolio, days of the portfolio that is asked for', async () => {
    const options = ['--model', 'hyperliquid,dydx', '--portfolios', 'long,short', '--random', '0', '--draw', 'long'];
    const { code, stderr } = await runCli([...prices, ...options, '--report', 'coverage.html', '--svg', 'coverage'], folder);
    expect([code, stderr.match(/wrote /g)]).toEqual([0, Array(6).fill('wrote ')]);
    expect(readdirSync(join(folder, 'coverage')).sort()).toEqual([
      'coverage-dydx.svg', 'coverage-hyperliquid.svg', 'coverage-models.svg', 'exceptions-dydx.svg', 'exceptions-hyperliquid.svg',
    ]);
    await open('coverage.html');
    expect(await page.locator('figure svg').count()).toBe(5);
    const names = await page.locator('#coverage-hyperliquid svg text').allTextContents();
    expect(names).toEqual(expect.arrayContaining(['long', 'short', '99%']));
    // A long future loses more than 2.5% twice in 39 days.
    expect(names).toContain('94.87%');
    expect(await page.locator('#exceptions-hyperliquid figcaption').textContent())
      .toBe('39 days, 2 exceptions (red): days with a loss beyond cover.');
    expect(await page.getByRole('heading', { name: 'hyperliquid, long: P&L against the cover of the day' }).count()).toBe(1);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(1000);
  });

  it('a portfolio that will not be there is refused before the work', async () => {
    const { code, stderr } = await runCli([...prices, '--model', 'dydx', '--random', '1', '--draw', 'random-2', '--report', 'x.html'], folder);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--draw must be one of long, short, .*random-1, got 'random-2'/);
  });
});
