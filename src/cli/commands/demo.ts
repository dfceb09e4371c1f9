import { cpus } from 'node:os';
import { loadBuiltInMarket } from '../../chain/built-in-market.ts';
import type { Book } from '../../domain/book.ts';
import type { Market } from '../../domain/market.ts';
import { Engine, type TickReport, type TickTimings } from '../../engine/engine.ts';
import { statusNames } from '../../engine/totals.ts';
import { generateMarginedBook } from '../../generate/margined-book.ts';
import { bookStages } from '../book-stages.ts';
import { RandomStream, streamPurposes } from '../../generate/random.ts';
import { parseDeribitPmParams } from '../../margin/deribit-pm/params.ts';
import { compareBits, renderBitEquality } from '../../reconcile/bit-equality.ts';
import { engineRowsOf } from '../../reconcile/engine-rows.ts';
import { reconcileBookParallel } from '../../reconcile/reconcile-parallel.ts';
import { renderReconciliation } from '../../reconcile/report.ts';
import { firstAccounts } from '../first-accounts.ts';
import { count, milliseconds, money, percent, table } from '../format.ts';
import { loadParams } from '../inputs.ts';
import { exitCodes } from '../interruption.ts';
import { ratioDistribution } from '../ratio-distribution.ts';
import type { Terminal } from '../terminal.ts';
import { marginLines } from './margin.ts';
import { chainLine, chainSummary } from './market.ts';

export interface DemoOptions {
  readonly accounts: number;
  readonly positions: number;
  readonly seed: number;
  readonly workers: number;
  readonly ticks: number;
  readonly sample: number;
  readonly baselineAccounts: number;
  readonly json?: boolean;
}

/** Accounts whose margins are shown. */
const shownRows = 8;
/** Tick-to-tick moves of the underlyings in the demonstration: uniform, this much at most. */
const tickMoveMax = 0.001;

type Say = (line: string) => void;

/**
 * `margrid demo`: the main job on real quotes, measured and reconciled. Exit code 1 if the reconciliation finds a
 * breach.
 */
export async function demo(options: DemoOptions, terminal: Terminal): Promise<number> {
  const say: Say = options.json ? terminal.note : terminal.print;
  const params = await loadParams(undefined);
  const { market, chains } = showMarket(say);
  const { book, engine } = await showBook(market, params, options, terminal, say);
  try {
    const ticks = await runTicks(engine, market, options, terminal);
    const rates = showTicks(engine, book, ticks, options, say);
    const distribution = showMargins(engine, book, ticks.at(-1)!, say);
    const speedUp = await showSpeedUp(market, book, params, options.baselineAccounts, say);
    const reconciliation = await showReconciliation(market, book, engine, params, options, terminal, say);
    const stateHash = engine.stateHash();
    say(`state hash ${stateHash} (the same for any number of workers, on every Node version)`);
    if (options.json) {
      const result = {
        chains,
        accounts: book.accountIds.length,
        positions: book.positions.quantity.length,
        nettingSets: engine.nettingSetCount,
        workers: options.workers,
        cpu: cpus()[0]?.model,
        node: process.version,
        ticks: ticks.map(({ timingsMs }) => timingsMs),
        throughput: rates,
        totals: ticks.at(-1)!.totals,
        ratioDistribution: distribution,
        speedUp,
        reconciliation,
        stateHash,
      };
      terminal.print(JSON.stringify(result, null, 2));
    }
    return reconciliation.isReconciled && speedUp.bits.isIdentical ? exitCodes.ok : exitCodes.checkFailed;
  } finally {
    await engine.close();
  }
}

function showMarket(say: Say) {
  const { market, bitcoin, spx } = loadBuiltInMarket();
  const chains = [chainSummary('Deribit BTC', bitcoin), chainSummary('SPX', spx)];
  say('1. Market: real quotes; forwards from futures and put-call parity, volatilities by our own kernel');
  for (const chain of chains) say(`   ${chainLine(chain)}`);
  say(`   ${count(market.instruments.length)} instruments in ${market.indexPrice.size} risk groups\n`);
  return { market, chains };
}

async function showBook(market: Market, params: unknown, options: DemoOptions, terminal: Terminal, say: Say) {
  say(`2. Book: seed ${options.seed}, ${count(options.accounts)} accounts`);
  const started = performance.now();
  const made = await generateMarginedBook(
    market,
    { accounts: options.accounts, seed: options.seed, meanPositions: options.positions },
    { params, workers: options.workers },
    (stage) => terminal.stage(`   ${bookStages[stage]}`),
  );
  terminal.stage(null);
  const seconds = (performance.now() - started) / 1000;
  const { bytes } = made.engine.arena.plan;
  say(
    `   ${count(made.book.positions.quantity.length)} positions, ${count(made.engine.nettingSetCount)} netting sets, ` +
      `ready in ${seconds.toFixed(1)} s; arena ${(bytes / 1e6).toFixed(0)} MB\n`,
  );
  return made;
}

function showTicks(engine: Engine, book: Book, ticks: readonly TickReport[], options: DemoOptions, say: Say) {
  say(
    `3. Tick: deribit-pm, ${options.workers} worker threads, ${options.ticks} random moves of the market of up to ` +
      `${percent(tickMoveMax, 1)}, then the snapshot again`,
  );
  say(indent(timingTable(ticks)));
  const rates = throughput(engine, book, ticks);
  say(
    `   ${count(rates.accountsPerSecond)} accounts/s, ${count(rates.positionsPerSecond)} positions/s, ` +
      `${(rates.positionScenariosPerSecond / 1e9).toFixed(2)} G position-scenarios/s (median tick)\n`,
  );
  return rates;
}

function showMargins(engine: Engine, book: Book, last: TickReport, say: Say) {
  say('4. Margins (settlement currency)');
  say(indent(marginLines(engine, Math.min(shownRows, engine.nettingSetCount))));
  say(indent(totalsTable(last)));
  say(`   netting sets: ${statusNames.map((name) => `${name} ${count(last.totals.counts[name])}`).join(', ')}`);
  const distribution = ratioDistribution(engine.results, book.accountIds.length);
  say('   margin ratio (maintenance margin / equity) of the accounts, worst currency:');
  const rows = distribution.map(({ label, accounts, share }) => [label, count(accounts), percent(share, 3)]);
  say(`${indent(table(rows))}\n`);
  return distribution;
}

async function showSpeedUp(market: Market, book: Book, params: unknown, accounts: number, say: Say) {
  const speedUp = await measureSpeedUp(market, book, params, accounts);
  const { wasm, javascript, riskArrayRatio, marginRatio, bits } = speedUp;
  say(
    `5. Speed-up over plain JavaScript (typed arrays, same order of sums), first ${count(speedUp.accounts)} accounts, one thread`,
  );
  say(
    `   kernel A: WASM ${milliseconds(wasm.riskArray)}, JavaScript ${milliseconds(javascript.riskArray)}: ${riskArrayRatio.toFixed(2)}x`,
  );
  say(
    `   kernels B-D: WASM ${milliseconds(wasm.margin)}, JavaScript ${milliseconds(javascript.margin)}: ${marginRatio.toFixed(2)}x`,
  );
  say(`   ${renderBitEquality(bits)}\n`);
  return speedUp;
}

async function showReconciliation(
  market: Market,
  book: Book,
  engine: Engine,
  params: unknown,
  options: DemoOptions,
  terminal: Terminal,
  say: Say,
) {
  const sample = Math.min(options.sample, book.accountIds.length);
  const progress = terminal.progress('reconciling', sample);
  const reconciliation = await reconcileBookParallel({
    market,
    params: parseDeribitPmParams(params),
    book,
    engineRows: engineRowsOf(engine.results, engine.currencies, book.currencies),
    sample,
    seed: options.seed,
    workers: options.workers,
    onProgress: (done) => progress.update(done),
  });
  progress.stop();
  say('6. Reconciliation');
  say(`${indent(renderReconciliation(reconciliation))}\n`);
  return reconciliation;
}

/**
 * A seeded walk of both underlyings, and at the end the snapshot itself, so that the results are those of the real
 * quotes.
 */
async function runTicks(
  engine: Engine,
  market: Market,
  options: DemoOptions,
  terminal: Terminal,
): Promise<TickReport[]> {
  const random = new RandomStream();
  random.restart(options.seed, 0, streamPurposes.ticks);
  const progress = terminal.progress('ticking', options.ticks);
  const reports: TickReport[] = [];
  for (let tick = 0; tick < options.ticks; tick++) {
    const moves = new Map(
      [...market.indexPrice.keys()].map((pair) => [pair, 1 + tickMoveMax * (2 * random.nextFraction() - 1)] as const),
    );
    const moveOf = market.instruments.map(({ baseCurrency, quoteCurrency }) =>
      moves.get(`${baseCurrency}_${quoteCurrency}`.toLowerCase())!,
    );
    reports.push(
      await engine.tick({
        forward: market.forward.map((forward, index) => forward * moveOf[index]),
        indexPrice: new Map([...market.indexPrice].map(([pair, price]) => [pair, price * moves.get(pair)!] as const)),
      }),
    );
    progress.update(tick + 1);
  }
  progress.stop();
  reports.push(await engine.tick({ forward: market.forward, indexPrice: market.indexPrice }));
  return reports;
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

function timingTable(ticks: readonly TickReport[]): string {
  const stages: readonly [keyof TickTimings, string][] = [
    ['inputs', 'inputs (columns, grids, factors)'],
    ['riskArray', 'kernel A: risk arrays'],
    ['margin', 'kernels B-D: margins, equity, status'],
    ['totals', 'totals'],
    ['total', 'whole tick'],
  ];
  const rows = stages.map(([stage, label]) => {
    const values = ticks.map(({ timingsMs }) => timingsMs[stage]);
    return [label, milliseconds(values[0]), milliseconds(medianOf(values)), milliseconds(Math.min(...values))];
  });
  return table([['stage', 'first', 'median', 'best'], ...rows]);
}

function throughput(engine: Engine, book: Book, ticks: readonly TickReport[]) {
  const seconds = medianOf(ticks.map(({ timingsMs }) => timingsMs.total)) / 1000;
  const positions = book.positions.quantity.length;
  return {
    medianTickMs: seconds * 1000,
    accountsPerSecond: book.accountIds.length / seconds,
    positionsPerSecond: positions / seconds,
    positionScenariosPerSecond: (positions * engine.arena.plan.counts.scenarioCount) / seconds,
  };
}

function totalsTable(report: TickReport): string {
  const rows = report.totals.perCurrency.map(({ currency, equity, initialMargin, maintenanceMargin }) => [
    `total ${currency}`,
    money(equity, currency),
    money(initialMargin, currency),
    money(maintenanceMargin, currency),
  ]);
  return table([['', 'equity', 'initial margin', 'maintenance margin'], ...rows]);
}

/**
 * Both engines on the same accounts, one thread each, alternating; the best of three, so that neither is judged cold.
 */
async function measureSpeedUp(market: Market, book: Book, params: unknown, accounts: number) {
  const sample = firstAccounts(book, accounts);
  const wasm = Engine.create({ market, book: sample, params });
  const javascript = Engine.create({ market, book: sample, params, kernels: 'javascript' });
  const best = {
    wasm: { riskArray: Infinity, margin: Infinity },
    javascript: { riskArray: Infinity, margin: Infinity },
  };
  for (let round = 0; round < 3; round++) {
    for (const [name, engine] of [
      ['wasm', wasm],
      ['javascript', javascript],
    ] as const) {
      engine.forgetRows();
      const { riskArray, margin } = (await engine.tick()).timingsMs;
      best[name] = {
        riskArray: Math.min(best[name].riskArray, riskArray),
        margin: Math.min(best[name].margin, margin),
      };
    }
  }
  const bits = compareBits(engineRowsOf(wasm.results), engineRowsOf(javascript.results));
  return {
    accounts: sample.accountIds.length,
    ...best,
    riskArrayRatio: best.javascript.riskArray / best.wasm.riskArray,
    marginRatio: best.javascript.margin / best.wasm.margin,
    bits,
  };
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `   ${line}`)
    .join('\n');
}
