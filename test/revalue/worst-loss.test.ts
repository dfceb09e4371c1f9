import { describe, expect, it } from 'vitest';
import { CONTEXT_CELL_COUNT, CONTEXT_ROW_STRIDE, CONTEXT_SCENARIO_COUNT } from '../../assembly/portable/layout.ts';
import { Arena, planArena } from '../../src/columns/arena.ts';
import { cellCountOf, noModelCounts } from '../../src/columns/schema.ts';
import { writeContext } from '../../src/engine/tick-inputs.ts';
import { scalarKernels } from '../../src/scalar/kernels.ts';
import { compileBuild, createMemory, heapBaseOf, instantiate, type KernelExports } from '../../src/wasm/module.ts';
import { randomNumbers } from '../support/synthetic-book.ts';

const instrumentCount = 40;
const setCount = 25;
const sentinel = 1234.5678;
const module = compileBuild('single');

interface Fixture {
  readonly arena: Arena;
  readonly kernels: KernelExports;
  /** Per set: rows and quantities, as plain numbers. */
  readonly sets: readonly (readonly { readonly row: number; readonly quantity: number }[])[];
  readonly cells: (row: number) => Float64Array;
}

/** A random book of one group; set i holds i positions, so that every remainder of the position loop occurs. */
function fixture(scenarioCount: number, seed: number): Fixture {
  const random = randomNumbers(seed);
  const counts = {
    scenarioCount,
    instrumentCount,
    expiryCount: 1,
    groupCount: 1,
    currencyCount: 1,
    nettingSetCapacity: setCount,
    positionCapacity: (setCount * (setCount + 1)) / 2,
    model: noModelCounts,
  };
  const probe = heapBaseOf(instantiate(module, createMemory('single', 65_536)));
  const plan = planArena(counts, 1, probe);
  const memory = createMemory('single', plan.end);
  const arena = new Arena(plan, memory.buffer);
  writeContext(arena);
  const { riskArray, nettingSet, position, group } = arena.views;
  const cellCount = cellCountOf(scenarioCount);
  group.grid.fill(0);
  for (let row = 0; row < instrumentCount; row++) {
    for (let s = 0; s < cellCount; s++) {
      const last = riskArray.row[row * cellCount + scenarioCount - 1];
      riskArray.row[row * cellCount + s] = s < scenarioCount ? (random() - 0.5) * 10 ** Math.floor(random() * 6) : last;
    }
  }
  const sets: { row: number; quantity: number }[][] = [];
  let slot = 0;
  for (let set = 0; set < setCount; set++) {
    nettingSet.firstPosition[set] = slot;
    nettingSet.positionCount[set] = set;
    sets.push([]);
    for (let p = 0; p < set; p++, slot++) {
      const row = Math.floor(random() * instrumentCount);
      const quantity = Math.round(random() * 400 - 200) / 8;
      position.row[slot] = row * 16 + Math.floor(random() * 8);
      position.quantity[slot] = quantity;
      sets[set].push({ row, quantity });
    }
  }
  const cells = (row: number): Float64Array => riskArray.row.subarray(row * cellCount, row * cellCount + scenarioCount);
  return { arena, kernels: instantiate(module, memory), sets, cells };
}

/** The definition, written down: strict left fold, worst loss, never below zero. */
function expected({ sets, cells }: Fixture, scenarioCount: number): Float64Array {
  return Float64Array.from(sets, (positions) => {
    let worst = 0;
    for (let s = 0; s < scenarioCount; s++) {
      let pnl = 0;
      for (const { row, quantity } of positions) pnl += quantity * cells(row)[s];
      if (-pnl > worst) worst = -pnl;
    }
    return worst;
  });
}

/** Results, with what lay around them before and after. */
function run(made: Fixture, kernel: 'simd' | 'twin' | 'javascript', first: number, count: number): Float64Array {
  const { arena, kernels } = made;
  const { context, scratch } = arena.plan;
  arena.views.result.worstCase.fill(sentinel);
  if (kernel === 'simd') kernels.revalueWorstLoss(context, scratch[0], first, count);
  else if (kernel === 'twin') kernels['revalueWorstLossScalar'](context, scratch[0], first, count);
  else scalarKernels(arena.buffer).revalueWorstLoss(context, scratch[0], first, count);
  return arena.views.result.worstCase.slice(0, setCount);
}

describe('worst loss of a netting set', () => {
  // Every count of cells from 2 to 64, so that every variant and every mix of blocks occurs, and rows of many blocks.
  const scenarioCounts = [
    ...Array.from({ length: 64 }, (_, index) => index + 1),
    255,
    256,
    257,
  ];

  it.each(scenarioCounts)(
    'with %i scenarios: SIMD, scalar twin and JavaScript have the bits of the definition',
    (scenarioCount) => {
      const made = fixture(scenarioCount, scenarioCount * 31);
      expect(made.arena.contextWords[CONTEXT_SCENARIO_COUNT]).toBe(scenarioCount);
      expect(made.arena.contextWords[CONTEXT_CELL_COUNT] % 2).toBe(0);
      expect(made.arena.contextWords[CONTEXT_ROW_STRIDE] % 16).toBe(0);
      const wanted = expected(made, scenarioCount);
      expect(wanted.some((loss) => loss > 0)).toBe(true);
      for (const kernel of ['simd', 'twin', 'javascript'] as const) {
        expect(run(made, kernel, 0, setCount)).toEqual(wanted);
      }
    },
  );

  it.each([
    [0, 0],
    [0, 1],
    [3, 5],
    [24, 1],
    [7, 18],
  ])('range from %i of %i writes there and nowhere else', (first, count) => {
    const made = fixture(35, 5);
    const wanted = expected(made, 35).map((loss, set) => (set >= first && set < first + count ? loss : sentinel));
    for (const kernel of ['simd', 'twin', 'javascript'] as const)
      expect(run(made, kernel, first, count)).toEqual(wanted);
  });

  it('a poisoned row makes exactly the sets that hold it NaN', () => {
    const made = fixture(36, 9);
    const bad = made.sets[20][3].row;
    made.cells(bad).fill(NaN);
    for (const kernel of ['simd', 'twin', 'javascript'] as const) {
      const got = run(made, kernel, 0, setCount);
      made.sets.forEach((positions, set) =>
        expect(Number.isNaN(got[set])).toBe(positions.some(({ row }) => row === bad)),
      );
    }
  });

  it('sees a change of the last bit of one cell', () => {
    const made = fixture(32, 11);
    const before = run(made, 'simd', 0, setCount);
    made.sets[24].forEach(({ row }) =>
      made.cells(row).forEach((cell, s) => (made.cells(row)[s] = cell * (1 + Number.EPSILON))),
    );
    expect(run(made, 'simd', 0, setCount)).not.toEqual(before);
  });
});
