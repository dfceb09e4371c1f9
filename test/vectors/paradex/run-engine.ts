import { Engine, type Market } from '../../../src/index.ts';
import type { AccountMargin, AccountOrder, AccountPosition } from '../../../src/engine/account-margin.ts';
import { CaseInputError } from '../fields.ts';

/** What one account holds; prices of positions do not matter to margins. */
export interface Holdings {
  readonly positions: readonly (AccountPosition & { readonly entryPrice: number })[];
  readonly orders: readonly AccountOrder[];
  readonly cash: number;
}

export interface MarginRun {
  readonly market: Market;
  readonly model: 'paradex-pm' | 'paradex-xm';
  readonly params: unknown;
  readonly currency: string;
}

/**
 * Margins accounts in one tick of the real engine (WASM); null for an account that holds nothing. Throws
 * `MargridError`, and `CaseInputError` with the reason if an account is quarantined.
 */
export async function marginHoldings(
  { market, model, params, currency }: MarginRun,
  accounts: readonly Holdings[],
): Promise<(AccountMargin | null)[]> {
  const held = accounts.map(({ positions, orders }) => positions.length + orders.length > 0);
  if (!held.includes(true)) return accounts.map(() => null);
  const none = new Uint32Array(0);
  const nothing = { accountIndex: none, instrumentIndex: none };
  const engine = Engine.create({
    market, model, params, workers: 0, kernels: 'wasm',
    book: {
      accountIds: [],
      currencies: [currency],
      positions: { ...nothing, quantity: new Float64Array(0), entryPrice: new Float64Array(0) },
      cash: { accountIndex: none, currencyIndex: none, amount: new Float64Array(0) },
      quarantined: [],
    },
  });
  try {
    engine.update({
      positions: accounts.flatMap(({ positions }, index) =>
        positions.map((each) => ({ account: String(index), ...each }))),
      orders: accounts.flatMap(({ orders }, index) => orders.map((each) => ({ account: String(index), ...each }))),
      cash: accounts.flatMap(({ cash }, index) =>
        (held[index] && cash !== 0 ? [{ account: String(index), currency, amount: cash }] : [])),
    });
    await engine.tick();
    return accounts.map((_account, index) => (held[index] ? marginOf(engine, String(index)) : null));
  } finally {
    await engine.close();
  }
}

function marginOf(engine: Engine, account: string): AccountMargin {
  const [margin] = engine.accountMargins(account);
  if (margin.fault !== null) throw new CaseInputError(margin.fault);
  return margin;
}
