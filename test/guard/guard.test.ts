import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calmBreaker, stepBreaker, type BreakerState } from '../../src/guard/breaker.ts';
import { judgePrice, type PriceMemory } from '../../src/guard/price-judge.ts';
import { robustIndex, type SourcePrice } from '../../src/guard/robust-index.ts';
import { defaultGuardRules, parseGuardRules } from '../../src/guard/rules.ts';

describe('judgePrice', () => {
  const question = { quotedMs: 100, nowMs: 100, jump: 0.25, maxAgeMs: 50, acceptAfterMs: 20, confirmed: false };
  const at100: PriceMemory = { trusted: 100, suspect: NaN, suspectSinceMs: NaN };

  it.each([
    ['within the band', { value: 125 }, at100, null],
    ['above it', { value: 125.01 }, at100, 'jump'],
    ['at the lower end: 100 / 1.25', { value: 80 }, at100, null],
    ['below it', { value: 79.99 }, at100, 'jump'],
    ['above it, but confirmed', { value: 300, confirmed: true }, at100, null],
    ['the first price', { value: 7 }, { trusted: NaN, suspect: NaN, suspectSinceMs: NaN }, null],
    ['zero', { value: 0 }, at100, 'not-a-price'],
    ['zero, confirmed', { value: 0, confirmed: true }, at100, 'not-a-price'],
    ['NaN', { value: NaN }, at100, 'not-a-price'],
    ['negative', { value: -5 }, at100, 'not-a-price'],
    ['infinite', { value: Infinity }, at100, 'not-a-price'],
    ['as old as it may be', { value: 100, nowMs: 150 }, at100, null],
    ['older', { value: 100, nowMs: 151 }, at100, 'stale'],
    ['from the future', { value: 100, quotedMs: 101 }, at100, 'stale'],
    ['of no time', { value: 100, quotedMs: NaN }, at100, 'stale'],
  ] as const)('%s', (_name, asked, memory, expected) => {
    expect(judgePrice({ ...question, ...asked }, memory).reason).toBe(expected);
  });

  it('trusts a jump that lasts, from the moment it is due', () => {
    const jumped = judgePrice({ ...question, value: 200 }, at100);
    expect(jumped).toEqual({ reason: 'jump', memory: { trusted: 100, suspect: 200, suspectSinceMs: 100 } });
    const later = { ...question, value: 210, quotedMs: 119, nowMs: 119 };
    // Time alone does not do it: the quote must have been renewed.
    expect(judgePrice({ ...later, quotedMs: 100, nowMs: 130 }, jumped.memory).reason).toBe('jump');
    expect(judgePrice(later, jumped.memory).reason).toBe('jump');
    expect(judgePrice({ ...later, quotedMs: 120, nowMs: 120 }, jumped.memory)).toEqual({
      reason: null, memory: { trusted: 210, suspect: NaN, suspectSinceMs: NaN },
    });
    // Somewhere else: the watch starts again.
    expect(judgePrice({ ...later, value: 500 }, jumped.memory).memory).toEqual({ trusted: 100, suspect: 500, suspectSinceMs: 119 });
  });

  it('a price older than the limit is never trusted, however the times are', () => {
    const time = fc.integer({ min: -1_000_000, max: 1_000_000 });
    fc.assert(fc.property(time, time, fc.integer({ min: 0, max: 1_000 }), fc.boolean(), (quotedMs, nowMs, maxAgeMs, confirmed) => {
      const { reason } = judgePrice({ ...question, value: 100, quotedMs, nowMs, maxAgeMs, confirmed }, at100);
      expect(reason === null).toBe(quotedMs <= nowMs && nowMs <= quotedMs + maxAgeMs);
    }), { numRuns: 5_000 });
  });
});

describe('robustIndex', () => {
  const rule = { countMin: 3, maxAgeMs: 10, outlier: 0.02, tolerance: 0.01 };
  const at = (price: number, timeMs = 100): SourcePrice => ({ price, timeMs });

  it('is the median of fresh sources without outliers, and says who was left out', () => {
    const sources = { a: at(100), b: at(101), c: at(99.5), d: at(150), e: at(100, 89), f: at(NaN), g: at(100, 101), h: at(0) };
    // Fresh: 99.5, 100, 101, 150: median 100.5; within 2%: 99.5, 100, 101.
    expect(robustIndex(sources, rule, 100)).toEqual({
      price: 100, used: ['a', 'b', 'c'], leftOut: { d: 'outlier', e: 'stale', f: 'not-a-price', g: 'from-the-future', h: 'not-a-price' },
    });
  });

  it('is nothing with too few sources', () => expect(robustIndex({ a: at(1), b: at(1) }, rule, 100).price).toBeNaN());

  it('is nothing where the sources are further from each other than an outlier may be', () => {
    const sources = { a: at(99), b: at(99), c: at(100.99), d: at(100.99), e: at(5e-324) };
    // The median is 99, and only two are within 2% of it.
    expect(robustIndex(sources, rule, 100)).toEqual({
      price: NaN, used: ['a', 'b'], leftOut: { c: 'outlier', d: 'outlier', e: 'outlier' },
    });
  });

  it('no minority of sources moves it beyond the others', () => {
    // Honest ones are nearer to each other than the rule's 2%: from 99 to 101 it may leave out the half of them.
    const price = fc.double({ min: 99.1, max: 101, noNaN: true });
    const anything = fc.oneof(fc.double(), fc.constantFrom(0, -1, NaN, Infinity, 1e-300, 1e300));
    fc.assert(fc.property(fc.array(price, { minLength: 4, maxLength: 9 }), fc.array(anything, { maxLength: 3 }), (honest, liars) => {
      const named = [...honest, ...liars].map((each, place) => [`s${place}`, at(each)] as const);
      const index = robustIndex(Object.fromEntries(named), rule, 100).price;
      expect(index).toBeGreaterThanOrEqual(Math.min(...honest));
      expect(index).toBeLessThanOrEqual(Math.max(...honest));
    }), { numRuns: 5_000 });
  });
});

describe('stepBreaker', () => {
  const rule = { shareMax: 0.05, countMin: 10, confirmMove: 0, confirmBasis: 1, confirmVolatility: 1, expireAfterMs: 60 };
  const held: BreakerState = { heldSinceMs: 100, released: false };
  const released: BreakerState = { heldSinceMs: NaN, released: true };

  it.each([
    ['few of many', calmBreaker, 50, 1_000, false, 100, 'calm'],
    ['more than the share', calmBreaker, 51, 1_000, false, 100, 'held'],
    ['more than the share, confirmed', calmBreaker, 51, 1_000, true, 100, 'confirmed'],
    ['nearly all of a small book', calmBreaker, 9, 10, false, 100, 'calm'],
    ['still held', held, 500, 1_000, false, 159, 'held'],
    ['held until it expires', held, 500, 1_000, false, 160, 'expired'],
    ['held and then confirmed', held, 500, 1_000, true, 120, 'confirmed'],
    ['released', released, 500, 1_000, false, 101, 'released'],
    ['released and calm again', released, 5, 1_000, false, 101, 'calm'],
  ] as const)('%s', (_name, state, liquidations, sets, confirmed, nowMs, expected) => {
    expect(stepBreaker(state, liquidations, sets, () => confirmed, nowMs, rule).outcome).toBe(expected);
  });

  it('is armed again after a calm tick', () => {
    const { state } = stepBreaker(released, 0, 1_000, () => false, 101, rule);
    expect(stepBreaker(state, 500, 1_000, () => false, 102, rule).outcome).toBe('held');
  });
});

describe('guard rules', () => {
  it('are the default ones unless the file says otherwise', () => {
    expect(parseGuardRules(undefined)).toEqual(defaultGuardRules);
    expect(parseGuardRules({ breaker: { shareMax: 0.2 } }).breaker).toEqual({ ...defaultGuardRules.breaker, shareMax: 0.2 });
  });

  it.each([
    [{ price: { maxAgeMs: -1 } }, 'price.maxAgeMs'],
    [{ price: { indexJump: 0 } }, 'price.indexJump'],
    [{ price: { basisJump: NaN } }, 'price.basisJump'],
    [{ price: { volatilityJump: null } }, 'price.volatilityJump'],
    [{ price: { acceptAfterMs: '1' } }, 'price.acceptAfterMs'],
    [{ price: { jump: 1 } }, 'price.jump'],
    [{ sources: { countMin: 1.5 } }, 'sources.countMin'],
    [{ sources: { maxAgeMs: -1 } }, 'sources.maxAgeMs'],
    [{ sources: { outlier: 0 } }, 'sources.outlier'],
    [{ sources: { tolerance: -1 } }, 'sources.tolerance'],
    [{ breaker: { shareMax: 2 } }, 'breaker.shareMax'],
    [{ breaker: { countMin: 0 } }, 'breaker.countMin'],
    [{ breaker: { confirmMove: -1 } }, 'breaker.confirmMove'],
    [{ breaker: { confirmBasis: 0 } }, 'breaker.confirmBasis'],
    [{ breaker: { confirmVolatility: 'x' } }, 'breaker.confirmVolatility'],
    [{ breaker: { expireAfterMs: Infinity } }, 'breaker.expireAfterMs'],
    [{ other: {} }, 'rules.other'],
  ])('%j is refused, naming %s', (input, path) => {
    expect(() => parseGuardRules(input)).toThrowError(expect.objectContaining({ code: 'ParameterInvalid', place: expect.objectContaining({ column: path }) as unknown }) as Error);
  });
});
