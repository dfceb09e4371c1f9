import { ScenarioKernels, type ScenarioInputs, type ScenarioKernelOptions } from './scenario-kernels.ts';

/** Instruments of one run: sums are left folds within runs, and runs are folded in order. Part of the result. */
export const runInstruments = 4_096;

/** One block of scenarios for all instruments. Views of shared memory where threads share the work. */
export interface GridTask {
  /** Tells one call of `gridPnl` from the next: what a thread has set up is kept for one call. */
  readonly call: number;
  readonly inputs: ScenarioInputs;
  readonly options: ScenarioKernelOptions;
  /** One per instrument. */
  readonly quantities: Float64Array;
  readonly scenarioFirst: number;
  readonly scenarioCount: number;
  /** Per run `scenarioCount` floats: zeros before, sums of the run after. */
  readonly partials: Float64Array;
  /** Counter of claimed runs. */
  readonly control: Int32Array;
}

let current: { readonly call: number; readonly kernels: ScenarioKernels } | null = null;

/** Works on runs that nobody has claimed until there is none. Returns the bytes that its kernels hold. */
export default function workOnGrid(task: GridTask): number {
  if (current?.call !== task.call) {
    current = { call: task.call, kernels: new ScenarioKernels(task.inputs, task.options) };
  }
  const { kernels } = current;
  const { count } = task.inputs.instruments;
  const runs = Math.ceil(count / runInstruments);
  for (let run = Atomics.add(task.control, 0, 1); run < runs; run = Atomics.add(task.control, 0, 1)) {
    const first = run * runInstruments;
    const size = Math.min(runInstruments, count - first);
    const sums = task.partials.subarray(run * task.scenarioCount, (run + 1) * task.scenarioCount);
    kernels.addRows(
      first, size, task.quantities.subarray(first, first + size), task.scenarioFirst, task.scenarioCount, sums,
    );
  }
  return kernels.areaBytes;
}

/** Lets go of what a thread holds. */
export function forgetGrid(): void {
  current = null;
}
