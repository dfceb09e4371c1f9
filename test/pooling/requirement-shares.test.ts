import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minorOf } from '../../src/money/minor-units.ts';
import { requirementShares } from '../../src/pooling/requirement-shares.ts';

const amounts = (basis: Parameters<typeof requirementShares>[0], decimals = 2) => requirementShares(basis, decimals);

describe('requirementShares', () => {
  it('Euler for the scenario, pro rata for the rest, negative for whoever hedges', () => {
    // Losses 100 and -40 in the scenario that binds: 60 of the 75. Of the 15 left, 10 : 20 by charges 110-100 and 60-40.
    const shares = amounts({ requirement: 75, losses: [{ charged: 60, memberLosses: [100, -40] }], standAlone: [110, 60], standAloneLosses: [100, 40] });
    expect(shares).toEqual([
      { scenario: 10_000n, other: 500n, total: 10_500n },
      { scenario: -4_000n, other: 1_000n, total: -3_000n },
    ]);
  });

  it('what does not divide goes to the largest remainders, also of negative shares', () => {
    // 1.00 by 2 : 1 is 66.67 : 33.33; by 4 : -3 : 2 of 3 is 133.33 : -100 : 66.67.
    const scenario = (...memberLosses: number[]) => {
      const none = memberLosses.map(() => 0);
      return amounts({ requirement: 1, losses: [{ charged: 1, memberLosses }], standAlone: none, standAloneLosses: none }).map((share) => share.scenario);
    };
    expect(scenario(2, 1)).toEqual([67n, 33n]);
    expect(scenario(1, 2)).toEqual([33n, 67n]);
    expect(scenario(4, -3, 2)).toEqual([133n, -100n, 67n]);
    expect(scenario(1, -1)).toEqual([0n, 0n]);
  });

  it('a dampened loss is divided in the ratio of the losses before', () => {
    // 30 charged of 40: three quarters of each member's loss.
    const shares = amounts({ requirement: 30, losses: [{ charged: 30, memberLosses: [60, -20] }], standAlone: [60, 20], standAloneLosses: [60, 20] });
    expect(shares.map(({ total }) => total)).toEqual([4_500n, -1_500n]);
  });

  it('divides evenly what nobody would need alone, and offsets as what they reduce', () => {
    const none = { losses: [], standAlone: [0, 0, 0], standAloneLosses: [0, 0, 0] };
    expect(amounts({ requirement: 1, ...none }).map(({ total }) => total)).toEqual([34n, 33n, 33n]);
    // Two underlyings charge 10 each, an offset between them gives 5 back: charges beside scenarios 3 and 2.
    const losses = [{ charged: 10, memberLosses: [10, 0] }, { charged: 10, memberLosses: [0, 10] }];
    expect(amounts({ requirement: 15, losses, standAlone: [13, 12], standAloneLosses: [10, 10] }).map(({ total }) => total)).toEqual([700n, 800n]);
  });

  it('adds up to the requirement to the minor unit, whatever the amounts (property)', () => {
    const amount = fc.double({ min: 0, max: 1e9, noNaN: true });
    const signed = fc.double({ min: -1e9, max: 1e9, noNaN: true });
    const basis = fc.integer({ min: 1, max: 7 }).chain((count) => {
      const list = (of: typeof amount) => fc.array(of, { minLength: count, maxLength: count });
      const losses = fc.array(fc.record({ charged: amount, memberLosses: list(signed) }), { maxLength: 3 });
      return fc.record({ requirement: amount, losses, standAlone: list(amount), standAloneLosses: list(amount) });
    });
    fc.assert(
      fc.property(basis, fc.constantFrom(2, 6, 8), (each, decimals) => {
        const shares = requirementShares(each, decimals);
        const sum = shares.reduce((total, { scenario, other }) => total + scenario + other, 0n);
        expect(sum).toBe(minorOf(each.requirement, decimals, 'nearest'));
        expect(shares.every(({ scenario, other, total }) => scenario + other === total)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  it('refuses to divide among nobody', () => {
    expect(() => amounts({ requirement: 1, losses: [], standAlone: [], standAloneLosses: [] })).toThrow('among no members');
  });
});
