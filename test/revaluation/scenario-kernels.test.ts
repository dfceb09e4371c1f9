import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocateColumns, compileInstruments } from '../../src/revaluation/instrument-columns.ts';
import { scenarioAreaBytes, ScenarioKernels, type ScenarioKernelOptions } from '../../src/revaluation/scenario-kernels.ts';
import { scenarioMoves } from '../../src/revaluation/scenario-lines.ts';
import { compileBuild, createMemory, heapBaseOf, instantiate, type BuildName, type KernelExports } from '../../src/wasm/module.ts';
import { randomCase, type ScenarioCase } from '../support/random-scenario-market.ts';

const modules = { single: compileBuild('single'), release: compileBuild('release'), debug: compileBuild('debug') };

function inputsOf({ market, scenarios }: ScenarioCase) {
  const rows = market.instruments.map((_, row) => row);
  const { columns } = compileInstruments(market, scenarios, rows, { currency: 'USD', unmatched: 'refuse' });
  return { instruments: columns, scenarios: scenarioMoves(scenarios) };
}

/** Kernels of a build; the scalar twins under the names of the kernels if asked for. */
function onBuild(build: BuildName, scalar: boolean, inputs: ReturnType<typeof inputsOf>, options: ScenarioKernelOptions): ScenarioKernels {
  const base = 128 + Math.ceil(heapBaseOf(instantiate(modules[build], createMemory(build, 65_536))) / 64) * 64;
  const memory = createMemory(build, base + scenarioAreaBytes(inputs, options) + 65_536);
  const own = instantiate(modules[build], memory);
  const exports = scalar
    ? { scenarioRows: own['scenarioRowsScalar'], scenarioSums: own['scenarioSumsScalar'] } as unknown as KernelExports
    : own;
  return new ScenarioKernels(inputs, { ...options, memory: { memory, exports, base } });
}

/** All rows, block by block. */
function allRows(kernels: ScenarioKernels, instruments: number, scenarios: number, block: number): Float64Array[] {
  const rows = Array.from({ length: instruments }, () => new Float64Array(scenarios));
  for (let first = 0; first < scenarios; first += block) {
    const size = Math.min(block, scenarios - first);
    const stride = kernels.strideOf(size);
    const out = new Float64Array(instruments * stride);
    kernels.fillRows(0, instruments, first, size, out);
    rows.forEach((row, index) => row.set(out.subarray(index * stride, index * stride + size), first));
    if (stride > size) expect(rows.every((_, index) => out[index * stride + size] === 0)).toBe(true);
  }
  return rows;
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 });

describe('scenario kernels', () => {
  it('SIMD, scalar twin, JavaScript and all builds have the same bits, for any block and padding', () => {
    fc.assert(fc.property(seeds, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 150 }), fc.integer({ min: 1, max: 150 }),
      (seed, instruments, scenarios, block) => {
        const inputs = inputsOf(randomCase(seed, { instruments, scenarios, european: scenarios > 12 }));
        const expected = allRows(new ScenarioKernels(inputs, { kernels: 'javascript' }), instruments, scenarios, scenarios);
        const options = { blockScenarios: block, blockInstruments: 1 + (seed % 4), lineBytes: 1 };
        const size = Math.min(block, scenarios);
        for (const kernels of [
          new ScenarioKernels(inputs, { ...options, kernels: 'javascript' }),
          new ScenarioKernels(inputs), onBuild('single', false, inputs, options), onBuild('single', true, inputs, options),
          onBuild('release', false, inputs, options), onBuild('debug', false, inputs, options),
        ]) expect(allRows(kernels, instruments, scenarios, size)).toEqual(expected);
      }), { numRuns: 40, seed: 7 });
  });

  it('sums are a left fold of quantity times row, in every build', () => {
    fc.assert(fc.property(seeds, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 140 }), (seed, instruments, scenarios) => {
      const inputs = inputsOf(randomCase(seed, { instruments, scenarios, european: scenarios > 5 }));
      const quantities = Float64Array.from({ length: instruments }, (_, i) => (i % 5) - 1.7);
      const javaScript = new ScenarioKernels(inputs, { kernels: 'javascript' });
      const expected = new Float64Array(scenarios).fill(0.25);
      allRows(javaScript, instruments, scenarios, scenarios).forEach((row, i) => {
        for (let s = 0; s < scenarios; s++) expected[s] += quantities[i] * row[s];
      });
      const options = { blockInstruments: 3 };
      for (const kernels of [
        javaScript, onBuild('single', false, inputs, options), onBuild('single', true, inputs, options),
        onBuild('release', false, inputs, options),
      ]) {
        const sums = new Float64Array(scenarios).fill(0.25);
        kernels.addRows(0, instruments, quantities, 0, scenarios, sums);
        expect(sums).toEqual(expected);
      }
    }), { numRuns: 30, seed: 8 });
  });

  it('rows go to an address of a memory that is there already', () => {
    const inputs = inputsOf(randomCase(3, { instruments: 5, scenarios: 7 }));
    const base = 65_536;
    const memory = createMemory('single', base + scenarioAreaBytes(inputs) + 65_536);
    const kernels = new ScenarioKernels(inputs, { memory: { memory, exports: instantiate(modules.single, memory), base } });
    const address = base + kernels.areaBytes;
    kernels.fillRows(1, 3, 2, 5, address);
    const expected = new Float64Array(3 * 6);
    new ScenarioKernels(inputs).fillRows(1, 3, 2, 5, expected);
    expect(new Float64Array(memory.buffer, address, 18)).toEqual(expected);
  });

  it('a scenario that moves nothing has a P&L of exactly 0', () => {
    for (let seed = 0; seed < 30; seed++) {
      const { market, scenarios } = randomCase(seed, { instruments: 12, scenarios: 3 });
      const still = { ...scenarios, moves: new Float64Array(scenarios.moves.length), days: new Float64Array(3) };
      const rows = allRows(new ScenarioKernels(inputsOf({ market, scenarios: still })), 12, 3, 3);
      expect(rows.every((row) => row.every((cell) => cell === 0))).toBe(true);
    }
  });

  it('memory is what is said, whatever the number of instruments', () => {
    const one = allocateColumns(1);
    const moves = { count: 1_000, absolute: new Uint8Array(2), moves: new Float64Array(2_000), days: null };
    const bytes = (count: number): number => scenarioAreaBytes({ instruments: { ...one, count }, scenarios: moves });
    // 16 MiB of lines, 4,096 terms of 128 bytes and their quantities, three rows and the work area.
    expect(bytes(1_000_000)).toBe(bytes(100_000));
    expect(bytes(1_000_000)).toBeLessThan(17.5 * 1_048_576);
  });

  it('refuses a block that is too long and an area that does not fit', () => {
    const inputs = inputsOf(randomCase(3, { instruments: 2, scenarios: 7 }));
    const kernels = new ScenarioKernels(inputs, { blockScenarios: 4 });
    expect(() => kernels.fillRows(0, 1, 0, 5, new Float64Array(6))).toThrow('a block holds 1 to 4 scenarios of 7, got 5 from 0 on');
    expect(() => kernels.fillRows(0, 1, 5, 3, new Float64Array(6))).toThrow('got 3 from 5 on');
    const memory = createMemory('single', 65_536);
    const exports = instantiate(modules.single, memory);
    expect(() => new ScenarioKernels(inputs, { memory: { memory, exports, base: 65_472 } })).toThrow('the scenario kernels need');
  });
});
