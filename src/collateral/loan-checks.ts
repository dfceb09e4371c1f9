import { invalidField } from '../account/command-fields.ts';
import type { AccountContext } from '../account/module.ts';
import type { AccountMargin } from '../engine/account-margin.ts';
import type { CollateralModule } from './collateral-module.ts';
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
 * of now at most. Without a price, or while the account is quarantined or new, nothing leaves.
 */
export function requireAllowed(module: CollateralModule, context: AccountContext, intended: IntendedBalance): void {
  const { book } = module;
  const { name, account, asset, shares } = intended;
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
  const isLess = after.initial - after.loanInitial < before.initial - before.loanInitial;
  if (isLess || book.rules.assets[asset].held === 'engine') requireFreeMargin(module, context, intended);
}

/**
 * Initial margin of every netting set that the change lowers: on the book as it is now, at the quotes of the last tick,
 * with what the adjustments add now. What the margin engine holds is margined anew: a hedge that leaves raises the
 * requirement.
 */
function requireFreeMargin(module: CollateralModule, context: AccountContext, intended: IntendedBalance): void {
  const { engine, balance } = context;
  const { name, account } = intended;
  const { first, end } = engine.resultRange(name);
  if (first === end) return;
  const counted = module.countedIn(engine, account);
  const unknown = invalidField('account', name, 'must be margined by a tick before anything leaves it');
  if (Number.isNaN(balance[counted])) throw unknown;
  const now = engine.preview(name, {});
  const then = engine.preview(name, module.holdingAfter(context, name, intended));
  for (let set = first; set < end; set++) {
    const currency = engine.currencies[engine.setKeys.currency[set]];
    const added = context.added(set);
    const byModel = freeMargin(now, currency);
    const free = byModel + added.balance - added.initialMargin;
    const own = module.added(context, set);
    const after = module.added(context, set, intended);
    const lessAdded = own.balance - own.initialMargin - (after.balance - after.initialMargin);
    const drop = lessAdded + byModel - freeMargin(then, currency);
    // Another set may be in quarantine: what does not touch it does not ask.
    if (drop <= 0 || (set !== counted && Number.isNaN(byModel))) continue;
    if (Number.isNaN(free - drop)) throw unknown;
    if (drop > free) throw invalidField('amount', drop, `must leave initial margin covered: ${free} is free`);
  }
}

/** By the model alone; 0 of a set that holds nothing any more. */
function freeMargin(sets: readonly AccountMargin[], currency: string): number {
  const set = sets.find((each) => each.currency === currency);
  if (set === undefined) return 0;
  return set.status === 'quarantined' ? NaN : set.equity - set.initialMargin;
}
