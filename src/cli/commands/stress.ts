import { writeTable, type ResultColumn } from '../../io/index.ts';
import type { Book } from '../../domain/book.ts';
import { contributionsChart } from '../../report/bars.ts';
import type { Report } from '../../report/page.ts';
import { stressBook, type BookStress } from '../../revaluation/book-stress.ts';
import type { AccountGroups } from '../../revaluation/book-portfolios.ts';
import type { UnmatchedPolicy } from '../../revaluation/shocks.ts';
import { scenarioLabel, type ScenarioSet } from '../../scenario/scenario-set.ts';
import { amount, count, table } from '../format.ts';
import { loadBook, loadMarket, requireWritable, type FileOptions } from '../inputs.ts';
import { noteHeldConstant } from '../held-constant.ts';
import { exitCodes } from '../interruption.ts';
import { noteLeftOut } from '../left-out.ts';
import { requirePictures, writePictures, type PictureOptions } from '../pictures.ts';
import { readPools } from '../pools-file.ts';
import { describeScenarios, scenariosOf, type ScenarioTexts } from '../scenario-source.ts';
import type { Terminal } from '../terminal.ts';

export interface StressCommandOptions extends FileOptions, PictureOptions, ScenarioTexts {
  readonly pools?: string;
  readonly currency: string;
  readonly unmatched: UnmatchedPolicy;
  /** Scenarios that are printed, the worst for the book first. */
  readonly top: number;
  /** Accounts: one row each. */
  readonly out?: string;
  /** Scenarios: one row each. */
  readonly outScenarios?: string;
  readonly json?: boolean;
}

/** `margrid stress`: what scenarios do to a book, to pools and to every account. */
export async function stress(options: StressCommandOptions, terminal: Terminal, signal: AbortSignal): Promise<number> {
  requireWritable(options.out);
  requireWritable(options.outScenarios);
  requirePictures(options);
  const market = await loadMarket(options, terminal);
  const { book } = await loadBook(options, market);
  const groups = options.pools === undefined ? null : await readPools(options.pools, book);
  const scenarios = await scenariosOf(options, market, book, terminal);
  const { currency, unmatched } = options;
  const progress = terminal.progress('accounts', book.accountIds.length);
  const result = stressBook({
    market, book, scenarios, currency, unmatched, ...(groups === null ? {} : { groups }),
    progress: (done) => progress.update(done),
  });
  progress.stop();
  noteHeldConstant(result.heldConstant, terminal);
  noteLeftOut(result.quarantined, terminal);
  if (options.out !== undefined) await writeTable(options.out, accountTable(book, scenarios, result), { signal });
  const rows = scenarioRows(book, scenarios, result);
  if (options.outScenarios !== undefined) {
    await writeTable(options.outScenarios, scenarioTable(rows), { signal });
  }
  const worst = [...rows].sort((a, b) => a.pnl - b.pnl);
  if (options.json) terminal.print(JSON.stringify(jsonOf(result, rows, groups)));
  else printWorst(worst.slice(0, options.top), scenarios, result, groups, terminal);
  await writePictures(options, () => page(options, scenarios, result, worst), terminal);
  return exitCodes.ok;
}

interface ScenarioRow {
  readonly scenario: string;
  readonly pnl: number;
  readonly losers: number;
  readonly losses: number;
  readonly insolvent: number;
  readonly deficit: number;
  readonly worstAccount: string | null;
  readonly worstLoss: number;
}

function scenarioRows(book: Book, scenarios: ScenarioSet, { pnl, byScenario }: BookStress): ScenarioRow[] {
  return Array.from(pnl, (each, s) => ({
    scenario: scenarioLabel(scenarios, s),
    pnl: each,
    losers: byScenario.losers[s],
    losses: byScenario.losses[s],
    insolvent: byScenario.insolvent[s],
    deficit: byScenario.deficit[s],
    worstAccount: byScenario.worstAccount[s] < 0 ? null : book.accountIds[byScenario.worstAccount[s]],
    worstLoss: byScenario.worstLoss[s],
  }));
}

function jsonOf(result: BookStress, rows: readonly ScenarioRow[], groups: AccountGroups | null): unknown {
  const { currency, accountCount, equity, groupPnl, quarantined, heldConstant } = result;
  const pools = groups?.names.map((name, group) => ({
    pool: name, pnl: [...groupPnl.subarray(group * rows.length, (group + 1) * rows.length)],
  }));
  return {
    currency, accounts: accountCount, quarantined: quarantined.size, equity, heldConstant, scenarios: rows,
    ...(pools === undefined ? {} : { pools }),
  };
}

function printWorst(
  rows: readonly ScenarioRow[],
  scenarios: ScenarioSet,
  { currency, accountCount, equity, quarantined, groupPnl }: BookStress,
  groups: AccountGroups | null,
  terminal: Terminal,
): void {
  terminal.print(`${describeScenarios(scenarios)}; ${count(accountCount)} accounts, ${count(quarantined.size)} left out`);
  terminal.print(`equity of the book ${amount(equity, 2)} ${currency}`);
  const header = ['scenario', `P&L, ${currency}`, 'losers', 'losses', 'insolvent', 'deficit', 'worst account', 'its loss'];
  terminal.print(table([header, ...rows.map(cellsOf)]));
  if (groups === null) return;
  const worst = groups.names.map((name, group) => {
    const own = groupPnl.subarray(group * scenarios.count, (group + 1) * scenarios.count);
    const at = own.reduce((least, each, s) => (each < own[least] ? s : least), 0);
    return [name, amount(own[at], 2), scenarioLabel(scenarios, at)];
  });
  terminal.print(table([['pool', `worst P&L, ${currency}`, 'scenario'], ...worst]));
}

function cellsOf(row: ScenarioRow): string[] {
  const { scenario, pnl, losers, losses, insolvent, deficit, worstAccount, worstLoss } = row;
  return [
    scenario, amount(pnl, 2), count(losers), amount(losses, 2), count(insolvent), amount(deficit, 2), worstAccount ?? '-',
    amount(worstLoss, 2),
  ];
}

function scenarioTable(rows: readonly ScenarioRow[]): Parameters<typeof writeTable>[1] {
  const numbers = ['pnl', 'losers', 'losses', 'insolvent', 'deficit', 'worstLoss'] as const;
  const columns: ResultColumn[] = [
    { name: 'scenario', type: 'string', values: rows.map(({ scenario }) => scenario) },
    ...numbers.map((name) => ({
      name: name === 'worstLoss' ? 'worst_loss' : name,
      type: 'f64' as const,
      values: Float64Array.from(rows, (row) => row[name]),
    })),
    { name: 'worst_account', type: 'string', values: rows.map(({ worstAccount }) => worstAccount ?? '') },
  ];
  return { rowCount: rows.length, columns };
}

function accountTable(book: Book, scenarios: ScenarioSet, { byAccount, quarantined }: BookStress): Parameters<typeof writeTable>[1] {
  const { equity, worstPnl, worstScenario } = byAccount;
  const columns: ResultColumn[] = [
    { name: 'account', type: 'string', values: [...book.accountIds] },
    { name: 'status', type: 'string', values: book.accountIds.map((_, row) => (quarantined.has(row) ? 'quarantined' : 'ok')) },
    { name: 'equity', type: 'f64', values: equity },
    { name: 'worst_pnl', type: 'f64', values: worstPnl },
    { name: 'worst_scenario', type: 'string', values: Array.from(worstScenario, (s) => (s < 0 ? '' : scenarioLabel(scenarios, s))) },
    { name: 'reason', type: 'string', values: book.accountIds.map((_, row) => quarantined.get(row) ?? '') },
  ];
  return { rowCount: book.accountIds.length, columns };
}

function page(options: StressCommandOptions, scenarios: ScenarioSet, result: BookStress, worst: readonly ScenarioRow[]): Report {
  const { currency } = result;
  const shown = worst.slice(0, options.top);
  const chart = contributionsChart({
    measure: 'stress losses', names: shown.map(({ scenario }) => scenario), parts: shown.map(({ pnl }) => -pnl), currency,
  });
  return {
    title: 'Stress test',
    facts: [
      ['book', `${options.book}, ${count(result.accountCount)} accounts, ${count(result.quarantined.size)} left out`],
      ['scenarios', describeScenarios(scenarios)],
      ['equity of the book', `${amount(result.equity, 2)} ${currency}`],
    ],
    sections: [
      {
        title: 'Worst scenarios',
        header: ['scenario', `P&L, ${currency}`, 'losers', 'losses', 'insolvent', 'deficit', 'worst account', 'its loss'],
        rows: shown.map(cellsOf),
        note: 'Insolvent: accounts with equity below zero afterwards that had some before; the deficit is theirs together.',
      },
      { ...chart, id: 'stress', title: 'Loss of the book by scenario', caption: `Loss in ${currency}; a gain points left.` },
    ],
  };
}
