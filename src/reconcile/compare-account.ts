import { referenceAccount } from '../reference/margin/deribit-pm.ts';
import type { ReferenceMarket } from '../reference/margin/deribit-pm/reference-market.ts';
import type { Comparison } from './compare.ts';
import type { RowName } from './report.ts';
import type { SampledAccount } from './sampled-account.ts';

/** Every engine row of the account against the reference, and every netting set of the reference against the rows. */
export function compareAccount(comparison: Comparison, account: SampledAccount, reference: ReferenceMarket): void {
  comparison.comparedAccountCount += 1;
  if (account.badInput !== null) {
    for (const row of account.rows) {
      comparison.compareQuarantinedRow(rowName(account, row.currency), row, account.badInput);
    }
    return;
  }
  const unmatched = new Set(account.rows);
  for (const set of referenceAccount(reference, account.held).nettingSets) {
    const name = rowName(account, set.settlementCurrency);
    const row = account.rows.find(({ currency }) => currency === name.currency);
    if (row === undefined) {
      comparison.missingRow(name);
      continue;
    }
    unmatched.delete(row);
    comparison.compare(name, row, set);
  }
  for (const row of unmatched) comparison.surplusRow(rowName(account, row.currency), row);
}

function rowName({ accountIndex, accountId }: SampledAccount, currency: string): RowName {
  return { accountIndex, accountId, currency };
}
