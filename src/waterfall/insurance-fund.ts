import { MargridError } from '../errors.ts';
import { decimalsOf, minorOf, type MinorUnits } from '../money/minor-units.ts';
import type { InsuranceFundRule } from './rules.ts';

/** What stops a fund from paying more. */
export type FundLimit = 'balance' | 'per-event' | 'per-market' | 'per-window';

/** What a fund may pay now, and what it is that ends there. */
export interface Available {
  readonly amount: MinorUnits;
  readonly limit: FundLimit;
}

/** State of the funds as a journal and a snapshot hold it. */
export interface FundState {
  readonly balances: readonly (readonly [string, bigint])[];
  readonly spent: readonly (readonly [string, bigint])[];
  readonly window: number;
}

/**
 * Insurance funds: one per currency, and one for every isolated instrument. Whole minor units; a fund is never
 * negative. What was paid is counted per window and instrument, for the limits.
 */
export class InsuranceFunds {
  #rule: InsuranceFundRule;
  readonly #balances = new Map<string, bigint>();
  readonly #spent = new Map<string, bigint>();
  #window = -1;

  constructor(rule: InsuranceFundRule) {
    this.#rule = rule;
  }

  setRule(rule: InsuranceFundRule): void {
    this.#rule = rule;
  }

  /** Name of the fund that pays for an instrument (null: for cash owed): `USDC`, isolated `USDC/BTC-PERP`. */
  fundOf(currency: string, instrument: string | null): string {
    const { isolated } = this.#rule;
    const isOwn = instrument !== null && (isolated === 'all' || isolated.includes(instrument));
    return isOwn ? `${currency}/${instrument}` : currency;
  }

  balance(fund: string): MinorUnits {
    return this.#balances.get(fund) ?? 0n;
  }

  /** Minor units in all funds of each currency. */
  totals(): ReadonlyMap<string, MinorUnits> {
    const totals = new Map<string, MinorUnits>();
    for (const [fund, amount] of this.#balances) {
      const [currency] = fund.split('/');
      totals.set(currency, (totals.get(currency) ?? 0n) + amount);
    }
    return totals;
  }

  /** Starts the window that `nowMs` lies in. */
  startWindow(nowMs: number): void {
    const window = Math.floor(nowMs / this.#rule.windowMs);
    if (window === this.#window) return;
    this.#window = window;
    this.#spent.clear();
  }

  /** What may be paid for an instrument, given what this bankruptcy has cost already. */
  available(currency: string, instrument: string | null, eventSpent: MinorUnits): Available {
    const { perEvent, perMarket, perWindow } = this.#rule;
    const limits: Available[] = [{ amount: this.balance(this.fundOf(currency, instrument)), limit: 'balance' }];
    const add = (most: number, spent: bigint, limit: FundLimit): void => {
      if (most !== Infinity) limits.push({ amount: minorOf(most, decimalsOf(currency), 'down') - spent, limit });
    };
    add(perEvent, eventSpent, 'per-event');
    if (instrument !== null) add(perMarket, this.#spent.get(`${currency}/${instrument}`) ?? 0n, 'per-market');
    add(perWindow, this.#spent.get(currency) ?? 0n, 'per-window');
    const least = limits.reduce((left, right) => (right.amount < left.amount ? right : left));
    return least.amount > 0n ? least : { ...least, amount: 0n };
  }

  /** Pays (> 0) or receives (< 0) for a bankruptcy; counts for the limits. */
  pay(currency: string, instrument: string | null, amount: MinorUnits): void {
    this.add(this.fundOf(currency, instrument), -amount);
    const keys = instrument === null ? [currency] : [currency, `${currency}/${instrument}`];
    for (const key of keys) this.#spent.set(key, (this.#spent.get(key) ?? 0n) + amount);
  }

  /** Adds to a fund, or takes from it. Throws `ValueOutOfRange` if it does not have that much. */
  add(fund: string, amount: MinorUnits): void {
    const next = this.balance(fund) + amount;
    if (next < 0n) {
      throw new MargridError('ValueOutOfRange', `fund ${fund} has ${this.balance(fund)} minor units, ${-amount} cannot be taken`, {
        column: 'amount',
        value: String(amount),
      });
    }
    this.#balances.set(fund, next);
  }

  state(): FundState {
    return { balances: sorted(this.#balances), spent: sorted(this.#spent), window: this.#window };
  }

  restore({ balances, spent, window }: FundState): void {
    this.#balances.clear();
    this.#spent.clear();
    for (const [fund, amount] of balances) this.#balances.set(fund, amount);
    for (const [key, amount] of spent) this.#spent.set(key, amount);
    this.#window = window;
  }
}

function sorted(map: ReadonlyMap<string, bigint>): [string, bigint][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
