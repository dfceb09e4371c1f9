import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instrument } from '../../src/domain/instrument.ts';
import { orderSides, worstFills, type OpenOrder } from '../../src/pooling/worst-fills.ts';

const perpetual = (name: string): Instrument => ({
  name, kind: 'perpetual', payoff: 'linear', baseCurrency: 'X', quoteCurrency: 'USD', settlementCurrency: 'USD', contractSize: 1,
  expiryMs: null, strike: null, optionType: null,
});
const option = (name: string, optionType: 'call' | 'put'): Instrument => ({ ...perpetual(name), kind: 'option', strike: 1, expiryMs: 1, optionType });
const order = (id: string, instrument: string, quantity: number): OpenOrder => ({ id, instrument, quantity, limitPrice: 1 });

describe('worstFills', () => {
  it('takes orders of one instrument and side together', () => {
    const orders = [order('1', 'A', 1), order('2', 'B', 2), order('3', 'A', -3), order('4', 'A', 4)];
    const sides = orderSides(orders, perpetual);
    expect(sides.map(({ orders: placed }) => placed.map(({ id }) => id).join())).toEqual(['1,4', '3', '2']);
  });

  it('finds the worst of none, buys, sells and both', () => {
    const sides = orderSides([order('1', 'A', 5), order('2', 'A', -12)], perpetual);
    const requirement = (held: number) => (filled: readonly OpenOrder[]): number => Math.abs(filled.reduce((sum, { quantity }) => sum + quantity, held));
    expect(worstFills(sides, 10, requirement(10), 4)).toBe(15);
    expect(worstFills(sides, 0, requirement(0), 4)).toBe(12);
    expect(worstFills(sides, 3, requirement(3), 4)).toBe(9);
    expect(worstFills([], 7, requirement(7), 4)).toBe(7);
  });

  it('what is not known is worst', () => {
    const sides = orderSides([order('1', 'A', 5)], perpetual);
    expect(worstFills(sides, 10, () => NaN, 4)).toBeNaN();
  });

  it('is exact over all subsets of up to four sides (property)', () => {
    const quantities = fc.array(fc.integer({ min: -9, max: 9 }).filter((each) => each !== 0), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(quantities, fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 6, maxLength: 6 }), (each, weights) => {
        const orders = each.map((quantity, place) => order(`${place}`, `I${place}`, quantity));
        // Largest loss of three scenarios: convex, as a scan risk is.
        const losses = [0, 1, 2].map((scenario) => orders.map(({ quantity }, place) => quantity * weights[(place + 2 * scenario) % 6]));
        const value = (filled: ReadonlySet<OpenOrder>): number =>
          Math.max(0, ...losses.map((loss) => loss.reduce((sum, amount, place) => sum + (filled.has(orders[place]) ? amount : 0), 0)));
        let worst = 0;
        for (let subset = 0; subset < 1 << orders.length; subset++) {
          worst = Math.max(worst, value(new Set(orders.filter((_, place) => (subset >> place) & 1))));
        }
        expect(worstFills(orderSides(orders, perpetual), 0, (filled) => value(new Set(filled)), 4)).toBe(worst);
      }),
      { numRuns: 1_000 },
    );
  });

  it('of many sides finds the one direction that hurts, with a bounded number of questions', () => {
    const names = ['C1', 'C2', 'C3', 'P1', 'P2', 'P3', 'F'];
    const instrumentOf = (name: string) => (name === 'F' ? perpetual(name) : option(name, name.startsWith('C') ? 'call' : 'put'));
    const orders = names.flatMap((name) => [order(`b${name}`, name, 1), order(`s${name}`, name, -1)]);
    const sides = orderSides(orders, instrumentOf);
    let asked = 0;
    const delta = ({ instrument, quantity }: OpenOrder): number => (instrument.startsWith('P') ? -1 : 1) * quantity;
    const worst = worstFills(sides, 0, (filled) => {
      asked++;
      return Math.abs(filled.reduce((sum, each) => sum + delta(each), 0));
    }, 4);
    // Seven sides gain from a rise; no subset has more delta.
    expect(worst).toBe(7);
    expect(asked).toBeLessThanOrEqual(9 + sides.length);
  });
});
