import { Option, type Command } from 'commander';
import { addHistoryOptions, addMoveOptions, type SourceText } from '../history-sources.ts';
import { interruptible } from '../interruption.ts';
import { collected, decimalNumber, wholeNumber } from '../option-values.ts';
import type { Terminal } from '../terminal.ts';
import type {
  CrisisCommandOptions, FilteredCommandOptions, GridCommandOptions, HistoricalCommandOptions, StressedCommandOptions,
} from './scenarios.ts';
import {
  crisesCommand, crisisCommand, filteredCommand, gridCommand, historicalCommand, showScenarios, stressedCommand,
} from './on-demand.ts';

const jsonOption = (): Option => new Option('--json', 'machine-readable result on stdout');
const outOption = (): Option =>
  new Option('--out <file>', 'write the scenarios, a row each (.parquet, .csv, .json, .ndjson, .arrow)');
const list = (flags: string, description: string): Option =>
  new Option(flags, description).default([]).argParser(collected);

function addHistory(command: Command): SourceText[] {
  const sources = addHistoryOptions(command, { from: 'first date', to: 'last date: nothing after it is looked at' });
  addMoveOptions(command, { returns: 'relative', lookback: 'all' });
  command
    .addOption(new Option('--age-lambda <n>', 'weights by age').argParser(decimalNumber(Number.MIN_VALUE, 1)))
    .addOption(new Option('--days <n>', 'calendar days that pass in a scenario').argParser(decimalNumber(0, 36_500)))
    .addOption(outOption())
    .addOption(jsonOption());
  return sources;
}

/** `margrid scenarios`: sets of scenarios, and what they are made of. */
export function addScenarios(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  const scenarios = program
    .command('scenarios')
    .summary('scenarios from history, grids and crises')
    .description('scenarios from history, stressed periods, grids and crises');
  const historical = scenarios.command('historical').description('what happened, as scenarios of what may happen');
  const historicalSources = addHistory(historical);
  historical.action(async (options: HistoricalCommandOptions) =>
    finish(await historicalCommand({ ...options, sources: historicalSources }, terminal, interruptible())),
  );
  const filtered = scenarios.command('filtered').description('history scaled to the volatility of today');
  const filteredSources = addHistory(filtered);
  filtered
    .option('--filter <model>', 'ewma:LAMBDA, garch (fitted), garch-t (Student-t), garch:MU,OMEGA,ALPHA,BETA', 'ewma:0.94')
    .option('--start-variance <name>', 'convention or number; default: sample-variance (EWMA), pre-sample (GARCH)')
    .addOption(new Option('--form <form>', 'of the scaling').choices(['ratio', 'residual']))
    .addOption(new Option('--estimation <days>', 'days the variances run over').choices(['window', 'history']).default('window'))
    .addOption(new Option('--ratio-floor <n>', 'of the scaling').argParser(decimalNumber(0, 1e9)))
    .addOption(new Option('--ratio-cap <n>', 'of the scaling').argParser(decimalNumber(0, 1e9)))
    .addOption(new Option('--paths <n>', 'draw paths of residuals instead').argParser(wholeNumber(1, 10_000_000)))
    .addOption(new Option('--seed <n>', 'of the paths').argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER)).default(1))
    .action(async (options: FilteredCommandOptions) =>
      finish(await filteredCommand({ ...options, sources: filteredSources }, terminal, interruptible())),
    );
  const stressed = scenarios.command('stressed').description('scenarios of stressed periods, given or searched');
  const stressedSources = addHistory(stressed);
  stressed
    .addOption(list('--period <from..to>', 'a stressed period; repeat'))
    .addOption(new Option('--search <n>', 'search the worst period of n scenarios').argParser(wholeNumber(1, 1_000_000)))
    .addOption(new Option('--count <n>', 'periods to find').argParser(wholeNumber(1, 10_000)).default(1))
    .addOption(list('--exposure <factor=amount>', 'P&L of the search: the sum of amount x move; repeat'))
    .addOption(new Option('--tail <share>', 'loss of a period: mean of its worst share').argParser(decimalNumber(1e-9, 1)).default(0.025))
    .addOption(new Option('--stress-weight <share>', 'join the history, with this share for the stress').argParser(decimalNumber(0, 1)))
    .action(async (options: StressedCommandOptions) =>
      finish(await stressedCommand({ ...options, sources: stressedSources }, terminal, interruptible())),
    );
  addMadeUp(scenarios, terminal, finish);
}

/** Scenarios that need no history. */
function addMadeUp(scenarios: Command, terminal: Terminal, finish: (code: number) => void): void {
  scenarios
    .command('grid')
    .description('every combination of price and volatility moves and days')
    .requiredOption('--underlyings <list>', 'comma-separated: BTC,ETH')
    .option('--price <points>', 'FROM:TO:STEP or a list, 0.1 is +10%')
    .option('--volatility <points>', 'FROM:TO:STEP or a list')
    .option('--days <points>', 'calendar days, FROM:TO:STEP or a list')
    .addOption(new Option('--volatility-change <change>', 'what its points are').choices(['relative', 'absolute']).default('relative'))
    .option('--preset <name>', 'tims:RANGE, tims:DOWN:UP, span:PRICE:VOLATILITY or crypto instead of points')
    .addOption(outOption())
    .addOption(jsonOption())
    .action(async (options: GridCommandOptions) => finish(await gridCommand(options, terminal, interruptible())));
  scenarios
    .command('crisis')
    .description('named crises; `margrid scenarios crises` lists them')
    .option('--names <list>', 'comma-separated; default: all', 'all')
    .addOption(list('--map <factor=follows>', "'price:SPX', or a proxy 'price:BTC=price:SPX*1.5'; repeat"))
    .addOption(new Option('--missing <rule>', 'a crisis without a figure').choices(['refuse', 'hold', 'drop']).default('refuse'))
    .addOption(new Option('--volatility-change <change>', 'how volatilities move').choices(['relative', 'absolute']).default('relative'))
    .option('--file <file>', 'crises of your own (JSON, docs/SCENARIOS.md)')
    .addOption(outOption())
    .addOption(jsonOption())
    .action(async (options: CrisisCommandOptions) => finish(await crisisCommand(options, terminal, interruptible())));
  scenarios
    .command('crises')
    .description('the crises, with the moves, evidence and source of each')
    .option('--file <file>', 'crises of your own')
    .addOption(jsonOption())
    .action(async (options: { file?: string; json?: boolean }) => finish(await crisesCommand(options, terminal)));
  scenarios
    .command('show')
    .description('what a file of scenarios holds')
    .argument('<file>', 'file of scenarios')
    .addOption(jsonOption())
    .action(async (file: string, options: { json?: boolean }) => finish(await showScenarios(file, options, terminal)));
}
