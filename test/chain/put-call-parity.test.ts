import { describe, expect, it } from 'vitest';
import type { OptionQuote } from '../../src/chain/chain.ts';
import {
  contradictsParity, fitParity, pairsForFit, parityPair, parityResidual,
} from '../../src/chain/put-call-parity.ts';
import type { ParityPair } from '../../src/chain/put-call-parity.ts';

function pair(strike: number, callMinusPut: number, halfSpread = 0.5): ParityPair {
  return { strike, callMinusPut, halfSpread };
}

// D = 0.98, F = 105: C - P = 0.98 · (105 - K).
const linearPairs = [
  pair(100, 4.9), pair(101, 3.92), pair(102, 2.94), pair(103, 1.96), pair(104, 0.98), pair(106, -0.98),
];

describe('fitParity', () => {
  it('finds forward and discount factor of a linear expiry', () => {
    const fit = fitParity(linearPairs, 'linear')!;
    expect(fit.forward).toBeCloseTo(105, 10);
    expect(fit.discountFactor).toBeCloseTo(0.98, 12);
    expect(fit.medianAbsoluteResidual).toBeLessThan(1e-12);
    expect(fit.inconsistentShare).toBe(0);
  });

  it('is not moved by a stale pair, and counts it', () => {
    const fit = fitParity([...linearPairs, pair(107, -1.96 + 50)], 'linear')!;
    expect(fit.forward).toBeCloseTo(105, 10);
    expect(fit.discountFactor).toBeCloseTo(0.98, 12);
    expect(fit.inconsistentShare).toBeCloseTo(1 / 7, 12);
  });

  it('finds the forward of an inverse expiry: C - P = 1 - K/F with F = 62,500', () => {
    const pairs = [pair(50_000, 0.2), pair(56_250, 0.1), pair(62_500, 0), pair(65_000, -0.04), pair(75_000, -0.2)];
    const fit = fitParity(pairs, 'inverse')!;
    expect(fit.forward).toBeCloseTo(62_500, 7);
    expect(fit.discountFactor).toBe(1);
  });

  it('refuses four pairs', () => {
    expect(fitParity(linearPairs.slice(0, 4), 'linear')).toBeNull();
    expect(fitParity(linearPairs.slice(0, 5), 'linear')).not.toBeNull();
  });
});

describe('parityResidual', () => {
  const curve = { forward: 105, discountFactor: 0.98 };

  it('is quoted minus demanded', () => {
    expect(parityResidual(pair(100, 5.2), curve, 'linear')).toBeCloseTo(0.3, 12);
    expect(parityResidual(pair(84, 0.25), { forward: 105, discountFactor: 1 }, 'inverse')).toBeCloseTo(0.05, 12);
  });

  it('contradicts parity only beyond the half-spreads; a residual that is no number does', () => {
    expect(contradictsParity(pair(100, 5.3), curve, 'linear')).toBe(false);
    expect(contradictsParity(pair(100, 5.5), curve, 'linear')).toBe(true);
    expect(contradictsParity(pair(100, 4.3), curve, 'linear')).toBe(true);
    expect(contradictsParity(pair(100, NaN), curve, 'linear')).toBe(true);
  });
});

function option(optionType: 'call' | 'put', bid: number | null, ask: number | null): OptionQuote {
  return { row: 1, expiryMs: 0, strike: 100, optionType, bid, ask, openInterest: null };
}

describe('parityPair', () => {
  it('is mids and half-spreads of both sides', () => {
    const result = parityPair({ strike: 100, call: option('call', 10, 11), put: option('put', 4, 4.5) });
    expect(result).toEqual({ strike: 100, callMinusPut: 6.25, halfSpread: 0.75 });
  });

  it('needs both sides with good quotes', () => {
    expect(parityPair({ strike: 100, call: option('call', 10, 11), put: null })).toBeNull();
    expect(parityPair({ strike: 100, call: option('call', 10, 11), put: option('put', 0, 4.5) })).toBeNull();
    expect(parityPair({ strike: 100, call: option('call', 12, 11), put: option('put', 4, 4.5) })).toBeNull();
  });
});

describe('pairsForFit', () => {
  const strikeAt = (strike: number, spread: number) =>
    ({ strike, call: option('call', 10, 10 + spread), put: option('put', 4, 4 + spread) });

  it('takes strikes within a tenth of spot', () => {
    const strikes = [89, 90, 110, 111].map((strike) => strikeAt(strike, 0.1));
    expect(pairsForFit(strikes, 100, 'linear').map((found) => found.strike)).toEqual([90, 110]);
  });

  it('takes half-spreads up to 0.5% of spot; of one coin for inverse', () => {
    const linear = pairsForFit([strikeAt(100, 0.5), strikeAt(101, 0.625)], 100, 'linear');
    expect(linear.map((found) => found.strike)).toEqual([100]);
    const inverse = pairsForFit([strikeAt(100, 0.004), strikeAt(101, 0.006)], 100, 'inverse');
    expect(inverse.map((found) => found.strike)).toEqual([100]);
  });
});
