import { describe, expect, it } from 'vitest';
import { quoteDefect, twoSidedQuote } from '../../src/chain/quote-quality.ts';

describe('quoteDefect', () => {
  it.each([
    [null, 1, 'no-bid'],
    [0, 1, 'no-bid'],
    [null, null, 'no-bid'],
    [1, null, 'no-ask'],
    [1, 0, 'no-ask'],
    [2, 1, 'crossed-quote'],
    [1, 1, 'locked-quote'],
    [1, 3.01, 'wide-spread'],
    [1, 3, null],
    [0.05, 0.1, null],
  ])('bid %j ask %j: %j', (bid, ask, defect) => {
    expect(quoteDefect({ bid, ask })).toBe(defect);
  });
});

describe('twoSidedQuote', () => {
  it('is mid and half-spread', () => {
    expect(twoSidedQuote({ bid: 1, ask: 1.5 })).toEqual({ mid: 1.25, halfSpread: 0.25 });
    expect(twoSidedQuote({ bid: 1, ask: 1 })).toBeNull();
  });
});
