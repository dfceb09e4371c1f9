import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';
import { startNode, temporaryFolder, type Finished } from '../cli/run-cli.ts';

interface Manifest {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const run = promisify(execFile);
/** A project of a user: outside the repository, so that nothing is found there by accident. */
const project = realpathSync(temporaryFolder());
const installed = join(project, 'node_modules', 'margrid');
const manifest = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as Manifest;
let files: readonly string[] = [];

beforeAll(async () => {
  files = await pack();
  mkdirSync(installed, { recursive: true });
  const tarball = readdirSync(project).find((name) => name.endsWith('.tgz'))!;
  await run('tar', ['-xzf', tarball, '-C', join('node_modules', 'margrid'), '--strip-components=1'], { cwd: project });
  Object.keys(manifest.dependencies).forEach(link);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
});

/** The build is there already (`npm test` makes it), and no script of the package may run twice. Needs no network. */
async function pack(): Promise<readonly string[]> {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', project];
  const { stdout } = await run('npm', args, { cwd: packageRoot, shell: process.platform === 'win32' });
  const [packed] = JSON.parse(stdout) as [{ readonly files: readonly { readonly path: string }[] }];
  return packed.files.map(({ path }) => path);
}

/** What npm install would do for a dependency, without asking a registry. */
function link(name: string): void {
  symlinkSync(realpathSync(join(packageRoot, 'node_modules', name)), join(project, 'node_modules', name), 'junction');
}

const margrid = (...args: string[]): Promise<Finished> =>
  startNode([join('node_modules', 'margrid', manifest.bin['margrid']), ...args], project).finished;

describe('the tarball', () => {
  it('holds what runs and what explains it', () => {
    const expected = [
      'package.json',
      'LICENSE',
      'NOTICE',
      'CHANGELOG.md',
      'build/release.wasm',
      'build/single.wasm',
      'build/debug.wasm',
      'build/js/src/index.js',
      'build/js/src/index.d.ts',
      'build/js/src/cli/main.js',
      'build/js/src/engine/worker.js',
      'data/chains/deribit-btc-2026-08-01.json',
      'data/chains/spx-2026-07-31.json',
      'data/params/deribit-pm-2024-06-17.json',
      'docs/ARCHITECTURE.md',
      'docs/FILES.md',
      'docs/models/deribit-pm.md',
    ];
    expect(expected.filter((path) => !files.includes(path))).toEqual([]);
  });

  it('holds nothing else: no tests, benchmarks, sources or text forms of the kernels', () => {
    const allowed =
      /^(package\.json|\w+\.md|LICENSE|NOTICE|build\/[a-z]+\.wasm|build\/js\/.+|data\/.+\.(json|txt)|docs\/.+)$/;
    expect(files.filter((path) => !allowed.test(path))).toEqual([]);
    expect(files.filter((path) => /\.wat$|\.test\.|(^|\/)(test|bench)\/|(?<!\.d)\.ts$/.test(path))).toEqual([]);
  });

  it('holds no compiled file whose source is gone', () => {
    const compiled = files.filter((path) => path.startsWith('build/js/') && path.endsWith('.js'));
    expect(compiled.length).toBeGreaterThan(100);
    const orphans = compiled.filter(
      (path) => !existsSync(join(packageRoot, path.replace('build/js/', '').replace(/\.js$/, '.ts'))),
    );
    expect(orphans, 'left over from an older build: remove build/js and build again').toEqual([]);
  });
});

describe('installed in an empty project', () => {
  it('stands alone: outside the repository, dependencies and nothing else beside it', () => {
    expect(installed.startsWith(packageRoot + sep)).toBe(false);
    expect(readdirSync(join(project, 'node_modules')).sort()).toEqual(
      ['margrid', ...Object.keys(manifest.dependencies)].sort(),
    );
  });

  it('margrid --version', async () => {
    expect(await margrid('--version')).toEqual({ code: 0, signal: null, stdout: `${manifest.version}\n`, stderr: '' });
  });

  it('margrid as npm links it into .bin', { skip: process.platform === 'win32' }, async () => {
    const bin = join(project, 'node_modules', '.bin');
    mkdirSync(bin);
    const target = join(installed, manifest.bin['margrid']);
    expect(readFileSync(target, 'utf8').split('\n')[0]).toBe('#!/usr/bin/env node');
    symlinkSync(target, join(bin, 'margrid'));
    const { code, stdout } = await startNode([join(bin, 'margrid'), '--version'], project).finished;
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${manifest.version}\n` });
  });

  it('margrid demo, with worker threads, margins and reconciles', async () => {
    const options = [
      '--accounts',
      '500',
      '--sample',
      '2',
      '--ticks',
      '1',
      '--baseline-accounts',
      '100',
      '--workers',
      '2',
      '--json',
    ];
    const { code, stdout } = await margrid('demo', ...options);
    expect(code).toBe(0);
    const shown = JSON.parse(stdout) as {
      accounts: number;
      reconciliation: { isReconciled: boolean };
      speedUp: { bits: unknown };
    };
    expect(shown).toMatchObject({
      accounts: 500,
      reconciliation: { isReconciled: true },
      speedUp: { bits: { isIdentical: true } },
    });
  });

  it('imported by its name, as a library', async () => {
    writeFileSync(
      join(project, 'use.js'),
      `
      import { Engine, loadBuiltInMarket, optionGreeks, shippedParams } from 'margrid';
      const { market } = loadBuiltInMarket();
      const [noIndex, noNumber] = [new Uint32Array(0), new Float64Array(0)];
      const none = { accountIndex: noIndex, instrumentIndex: noIndex, quantity: noNumber, entryPrice: noNumber };
      const cash = { accountIndex: Uint32Array.of(0), currencyIndex: Uint32Array.of(0), amount: Float64Array.of(2.5) };
      const book = { accountIds: ['a'], currencies: ['BTC'], positions: none, cash, quarantined: [] };
      const engine = Engine.create({ market, book, params: shippedParams(), workers: 1 });
      await engine.tick();
      const one = (x) => Float64Array.of(x);
      const terms = { optionType: ['call'], forward: one(100), strike: one(100), timeToExpiryYears: one(0.5) };
      const { price } = optionGreeks({ ...terms, volatility: one(0.2) });
      console.log(JSON.stringify({ equity: engine.results.equity[0], price: price[0] }));
      await engine.close();
    `,
    );
    const { code, stdout, stderr } = await startNode(['use.js'], project).finished;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ equity: 2.5, price: expect.closeTo(5.637197779701664, 13) as number });
  });

  it('inner files are private', async () => {
    const { code, stderr } = await startNode(
      ['--input-type=module', '-e', "await import('margrid/build/js/src/engine/engine.js')"],
      project,
    ).finished;
    expect(code).toBe(1);
    expect(stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  it.each([
    ['book.csv', '@duckdb/node-api'],
    ['book.arrow', 'apache-arrow'],
  ])('without its optional package, %s says what to install', async (book, name) => {
    writeFileSync(
      join(project, book),
      book.endsWith('.csv') ? 'account,instrument,quantity,entry_price\na,BTC,1,0\n' : 'ARROW1\0\0 and so on ARROW1',
    );
    expect(Object.keys(manifest.peerDependencies)).toContain(name);
    const { code, stdout, stderr } = await margrid('margin', '--book', book, '--workers', '0');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`needs the package ${name}: run "npm install ${name}" [DependencyMissing]`);
  });
});
