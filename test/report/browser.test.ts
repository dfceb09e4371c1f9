import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderReport } from '../../src/report/page.ts';
import { findChromium } from '../support/browser.ts';
import { sampleReport } from './sample-report.ts';

const executablePath = findChromium();
const absent = 'needs Chromium (apt-get install chromium, or MARGRID_CHROMIUM=path): not run';

describe.skipIf(executablePath === null)(`report in a real browser${executablePath === null ? `: ${absent}` : ''}`, () => {
  let browser: Browser;
  let page: Page;
  let folder: string;
  const complaints: string[] = [];
  const requests: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'margrid-report-'));
    const path = join(folder, 'report.html');
    writeFileSync(path, await renderReport(sampleReport));
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox', '--disable-gpu'] });
    page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(path).href);
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('asks for nothing but the page itself, and nothing is wrong with it', () => {
    expect(requests).toHaveLength(1);
    expect(complaints).toEqual([]);
  });

  it('shows every picture at its size', async () => {
    const boxes = await page.locator('figure svg').evaluateAll((all) =>
      all.map((each) => each.getBoundingClientRect()).map(({ width, height }) => ({ width, height })),
    );
    expect(boxes).toHaveLength(5);
    for (const { width, height } of boxes) {
      expect(width).toBe(880);
      expect(height).toBeGreaterThan(100);
    }
  });

  it('draws VaR and ES left of zero and names them', async () => {
    const texts = page.locator('#pnl-distribution svg text');
    const placeOf = async (text: RegExp): Promise<number> => (await texts.filter({ hasText: text }).last().boundingBox())!.x;
    // Zero stands on both axes, the second time below the bars.
    const [valueAtRisk, shortfall, zero] = [await placeOf(/^VaR 99% 489$/), await placeOf(/^ES 99% 494.5$/), await placeOf(/^0$/)];
    expect(shortfall).toBeLessThan(valueAtRisk);
    expect(valueAtRisk).toBeLessThan(zero);
  });

  it('colours losses and gains of the grid differently, and prints the numbers', async () => {
    const cells = await page.locator('#grid svg text').allTextContents();
    for (const number of ['-30', '-25', '10', '15']) expect(cells).toContain(number);
    const colors = await page.locator('#grid svg path').evaluateAll((all) => all.map((each) => each.getAttribute('fill')));
    expect(new Set(colors.filter((color) => color !== null && color !== 'none')).size).toBeGreaterThan(4);
  });

  it('has a table that reads as one', async () => {
    expect(await page.getByRole('table').count()).toBe(1);
    expect(await page.getByRole('columnheader').allTextContents()).toEqual(['level', 'VaR', 'ES']);
    expect(await page.getByRole('cell').allTextContents()).toEqual(['99%', '490.00', '495.00']);
    expect(await page.title()).toBe('VaR of <a book> & "more"');
  });
});
