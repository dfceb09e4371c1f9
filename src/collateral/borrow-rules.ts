import { numberField, section } from '../margin/fields.ts';
import { fixedOf, indexDecimals } from './fixed-point.ts';
import { parseInterestCurve, type InterestCurve } from './interest-curve.ts';
import { choice, flag, known, limitField, optional, pairField, shareRule, type Pair } from './rule-fields.ts';

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

const names = ['curve', 'compounding', 'reserveShare', 'reserveEarns', 'utilisationMax', 'accountMax', 'marginRate'] as const;

/** Throws `ParameterInvalid` naming the field. */
export function parseBorrowRules(input: unknown, path: string): BorrowRules {
  const fields = known(section(input, path), path, names);
  return {
    curve: parseInterestCurve(fields['curve'], `${path}.curve`),
    compounding: choice(fields, 'compounding', path, ['continuous', 'simple']),
    reserveShare: fixedOf(numberField(fields, 'reserveShare', path, shareRule), indexDecimals),
    reserveEarns: flag(fields, 'reserveEarns', path, false),
    utilisationMax: optional(fields, 'utilisationMax', path, shareRule, 1),
    accountMax: limitField(fields, 'accountMax', path),
    marginRate: pairField(fields, 'marginRate', path, { min: 0, max: 10 }, 0),
  };
}
