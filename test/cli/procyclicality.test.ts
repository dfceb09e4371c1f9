import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';
import { runCli, runJson, temporaryFolder } from './run-cli.ts';
import { bookRows, bookTypes, csvText, marketRows, marketTypes } from './small-inputs.ts';

const folder = temporaryFolder();

/** 400 days: returns of 1% up and down, 3% after the 300th. */
beforeAll(() => {
  let price = 100;
  const lines = Array.from({ length: 400 }, (_, day) => {
    price *= 1 + (day % 2 === 0 ? 1 : -1) * (day < 300 ? 0.01 : 0.03);
    return `${new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10)},${price}`;
  });
  writeFileSync(join(folder, 'prices.csv'), `date,close\n${lines.join('\n')}\n`);
});

interface Report {
  readonly measured: { readonly from: string; readonly to: string; readonly days: number };
  readonly fit?: { readonly isConverged: boolean; readonly count: number };
  readonly tools: readonly { name: string; peakToTrough: number; mean: number; relativeCost: number; daysBelowBase: number }[];
}

const prices = ['procyclicality', '--prices', 'prices.csv'];

describe('margrid procyclicality', () => {
  it('compares the tools, in a table and as JSON', async () => {
    const report = await runJson<Report>([...prices, '--from', '2025-10-01', '--to', '2025-12-31', '--tools', 'none,buffer,stress+floor'], folder);
    expect(report.measured).toEqual({ from: '2025-10-01', to: '2025-12-31', days: 92 });
    expect(report.tools.map(({ name }) => name)).toEqual(['none', 'buffer', 'stress+floor']);
    const [none, buffer] = report.tools;
    // EWMA of 0.97 from 1% to 3%: the margin triples in the end.
    expect(none.peakToTrough).toBeGreaterThan(2.5);
    expect(none.peakToTrough).toBeLessThan(3.05);
    expect(buffer.peakToTrough).toBeLessThan(none.peakToTrough);
    const { stdout, code } = await runCli([...prices, '--tools', 'none,all'], folder);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^150 days, 2025-09-08 to 2026-02-04\ntools +mean +cost +peak\/trough/);
  });

  it('fits a GARCH to the warm-up alone, and takes rules of its own', async () => {
    writeFileSync(join(folder, 'rules.json'), JSON.stringify({ mine: { buffer: { fraction: 0.5 } } }));
    const report = await runJson<Report>([...prices, '--volatility', 'garch', '--warm-up', '320', '--rules', 'rules.json'], folder);
    expect(report.fit?.count).toBe(320);
    expect(report.tools.at(-1)!.name).toBe('mine');
  });

  it('writes the paths, itemised', async () => {
    const { code } = await runCli([...prices, '--tools', 'buffer', '--out', 'paths.csv'], folder);
    expect(code).toBe(0);
    const [header, first] = readFileSync(join(folder, 'paths.csv'), 'utf8').split('\n');
    expect(header).toBe('date,tools,base,stress,buffer,floor,limit,margin,buffer_share,buffer_phase');
    const [, , base, , buffer, , , margin] = first.split(',').map(Number);
    expect(base + buffer).toBeCloseTo(margin, 12);
    expect(margin / base).toBeCloseTo(1.25, 12);
  });

  it.each([
    [['--tools', 'nonsense'], /no tool is named 'nonsense'/],
    [['--volatility', 'ewma:2'], /--volatility.lambda must be a number/],
    [['--volatility', 'arch'], /--volatility.kind must be ewma or garch/],
    [['--from', '2030-01-01'], /no margins from 2030-01-01/],
    [['--days', '1,x'], /--days must be whole numbers/],
    [['--where', 'symbol'], /--where must be COLUMN=VALUE/],
    [['--price-column', 'last'], /column "last" is missing/],
    [['--confidence', '1'], /must be a number in/],
  ])('refuses %o', async (args, message) => {
    const { stderr, code } = await runCli([...prices, ...args], folder);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

it('margrid run takes the shipped rules of dynamic margin and add-ons', async () => {
  writeFileSync(join(folder, 'market.csv'), csvText(marketTypes, marketRows));
  writeFileSync(join(folder, 'book.csv'), csvText(bookTypes, bookRows));
  const shipped = (name: string): unknown => JSON.parse(readFileSync(join(packageRoot, 'data', name, `${name}-2026-11-23.json`), 'utf8'));
  writeFileSync(join(folder, 'modules.json'), JSON.stringify({ 'add-ons': shipped('add-ons'), 'dynamic-margin': shipped('dynamic-margin') }));
  const time = Date.UTC(2026, 7, 1, 12);
  const commands = [
    { id: '1', timeMs: time, kind: 'tick' },
    { id: '2', timeMs: time, kind: 'dynamic.observe', day: '2026-08-01', returns: { btc: -0.25, spx: 0.001 } },
    { id: '3', timeMs: time, kind: 'tick' },
  ];
  writeFileSync(join(folder, 'commands.ndjson'), commands.map((each) => JSON.stringify(each)).join('\n'));
  const args = ['run', '--market', 'market.csv', '--book', 'book.csv', '--modules', 'modules.json', '--commands', 'commands.ndjson', '--workers', '0'];
  const report = await runJson<{ commands: number; counts: Record<string, number>; lastEvents: { kind?: string }[] }>(args, folder);
  expect(report.commands).toBe(3);
  expect(report.counts['quarantined']).toBe(0);
  expect(report.lastEvents.map(({ kind }) => kind)).toContain('observed');
});
