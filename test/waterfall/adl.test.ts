import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocateAdl, type AdlRequest, type AdlRule } from '../../src/waterfall/adl-allocation.ts';
import { adlScoreColumn, ranked, type AdlCandidates } from '../../src/waterfall/adl-rank.ts';
import type { ContractTerms } from '../../src/waterfall/contract-value.ts';

const linear: ContractTerms = { payoff: 'linear', contractSize: 1, lotDecimals: 0, moneyDecimals: 6 };
const inverse: ContractTerms = { ...linear, payoff: 'inverse', contractSize: 10, moneyDecimals: 8 };

interface Row {
  readonly lots: number;
  readonly entry?: number;
  readonly equity?: number;
  readonly notional?: number;
  readonly bankruptcy?: number;
}

function candidates(side: 'long' | 'short', rows: readonly Row[]): AdlCandidates {
  return {
    side,
    lots: Float64Array.from(rows, ({ lots }) => lots),
    entryPrice: Float64Array.from(rows, ({ entry = NaN }) => entry),
    equity: Float64Array.from(rows, ({ equity = 1 }) => equity),
    notional: Float64Array.from(rows, ({ notional = 0 }) => notional),
    bankruptcyPrice: Float64Array.from(rows, ({ bankruptcy = NaN }) => bankruptcy),
  };
}

function closed(rule: AdlRule, lots: bigint, rows: readonly Row[], more: Partial<AdlRequest> = {}): number[] {
  const request = { candidates: candidates('short', rows), at: { terms: linear, mark: 100 }, rule, lots, eligible: 'any' as const, ...more };
  return [...allocateAdl(request).lots];
}

describe('ADL ranks', () => {
  it('BitMEX: profit rate times effective leverage for winners, divided by it for losers', () => {
    // Longs at mark 110. Entry 100: rate 0.1. Value 110 against 22 of equity: leverage 5 -> 0.5.
    // Entry 88, equity 55: rate 22/88 = 0.25, leverage 2 -> 0.5. Entry 125: rate -15/125 = -0.12, leverage 4 -> -0.03.
    const rows = [{ lots: 1, entry: 100, equity: 22 }, { lots: 1, entry: 88, equity: 55 }, { lots: 1, entry: 125, equity: 27.5 }];
    const scores = adlScoreColumn('bitmex', candidates('long', rows), { terms: linear, mark: 110 });
    expect([...scores].map((score) => Number(score.toFixed(12)))).toEqual([0.5, 0.5, -0.03]);
  });

  it('effective leverage is |mark value| / (mark value - bankrupt value) where the position has a bankruptcy price', () => {
    // Inverse long, 1 contract of 10 USD: mark value -10/50,000 = -0.0002 BTC, bankrupt value -10/40,000 = -0.00025:
    // difference 0.00005, leverage 4. Entry 45,000: rate (10/45,000 - 10/50,000) / (10/45,000) = 0.1. Score 0.4.
    const rows = [{ lots: 1, entry: 45_000, bankruptcy: 40_000 }];
    const [score] = adlScoreColumn('bitmex', candidates('long', rows), { terms: inverse, mark: 50_000 });
    expect(score).toBeCloseTo(0.4, 12);
    // A short of the other direction: bankrupt at 62,500: |0.0002| / (0.0002 - 0.00016) = 5; entry 55,000:
    // (1/50,000 - 1/55,000) x 55,000 = 0.1. Score 0.5.
    const short = [{ lots: 1, entry: 55_000, bankruptcy: 62_500 }];
    expect(adlScoreColumn('bitmex', candidates('short', short), { terms: inverse, mark: 50_000 })[0]).toBeCloseTo(0.5, 12);
  });

  it('Bybit: profit times effective leverage, also for losers', () => {
    // Shorts at 100. Entry 125: 25/125 = 0.2 at leverage 100/10 = 10 -> 2. Entry 80: -0.25 x 4 = -1.
    const rows = [{ lots: 1, entry: 125, equity: 10 }, { lots: 1, entry: 80, equity: 25 }];
    expect([...adlScoreColumn('bybit', candidates('short', rows), { terms: linear, mark: 100 })]).toEqual([2, -1]);
  });

  it('Hyperliquid: mark / entry times notional / account value; shorts entry / mark', () => {
    // Long: 100/80 x 200/50 = 5. Short: 125/100 x 200/50 = 5.
    const at = { terms: linear, mark: 100 };
    expect([...adlScoreColumn('hyperliquid', candidates('long', [{ lots: 2, entry: 80, equity: 50 }]), at)]).toEqual([5]);
    expect([...adlScoreColumn('hyperliquid', candidates('short', [{ lots: 2, entry: 125, equity: 50 }]), at)]).toEqual([5]);
  });

  it('ranks by score, equal ones in their order, those without a score not at all', () => {
    expect([...ranked(Float64Array.of(1, Infinity, NaN, 1, Infinity, -3))]).toEqual([1, 4, 0, 3, 5]);
  });
});

describe('ADL allocation', () => {
  const rows = [{ lots: 40, entry: 110, equity: 100 }, { lots: 100, entry: 120, equity: 1_000 }, { lots: 60, entry: 90, equity: 500 }];

  it('queue closes in full, the last as far as needed', () => {
    // Scores (Bybit): 10/110 x 4,000/100 = 3.6; 20/120 x 10,000/1,000 = 1.7; the third loses.
    expect(closed({ kind: 'queue', score: 'bybit' }, 70n, rows)).toEqual([40, 30, 0]);
    expect(closed({ kind: 'queue', score: 'size' }, 170n, rows)).toEqual([10, 100, 60]);
  });

  it('leaves out losers if only winners are eligible, and says what is left', () => {
    const request = { candidates: candidates('short', rows), at: { terms: linear, mark: 100 }, lots: 170n, eligible: 'profitable' as const };
    for (const rule of [{ kind: 'queue', score: 'size' }, { kind: 'pro-rata', weight: 'size' }, { kind: 'water-filling' }, { kind: 'random' }] as const) {
      const { lots, unfilled } = allocateAdl({ ...request, rule });
      expect([...lots]).toEqual([40, 100, 0]);
      expect(unfilled).toBe(30n);
    }
  });

  it('pro rata by size, by largest remainder', () => {
    // 7 of 40:100:60 = 1.4, 3.5, 2.1: 1 + 3 + 2, and one more for the remainder of .5.
    expect(closed({ kind: 'pro-rata', weight: 'size' }, 7n, rows)).toEqual([1, 4, 2]);
  });

  it('pro rata by equity, nobody more than he holds', () => {
    // 165 of 100:1,000:500: the second would give 103, gives 100; 65 of 100:500 = 10.8 and 54.2.
    expect(closed({ kind: 'pro-rata', weight: 'equity' }, 165n, rows)).toEqual([11, 100, 54]);
  });

  it('pro rata by profit asks no loser', () => {
    // Profits 40 x 10 = 400 and 100 x 20 = 2,000.
    expect(closed({ kind: 'pro-rata', weight: 'profit' }, 60n, rows)).toEqual([10, 50, 0]);
  });

  it('closes whole steps, the rest with those who give', () => {
    // Steps of 10: 6 of them for 40:100:60 as 4, 10, 6 steps: 1.2, 3, 1.8 -> 1, 3, 2; the odd 5 from the first.
    expect(closed({ kind: 'pro-rata', weight: 'size' }, 65n, rows, { step: 10n })).toEqual([15, 30, 20]);
  });

  it('water-filling brings the most levered down to one level', () => {
    // Leverage 10, 6, 2 on equity 100. To 5: 5 lots (of 100 each) and 1 lot.
    const levered = [{ lots: 10, equity: 100, notional: 1_000 }, { lots: 6, equity: 100, notional: 600 }, { lots: 2, equity: 100, notional: 200 }];
    expect(closed({ kind: 'water-filling' }, 6n, levered)).toEqual([5, 1, 0]);
    // 3 lots: only the first, to 7. 12 lots: all to 2. 15: all to 1.
    expect(closed({ kind: 'water-filling' }, 3n, levered)).toEqual([3, 0, 0]);
    expect(closed({ kind: 'water-filling' }, 12n, levered)).toEqual([8, 4, 0]);
    expect(closed({ kind: 'water-filling' }, 15n, levered)).toEqual([9, 5, 1]);
    // The first holds only 2 lots here, its other notional is elsewhere: it gives both, the second the rest.
    const elsewhere = [{ ...levered[0], lots: 2 }, levered[1], levered[2]];
    expect(closed({ kind: 'water-filling' }, 5n, elsewhere)).toEqual([2, 3, 0]);
  });

  it('accounts without equity give first when leverage is levelled', () => {
    expect(closed({ kind: 'water-filling' }, 5n, [{ lots: 9, equity: 10, notional: 900 }, { lots: 4, equity: 0, notional: 400 }])).toEqual([1, 4]);
  });

  it('random orders follow from the seed', () => {
    const many = Array.from({ length: 50 }, () => ({ lots: 2 }));
    const run = (seed: number): number[] => closed({ kind: 'random' }, 21n, many, { seed });
    expect(run(7)).toEqual(run(7));
    expect(run(7)).not.toEqual(run(8));
    expect(run(7).reduce((sum, lots) => sum + lots)).toBe(21);
  });

  it('refuses lots that are no whole numbers, and columns of different lengths', () => {
    expect(() => closed({ kind: 'random' }, 1n, [{ lots: 0.5 }])).toThrow('lots of ADL candidate 1 must be a whole number >= 0, got 0.5');
    expect(() => closed({ kind: 'random' }, -1n, [{ lots: 1 }])).toThrow('lots to close must be >= 0');
    expect(() => closed({ kind: 'random' }, 1n, [{ lots: 1 }], { step: 0n })).toThrow('step must be >= 1');
    const uneven = { ...candidates('short', [{ lots: 1 }]), equity: new Float64Array(2) };
    expect(() => closed({ kind: 'random' }, 1n, [], { candidates: uneven })).toThrow('one length');
  });
});

const ruleOf = fc.constantFrom<AdlRule>(
  { kind: 'queue', score: 'bitmex' }, { kind: 'queue', score: 'hyperliquid' }, { kind: 'queue', score: 'leverage' },
  { kind: 'pro-rata', weight: 'size' }, { kind: 'pro-rata', weight: 'equity' }, { kind: 'pro-rata', weight: 'profit' },
  { kind: 'water-filling' }, { kind: 'random' },
);
const rowOf = fc.record({
  lots: fc.integer({ min: 0, max: 1_000_000 }),
  entry: fc.integer({ min: 1, max: 1_000 }),
  equity: fc.double({ min: -100, max: 1e9, noNaN: true }),
  notional: fc.double({ min: 0, max: 1e10, noNaN: true }),
});

describe('any ADL', () => {
  it('closes what is asked for or all there is, and takes from nobody more than he holds', () => {
    fc.assert(fc.property(
      fc.array(rowOf, { maxLength: 30 }), ruleOf, fc.bigInt({ min: 0n, max: 20_000_000n }), fc.bigInt({ min: 1n, max: 500n }),
      fc.boolean(), fc.constantFrom('any' as const, 'profitable' as const),
      (rows, rule, lots, step, isLong, eligible) => {
        const side = isLong ? 'long' : 'short';
        const held = candidates(side, rows);
        const { lots: taken, unfilled } = allocateAdl({ candidates: held, at: { terms: linear, mark: 500 }, rule, lots, eligible, step, seed: 1 });
        const total = taken.reduce((sum, each) => sum + BigInt(each), 0n);
        expect(total + unfilled).toBe(lots);
        let available = 0n;
        rows.forEach((row, i) => {
          const isWinner = isLong ? row.entry < 500 : row.entry > 500;
          const canGive = (eligible === 'any' || isWinner) &&
            (rule.kind !== 'pro-rata' || rule.weight === 'size' || (rule.weight === 'equity' ? row.equity > 0 : isWinner));
          expect(taken[i] >= 0 && taken[i] <= row.lots).toBe(true);
          if (!canGive) expect(taken[i]).toBe(0);
          if (canGive) available += BigInt(row.lots);
        });
        expect(unfilled).toBe(lots > available ? lots - available : 0n);
      },
    ), { numRuns: 3_000 });
  });

  it('water-filling leaves no larger leverage than any other rule', () => {
    fc.assert(fc.property(
      fc.array(fc.record({ lots: fc.integer({ min: 1, max: 5_000 }), entry: fc.constant(90), equity: fc.integer({ min: 1_000, max: 100_000 }) }), { minLength: 1, maxLength: 12 }),
      ruleOf, fc.double({ min: 0, max: 1, noNaN: true }),
      (rows, rule, part) => {
        const all = rows.map((row) => ({ ...row, notional: row.lots * 100 }));
        const total = BigInt(Math.floor(part * all.reduce((sum, { lots }) => sum + lots, 0)));
        const worst = (taken: readonly number[]): number => Math.max(...all.map(({ lots, equity }, i) => ((lots - taken[i]) * 100) / equity));
        const levelled = worst(closed({ kind: 'water-filling' }, total, all, { candidates: candidates('long', all) }));
        const other = worst(closed(rule, total, all, { candidates: candidates('long', all) }));
        // Lots are whole: one lot (100) on the smallest equity (1,000) is a leverage of 0.1.
        expect(levelled).toBeLessThanOrEqual(other + 0.1);
      },
    ), { numRuns: 1_000 });
  });

  it('takes 100,000 candidates', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => ({ lots: 1 + (i * 7919) % 1_000, entry: 50 + (i % 40), equity: 1 + (i * 104_729) % 5_000, notional: 100 * (1 + (i * 7919) % 1_000) }));
    const held = candidates('long', many);
    for (const rule of [{ kind: 'queue', score: 'hyperliquid' }, { kind: 'pro-rata', weight: 'profit' }, { kind: 'water-filling' }] as const) {
      const { lots, unfilled } = allocateAdl({ candidates: held, at: { terms: linear, mark: 100 }, rule, lots: 15_000_000n, eligible: 'any' });
      expect(unfilled).toBe(0n);
      expect(lots.reduce((sum, each) => sum + each, 0)).toBe(15_000_000);
    }
  });
});
