import { divide, type MinorUnits } from '../money/minor-units.ts';
import { powerOfTen, type Fraction } from '../money/fraction.ts';
import type { EntryColumns, Ledger } from './ledger.ts';

/**
 * Digits beyond the minor unit in which the exact total is kept: a million entries err by a millionth of a minor unit.
 */
const guardDigits = 12;
const guard = powerOfTen(guardDigits);
const firstCapacity = 1_024;

/**
 * Amounts that many accounts receive and pay, as they come, in columns.
 *
 * Each is rounded against its account (towards minus infinity: whoever receives gets the whole minor units, whoever
 * pays rounds up). What the whole amounts to, rounded once to the nearest, goes to `house/clearing` with the opposite
 * sign: nothing in a book whose positions add up to zero, else the share of the other side that the book does not hold.
 * The rest is rounding, >= 0 but for half a minor unit, and goes to `house/rounding`. So every currency adds up to
 * zero.
 */
export class Payments {
  readonly #ledger: Ledger;
  #count = 0;
  #account = new Int32Array(firstCapacity);
  #currency = new Uint8Array(firstCapacity);
  #amount = new BigInt64Array(firstCapacity);
  #instrument = new Int32Array(firstCapacity);
  /** Per currency: exact totals times 10^guardDigits. */
  readonly #exact: bigint[];
  readonly #booked: MinorUnits[];

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    this.#exact = ledger.currencies.map(() => 0n);
    this.#booked = ledger.currencies.map(() => 0n);
  }

  /** An account receives (> 0) or pays (< 0) an exact amount; returns what is booked. Zero leaves no entry. */
  pay(account: number, currency: number, { top, bottom }: Fraction, instrument: number): MinorUnits {
    const exact = divide(top * powerOfTen(this.#ledger.decimals[currency] + guardDigits), bottom, 'down');
    const amount = divide(exact, guard, 'down');
    this.#exact[currency] += exact;
    this.#booked[currency] += amount;
    this.#add(account, currency, amount, instrument);
    return amount;
  }

  /** As `pay`, of whole minor units. */
  payWhole(account: number, currency: number, amount: MinorUnits): void {
    this.#exact[currency] += amount * guard;
    this.#booked[currency] += amount;
    this.#add(account, currency, amount, -1);
  }

  /** An amount that goes from one account to another as it is. */
  move(from: number, to: number, currency: number, amount: MinorUnits, instrument: number): void {
    this.#add(from, currency, -amount, instrument);
    this.#add(to, currency, amount, instrument);
  }

  #add(account: number, currency: number, amount: MinorUnits, instrument: number): void {
    if (amount === 0n) return;
    if (this.#count === this.#account.length) this.#grow();
    const at = this.#count++;
    this.#account[at] = account;
    this.#currency[at] = currency;
    this.#amount[at] = amount;
    this.#instrument[at] = instrument;
  }

  /** All entries, those of the house last, in currency order. */
  entries(): EntryColumns {
    const clearing = this.#ledger.houseRow('house/clearing');
    const rounding = this.#ledger.houseRow('house/rounding');
    this.#exact.forEach((exact, currency) => {
      const total = divide(exact, guard, 'nearest');
      this.#add(clearing, currency, -total, -1);
      this.#add(rounding, currency, total - this.#booked[currency], -1);
      this.#exact[currency] = this.#booked[currency] = 0n;
    });
    return {
      count: this.#count,
      account: this.#account.slice(0, this.#count),
      currency: this.#currency.slice(0, this.#count),
      amount: this.#amount.slice(0, this.#count),
      instrument: this.#instrument.slice(0, this.#count),
    };
  }

  #grow(): void {
    const capacity = this.#account.length * 2;
    const widen = <T extends Int32Array | Uint8Array | BigInt64Array>(wide: T, old: T): T => {
      wide.set(old as never);
      return wide;
    };
    this.#account = widen(new Int32Array(capacity), this.#account);
    this.#currency = widen(new Uint8Array(capacity), this.#currency);
    this.#amount = widen(new BigInt64Array(capacity), this.#amount);
    this.#instrument = widen(new Int32Array(capacity), this.#instrument);
  }
}
