import { choiceField, invalid, knownFields, listField, numberField } from '../margin/fields.ts';
import { optional } from './rule-fields.ts';

/** By what the assets are ordered that are sold to repay a loan; the first rule decides, ties go to the next one. */
export const saleOrders = ['stablecoins', 'smallest-haircut', 'largest-value', 'smallest-value'] as const;
export type SaleOrder = (typeof saleOrders)[number];

/** When loans are repaid without being asked, and with what. The asset that is owed is always used first. */
export interface RepayRules {
  /** Maintenance margin / margin balance of the account's netting set, or the account's loan-to-value ratio. */
  readonly when: 'margin-ratio' | 'ltv';
  /** Repaid at this ratio or above. */
  readonly at: number;
  /** Loan-to-value ratio after the repayment; null: everything is repaid. */
  readonly restoreTo: number | null;
  readonly order: readonly SaleOrder[];
  /** Share of what is sold, kept by the reserve of the asset sold. */
  readonly fee: number;
}

/** Throws `ParameterInvalid` naming the field. */
export function parseRepayRules(input: unknown, path: string): RepayRules {
  const fields = knownFields(input, path, ['when', 'at', 'restoreTo', 'order', 'fee']);
  const at = numberField(fields, 'at', path, { min: 0, max: 1 });
  const order = fields['order'] === undefined ? ['stablecoins', 'smallest-haircut'] : listField(fields, 'order', path);
  const fee = optional(fields, 'fee', path, { min: 0, max: 0.5 }, 0);
  const restoreTo = fields['restoreTo'] ?? null;
  if (restoreTo !== null) {
    numberField(fields, 'restoreTo', path, { min: 0, max: at });
    // Selling one of value repays 1 - fee: from here on no sale lowers the ratio.
    if (Number(restoreTo) >= 1 - fee)
      throw invalid(`${path}.restoreTo`, restoreTo, `must be below 1 - fee, ${1 - fee}`);
  }
  return {
    when: choiceField(fields, 'when', path, ['margin-ratio', 'ltv'], 'margin-ratio'),
    at,
    restoreTo: restoreTo === null ? null : Number(restoreTo),
    order: order.map((each, place) => {
      const found = saleOrders.find((name) => name === each);
      if (found === undefined)
        throw invalid(`${path}.order[${place}]`, each, `must be one of ${saleOrders.join(', ')}`);
      return found;
    }),
    fee,
  };
}
