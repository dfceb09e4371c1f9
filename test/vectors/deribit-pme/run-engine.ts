import { Engine, type Book } from '../../../src/index.ts';
import { cellCountOf } from '../../../src/columns/schema.ts';
import type { Portfolio } from './portfolio.ts';

/** Requirement of one netting set: one settlement currency. */
export interface SetOutput {
  readonly worstCase: number;
  readonly worstScenario: number;
  readonly rollShock: number;
  readonly deltaShock: number;
  readonly initialMargin: number;
  readonly maintenanceMargin: number;
  /** Risk groups in the set. */
  readonly groupCount: number;
}

/** Cells without padding: the standard table, then the extended one. */
export type Cells = readonly number[];

export interface EngineOutput {
  /** Cells of a position by instrument name. */
  readonly instruments: ReadonlyMap<string, Cells>;
  /** By risk group (`btc_btc`). */
  readonly preAggregated: ReadonlyMap<string, Cells>;
  readonly aggregated: ReadonlyMap<string, Cells>;
  /** By settlement currency, lower case. */
  readonly sets: ReadonlyMap<string, SetOutput>;
  /** Cells of the standard table. */
  readonly standardCount: number;
}

/** docs/models/deribit-pm.md, section B. */
export const extendedCount = 8;

const account = 'simulated';

/** Ticks the real engine on the portfolio. `addOns`: by settlement currency, lower case. Throws `MargridError`. */
export async function runEngine(
  portfolio: Portfolio,
  params: unknown,
  addOns: ReadonlyMap<string, number>,
): Promise<EngineOutput> {
  if (portfolio.market.instruments.length === 0) return emptyOutput(addOns);
  const currencies = [...new Set([
    ...portfolio.market.instruments.map(({ settlementCurrency }) => settlementCurrency),
    ...[...addOns.keys()].map((name) => name.toUpperCase()),
  ])];
  const engine = Engine.create({
    market: portfolio.market,
    book: bookOf(portfolio, currencies),
    model: 'deribit-pm',
    params,
    workers: 0,
    kernels: 'wasm',
  });
  try {
    engine.update({ addOns: [...addOns].map(([name, amount]) => ({ account, currency: name.toUpperCase(), amount })) });
    await engine.tick();
    return {
      instruments: instrumentCells(engine, portfolio),
      ...groupCells(engine),
      sets: setOutputs(engine),
      standardCount: engine.arena.plan.counts.scenarioCount - extendedCount,
    };
  } finally {
    await engine.close();
  }
}

/** A portfolio without positions has no risk: its initial margin is the add-on. */
function emptyOutput(addOns: ReadonlyMap<string, number>): EngineOutput {
  const none = new Map<string, Cells>();
  const zero = { worstCase: 0, worstScenario: 0, rollShock: 0, deltaShock: 0, maintenanceMargin: 0, groupCount: 0 };
  const sets = new Map([...addOns].map(([name, amount]) => [name, { ...zero, initialMargin: amount }] as const));
  return { instruments: none, preAggregated: none, aggregated: none, sets, standardCount: 0 };
}

/** Entry prices do not matter to margins: the mark, so that futures are worth nothing. */
function bookOf({ market, quantity }: Portfolio, currencies: readonly string[]): Book {
  return {
    accountIds: [account],
    currencies,
    positions: {
      accountIndex: new Uint32Array(quantity.length),
      instrumentIndex: Uint32Array.from(quantity.keys()),
      quantity,
      entryPrice: market.forward,
    },
    cash: { accountIndex: new Uint32Array(0), currencyIndex: new Uint32Array(0), amount: new Float64Array(0) },
    quarantined: [],
  };
}

/** Risk array rows times quantities. */
function instrumentCells(engine: Engine, { market, quantity }: Portfolio): Map<string, Cells> {
  const { scenarioCount } = engine.arena.plan.counts;
  const { row } = engine.arena.views.riskArray;
  const rowFloats = cellCountOf(scenarioCount);
  return new Map(market.instruments.map(({ name }, index) => {
    const first = engine.rows.rowOf[index] * rowFloats;
    return [name, Array.from(row.subarray(first, first + scenarioCount), (cell) => cell * quantity[index])] as const;
  }));
}

/** The vectors kernel writes to the free end of the quantity column, which nothing reads. */
function groupCells(engine: Engine): { preAggregated: Map<string, Cells>; aggregated: Map<string, Cells> } {
  const { plan, buffer } = engine.arena;
  const cellCount = cellCountOf(plan.counts.scenarioCount);
  const free = plan.columns.find(({ table, column }) => table === 'position' && column === 'quantity')!;
  const aggregatedAt = free.address + Math.floor((free.length - cellCount) / 2) * 16;
  const preAggregatedAt = aggregatedAt - cellCount * 8;
  const cellsAt = (address: number): Cells => Array.from(new Float64Array(buffer, address, plan.counts.scenarioCount));
  const preAggregated = new Map<string, Cells>();
  const aggregated = new Map<string, Cells>();
  engine.rows.groups.forEach(({ name }, group) => {
    const set = engine.results.currencyIndex.indexOf(engine.rows.groupCurrency[group]);
    if (engine.kernels.deribitPmVectors(plan.context, set, group, preAggregatedAt, aggregatedAt) === 0) return;
    preAggregated.set(name, cellsAt(preAggregatedAt));
    aggregated.set(name, cellsAt(aggregatedAt));
  });
  return { preAggregated, aggregated };
}

function setOutputs(engine: Engine): Map<string, SetOutput> {
  const { results, currencies, rows } = engine;
  return new Map(Array.from(results.currencyIndex, (currency, set) => [currencies[currency].toLowerCase(), {
    worstCase: results.worstCase[set],
    worstScenario: results.worstScenario[set],
    rollShock: results.rollShock[set],
    deltaShock: results.deltaShock[set],
    initialMargin: results.initialMargin[set],
    maintenanceMargin: results.maintenanceMargin[set],
    groupCount: rows.groupCurrency.filter((each) => each === currency).length,
  }] as const));
}
