import { Arena } from '../../src/columns/arena.ts';
import { scalarKernels } from '../../src/scalar/kernels.ts';
import { compileBuild, createMemory, heapBaseOf, instantiate } from '../../src/wasm/module.ts';
import { entrantReports, type Entrant } from '../entrant.ts';
import { measureInTurn, timed } from '../measure.ts';
import { gccVersion } from '../native/compile.ts';
import { roundsOf, seedOf } from '../parameters.ts';
import { copyColumns } from '../revalue/columns.ts';
import { columnHash } from '../verify.ts';
import type { Outcome, Parameters, Workload } from '../workload.ts';
import { planPrice, writePriceColumns } from './columns.ts';
import { otherLanguages } from './other-languages.ts';

export const price: Workload = {
  name: 'price',
  title: 'kernel A: option P&L in every scenario (Black-76, inverse options), synthetic chain',
  parameters: {
    instruments: { full: 2_000, smoke: 20, least: 1, meaning: 'options' },
    scenarios: { full: 35, smoke: 35, least: 1, meaning: '35 is the grid of deribit-pm' },
    seed: seedOf('the chain'),
    runs: roundsOf(15),
  },
  run,
};

/** A price of other arithmetic is within some units in the last place of the forward, which is one coin. */
const tolerance = { limit: 1e-14, scale: { size: 1, name: 'one coin' } };

async function run(parameters: Parameters): Promise<Outcome> {
  const { instruments, scenarios } = parameters;
  const module = compileBuild('single');
  const plan = planPrice(parameters, heapBaseOf(instantiate(module, createMemory('single', 65_536))));
  const memory = createMemory('single', plan.end);
  const arena = new Arena(plan, memory.buffer);
  writePriceColumns(arena, parameters);
  const kernels = instantiate(module, memory);
  const missing: Record<string, string> = {};
  const entrants = [javaScriptTwin(copyColumns(arena), instruments), wasmTwin(arena, instruments), ...otherLanguages(arena, missing)];
  const margrid = { name: 'margrid', run: () => timed(() => kernels.riskArray(plan.context, 0, instruments, plan.scratch[0])) };
  try {
    const timings = await measureInTurn([margrid, ...entrants], parameters.runs);
    const own = timings.get('margrid')!;
    const results = resultsOf(arena);
    const cells = instruments * scenarios;
    return {
      ...own,
      versions: { gcc: gccVersion() },
      hash: columnHash(results),
      note: 'WASM SIMD, one thread',
      throughput: { perSecond: (cells / own.median) * 1_000, unit: 'cells' },
      entrants: await entrantReports(entrants, timings, own.median, results, { others: tolerance }),
      missing,
      details: { nanosecondsPerCell: (own.median * 1e6) / cells },
    };
  } finally {
    for (const entrant of entrants) await entrant.close();
  }
}

/** Everything kernel A writes: cells, then values and deltas. */
function resultsOf(arena: Arena): Float64Array {
  const { row, terms } = arena.views.riskArray;
  const all = new Float64Array(row.length + terms.length);
  all.set(row);
  all.set(terms, row.length);
  return all;
}

function javaScriptTwin(arena: Arena, instruments: number): Entrant {
  const kernels = scalarKernels(arena.buffer);
  return {
    name: 'javascript',
    note: "margrid's own JavaScript engine: the same formula, typed arrays, no Math.exp or Math.log; one thread",
    bitEqual: true,
    run: () => timed(() => kernels.riskArray(arena.plan.context, 0, instruments, arena.plan.scratch[0])),
    results: async () => resultsOf(arena),
    close: async () => {},
  };
}

/** What SIMD adds to WASM by itself. */
function wasmTwin(source: Arena, instruments: number): Entrant {
  const module = compileBuild('single');
  const memory = createMemory('single', source.plan.end);
  const kernels = instantiate(module, memory);
  // After the instance: it writes the module's static data, which lies below the arena.
  const { header, end } = source.plan;
  new Uint8Array(memory.buffer).set(new Uint8Array(source.buffer, header, end - header), header);
  const arena = new Arena(source.plan, memory.buffer);
  return {
    name: 'wasm-scalar',
    note: 'the scalar twin in WASM, without SIMD; one thread',
    bitEqual: true,
    run: () => timed(() => void kernels['riskArrayScalar'](arena.plan.context, 0, instruments)),
    results: async () => resultsOf(arena),
    close: async () => {},
  };
}
