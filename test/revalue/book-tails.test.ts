import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bookOf, expectAll, orderOf, run } from './tail-book.ts';

describe('bookTails: SIMD, scalar twin and JavaScript are the sorted P&L', () => {
  it.each([
    ['noise', bookOf(2_500, 8, (_row, _s, random) => random.nextFineFraction() - 0.5)],
    ['ever worse: every scenario is a candidate', bookOf(1_500, 5, (row, s) => -(row + 1) * s)],
    ['ever better: none is after the first', bookOf(1_500, 5, (row, s) => (row + 1) * s)],
    ['few values, many equal', bookOf(2_000, 6, (_row, _s, random) => random.nextIndex(3) - 1)],
    ['a crash among calm', bookOf(2_000, 6, (_row, s, random) => (s % 400 === 399 ? -1e9 : 1e-9) * random.nextFineFraction())],
    ['all alike', bookOf(1_000, 3, () => -1)],
  ])('%s', (_name, book) => {
    for (const capacity of [1, 2, 25, 63]) {
      expectAll(book, capacity, {});
      expectAll(book, capacity, { tile: 64, screenTile: 96, chunk: 4 });
      expectAll(book, capacity, { tile: 16, screenTile: 40, block: 300, chunk: 3 });
      // Room for the candidates of little more than one portfolio: a chunk goes through in pieces.
      expectAll(book, capacity, { screenChunk: 2, candidates: 1 });
    }
    expectAll(book, 5_000, { tile: 32, screenTile: 8, block: 128, chunk: 5 });
  });

  it('for random books and sizes', () => {
    const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -1e9, max: 1e9, noNaN: true }));
    const books = fc.integer({ min: 1, max: 90 }).chain((scenarios) => fc.record({
      rows: fc.array(fc.array(value, { minLength: scenarios, maxLength: scenarios }), { minLength: 4, maxLength: 4 }),
      portfolios: fc.array(fc.array(fc.tuple(fc.nat(3), value), { maxLength: 6 }), { minLength: 1, maxLength: 5 }),
    }));
    const eights = fc.integer({ min: 1, max: 7 }).map((count) => 8 * count);
    const sizes = fc.record({
      tile: eights, screenTile: eights, block: fc.integer({ min: 1, max: 99 }), chunk: fc.integer({ min: 1, max: 6 }),
      screenChunk: fc.integer({ min: 1, max: 4 }), candidates: fc.integer({ min: 0, max: 200 }),
    });
    fc.assert(fc.property(books, fc.integer({ min: 1, max: 40 }), sizes, (book, capacity, some) => {
      expectAll(book, capacity, some);
    }), { numRuns: 150 });
  });

  it('many positions, one after the other and in one portfolio', () => {
    const { rows } = bookOf(300, 6, (_row, _s, random) => random.nextFineFraction() - 0.5);
    const portfolios = [1, 62, 63, 64, 65, 200, 2, 63, 64].map((size) =>
      Array.from({ length: size }, (_, p): [number, number] => [p % 6, ((p * 37) % 11) - 4.5]));
    for (const capacity of [1, 20, 299]) expectAll({ rows, portfolios }, capacity, { screenChunk: 4 });
  });
});

describe('portfolios that the screen cannot be used for, among others', () => {
  const noise = bookOf(200, 4, (_row, _s, random) => random.nextFineFraction() - 0.5);
  const falling = bookOf(200, 4, (row, s) => (row + 1) * (200 - s));
  it.each([
    ['next to nothing', [[0, 1e-290], [1, -3e-291]]],
    ['denormal', [[0, 4e-320], [2, 5e-324]]],
    ['nearly too large', [[0, 1e292], [1, -3e293]]],
    ['nothing', []],
    ['no quantity', [[0, 0], [3, 0]]],
  ] as [string, [number, number][]][])('%s', (_name, portfolio) => {
    for (const { rows, portfolios } of [noise, falling]) {
      const book = { rows, portfolios: [...portfolios, portfolio, portfolios[5], portfolio] };
      for (const capacity of [1, 40]) {
        expectAll(book, capacity, {});
        expectAll(book, capacity, { candidates: 0, chunk: 4, block: 77 });
      }
      expectAll(book, 300, {});
    }
  });

  it('one position more than can be screened, and as many as can', () => {
    const { rows } = bookOf(24, 4, (_row, _s, random) => random.nextFineFraction() - 0.5);
    const many = Array.from({ length: 16_001 }, (_, p): [number, number] => [p % 4, (p % 7) - 3]);
    expectAll({ rows, portfolios: [many, many.slice(1), [[0, 1]]] }, 5, {});
  });
});

describe('the screen', () => {
  const value = fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.integer({ min: -5, max: 5 }));
  const books = fc.integer({ min: 1, max: 40 }).chain((scenarios) => fc.record({
    rows: fc.array(fc.array(value, { minLength: scenarios, maxLength: scenarios }), { minLength: 5, maxLength: 5 }),
    portfolios: fc.array(fc.array(fc.tuple(fc.nat(4), value), { minLength: 1, maxLength: 9 }), { minLength: 3, maxLength: 3 }),
  }));

  it('differs from P&L in its unit by less than half the positions and three', () => {
    fc.assert(fc.property(books, (book) => {
      const { plan, buffer } = run(book, 1, { screenTile: 16 }, 'simd');
      const sums = new Int16Array(buffer, plan.scratch[0] + plan.within.sums, 3 * plan.screenCells);
      const largest = book.rows.map((row) => Math.max(...row.map(Math.abs)));
      const order = orderOf(0, book.rows[0].length, true);
      book.portfolios.forEach((held, portfolio) => {
        const conceivable = held.reduce((sum, [row, quantity]) => sum + Math.abs(quantity) * largest[row], 0);
        if (!(conceivable > 1e-280)) return;
        const unit = (conceivable * 32_768) / (32_767 * (32_766 - held.length));
        order.forEach((scenario, place) => {
          const pnl = held.reduce((sum, [row, quantity]) => sum + quantity * book.rows[row][scenario], 0);
          const error = Math.abs(sums[portfolio * plan.screenCells + place] - pnl / unit);
          expect(error).toBeLessThan(Math.floor(held.length / 2) + 3);
        });
      });
    }), { numRuns: 300 });
  });

  it('finds the worst scenario where errors of all positions add up, here one way and there the other', () => {
    // 172 positions: A = 32766 - 172 = 86 * 379, S = 86 (189.45 + 189.55) = A. Weights are 189 and 190 instead of 189.45
    // and 189.55. P&L / 86 of scenario 0: -189.45 + 189.55 * 0.998 = -0.28; screened -189 + 190 * 0.998 = 0.62. Of
    // scenario 1: -0.1, screened -1. So the worst, at -24 units, is screened as 53, and the other as -86: more than the
    // bound of one error, 89, apart.
    const calm = Array.from({ length: 30 }, () => 0);
    const rows = [[-1, 1, ...calm], [0.998, -1, ...calm]];
    const portfolio = Array.from({ length: 172 }, (_, p): [number, number] => [p % 2, p % 2 === 0 ? 189.45 : 189.55]);
    expectAll({ rows, portfolios: [portfolio] }, 1, {});
  });

  it('leaves about as many candidates as a tail holds', () => {
    const book = bookOf(2_500, 8, (_row, _s, random) => random.nextFineFraction() - 0.5);
    const { plan, buffer } = run(book, 63, {}, 'simd');
    const state = new Uint32Array(buffer, plan.scratch[0] + plan.within.state, 8 * 9);
    // First and end of a portfolio's candidates: the first portfolio has no position, so that all are.
    const counts = book.portfolios.map((_, portfolio) => state[8 * portfolio + 3] - state[8 * portfolio + 2]);
    expect(counts[0]).toBe(2_500);
    for (const count of counts.slice(1)) {
      expect(count).toBeGreaterThanOrEqual(63);
      expect(count).toBeLessThan(2 * 63);
    }
  });
});
