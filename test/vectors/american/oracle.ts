import { americanMethods } from '../../../src/pricing/american.ts';
import { itemsOf, runBatch } from '../batch.ts';
import { checkAbsolute, type Check } from '../check.ts';
import { expectedOf, fieldsOf, listOf, type Fields } from '../fields.ts';
import { readSpotOption, type SpotOption } from '../spot-option.ts';
import type { CaseOutcome } from '../suite.ts';
import { isPricedByTrees, methodBounds, pricesBy, pricesByEveryMethod, type MethodPrices } from './price-rows.ts';

/** Prices of another library, to its own precision; `npv` of rows from elsewhere. */
const otherLibraryTolerance = 5e-5;
const deltaTolerance = 1e-6;
const gammaTolerance = 1e-6;
/** Below this a root mean square says more about the choice of rows than about the method. */
const rmsRowsMin = 100;

interface OracleRow {
  readonly option: SpotOption;
  readonly fields: Fields;
}

interface OracleResult {
  readonly prices: MethodPrices;
  readonly delta: number;
  readonly gamma: number;
}

/** `cases`: prices of the option itself, with differences of neighbouring prices for delta and gamma. */
export function oracleCases(root: Fields): CaseOutcome[] {
  const errors = new Map<string, number[]>();
  const rows = listOf(root['cases']).map(fieldsOf);
  const read = (fields: Fields): OracleRow => ({ option: readSpotOption(fields), fields });
  const cases = runBatch(itemsOf('case', rows, read), evaluate, (row, result) => {
    for (const method of americanMethods) noteError(errors, method, row, result);
    return [...priceChecks(row, result.prices), ...differenceChecks(row, result)];
  });
  return [...cases, ...rmsCases(errors)];
}

/** `aqfed_cases`: single prices of another library. */
export function otherLibraryCases(root: Fields): CaseOutcome[] {
  const read = (fields: Fields): OracleRow => ({ option: readSpotOption(fields), fields });
  const rows = listOf(root['aqfed_cases']).map(fieldsOf);
  return runBatch(itemsOf('other library', rows, read), (each) => pricesByEveryMethod(each.map(({ option }) => option)),
    ({ option, fields }, prices) => {
      const expected = expectedOf(fields, 'npv');
      if (expected === null) return [];
      return americanMethods.map((method) => {
        const bound = Math.max(methodBounds[method].max, otherLibraryTolerance) * (option.strike / 100);
        return checkAbsolute(`price of another library (${method})`, prices[method], expected, bound);
      });
    });
}

/** The stencil that the file describes: fourth order, step 5% of S sigma sqrt(T). */
function stepOf({ spot, volatility, years }: SpotOption): number {
  return 0.05 * spot * volatility * Math.sqrt(years);
}

function evaluate(rows: readonly OracleRow[]): OracleResult[] {
  const options = rows.map(({ option }) => option);
  const everyMethod = pricesByEveryMethod(options);
  const offsets = [-2, -1, 0, 1, 2];
  const stencil = options.flatMap((option) => offsets.map((offset) => ({
    ...option, spot: option.spot + offset * stepOf(option),
  })));
  const prices = pricesBy('qdfp-precise', stencil);
  return rows.map(({ option }, row) => {
    const [a, b, c, d, e] = prices.subarray(row * offsets.length, (row + 1) * offsets.length);
    const step = stepOf(option);
    return {
      prices: everyMethod[row],
      delta: (a - 8 * b + 8 * d - e) / (12 * step),
      gamma: (-a + 16 * b - 30 * c + 16 * d - e) / (12 * step * step),
    };
  });
}

function priceChecks({ option, fields }: OracleRow, prices: MethodPrices): Check[] {
  const expected = expectedOf(fields, 'npv');
  if (expected === null) return [];
  return americanMethods.map((method) => {
    const { max } = methodBounds[isPricedByTrees(option) ? 'leisen-reimer' : method];
    return checkAbsolute(`price (${method})`, prices[method], expected, max * (option.strike / 100));
  });
}

function differenceChecks({ option, fields }: OracleRow, { delta, gamma }: OracleResult): Check[] {
  if (isPricedByTrees(option)) return [];
  const expectedDelta = expectedOf(fields, 'delta_fd');
  const expectedGamma = expectedOf(fields, 'gamma_fd');
  return [
    ...(expectedDelta === null ? [] : [checkAbsolute('delta (differences)', delta, expectedDelta, deltaTolerance)]),
    ...(expectedGamma === null ? [] : [checkAbsolute('gamma (differences)', gamma, expectedGamma, gammaTolerance)]),
  ];
}

/** Errors per strike of 100. */
function noteError(
  errors: Map<string, number[]>, method: keyof MethodPrices, { option, fields }: OracleRow, { prices }: OracleResult,
): void {
  const expected = expectedOf(fields, 'npv');
  if (expected === null || isPricedByTrees(option)) return;
  const list = errors.get(method) ?? [];
  list.push((prices[method] - expected.toNumber()) * (100 / option.strike));
  errors.set(method, list);
}

function rmsCases(errors: ReadonlyMap<string, readonly number[]>): CaseOutcome[] {
  return americanMethods.flatMap((method) => {
    const list = errors.get(method) ?? [];
    if (list.length < rmsRowsMin) return [];
    const rms = Math.sqrt(list.reduce((sum, error) => sum + error * error, 0) / list.length);
    const check = checkAbsolute(`root mean square of the errors (${method})`, rms, 0, methodBounds[method].rms);
    return [{ name: `${list.length} prices by ${method}`, checks: [check], problem: null }];
  });
}
