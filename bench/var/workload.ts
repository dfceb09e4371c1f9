import type { Book } from '../../src/domain/book.ts';
import { MargridError } from '../../src/errors.ts';
import { bookRisk as bookRiskHere, type BookRisk, type BookRiskOptions } from '../../src/risk/book-risk.ts';
import { importBuilt } from '../built-package.ts';
import { entrantReport, type Entrant } from '../entrant.ts';
import { measureInTurn } from '../measure.ts';
import { accountsOf, roundsOf, seedOf } from '../parameters.ts';
import { columnHash, compareColumns, requireEqual, type Comparison } from '../verify.ts';
import type { EntrantReport, Outcome, Parameters, Timing, Workload } from '../workload.ts';
import { varBook } from './book.ts';
import { varMarket, varScenarios } from './market.ts';
import { numpyEntrant, numpyVersions, type VarInputs } from './numpy-entrant.ts';

export const valueAtRisk: Workload = {
  name: 'var',
  title: 'VaR and ES, 99% and 97.5%, of every account by full revaluation under historical-style scenarios',
  parameters: {
    accounts: accountsOf(100_000, 200),
    positions: { full: 12, smoke: 5, least: 1, meaning: 'positions per account, on average' },
    scenarios: { full: 2_500, smoke: 250, least: 100, meaning: 'scenarios' },
    instruments: { full: 1_000, smoke: 60, least: 16, meaning: 'instruments, nine in ten of them options' },
    workers: { full: 2, smoke: 1, least: 1, meaning: '1: the calling thread; more: worker threads' },
    seed: seedOf('book and scenarios'),
    runs: roundsOf(5),
  },
  run,
};

const levels = [0.99, 0.975];
/** Accounts of the JavaScript entrant: enough for a steady time, few enough not to wait for it. */
const javascriptAccountsMax = 5_000;
/**
 * Of NumPy's results from margrid's, relative to the largest of an account's measures: options are priced to some 1e-15
 * of their forward by both, and forwards are up to a million times an account's measures.
 */
const numpyTolerance = 1e-8;

async function run(parameters: Parameters, progress: (line: string) => void): Promise<Outcome> {
  const { accounts, positions, scenarios, instruments, workers, seed, runs } = parameters;
  progress('writing the book');
  const market = varMarket(instruments);
  const inputs: VarInputs = { market, book: varBook(market, accounts, positions, seed), scenarios: varScenarios(scenarios, seed), levels };
  const margrid = await runnerOf(inputs, workers > 1 ? workers : 0);
  const numpy = numpyVersions();
  const entrants = [javascriptEntrant(inputs)];
  if (workers > 1) entrants.push(oneThreadEntrant(inputs));
  if (numpy !== null) entrants.push(numpyEntrant(inputs, numpy));
  try {
    progress(`measuring ${entrants.length + 1} entrants in turn`);
    const timings = await measureInTurn([{ name: 'margrid', run: margrid.run }, ...entrants], runs);
    const own = timings.get('margrid')!;
    const risk = margrid.risk();
    const cells = inputs.book.positions.quantity.length * scenarios;
    return {
      ...own,
      versions: { numpy },
      hash: columnHash(measuresOf(risk)),
      note: `full revaluation, P&L, tails and measures; ${workers > 1 ? `${workers} worker threads` : 'one thread'}`,
      throughput: { perSecond: (cells / own.median) * 1_000, unit: 'position-scenarios' },
      entrants: await reportsOf(entrants, timings, own.median, risk),
      missing: numpy === null ? { 'numpy-scipy': 'there is no python3 with NumPy and SciPy' } : {},
      details: {
        memoryBytes: risk.memoryBytes,
        evaluated: risk.counts.evaluated,
        bookValueAtRisk: risk.book.valueAtRisk.map(([each]) => each),
      },
    };
  } finally {
    for (const entrant of entrants) await entrant.close();
  }
}

/** VaR, ES, level by level: columns of all accounts one after another. */
function measuresOf({ accounts: { valueAtRisk: values, expectedShortfall: shortfalls, names } }: BookRisk): Float64Array {
  const all = new Float64Array(2 * levels.length * names.length);
  levels.forEach((_, level) => {
    all.set(values[level], 2 * level * names.length);
    all.set(shortfalls[level], (2 * level + 1) * names.length);
  });
  return all;
}

interface Runner {
  readonly run: () => Promise<number>;
  readonly risk: () => BookRisk;
}

/** Worker threads need the built package. */
async function runnerOf(inputs: VarInputs, workers: number, rest: Partial<BookRiskOptions> = {}): Promise<Runner> {
  const bookRisk = workers === 0
    ? bookRiskHere
    : (await importBuilt<typeof import('../../src/risk/book-risk.ts')>('src/risk/book-risk')).bookRisk;
  let risk: BookRisk | null = null;
  return {
    run: async () => {
      const start = performance.now();
      risk = await bookRisk({ ...inputs, workers, ...rest });
      return performance.now() - start;
    },
    risk: () => risk!,
  };
}

function oneThreadEntrant(inputs: VarInputs): Entrant {
  const runner = runnerOf(inputs, 0);
  return {
    name: 'margrid-one-thread',
    note: 'margrid on the calling thread, without worker threads',
    bitEqual: true,
    run: async () => (await runner).run(),
    results: async () => measuresOf((await runner).risk()),
    close: async () => {},
  };
}

function javascriptEntrant(inputs: VarInputs): Entrant {
  const count = Math.min(inputs.book.accountIds.length, javascriptAccountsMax);
  const scale = inputs.book.accountIds.length / count;
  const runner = runnerOf({ ...inputs, book: firstAccounts(inputs.book, count) }, 0, { kernels: 'javascript' });
  const sampled = scale === 1 ? '' : `; measured on the first ${count} accounts, times ${scale}, the hash is of those`;
  return {
    name: 'javascript-engine',
    note: `the same in JavaScript (src/scalar), one thread${sampled}`,
    bitEqual: true,
    run: async () => (await (await runner).run()) * scale,
    results: async () => measuresOf((await runner).risk()),
    close: async () => {},
  };
}

/** Positions and cash are in account order. */
function firstAccounts(book: Book, count: number): Book {
  const { positions, cash } = book;
  const end = positions.accountIndex.findIndex((account) => account >= count);
  const held = end < 0 ? positions.accountIndex.length : end;
  return {
    ...book,
    accountIds: book.accountIds.slice(0, count),
    positions: {
      accountIndex: positions.accountIndex.subarray(0, held),
      instrumentIndex: positions.instrumentIndex.subarray(0, held),
      quantity: positions.quantity.subarray(0, held),
      entryPrice: positions.entryPrice.subarray(0, held),
    },
    cash: {
      accountIndex: cash.accountIndex.subarray(0, count),
      currencyIndex: cash.currencyIndex.subarray(0, count),
      amount: cash.amount.subarray(0, count),
    },
  };
}

async function reportsOf(
  entrants: readonly Entrant[], timings: ReadonlyMap<string, Timing>, median: number, risk: BookRisk,
): Promise<Record<string, EntrantReport>> {
  const reports: Record<string, EntrantReport> = {};
  for (const entrant of entrants) {
    const { name, note, bitEqual } = entrant;
    const results = await entrant.results();
    const count = results.length / (2 * levels.length);
    const own = measuresOf(risk.accounts.names.length === count ? risk : firstOf(risk, count));
    const comparison = bitEqual ? compareColumns(results, own) : compareMeasures(results, own, count);
    if (bitEqual) requireEqual(name, comparison);
    else requireClose(name, comparison);
    reports[name] = entrantReport(timings.get(name)!, median, columnHash(results), comparison, note);
  }
  return reports;
}

function firstOf(risk: BookRisk, count: number): BookRisk {
  const { accounts } = risk;
  const cut = (columns: readonly Float64Array[]): Float64Array[] => columns.map((column) => column.subarray(0, count));
  const { valueAtRisk: values, expectedShortfall } = accounts;
  return {
    ...risk,
    accounts: { ...accounts, names: accounts.names.slice(0, count), valueAtRisk: cut(values), expectedShortfall: cut(expectedShortfall) },
  };
}

/** Largest difference, relative to the largest measure of its account. */
function compareMeasures(results: Float64Array, own: Float64Array, count: number): Comparison {
  let largest = 0;
  for (let account = 0; account < count; account++) {
    let size = 0;
    let difference = 0;
    for (let column = 0; column < 2 * levels.length; column++) {
      const at = column * count + account;
      size = Math.max(size, Math.abs(own[at]));
      difference = Math.max(difference, Math.abs(results[at] - own[at]));
    }
    const relative = difference / size;
    largest = relative <= largest ? largest : Number.isNaN(relative) && difference === 0 ? largest : relative;
  }
  return { equal: largest === 0, maxRelativeDifference: largest };
}

function requireClose(name: string, { maxRelativeDifference }: Comparison): void {
  if (maxRelativeDifference <= numpyTolerance) return;
  throw new MargridError('KernelMismatch', `${name} differs from margrid by ${maxRelativeDifference}, at most ${numpyTolerance} is rounding`);
}
