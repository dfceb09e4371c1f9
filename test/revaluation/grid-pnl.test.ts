import { describe, expect, it } from 'vitest';
// Worker threads run built files, so this test uses the built package throughout.
import { allocateColumns, gridPnl, Revaluation, type GridPnlOptions, type ScenarioSet } from '../../build/js/src/index.js';
import { firstOptions, gridPortfolio } from '../../bench/grid/portfolio.ts';
import { randomCase } from '../support/random-scenario-market.ts';

/** More than two runs, the last one not full; an odd number of scenarios. */
const portfolio = gridPortfolio({ instruments: 9_000, scenarios: 37, seed: 5 });
const { columns, quantities, scenarios } = portfolio;
const pnlOf = async (options: GridPnlOptions): Promise<Float64Array> => (await gridPnl(columns, quantities, scenarios, options)).pnl;

describe('gridPnl', () => {
  it('does not depend on workers, blocks, room for lines or the kernels', async () => {
    const expected = await pnlOf({});
    expect(expected.every((cell) => Math.abs(cell) > 0)).toBe(true);
    for (const options of [
      { workers: 1 }, { workers: 3, blockScenarios: 8 }, { blockScenarios: 1, blockOptions: 1_000 }, { blockOptions: 1 },
      { blockScenarios: 36, lineBytes: 1 }, { workers: 2, lineBytes: 1, blockOptions: 77 },
      { kernels: 'javascript', blockScenarios: 20 }, { kernels: 'javascript', workers: 2 },
    ] as GridPnlOptions[]) expect(await pnlOf(options)).toEqual(expected);
  });

  it('is the fold of runs of 4,096 that it says it is', async () => {
    const set: ScenarioSet = scenarios;
    const expected = new Float64Array(37);
    for (let first = 0; first < 9_000; first += 4_096) {
      const size = Math.min(4_096, 9_000 - first);
      const rest = firstOptions(portfolio, first + size);
      const zeroed = rest.quantities.map((quantity, i) => (i < first ? 0 : quantity));
      // A run alone: the others hold nothing. 0 times a row adds 0, or -0, to 0.
      const { pnl } = await gridPnl(rest.columns, zeroed, set);
      for (let s = 0; s < 37; s++) expected[s] += pnl[s];
    }
    expect(await pnlOf({})).toEqual(expected);
  });

  it('takes a market, and is its portfolio where one run holds all', async () => {
    const example = randomCase(31, { instruments: 20, scenarios: 11 });
    const held = Float64Array.from({ length: 20 }, (_, i) => i - 8.25);
    const { pnl } = await gridPnl(example.market, held, example.scenarios);
    const holdings = [...held].map((quantity, instrument) => ({ instrument, quantity }));
    expect(pnl).toEqual(new Revaluation(example.market, example.scenarios).portfolioPnl(holdings));
  });

  it('holds no more than it says, whatever the number of scenarios', async () => {
    const many = gridPortfolio({ instruments: 5_000, scenarios: 5_000, seed: 5 });
    const reports: number[] = [];
    const { bytes } = await gridPnl(many.columns, many.quantities, many.scenarios, {
      blockScenarios: 250, lineBytes: 1_048_576, progress: (done) => reports.push(done),
    });
    // Columns 86 and quantities 8 bytes an option, two factors, two runs of a block, lines, 4,096 terms of 136 bytes, rest.
    expect(bytes).toBeLessThan(5_000 * 94 + 2 * 5_000 * 8 + 2 * 250 * 8 + 1_048_576 + 4_096 * 136 + 32_768);
    expect(reports).toHaveLength(20);
    expect(reports.at(-1)).toBe(5_000);
  });

  it('refuses columns and quantities that cannot be', async () => {
    const set: ScenarioSet = scenarios;
    const bad = (name: 'forward' | 'volatility' | 'strike', value: number) => {
      const first = firstOptions(portfolio, 10);
      const copy = first.columns[name].slice();
      copy[7] = value;
      return gridPnl({ ...first.columns, [name]: copy }, first.quantities, set);
    };
    await expect(bad('forward', NaN)).rejects.toThrow('the forward of instrument 7 cannot be NaN');
    await expect(bad('volatility', 0)).rejects.toThrow('the volatility of instrument 7 cannot be 0');
    await expect(gridPnl(columns, quantities.subarray(1), set)).rejects.toThrow('there are 8999 quantities for 9000 instruments');
    const infinite = quantities.slice();
    infinite[3] = Infinity;
    await expect(gridPnl(columns, infinite, set)).rejects.toThrow('the quantity of instrument 3 is Infinity');
    await expect(gridPnl(columns, quantities, set, { workers: -1 })).rejects.toThrow('workers must be an integer');
    // Volatility points: -0.3 is more than some options have.
    const absolute: ScenarioSet = { ...set, factors: [set.factors[0], { ...set.factors[1], change: 'absolute' }], moves: set.moves.map((move) => move - 0.5) };
    await expect(gridPnl(columns, quantities, absolute)).rejects.toThrow(/scenario \d+ makes the volatility of instrument \d+ -0\.\d+/);
    expect(allocateColumns(2).forward).toHaveLength(2);
  });
});
