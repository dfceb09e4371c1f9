import { loadBuiltInMarket } from '../../src/chain/built-in-market.ts';
import type { Engine, ResultColumns } from '../../src/engine/engine.ts';
import { clearTotals } from '../../src/engine/totals.ts';
import { generateMarginedBook } from '../../src/generate/margined-book.ts';
import { scalarKernels } from '../../src/scalar/kernels.ts';
import type { KernelExports } from '../../src/wasm/module.ts';
import { builtInParams } from '../built-in-params.ts';
import type { MicroKernel, MicroVariant } from './kernel.ts';

/** Kernel A on the real chains, kernels B to D of deribit-pm on a generated book of them. */
export async function bookKernels(accounts: number, seed: number): Promise<MicroKernel[]> {
  const { market } = loadBuiltInMarket();
  const options = { params: builtInParams(), workers: 0, kernels: 'wasm' } as const;
  const { engine } = await generateMarginedBook(market, { accounts, seed }, options);
  await engine.tick();
  return [riskArrayKernel(engine), deribitPmKernel(engine)];
}

function riskArrayKernel(engine: Engine): MicroKernel {
  const { context, counts, scratch } = engine.arena.plan;
  const kernels = engine.kernels as KernelExports;
  const javaScript = scalarKernels(engine.arena.buffer);
  const variant = (name: MicroVariant['name'], pass: () => void): MicroVariant => ({
    name,
    pass,
    results: () => engine.arena.views.riskArray.row.slice(),
  });
  return {
    name: 'riskArray',
    unit: 'cells',
    units: counts.instrumentCount * counts.scenarioCount,
    variants: [
      variant('simd', () => kernels.riskArray(context, 0, counts.instrumentCount, scratch[0])),
      variant('scalar', () => void kernels['riskArrayScalar'](context, 0, counts.instrumentCount)),
      variant('javascript', () => javaScript.riskArray(context, 0, counts.instrumentCount, scratch[0])),
    ],
  };
}

function deribitPmKernel(engine: Engine): MicroKernel {
  const { context, scratch } = engine.arena.plan;
  const kernels = engine.kernels as KernelExports;
  const javaScript = scalarKernels(engine.arena.buffer);
  const sets = engine.nettingSetCount;
  // The kernel adds to the totals of its chunk: without clearing, its counters would run over after many passes.
  const variant = (name: MicroVariant['name'], run: (scratchAddress: number) => void): MicroVariant => ({
    name,
    pass: () => {
      clearTotals(engine.arena);
      run(scratch[0]);
    },
    results: () => marginsOf(engine.results),
  });
  return {
    name: 'deribitPm',
    unit: 'netting sets',
    units: sets,
    variants: [
      variant('simd', (at) => kernels.deribitPm(context, at, 0, sets)),
      variant('scalar', (at) => void kernels['deribitPmScalar'](context, at, 0, sets)),
      variant('javascript', (at) => javaScript.deribitPm(context, at, 0, sets)),
    ],
  };
}

function marginsOf(results: ResultColumns): Float64Array {
  const { equity, initialMargin, maintenanceMargin, worstCase, rollShock, deltaShock } = results;
  const columns = [equity, initialMargin, maintenanceMargin, worstCase, rollShock, deltaShock];
  const all = new Float64Array(columns.length * equity.length);
  columns.forEach((column, index) => all.set(column, index * equity.length));
  return all;
}
