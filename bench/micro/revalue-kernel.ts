import { scalarKernels } from '../../src/scalar/kernels.ts';
import { compileBuild, createMemory, heapBaseOf, instantiate } from '../../src/wasm/module.ts';
import { Arena } from '../../src/columns/arena.ts';
import { planRevalue, writeRevalueColumns, type RevalueSize } from '../revalue/columns.ts';
import type { MicroKernel, MicroVariant } from './kernel.ts';

/** Kernels B and C on a book that stays in the second-level cache. */
export function revalueKernel(size: RevalueSize): MicroKernel {
  const module = compileBuild('single');
  const plan = planRevalue(size, 1, heapBaseOf(instantiate(module, createMemory('single', 65_536))));
  const memory = createMemory('single', plan.end);
  const arena = new Arena(plan, memory.buffer);
  writeRevalueColumns(arena, size);
  const kernels = instantiate(module, memory);
  const javaScript = scalarKernels(memory.buffer);
  const { accounts } = size;
  const scratch = plan.scratch[0];
  const variant = (name: MicroVariant['name'], pass: () => void): MicroVariant => ({
    name,
    pass,
    results: () => arena.views.result.worstCase.slice(),
  });
  return {
    name: 'revalueWorstLoss',
    unit: 'position-scenarios',
    units: accounts * size.positions * size.scenarios,
    variants: [
      variant('simd', () => kernels.revalueWorstLoss(plan.context, scratch, 0, accounts)),
      variant('scalar', () => void kernels['revalueWorstLossScalar'](plan.context, scratch, 0, accounts)),
      variant('javascript', () => javaScript.revalueWorstLoss(plan.context, scratch, 0, accounts)),
    ],
  };
}
