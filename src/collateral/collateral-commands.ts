import { flagOf, invalidField, minorAmountOf, textOf } from '../account/command-fields.ts';
import type { Command } from '../account/command.ts';
import type { AccountContext, AccountModule } from '../account/module.ts';
import { minorOf, type MinorUnits } from '../money/minor-units.ts';
import type { CollateralModule } from './collateral-module.ts';
import { fixedOf, indexDecimals } from './fixed-point.ts';
import type { LendingPool, PoolShares } from './lending-pool.ts';
import { requireAllowed } from './loan-checks.ts';

type Handler = NonNullable<AccountModule['commands']>[string];

/**
 * Commands of the collateral module, by kind. Amounts are minor units; every one is checked before anything changes.
 */
export function collateralCommands(module: CollateralModule): Readonly<Record<string, Handler>> {
  const balance =
    (act: (change: BalanceChange) => void): Handler =>
    (command, context) =>
      module.change(context, () => act(new BalanceChange(module, command, context)));
  return {
    'collateral.deposit': balance(deposit),
    'collateral.withdraw': balance(withdraw),
    'collateral.borrow': balance(borrow),
    'collateral.repay': balance(repay),
    'collateral.cover': balance(cover),
    'collateral.accrue': (_command, context) => module.change(context, () => module.post(context)),
    'collateral.rules': (command, context) =>
      module.change(context, () => module.replaceRules(command['rules'], context)),
  };
}

/** A command about one balance: who, of what, and the balance as it is. */
class BalanceChange {
  readonly command: Command;
  readonly context: AccountContext;
  readonly module: CollateralModule;
  readonly name: string;
  readonly asset: number;
  readonly pool: LendingPool;
  /** Row of the account; -1 if it does not exist and the margin engine may open it. */
  readonly account: number;
  readonly shares: PoolShares;

  constructor(module: CollateralModule, command: Command, context: AccountContext) {
    this.module = module;
    this.command = command;
    this.context = context;
    this.name = textOf(command, 'account');
    const asset = textOf(command, 'asset');
    this.asset = this.rules.assets.findIndex(({ name }) => name === asset);
    if (this.asset < 0)
      throw invalidField('asset', asset, `must be one of ${this.rules.assets.map(({ name }) => name).join(', ')}`);
    this.pool = module.book.pools[this.asset];
    const mayOpen = command.kind === 'collateral.deposit' && this.assetRules.held === 'engine';
    this.account = module.accounts.find(context.engine, this.name, mayOpen);
    this.shares = module.book.shares(this.account, this.asset);
  }

  get rules(): CollateralModule['rules'] {
    return this.module.rules;
  }

  get assetRules(): CollateralModule['rules']['assets'][number] {
    return this.rules.assets[this.asset];
  }

  get amount(): MinorUnits {
    return minorAmountOf(this.command, 'amount');
  }

  /** The amount, or what there is if it is `all`; refused if it is more than there is. */
  amountUpTo(most: MinorUnits, what: string): MinorUnits {
    const amount = this.command['amount'] === 'all' ? most : this.amount;
    if (amount > most) throw invalidField('amount', amount, `must not be above ${most}, which ${what}`);
    if (amount > 0n) return amount;
    throw invalidField(
      'amount',
      amount,
      `must be above 0: ${this.name} has nothing to move in ${this.assetRules.name}`,
    );
  }

  requireCash(amount: MinorUnits): void {
    const { cash } = this.pool;
    if (amount > cash)
      throw invalidField(
        'amount',
        amount,
        `must not be above ${cash}, which is all the cash in the pool of ${this.assetRules.name}`,
      );
  }

  /** What a withdrawal or a loan must leave untouched: loan limits and initial margin. */
  requireAllowed(shares: PoolShares): void {
    requireAllowed(this.module, this.context, { name: this.name, account: this.account, asset: this.asset, shares });
  }

  /** Books the balance and says so. Cannot fail, but for the margin engine refusing what it is to hold. */
  commit(shares: PoolShares, moved: MinorUnits, cash: MinorUnits): void {
    this.module.book.requireBookable(this.asset, shares);
    const account = this.module.holdAndBook(this.context, this.name, this.asset, shares);
    this.pool.cash += cash;
    this.context.emit('moved', {
      command: this.command.kind,
      account: this.name,
      asset: this.assetRules.name,
      amount: moved,
      credit: this.module.book.creditOf(account, this.asset),
      debt: this.module.book.debtOf(account, this.asset),
    });
  }
}

function deposit(change: BalanceChange): void {
  const { amount, pool, shares, assetRules } = change;
  change.commit(pool.add(shares, amount, assetRules.netted), amount, amount);
}

function withdraw(change: BalanceChange): void {
  const { pool, shares } = change;
  const amount = change.amountUpTo(pool.creditOf(shares), `${change.name} has`);
  change.requireCash(amount);
  const left = pool.remove(shares, amount);
  change.requireAllowed(left);
  change.commit(left, amount, -amount);
}

/** Netted: paid out, from what the account has first. Else a loan, put to the account unless it is to be paid out. */
function borrow(change: BalanceChange): void {
  const { amount, pool, shares, assetRules, command } = change;
  const { netted, name, borrow: rules } = assetRules;
  if (rules === null) throw invalidField('asset', name, 'must be an asset that can be borrowed');
  const isPaidOut = flagOf(command, 'payOut', netted);
  if (netted && !isPaidOut)
    throw invalidField('payOut', false, `must be true: loans of ${name} are netted with what the account has`);
  change.requireCash(amount);
  const owing = netted ? pool.remove(shares, amount) : pool.borrow(shares, amount);
  const after = isPaidOut ? owing : pool.add(owing, amount, false);
  const { utilisation } = pool;
  if (utilisation > fixedOf(rules.utilisationMax, indexDecimals)) {
    throw invalidField(
      'amount',
      amount,
      `must leave the utilisation of the pool of ${name} at ${rules.utilisationMax} or below`,
    );
  }
  const { accountMax } = rules;
  const most = accountMax === Infinity ? null : minorOf(accountMax, change.module.book.decimals[change.asset], 'down');
  if (most !== null && pool.debtOf(after) > most)
    throw invalidField('amount', amount, `must leave the loan at ${most} or below`);
  change.requireAllowed(after);
  change.commit(after, amount, isPaidOut ? -amount : 0n);
}

/** From outside, or with what the account has of the asset. */
function repay(change: BalanceChange): void {
  const { pool, shares, command } = change;
  const source = command['from'] ?? 'outside';
  if (source !== 'outside' && source !== 'account') throw invalidField('from', source, 'must be outside or account');
  const amount = change.amountUpTo(pool.debtOf(shares), `${change.name} owes`);
  if (source === 'outside') return change.commit(pool.repay(shares, amount), amount, amount);
  const has = pool.creditOf(shares);
  if (amount > has) throw invalidField('amount', amount, `must not be above ${has}, which ${change.name} has`);
  change.commit(pool.repay(pool.remove(shares, amount), amount), amount, 0n);
}

/** The reserve pays a loan that nobody else will; what it lacks is a shortfall of the pool. */
function cover(change: BalanceChange): void {
  const { pool, shares, context, assetRules, name } = change;
  const amount = change.amountUpTo(pool.debtOf(shares), `${name} owes`);
  change.commit(pool.repay(shares, amount), amount, 0n);
  context.emit('covered', { account: name, asset: assetRules.name, amount, reserve: pool.reserve });
}
