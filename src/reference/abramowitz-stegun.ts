import { Decimal, one } from './decimal.ts';

/** Coefficients of Abramowitz and Stegun 7.1.26, as printed. */
const p = new Decimal('0.3275911');
const coefficients = ['0.254829592', '-0.284496736', '1.421413741', '-1.453152027', '1.061405429']
  .map((text) => new Decimal(text));
const rootTwo = new Decimal(2).sqrt();

/**
 * The normal distribution function of Abramowitz and Stegun 7.1.26, N(z) = (1 + erf(z / sqrt 2)) / 2: an approximation
 * that some venues compute with. Here it is the definition, and its decimals are exact to the last.
 */
export function handbookNormalCdf(z: Decimal): Decimal {
  const x = z.abs().div(rootTwo);
  const t = one.div(one.plus(p.times(x)));
  const polynomial = coefficients.reduceRight((sum, coefficient) => sum.plus(coefficient).times(t), new Decimal(0));
  const tail = polynomial.times(x.times(x).negated().exp());
  return z.isNegative() && !z.isZero() ? tail.div(2) : one.minus(tail.div(2));
}
