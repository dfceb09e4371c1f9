import { MargridError } from '../../errors.ts';
import type { MarketHistory } from '../../history/market-history.ts';
import type { SharedBacktestOptions } from '../backtest-shared.ts';
import { requireWritable } from '../inputs.ts';
import type { Terminal } from '../terminal.ts';
import { historyOf, type HistoryFileOptions } from './scenarios.ts';
import { backtestCoverage, type CoverageCommandOptions } from './backtest-coverage.ts';
import { backtestValueAtRisk, type ValueAtRiskCommandOptions } from './backtest-value-at-risk.ts';

export type BacktestCommandOptions = SharedBacktestOptions & CoverageCommandOptions & ValueAtRiskCommandOptions;

/** `margrid backtest`: margin against losses with --model, VaR and ES of a portfolio without. */
export async function backtest(options: BacktestCommandOptions, terminal: Terminal, signal: AbortSignal): Promise<number> {
  requireWritable(options.out);
  if (options.model !== undefined) refuseOptions(options, ['book', 'weight', 'account', 'method', 'lookback', 'windows', 'returns']);
  // --from and --to say what is measured: what is before is what it is measured with.
  const history = await historyOf(wholeFiles(options));
  noteAlignment(history, terminal);
  return options.model === undefined
    ? backtestValueAtRisk(options, history, terminal, signal)
    : backtestCoverage(options, history, terminal, signal);
}

function wholeFiles(options: BacktestCommandOptions): HistoryFileOptions {
  const files: { -readonly [Name in keyof HistoryFileOptions]: HistoryFileOptions[Name] } = { ...options };
  delete files.from;
  delete files.to;
  return files;
}

function refuseOptions(options: BacktestCommandOptions, names: readonly (keyof BacktestCommandOptions)[]): void {
  const given = names.find((name) => options[name] !== undefined && !(Array.isArray(options[name]) && options[name].length === 0));
  if (given === undefined) return;
  throw new MargridError('OptionInvalid', `--${given} is about VaR: it has no place beside --model`, { column: given });
}

function noteAlignment({ alignment }: MarketHistory, terminal: Terminal): void {
  for (const { factor, unquoted, carried, dropped } of alignment?.series ?? []) {
    if (carried + dropped === 0) continue;
    terminal.note(`${factor}: ${dropped} dates dropped, ${carried} carried forward, ${unquoted} rows without a value`);
  }
}
