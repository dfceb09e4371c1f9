import { CONTEXT_BYTES, CONTEXT_WORD_COUNT, SCALAR_COUNT } from '../../assembly/portable/layout.ts';
import { planArena } from './arena.ts';
import { noModelCounts, type Counts } from './schema.ts';

/** A million accounts as the generator makes them: what the byte map in the documentation is printed for. */
export const exampleCounts: Counts = {
  scenarioCount: 35,
  instrumentCount: 13_126,
  expiryCount: 70,
  groupCount: 2,
  currencyCount: 2,
  nettingSetCapacity: 1_060_000,
  positionCapacity: 12_000_000,
  model: noModelCounts,
  certified: true,
  referenceCount: 16,
};

/** Where every column lies, as a Markdown table; addresses relative to the arena's start. */
export function renderByteMap(counts: Counts): string {
  const plan = planArena(counts, 2, 0);
  const lines = plan.columns.map(
    ({ table, column, spec, address, length, bytes }) =>
      `| ${address} | ${table}.${column} | ${spec.type} | ${length} | ${bytes} | ${spec.writer} | ${spec.doc} |`,
  );
  return [
    '| address | column | type | elements | bytes | written by | unit and meaning |',
    '| ---: | --- | --- | ---: | ---: | --- | --- |',
    `| ${plan.header} | header | i32 | 16 | 64 | load, tick | magic, layout version, counts, tick number |`,
    `| ${plan.control} | control | i32 | 16 | 64 | kernels | chunks and scratch rows claimed in the present stage |`,
    `| ${plan.context} | context | u32, f64 | ${CONTEXT_WORD_COUNT + SCALAR_COUNT} | ${CONTEXT_BYTES + SCALAR_COUNT * 8} | load, tick | addresses, counts and scalars for the kernels |`,
    `| ${plan.scratch[0]} | scratch | f64 | per worker | ${plan.scratch[1] - plan.scratch[0]} | kernels B-D | what one netting set needs |`,
    ...lines,
    `| ${plan.end} | end | | | | | |`,
  ].join('\n');
}
