import { FLAG_BITS } from '../../assembly/portable/layout.ts';
import type { Book } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import { requireKernels } from '../engine/machine.ts';
import { requireWorkerCount } from '../engine/pool.ts';
import { requireValidBook } from '../engine/valid-book.ts';
import { requireValidMarket } from '../engine/valid-market.ts';
import { MargridError } from '../errors.ts';
import {
  mostPositions, portfoliosOf, requireGroups, type AccountGroups, type BookPortfolios, type Portfolios,
} from '../revaluation/book-portfolios.ts';
import { BookRows } from '../revaluation/book-rows.ts';
import { BookThreads } from '../revaluation/book-threads.ts';
import { findBookTails, type BookTailOptions, type BookTails } from '../revaluation/book-tails.ts';
import { scenariosIn } from '../revaluation/reporting-currency.ts';
import type { RevaluationOptions } from '../revaluation/revaluation.ts';
import { sortPositions, withCash } from '../revaluation/sorted-holdings.ts';
import { requireScenarios, scenarioLabel, type ScenarioSet } from '../scenario/scenario-set.ts';
import {
  countedLevels, firstTailCount, largestTailCount, tailReaderOf, type MeasureRequest, type TailReader,
} from './book-measures.ts';
import { conventionOf, requireLevel, type ConventionName, type MeasureConvention } from './conventions.ts';
import { requireObservations, requireWeightedObservations, type BeyondSample } from './observations.ts';

export interface BookRiskOptions extends Omit<RevaluationOptions, 'kernels'>, BookTailOptions {
  readonly market: Market;
  readonly book: Book;
  readonly scenarios: ScenarioSet;
  /** Confidence levels in (0, 1); default 0.99 and 0.975. */
  readonly levels?: readonly number[];
  /** How VaR and ES are read off the sample; default `acerbi-tasche`. */
  readonly convention?: ConventionName | MeasureConvention;
  /** Groups of accounts whose positions are netted: pools, desks, clients. */
  readonly groups?: AccountGroups;
  /** What a sample too small for a level gives: an error (default) or its worst scenario. */
  readonly beyondSample?: BeyondSample;
  /** Names of accounts whose P&L is wanted in every scenario. */
  readonly pnlOf?: readonly string[];
}

/** Measures of portfolios, one row each: accounts, groups, or the book. Losses positive; NaN where quarantined. */
export interface RiskColumns {
  readonly names: readonly string[];
  /** One column per level. */
  readonly valueAtRisk: readonly Float64Array[];
  readonly expectedShortfall: readonly Float64Array[];
  /** P&L in the worst scenario, and which that is (the first of equal ones); -1 where quarantined. */
  readonly worstPnl: Float64Array;
  readonly worstScenario: Int32Array;
  /** Sum of quantity times the expected P&L of a unit, in the order of the positions. */
  readonly expectedPnl: Float64Array;
  /** 1 where quarantined: `reasonOf` says why. */
  readonly quarantined: Uint8Array;
}

export interface GroupColumns extends RiskColumns {
  /** Accounts of each group, and how many of them are quarantined and so not in it. */
  readonly members: Uint32Array;
  readonly quarantinedMembers: Uint32Array;
}

export interface BookRisk {
  readonly levels: readonly number[];
  readonly convention: MeasureConvention;
  readonly currency: string;
  /** Scenarios: observations of every portfolio. */
  readonly observations: number;
  readonly accounts: RiskColumns;
  readonly groups: GroupColumns | null;
  /** One row: the book, netted. */
  readonly book: GroupColumns;
  /** P&L of the book, by scenario. */
  readonly bookPnl: Float64Array;
  /** P&L of the accounts asked for, by scenario; without those that are quarantined. */
  readonly accountPnl: ReadonlyMap<string, Float64Array>;
  /** evaluated + quarantined = accounts. */
  readonly counts: { readonly accounts: number; readonly evaluated: number; readonly quarantined: number };
  /** Instruments that no factor moves (`unmatched: 'hold'`). */
  readonly heldConstant: readonly string[];
  /** Portfolios whose tail was not deep enough at first (weights, equal values) and was selected again. */
  readonly deepened: number;
  /** Of the largest memory that was in use. */
  readonly memoryBytes: number;
  /** Why an account has no measures; null if it has. */
  reasonOf(account: number): string | null;
  labelOf(scenario: number): string;
}

/** Tails of portfolios that are selected again: at most so much at a time. */
const deeperTailBytesMax = 256 * 1024 * 1024;

/**
 * VaR, ES and the worst scenario of every account of a book, of groups of accounts and of the whole book, by full
 * revaluation (docs/BOOK-RISK.md). Throws `ScenarioInvalid`, `ObservationsMissing` (too few scenarios for a level),
 * `OptionInvalid`, `LimitExceeded`, `Interrupted`, `BadInputError`; what concerns one account quarantines that account.
 */
export async function bookRisk(options: BookRiskOptions): Promise<BookRisk> {
  const request = requestOf(options);
  requireKernels(options.kernels);
  requireValidMarket(options.market);
  requireWorkerCount(options.workers ?? 0);
  // Threads start while the calling thread looks through the book.
  const threads = (options.workers ?? 0) > 0 ? new BookThreads(options.workers!) : null;
  try {
    return await riskOn(options, request, threads);
  } finally {
    await threads?.close();
  }
}

async function riskOn(options: BookRiskOptions, request: MeasureRequest, threads: BookThreads | null): Promise<BookRisk> {
  const { market, book, scenarios, groups = null } = options;
  requireValidBook(book, market);
  if (groups !== null) requireGroups(groups, book.accountIds.length);
  const positions = sortPositions(book, market);
  const { currency = 'USD', unmatched = 'refuse' } = options;
  const kernels = requireKernels(options.kernels) === 'javascript' ? 'javascript' : 'wasm';
  const rows = new BookRows(market, scenariosIn(market, scenarios, currency), positions.currencies, positions.isHeld, { currency, unmatched, kernels });
  const portfolioCount = book.accountIds.length + (groups?.names.length ?? 0) + 1;
  const columns = emptyColumns(portfolioCount, request.levels.length);
  const tails = await findBookTails(rows, {
    capacity: firstTailCount(request), levels: countedLevels(request) ?? undefined, portfolioCount,
    positionCount: mostPositions(book, market, positions, rows, groups),
    prepare: (to) => {
      const holdings = withCash(book, market, positions);
      const portfolios = portfoliosOf(book, market, holdings, rows, groups, to);
      const accounts = wantedAccounts(options, portfolios);
      return { portfolios, accounts, wanted: [...accounts.keys(), portfolioCount - 1] };
    },
    onRows: (expected, { portfolios }) => writeExpected(columns, portfolios, expected),
  }, options, threads);
  const { portfolios, accounts: wanted } = tails.prepared;
  // Tails of which all is read need no second pass: the threads end meanwhile.
  if (tails.measures !== null) void threads?.close();
  const read = tailReaderOf(request, columns);
  for (const account of portfolios.quarantined.keys()) blank(columns, account);
  const evaluated = evaluatedOf(portfolios);
  writeWorst(columns, tails, evaluated);
  const short = read(tails, evaluated, evaluated);
  const memoryBytes = await deepen(short, { portfolios, rows, request, read, options, threads, held: tails.held });
  return resultOf(options, request, portfolios, columns, {
    tails, wanted, deepened: short.length, heldConstant: rows.heldConstant,
    memoryBytes: Math.max(tails.memoryBytes, memoryBytes),
  });
}

function requestOf(options: BookRiskOptions): MeasureRequest {
  const { levels = [0.99, 0.975], scenarios, beyondSample = 'refuse' } = options;
  requireScenarios(scenarios);
  if (levels.length === 0) {
    throw new MargridError('OptionInvalid', 'there must be at least one level', { column: 'levels' });
  }
  const weights = scenarios.weights ?? null;
  for (const level of levels) {
    requireLevel(level);
    if (weights === null) requireObservations(scenarios.count, level, beyondSample);
    else requireWeightedObservations(weights, level, beyondSample);
  }
  return { levels, convention: conventionOf(options.convention), scenarioCount: scenarios.count, weights };
}

interface Columns {
  readonly valueAtRisk: readonly Float64Array[];
  readonly expectedShortfall: readonly Float64Array[];
  readonly worstPnl: Float64Array;
  readonly worstScenario: Int32Array;
  readonly expectedPnl: Float64Array;
}

function emptyColumns(count: number, levelCount: number): Columns {
  const perLevel = (): Float64Array[] => Array.from({ length: levelCount }, () => new Float64Array(count));
  return {
    valueAtRisk: perLevel(),
    expectedShortfall: perLevel(),
    worstPnl: new Float64Array(count),
    worstScenario: new Int32Array(count),
    expectedPnl: new Float64Array(count),
  };
}

function blank(columns: Columns, portfolio: number): void {
  for (const column of [...columns.valueAtRisk, ...columns.expectedShortfall]) column[portfolio] = NaN;
  columns.worstPnl[portfolio] = NaN;
  columns.expectedPnl[portfolio] = NaN;
  columns.worstScenario[portfolio] = -1;
}

function writeExpected(
  { expectedPnl }: Columns, { count, firstPosition, entry, quantity }: Portfolios, expected: Float64Array,
): void {
  for (let portfolio = 0; portfolio < count; portfolio++) {
    let sum = 0;
    const end = firstPosition[portfolio + 1];
    for (let p = firstPosition[portfolio]; p < end; p++) sum += quantity[p] * expected[entry[p] >>> FLAG_BITS];
    expectedPnl[portfolio] = sum;
  }
}

function evaluatedOf({ count, quarantined }: BookPortfolios): Uint32Array {
  const evaluated = new Uint32Array(count - quarantined.size);
  for (let portfolio = 0, place = 0; portfolio < count; portfolio++) {
    if (!quarantined.has(portfolio)) evaluated[place++] = portfolio;
  }
  return evaluated;
}

/** The first of every tail, be it too short for the measures or not. */
function writeWorst(
  { worstPnl, worstScenario }: Columns, { columns, held, measures }: BookTails, portfolios: Uint32Array,
): void {
  if (measures !== null) {
    const [pnl, scenario] = measures;
    if (portfolios.length === pnl.length) {
      worstPnl.set(pnl);
      worstScenario.set(scenario);
      return;
    }
    for (const portfolio of portfolios) {
      worstPnl[portfolio] = pnl[portfolio];
      worstScenario[portfolio] = scenario[portfolio];
    }
    return;
  }
  for (const portfolio of portfolios) {
    worstPnl[portfolio] = columns[2 * held * portfolio];
    worstScenario[portfolio] = columns[2 * held * portfolio + held];
  }
}

interface Deepening {
  readonly portfolios: Portfolios;
  readonly rows: BookRows;
  readonly request: MeasureRequest;
  readonly read: TailReader;
  readonly options: BookRiskOptions;
  readonly threads: BookThreads | null;
  /** Depth that was not enough. */
  readonly held: number;
}

/** Four times as deep, and again, for those that need it, few enough at a time. Returns the largest memory in use. */
async function deepen(short: readonly number[], run: Deepening): Promise<number> {
  const { portfolios, rows, request, read, options, threads, held } = run;
  if (short.length === 0) return 0;
  const depth = Math.min(4 * held, Math.max(largestTailCount(request), held + 1), request.scenarioCount);
  const step = Math.max(1, Math.floor(deeperTailBytesMax / (16 * depth)));
  let memoryBytes = 0;
  let shorter: number[] = [];
  for (let first = 0; first < short.length; first += step) {
    const some = short.slice(first, first + step);
    const chosen = selected(portfolios, some);
    const tails = await findBookTails(rows, {
      capacity: depth, portfolioCount: chosen.count, positionCount: chosen.entry.length,
      prepare: () => ({ portfolios: chosen, wanted: [] }),
    }, options, threads);
    memoryBytes = Math.max(memoryBytes, tails.memoryBytes);
    shorter = shorter.concat(read(tails, Uint32Array.from(some.keys()), Uint32Array.from(some)));
  }
  return Math.max(memoryBytes, await deepen(shorter, { ...run, held: depth }));
}

function selected({ firstPosition, entry, quantity }: Portfolios, places: readonly number[]): Portfolios {
  const first = new Uint32Array(places.length + 1);
  places.forEach((place, index) => (first[index + 1] = first[index] + firstPosition[place + 1] - firstPosition[place]));
  const size = first[places.length];
  const some = {
    count: places.length, firstPosition: first, entry: new Uint32Array(size), quantity: new Float64Array(size),
  };
  places.forEach((place, index) => {
    some.entry.set(entry.subarray(firstPosition[place], firstPosition[place + 1]), first[index]);
    some.quantity.set(quantity.subarray(firstPosition[place], firstPosition[place + 1]), first[index]);
  });
  return some;
}

/** Rows of the accounts whose P&L is wanted in full. Throws `AccountUnknown`. */
function wantedAccounts({ book, pnlOf = [] }: BookRiskOptions, { quarantined }: BookPortfolios): Map<number, string> {
  const wanted = new Map<number, string>();
  for (const name of pnlOf) {
    const account = book.accountIds.indexOf(name);
    if (account < 0) throw new MargridError('AccountUnknown', `the book has no account '${name}'`, { value: name });
    if (!quarantined.has(account)) wanted.set(account, name);
  }
  return wanted;
}

interface Outcome {
  readonly tails: BookTails;
  readonly wanted: ReadonlyMap<number, string>;
  readonly deepened: number;
  readonly heldConstant: readonly string[];
  readonly memoryBytes: number;
}

function resultOf(
  options: BookRiskOptions, request: MeasureRequest, portfolios: BookPortfolios, columns: Columns, outcome: Outcome,
): BookRisk {
  const { book, scenarios, groups, currency = 'USD' } = options;
  const { accountCount, groupCount, quarantined } = portfolios;
  const { tails, wanted, deepened, heldConstant, memoryBytes } = outcome;
  const last = accountCount + groupCount;
  let evaluated = 0;
  for (let account = 0; account < accountCount; account++) if (columns.worstScenario[account] >= 0) evaluated++;
  if (evaluated + quarantined.size !== accountCount) {
    throw new MargridError(
      'EngineState', `${evaluated} accounts evaluated and ${quarantined.size} quarantined are not ${accountCount}`,
    );
  }
  return {
    levels: request.levels,
    convention: request.convention,
    currency,
    observations: scenarios.count,
    accounts: slice(columns, book.accountIds, 0),
    groups: groups === undefined ? null : groupSlice(columns, portfolios, groups.names, 0),
    book: groupSlice(columns, portfolios, ['book'], groupCount),
    bookPnl: tails.pnl.get(last)!,
    accountPnl: new Map([...wanted].map(([account, name]) => [name, tails.pnl.get(account)!] as const)),
    counts: { accounts: accountCount, evaluated, quarantined: quarantined.size },
    heldConstant,
    deepened,
    memoryBytes,
    reasonOf: (account) => quarantined.get(account) ?? null,
    labelOf: (scenario) => scenarioLabel(scenarios, scenario),
  };
}

/** Rows [first, first + names.length) of the columns. Views. */
function slice(columns: Columns, names: readonly string[], first: number): RiskColumns {
  const cut = (column: Float64Array): Float64Array => column.subarray(first, first + names.length);
  const worstScenario = columns.worstScenario.subarray(first, first + names.length);
  const quarantined = new Uint8Array(names.length);
  for (let row = 0; row < names.length; row++) if (worstScenario[row] < 0) quarantined[row] = 1;
  return {
    names,
    valueAtRisk: columns.valueAtRisk.map(cut),
    expectedShortfall: columns.expectedShortfall.map(cut),
    worstPnl: cut(columns.worstPnl),
    worstScenario,
    expectedPnl: cut(columns.expectedPnl),
    quarantined,
  };
}

/** Groups [first, first + names.length), of which the book is the last. */
function groupSlice(
  columns: Columns, portfolios: BookPortfolios, names: readonly string[], first: number,
): GroupColumns {
  return {
    ...slice(columns, names, portfolios.accountCount + first),
    members: portfolios.members.subarray(first, first + names.length),
    quarantinedMembers: portfolios.quarantinedMembers.subarray(first, first + names.length),
  };
}
