import { Option, type Command } from 'commander';
import { addHistoryOptions, addMoveOptions } from '../history-sources.ts';
import { builtInName } from '../built-in-name.ts';
import { interruptible } from '../interruption.ts';
import { collected, decimalNumber, wholeNumber } from '../option-values.ts';
import type { Terminal } from '../terminal.ts';
import type { BacktestCommandOptions } from './backtest.ts';
import { backtest } from './on-demand.ts';

const list = (flags: string, description: string): Option =>
  new Option(flags, description).default([]).argParser(collected);

/** Two backtests over a history of prices: of margin models, and of VaR and ES. */
export function addBacktest(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  const command = program
    .command('backtest')
    .summary('margin models, or VaR, against what prices did')
    .description('margin models (--model) or VaR and ES of a portfolio (--book, --weight) against what prices then did');
  const sources = addHistoryOptions(command, { from: 'first day that is measured', to: 'last day that is measured' });
  addMoveOptions(command, { returns: 'log', lookback: '500' });
  command
    .option('--level <list>', 'coverage level (default: 0.99), or levels of VaR (default: 0.975,0.99)')
    .option('--paths <n>', 'simulated histories for critical values', wholeNumber(100, 1_000_000))
    .addOption(new Option('--seed <n>', 'of everything drawn').argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER)).default(1))
    .option('--require-coverage <share>', 'exit with 1 where less is covered', decimalNumber(0, 1))
    .addOption(new Option('--require-zone <zone>', 'exit with 1 where the traffic light is worse').choices(['green', 'yellow']))
    .option('--out <file>', 'write every day (.parquet, .csv, .json, .ndjson, .arrow)')
    .option('--report <file>', 'write a page with tables and pictures (.html)')
    .option('--svg <folder>', 'write the pictures as SVG files')
    .option('--json', 'machine-readable result on stdout');
  addCoverageOptions(command);
  addValueAtRiskOptions(command);
  command.action(async (options: BacktestCommandOptions) =>
    finish(await backtest({ ...options, sources }, terminal, interruptible())),
  );
}

function addCoverageOptions(command: Command): void {
  command
    .option('--model <list>', "margin models, comma-separated, or 'all'; 'old=deribit-pm' gives one a name of its own")
    .addOption(list('--params <model=file>', 'parameter file of a model; repeat'))
    .option('--underlying <list>', 'names of the underlying, the first that a model margins counts', 'BTC,XYZ')
    .option('--warm-up <n>', 'days before the first margin', wholeNumber(1, 100_000), 60)
    .option('--volatility <policy>', 'of options: constant:VOL, realised[:LAMBDA,FACTOR,FLOOR] or series', 'realised')
    .option('--tenors <list>', 'days to expiry, near and far', '30,90')
    .option('--moneyness <list>', 'strikes as parts of the price: low, at the money, high', '0.9,1,1.1')
    .option('--portfolios <list>', 'of the standard ones; default: all')
    .option('--random <n>', 'random portfolios besides', wholeNumber(0, 1000), 4)
    .option('--notional <amount>', 'of a unit of a portfolio, quote currency', decimalNumber(1e-6, 1e15), 100_000)
    .addOption(
      new Option('--arrays <scaling>', 'SPAN: arrays move with the price, or are held').choices(['rescale', 'hold']).default('rescale'),
    )
    .addOption(new Option('--payoff <kind>', 'only contracts of this payoff').choices(['linear', 'inverse']))
    .option('--details', 'portfolio by portfolio, for several models too')
    .option('--draw <portfolio>', 'whose days a report draws (default: the one that is covered least)');
}

function addValueAtRiskOptions(command: Command): void {
  command
    .option('--book <file>', 'portfolio: the positions of a book')
    .option('--market <file>', `market of the book, or '${builtInName}'`, builtInName)
    .option('--account <id>', 'one account of the book; default: all together')
    .addOption(list('--weight <name=amount>', 'portfolio: a constant amount in an underlying; repeat'))
    .option('--currency <name>', 'of VaR and P&L', 'USD')
    .addOption(new Option('--unmatched <policy>', 'what no factor moves').choices(['refuse', 'hold']).default('refuse'))
    .option(
      '--method <name>',
      'historical (default), age-weighted[:LAMBDA], fhs-ewma[:LAMBDA], fhs-garch[:REFIT DAYS], delta-normal[:LAMBDA]',
    )
    .addOption(new Option('--innovation <name>', 'of a GARCH fit').choices(['normal', 'student-t']).default('normal'))
    .option('--quantile <convention>', 'how VaR and ES are read off the scenarios', 'acerbi-tasche')
    .addOption(new Option('--beyond-sample <policy>', 'a lookback too short for a level').choices(['refuse', 'worst']).default('refuse'))
    .option('--size <share>', 'probability of rejecting a right model, of the tests of ES', decimalNumber(1e-6, 0.5), 0.05);
}
