import { Decimal } from 'decimal.js';
import { describe, expect, it } from 'vitest';
import { cellCountOf } from '../../src/columns/schema.ts';
import { Engine } from '../../src/engine/engine.ts';
import { statusNames } from '../../src/engine/totals.ts';
import { loadGoldenCases, type GoldenCase, type GoldenGroup, type GoldenNettingSet } from '../support/golden.ts';

/**
 * The engine against the golden portfolios. Amounts agree within 1e-12 of the notional: the requirement is 1e-9, and
 * the f64 arithmetic of some
 * dozens of operations on cells with errors of 4e-16 of the forward stays below this.
 */
const relativeTolerance = 1e-12;

function expectNear(
  what: string,
  actual: number,
  expected: string | undefined,
  notional: number,
  tolerance: number | undefined,
): void {
  if (expected === undefined) return;
  const error = new Decimal(actual).minus(expected).abs().toNumber();
  const bound = tolerance ?? relativeTolerance * Math.max(notional, Math.abs(Number(expected)));
  expect(error, `${what}: ${actual} instead of ${expected}`).toBeLessThanOrEqual(bound);
}

/** Rounded amounts: nine decimals are nine decimals, whatever the notional; then one float for the representation. */
function expectRounded(what: string, actual: number, expected: string | undefined): void {
  if (expected === undefined) return;
  const bound = 2 ** -52 * Math.abs(Number(expected)) * 4;
  expect(Math.abs(actual - Number(expected)), `${what}: ${actual} instead of ${expected}`).toBeLessThanOrEqual(bound);
}

async function loaded(golden: GoldenCase, kernels: 'wasm' | 'javascript'): Promise<Engine> {
  const engine = Engine.create({ market: golden.market, book: golden.book, params: golden.rawParams, kernels });
  const addOns = [...golden.account.addOn].map(([currency, amount]) => ({ account: 'golden', currency, amount }));
  if (addOns.length > 0) engine.update({ addOns });
  await engine.tick();
  return engine;
}

function checkSet(engine: Engine, set: number, expected: GoldenNettingSet, golden: GoldenCase): void {
  const { results } = engine;
  const notional = Number(expected.notional ?? 0);
  const { tolerance } = golden;
  const currency = expected.settlementCurrency;
  expectNear(`${currency} equity`, results.equity[set], expected.equity, notional, tolerance);
  expectNear(`${currency} roll shock`, results.rollShock[set], expected.rollShock, notional, tolerance);
  expectNear(`${currency} delta shock`, results.deltaShock[set], expected.deltaShock, notional, tolerance);
  expectNear(
    `${currency} maintenance margin`,
    results.maintenanceMargin[set],
    expected.maintenanceMargin,
    notional,
    tolerance,
  );
  if (tolerance === undefined) {
    expectRounded(`${currency} worst case`, results.worstCase[set], expected.worstCase);
    expectRounded(`${currency} initial margin`, results.initialMargin[set], expected.initialMargin);
  } else {
    expectNear(`${currency} worst case`, results.worstCase[set], expected.worstCase, notional, tolerance);
    expectNear(`${currency} initial margin`, results.initialMargin[set], expected.initialMargin, notional, tolerance);
  }
  if (expected.status !== undefined) expect(statusNames[results.status[set]]).toBe(expected.status);
}

/** Cells per contract of every instrument of a group, from the risk array. */
function checkCells(engine: Engine, group: GoldenGroup): void {
  const { scenarioCount } = engine.arena.plan.counts;
  const rowFloats = cellCountOf(scenarioCount);
  for (const { name, cellsPerContract } of group.instruments ?? []) {
    const index = engine.market.instruments.findIndex((instrument) => instrument.name === name);
    const row = engine.rows.rowOf[index] * rowFloats;
    const { contractSize, settlementCurrency, baseCurrency, kind } = engine.market.instruments[index];
    const inverse = settlementCurrency === baseCurrency;
    const forward = engine.market.forward[index];
    // One contract in settlement currency: the scale of its cells.
    const notional = inverse ? (kind === 'option' ? contractSize : contractSize / forward) : contractSize * forward;
    cellsPerContract?.forEach((cell, s) => {
      // Extended moves multiply the price by up to six, and the error of an option price grows with it.
      expectNear(`${name} cell ${s}`, engine.arena.views.riskArray.row[row + s], cell, 6 * notional, undefined);
    });
  }
}

/** The aggregated vectors, by the kernel that reports them. */
function checkVectors(engine: Engine, set: number, group: GoldenGroup, notional: number): void {
  if (group.aggregated === undefined || group.preAggregated === undefined) return;
  const index = engine.rows.groups.findIndex(({ name, pair }) => name === group.name && pair === group.pair);
  const cellCount = cellCountOf(engine.arena.plan.counts.scenarioCount);
  // Chunk totals and results are read already: their columns serve as room for the two vectors, which only a test would
  // do.
  const room = engine.arena.plan.columns.find(({ table, column }) => table === 'chunk' && column === 'totals')!;
  const needed = cellCount * 16;
  const address =
    room.bytes >= needed
      ? room.address
      : engine.arena.plan.columns.find(({ column, bytes }) => column === 'equity' && bytes >= needed)!.address;
  expect(engine.kernels.deribitPmVectors(engine.arena.plan.context, set, index, address, address + cellCount * 8)).toBe(
    1,
  );
  const vectors = new Float64Array(engine.arena.buffer, address, 2 * cellCount);
  group.preAggregated.forEach((cell, s) =>
    expectNear(`${group.name} sum ${s}`, vectors[s], cell, 6 * notional, undefined),
  );
  group.aggregated.forEach((cell, s) =>
    expectNear(`${group.name} cell ${s}`, vectors[cellCount + s], cell, 6 * notional, undefined),
  );
}

const cases = loadGoldenCases('deribit-pm');

describe.each(['wasm', 'javascript'] as const)('golden portfolios, %s engine', (kernels) => {
  it.each(cases.map((golden) => [golden.name, golden] as const))('%s', async (_name, golden) => {
    if (golden.market.instruments.length === 0) {
      await expect(loaded(golden, kernels)).rejects.toThrow('the market has no instruments');
      return;
    }
    const engine = await loaded(golden, kernels);
    const { results } = engine;
    const { first, end } = engine.resultRange('golden');
    const setOf = (currency: string): number => {
      for (let set = first; set < end; set++)
        if (engine.currencies[results.currencyIndex[set]] === currency) return set;
      return -1;
    };
    const expected = golden.expected.nettingSets.filter(
      ({ equity, groups }) => groups.length > 0 || Number(equity) !== 0,
    );
    expect(end - first).toBe(expected.length);
    expected.forEach((each) => checkSet(engine, setOf(each.settlementCurrency), each, golden));
    for (const each of expected) {
      for (const group of each.groups) {
        checkCells(engine, group);
        checkVectors(engine, setOf(each.settlementCurrency), group, Number(each.notional ?? 0));
      }
    }
  });

  it('the comparison can fail', async () => {
    const golden = cases.find(({ name }) => name.startsWith('056'))!;
    const engine = await loaded(golden, kernels);
    const set = golden.expected.nettingSets[0];
    const wrong = { ...set, rollShock: String(Number(set.rollShock) * (1 + 1e-9)) };
    expect(() => checkSet(engine, 0, wrong, golden)).toThrow(/roll shock/);
  });
});
