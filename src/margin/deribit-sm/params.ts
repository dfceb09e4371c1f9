import type { Coverage } from '../model.ts';
import { coveredProducts, parseStandard, type StandardParams } from '../deribit/standard-params.ts';

export type DeribitSmParams = StandardParams;

/** Reads and validates a parameter object. Throws `ParameterInvalid` naming the field and its value. */
export function parseDeribitSmParams(input: unknown): DeribitSmParams {
  return parseStandard(input);
}

export function coverageOfDeribitSm(params: DeribitSmParams): Coverage {
  const { source, date, unconfirmed } = params;
  return { source, date, covers: coveredProducts(params), unconfirmed };
}
