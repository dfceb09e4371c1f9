#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { BadInputError, formatProblem, MargridError, type ErrorCode } from '../errors.ts';
import { meanPositionsMax, meanPositionsMin } from '../generate/book-options.ts';
import { shippedCollateralVenues } from '../collateral/shipped-rules.ts';
import { limits } from '../limits.ts';
import { packageRoot } from '../package-root.ts';
import type { CollateralOptions } from './commands/collateral.ts';
import type { CascadeOptions } from './commands/cascade.ts';
import type { CompareCommandOptions } from './commands/compare.ts';
import type { DemoOptions } from './commands/demo.ts';
import type { ExplainOptions } from './commands/explain.ts';
import type { GenerateOptions } from './commands/generate.ts';
import { adlRuleNames, type AdlCommandOptions } from './commands/adl.ts';
import type { DefaultFundCommandOptions } from './commands/default-fund.ts';
import type { AmericanCommandOptions } from './commands/american.ts';
import type { GreeksOptions } from './commands/greeks.ts';
import type { InspectCommandOptions } from './commands/inspect.ts';
import type { JournalCheckOptions, ReplayOptions, ShowOptions } from './commands/journal.ts';
import type { LiquidationPriceOptions } from './commands/liquidation-price.ts';
import type { LiquidateOptions } from './commands/liquidate.ts';
import type { MarginOptions } from './commands/margin.ts';
import type { MarketOptions } from './commands/market.ts';
import { addMonitor } from './commands/monitor-options.ts';
import type { ProcyclicalityCommandOptions } from './commands/procyclicality.ts';
import type { RunOptions } from './commands/run.ts';
import type { ReconcileOptions } from './commands/reconcile.ts';
import type { LegText, WhatIfOptions } from './commands/what-if.ts';
import { liquidationStyleNames } from '../liquidation/shipped-styles.ts';
import { builtInName } from './built-in-name.ts';
import { exitCodes, interruptible } from './interruption.ts';
import { addBacktest } from './commands/backtest-options.ts';
import { addScenarios } from './commands/scenarios-options.ts';
import { addVarParams } from './commands/var-params.ts';
import { collected, decimalNumber, wholeNumber } from './option-values.ts';
import {
  accountsOption,
  jsonOption,
  marketOption,
  seedOption,
  withBook,
  withInputs,
  workersOption,
  type Finish,
} from './options.ts';
import { addRiskCommands } from './risk-commands.ts';
import { openTerminal, type Terminal } from './terminal.ts';
import {
  adl, american, cascade, collateral, compare, defaultFund, demo, explain, generate, greeks, inspect, layout,
  liquidate, liquidationPrice, margin, market, models, procyclicalityCommand, reconcile, repair, replay, run, show,
  verify, whatIfCommand,
} from './commands/on-demand.ts';

/** Problems printed one per line when an input is refused; the rest are counted. */
const shownProblems = 20;
/** Rates and yields per year that anybody could mean. */
const rateMax = 10;

/** Commands that weigh models and changes against each other. */
function addComparisons(program: Command, terminal: Terminal, finish: Finish): void {
  withBook(program.command('compare').description('the same book under several models, in US dollars'))
    .requiredOption('--models <list>', "models, comma-separated; 'old=deribit-pm' gives a model a name of its own")
    .addOption(
      new Option('--params <model=file>', 'parameter file of a model, may be repeated; default: the shipped ones')
        .default([])
        .argParser(collected),
    )
    .option('--linear [models]', 'turn inverse contracts into linear ones, for these models or for all')
    .addOption(
      new Option(
        '--settle <currency>',
        'count USD, USDC and USDT as this one, where --linear applies; or model=currency',
      )
        .default([])
        .argParser(collected),
    )
    .option('--no-stand-alone', 'do not margin every position alone as well')
    .addOption(workersOption())
    .option('--out <file>', 'write one row per account and model (.parquet, .csv, .json, .ndjson, .arrow)')
    .action(async (options: CompareCommandOptions) => finish(await compare(options, terminal, interruptible())));

  // One list for the three options: their order on the command line is the order of the legs.
  const legs: LegText[] = [];
  const leg =
    (option: LegText['option']) =>
    (text: string): LegText[] => {
      legs.push({ option, text });
      return legs;
    };
  withInputs(program.command('what-if').description('margin of an account with trades and orders it does not have'))
    .requiredOption('--account <id>', 'account')
    .option('--add <instrument=quantity@price>', 'a trade, at the mark unless a price is given; repeat', leg('add'))
    .option('--order <instrument=quantity@limit>', 'an open order; repeat', leg('order'))
    .option('--remove <instrument>', 'close the position at the mark, cancel the orders; repeat', leg('remove'))
    .option('--hedge-with <list>', 'instruments, comma-separated: the quantity that lowers initial margin most')
    .addOption(
      new Option('--hedge-max <n>', 'contracts of a hedge at most').argParser(decimalNumber(0, limits.quantityMax)),
    )
    .addOption(
      new Option('--hedge-lot <n>', 'contracts of a hedge are multiples of this')
        .default(1)
        .argParser(decimalNumber(1e-9, limits.quantityMax)),
    )
    .action(async (options: Omit<WhatIfOptions, 'legs'>) =>
      finish(await whatIfCommand({ ...options, legs }, terminal)),
    );
}

/** Commands of the account engine. */
function addAccountCommands(program: Command, terminal: Terminal, finish: Finish): void {
  withInputs(
    program.command('run').description('the account engine: statuses, margin calls and events, driven by commands'),
  )
    .option('--rules <file>', 'when statuses change (JSON); default: docs/ACCOUNT-ENGINE.md')
    .option(
      '--commands <file>',
      "commands, one JSON object per line ('-': standard input); default: one tick at the market",
    )
    .option('--modules <file>', 'modules and their settings (JSON)')
    .option('--events <file>', 'write every event, one JSON object per line')
    .option('--journal <file>', 'write commands and events into this journal (docs/JOURNAL.md); needs --snapshot')
    .option('--mirror <file>', 'second copy of the journal')
    .option(
      '--snapshot <file>',
      'state to go on from, with the journal; if it does not exist, it is made from the book',
    )
    .option('--expect <receipt>', 'an entry that was acknowledged: its sequence, a colon and its hash')
    .addOption(workersOption())
    .action(async (options: RunOptions) => finish(await run(options, terminal, interruptible())));
}

/** Commands about journals. */
function addJournalCommands(program: Command, terminal: Terminal, finish: Finish): void {
  const journal = program
    .command('journal')
    .description('journals of the account engine: verify, show, replay, repair');
  const command = (name: string, description: string): Command =>
    journal
      .command(name)
      .description(description)
      .argument('<file>')
      .option('--mirror <file>', 'second copy of the journal')
      .option('--expect <receipt>', 'an entry that was acknowledged: its sequence, a colon and its hash')
      .addOption(jsonOption());
  const sequence = wholeNumber(1, Number.MAX_SAFE_INTEGER);
  const modules = ['--modules <file>', 'modules and their settings (JSON), as when the snapshot was taken'] as const;

  command('verify', 'proves the hash chain unbroken; exit code 1 if it is not').action(
    async (file: string, options: JournalCheckOptions) => finish(await verify(file, options, terminal)),
  );
  command('repair', 'mends a journal and its mirror from one another, cuts off an incomplete last entry').action(
    async (file: string, options: JournalCheckOptions) => finish(await repair(file, options, terminal)),
  );
  command('replay', 'repeats the commands after a snapshot; exit code 1 unless they lead to the same events')
    .requiredOption('--snapshot <file>', 'snapshot to begin with')
    .option('--out <file>', 'write a snapshot of the state after the last entry')
    .option(...modules)
    .addOption(workersOption())
    .action(async (file: string, options: ReplayOptions) => finish(await replay(file, options, terminal)));
  command('show', 'commands and events in words')
    .addOption(new Option('--from <n>', 'first entry').default(1).argParser(sequence))
    .addOption(
      new Option('--to <n>', 'last entry').default(Number.MAX_SAFE_INTEGER, 'the last one').argParser(sequence),
    )
    .option('--account <id>', 'only what concerns this account (#12: row 12, without a snapshot)')
    .option('--snapshot <file>', 'snapshot to take names from: the journal knows rows')
    .option(...modules)
    .addOption(workersOption())
    .action(async (file: string, options: ShowOptions) => finish(await show(file, options, terminal)));
}

function buildProgram(terminal: Terminal, finish: Finish): Command {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  const program = new Command('margrid')
    .description(
      'Margins for a whole book, every tick: scenario-grid portfolio margin on WASM, reconciled against a decimal reference.',
    )
    .version(version)
    .exitOverride();
  addBookCommands(program, terminal, finish);
  addComparisons(program, terminal, finish);
  addLiquidate(program, terminal, finish);
  addCascade(program, terminal, finish);
  addAccountCommands(program, terminal, finish);
  addMonitor(program, terminal, finish);
  addJournalCommands(program, terminal, finish);
  addMarketCommands(program, terminal, finish);
  addWaterfallCommands(program, terminal, finish);
  addProcyclicality(program, terminal, finish);
  addBacktest(program, terminal, finish);
  addRiskCommands(program, terminal, finish);
  addScenarios(program, terminal, finish);
  addVarParams(program, terminal, finish);
  addDemo(program, terminal, finish);
  return program;
}

/** Commands that read or make a book. */
function addBookCommands(program: Command, terminal: Terminal, finish: Finish): void {
  withInputs(program.command('margin').description('margins of a book'))
    .addOption(workersOption())
    .addOption(new Option('--kernels <engine>', 'which engine').choices(['wasm', 'javascript']))
    .option('--out <file>', 'write one row per account and currency (.parquet, .csv, .json, .ndjson, .arrow)')
    .action(async (options: MarginOptions) => finish(await margin(options, terminal, interruptible())));

  program
    .command('generate')
    .description('a seeded book of realistic shape')
    .addOption(marketOption())
    .addOption(accountsOption(1_000_000))
    .addOption(
      new Option('--positions <n>', 'mean positions per account')
        .default(12)
        .argParser(decimalNumber(meanPositionsMin, meanPositionsMax)),
    )
    .addOption(seedOption())
    .addOption(workersOption())
    .option('--model <name>', 'margin model that sizes the cash', 'deribit-pm')
    .option('--params <file>', 'parameter file (JSON); default: the shipped ones')
    .requiredOption('--out <file>', 'book file to write')
    .addOption(jsonOption())
    .action(async (options: GenerateOptions) => finish(await generate(options, terminal, interruptible())));

  withInputs(program.command('reconcile').description('engine against the decimal reference; exit code 1 on a breach'))
    .addOption(
      new Option('--sample <n>', 'accounts to compare')
        .default(10_000)
        .argParser(wholeNumber(1, limits.accountCountMax)),
    )
    .option('--all', 'compare every account')
    .addOption(seedOption())
    .addOption(workersOption())
    .action(async (options: ReconcileOptions) => finish(await reconcile(options, terminal)));

  withInputs(program.command('explain').description("where one account's number comes from"))
    .requiredOption('--account <id>', 'account')
    .action(async (options: ExplainOptions) => finish(await explain(options, terminal)));

  const liquidation = program.command('liquidation-price');
  withInputs(liquidation.description('where an account is liquidated, and where it is bankrupt'))
    .requiredOption('--account <id>', 'account')
    .requiredOption('--instrument <name>', 'instrument whose price is asked for')
    .addOption(
      new Option('--moved <prices>', 'which prices move: all of its underlying, or its own')
        .choices(['underlying', 'instrument'])
        .default('underlying'),
    )
    .action(async (options: LiquidationPriceOptions) => finish(await liquidationPrice(options, terminal)));

  program
    .command('inspect')
    .description('what a book or market file holds, and every problem in it; exit code 1 if there are any')
    .argument('<file>')
    .option('--market <file>', `market to check a book against ('${builtInName}' for the shipped one)`)
    .addOption(new Option('--rows-max <n>', 'rows at most').argParser(wholeNumber(1, Number.MAX_SAFE_INTEGER)))
    .addOption(
      new Option('--bytes-max <n>', 'bytes at most, decompressed').argParser(wholeNumber(1, Number.MAX_SAFE_INTEGER)),
    )
    .addOption(jsonOption())
    .action(async (file: string, options: InspectCommandOptions) => finish(await inspect(file, options, terminal)));
}

function addLiquidate(program: Command, terminal: Terminal, finish: Finish): void {
  withInputs(
    program
      .command('liquidate')
      .description('how an account would be liquidated; exit code 1 if the target is out of reach'),
  )
    .requiredOption('--account <id>', 'account')
    .option('--style <name>', `${liquidationStyleNames.join(', ')}, or a style file (.json)`, 'cheapest')
    .option('--target <requirement=multiple>', 'maintenance=1.05 or initial=1; default: that of the style')
    .option('--currency <name>', 'netting set; default: all of the account')
    .action(async (options: LiquidateOptions) => finish(await liquidate(options, terminal)));
}

function addCascade(program: Command, terminal: Terminal, finish: Finish): void {
  withInputs(
    program.command('cascade').description('a price shock, the liquidations it sets off, and what they do to prices'),
  )
    .option('--shock <move>', "relative move of --underlying, -0.1; or by underlying, 'btc=-0.1,eth=-0.15'")
    .option('--underlying <name>', 'what a single move is of: BTC, btc_usd; default: the first of the market')
    .addOption(
      new Option('--correlated <name=beta>', 'an underlying that moves beta times as far; repeat')
        .default([])
        .argParser(collected),
    )
    .option('--steps <n>', 'equal steps in which the shock arrives; 1: a gap', wholeNumber(1, 1_000_000), 1)
    .addOption(
      new Option('--impact <law>', 'of closed volume on the price')
        .choices(['none', 'sqrt', 'linear', 'depth'])
        .default('sqrt'),
    )
    .option(
      '--daily-volume <n>',
      'base units, or by underlying; default: what the book holds, longs and shorts added up',
    )
    .option('--sigma <n>', 'daily volatility of the square-root law, or by underlying', '0.04')
    .option('--y <n>', 'factor of the square-root law', '1')
    .option('--lambda <n>', 'of the linear law', '1')
    .option('--depth <file>', 'order books of --impact depth (docs/CASCADE.md)')
    .option('--close <rule>', 'full, a share like 0.2, target or target=1.1 (times maintenance margin)', 'full')
    .option('--vol-beta <n>', 'relative rise of implied volatility per unit of the fall', decimalNumber(0, 100), 0)
    .option('--insurance-fund <amounts>', 'by currency, BTC=10,USD=1e6')
    .option('--adl', 'auto-deleverage winners for what the fund cannot pay')
    .option('--calls-missed <share>', 'of the accounts called, closed for it; the others pay in', decimalNumber(0, 1))
    .option('--liquidity-loss <share>', 'of the depth, gone from the start', decimalNumber(0, 0.9999))
    .option('--makers-leave <share@move>', 'of the depth, gone once the price has moved that far')
    .option('--round-cap <share>', 'of the daily volume that a round can close', decimalNumber(1e-9, 1e9))
    .option('--shocks <list>', 'many: FROM:TO:STEP, normal:SCALE:COUNT, student:SCALE:DEGREES:COUNT, or a .json file')
    .option('--ladder <moves>', 'liquidation ladder, FROM:TO:STEP')
    .option('--contributions <n>', 'what the cascade is without each of the n largest', wholeNumber(1, 100_000))
    .option('--permutations <n>', 'random orders for Shapley values of these', wholeNumber(0, 1_000_000), 0)
    .addOption(seedOption())
    .option('--linear', 'turn inverse contracts into linear ones, coins into spot positions')
    .option('--settle <currency>', 'count USD, USDC and USDT as this one')
    .addOption(workersOption())
    .option('--svg <file>', 'write a picture')
    .option('--png <file>', 'write a picture')
    .action(async (options: CascadeOptions) => finish(await cascade(options, terminal)));
}

/** Commands about markets, models and the memory. */
function addMarketCommands(program: Command, terminal: Terminal, finish: Finish): void {
  program
    .command('collateral')
    .description('what balances are worth as collateral, asset by asset')
    .requiredOption('--balances <file>', 'JSON: account, asset, amount (docs/COLLATERAL.md)')
    .requiredOption('--rules <file>', `rules (JSON), or those that ship: ${shippedCollateralVenues.join(', ')}`)
    .addOption(marketOption())
    .addOption(jsonOption())
    .action(async (options: CollateralOptions) => finish(await collateral(options, terminal)));

  program
    .command('market')
    .description('forwards and volatilities from quotes')
    .option('--chain <file...>', 'chain files (docs/MARKET-DATA.md); default: the shipped ones')
    .option('--span <file>', 'a SPAN risk-parameter file (.pa2, .spn; some of it: file.pa2@GC,SI) instead of quotes')
    .option('--out <file>', 'write the market file')
    .addOption(jsonOption())
    .action(async (options: MarketOptions) => finish(await market(options, terminal, interruptible())));

  program
    .command('greeks')
    .description('price and Greeks of every option of a market, by the kernels')
    .addOption(marketOption())
    .option('--out <file>', 'write one row per option (.parquet, .csv, .json, .ndjson, .arrow)')
    .addOption(jsonOption())
    .action(async (options: GreeksOptions) => finish(await greeks(options, terminal, interruptible())));

  program
    .command('american')
    .description('price of one American option by every method, and of the European one')
    .addOption(new Option('--type <type>', 'call or put').choices(['call', 'put']).makeOptionMandatory())
    .requiredOption('--spot <price>', 'price of the underlying', decimalNumber(0, limits.priceMax))
    .requiredOption('--strike <price>', 'strike', decimalNumber(0, limits.priceMax))
    .requiredOption('--years <n>', 'time to expiry', decimalNumber(0, limits.timeToExpiryYearsMax))
    .requiredOption('--volatility <fraction>', '0.25 is 25%', decimalNumber(0, limits.volatilityMax))
    .requiredOption('--rate <fraction>', 'continuously compounded, per year', decimalNumber(-rateMax, rateMax))
    .option(
      '--yield <fraction>',
      'of dividends, continuous; the rate for a future',
      decimalNumber(-rateMax, rateMax),
      0,
    )
    .addOption(jsonOption())
    .action(async (options: AmericanCommandOptions) => finish(await american(options, terminal)));

  program
    .command('models')
    .description('margin models, with the evidence for every component')
    .addOption(jsonOption())
    .action(async (options: { json?: boolean }) => finish(await models(options, terminal)));

  program
    .command('layout')
    .description('byte map of the memory: every column with its type, unit and writer')
    .action(async () => finish(await layout(terminal)));
}

const numberList = (text: string): number[] => text.split(',').map(decimalNumber(-1, limits.volatilityMax));

/** Commands about who bears a default. */
function addWaterfallCommands(program: Command, terminal: Terminal, finish: Finish): void {
  const fund = program.command('default-fund');
  withInputs(fund.description('default fund that covers the largest members over a grid of moves; moves that break it'))
    .option('--members <file>', 'CSV account,member; default: every account is a member')
    .option('--member-separator <text>', "accounts that agree up to it are one member: '/' for M1/client-7")
    .addOption(
      new Option('--spot-grid <list>', 'price moves').default([-0.3, -0.2, -0.1, 0.1, 0.2, 0.3]).argParser(numberList),
    )
    .addOption(new Option('--volatility-grid <list>', 'volatility moves').default([-0.3, 0, 0.5]).argParser(numberList))
    .addOption(
      new Option('--cover <n>', 'members that default together')
        .default(2)
        .argParser(wholeNumber(1, limits.accountCountMax)),
    )
    .addOption(
      new Option('--resources <what>', 'what losses are set against')
        .choices(['initial-margin', 'equity'])
        .default('initial-margin'),
    )
    .addOption(
      new Option('--netting <how>', 'of the accounts of a member').choices(['member', 'account']).default('member'),
    )
    .option('--reverse', 'the smallest move of all prices that breaks the fund')
    .addOption(
      new Option('--fund <amount>', 'fund to break, US dollars; default: the size found').argParser(
        decimalNumber(0, limits.quantityMax),
      ),
    )
    .addOption(new Option('--measure <losses>', 'what breaks it').choices(['covered', 'total']).default('covered'))
    .addOption(new Option('--resolution <fraction>', 'of the move').default(1e-4).argParser(decimalNumber(1e-12, 1)))
    .addOption(workersOption())
    .action(async (options: DefaultFundCommandOptions) => finish(await defaultFund(options, terminal)));

  program
    .command('adl')
    .description('ranking and allocation when a position must be closed against others')
    .requiredOption(
      '--positions <file>',
      'CSV: account, instrument, quantity, entry_price, equity, mark_price?, notional?',
    )
    .requiredOption('--instrument <name>', 'instrument')
    .requiredOption(
      '--quantity <n>',
      'contracts to close, signed as the bankrupt position',
      decimalNumber(-limits.quantityMax, limits.quantityMax),
    )
    .addOption(new Option('--rule <name>', 'how').choices(adlRuleNames).makeOptionMandatory())
    .option('--mark <price>', 'default: mark_price of the first account', decimalNumber(0, limits.priceMax))
    .addOption(new Option('--payoff <kind>', 'of the instrument').choices(['linear', 'inverse']).default('linear'))
    .option('--contract-size <n>', 'base units (linear) or quote units', decimalNumber(1e-12, limits.quantityMax), 1)
    .option('--lot <n>', 'contracts are closed in multiples of this', decimalNumber(1e-8, limits.quantityMax), 1e-8)
    .addOption(new Option('--eligible <who>', 'who can be closed').choices(['profitable', 'any']).default('profitable'))
    .addOption(seedOption())
    .addOption(jsonOption())
    .action(async (options: AdlCommandOptions) => finish(await adl(options, terminal)));
}

function addProcyclicality(program: Command, terminal: Terminal, finish: Finish): void {
  program
    .command('procyclicality')
    .description('margin of one holding over a history of prices, with and without anti-procyclicality tools')
    .requiredOption('--prices <file>', 'history of prices (.csv, .csv.gz, .parquet, .json, .ndjson)')
    .option('--date-column <name>', 'column of days', 'date')
    .option('--price-column <name>', 'column of closing prices', 'close')
    .option('--where <column=value>', 'only these rows, of a file with several instruments')
    .option('--from <date>', 'first day that is measured; estimators and tools start with the file')
    .option('--to <date>', 'last day that is measured')
    .option(
      '--volatility <model>',
      'ewma:LAMBDA, garch (fitted to the warm-up) or garch:MU,OMEGA,ALPHA,BETA',
      'ewma:0.97',
    )
    .addOption(new Option('--innovation <name>', 'of a GARCH fit').choices(['normal', 'student-t']).default('normal'))
    .addOption(
      new Option('--tail <measure>', 'value at risk or expected shortfall').choices(['var', 'es']).default('es'),
    )
    .addOption(new Option('--distribution <name>', 'of returns').choices(['normal', 'filtered']).default('normal'))
    .addOption(new Option('--side <side>', 'of the holding').choices(['long', 'short']).default('long'))
    .addOption(new Option('--holding <unit>', 'what stays constant').choices(['notional', 'units']).default('notional'))
    .option('--confidence <share>', 'of the tail', decimalNumber(0.500001, 0.999999), 0.99)
    .option('--liquidation-days <n>', 'days to close out', wholeNumber(1, 250), 2)
    .option('--warm-up <n>', 'days before the first margin', wholeNumber(2, 100_000), 250)
    .option(
      '--tools <list>',
      'comma-separated; joined with + to act together',
      'none,buffer,stress,floor,speed-limit,all',
    )
    .option('--rules <file>', 'further tools by name (JSON, docs/DYNAMIC-MARGIN.md)')
    .option('--days <list>', 'days of the rises, comma-separated', '1,5,30')
    .option('--out <file>', 'write one row per day and tool, itemised (.parquet, .csv, .json, .ndjson, .arrow)')
    .addOption(jsonOption())
    .action(async (options: ProcyclicalityCommandOptions) =>
      finish(await procyclicalityCommand(options, terminal, interruptible())),
    );
}

function addDemo(program: Command, terminal: Terminal, finish: Finish): void {
  program
    .command('demo')
    .description('the main job: a whole book margined on real quotes, measured and reconciled')
    .addOption(accountsOption(1_000_000))
    .addOption(
      new Option('--positions <n>', 'mean positions per account')
        .default(12)
        .argParser(decimalNumber(meanPositionsMin, meanPositionsMax)),
    )
    .addOption(seedOption())
    .addOption(workersOption())
    .addOption(new Option('--ticks <n>', 'market ticks to run').default(9).argParser(wholeNumber(1, 10_000)))
    .addOption(
      new Option('--sample <n>', 'accounts to reconcile')
        .default(10_000)
        .argParser(wholeNumber(1, limits.accountCountMax)),
    )
    .addOption(
      new Option('--baseline-accounts <n>', 'accounts of the JavaScript comparison')
        .default(100_000)
        .argParser(wholeNumber(1, limits.accountCountMax)),
    )
    .addOption(jsonOption())
    .action(async (options: DemoOptions) => finish(await demo(options, terminal)));
}

/** Errors that no input causes. */
const internalCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['EngineState', 'KernelMismatch', 'WorkerFailed']);

function exitCodeOf(error: MargridError): number {
  if (error.code === 'Interrupted') return exitCodes.interrupted;
  return internalCodes.has(error.code) ? exitCodes.internal : exitCodes.badInput;
}

function report(error: unknown, terminal: Terminal): number {
  if (error instanceof BadInputError) {
    for (const problem of error.problems.slice(0, shownProblems)) terminal.note(formatProblem(problem));
    if (error.problemCount > shownProblems) terminal.note(`… and ${error.problemCount - shownProblems} more problems`);
    return exitCodes.badInput;
  }
  if (error instanceof MargridError) {
    terminal.note(`${error.message} [${error.code}]`);
    return exitCodeOf(error);
  }
  // commander has printed its own message; help and version are no errors.
  if (error instanceof Error && 'exitCode' in error && 'code' in error && String(error.code).startsWith('commander.')) {
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.badInput;
  }
  terminal.note(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return exitCodes.internal;
}

const terminal = openTerminal();
try {
  await buildProgram(terminal, (code) => (process.exitCode = code)).parseAsync();
} catch (error) {
  process.exitCode = report(error, terminal);
}
