import { MargridError } from '../../errors.ts';
import type { SharedBacktestOptions } from '../backtest-shared.ts';
import { historyOf, noteAlignment } from '../history-sources.ts';
import { requireWritable } from '../inputs.ts';
import { requirePictures } from '../pictures.ts';
import type { Terminal } from '../terminal.ts';
import { backtestCoverage, type CoverageCommandOptions } from './backtest-coverage.ts';
import { backtestValueAtRisk, type ValueAtRiskCommandOptions } from './backtest-value-at-risk.ts';

export type BacktestCommandOptions = SharedBacktestOptions & CoverageCommandOptions & ValueAtRiskCommandOptions;

/** `margrid backtest`: margin against losses with --model, VaR and ES of a portfolio without. */
export async function backtest(options: BacktestCommandOptions, terminal: Terminal, signal: AbortSignal): Promise<number> {
  requireWritable(options.out);
  requirePictures(options);
  if (options.model === undefined && options.draw !== undefined) {
    throw new MargridError('OptionInvalid', '--draw is about margin models: it needs --model', { column: 'draw' });
  }
  if (options.model !== undefined) refuseOptions(options, ['book', 'weight', 'account', 'method', 'lookback', 'windows', 'returns']);
  // --from and --to say what is measured: what is before is what it is measured with.
  const { sources, mismatch, carryDays } = options;
  const history = await historyOf({ sources, mismatch, ...(carryDays === undefined ? {} : { carryDays }) });
  noteAlignment(history, terminal);
  return options.model === undefined
    ? backtestValueAtRisk(options, history, terminal, signal)
    : backtestCoverage(options, history, terminal, signal);
}

function refuseOptions(options: BacktestCommandOptions, names: readonly (keyof BacktestCommandOptions)[]): void {
  const given = names.find((name) => options[name] !== undefined && !(Array.isArray(options[name]) && options[name].length === 0));
  if (given === undefined) return;
  throw new MargridError('OptionInvalid', `--${given} is about VaR: it has no place beside --model`, { column: given });
}
