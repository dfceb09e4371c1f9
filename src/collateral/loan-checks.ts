import { invalidField } from '../account/command-fields.ts';
import type { AccountContext } from '../account/module.ts';
import type { CollateralBook } from './collateral-book.ts';
import { collateralPrice } from './collateral-price.ts';
import type { PoolShares } from './lending-pool.ts';
import { loanToValue } from './loan-to-value.ts';

/** A balance as it is about to be. */
export interface IntendedBalance {
  readonly name: string;
  readonly account: number;
  readonly asset: number;
  readonly shares: PoolShares;
}

/**
 * Refuses (`CommandInvalid`) a withdrawal or loan after which the loans would be above what the assets allow or above
 * the initial band, or initial margin would not be covered: what the collateral counts for may fall by the free margin
 * of the last tick at most. Without a price, or while the account is quarantined or new, nothing leaves.
 */
export function requireAllowed(
  book: CollateralBook,
  context: AccountContext,
  { name, account, asset, shares }: IntendedBalance,
): void {
  const prices = book.prices(context.quotes);
  const before = book.valueOf(account, prices);
  const after = book.valueOf(account, prices, { asset, shares });
  if (Number.isNaN(before.initial) || Number.isNaN(after.initial)) {
    throw invalidField('account', name, 'must not depend on an asset without a price');
  }
  const { owed, owned, loanLimit } = after;
  if (owed > loanLimit) throw invalidField('amount', owed, `must leave loans worth ${loanLimit} at most`);
  const bands = book.rules.ltvBands;
  const ratio = loanToValue(owed, owned);
  if (bands !== null && ratio > bands.initial)
    throw invalidField('amount', ratio, `must leave loan-to-value at ${bands.initial} or below`);
  requireFreeMargin(book, context, name, before.initial - before.loanInitial - (after.initial - after.loanInitial));
}

/** `drop`: by how much initial margin is covered less, collateral currency. */
function requireFreeMargin(book: CollateralBook, context: AccountContext, name: string, drop: number): void {
  const { engine, balance, initialMargin, quotes } = context;
  const { first, end } = engine.resultRange(name);
  if (!(drop > 0) || first === end) return;
  const { currency } = engine.setKeys;
  const wanted = currency.subarray(first, end).indexOf(engine.currencies.indexOf(book.rules.currency));
  const set = first + Math.max(wanted, 0);
  const rate = collateralPrice(quotes, book.rules.currency, engine.currencies[currency[set]], book.rules.atPar);
  const free = balance[set] - initialMargin[set];
  if (Number.isNaN(free * rate))
    throw invalidField('account', name, 'must be margined by a tick before anything leaves it');
  if (drop * rate > free)
    throw invalidField('amount', drop * rate, `must leave initial margin covered: ${free} is free`);
}
