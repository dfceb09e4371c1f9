/**
 * What is paired: the options and the stock of one class (one underlying) in one account.
 *
 * Money is in integers of 1/10,000 US dollar, `amountUnit` dollars each: sums and comparisons are exact, so the minimum
 * does not depend on the order in which strategies are tried. Requirements per contract are rounded to that unit once,
 * half up.
 */
export const unitsPerDollar = 10_000;

export function toUnits(dollars: number): number {
  return Math.floor(dollars * unitsPerDollar + 0.5);
}

export interface OptionLeg {
  readonly isCall: boolean;
  /** Exercise price times contract size, units. */
  readonly strike: number;
  /** UTC milliseconds. */
  readonly expiry: number;
  /** Options pair only inside a pool: one contract size, one exercise style. */
  readonly pool: number;
  /** Shares per contract. */
  readonly size: number;
  /** Signed whole contracts, not zero. */
  readonly count: number;
  /** Market value of one contract, units. */
  readonly mark: number;
  /** Requirement of one short contract on its own, its market value included, units. */
  readonly naked: number;
  /** Loan value of one long contract that nothing is paired with, units: a quarter of its value beyond nine months. */
  readonly loanValue: number;
  /** European style and settled in cash, as index options are: its long box has a loan value. */
  readonly isCashSettledEuropean: boolean;
}

export interface ClassPosition {
  readonly options: readonly OptionLeg[];
  /** Signed shares; 0 if none. */
  readonly shares: number;
  /** Price of the underlying, US dollars per share. */
  readonly price: number;
}

export type Purpose = 'initial' | 'maintenance';
