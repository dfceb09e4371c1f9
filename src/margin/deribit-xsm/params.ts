import { numberField, type Section } from '../fields.ts';
import { section } from '../fields.ts';
import type { Coverage } from '../model.ts';
import { parseMembers } from '../deribit/model-params.ts';
import { coveredProducts, parseStandard, type StandardParams } from '../deribit/standard-params.ts';

export interface DeribitXsmParams extends StandardParams {
  /** By lower-case currency: every currency that can be held or settled in. */
  readonly collateral: ReadonlyMap<string, CollateralParams>;
}

export interface CollateralParams {
  /** Share of a positive balance that is added to the initial margin. */
  readonly haircut: number;
}

/** Reads and validates a parameter object. Throws `ParameterInvalid` naming the field and its value. */
export function parseDeribitXsmParams(input: unknown): DeribitXsmParams {
  const collateral = parseMembers(section(input, 'parameters'), 'collateral', parseCollateral);
  return { ...parseStandard(input), collateral };
}

function parseCollateral(fields: Section, path: string): CollateralParams {
  return { haircut: numberField(fields, 'haircut', path, { min: 0, max: 1 }) };
}

export function coverageOfDeribitXsm(params: DeribitXsmParams): Coverage {
  const { source, date, unconfirmed } = params;
  const collateral = [...params.collateral.keys()].map((currency) => `${currency} collateral`);
  return { source, date, covers: [...coveredProducts(params), ...collateral], unconfirmed };
}
