import { yearMs } from '../domain/market.ts';
import type { MinorUnits } from '../money/minor-units.ts';
import type { BorrowRules } from './borrow-rules.ts';
import { ceilDivide, exponential, indexUnit } from './fixed-point.ts';
import { borrowRate, depositRate } from './interest-curve.ts';

/**
 * What an account has in a pool and owes to it, as shares: minor units at index 1, in units of 10^-18. What they stand
 * for grows with the indexes, without anybody touching the account.
 */
export interface PoolShares {
  readonly credit: bigint;
  readonly debt: bigint;
}

export const noShares: PoolShares = { credit: 0n, debt: 0n };

/** Shares are 10^-18 minor units, indexes 10^-27. */
const shareUnit = 10n ** 18n;
const exactUnit = shareUnit * indexUnit;
/** Of a reserve: what the roundings of 10^12 shares come to, a millionth of a minor unit. */
const shareRounding = exactUnit / 1_000_000n;

/** Everything that a pool is. Whole numbers. */
export interface PoolState {
  /** 10^-27; from 1. */
  readonly creditIndex: bigint;
  readonly debtIndex: bigint;
  /** Sums over all accounts. */
  readonly creditShares: bigint;
  readonly debtShares: bigint;
  /** Minor units in the pool: paid in less paid out. */
  readonly cash: MinorUnits;
  /** Minor units that settlements elsewhere have added to the accounts (less what they took): owed to the pool. */
  readonly settled: MinorUnits;
  /** When interest was accrued last, UTC milliseconds. */
  readonly accruedMs: number;
}

/**
 * The loans and deposits of one asset. At every moment, exactly:
 *
 *   cash + settled + debts = credits + reserve
 *
 * The reserve is what is left: its share of the interest, and every rounding to minor units, which goes against the
 * account: debts are rounded up, credits down. Shares are rounded the other way, to 10^-18 of a minor unit, so that an
 * amount that is booked is exactly that amount; what the reserve loses by it stays below a minor unit for 10^12
 * changes, and the money in the pool is a whole number: none is ever lost. A negative reserve is a shortfall.
 */
export class LendingPool {
  readonly rules: BorrowRules | null;
  #creditIndex = indexUnit;
  #debtIndex = indexUnit;
  #creditShares = 0n;
  #debtShares = 0n;
  #accruedMs: number;
  cash: MinorUnits = 0n;
  settled: MinorUnits = 0n;

  /** Null rules: nothing can be borrowed, and no interest accrues. */
  constructor(rules: BorrowRules | null, nowMs: number) {
    this.rules = rules;
    this.#accruedMs = nowMs;
  }

  get state(): PoolState {
    return {
      creditIndex: this.#creditIndex,
      debtIndex: this.#debtIndex,
      creditShares: this.#creditShares,
      debtShares: this.#debtShares,
      cash: this.cash,
      settled: this.settled,
      accruedMs: this.#accruedMs,
    };
  }

  restore(state: PoolState): void {
    this.#creditIndex = state.creditIndex;
    this.#debtIndex = state.debtIndex;
    this.#creditShares = state.creditShares;
    this.#debtShares = state.debtShares;
    this.#accruedMs = state.accruedMs;
    this.cash = state.cash;
    this.settled = state.settled;
  }

  get creditIndex(): bigint {
    return this.#creditIndex;
  }

  get debtIndex(): bigint {
    return this.#debtIndex;
  }

  get accruedMs(): number {
    return this.#accruedMs;
  }

  /** What shares stand for now, minor units: credits rounded down, debts up. */
  creditOf({ credit }: PoolShares): MinorUnits {
    return (credit * this.#creditIndex) / exactUnit;
  }

  debtOf({ debt }: PoolShares): MinorUnits {
    return ceilDivide(debt * this.#debtIndex, exactUnit);
  }

  /** Sums of all accounts, before rounding to minor units per account: to the nearest one. */
  get credits(): MinorUnits {
    return nearest(this.#exactCredits());
  }

  get debts(): MinorUnits {
    return nearest(this.#debtShares * this.#debtIndex);
  }

  /** Minor units rounded down; negative: what is missing to the credits. */
  get reserve(): MinorUnits {
    const exact = this.#exactReserve() + shareRounding;
    return exact >= 0n ? exact / exactUnit : -ceilDivide(-exact, exactUnit);
  }

  /** Credits, and the reserve if it earns: what interest is paid on. Minor units. */
  get supply(): MinorUnits {
    return nearest(this.#exactSupply());
  }

  /** Borrowed / supplied, units of 10^-27. What settlements have taken out still counts as supplied. */
  get utilisation(): bigint {
    const supplied = this.#exactSupply() + (this.settled < 0n ? -this.settled * exactUnit : 0n);
    const borrowed = this.#debtShares * this.#debtIndex;
    if (supplied <= 0n) return borrowed > 0n ? indexUnit : 0n;
    return (borrowed * indexUnit) / supplied;
  }

  /** Rates per year, units of 10^-27. */
  get borrowRate(): bigint {
    return this.rules === null ? 0n : borrowRate(this.rules.curve, this.utilisation);
  }

  get depositRate(): bigint {
    return this.rules === null ? 0n : depositRate(this.borrowRate, this.utilisation, this.#reserveShare());
  }

  /**
   * Accrues interest up to a time, at the rate of the present utilisation: the debt index grows, and the credit index
   * by the depositors' part of exactly that interest, rounded down. While there is a shortfall all interest is the
   * reserve's.
   */
  accrue(nowMs: number): void {
    const elapsedMs = nowMs - this.#accruedMs;
    this.#accruedMs = nowMs;
    if (this.rules === null || this.#debtShares === 0n || elapsedMs <= 0) return;
    // Times may have a fraction of a millisecond: whole nanoseconds.
    const elapsed = BigInt(Math.round(elapsedMs * 1e6));
    const year = BigInt(yearMs) * 1_000_000n;
    const rate = this.borrowRate;
    const supply = this.#exactSupply();
    const borrowed = this.#debtShares * this.#debtIndex;
    const growth =
      this.rules.compounding === 'continuous'
        ? exponential(rate * elapsed, indexUnit * year)
        : indexUnit + (rate * elapsed) / year;
    // Down: a debt that is a whole number of minor units must not become one more by the last digit of the index.
    const debtIndex = (this.#debtIndex * growth) / indexUnit;
    const interest = this.#debtShares * (debtIndex - this.#debtIndex);
    // Of loans beyond what is supplied the lender is the reserve: a last small depositor does not get the interest of
    // all.
    const lent = supply > borrowed ? supply : borrowed;
    // A reserve that earns takes its share first, and parts in what is left with it (as Derive does).
    const share = this.#reserveShare();
    const sharing = indexUnit * lent + (this.rules.reserveEarns ? share * interest : 0n);
    this.#creditIndex += (interest * (indexUnit - share) * this.#creditIndex) / sharing;
    this.#debtIndex = debtIndex;
  }

  /** Puts an amount >= 0 to an account: its debt is repaid first if `netted`. Cash is the caller's. */
  add(shares: PoolShares, amount: MinorUnits, netted: boolean): PoolShares {
    const owed = netted ? this.debtOf(shares) : 0n;
    const repaid = amount < owed ? amount : owed;
    const after = this.repay(shares, repaid);
    return amount === repaid ? after : this.#withCredit(after, this.creditOf(after) + amount - repaid);
  }

  /** Takes an amount >= 0 from an account: what it does not have becomes debt. Cash is the caller's. */
  remove(shares: PoolShares, amount: MinorUnits): PoolShares {
    const has = this.creditOf(shares);
    const taken = amount < has ? amount : has;
    const after = taken === 0n ? shares : this.#withCredit(shares, has - taken);
    return amount === taken ? after : this.borrow(after, amount - taken);
  }

  /** Adds to the debt. */
  borrow(shares: PoolShares, amount: MinorUnits): PoolShares {
    return this.#withDebt(shares, this.debtOf(shares) + amount);
  }

  /** Takes from the debt an amount of at most `debtOf(shares)`. */
  repay(shares: PoolShares, amount: MinorUnits): PoolShares {
    return amount === 0n ? shares : this.#withDebt(shares, this.debtOf(shares) - amount);
  }

  /** Shares of a whole number of minor units; none of zero. */
  #withCredit(shares: PoolShares, minor: MinorUnits): PoolShares {
    const credit = ceilDivide(minor * exactUnit, this.#creditIndex);
    this.#creditShares += credit - shares.credit;
    return { ...shares, credit };
  }

  #withDebt(shares: PoolShares, minor: MinorUnits): PoolShares {
    const debt = (minor * exactUnit) / this.#debtIndex;
    this.#debtShares += debt - shares.debt;
    return { ...shares, debt };
  }

  #exactCredits(): bigint {
    return this.#creditShares * this.#creditIndex;
  }

  #exactReserve(): bigint {
    return (this.cash + this.settled) * exactUnit + this.#debtShares * this.#debtIndex - this.#exactCredits();
  }

  #exactSupply(): bigint {
    const reserve = this.rules?.reserveEarns === true ? this.#exactReserve() : 0n;
    return this.#exactCredits() + (reserve > 0n ? reserve : 0n);
  }

  #reserveShare(): bigint {
    return this.reserve < 0n ? indexUnit : this.rules!.reserveShare;
  }
}

/** Exact amounts as minor units. */
function nearest(exact: bigint): MinorUnits {
  return (exact + exactUnit / 2n) / exactUnit;
}

/** Minor units at index 1 that shares stand for, as a double: of whole minor units below 2^53 exactly these. */
export function minorOfShares(shares: bigint): number {
  return Number(shares / shareUnit) + Number(shares % shareUnit) / Number(shareUnit);
}
