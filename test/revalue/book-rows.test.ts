import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as layout from '../../assembly/portable/book-layout.ts';
import { RandomStream } from '../../src/generate/random.ts';
import { contextWords } from '../../src/revaluation/book-machine.ts';
import { planBookMemory } from '../../src/revaluation/book-memory.ts';
import { BookRows } from '../../src/revaluation/book-rows.ts';
import { fillingCounts, RowFilling } from '../../src/revaluation/row-filling.ts';
import { compileBuild, createMemory, heapBaseOf, instantiate } from '../../src/wasm/module.ts';
import { randomCase, type ScenarioCase } from '../support/random-scenario-market.ts';
import { orderOf } from './tail-book.ts';

const module = compileBuild('single');
const heapBase = heapBaseOf(instantiate(module, createMemory('single', 65_536)));
const allCurrencies = ['USD', 'BTC', 'ETH'];

interface Case extends ScenarioCase {
  readonly currencies?: readonly string[];
}

interface Split {
  readonly batch?: number;
  readonly block?: number;
  /** Threads, each with a scratch area of its own, that take so many instruments at a time. */
  readonly threads: number;
  readonly instruments: number;
}

const whole: Split = { threads: 1, instruments: 1_000 };

interface Filled {
  /** Scenario after scenario of each block, in the order of the block. */
  readonly cells: Float64Array[];
  readonly sums: Float64Array;
  /** Of the last block: what the kernel has left, and what `bookScreen` makes of its rows. */
  readonly screens: readonly Uint8Array[];
  /** Times that the kernel was started. */
  readonly stages: number;
}

function rowsOf({ market, scenarios, currencies = allCurrencies }: Case, kernels: 'wasm' | 'javascript'): BookRows {
  return new BookRows(market, scenarios, currencies, new Uint8Array(market.instruments.length).fill(1), { kernels });
}

/** By the kernel, its instruments given to threads in no particular order. */
async function filledByKernel(each: Case, split: Split): Promise<Filled> {
  const rows = rowsOf(each, 'wasm');
  const { scenarioCount, count: rowCount } = rows;
  const counts = {
    portfolioCount: 1, positionCount: 1, rowCount, scenarioCount, tailCapacity: 1, workers: split.threads,
    filling: fillingCounts(rows, split.batch),
  };
  const plan = planBookMemory(counts, split.block === undefined ? {} : { block: split.block }, heapBase);
  const memory = createMemory('single', plan.end);
  const exports = instantiate(module, memory);
  const words = new Uint32Array(memory.buffer, plan.context, layout.BOOK_WORD_COUNT);
  for (const [slot, value] of contextWords(plan)) words[slot] = value;
  const filling = new RowFilling(rows, plan, memory, exports);
  const cells: Float64Array[] = [];
  let stages = 0;
  for (let first = 0; first < scenarioCount; first += plan.block) {
    const size = Math.min(plan.block, scenarioCount - first);
    words[layout.BOOK_SCENARIO_COUNT] = size;
    await filling.fill(first, Uint32Array.from(orderOf(first, size, true)), async (instruments) => {
      stages++;
      const starts = Array.from({ length: Math.ceil(instruments / split.instruments) }, (_, index) => index * split.instruments);
      starts.reverse().forEach((from, index) => exports.bookRows(
        plan.context, plan.scratch[index % split.threads], from, Math.min(split.instruments, instruments - from)));
    });
    cells.push(new Float64Array(memory.buffer, plan.rows, rowCount * size).slice());
  }
  const screenOf = (): Uint8Array => new Uint8Array(memory.buffer.slice(plan.rowLargest, plan.order));
  const left = screenOf();
  exports.bookScreen(plan.context, plan.scratch[0], 0, rowCount);
  return { cells, sums: new Float64Array(memory.buffer, plan.sums, rowCount).slice(), screens: [left, screenOf()], stages };
}

/** By JavaScript, a row at a time. */
function filledByScript(each: Case, block: number): Pick<Filled, 'cells' | 'sums'> {
  const rows = rowsOf(each, 'javascript');
  const sums = new Float64Array(rows.count);
  const cells: Float64Array[] = [];
  for (let first = 0; first < rows.scenarioCount; first += block) {
    const size = Math.min(block, rows.scenarioCount - first);
    const to = new Float64Array(rows.count * size);
    rows.fill(first, size, 1, to, sums, Uint32Array.from(orderOf(first, size, true)));
    cells.push(to);
  }
  return { cells, sums };
}

/** Some options without a volatility: their rows stay empty, so that rows do not follow each other. */
function withFaults(each: ScenarioCase, seed: number): ScenarioCase {
  const random = new RandomStream();
  random.restart(seed, 2, 2);
  const impliedVolatility = each.market.impliedVolatility.map((value) => (random.nextIndex(6) === 0 ? NaN : value));
  const weights = Float64Array.from({ length: each.scenarios.count }, () => random.nextFineFraction());
  const scenarios = random.nextIndex(2) === 0 ? each.scenarios : { ...each.scenarios, weights };
  return { market: { ...each.market, impliedVolatility }, scenarios };
}

describe('rows filled by several threads are those that JavaScript fills', () => {
  const split = fc.record({
    batch: fc.integer({ min: 1, max: 90 }), block: fc.integer({ min: 1, max: 90 }), threads: fc.integer({ min: 1, max: 3 }),
    instruments: fc.integer({ min: 1, max: 20 }),
  });

  it('for every kind of instrument and scenario, weights, faults, any split', async () => {
    const seeds = fc.integer({ min: 0, max: 2 ** 31 });
    await fc.assert(fc.asyncProperty(seeds, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 80 }), split,
      async (seed, instruments, scenarios, some) => {
        const each = withFaults(randomCase(seed, { instruments, scenarios, european: scenarios > 8 }), seed);
        const { cells, sums } = await filledByKernel(each, some);
        expect({ cells, sums }).toEqual(filledByScript(each, some.block));
      }), { numRuns: 150 });
  });

  it('lines for which there is no room come one lot after the other', async () => {
    // Moved by amounts, every price has lines of its own: three rows each, and five for each of five expiries.
    const isAbsolute = ({ scenarios }: ScenarioCase): boolean => scenarios.factors.slice(0, 2).every(({ change }) => change === 'absolute');
    const sizes = { instruments: 140, scenarios: 2_000, european: true };
    const seed = Array.from({ length: 50 }, (_, index) => index).find((index) => isAbsolute(randomCase(index, { ...sizes, scenarios: 1 })))!;
    const each = randomCase(seed, sizes);
    const { cells, sums, stages } = await filledByKernel(each, { threads: 2, instruments: 16 });
    expect(stages).toBeGreaterThan(1);
    expect({ cells, sums }).toEqual(filledByScript(each, 2_000));
  });

  it('leaves the screen that bookScreen makes of its rows, if a block is one batch', async () => {
    for (const scenarios of [1, 7, 64, 129]) {
      const each = randomCase(scenarios, { instruments: 30, scenarios, european: true });
      const { screens: [left, made] } = await filledByKernel(each, { threads: 2, instruments: 11 });
      expect(left.some((byte) => byte !== 0)).toBe(true);
      expect(left).toEqual(made);
    }
  });
});

describe('P&L that is no usable number', () => {
  // A price 1e260 times as high: P&L beyond 1e250.
  const soar = (scenarios: readonly number[], factor: number, currencies?: readonly string[]): Case => {
    const each = randomCase(5, { instruments: 24, scenarios: 41, european: true });
    const moves = each.scenarios.moves.slice();
    for (const scenario of scenarios) moves[factor * 41 + scenario] = 1e260;
    return { ...each, scenarios: { ...each.scenarios, moves }, ...(currencies === undefined ? {} : { currencies }) };
  };

  it.each([
    ['of a currency and what is paid in it', soar([31, 12, 33], 0)],
    ['of instruments', soar([31, 12, 33], 0, ['USD'])],
    ['of others', soar([31, 0, 33], 1, ['USD'])],
    ['in the last scenario', soar([40], 0, ['USD'])],
  ])('%s: the same error, whoever fills', async (_name, each) => {
    const expected = (() => {
      try {
        return filledByScript(each, 41);
      } catch (error) {
        return error as Error;
      }
    })() as Error;
    expect(expected.message).toMatch(/^scenario \d+: the P&L of one \S+ is 1?\d*\.?\d*e\+?\d+$/);
    for (const split of [whole, { threads: 3, instruments: 5 }, { threads: 2, instruments: 1 }]) {
      await expect(filledByKernel(each, split)).rejects.toMatchObject({ code: 'ValueOutOfRange', message: expected.message });
    }
  });
});

it('refuses a batch of no scenarios, or of some and a half', () => {
  const rows = rowsOf(randomCase(1, { instruments: 2, scenarios: 3 }), 'wasm');
  for (const batch of [0, 1.5, NaN]) expect(() => fillingCounts(rows, batch)).toThrow(`batch must be a whole number >= 1, got ${batch}`);
});
