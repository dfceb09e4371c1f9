import { CHUNK_SET_COUNT } from '../../assembly/portable/layout.ts';
import type { RangeKernelName } from '../../src/wasm/kernels.ts';
import { Engine } from '../../src/engine/engine.ts';
import { clearTotals } from '../../src/engine/totals.ts';
import { pooledCurrencyOf } from '../../src/margin/pooled-currency.ts';
import { runChunks, type StageTask } from '../../src/engine/stage.ts';
import { modelByName, modelNames } from '../../src/margin/registry.ts';
import { shippedParams } from '../../src/margin/shipped-params.ts';
import type { MarginModel } from '../../src/margin/model.ts';
import { loadBuiltInMarket } from '../../src/chain/built-in-market.ts';
import { entrantReport } from '../entrant.ts';
import { measureInTurn, timed } from '../measure.ts';
import { accountsOf, roundsOf, seedOf } from '../parameters.ts';
import { prepareMargrid } from '../revalue/margrid.ts';
import { columnHash, compareColumns, requireEqual } from '../verify.ts';
import type { EntrantReport, Outcome, Parameters, Workload } from '../workload.ts';
import { syntheticBook } from './book.ts';
import { marketFor } from './market.ts';

/** One workload per margin model, by the name of the model: `model-paradex-pm`. */
export const modelWorkloads: readonly Workload[] = modelNames().map((name) => ({
  name: `model-${name}`,
  title: `kernels B to D of ${name} on a synthetic book, beside the plain scan of as many positions`,
  parameters: {
    accounts: accountsOf(100_000, 60),
    positions: { full: 12, smoke: 4, least: 1, meaning: 'positions per account, exactly; of one underlying' },
    seed: seedOf('the book'),
    runs: roundsOf(7),
  },
  run: (parameters, progress) => run(name, parameters, progress),
}));

/** The plain scan: worst loss over this many scenarios, no rules. */
const plainScenarios = 32;

async function run(name: string, parameters: Parameters, progress: (line: string) => void): Promise<Outcome> {
  const model = modelByName(name);
  const params = shippedParams(name);
  progress('writing the book');
  const { accounts, positions, seed, runs } = parameters;
  const market = model.kind === 'grid' ? loadBuiltInMarket().market : marketFor(model, model.parseParams(params));
  const currency = pooledCurrencyOf(model, model.parseParams(params)) ?? market.instruments[0].settlementCurrency;
  const book = syntheticBook(market, accounts, positions, seed, currency);
  const [wasm, javascript] = (['wasm', 'javascript'] as const).map((kernels) =>
    Engine.create({ market, book, model: name, params, kernels }),
  );
  const instruments = market.instruments.length;
  // A market of few instruments gives fewer positions: the plain scan gets as many.
  const held = book.positions.quantity.length / accounts;
  const plain = await prepareMargrid({ ...parameters, positions: held, instruments, scenarios: plainScenarios }, 1);
  try {
    const { totals } = await wasm.tick();
    await javascript.tick();
    progress('measuring the model, its JavaScript twin, the plain scan and the row kernel in turn');
    const passes = [
      { name: 'margrid', run: () => marginPass(wasm, model) },
      { name: 'javascript', run: () => marginPass(javascript, model) },
      { name: 'plain-scan', run: () => plain.run() },
      { name: 'rows', run: () => rowPass(wasm, model) },
    ];
    const timings = await measureInTurn(passes, runs);
    const own = timings.get('margrid')!;
    const results = resultsOf(wasm);
    const twin = compareColumns(resultsOf(javascript), results);
    requireEqual('javascript', twin);
    const plainTiming = timings.get('plain-scan')!;
    const plainHash = columnHash(plain.arena.views.result.worstCase.subarray(0, accounts));
    const entrants: Record<string, EntrantReport> = {
      javascript: entrantReport(timings.get('javascript')!, own.median, columnHash(resultsOf(javascript)), twin, twinNote(model)),
      'plain-scan': entrantReport(plainTiming, own.median, plainHash, otherWork, plainNote(held), 'other work'),
    };
    return {
      ...own,
      hash: columnHash(results),
      note: `${isHosted(model) ? 'JavaScript over the same memory' : 'WASM'}, one thread, kernels B to D; rows are in details`,
      throughput: { perSecond: (accounts / own.median) * 1_000, unit: 'accounts' },
      entrants,
      details: {
        costOfPlainScan: own.median / plainTiming.median,
        rowsMs: timings.get('rows')!.median,
        instruments,
        positionsPerAccount: held,
        scenarios: wasm.arena.plan.counts.scenarioCount,
        evaluated: totals.evaluated,
        quarantined: totals.quarantined,
      },
    };
  } finally {
    await Promise.all([wasm.close(), javascript.close(), plain.close()]);
  }
}

/** Its results are other numbers by design. */
const otherWork = { equal: false, maxRelativeDifference: 0 };

function plainNote(positions: number): string {
  return `worst loss of ${positions} positions per account over ${plainScenarios} scenarios, WASM SIMD; other numbers by design`;
}

/** Its margin function is a host kernel (src/host). */
function isHosted({ kernel }: MarginModel<unknown>): boolean {
  return kernel === 'regt';
}

function twinNote(model: MarginModel<unknown>): string {
  return isHosted(model)
    ? 'the same host kernel: JavaScript in both engines'
    : "margrid's own JavaScript engine, one thread";
}

function marginPass(engine: Engine, model: MarginModel<unknown>): number {
  clearTotals(engine.arena);
  return timed(() => stage(engine, model.kernel, engine.nettingSetCount));
}

function rowPass(engine: Engine, model: MarginModel<unknown>): number {
  return timed(() => stage(engine, model.rowKernel, engine.market.instruments.length));
}

/** The engine's own loop over chunks, on the calling thread. */
function stage(engine: Engine, kernel: RangeKernelName, itemCount: number): void {
  const { context, header, control, scratch } = engine.arena.plan;
  const task: StageTask = { kernel, context, itemCount, chunkItems: CHUNK_SET_COUNT, header, control, scratch };
  let next = 0;
  runChunks(engine.kernels, task, scratch[0], () => next++);
}

function resultsOf(engine: Engine): Float64Array {
  const { equity, initialMargin, maintenanceMargin, components } = engine.results;
  const columns = [equity, initialMargin, maintenanceMargin, components];
  const all = new Float64Array(columns.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const column of columns) {
    all.set(column, at);
    at += column.length;
  }
  return all;
}
