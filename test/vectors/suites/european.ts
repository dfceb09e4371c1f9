import { itemsOf, runBatch } from '../batch.ts';
import { checkAbsolute, type Check } from '../check.ts';
import {
  CaseInputError, expectedOf, fieldsOf, listOf, numberOf, optionalNumber, signOf, type Fields,
} from '../fields.ts';
import { evaluateMap, evaluatePrices } from '../pricing-kernels.ts';
import { evaluateSpotOptions, readSpotOption } from '../spot-option.ts';
import type { CaseOutcome, Suite } from '../suite.ts';
import { isListWith, rootOf } from '../table.ts';

/**
 * Published values have four decimals; those computed in doubles are compared at 1e-8. Used where a row states no
 * tolerance.
 */
const publishedTolerance = 1e-4;
const computedTolerance = 1e-8;
const spotColumns = ['type', 'strike', 'spot', 'q', 'r', 't', 'vol'];

export const european: Suite = {
  name: 'european',
  description: 'European values on a spot with yield and rate, on a forward with discount, and with discrete dividends',
  detect: (content) => {
    const root = rootOf(content);
    return isListWith(root['cases'], [...spotColumns, 'expected'])
      || isListWith(root['black76_cases'], ['forward', 'stdDev', 'strike']);
  },
  run: (content) => {
    const root = rootOf(content);
    const others = listOf(root['other_scalar_values']).map(fieldsOf);
    return {
      cases: [
        ...spotCases(listOf(root['cases']).map(fieldsOf)),
        ...forwardCases(listOf(root['black76_cases']).map(fieldsOf)),
        ...dividendCases(others.filter(isEscrowed)),
      ],
      notCovered: others.filter((each) => !isEscrowed(each)).map(({ kind }) => `other_scalar_values: ${String(kind)}`),
    };
  },
};

function spotCases(rows: readonly Fields[]): CaseOutcome[] {
  return runBatch(
    itemsOf('case', rows, (fields) => ({ ...readSpotOption(fields), fields })),
    evaluateSpotOptions,
    ({ fields }, { greeks }) => priceCheck('price (spot)', fields, greeks.price, publishedTolerance),
  );
}

function forwardCases(rows: readonly Fields[]): CaseOutcome[] {
  const read = (fields: Fields) => ({
    fields,
    sign: signOf(fields),
    forward: numberOf(fields, 'forward'),
    strike: numberOf(fields, 'strike'),
    deviation: numberOf(fields, 'stdDev'),
    discount: optionalNumber(fields, 'discount') ?? 1,
  });
  return runBatch(itemsOf('black76', rows, read), evaluatePrices, ({ fields, discount }, price) =>
    priceCheck('price (forward)', fields, discount * price, computedTolerance));
}

/** Escrowed dividends: the option is one on the spot without the present value of the dividends before its expiry. */
function dividendCases(rows: readonly Fields[]): CaseOutcome[] {
  const read = (fields: Fields) => {
    const option = readSpotOption(fields);
    const dividends = listOf(fields['dividends']).map(readDividend).filter(({ years }) => years <= option.years);
    const discounts = evaluateMap('mapExp', dividends.map(({ years }) => -option.rate * years));
    const presentValue = dividends.reduce((sum, { amount }, index) => sum + amount * discounts[index], 0);
    return { ...option, spot: option.spot - presentValue, fields };
  };
  return runBatch(itemsOf('dividend case', rows, read), evaluateSpotOptions, ({ fields }, { greeks }) =>
    priceCheck('price (dividends)', fields, greeks.price, publishedTolerance));
}

function isEscrowed(fields: Fields): boolean {
  return Array.isArray(fields['dividends']);
}

/** [years, amount]. */
function readDividend(pair: unknown): { years: number; amount: number } {
  const [years, amount] = listOf(pair);
  if (typeof years === 'number' && typeof amount === 'number') return { years, amount };
  throw new CaseInputError('input dividends must be pairs of numbers');
}

function priceCheck(quantity: string, fields: Fields, price: number, toleranceDefault: number): Check[] {
  const expected = expectedOf(fields, 'expected');
  const tolerance = optionalNumber(fields, 'tol') ?? toleranceDefault;
  return expected === null ? [] : [checkAbsolute(quantity, price, expected, tolerance)];
}
