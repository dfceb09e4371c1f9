import { describe, expect, it } from 'vitest';
import { crisisScenarios, cryptoGrid, gridScenarios, movesOf, parseCrises, shippedCrises, spanGrid, timsGrid } from '../../src/index.ts';
import { thrownBy } from './fixtures.ts';

describe('grids', () => {
  it('days slowest, then price, then volatility', () => {
    const grid = gridScenarios({ price: [-0.1, 0.1], volatility: [0, 0.5], days: [0, 7] }, { underlyings: ['A', 'B@2026-09-25'] });
    expect(grid.count).toBe(8);
    expect([...movesOf(grid, 0)]).toEqual([-0.1, -0.1, 0.1, 0.1, -0.1, -0.1, 0.1, 0.1]);
    expect(movesOf(grid, 1)).toEqual(movesOf(grid, 0));
    expect([...movesOf(grid, 2)]).toEqual([0, 0.5, 0, 0.5, 0, 0.5, 0, 0.5]);
    expect([...grid.days!]).toEqual([0, 0, 0, 0, 7, 7, 7, 7]);
    expect(grid.factors[1]).toEqual({ kind: 'price', underlying: 'B', expiry: '2026-09-25', change: 'relative' });
    expect(grid.labels![5]).toBe('7 days, price:A+B@2026-09-25 -10%, volatility:A+B@2026-09-25 +50%');
  });

  it('own axes: every combination with the others', () => {
    const grid = gridScenarios({ price: [0.1, 0.2, 0.3] }, { underlyings: ['A'], own: { B: { price: [1, 2] } } });
    expect([...movesOf(grid, 0)]).toEqual([0.1, 0.1, 0.2, 0.2, 0.3, 0.3]);
    expect([...movesOf(grid, 1)]).toEqual([1, 2, 1, 2, 1, 2]);
    expect(grid.axes.map(({ name }) => name)).toEqual(['price:A', 'price:B']);
  });

  it('ranges by step end where they say, without rounding errors of the steps', () => {
    const { axes: [{ values }] } = gridScenarios({ price: { from: -0.3, to: 0.3, step: 0.1 } }, { underlyings: ['A'] });
    expect(values).toEqual([-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3]);
    expect(gridScenarios({ price: { from: 0, to: 1, points: 5 } }, { underlyings: ['A'] }).axes[0].values).toEqual([0, 0.25, 0.5, 0.75, 1]);
    for (const price of [{ from: 0, to: 1, step: 0.3 }, { from: 0, to: 1, step: 0 }, { from: 0, to: -1, step: 0.5 }, [], [NaN]]) {
      expect(thrownBy(() => gridScenarios({ price }, { underlyings: ['A'] })).code).toBe('OptionInvalid');
    }
    expect(thrownBy(() => gridScenarios({ price: { from: 0, to: 1, points: 5000 }, volatility: { from: 0, to: 1, points: 5000 } }, { underlyings: ['A'] })).code).toBe('LimitExceeded');
    expect(thrownBy(() => gridScenarios({ price: [-1] }, { underlyings: ['A'] })).code).toBe('ScenarioInvalid');
  });

  it('the usual ones', () => {
    const tims = [...movesOf(timsGrid(['A'], { down: -0.08, up: 0.06 }), 0)].map((move) => move.toFixed(4));
    expect(tims).toEqual(['-0.0800', '-0.0640', '-0.0480', '-0.0320', '-0.0160', '0.0120', '0.0240', '0.0360', '0.0480', '0.0600']);
    // Both ends given as sizes: ten moves up would be no grid of losses.
    expect(() => timsGrid(['A'], { down: 0.08, up: 0.06 })).toThrow(/range must go from below 0 to above it, got 0.08 to 0.06/);
    const span = spanGrid(['A'], { price: 0.3, volatility: 0.2 });
    // CME: 0, +1/3, -1/3, +2/3, -2/3, +1, -1 of the range, volatility up and down; two extremes.
    const thirds = [0, 0, 1, 1, -1, -1, 2, 2, -2, -2, 3, 3, -3, -3, 9, -9];
    expect([...movesOf(span, 0)].map((move) => Math.round(move * 10) + 0)).toEqual(thirds);
    expect([...movesOf(span, 1)]).toEqual([...Array.from({ length: 14 }, (_, n) => (n % 2 ? -0.2 : 0.2)), 0, 0]);
    expect([...span.lossShares].slice(13)).toEqual([1, 0.33, 0.33]);
    expect(cryptoGrid(['BTC']).count).toBe(25 * 6);
  });
});

describe('crises', () => {
  it('have dates, figures and sources; every move can be a scenario', () => {
    const crises = shippedCrises();
    expect(new Set(crises.map(({ name }) => name)).size).toBe(crises.length);
    for (const { name, from, to, moves } of crises) {
      expect(from <= to, name).toBe(true);
      expect(new Set(moves.map(({ factor }) => factor)).size, name).toBe(moves.length);
      for (const { evidence, relative, levels, points } of moves) {
        expect(evidence === 'none', name).toBe(relative === null && levels === null && points === null);
        if (relative !== null) expect(relative).toBeGreaterThan(-1);
      }
    }
  });

  it('published figures: 1987, the VIX of March 2020, the week and the month of October 2008', () => {
    const set = crisisScenarios(['1987-10-19', '2020-covid', '2008-10-10-week', '2008-10'], { 'price:SPX': {}, 'volatility:SPX': {} });
    // -20.47%; 3386.15 to 2237.40; 1099.23 to 899.22; 1166.36 to 968.75.
    expect([...movesOf(set, 0)]).toEqual([-0.2047, -0.339, -0.182, -0.1694]);
    // VIX 14.38 to 82.69: +475.03%; VXO +313%.
    expect(movesOf(set, 1)[1]).toBeCloseTo(82.69 / 14.38 - 1, 12);
    expect(movesOf(set, 1)[0]).toBeCloseTo(3.13, 3);
    const points = crisisScenarios(['2024-08-05', '2020-covid'], { 'volatility:SPX': {} }, { volatility: 'absolute' });
    expect([...points.moves].map((move) => move.toFixed(4))).toEqual(['0.1520', '0.6831']);
    expect(points.labels).toEqual(['2024-08-05', '2020-covid']);
  });

  it('what is not known is refused, held or dropped, never made up', () => {
    const names = ['2008-09-15', '2025-10-10-low'];
    const error = thrownBy(() => crisisScenarios(names, { 'price:ETH': {} }));
    expect(error).toMatchObject({ code: 'FactorMissing', place: { column: 'price:ETH', value: '2008-09-15' } });
    expect(error.message).toMatch(/has no figure for price:ETH \(and 1 more gaps\)/);
    const held = crisisScenarios(names, { 'price:ETH': {} }, { missing: 'hold' });
    expect([...held.moves]).toEqual([0, 0]);
    expect(held.report.held).toHaveLength(2);
    const dropped = crisisScenarios(names, { 'price:BTC': {}, 'price:ETH': { follows: 'price:BTC', beta: 1.5 } }, { missing: 'drop' });
    expect(dropped.labels).toEqual(['2025-10-10-low']);
    expect([...dropped.moves]).toEqual([-0.1333, -0.1333 * 1.5]);
    expect(dropped.report.proxies).toEqual([{ factor: 'price:ETH', follows: 'price:BTC', beta: 1.5 }]);
    expect(thrownBy(() => crisisScenarios(['nothing'], {})).message).toMatch(/no crisis is named 'nothing'; there are 1987-10-19/);
    expect(thrownBy(() => crisisScenarios(names, { 'price:ETH': { follows: 'volatility:SPX' } })).code).toBe('OptionInvalid');
    expect(thrownBy(() => crisisScenarios(['2008-09-15'], { 'price:BTC': { follows: 'price:SPX', beta: 30 } })).code).toBe('ScenarioInvalid');
  });

  it('files of one\'s own are checked', () => {
    const move = { factor: 'price:A', relative: -0.1, measure: 'close', evidence: 'press', source: 'x' };
    const of = (change: object): unknown => ({ sources: { x: 'a paper' }, crises: [{ name: 'n', title: 't', from: '2020-01-01', to: '2020-01-02', moves: [{ ...move, ...change }] }] });
    expect(parseCrises(of({}))[0].moves[0].source).toBe('a paper');
    for (const change of [{ levels: [1, 2] }, { relative: 'x' }, { evidence: 'rumour' }, { relative: undefined, points: 0.1 }, { relative: undefined, levels: [0, 1] }]) {
      expect(thrownBy(() => parseCrises(of(change))).code).toBe('ParameterInvalid');
    }
  });
});
