import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseVarParams } from '../../src/margin/var/params.ts';
import { runCli } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'margrid-var-'));
const at = (name: string): string => join(folder, name);
const factors = ['BTC', 'ETH', 'SPX'].flatMap((name) => [`price:${name}`, `volatility:${name}`]);
const rows = (count: number): string =>
  Array.from({ length: count }, (_, s) => [`day ${s}`, ...factors.map((_each, f) => (((s * 7 + f * 3) % 11) - 5) / 100)].join(',')).join('\n');
writeFileSync(at('history.csv'), `label,${factors.join(',')}\n${rows(80)}\n`);
writeFileSync(at('crises.csv'), `label,${factors.join(',')}\n${rows(5)}\n`);
const common = ['--source', 'my own prices', '--date', '2026-11-23', '--out', at('params.json')];

describe('margrid var-params', () => {
  it('writes a file that the model reads', async () => {
    const result = await runCli(['var-params', '--scenarios', at('history.csv'), '--stress', at('crises.csv'),
      '--grid', at('crises.csv').replace('crises', 'history'), '--tail', 'var:0.95:5', '--unconfirmed', 'all', ...common], folder);
    expect(result.stderr).toContain('must have names of their own');
    writeFileSync(at('grid.csv'), readFileSync(at('crises.csv')));
    const good = await runCli(['var-params', '--scenarios', at('history.csv'), '--stress', at('crises.csv'),
      '--grid', at('grid.csv'), '--tail', 'var:0.95:5', '--unconfirmed', 'all', ...common], folder);
    expect(good).toMatchObject({ code: 0 });
    expect(good.stdout).toContain('historical history: 80 scenarios of 6 factors');
    const { sets, source, unconfirmed } = parseVarParams(JSON.parse(readFileSync(at('params.json'), 'utf8')));
    expect(source).toBe('my own prices');
    // The rules are the shipped ones: what is made up stays called made up.
    expect(unconfirmed[0]).toBe('all');
    expect(unconfirmed.slice(1)).toContain('rules of the shipped file: riskFactors: made up');
    expect(unconfirmed.slice(1).every((text) => text.startsWith('rules of the shipped file: ') && !text.includes('historical-1'))).toBe(true);
    expect(sets.map(({ name, role, tail }) => [name, role, tail.measure])).toEqual([
      ['history', 'historical', 'valueAtRisk'], ['crises', 'stressed', 'worst'], ['grid', 'grid', 'worst'],
    ]);
    expect(sets[0].scenarios.labels?.[3]).toBe('day 3');
  });

  it('takes the shipped rules without the floors of factors that the history lacks, and says so', async () => {
    const coin = ['label,price:BTC,volatility:BTC', ...Array.from({ length: 80 }, (_, s) => `${s},${(s % 9) / 100},0.1`)].join('\n');
    for (const name of ['own.csv', 'bad.csv', 'cells.csv']) writeFileSync(at(name), coin);
    const result = await runCli(['var-params', '--scenarios', at('own.csv'), '--stress', at('bad.csv'), '--grid', at('cells.csv'), ...common], folder);
    expect(result.code).toBe(0);
    expect(result.stderr).toContain('no historical set has price:ETH: its floor in the shipped rules is left out');
    const { riskFactors } = parseVarParams(JSON.parse(readFileSync(at('params.json'), 'utf8')));
    expect([...riskFactors.keys()]).toEqual(['price:BTC']);
  });

  it('refuses a tail that it does not know, a level that is too high, and no scenarios', async () => {
    const tail = await runCli(['var-params', '--scenarios', at('history.csv'), '--tail', 'cvar:0.9', ...common], folder);
    expect(tail.code).not.toBe(0);
    expect(tail.stderr).toContain("got 'cvar:0.9'");
    const level = await runCli(['var-params', '--scenarios', at('history.csv'), '--tail', 'es:0.995', ...common], folder);
    expect(level.stderr).toContain('needs at least 200 scenarios, there are 80');
    expect((await runCli(['var-params', ...common], folder)).stderr).toContain('--scenarios names no file');
  });
});
