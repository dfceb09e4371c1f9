import { americanPricesByScheme, type BoundaryScheme } from '../../../src/pricing/american.ts';
import { itemsOf, runBatch } from '../batch.ts';
import { checkAbsolute, type Check } from '../check.ts';
import type { Decimal } from '../decimal.ts';
import { CaseInputError, expectedOf, fieldsOf, listOf, numberOf, optionalNumber, type Fields } from '../fields.ts';
import { evaluateSpotOptions, readSpotOption, type SpotOption } from '../spot-option.ts';
import type { CaseOutcome } from '../suite.ts';
import { columnsOf, pricesBy, withBuild } from './price-rows.ts';

/** Of prices by partial differential equations and by QD+ (cached in QuantLib's tests): relative, and of small ones. */
const approximateShare = 0.005;
const approximateSmall = 5e-4;
const smallPrice = 0.1;
/** A premium is a difference of two prices of about ten, each with some roundings. */
const premiumRounding = 1e-13;
const premiumPoints = 101;

/** Lists whose values are within half a percent of the option's price, by the source's own rule. */
export const approximateBlocks = {
  qd_edge_cases: 'qdfp-precise',
  qd_random_pde: 'qdfp-accurate',
} as const;

/** `type` … `expected` with `t_used`; rows at maturity, where the source says 0 whatever the payoff, are left out. */
export function approximateCases(block: keyof typeof approximateBlocks, root: Fields): CaseOutcome[] {
  const rows = listOf(fieldsOf(root[block])['cases']).map(fieldsOf).filter((fields) => !isAtMaturity(fields));
  const method = approximateBlocks[block];
  const read = (fields: Fields) => ({ option: readSpotOption(fields), fields });
  return runBatch(itemsOf(block, rows, read), (each) => Array.from(pricesBy(method, each.map(({ option }) => option))),
    ({ fields }, price) => {
      const expected = expectedOf(fields, 'expected');
      if (expected === null) return [];
      const tolerance = expected.gt(smallPrice) ? approximateShare * expected.toNumber() : approximateSmall;
      return [checkAbsolute(`price within half a percent (${method})`, price, expected, tolerance)];
    });
}

export function isAtMaturity(fields: Fields): boolean {
  return (fields['t_used'] ?? fields['t']) === 0;
}

interface SchemeRow {
  readonly option: SpotOption;
  readonly scheme: BoundaryScheme;
  readonly expected: Decimal | null;
  readonly tolerance: number;
}

/** Early-exercise premiums by published schemes, equation FP-B: the rows of Andersen, Lake and Offengenden. */
export function andersenLakeCases(root: Fields): CaseOutcome[] {
  const block = fieldsOf(root['andersen_lake_premium']);
  const read = (fields: Fields): SchemeRow => ({
    option: readSpotOption({ ...block, ...fields }),
    scheme: {
      integral: numberOf(fields, 'l'), iterations: numberOf(fields, 'm'), degree: numberOf(fields, 'n'),
      premium: premiumPoints, tanhSinh: 1,
    },
    expected: expectedOf(fields, 'premium_FP_B'),
    tolerance: numberOf(fields, 'tol'),
  });
  return runBatch(itemsOf('premium', listOf(block['cases']).map(fieldsOf), read), premiums, premiumCheck);
}

/** One premium by a scheme that is given as text: `Legendre(l,m,n,p)`. */
export function standardExampleCases(root: Fields): CaseOutcome[] {
  const block = root['qdfp_standard_example'];
  if (block === undefined) return [];
  const read = (fields: Fields): SchemeRow => ({
    option: readSpotOption(fields),
    scheme: schemeOf(fields['scheme']),
    expected: expectedOf(fields, 'premium_FP_B'),
    tolerance: optionalNumber(fields, 'tol') ?? premiumRounding,
  });
  return runBatch(itemsOf('premium by scheme', [fieldsOf(block)], read), premiums, premiumCheck);
}

function schemeOf(text: unknown): BoundaryScheme {
  const found = /^Legendre\((\d+),(\d+),(\d+),(\d+)\)$/.exec(typeof text === 'string' ? text.replace(/\s/g, '') : '');
  if (found === null) throw new CaseInputError(`input scheme must be Legendre(l,m,n,p), got ${JSON.stringify(text)}`);
  const [integral, iterations, degree, premium] = found.slice(1).map(Number);
  return { integral, iterations, degree, premium, tanhSinh: 0 };
}

function premiums(rows: readonly SchemeRow[]): number[] {
  const european = evaluateSpotOptions(rows.map(({ option }) => option));
  return rows.map(({ option, scheme }, row) =>
    withBuild(() => americanPricesByScheme(columnsOf([option]), scheme))[0] - european[row].greeks.price);
}

function premiumCheck({ expected, tolerance }: SchemeRow, premium: number): Check[] {
  if (expected === null) return [];
  return [checkAbsolute('premium (FP-B)', premium, expected, Math.max(tolerance, premiumRounding))];
}
