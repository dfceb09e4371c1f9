import { Engine } from '../../engine/engine.ts';
import { statusNames } from '../../engine/totals.ts';
import { formatProblem, type Problem } from '../../errors.ts';
import { writeTable } from '../../io/index.ts';
import { count, milliseconds, money, percent, table } from '../format.ts';
import {
  inputsOfModel,
  loadBook,
  loadMarket,
  loadParams,
  requireParams,
  requireWritable,
  type InputOptions,
} from '../inputs.ts';
import { exitCodes, throwIfInterrupted } from '../interruption.ts';
import { jsonRows, marginTable } from '../margin-table.ts';
import type { Terminal } from '../terminal.ts';

export interface MarginOptions extends InputOptions {
  readonly workers: number;
  readonly kernels?: 'wasm' | 'javascript';
  readonly out?: string;
  readonly json?: boolean;
}

const shownRows = 20;

/** `margrid margin`: margins of a user's own book. */
export async function margin(options: MarginOptions, terminal: Terminal, signal: AbortSignal): Promise<number> {
  requireWritable(options.out);
  const params = await loadParams(options.params, options.model);
  requireParams(params, options);
  const market = await loadMarket(options, terminal);
  terminal.stage(`reading ${options.book}`);
  const { book, problems, problemCount, rowCount } = await loadBook(options, market);
  terminal.stage(null);
  throwIfInterrupted(signal);
  const engine = Engine.create({
    ...inputsOfModel(market, book, params, options),
    params,
    workers: options.workers,
    ...(options.model === undefined ? {} : { model: options.model }),
    ...(options.kernels === undefined ? {} : { kernels: options.kernels }),
  });
  try {
    const report = await engine.tick();
    throwIfInterrupted(signal);
    const margins = marginTable(engine);
    if (options.out !== undefined) await writeTable(options.out, margins, { signal });
    const summary = {
      model: engine.modelName,
      asOf: new Date(market.asOfMs).toISOString(),
      rows: rowCount,
      accounts: book.accountIds.length,
      positions: engine.positionCount,
      nettingSets: engine.nettingSetCount,
      evaluatedAccounts: book.accountIds.length - quarantinedAccounts(engine),
      quarantinedAccounts: quarantinedAccounts(engine),
      totals: report.totals,
      timingsMs: report.timingsMs,
      stateHash: engine.stateHash(),
      problemCount,
      problems,
    };
    if (options.json) {
      const body = JSON.stringify(summary, null, 2);
      if (options.out === undefined) {
        terminal.print(`${body.slice(0, -2)},\n  "margins": [`);
        for (const line of jsonRows(margins)) terminal.print(line);
        terminal.print('  ]\n}');
      } else terminal.print(body);
    } else printSummary(summary, engine, terminal, options.out);
    return exitCodes.ok;
  } finally {
    await engine.close();
  }
}

function quarantinedAccounts(engine: Engine): number {
  const { accountIndex, status } = engine.results;
  let accounts = 0;
  let last = -1;
  for (let set = 0; set < status.length; set++) {
    if (statusNames[status[set]] !== 'quarantined' || accountIndex[set] === last) continue;
    accounts++;
    last = accountIndex[set]!;
  }
  return accounts;
}

/** Why netting sets have no margin, the most frequent first, as many as are shown of anything. */
export function quarantineReasons(engine: Engine): [string, number][] {
  const counts = new Map<string, number>();
  engine.results.fault.forEach((fault, set) => {
    if (fault === 0) return;
    const reason = engine.faultReason(set) ?? 'unknown';
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  });
  return [...counts].sort(([, a], [, b]) => b - a).slice(0, shownRows);
}

interface Summary {
  readonly model: string;
  readonly asOf: string;
  readonly accounts: number;
  readonly positions: number;
  readonly nettingSets: number;
  readonly evaluatedAccounts: number;
  readonly quarantinedAccounts: number;
  readonly totals: Awaited<ReturnType<Engine['tick']>>['totals'];
  readonly timingsMs: Awaited<ReturnType<Engine['tick']>>['timingsMs'];
  readonly stateHash: string;
  readonly problemCount: number;
  readonly problems: readonly Problem[];
}

function printSummary(summary: Summary, engine: Engine, terminal: Terminal, out: string | undefined): void {
  terminal.print(`${summary.model}, market of ${summary.asOf}`);
  terminal.print(
    `${count(summary.accounts)} accounts: ${count(summary.evaluatedAccounts)} evaluated, ` +
      `${count(summary.quarantinedAccounts)} quarantined; ${count(summary.positions)} positions, ` +
      `${count(summary.nettingSets)} netting sets; tick ${milliseconds(summary.timingsMs.total)}`,
  );
  for (const problem of summary.problems.slice(0, shownRows)) terminal.note(`quarantined: ${formatProblem(problem)}`);
  if (summary.problemCount > shownRows)
    terminal.note(`quarantined: ${count(summary.problemCount - shownRows)} more problems`);
  for (const [reason, sets] of quarantineReasons(engine)) terminal.print(`quarantined ${count(sets)}: ${reason}`);
  terminal.print(marginLines(engine, Math.min(shownRows, engine.nettingSetCount)));
  if (out !== undefined) terminal.print(`all ${count(summary.nettingSets)} rows: ${out}`);
  else if (summary.nettingSets > shownRows)
    terminal.print(`… ${count(summary.nettingSets - shownRows)} more: use --out FILE or --json`);
  for (const { currency, equity, initialMargin, maintenanceMargin } of summary.totals.perCurrency) {
    if (equity === 0 && initialMargin === 0) continue;
    terminal.print(
      `total ${currency}: equity ${money(equity, currency)}, initial margin ${money(initialMargin, currency)}, ` +
        `maintenance margin ${money(maintenanceMargin, currency)}`,
    );
  }
  const { counts } = summary.totals;
  terminal.print(`netting sets: ${statusNames.map((name) => `${name} ${count(counts[name])}`).join(', ')}`);
  terminal.print(`state hash ${summary.stateHash}`);
}

/** The first rows of the result as text. */
export function marginLines(engine: Engine, rows: number): string {
  const { accountIndex, currencyIndex, equity, initialMargin, maintenanceMargin, status } = engine.results;
  const lines = [['account', 'currency', 'equity', 'initial margin', 'maintenance margin', 'margin ratio', 'status']];
  for (let set = 0; set < rows; set++) {
    const ratio = maintenanceMargin[set] === 0 ? 0 : maintenanceMargin[set] / equity[set];
    lines.push([
      engine.accountIds[accountIndex[set]],
      engine.currencies[currencyIndex[set]],
      money(equity[set], engine.currencies[currencyIndex[set]]),
      money(initialMargin[set], engine.currencies[currencyIndex[set]]),
      money(maintenanceMargin[set], engine.currencies[currencyIndex[set]]),
      Number.isFinite(ratio) ? percent(ratio) : '-',
      statusNames[status[set]],
    ]);
  }
  return table(lines);
}
