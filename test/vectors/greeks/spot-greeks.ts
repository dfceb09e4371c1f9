import { itemsOf, runBatch } from '../batch.ts';
import { checkAbsolute, type Check } from '../check.ts';
import { CaseInputError, expectedOf, optionalNumber, type Fields } from '../fields.ts';
import { evaluateSpotOptions, readSpotOption, type SpotGreeks, type SpotOption } from '../spot-option.ts';
import type { CaseOutcome } from '../suite.ts';

/** Published with four decimals. */
const toleranceDefault = 1e-4;

/** Greeks by the spot, at a fixed spot, from those by the forward by the chain rule with F = S e^((r-q)T). */
const spotGreek: Readonly<Record<string, (option: SpotOption, result: SpotGreeks) => number>> = {
  delta: (_option, { greeks, growth }) => greeks.delta * growth,
  gamma: (_option, { greeks, growth }) => greeks.gamma * growth * growth,
  vega: (_option, { greeks }) => greeks.vega,
  theta: spotTheta,
  thetaPerDay: (option, result) => spotTheta(option, result) / 365,
  rho: ({ years }, { greeks, forward }) => greeks.rho + greeks.delta * years * forward,
  dividendRho: ({ years }, { greeks, forward }) => -greeks.delta * years * forward,
  elasticity: ({ spot }, { greeks, growth }) => (greeks.delta * growth * spot) / greeks.price,
};

/** As the day passes the forward of a fixed spot moves by -(r-q)F. */
function spotTheta({ rate, yieldRate }: SpotOption, { greeks, forward }: SpotGreeks): number {
  return greeks.theta - (rate - yieldRate) * forward * greeks.delta;
}

export function spotGreekCases(block: string, rows: readonly Fields[]): CaseOutcome[] {
  return runBatch(
    itemsOf(block, rows, (fields) => ({ ...readSpotOption(fields), fields, greek: greekOf(fields) })),
    evaluateSpotOptions,
    (row, result): Check[] => {
      const expected = expectedOf(row.fields, 'expected');
      if (expected === null) return [];
      const tolerance = optionalNumber(row.fields, 'tol') ?? toleranceDefault;
      return [checkAbsolute(`${row.greek} (spot)`, spotGreek[row.greek](row, result), expected, tolerance)];
    },
  );
}

function greekOf(fields: Fields): string {
  const name = String(fields['greek']);
  if (Object.hasOwn(spotGreek, name)) return name;
  throw new CaseInputError(`input greek must be one of ${Object.keys(spotGreek).join(', ')}, got ${name}`);
}
