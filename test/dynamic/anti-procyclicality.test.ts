import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyTools, noToolState, type MarginItems, type ToolState } from '../../src/dynamic/anti-procyclicality.ts';
import { parseAntiProcyclicality, type AntiProcyclicalityRules } from '../../src/dynamic/anti-procyclicality-rules.ts';
import { procyclicality } from '../../src/dynamic/procyclicality.ts';

const rulesOf = (input: unknown): AntiProcyclicalityRules => parseAntiProcyclicality(input, 'tools');

/** Margins of a path of bases; stress and ten-year margin constant. */
function run(bases: readonly number[], rules: AntiProcyclicalityRules, stress = 180, tenYear = 90): MarginItems[] {
  let state: ToolState = noToolState;
  return bases.map((base) => {
    const step = applyTools({ base, stress, tenYear }, state, rules);
    // What is stored is plain data.
    state = JSON.parse(JSON.stringify(step.state)) as ToolState;
    return step.items;
  });
}

const margins = (items: readonly MarginItems[]): number[] => items.map(({ margin }) => margin);
const amounts = fc.double({ min: 0.01, max: 1000, noNaN: true });
const paths = fc.array(amounts, { minLength: 1, maxLength: 40 });
const runs = { numRuns: 3000 };
/** Of a margin: three products and sums. */
const rounding = 1e-12;

describe('the tools of EMIR', () => {
  it('stand in the arithmetic of the regulation', () => {
    // base 100, stress 180, ten years 90; then base 60: 0.75 x 60 + 0.25 x 180 = 90.
    expect(margins(run([100], rulesOf({ buffer: {} })))).toEqual([125]);
    expect(margins(run([100], rulesOf({ stress: {} })))).toEqual([120]);
    expect(margins(run([60], rulesOf({ stress: {} })))).toEqual([90]);
    expect(margins(run([100, 60], rulesOf({ floor: {} })))).toEqual([100, 90]);
  });

  it('buffer, absorbing: a day by day table', () => {
    const rules = rulesOf({
      buffer: { fraction: 0.25, releaseAbove: 1.1, referenceDays: 2, release: 'absorb', rebuildAtMost: 1, rebuildPerDay: 0.1 },
    });
    // Reference: mean of the two bases before. Margin stands at 125 while the base catches up.
    const table = [
      // base, margin, share, phase
      [100, 125, 0.25, 'full'],
      [100, 125, 0.25, 'full'],
      [109, 136.25, 0.25, 'full'], // 109 <= 1.1 x 100
      [116, 136.25, 136.25 / 116 - 1, 'released'], // 116 > 1.1 x 104.5 = 114.95
      [130, 136.25, 136.25 / 130 - 1, 'released'], // 130 > 1.1 x 112.5
      [150, 150, 0, 'exhausted'], // 150 > 1.1 x 123, past 136.25
      [150, 150, 0, 'exhausted'], // 150 <= 1.1 x 140 = 154 but > 140: neither released nor rebuilt
      [140, 154, 0.1, 'rebuilding'], // 140 <= 150
      [120, 144, 0.2, 'rebuilding'],
      [120, 150, 0.25, 'full'],
    ] as const;
    const items = run(table.map(([base]) => base), rules);
    items.forEach((each, day) => {
      const [, margin, share, phase] = table[day];
      expect(each.margin).toBeCloseTo(margin, 10);
      expect(each.bufferShare).toBeCloseTo(share, 12);
      expect(each.bufferPhase).toBe(phase);
    });
  });

  it('buffer: boundaries belong to the calm side; the mean is of as many days as stated', () => {
    const rules = rulesOf({ buffer: { releaseAbove: 1.5, referenceDays: 2, release: 'absorb', rebuildAtMost: 1.25, rebuildPerDay: 0.125 } });
    const table = [
      [64, 0.25],
      [64, 0.25],
      [96, 0.25], // = 1.5 x 64
      [256, 0], // > 1.5 x 80, past the buffer
      [220, 0.125], // = 1.25 x 176, the mean of two days; of three it would be 138.7
    ] as const;
    expect(run(table.map(([base]) => base), rules).map(({ bufferShare }) => bufferShare)).toEqual(table.map(([, share]) => share));
  });

  it('buffer, linear: half way from release to exhaustion half of it is left', () => {
    const rules = rulesOf({ buffer: { fraction: 0.2, releaseAbove: 1, exhaustedAt: 2, referenceDays: 10, release: 'linear', rebuildAtMost: 0.9 } });
    // Reference 100: at 150 the half is left, at 250 (reference 125) nothing.
    expect(margins(run([100, 150, 250], rules))).toEqual([120, 150 * 1.1, 250]);
  });

  it('a speed limit holds the margin back, never further below the base than stated and for no longer', () => {
    const rules = rulesOf({ speedLimit: { perDay: 0.1, shortfallMax: 0.5, shortfallDaysMax: 2 } });
    // From 100 to a base of 150: 110, 121, then two days below are over: 150. Down at once.
    expect(margins(run([100, 150, 150, 150, 80], rules)).map((each) => Number(each.toFixed(10)))).toEqual([100, 110, 121, 150, 80]);
    // A tenfold base: at least half of it.
    expect(margins(run([100, 1000], rules))).toEqual([100, 500]);
  });

  it('a tenfold erroneous demand is limited and alarmed (OCC, February 2018)', () => {
    const rules = rulesOf({ speedLimit: { perDay: 0.15, shortfallMax: 1, shortfallDaysMax: 5 }, alarm: { above: 3 } });
    const items = run([100, 1000, 100], rules);
    expect(items.map(({ isAlarm }) => isAlarm)).toEqual([false, true, false]);
    expect(items[1].jump).toBe(10);
    expect(items[1].margin).toBeCloseTo(115, 12);
    // Once the error is corrected nothing is left of it.
    expect(items[2].margin).toBe(100);
    // Without a limit the demand goes out, but not in silence.
    const [, unlimited] = run([100, 1000], rulesOf({ alarm: { above: 3 } }));
    expect([unlimited.margin, unlimited.isAlarm]).toEqual([1000, true]);
  });

  it('a tool without its input is an error that names it, not a tool that does nothing', () => {
    expect(() => applyTools({ base: 100 }, noToolState, rulesOf({ floor: {} }))).toThrow(/tenYear must be a finite number/);
    expect(() => applyTools({ base: 100, tenYear: 1 }, noToolState, rulesOf({ stress: {} }))).toThrow(/stress must be/);
    expect(() => applyTools({ base: NaN }, noToolState, {})).toThrow(/base must be/);
    expect(() => applyTools({ base: 1, tenYear: -1 }, noToolState, rulesOf({ floor: {} }))).toThrow(/tenYear/);
  });

  it.each([
    [{ bufer: {} }, /tools.bufer is not known/],
    [{ buffer: { fracton: 0.25 } }, /tools.buffer.fracton is not known/],
    [{ buffer: { release: 'late' } }, /tools.buffer.release must be absorb or linear/],
    [{ buffer: { release: 'linear', exhaustedAt: 1 } }, /tools.buffer.exhaustedAt must be > releaseAbove/],
    [{ buffer: { rebuildAtMost: 2 } }, /tools.buffer.rebuildAtMost/],
    [{ buffer: { referenceDays: 1.5 } }, /tools.buffer.referenceDays must be a whole number/],
    [{ stress: { weight: 1.1 } }, /tools.stress.weight must be a number in \[0, 1\], got 1.1/],
    [{ speedLimit: { perDay: -1 } }, /tools.speedLimit.perDay/],
    [{ alarm: { above: 0.5 } }, /tools.alarm.above/],
  ])('refuses the rules %o', (input, message) => {
    expect(() => rulesOf(input)).toThrow(message);
  });
});

describe('properties', () => {
  it('the buffer never makes the margin less than the base, nor more than the whole buffer', () => {
    const kinds = fc.constantFrom('absorb', 'linear');
    fc.assert(
      fc.property(paths, kinds, fc.double({ min: 0, max: 1, noNaN: true }), (bases, release, fraction) => {
        const rules = rulesOf({ buffer: { release, fraction, referenceDays: 5, rebuildPerDay: 0.02 } });
        for (const { base, margin } of run(bases, rules)) {
          expect(margin).toBeGreaterThanOrEqual(base);
          expect(margin).toBeLessThanOrEqual(base * (1 + fraction) * (1 + rounding));
        }
      }),
      runs,
    );
  });

  it('an absorbing buffer that is released keeps the margin where it was, until the base has caught up', () => {
    fc.assert(
      fc.property(paths, (bases) => {
        const items = run(bases, rulesOf({ buffer: { referenceDays: 5 } }));
        items.forEach((each, day) => {
          if (each.bufferPhase !== 'released' || !(each.bufferShare < items[day - 1].bufferShare)) return;
          expect(Math.abs(each.margin / items[day - 1].margin - 1)).toBeLessThan(rounding);
        });
      }),
      runs,
    );
  });

  it('the stressed weight lies between base and stress', () => {
    fc.assert(
      fc.property(amounts, amounts, fc.double({ min: 0, max: 1, noNaN: true }), (base, stress, weight) => {
        const [{ margin }] = run([base], rulesOf({ stress: { weight } }), stress);
        expect(margin).toBeGreaterThanOrEqual(Math.min(base, stress) * (1 - rounding));
        expect(margin).toBeLessThanOrEqual(Math.max(base, stress) * (1 + rounding));
      }),
      runs,
    );
  });

  it('the floor is monotone in base and in ten-year margin, and never below either', () => {
    fc.assert(
      fc.property(amounts, amounts, amounts, amounts, (base, more, tenYear, higher) => {
        const floored = (b: number, t: number): number => run([b], rulesOf({ floor: {} }), 0, t)[0].margin;
        expect(floored(base, tenYear)).toBe(Math.max(base, tenYear));
        expect(floored(base + more, tenYear + higher)).toBeGreaterThanOrEqual(floored(base, tenYear));
      }),
      runs,
    );
  });

  it('the speed limit: at most (1 + g) of the day before, unless that would be too little for too long', () => {
    const rule = { perDay: 0.1, shortfallMax: 0.3, shortfallDaysMax: 3 };
    fc.assert(
      fc.property(paths, (bases) => {
        const items = run(bases, rulesOf({ buffer: { referenceDays: 5 }, speedLimit: rule }));
        let below = 0;
        items.forEach(({ base, margin, limit }, day) => {
          const before = items[day - 1]?.margin ?? Infinity;
          const isHeldUp = margin > before * (1 + rule.perDay) * (1 + rounding);
          if (isHeldUp) expect(margin / base <= 1 - rule.shortfallMax + rounding || below >= rule.shortfallDaysMax).toBe(true);
          expect(margin).toBeGreaterThanOrEqual(base * (1 - rule.shortfallMax) * (1 - rounding));
          expect(limit).toBeLessThanOrEqual(0);
          below = margin < base ? below + 1 : 0;
          expect(below).toBeLessThanOrEqual(rule.shortfallDaysMax);
        });
      }),
      runs,
    );
  });

  it('items add up to the margin', () => {
    const rules = rulesOf({ buffer: { referenceDays: 4 }, stress: {}, floor: {}, speedLimit: {}, alarm: {} });
    fc.assert(
      fc.property(paths, amounts, amounts, (bases, stress, tenYear) => {
        for (const each of run(bases, rules, stress, tenYear)) {
          const sum = each.base + each.stress + each.buffer + each.floor + each.limit;
          // Relative to the largest amount that goes into the sum.
          expect(Math.abs(sum - each.margin)).toBeLessThan(1e-12 * Math.max(each.base, stress, tenYear, each.margin) * 2);
        }
      }),
      runs,
    );
  });
});

describe('procyclicality', () => {
  it('measures a path: arithmetic', () => {
    const path = [100, 101, 103, 150, 160, 158, 140, 120, 110, 100];
    const { peakToTrough, rises } = procyclicality(path, { days: [1, 3, 5, 10] });
    expect(peakToTrough).toBe(1.6);
    expect(rises[0]).toEqual({ days: 1, ratio: 150 / 103 - 1, amount: 47 });
    expect(rises[1]).toEqual({ days: 3, ratio: 160 / 101 - 1, amount: 59 });
    expect(rises[2]).toEqual({ days: 5, ratio: 158 / 100 - 1, amount: 58 });
    expect(rises[3]).toEqual({ days: 10, ratio: null, amount: null });
  });

  it('knows the cost, the days at the floor and the standard deviation', () => {
    const measured = procyclicality([3, 3, 6], { unmitigated: [1, 3, 4], atFloor: [true, false, false] });
    // Means 4 and 8/3; deviations -1, -1, 2: 6 / 2.
    expect(measured.cost).toBeCloseTo(4 - 8 / 3, 12);
    expect(measured.relativeCost).toBeCloseTo(0.5, 12);
    expect(measured.daysAtFloor).toBe(1);
    expect(measured.standardDeviation).toBeCloseTo(Math.sqrt(3), 12);
    expect(procyclicality([2]).standardDeviation).toBeNull();
    expect(procyclicality([0, 0])).toMatchObject({ peakToTrough: 1 });
    expect(procyclicality([0, 1], { days: [1] }).rises[0].ratio).toBe(Infinity);
  });

  it('does not change with the unit of the margin, and falls to 1 for a constant one', () => {
    fc.assert(
      fc.property(paths, (path) => {
        const doubled = procyclicality(path.map((each) => each * 4), { days: [1] });
        const plain = procyclicality(path, { days: [1] });
        expect(doubled.peakToTrough).toBe(plain.peakToTrough);
        expect(doubled.rises[0].ratio).toBe(plain.rises[0].ratio);
        expect(procyclicality(path.map(() => 7)).peakToTrough).toBe(1);
      }),
      runs,
    );
  });

  it.each([
    [[], {}, /must not be empty/],
    [[1, -1], {}, /margin of day 2 must be finite and >= 0, got -1/],
    [[1, NaN], {}, /margin of day 2/],
    [[1, 2], { unmitigated: [1] }, /of the same days, got 2 and 1/],
    [[1, 2], { days: [0] }, /days of a rise must be a whole number >= 1, got 0/],
  ])('refuses %o with %o', (path, options, message) => {
    expect(() => procyclicality(path, options)).toThrow(message);
  });
});
