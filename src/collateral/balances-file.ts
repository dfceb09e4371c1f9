import { invalid, section } from '../margin/fields.ts';
import type { CollateralRules } from './collateral-rules.ts';
import type { CollateralColumns } from './value-collateral.ts';

/** Balances of accounts by name, as columns. */
export interface NamedBalances {
  readonly accountIds: readonly string[];
  readonly columns: CollateralColumns;
  /** Units that all accounts have, by asset. */
  readonly deposits: Float64Array;
}

/**
 * Reads `{ account: { asset: amount } }`, amounts in units of the asset, negative for what is owed. Throws
 * `ParameterInvalid` naming account and asset.
 */
export function parseBalances(input: unknown, rules: CollateralRules): NamedBalances {
  const accounts = section(input, 'balances');
  const accountIds = Object.keys(accounts);
  const first = new Uint32Array(accountIds.length + 1);
  const asset: number[] = [];
  const amount: number[] = [];
  accountIds.forEach((account, index) => {
    const balances = section(accounts[account], account);
    const stranger = Object.keys(balances).find((name) => !rules.assets.some((each) => each.name === name));
    if (stranger !== undefined)
      throw invalid(`${account}.${stranger}`, balances[stranger], 'is of an asset that the rules do not have');
    rules.assets.forEach(({ name }, place) => {
      const value = balances[name];
      if (value === undefined || value === 0) return;
      if (typeof value !== 'number' || !Number.isFinite(value))
        throw invalid(`${account}.${name}`, value, 'must be a finite number');
      asset.push(place);
      amount.push(value);
    });
    first[index + 1] = asset.length;
  });
  const deposits = new Float64Array(rules.assets.length);
  amount.forEach((value, row) => (deposits[asset[row]] += Math.max(value, 0)));
  const columns = {
    first,
    asset: Uint8Array.from(asset),
    credit: Float64Array.from(amount, (value) => Math.max(value, 0)),
    debt: Float64Array.from(amount, (value) => Math.max(-value, 0)),
  };
  return { accountIds, columns, deposits };
}
