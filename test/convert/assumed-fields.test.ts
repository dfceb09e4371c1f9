import { expect, it } from 'vitest';
import { withAssumedFields } from '../../src/convert/assumed-fields.ts';
import { market } from './dollar-book.ts';

it('fills what is unknown and changes nothing that is known', () => {
  const quoted = market({ fields: new Map([['confidence', Float64Array.of(0.5, NaN, 0, NaN)]]) });
  const assumed = withAssumedFields(
    quoted,
    new Map([
      ['confidence', 1],
      ['stablePrice', 0.99],
    ]),
  );
  expect([...assumed.fields!]).toEqual([
    ['confidence', Float64Array.of(0.5, 1, 0, 1)],
    ['stablePrice', Float64Array.of(0.99, 0.99, 0.99, 0.99)],
  ]);
  expect([...quoted.fields!.get('confidence')!]).toEqual([0.5, NaN, 0, NaN]);
  expect(withAssumedFields(quoted, new Map())).toBe(quoted);
});
