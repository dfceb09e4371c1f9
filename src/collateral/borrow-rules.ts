import { choiceField, flagField, knownFields, numberField } from '../margin/fields.ts';
import { fixedOf, indexDecimals } from './fixed-point.ts';
import { parseInterestCurve, type InterestCurve } from './interest-curve.ts';
import { limitField, optional, pairField, shareRule, type Pair } from './rule-fields.ts';

/** How an asset is lent. */
export interface BorrowRules {
  readonly curve: InterestCurve;
  /** exp(rate x time), or 1 + rate x time per accrual. */
  readonly compounding: 'continuous' | 'simple';
  /** Share of the interest that the reserve keeps; 10^-27. */
  readonly reserveShare: bigint;
  /** Whether the reserve is lent out as deposits are, and earns interest itself. */
  readonly reserveEarns: boolean;
  /** Loans may not lead above. */
  readonly utilisationMax: number;
  /** Loan of one account at most, units of the asset. */
  readonly accountMax: number;
  /** Requirement per value of a loan. */
  readonly marginRate: Pair;
}

const names = [
  'curve',
  'compounding',
  'reserveShare',
  'reserveEarns',
  'utilisationMax',
  'accountMax',
  'marginRate',
] as const;

/** Throws `ParameterInvalid` naming the field. */
export function parseBorrowRules(input: unknown, path: string): BorrowRules {
  const fields = knownFields(input, path, names);
  return {
    curve: parseInterestCurve(fields['curve'], `${path}.curve`),
    compounding: choiceField(fields, 'compounding', path, ['continuous', 'simple'], 'continuous'),
    reserveShare: fixedOf(numberField(fields, 'reserveShare', path, shareRule), indexDecimals),
    reserveEarns: flagField(fields, 'reserveEarns', path, false),
    utilisationMax: optional(fields, 'utilisationMax', path, shareRule, 1),
    accountMax: limitField(fields, 'accountMax', path),
    marginRate: pairField(fields, 'marginRate', path, { min: 0, max: 10 }, 0),
  };
}
