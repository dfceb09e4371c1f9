import { CHUNK_SET_COUNT, SCALAR_MAINTENANCE_FACTOR } from '../../assembly/portable/layout.ts';
import type { Arena } from '../../src/columns/arena.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { clearTotals } from '../../src/engine/totals.ts';
import { scalarKernels } from '../../src/scalar/kernels.ts';
import type { MarginKernel, RowKernel } from '../../src/wasm/kernels.ts';
import { marginsOf, type Margins, type TickEntrant } from './entrant.ts';
import { tunedColumnsOf, tunedMargins } from './javascript-tuned.ts';
import { copyTickInputs } from './tick-inputs.ts';

/** A whole tick of an engine: inputs, pricing, margins, totals, dispatch. */
export function engineEntrant(name: string, note: string, engine: Engine, every: TickEntrant['every']): TickEntrant {
  return {
    name,
    label: 'same algorithm',
    note,
    every,
    rehearses: every === 1,
    exactness: 'bits',
    tick: async (quotes) => {
      const start = performance.now();
      await engine.tick(quotes);
      return performance.now() - start;
    },
    margins: async () => marginsOf(engine),
    close: () => engine.close(),
  };
}

/** Netting sets of the JavaScript engine; more would only take longer. */
const javascriptSetsMax = 100_000;

/**
 * Entrants on one thread that share one memory with the book in it: each prices all instruments and margins the sets
 * anew, so that what another has left does no harm. Inputs are those of the reference's last tick.
 */
export function oneThreadEntrants(host: Engine, reference: Arena): TickEntrant[] {
  const { plan } = host.arena;
  const inputs = (): void => copyTickInputs(reference, host.arena);
  const wasm = host.kernels as unknown as Readonly<Record<string, RowKernel & MarginKernel>>;
  const javascript = scalarKernels(host.arena.buffer);
  const sets = host.nettingSetCount;
  const sample = Math.min(sets, javascriptSetsMax);
  const scale = sets / sample;
  const sampled = scale === 1 ? '' : `; the first ${sample} netting sets, kernels B to D times ${scale.toFixed(2)}`;
  const tuned = tunedColumnsOf(host.arena, sets);
  return [
    stagesEntrant({
      name: 'wasm-scalar',
      note: 'the scalar twins in WASM, without SIMD; one thread',
      inputs,
      price: () => wasm['riskArrayScalar'](plan.context, 0, plan.counts.instrumentCount, plan.scratch[0]),
      margin: () => inChunks(host, wasm['deribitPmScalar'], sets),
      scale: 1,
      margins: () => viewsOf(host, sets),
    }),
    stagesEntrant({
      name: 'typescript-tuned',
      note: 'plain TypeScript written to win: the pricing of src/scalar, a scan without rows of cells; one thread',
      inputs,
      price: () => javascript.riskArray(plan.context, 0, plan.counts.instrumentCount, plan.scratch[0]),
      margin: () => tunedMargins(tuned, host.arena.contextScalars[SCALAR_MAINTENANCE_FACTOR]),
      scale: 1,
      margins: () => tuned.margins,
    }),
    stagesEntrant({
      name: 'javascript-engine',
      note: `margrid's own JavaScript engine, one thread${sampled}`,
      inputs,
      price: () => javascript.riskArray(plan.context, 0, plan.counts.instrumentCount, plan.scratch[0]),
      margin: () => inChunks(host, javascript.deribitPm, sample),
      scale,
      margins: () => viewsOf(host, sample),
    }),
  ];
}

interface Stages {
  readonly name: string;
  readonly note: string;
  readonly inputs: () => void;
  readonly price: () => void;
  readonly margin: () => void;
  readonly scale: number;
  readonly margins: () => Margins;
}

function stagesEntrant({ name, note, inputs, price, margin, scale, margins }: Stages): TickEntrant {
  return {
    name,
    label: 'same algorithm',
    note,
    every: 1,
    exactness: 'bits',
    tick: async () => {
      inputs();
      const start = performance.now();
      price();
      const priced = performance.now();
      margin();
      return priced - start + (performance.now() - priced) * scale;
    },
    margins: async () => margins(),
    close: async () => {},
  };
}

function inChunks({ arena }: Engine, kernel: MarginKernel, sets: number): void {
  const { context, scratch } = arena.plan;
  clearTotals(arena);
  for (let first = 0; first < sets; first += CHUNK_SET_COUNT) {
    kernel(context, scratch[0], first, Math.min(CHUNK_SET_COUNT, sets - first));
  }
}

function viewsOf({ arena }: Engine, sets: number): Margins {
  const { equity, initialMargin, maintenanceMargin, status } = arena.views.result;
  return {
    equity: equity.subarray(0, sets),
    initialMargin: initialMargin.subarray(0, sets),
    maintenanceMargin: maintenanceMargin.subarray(0, sets),
    status: status.subarray(0, sets),
  };
}
