import { describe, expect, it } from 'vitest';
import { alignedPrice, strikeAlignment } from '../../src/span/price-format.ts';

describe('prices in fractions', () => {
  it.each([
    ['decimals', 10740, 2, '', 107.4],
    ['negative locator', 25, -2, '', 2500],
    ['32nds', 117130, 3, 'C', 117.40625],
    ['eighths of a 32nd', 106161, 3, 'C', 106 + 16.125 / 32],
    ['64ths', 3540, 3, 'K', 3.84375],
    ['eighths of a cent', 4472, 3, '0', 4.4725],
    ['strike in eighths', 1122, 1, '0', 112.25],
    ['zero', 0, 0, 'C', 0],
  ])('%s', (_title, digits, decimals, alignment, expected) => {
    expect(alignedPrice(digits, decimals, alignment)).toBeCloseTo(expected, 12);
  });

  it('knows no 4, no 9 and no other code', () => {
    expect(alignedPrice(117134, 3, 'C')).toBeNull();
    expect(alignedPrice(117139, 3, '0')).toBeNull();
    expect(alignedPrice(117130, 3, 'Q')).toBeNull();
  });

  it('takes strikes with decimals of a family in 32nds as eighths', () => {
    expect(strikeAlignment('', 'C', 1)).toBe('0');
    expect(strikeAlignment('', 'C', 0)).toBe('');
    expect(strikeAlignment('', '', 1)).toBe('');
    expect(strikeAlignment('K', 'C', 3)).toBe('K');
  });
});
