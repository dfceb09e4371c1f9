import { itemsOf, runBatch } from '../batch.ts';
import { checkAbsolute, checkEqual, type Check } from '../check.ts';
import { expectedOf, fieldsOf, numberOf, optionalNumber, signOf, type Fields } from '../fields.ts';
import { evaluateGreeks, evaluateMap, type Greeks, type OptionInput } from '../pricing-kernels.ts';
import type { CaseOutcome } from '../suite.ts';

/** The limits are exact numbers (0, 1/2, 1): what the kernel promises for delta, and the rows state no other. */
const toleranceDefault = 5e-16;

interface Row {
  readonly fields: Fields;
  readonly input: OptionInput;
  readonly spot: number;
}

/**
 * At the money without volatility the source sets vega to 0 by convention. The derivative from the right, which the
 * kernel returns and black76 tables hold, is sqrt(T) F phi(0): two conventions, so this one number is not compared.
 */
export function hasVegaByConvention(fields: Fields): boolean {
  return fields['stdDev'] === 0 && fields['forward'] === fields['strike'];
}

/** Forward, standard deviation, discount, maturity: the volatility is the deviation over the root of the maturity. */
export function zeroVolatilityCases(block: string, rows: readonly Fields[]): CaseOutcome[] {
  const evaluate = (list: readonly Row[]) => evaluateGreeks(list.map(({ input }) => input));
  return runBatch(itemsOf(block, rows, readRow), evaluate, checkRow);
}

function readRow(fields: Fields): Row {
  const years = optionalNumber(fields, 'maturity') ?? 1;
  const discount = optionalNumber(fields, 'discount') ?? 1;
  const forward = numberOf(fields, 'forward');
  return {
    fields,
    spot: optionalNumber(fields, 'spot') ?? forward,
    input: {
      sign: signOf(fields),
      forward,
      strike: numberOf(fields, 'strike'),
      years,
      volatility: numberOf(fields, 'stdDev') / Math.sqrt(years),
      rate: -evaluateMap('mapLog', [discount])[0] / years,
    },
  };
}

function checkRow({ fields, input, spot }: Row, greeks: Greeks): Check[] {
  const expected = fieldsOf(fields['expected']);
  const tolerance = optionalNumber(fields, 'tol') ?? toleranceDefault;
  const growth = input.forward / spot;
  const actual = { deltaForward: greeks.delta, gamma: greeks.gamma * growth * growth, vega: greeks.vega };
  const checks = Object.entries(actual).flatMap(([name, value]) => {
    const wanted = name === 'vega' && hasVegaByConvention(fields) ? null : expectedOf(expected, name);
    return wanted === null ? [] : [checkAbsolute(`${name} (zero volatility)`, value, wanted, tolerance)];
  });
  if (fields['all_finite'] !== true) return checks;
  return [...checks, checkEqual('all finite', Object.values(greeks).every(Number.isFinite), true)];
}
