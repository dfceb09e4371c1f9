import { Option, type Command } from 'commander';
import { meanPositionsMax, meanPositionsMin } from '../../generate/book-options.ts';
import { limits } from '../../limits.ts';
import { interruptible } from '../interruption.ts';
import { collected, decimalNumber, wholeNumber } from '../option-values.ts';
import { seedOption, withOptionalBook, workersOption, type Finish } from '../options.ts';
import type { Terminal } from '../terminal.ts';
import type { MonitorCommandOptions } from './monitor.ts';
import { monitor } from './on-demand.ts';

/** Movements of more could make a price negative: they are sums of twelve uniform numbers. */
const volatilityBpMax = 500;

/** `margrid monitor`. */
export function addMonitor(program: Command, terminal: Terminal, finish: Finish): void {
  const command = withOptionalBook(
    program
      .command('monitor')
      .summary('statuses of a whole book on every tick, by evaluating few of its accounts')
      .description(
        'statuses of a whole book on every tick, by evaluating few of its accounts (docs/MONITOR.md); ' +
          'exit code 1 if a full evaluation gives another status',
      ),
  );
  addTickOptions(command);
  addWatchOptions(command);
  command.action(async (options: MonitorCommandOptions) => finish(await monitor(options, terminal, interruptible())));
}

/** A generated book, and where ticks come from. */
function addTickOptions(command: Command): void {
  command
    .addOption(
      new Option('--accounts <n>', 'a generated book of so many accounts instead of --book').argParser(
        wholeNumber(1, limits.accountCountMax),
      ),
    )
    .addOption(
      new Option('--positions <n>', 'mean positions per account of a generated book')
        .default(12)
        .argParser(decimalNumber(meanPositionsMin, meanPositionsMax)),
    )
    .addOption(
      new Option('--quotes <file>', 'recorded quotes: rows of a market file, a tick for every as_of').conflicts([
        'commands',
        'ticks',
        'volatilityBp',
      ]),
    )
    .addOption(
      new Option(
        '--commands <file>',
        "commands tick and book as of margrid run, one JSON object per line ('-': standard input)",
      ).conflicts(['ticks', 'volatilityBp']),
    )
    .addOption(
      new Option('--ticks <n>', 'ticks of generated movement, the first at the market as it is')
        .default(100)
        .argParser(wholeNumber(1, 100_000_000)),
    )
    .addOption(
      new Option('--volatility-bp <n>', 'standard deviation of a tick of generated movement, basis points')
        .default(3)
        .argParser(decimalNumber(0, volatilityBpMax)),
    )
    .addOption(seedOption());
}

/** What is watched, compared, and told. */
function addWatchOptions(command: Command): void {
  command
    .option(
      '--watch <what>',
      "liquidation, statuses, or levels by factors, as 'warning=1.25*maintenance,bankrupt=0'",
      'statuses',
    )
    .option('--shadow', 'evaluate everything a second time on every tick, and compare every status')
    .addOption(
      new Option('--references <n>', 'reference markets alive at most').default(16).argParser(wholeNumber(2, 64)),
    )
    .addOption(
      new Option('--baseline-ticks <n>', 'ticks on which an engine of its own evaluates everything, timed and compared')
        .default(5)
        .argParser(wholeNumber(0, 1_000_000)),
    )
    .addOption(workersOption())
    .option('--out <file>', 'write one row per change of status (.parquet, .csv, .json, .ndjson, .arrow)')
    .option('--initial', 'write the statuses of the first tick too, as changes from new')
    .option('--progress', 'one line per tick on stderr')
    .addOption(
      new Option('--margins-of <account>', 'margins of this account at the last tick; repeat')
        .default([])
        .argParser(collected),
    )
    .addOption(
      new Option('--margins <how>', 'margined now, or what is certain without')
        .choices(['exact', 'interval'])
        .default('exact'),
    );
}
