import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readRawTable, requireColumn } from '../../src/io/index.ts';
import { runCli, runJson, temporaryFolder } from './run-cli.ts';
import { bookTypes, csvText, marketRows, marketTypes } from './small-inputs.ts';

const folder = temporaryFolder();
const z99 = 2.3263478740408408;
const tail99 = 2.6652142203458076;
/** One bitcoin of 62,650 dollars, daily deviation 2%. */
const deviation = 0.02 * 62_650;

/** 100 scenarios: BTC up and down 2%, its volatility up and down 10%, uncorrelated; about zero the deviations are just these. */
beforeAll(() => {
  writeFileSync(join(folder, 'market.csv'), csvText(marketTypes, marketRows));
  const books = {
    one: [['one', 'BTC', 1, 0]],
    two: [['one', 'BTC', 1, 0], ['two', 'BTC', 2, 0], ['short', 'BTC-25DEC26-60000-P', -2, 0], ['index', 'SPX-18SEP26-7500-C', 1, 0]],
    bought: [['long', 'BTC-25DEC26-60000-P', 20, 0], ['long', 'BTC-25DEC26-70000-C', 20, 0]],
  };
  for (const [name, rows] of Object.entries(books)) writeFileSync(join(folder, `${name}.csv`), csvText(bookTypes, rows));
  writeFileSync(join(folder, 'pools.csv'), 'account,pool\none,east\ntwo,east\nshort,west\n');
  const rows = (cells: (s: number) => number[]): string => Array.from({ length: 100 }, (_, s) => cells(s).join(',')).join('\n');
  const price = (s: number): number => (s % 2 === 0 ? 0.02 : -0.02);
  const volatility = (s: number): number => (s % 4 < 2 ? 0.1 : -0.1);
  writeFileSync(join(folder, 'moves.csv'), `price:BTC,volatility:BTC\n${rows((s) => [price(s), volatility(s)])}\n`);
  writeFileSync(join(folder, 'wide.csv'), `price:BTC,volatility:BTC\n${rows((s) => [7.5 * price(s), 0.1 * volatility(s)])}\n`);
  writeFileSync(join(folder, 'alike.csv'), `price:BTC,price:SPX\n${rows((s) => [price(s), price(s)])}\n`);
  writeFileSync(join(folder, 'index.csv'), `price:SPX,volatility:SPX\n${rows((s) => [price(s), volatility(s)])}\n`);
});

interface Level {
  readonly level: number;
  readonly valueAtRisk: number;
  readonly expectedShortfall: number;
  readonly valueAtRiskError: number;
  readonly expectedShortfallError: number;
  readonly used: string;
  readonly fallbackReason: string | null;
}

interface Printed {
  readonly book: { readonly accounts: number; readonly quarantined: number; readonly levels: readonly Level[]; readonly measures: readonly Level[];
    readonly sensitivities: { readonly delta: readonly number[] }; readonly repairDistance: number;
    readonly approximationError: { readonly largest: number; readonly compared: number } };
  readonly components: readonly { readonly part: string; readonly valueAtRisk: { readonly component: number } }[];
  readonly pools: readonly { readonly pool: string; readonly levels: readonly Level[] }[];
}

const command = (book: string, ...rest: string[]): string[] =>
  ['var', '--market', 'market.csv', '--book', `${book}.csv`, '--scenarios', 'moves.csv', '--workers', '0', ...rest];
const withoutWorkers = (book: string, ...rest: string[]): string[] =>
  command(book, ...rest).filter((each, place, all) => each !== '--workers' && all[place - 1] !== '--workers');

describe('parametric methods', () => {
  it.each(['delta-normal', 'delta-gamma', 'delta-gamma-normal', 'cornish-fisher'])('%s of one bitcoin: z s', async (method) => {
    const { book, components } = await runJson<Printed>(withoutWorkers('one', '--method', method, '--level', '0.99'), folder);
    // Relative 1e-12: roundings of a hundred squares.
    expect(book.levels[0].valueAtRisk / (z99 * deviation)).toBeCloseTo(1, 12);
    expect(book.levels[0].expectedShortfall / (tail99 * deviation)).toBeCloseTo(1, 12);
    expect(book.sensitivities.delta[0]).toBeCloseTo(62_650, 9);
    expect(components.map(({ part }) => part)).toEqual(['price:BTC', 'volatility:BTC']);
    expect(components[0].valueAtRisk.component).toBeCloseTo(book.levels[0].valueAtRisk, 6);
    expect(components[1].valueAtRisk.component).toBeCloseTo(0, 6);
  });

  it('Student t of unit variance, covariance about the sample mean (n - 1), three bitcoins in a pool', async () => {
    const { pools, book } = await runJson<Printed>(
      withoutWorkers('two', '--method', 'delta-normal', '--model', 't:5', '--mean', 'sample', '--pools', 'pools.csv', '--level', '0.99'),
      folder,
    );
    expect(book).toMatchObject({ accounts: 4, quarantined: 1 });
    expect(pools.map(({ pool }) => pool)).toEqual(['east', 'west']);
    // t_5 at 99%: 3.364929998907219; sqrt(3/5) for unit variance; sqrt(100/99) for n - 1.
    const expected = 3 * deviation * 3.364929998907219 * Math.sqrt(0.6) * Math.sqrt(100 / 99);
    expect(pools[0].levels[0].valueAtRisk / expected).toBeCloseTo(1, 11);
  });

  it('Cornish-Fisher of bought options falls back, says so and why, and has the exact figures', async () => {
    const wide = (...rest: string[]): string[] =>
      withoutWorkers('bought', '--level', '0.99', ...rest).map((each) => (each === 'moves.csv' ? 'wide.csv' : each));
    const exact = await runJson<Printed>(wide('--method', 'delta-gamma'), folder);
    const found = await runJson<Printed>(wide('--method', 'cornish-fisher'), folder);
    expect(found.book.levels[0].used).toBe('delta-gamma');
    expect(found.book.levels[0].fallbackReason).toMatch(/does not rise throughout the tail/);
    expect(found.book.levels[0].valueAtRisk).toBe(exact.book.levels[0].valueAtRisk);
    expect(exact.book.levels[0].valueAtRiskError).toBeLessThan(1e-6);
    const { stdout } = await runCli(wide('--method', 'cornish-fisher'), folder);
    expect(stdout).toMatch(/book, 99%: the expansion does not rise throughout the tail .*; exact figures stand in its place/);
  });

  it.each(['csv', 'parquet', 'arrow'])('--out as %s reads back', async (extension) => {
    const { code } = await runCli(withoutWorkers('one', '--method', 'delta-normal', '--out', `out.${extension}`), folder);
    expect(code).toBe(0);
    const source = await readRawTable(join(folder, `out.${extension}`), ['portfolio', 'level', 'value_at_risk', 'method']);
    const of = (name: string): unknown[] => Array.from({ length: 2 }, (_, row) => requireColumn(source, name).cells[row]);
    expect(of('level').map(Number)).toEqual([0.99, 0.975]);
    expect(Number(of('value_at_risk')[0]) / (z99 * deviation)).toBeCloseTo(1, 12);
    expect(of('method')).toEqual(['delta-normal', 'delta-normal']);
  });

  it('writes a page and pictures', async () => {
    const args = withoutWorkers('two', '--method', 'delta-gamma', '--keep-going', '--report', 'page.html', '--svg', 'pictures');
    expect((await runCli(args, folder)).code).toBe(0);
    expect(readFileSync(join(folder, 'page.html'), 'utf8')).toMatch(/<figure id="pnl-distribution">[^]*<figure id="contributions">/);
    expect(readFileSync(join(folder, 'pictures', 'pnl-distribution.svg'), 'utf8')).toMatch(/^<svg/);
  });
});

describe('Monte Carlo', () => {
  const simulated = ['--method', 'monte-carlo', '--level', '0.99', '--paths', '40000', '--draw', 'relative'];

  it.each([
    ['philox', [], z99],
    ['antithetic', ['--antithetic'], z99],
    ['scrambled Sobol points', ['--generator', 'sobol', '--scramble', 'owen'], z99],
    ['Student t', ['--model', 't:5', '--revaluation', 'delta-gamma'], 3.364929998907219 * Math.sqrt(0.6)],
    ['delta-gamma, another seed', ['--revaluation', 'delta-gamma', '--seed', '2'], z99],
  ])('%s: one bitcoin within four standard errors of the closed form', async (_name, options, multiplier) => {
    const { book } = await runJson<Printed>(command('one', ...simulated, ...options), folder);
    const [{ valueAtRisk, valueAtRiskError }] = book.measures;
    expect(Math.abs(valueAtRisk - multiplier * deviation)).toBeLessThan(4 * valueAtRiskError);
    // sqrt(0.01 0.99 / 40,000) / phi(z) = 1.9% of a deviation for plain paths: no error is far above it.
    expect(valueAtRiskError).toBeLessThan(0.06 * deviation);
    expect(valueAtRiskError).toBeGreaterThan(0);
  });

  it('options by delta-gamma: the exact quantile within four standard errors', async () => {
    const level = ['--level', '0.99'];
    const exact = await runJson<Printed>(withoutWorkers('bought', '--method', 'delta-gamma', ...level), folder);
    const { book } = await runJson<Printed>(command('bought', ...simulated, '--revaluation', 'delta-gamma'), folder);
    const [{ valueAtRisk, valueAtRiskError, expectedShortfall, expectedShortfallError }] = book.measures;
    expect(Math.abs(valueAtRisk - exact.book.levels[0].valueAtRisk)).toBeLessThan(4 * valueAtRiskError);
    expect(Math.abs(expectedShortfall - exact.book.levels[0].expectedShortfall)).toBeLessThan(4 * expectedShortfallError);
  });

  it('any number of threads, the same bits; empirical marginals stay within the history; jumps', async () => {
    const few = ['--method', 'monte-carlo', '--paths', '6400', '--level', '0.99', '--antithetic'];
    const alone = await runJson<Printed>(command('two', ...few, '--keep-going'), folder);
    const threads = await runJson<Printed>([...command('two', ...few, '--keep-going'), '--workers', '2'], folder);
    expect(threads.book).toEqual(alone.book);
    const empirical = await runJson<Printed>(command('one', ...few, '--marginals', 'empirical'), folder);
    // All scenarios lose or gain 2%.
    expect(empirical.book.measures[0].valueAtRisk).toBeCloseTo(deviation, 8);
    const jumps = await runJson<Printed>(command('one', ...few, '--model', 'jump:0.05,-0.2,0.01', '--common-jumps'), folder);
    // One path in twenty jumps 20% down: beyond the quantile.
    expect(jumps.book.measures[0].valueAtRisk).toBeGreaterThan(0.15 * 62_650);
    expect(jumps.book.measures[0].valueAtRisk).toBeLessThan(0.3 * 62_650);
  });

  it('repairs a correlation matrix only if asked, and says how far it was', async () => {
    const alike = command('one', ...simulated).map((each) => (each === 'moves.csv' ? 'alike.csv' : each));
    const refused = await runCli(alike, folder);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/not positive definite.*price:SPX.*MatrixInvalid/);
    const { code, stderr } = await runCli([...alike, '--repair-correlation'], folder);
    expect(code).toBe(0);
    expect(stderr).toMatch(/the correlation matrix was repaired: Frobenius distance \d/);
  });
});

describe('approximated revaluation', () => {
  it('prints by how much it misses; what is linear is exact', async () => {
    const options = ['--level', '0.9', '--revaluation'];
    const full = await runJson<{ readonly book: { readonly measures: readonly Level[] } }>(command('bought', ...options, 'full'), folder);
    const { book } = await runJson<Printed>(withoutWorkers('bought', '--revaluation', 'delta-gamma-vega', '--level', '0.9'), folder);
    expect(book.approximationError.compared).toBe(100);
    expect(book.approximationError.largest).toBeGreaterThan(0);
    expect(Math.abs(book.measures[0].valueAtRisk - full.book.measures[0].valueAtRisk)).toBeLessThanOrEqual(book.approximationError.largest);
    const { stdout } = await runCli(withoutWorkers('bought', '--revaluation', 'interpolated', '--level', '0.9'), folder);
    expect(stdout).toMatch(/against full revaluation in all 100 scenarios: largest error [\d.]+ \(\d+\), rms/);
    const linear = await runJson<Printed>(withoutWorkers('one', '--revaluation', 'interpolated', '--level', '0.9'), folder);
    expect(linear.book.approximationError.largest).toBe(0);
    expect(linear.book.measures[0].valueAtRisk).toBeCloseTo(deviation, 9);
  });
});

describe('bad input exits with 2', () => {
  it.each([
    ['too few scenarios', command('one', '--level', '0.999'), /needs? .*100.*ObservationsMissing/],
    ['too few paths', command('one', '--method', 'monte-carlo', '--paths', '50'), /level 0.99 needs \d+ paths.*ObservationsMissing/],
    ['an unknown account', withoutWorkers('one', '--method', 'delta-gamma', '--account', 'eve'), /no account 'eve'.*AccountUnknown/],
    ['a factor that is not there', withoutWorkers('bought', '--method', 'delta-gamma').map((each) => (each === 'moves.csv' ? 'index.csv' : each)),
      /nothing is left of the book.*no scenario moves the price of BTC.*FactorMissing/],
    ['an option of another method', withoutWorkers('one', '--method', 'delta-normal', '--paths', '10'), /--paths is about --method monte-carlo, not delta-normal/],
    ['a convention', withoutWorkers('one', '--method', 'cornish-fisher', '--convention', 'hull'), /--convention is about --method full/],
    ['a revaluation', withoutWorkers('one', '--method', 'delta-normal', '--revaluation', 'interpolated'), /--revaluation is about --method full, monte-carlo/],
    ['rows of accounts', withoutWorkers('one', '--revaluation', 'interpolated', '--out', 'x.csv'), /a row for every account.*takes --revaluation full/],
    ['a model', withoutWorkers('one', '--method', 'delta-normal', '--model', 'jump:1,2,3'), /--model must be normal or t:DEGREES/],
    ['degrees', command('one', '--method', 'monte-carlo', '--model', 't:'), /t needs degrees of freedom/],
    ['jumps', command('one', '--method', 'monte-carlo', '--model', 'jump:1,2'), /jump:INTENSITY,MEAN,SD, got/],
    ['marginals', command('one', '--method', 'monte-carlo', '--marginals', 'normal,normal,normal'), /one or 2, one for each factor, got 3/],
    ['scrambling', command('one', '--method', 'monte-carlo', '--scramble', 'owen'), /--scramble is about --generator sobol/],
    ['EWMA about a mean', withoutWorkers('one', '--method', 'delta-normal', '--covariance', 'ewma', '--mean', 'sample'), /EWMA covariance cannot be taken/],
    ['crises all dropped', ['stress', '--market', 'market.csv', '--book', 'one.csv', '--crisis', '1987-10-19,2001-09-17', '--missing', 'drop'],
      /no crisis is left, all 2 were dropped: no figure for price:BTC in 1987-10-19, 2001-09-17/],
  ])('%s', async (_name, args, message) => {
    const { code, stderr } = await runCli(args, folder);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
