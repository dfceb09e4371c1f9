import { amountOf, minorOf, type MinorUnits } from '../money/minor-units.ts';
import { loanToValue, saleToTarget } from './loan-to-value.ts';
import type { RepayRules, SaleOrder } from './repay-rules.ts';

/** What an account has and owes of one asset. */
export interface RepayBalance {
  readonly asset: string;
  /** Minor units, >= 0. */
  readonly credit: MinorUnits;
  readonly debt: MinorUnits;
  /** Minor units that the pool has not lent: no more can be sold, as the buyer takes them away. Absent: no limit. */
  readonly cash?: MinorUnits;
  readonly decimals: number;
  /** Collateral currency per unit; NaN if missing: nothing is sold or repaid at it. */
  readonly price: number;
  /** For initial margin: what is sold first if haircuts decide. */
  readonly haircut: number;
  readonly isStable: boolean;
}

/** One step of a repayment: `sold` minor units of an asset, of which `fee` is kept, repay `repaid` of a loan. */
export interface Repayment {
  /** Places in the list of balances; the same if the account has what it owes. */
  readonly soldAsset: number;
  readonly debtAsset: number;
  readonly sold: MinorUnits;
  readonly fee: MinorUnits;
  readonly repaid: MinorUnits;
}

interface Left {
  readonly place: number;
  readonly balance: RepayBalance;
  credit: MinorUnits;
  debt: MinorUnits;
  /** Of the pool; null: no limit. */
  cash: MinorUnits | null;
}

/**
 * How an account's loans are repaid out of its own assets: first each loan with the same asset, without a fee; then the
 * largest loans first, with the assets in the rules' order, as far as their pools have them in cash. Stops when the
 * loans are repaid, when the loan-to-value ratio is at `restoreTo`, or when there is nothing left to sell. What is sold
 * is rounded up, what is repaid down.
 */
export function planRepayment(balances: readonly RepayBalance[], rules: RepayRules): Repayment[] {
  const left = balances
    .map((balance, place) => {
      const { credit, debt, cash = null } = balance;
      return { place, balance, credit, debt, cash };
    })
    .filter(({ balance }) => balance.price > 0 && balance.price < Infinity);
  const steps: Repayment[] = [];
  for (const each of left) repayWithItself(each, left, rules, steps);
  const loans = [...left].sort((a, b) => valueOf(b, b.debt) - valueOf(a, a.debt) || a.place - b.place);
  const assets = [...left].sort((a, b) => compareSales(a, b, rules.order) || a.place - b.place);
  for (const loan of loans) for (const asset of assets) if (asset !== loan) sell(asset, loan, left, rules, steps);
  return steps;
}

/** What the steps of a plan leave of loans only because pools have lent out what was to be sold. */
export function withoutCash(
  balances: readonly RepayBalance[],
  steps: readonly Repayment[],
  rules: RepayRules,
): { readonly debtAsset: number; readonly amount: MinorUnits }[] {
  if (balances.every(({ credit, cash = credit }) => cash >= credit)) return [];
  const unlimited = planRepayment(balances.map(({ cash: _, ...balance }) => balance), rules);
  const repaidBy = (plan: readonly Repayment[], place: number): MinorUnits =>
    plan.reduce((sum, { debtAsset, repaid }) => (debtAsset === place ? sum + repaid : sum), 0n);
  return balances
    .map((_, debtAsset) => ({ debtAsset, amount: repaidBy(unlimited, debtAsset) - repaidBy(steps, debtAsset) }))
    .filter(({ amount }) => amount > 0n);
}

function repayWithItself(each: Left, left: readonly Left[], rules: RepayRules, steps: Repayment[]): void {
  const most = each.credit < each.debt ? each.credit : each.debt;
  const needed = minorOf(needOf(left, rules, 0) / each.balance.price, each.balance.decimals, 'up');
  const repaid = needed < most ? needed : most;
  if (repaid > 0n)
    take({ soldAsset: each.place, debtAsset: each.place, sold: repaid, fee: 0n, repaid }, each, each, steps);
}

function sell(asset: Left, loan: Left, left: readonly Left[], rules: RepayRules, steps: Repayment[]): void {
  const { fee } = rules;
  const most = asset.cash === null || asset.credit < asset.cash ? asset.credit : asset.cash;
  if (most <= 0n || loan.debt === 0n) return;
  const wanted = Math.min(valueOf(loan, loan.debt) / (1 - fee), needOf(left, rules, fee));
  if (!(wanted > 0)) return;
  const needed = minorOf(wanted / asset.balance.price, asset.balance.decimals, 'up');
  const sold = needed < most ? needed : most;
  const isWhole = sold === needed && wanted === valueOf(loan, loan.debt) / (1 - fee);
  const bought = minorOf((valueOf(asset, sold) * (1 - fee)) / loan.balance.price, loan.balance.decimals, 'down');
  const repaid = isWhole || bought > loan.debt ? loan.debt : bought;
  const kept = minorOf(amountOf(sold, asset.balance.decimals) * fee, asset.balance.decimals, 'up');
  if (repaid === 0n) return;
  take({ soldAsset: asset.place, debtAsset: loan.place, sold, fee: kept, repaid }, asset, loan, steps);
  if (asset.cash !== null) asset.cash -= sold - kept;
  if (loan.cash !== null) loan.cash += repaid;
}

function take(step: Repayment, asset: Left, loan: Left, steps: Repayment[]): void {
  asset.credit -= step.sold;
  loan.debt -= step.repaid;
  steps.push(step);
}

/** Value that is still to be sold: everything, or what leads to the target. */
function needOf(left: readonly Left[], { restoreTo }: RepayRules, fee: number): number {
  const owed = left.reduce((sum, each) => sum + valueOf(each, each.debt), 0);
  if (restoreTo === null) return owed / (1 - fee);
  const owned = left.reduce((sum, each) => sum + valueOf(each, each.credit), 0);
  return loanToValue(owed, owned) <= restoreTo ? 0 : saleToTarget(owed, owned, restoreTo, fee);
}

function valueOf({ balance }: Left, amount: MinorUnits): number {
  return amountOf(amount, balance.decimals) * balance.price;
}

function compareSales(a: Left, b: Left, order: readonly SaleOrder[]): number {
  for (const rule of order) {
    const difference = saleDifference[rule](a, b);
    if (difference !== 0) return difference;
  }
  return 0;
}

const saleDifference: Readonly<Record<SaleOrder, (a: Left, b: Left) => number>> = {
  stablecoins: (a, b) => Number(b.balance.isStable) - Number(a.balance.isStable),
  'smallest-haircut': (a, b) => a.balance.haircut - b.balance.haircut,
  'largest-value': (a, b) => valueOf(b, b.credit) - valueOf(a, a.credit),
  'smallest-value': (a, b) => valueOf(a, a.credit) - valueOf(b, b.credit),
};
