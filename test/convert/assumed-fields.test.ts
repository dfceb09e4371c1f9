import { describe, expect, it } from 'vitest';
import { parseAssumption, withAssumedFields } from '../../src/convert/assumed-fields.ts';
import type { Market } from '../../src/domain/market.ts';

const perpetual = {
  kind: 'perpetual', payoff: 'linear', baseCurrency: 'BTC', quoteCurrency: 'USDC', settlementCurrency: 'USDC',
  contractSize: 1, expiryMs: null, strike: null, optionType: null,
} as const;
const market: Market = {
  asOfMs: 0,
  instruments: [{ ...perpetual, name: 'A' }, { ...perpetual, name: 'B' }],
  forward: Float64Array.of(1, 2),
  impliedVolatility: Float64Array.of(NaN, NaN),
  indexPrice: new Map(),
  openInterest: new Float64Array(2),
  fields: new Map([['fundingRate', Float64Array.of(0.25, NaN)]]),
};

describe('assumed quotes', () => {
  it('stand where the market has none, and only there', () => {
    const { fields } = withAssumedFields(market, new Map([['fundingRate', 0], ['interestRate', 0.5]]));
    expect([...fields!.get('fundingRate')!]).toEqual([0.25, 0]);
    expect([...fields!.get('interestRate')!]).toEqual([0.5, 0.5]);
    expect([...market.fields!.get('fundingRate')!]).toEqual([0.25, NaN]);
  });

  it('are written as in market files', () => {
    expect(parseAssumption('interest_rate=-0.01')).toEqual(['interestRate', -0.01]);
  });

  it.each(['interest_rate', 'interest_rate=', 'interest_rate=x', 'rate=1', 'interest_rate=1=2', 'toString=1'])(
    "'%s' is refused, with the fields there are",
    (text) => {
      expect(() => parseAssumption(text)).toThrow(/--assume must be a field and a number.*funding_rate/s);
    },
  );
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
