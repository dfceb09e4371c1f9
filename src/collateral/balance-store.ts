import type { Storable } from '../account/events.ts';
import { MargridError } from '../errors.ts';
import type { MinorUnits } from '../money/minor-units.ts';
import { minorOfShares, noShares, type PoolShares } from './lending-pool.ts';

/** Assets per account at most: a row is found by account x this + asset. */
const assetsMax = 256;
const firstCapacity = 64;
const wordBits = 64n;
const wordMask = (1n << wordBits) - 1n;
const bookedMax = (1n << 63n) - 1n;

/** Columns of a balance; shares in two words each, what is booked in minor units. */
interface Columns {
  readonly account: Uint32Array;
  readonly asset: Uint8Array;
  readonly creditHigh: BigUint64Array;
  readonly creditLow: BigUint64Array;
  readonly debtHigh: BigUint64Array;
  readonly debtLow: BigUint64Array;
  /** The same in minor units at index 1, as doubles: the pass over all accounts reads these. */
  readonly creditMinor: Float64Array;
  readonly debtMinor: Float64Array;
  readonly bookedCredit: BigInt64Array;
  readonly bookedDebt: BigInt64Array;
  /** What of the balance the margin engine holds, units of the asset; 0 where it holds none. */
  readonly engineAmount: Float64Array;
}

function columnsOf(capacity: number): Columns {
  return {
    account: new Uint32Array(capacity),
    asset: new Uint8Array(capacity),
    creditHigh: new BigUint64Array(capacity),
    creditLow: new BigUint64Array(capacity),
    debtHigh: new BigUint64Array(capacity),
    debtLow: new BigUint64Array(capacity),
    creditMinor: new Float64Array(capacity),
    debtMinor: new Float64Array(capacity),
    bookedCredit: new BigInt64Array(capacity),
    bookedDebt: new BigInt64Array(capacity),
    engineAmount: new Float64Array(capacity),
  };
}

/** Rows in (account, asset) order: row numbers of the store, and where each account's begin. */
export interface BalanceOrder {
  readonly first: Uint32Array;
  readonly row: Uint32Array;
}

/** Balances of all accounts, one row per account and asset that was ever touched, in the order of the first touch. */
export class BalanceStore {
  #columns = columnsOf(firstCapacity);
  #count = 0;
  readonly #rowOf = new Map<number, number>();
  #order: BalanceOrder | null = null;

  get count(): number {
    return this.#count;
  }

  /** Columns of all rows; elements from `count` on mean nothing. Write shares by `setShares` only. */
  get columns(): Columns {
    return this.#columns;
  }

  /** -1 if there is none. */
  find(account: number, asset: number): number {
    return this.#rowOf.get(account * assetsMax + asset) ?? -1;
  }

  /** The row, made if there is none. */
  open(account: number, asset: number): number {
    const known = this.find(account, asset);
    if (known >= 0) return known;
    if (this.#count === this.#columns.account.length) this.#grow(this.#count * 2);
    const row = this.#count++;
    this.#columns.account[row] = account;
    this.#columns.asset[row] = asset;
    this.#rowOf.set(account * assetsMax + asset, row);
    this.#order = null;
    return row;
  }

  shares(row: number): PoolShares {
    if (row < 0) return noShares;
    const { creditHigh, creditLow, debtHigh, debtLow } = this.#columns;
    return { credit: (creditHigh[row] << wordBits) | creditLow[row], debt: (debtHigh[row] << wordBits) | debtLow[row] };
  }

  setShares(row: number, { credit, debt }: PoolShares): void {
    const { creditHigh, creditLow, debtHigh, debtLow, creditMinor, debtMinor } = this.#columns;
    creditMinor[row] = minorOfShares(credit);
    debtMinor[row] = minorOfShares(debt);
    creditHigh[row] = credit >> wordBits;
    creditLow[row] = credit & wordMask;
    debtHigh[row] = debt >> wordBits;
    debtLow[row] = debt & wordMask;
  }

  /** Accounts from 0 to `accountCount`, exclusive. Valid until a row is opened. */
  order(accountCount: number): BalanceOrder {
    if (this.#order !== null && this.#order.first.length === accountCount + 1) return this.#order;
    const { account, asset } = this.#columns;
    const first = new Uint32Array(accountCount + 1);
    for (let row = 0; row < this.#count; row++) first[account[row] + 1]++;
    for (let each = 0; each < accountCount; each++) first[each + 1] += first[each];
    const row = new Uint32Array(this.#count);
    const next = first.slice();
    for (let each = 0; each < this.#count; each++) {
      // Few rows per account: each is moved to its place among those that are there.
      let place = next[account[each]]++;
      for (; place > first[account[each]] && asset[row[place - 1]] > asset[each]; place--) row[place] = row[place - 1];
      row[place] = each;
    }
    this.#order = { first, row };
    return this.#order;
  }

  state(): Storable {
    const names = Object.keys(this.#columns) as (keyof Columns)[];
    return Object.fromEntries(names.map((name) => [name, stored(this.#columns[name], this.#count)]));
  }

  /** Takes what `state` gave. */
  restore(state: Readonly<Record<string, Storable | undefined>>): void {
    const account = state['account'] as Uint32Array;
    this.#count = account.length;
    this.#columns = columnsOf(Math.max(this.#count, firstCapacity));
    for (const name of Object.keys(this.#columns) as (keyof Columns)[]) load(this.#columns[name], state[name]!);
    this.#rowOf.clear();
    this.#order = null;
    for (let row = 0; row < this.#count; row++)
      this.#rowOf.set(account[row] * assetsMax + this.#columns.asset[row], row);
  }

  #grow(capacity: number): void {
    const wider = columnsOf(capacity);
    for (const name of Object.keys(wider) as (keyof Columns)[])
      (wider[name] as Uint32Array).set(this.#columns[name] as Uint32Array);
    this.#columns = wider;
  }
}

/** Throws `LimitExceeded` for an amount that a column of minor units cannot hold. */
export function requireBookable(amount: MinorUnits, asset: string): void {
  if (amount <= bookedMax) return;
  const message = `a balance of ${asset} would be ${amount} minor units, more than ${bookedMax}: give the asset fewer decimals`;
  throw new MargridError('LimitExceeded', message, { column: 'amount', value: String(amount) });
}

/** A snapshot knows signed 64-bit columns: the bits stay. */
function stored(column: Columns[keyof Columns], count: number): Storable {
  const cut = column.slice(0, count);
  return cut instanceof BigUint64Array ? new BigInt64Array(cut.buffer) : cut;
}

function load(column: Columns[keyof Columns], state: Storable): void {
  const given = state as Exclude<Columns[keyof Columns], BigUint64Array>;
  if (column instanceof BigUint64Array) column.set(new BigUint64Array((given as BigInt64Array).slice().buffer));
  else (column as Uint32Array).set(given as Uint32Array);
}
