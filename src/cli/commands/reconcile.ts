import { Engine } from '../../engine/engine.ts';
import { parseDeribitPmParams } from '../../margin/deribit-pm/params.ts';
import { defaultModelName } from '../../margin/registry.ts';
import { compareBits, renderBitEquality } from '../../reconcile/bit-equality.ts';
import { engineRowsOf } from '../../reconcile/engine-rows.ts';
import { reconcileBookParallel } from '../../reconcile/reconcile-parallel.ts';
import { reconcileModel } from '../../reconcile/reconcile-model.ts';
import { renderModelReconciliation } from '../../reconcile/render-model-reconciliation.ts';
import { renderReconciliation } from '../../reconcile/report.ts';
import { inputsOfModel, loadBook, loadMarket, loadParams, requireParams, type InputOptions } from '../inputs.ts';
import { exitCodes } from '../interruption.ts';
import type { Terminal } from '../terminal.ts';

export interface ReconcileOptions extends InputOptions {
  readonly sample: number;
  readonly all?: boolean;
  readonly seed: number;
  readonly workers: number;
  readonly json?: boolean;
}

/**
 * `margrid reconcile`: the engine against the decimal reference on a sample, and against the JavaScript engine on the
 * whole book, bit for bit.
 * Exit code 1 on any breach.
 */
export async function reconcile(options: ReconcileOptions, terminal: Terminal): Promise<number> {
  const params = await loadParams(options.params, options.model);
  requireParams(params, options);
  const quoted = await loadMarket(options, terminal);
  const loaded = await loadBook(options, quoted);
  const { market, book } = inputsOfModel(quoted, loaded.book, params, options);
  const base = { market, book, params, ...(options.model === undefined ? {} : { model: options.model }) };
  const engine = Engine.create({ ...base, workers: options.workers });
  const twin = Engine.create({ ...base, kernels: 'javascript' });
  try {
    await engine.tick();
    await twin.tick();
    const bits = compareBits(engineRowsOf(engine.results), engineRowsOf(twin.results));
    const isSameHash = engine.resultHash() === twin.resultHash();
    const total = options.all ? book.accountIds.length : Math.min(options.sample, book.accountIds.length);
    const progress = terminal.progress('reconciling', total);
    const { model } = options;
    if (model !== undefined && model !== defaultModelName) {
      const { results: rows, currencies } = engine;
      const sample = options.all ? 'all' : total;
      const onProgress = (done: number): void => progress.update(done);
      const report = reconcileModel({
        market,
        model,
        params,
        book,
        rows,
        currencies,
        sample,
        seed: options.seed,
        onProgress,
      });
      progress.stop();
      if (options.json) terminal.print(JSON.stringify({ ...report, bitEquality: bits }, null, 2));
      else
        terminal.print(
          `${renderModelReconciliation(report)}\nWASM against JavaScript engine: ${renderBitEquality(bits)}`,
        );
      return report.isReconciled && bits.isIdentical && isSameHash ? exitCodes.ok : exitCodes.checkFailed;
    }
    const report = await reconcileBookParallel({
      market,
      params: parseDeribitPmParams(params),
      book,
      engineRows: engineRowsOf(engine.results, engine.currencies, book.currencies),
      sample: options.all ? 'all' : total,
      seed: options.seed,
      workers: options.workers,
      onProgress: (done) => progress.update(done),
    });
    progress.stop();
    if (options.json) terminal.print(JSON.stringify({ ...report, bitEquality: bits }, null, 2));
    else {
      terminal.print(renderReconciliation(report));
      terminal.print(`WASM against JavaScript engine: ${renderBitEquality(bits)}`);
    }
    return report.isReconciled && bits.isIdentical ? exitCodes.ok : exitCodes.checkFailed;
  } finally {
    await engine.close();
    await twin.close();
  }
}
