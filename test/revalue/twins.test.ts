import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import type { Market } from '../../src/domain/market.ts';
import { scalarKernels } from '../../src/scalar/kernels.ts';
import type { KernelExports } from '../../src/wasm/module.ts';
import {
  accountNames,
  asOfMs,
  bookOf,
  params,
  randomNumbers,
  syntheticMarket,
  syntheticRows,
} from '../support/synthetic-book.ts';

/** All bytes of the columns that kernels write. */
function written(engine: Engine): Uint8Array[] {
  const { riskArray, result, chunk } = engine.arena.views;
  return [riskArray.row, riskArray.terms, ...Object.values(result), chunk.totals].map(
    (column) => new Uint8Array(column.buffer.slice(column.byteOffset, column.byteOffset + column.byteLength)),
  );
}

type Runner = 'simd' | 'twin' | 'javascript';

/** One tick's kernels by one of the three, over the same inputs. */
function runKernels(engine: Engine, runner: Runner): Uint8Array[] {
  const { context, scratch } = engine.arena.plan;
  const exports = engine.kernels as KernelExports;
  const javascript = scalarKernels(engine.arena.buffer);
  const instruments = engine.market.instruments.length;
  const sets = engine.nettingSetCount;
  engine.arena.views.riskArray.row.fill(-1);
  engine.arena.views.riskArray.terms.fill(-1);
  engine.arena.views.chunk.totals.fill(0);
  for (const column of Object.values(engine.arena.views.result)) column.fill(7);
  if (runner === 'simd') {
    exports.riskArray(context, 0, instruments, scratch[0]);
    exports.deribitPm(context, scratch[0], 0, sets);
  } else if (runner === 'twin') {
    exports['riskArrayScalar'](context, 0, instruments);
    exports['deribitPmScalar'](context, scratch[0], 0, sets);
  } else {
    javascript.riskArray(context, 0, instruments, scratch[0]);
    javascript.deribitPm(context, scratch[0], 0, sets);
  }
  return written(engine);
}

/** `priced`: the same instruments at ordinary prices, which the positions were entered at. */
async function expectTwins(market: Market, seed: number, priced: Market = market): Promise<Engine> {
  const accounts = 300;
  const engine = Engine.create({
    market,
    params,
    book: bookOf(syntheticRows(priced, accounts, 20, seed), accountNames(accounts)),
  });
  await engine.tick();
  const simd = runKernels(engine, 'simd');
  expect(runKernels(engine, 'twin')).toEqual(simd);
  expect(runKernels(engine, 'javascript')).toEqual(simd);
  return engine;
}

/** The market with forwards and volatilities replaced at random by extremes. */
function extremeMarket(seed: number): Market {
  const market = syntheticMarket(4, 8);
  const random = randomNumbers(seed);
  const factors = [1e-6, 1e-3, 0.2, 0.999999, 1, 1.000001, 3, 1e3, 1e6];
  const volatilities = [1e-12, 1e-6, 1e-3, 0.05, 0.3, 1, 5, 50, NaN, 0];
  return {
    ...market,
    asOfMs: asOfMs + Math.floor(random() * 2) * 3 * 86_400_000,
    forward: market.forward.map((forward) =>
      random() < 0.02 ? NaN : forward * factors[Math.floor(random() * factors.length)],
    ),
    impliedVolatility: market.impliedVolatility.map((volatility) =>
      random() < 0.5 ? volatility : volatilities[Math.floor(random() * volatilities.length)],
    ),
  };
}

describe('SIMD, scalar twin and JavaScript write the same bytes', () => {
  it.each([1, 2, 3])('on an ordinary market (book %i)', async (seed) => {
    const engine = await expectTwins(syntheticMarket(), seed);
    expect(engine.results.initialMargin.some((margin) => margin > 0)).toBe(true);
  });

  it.each(Array.from({ length: 12 }, (_, seed) => seed))('on an extreme market (%i)', async (seed) => {
    await expectTwins(extremeMarket(seed), seed, syntheticMarket(4, 8));
  });
});

describe('risk array', () => {
  it('has exactly zero P&L at no move and same volatility', async () => {
    const market = syntheticMarket();
    const engine = await expectTwins(market, 1);
    const { row } = engine.arena.views.riskArray;
    const rowFloats = row.length / market.instruments.length;
    // Nine moves of three volatilities, price-major: the fifth move is none, its second volatility is the same.
    const middle = 4 * 3 + 1;
    for (let instrument = 0; instrument < market.instruments.length; instrument++)
      expect(row[instrument * rowFloats + middle]).toBe(0);
  });

  it('of an option at the instant of expiry is the change of its intrinsic value', async () => {
    const market = syntheticMarket();
    const option = market.instruments.findIndex(
      ({ name, optionType }) => name.startsWith('SPX-0-') && optionType === 'put',
    );
    const { strike, contractSize, expiryMs } = market.instruments[option];
    const engine = Engine.create({ market: { ...market, asOfMs: expiryMs! }, params, book: bookOf([], ['A']) });
    await engine.tick();
    engine.priceAllRows();
    const { row } = engine.arena.views.riskArray;
    const rowFloats = row.length / market.instruments.length;
    const at = engine.rows.rowOf[option] * rowFloats;
    const forward = market.forward[option];
    const value = (price: number): number => contractSize * Math.max(strike! - price, 0);
    // Price range of the SPX section: 8% in four steps; first cell of each move.
    for (let bucket = -4; bucket <= 4; bucket++) {
      const wanted = value(forward * (1 + (0.08 * bucket) / 4)) - value(forward);
      expect(row[at + (bucket + 4) * 3]).toBeCloseTo(wanted, 7);
    }
  });
});
