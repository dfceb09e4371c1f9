import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../src/package-root.ts';
import { propertySeed } from './support/property-seed.ts';

function filesUnder(folder: string): string[] {
  return readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .sort();
}

const read = (path: string): string => readFileSync(join(packageRoot, path), 'utf8');
const sources = [...filesUnder('src'), ...filesUnder('assembly')];
const everything = [...sources, ...filesUnder('test'), ...filesUnder('bench'), ...filesUnder('examples')];

/**
 * What each folder may import, besides itself and the leaves (errors, limits, package-root). `type` marks type-only
 * imports.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'assembly/portable': [],
  assembly: ['assembly/portable'],
  'src/domain': [],
  'src/threads': [],
  'src/columns': ['src/domain', 'assembly/portable'],
  'src/scenario': ['src/domain', 'assembly/portable'],
  'src/wasm': ['assembly/portable'],
  'src/scalar': ['assembly/portable', 'src/wasm'],
  'src/host': ['assembly/portable', 'src/wasm', 'src/scalar', 'src/strategy'],
  'src/strategy': ['assembly/portable', 'src/margin'],
  'src/margin': ['src/domain', 'src/scenario', 'src/wasm', 'assembly/portable'],
  'src/reference': ['src/domain', 'type src/margin'],
  'src/chain': ['src/domain', 'assembly/portable'],
  'src/pricing': ['src/domain', 'src/wasm', 'assembly/portable'],
  'src/io': ['src/domain'],
  'src/span': ['src/domain', 'src/margin'],
  'src/engine': [
    'src/domain',
    'src/threads',
    'src/columns',
    'src/scenario',
    'src/wasm',
    'src/scalar',
    'src/host',
    'src/margin',
    'assembly/portable',
  ],
  'src/money': ['assembly/portable'],
  'src/revaluation': ['src/domain', 'src/threads', 'src/columns', 'src/scenario', 'src/wasm', 'src/scalar', 'src/engine', 'src/pricing', 'assembly/portable'],
  'src/statistics': ['assembly/portable'],
  'src/risk': ['src/domain', 'src/engine', 'src/scenario', 'src/revaluation', 'src/statistics', 'src/generate', 'assembly/portable'],
  'src/backtest': ['src/domain', 'src/engine', 'src/margin', 'src/scenario', 'src/revaluation', 'src/statistics', 'src/risk', 'src/dynamic', 'src/convert', 'src/generate', 'assembly/portable', 'src/history', 'src/span'],
  'src/montecarlo': ['src/domain', 'src/threads', 'src/scenario', 'src/revaluation', 'src/statistics', 'src/wasm', 'assembly/portable'],
  'src/history': ['src/domain', 'src/scenario', 'src/statistics', 'src/dynamic', 'src/io', 'assembly/portable', 'src/generate', 'src/margin'],
  'src/report': ['src/domain', 'src/io'],
  'src/account': ['src/domain', 'src/engine', 'src/margin', 'src/money', 'assembly/portable'],
  'src/monitor': ['src/domain', 'src/columns', 'src/engine', 'src/account', 'src/margin', 'assembly/portable'],
  'src/journal': ['src/domain', 'src/account', 'src/io'],
  'src/ledger': ['src/domain', 'src/engine', 'src/account', 'src/margin', 'src/money'],
  'src/collateral': ['src/domain', 'src/engine', 'src/account', 'src/margin', 'src/money', 'src/ledger', 'assembly/portable'],
  'src/dynamic': ['src/domain', 'src/engine', 'src/account', 'src/margin', 'src/convert', 'src/statistics', 'assembly/portable'],
  'src/guard': ['src/domain', 'src/engine', 'src/account', 'src/margin'],
  'src/pooling': ['src/domain', 'src/engine', 'src/account', 'src/margin', 'src/money', 'src/ledger', 'src/whatif', 'src/columns', 'assembly/portable'],
  'src/liquidation': [
    'src/domain', 'src/engine', 'src/account', 'src/margin', 'src/money', 'src/whatif', 'src/convert', 'assembly/portable',
  ],
  'src/waterfall': ['src/domain', 'src/engine', 'src/account', 'src/margin', 'src/money', 'src/ledger', 'src/liquidation', 'src/generate', 'assembly/portable'],
  'src/cascade': ['src/domain', 'src/engine', 'src/margin', 'src/money', 'src/waterfall', 'src/convert', 'src/generate', 'assembly/portable'],
  'src/convert': ['src/domain', 'src/margin'],
  'src/compare': ['src/domain', 'src/engine', 'src/margin', 'src/convert'],
  'src/whatif': ['src/domain', 'src/engine', 'src/margin', 'src/convert', 'assembly/portable'],
  'src/generate': ['src/domain', 'src/engine', 'assembly/portable'],
  'src/reconcile': ['src/domain', 'src/threads', 'src/reference', 'src/margin'],
};
const leaves = new Set(['src/errors.ts', 'src/limits.ts', 'src/package-root.ts']);

function folderOf(path: string): string {
  const known = Object.keys(mayImport).filter((folder) => path.startsWith(`${folder}/`));
  return known.sort((a, b) => b.length - a.length)[0] ?? dirname(path);
}

interface Import {
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
}

function importsOf(path: string): Import[] {
  const text = read(path);
  const pattern = /^\s*(import|export)\s+(type\s+)?(?:[^'";]*?from\s+)?['"](\.[^'"]+)['"]/gms;
  const always = [...text.matchAll(pattern)].map(([, , type, target]) => ({ target, isType: type !== undefined }));
  const onDemand = [...text.matchAll(/\bimport\('(\.[^']+)'\)/g)].map(([, target]) => ({ target, isType: false }));
  return [...always, ...onDemand].map(({ target, isType }) => {
    const to = relative(packageRoot, join(packageRoot, dirname(path), target));
    return { from: path, to: to.endsWith('.ts') ? to : `${to}.ts`, isType };
  });
}

function isAllowed({ from, to, isType }: Import): boolean {
  const folder = folderOf(from);
  const allowed = mayImport[folder];
  if (allowed === undefined || leaves.has(to) || folderOf(to) === folder) return true;
  return allowed.includes(folderOf(to)) || (isType && allowed.includes(`type ${folderOf(to)}`));
}

/** Functions longer than this are told apart only by scrolling. */
const functionLinesMax = 70;

function longFunctions(path: string): string[] {
  const lines = read(path).split('\n');
  const long: string[] = [];
  lines.forEach((line, start) => {
    const opening =
      /^( *)(?:export )?(?:default )?(?:async )?(?:static )?(?:function\*?\s+(\w+)|(?:async )?#?(\w+)\(.*\)[^;]*\{$)/.exec(
        line,
      );
    if (opening === null || /^\s*(if|for|while|switch|return|describe|it|expect)\b/.test(line)) return;
    const end = lines.findIndex((other, index) => index > start && other === `${opening[1]}}`);
    if (end - start > functionLinesMax)
      long.push(`${path}:${start + 1} ${opening[2] ?? opening[3]} has ${end - start} lines`);
  });
  return long;
}

describe('tidy', () => {
  it('imports go one way', () => {
    const imports = sources.flatMap(importsOf);
    expect(imports.length).toBeGreaterThan(100);
    expect(imports.filter((each) => !isAllowed(each)).map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it('the check on imports can fail', () => {
    expect(isAllowed({ from: 'src/domain/book.ts', to: 'src/engine/engine.ts', isType: false })).toBe(false);
    expect(isAllowed({ from: 'src/reference/black76.ts', to: 'src/margin/registry.ts', isType: false })).toBe(false);
    expect(isAllowed({ from: 'src/reference/black76.ts', to: 'src/margin/model.ts', isType: true })).toBe(true);
  });

  it('only cli prints', () => {
    const printing = sources.filter(
      (path) => !path.startsWith('src/cli/') && /console\.|process\.std(out|err)/.test(read(path)),
    );
    expect(printing).toEqual([]);
  });

  it('only threads, engine and what is started with data in a thread know threads', () => {
    const may = /^src\/(threads|engine)\/|^src\/(reconcile|montecarlo)\/worker\.ts$/;
    const threaded = sources.filter((path) => /worker_threads|piscina'/.test(read(path)) && !may.test(path));
    expect(threaded).toEqual([]);
  });

  it('numbers that leave the engine use no function whose digits differ between engines', () => {
    const inexact =
      /\bMath\.(exp|log|log2|log10|pow|a?sinh?|a?cosh?|a?tanh?|atan2|cbrt|expm1|log1p|hypot)\b|\*\*(?! *\d+\b(?!\.))/;
    const numeric =
      /^(assembly|src\/(scalar|scenario|margin|engine|chain|generate|dynamic|revaluation|statistics|risk|backtest|montecarlo|history))\//;
    const offending = sources.filter(
      (path) => numeric.test(path) && inexact.test(read(path).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')),
    );
    expect(offending).toEqual([]);
  });

  it('no function is longer than seventy lines', () => {
    expect([...sources, ...filesUnder('bench'), ...filesUnder('examples')].flatMap(longFunctions)).toEqual([]);
  });

  it('no TODO without an issue number, no any, no catch-all names', () => {
    const todo = everything.filter(
      (path) => path !== 'test/tidy.test.ts' && /\b(TODO|FIXME)\b(?!.*#\d)/.test(read(path)),
    );
    expect(todo).toEqual([]);
    expect(everything.filter((path) => /(^|\/)(utils?|helpers?|common|misc)(\.|\/)/.test(path))).toEqual([]);
  });

  it('properties draw the inputs of one seed, the same in every run unless others are asked for', () => {
    expect(fc.readConfigureGlobal().seed).toBe(propertySeed());
    expect(propertySeed('')).toEqual(expect.any(Number));
    expect(propertySeed('-7')).toBe(-7);
    expect(propertySeed('random')).toBe(undefined);
    for (const asked of ['1.5', 'x', '4294967296']) expect(() => propertySeed(asked)).toThrow(`got '${asked}'`);
  });

  it('every source file is reachable from the library, the command line or a worker', () => {
    const entries = [
      'src/index.ts',
      'src/cli/main.ts',
      'src/engine/worker.ts',
      'src/reconcile/worker.ts',
      'src/montecarlo/worker.ts',
      'assembly/index.ts',
    ];
    const seen = new Set<string>();
    const visit = (path: string): void => {
      if (seen.has(path)) return;
      seen.add(path);
      importsOf(path).forEach(({ to }) => visit(to));
    };
    entries.forEach(visit);
    expect(sources.filter((path) => !seen.has(path))).toEqual([]);
  });
});
