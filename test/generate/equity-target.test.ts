import { describe, expect, it } from 'vitest';
import { equityMultiple, healthyMultiple } from '../../src/generate/equity-target.ts';

describe('equityMultiple', () => {
  it.each([
    [0, 0.5], [0.0005, 0.75], [0.001, 1], [0.011, 1.05], [0.021, 1.1],
    // Median of Lomax(2, 10): 10 · (sqrt 2 - 1) = 4.1421.
    [0.021 + 0.979 / 2, 5.2421], [0.021 + 0.979 * 0.99, 91.1],
  ])('at %j is %j', (fraction, multiple) => {
    expect(equityMultiple(fraction)).toBeCloseTo(multiple, 3);
  });

  it('ascends, and keeps clear of the edges 1 and 1.1', () => {
    let previous = 0;
    for (let step = 0; step < 100_000; step++) {
      const multiple = equityMultiple(step / 100_000);
      expect(multiple).toBeGreaterThanOrEqual(previous);
      expect(Math.abs(multiple - 1)).toBeGreaterThan(0.9e-6);
      expect(Math.abs(multiple - 1.1)).toBeGreaterThan(0.9e-6);
      previous = multiple;
    }
    expect(healthyMultiple(1 - 2 ** -53)).toBe(1_000);
  });
});
