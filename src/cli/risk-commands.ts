import { Option, type Command } from 'commander';
import { measureConventions, defaultConvention } from '../risk/conventions.ts';
import type { GridCommandOptions } from './commands/grid.ts';
import type { ReverseStressCommandOptions } from './commands/reverse-stress.ts';
import type { StressCommandOptions } from './commands/stress.ts';
import type { VarCommandOptions } from './commands/var.ts';
import { interruptible } from './interruption.ts';
import { decimalNumber, wholeNumber } from './option-values.ts';
import { withBook, workersOption, type Finish } from './options.ts';
import { addScenarioOptions } from './scenario-source.ts';
import type { Terminal } from './terminal.ts';
import { reverseStressMethods } from '../risk/portfolio-reverse-stress.ts';
import { addCovarianceOptions, addMethodOptions, givenOptions } from './var-options.ts';
import { grid, reverseStressCommand, stress, valueAtRiskCommand } from './commands/on-demand.ts';

const outOption = '--out <file>';
const topMax = 10_000;

/** Commands that revalue a book in scenarios. */
export function addRiskCommands(program: Command, terminal: Terminal, finish: Finish): void {
  addVar(program, terminal, finish);
  addStress(program, terminal, finish);
  addGrid(program, terminal, finish);
  addReverseStress(program, terminal, finish);
}

/** Book, currency, what to do without a factor, pictures. */
function withRevaluation(command: Command): Command {
  return withBook(command)
    .option('--currency <name>', 'what P&L is measured in', 'USD')
    .addOption(
      new Option('--unmatched <policy>', 'what no scenario moves: who holds it is left out, or it stays where it is')
        .choices(['refuse', 'hold'])
        .default('refuse'),
    )
    .option('--report <file>', 'write a page with tables and pictures (.html)')
    .option('--svg <folder>', 'write the pictures as SVG files');
}

function addVar(program: Command, terminal: Terminal, finish: Finish): void {
  const command = withRevaluation(
    program.command('var')
      .summary('VaR and ES of accounts, pools and the book')
      .description('VaR and ES: of every account, pools and the book in scenarios, or parametric, or by Monte Carlo'),
  );
  const sources = addScenarioOptions(command);
  addMethodOptions(command);
  command
    .option('--account <id>', 'one account instead of the book')
    .option('--pools <file>', 'columns account and pool: what is netted together')
    .option('--level <list>', 'confidence levels', '0.99,0.975')
    .addOption(
      new Option('--convention <name>', 'how VaR and ES are read off the scenarios (docs/RISK-MEASURES.md)')
        .choices(Object.keys(measureConventions))
        .default(defaultConvention),
    )
    .addOption(
      new Option('--beyond-sample <policy>', 'too few scenarios for a level: an error, or the worst one')
        .choices(['refuse', 'worst'])
        .default('refuse'),
    )
    .addOption(new Option('--parts <by>', 'what risk is taken apart by').choices(['underlying', 'instrument']).default('underlying'))
    .addOption(workersOption())
    .addOption(new Option('--kernels <engine>', 'which engine').choices(['wasm', 'javascript']))
    .option('--top <n>', 'accounts and parts that are printed', wholeNumber(1, topMax), 10)
    .option(outOption, 'one row per account, or per portfolio and level (.parquet, .csv, .json, .ndjson, .arrow)')
    .option('--out-pools <file>', 'write one row per pool')
    .action(async (options: VarCommandOptions, self: Command) =>
      finish(await valueAtRiskCommand({ ...options, sources, given: givenOptions(self) }, terminal, interruptible())),
    );
}

function addStress(program: Command, terminal: Terminal, finish: Finish): void {
  const command = withRevaluation(
    program.command('stress')
      .summary('what scenarios do to accounts, pools and a book')
      .description('what scenarios do to a book, to pools and to every account'),
  );
  const sources = addScenarioOptions(command);
  command
    .option('--pools <file>', 'columns account and pool: what is netted together')
    .option('--top <n>', 'scenarios that are printed, the worst first', wholeNumber(1, topMax), 20)
    .option(outOption, 'write one row per account: equity, worst scenario, what it costs')
    .option('--out-scenarios <file>', 'write one row per scenario')
    .action(async (options: StressCommandOptions) =>
      finish(await stress({ ...options, sources }, terminal, interruptible())),
    );
}

function addGrid(program: Command, terminal: Terminal, finish: Finish): void {
  withRevaluation(program.command('grid').description('P&L over moves of price, volatility and time'))
    .option('--account <id>', 'one account instead of the book')
    .option('--price <moves>', 'list, or FROM:TO:STEP', '-0.3:0.3:0.1')
    .option('--volatility <moves>', 'list, or FROM:TO:STEP', '-0.25:0.5:0.25')
    .option('--days <days>', 'days that pass: list, or FROM:TO:STEP')
    .option('--underlying <list>', 'what moves; default: all that is held, together')
    .addOption(
      new Option('--volatility-moves <change>', 'how volatilities move').choices(['relative', 'absolute']).default('relative'),
    )
    .option(outOption, 'write one row per scenario')
    .action(async (options: GridCommandOptions) => finish(await grid(options, terminal, interruptible())));
}

function addReverseStress(program: Command, terminal: Terminal, finish: Finish): void {
  const command = withRevaluation(
    program.command('reverse-stress').description('the most plausible scenario in which a book, or one account, loses an amount'),
  );
  const sources = addScenarioOptions(command);
  addCovarianceOptions(command);
  command
    .option('--account <id>', 'one account instead of the book')
    .option('--loss <amount>', 'what is to be lost, in --currency', decimalNumber(Number.MIN_VALUE, Number.MAX_VALUE))
    .option('--of-equity <share>', 'or so much of the equity: 0.5 is half of it', decimalNumber(Number.MIN_VALUE, 1e6))
    .addOption(new Option('--method <name>', 'what is searched: sensitivities, or full revaluation').choices(reverseStressMethods).default('full'))
    .option('--furthest <n>', 'full: standard deviations away at most (default 12)', decimalNumber(0.1, 1000))
    .option(outOption, 'write the moves: one row per scenario found and factor')
    .action(async (options: ReverseStressCommandOptions) =>
      finish(await reverseStressCommand({ ...options, sources }, terminal, interruptible())),
    );
}
