import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instrument } from '../../src/domain/instrument.ts';
import { netPosition, type PositionPart } from '../../src/pooling/net-position.ts';

const linear: Instrument = {
  name: 'X', kind: 'perpetual', payoff: 'linear', baseCurrency: 'X', quoteCurrency: 'USD', settlementCurrency: 'USD', contractSize: 2,
  expiryMs: null, strike: null, optionType: null,
};
const inverse: Instrument = { ...linear, payoff: 'inverse', settlementCurrency: 'X', contractSize: 10 };

/** Value of a position at a price, by the table of instrument.ts. */
function valueOf({ payoff, contractSize }: Instrument, { quantity, entryPrice }: PositionPart, price: number): number {
  if (quantity === 0) return 0;
  return quantity * contractSize * (payoff === 'inverse' ? 1 / entryPrice - 1 / price : price - entryPrice);
}

describe('netPosition', () => {
  it('linear: averages what is on the side that is left, realises what the other closes of it', () => {
    // Long 10 at 100 and 10 at 120 average 110; short 5 at 130 closes 5 of them: 2 x 5 x (130 - 110) = 200.
    const parts = [{ quantity: 10, entryPrice: 100 }, { quantity: -5, entryPrice: 130 }, { quantity: 10, entryPrice: 120 }];
    expect(netPosition(linear, parts)).toEqual({ quantity: 15, entryPrice: 110, realisedPnl: 200 });
  });

  it('inverse: averages harmonically and realises in coin', () => {
    // 10 / (5/100 + 5/200) = 133.33...; short 10 at 100 closes all: 10 x (5/100 + 5/200 - 10/100) = -0.25.
    const longs = [{ quantity: 5, entryPrice: 100 }, { quantity: 5, entryPrice: 200 }];
    expect(netPosition(inverse, longs)).toEqual({ quantity: 10, entryPrice: 10 / (5 / 100 + 5 / 200), realisedPnl: 0 });
    const flat = netPosition(inverse, [...longs, { quantity: -10, entryPrice: 100 }]);
    expect([flat.quantity, flat.entryPrice]).toEqual([0, 0]);
    // 5/100 + 5/200 - 10/100 in doubles: half an ulp of 0.1.
    expect(flat.realisedPnl).toBeCloseTo(-0.25, 14);
  });

  it('keeps every bit of a single part and of equal entry prices', () => {
    expect(netPosition(linear, [{ quantity: 0.3, entryPrice: 0.1 }])).toEqual({ quantity: 0.3, entryPrice: 0.1, realisedPnl: 0 });
    const equal = [{ quantity: 3, entryPrice: 0.1 }, { quantity: -1, entryPrice: 0.1 }, { quantity: 7, entryPrice: 0.1 }];
    expect(netPosition(linear, equal)).toEqual({ quantity: 9, entryPrice: 0.1, realisedPnl: 0 });
    expect(netPosition(inverse, [])).toEqual({ quantity: 0, entryPrice: 0, realisedPnl: 0 });
  });

  it('options realise nothing: their premium has left the cash', () => {
    const option: Instrument = { ...linear, kind: 'option', strike: 100, expiryMs: 1, optionType: 'call' };
    const parts = [{ quantity: 5, entryPrice: 1 }, { quantity: -5, entryPrice: 3 }];
    expect(netPosition(option, parts)).toEqual({ quantity: 0, entryPrice: 0, realisedPnl: 0 });
  });

  it('is worth what its parts are worth, at every price (property)', () => {
    const part = fc.record({ quantity: fc.integer({ min: -1_000, max: 1_000 }), entryPrice: fc.double({ min: 1, max: 1e5, noNaN: true }) });
    const price = fc.double({ min: 1, max: 1e5, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom(linear, inverse), fc.array(part, { maxLength: 8 }), price, (instrument, parts, at) => {
        const net = netPosition(instrument, parts);
        const before = parts.reduce((sum, each) => sum + valueOf(instrument, each, at), 0);
        const scale = parts.reduce((sum, each) => sum + Math.abs(valueOf(instrument, { ...each, entryPrice: 1 }, 1e5)), 1);
        // Each of a dozen operations rounds by 1.1e-16 of the largest amount in it.
        expect(Math.abs(valueOf(instrument, net, at) + net.realisedPnl - before)).toBeLessThanOrEqual(1e-14 * scale * 10);
        expect(net.quantity).toBe(parts.reduce((sum, each) => sum + each.quantity, 0));
      }),
      { numRuns: 2_000 },
    );
  });
});
