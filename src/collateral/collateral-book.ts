import type { Storable } from '../account/events.ts';
import type { IndexPrices } from '../domain/index-price.ts';
import { amountOf, decimalsOf, type MinorUnits } from '../money/minor-units.ts';
import { BalanceStore, requireBookable } from './balance-store.ts';
import type { AssetRules, CollateralRules } from './collateral-rules.ts';
import { collateralPrice } from './collateral-price.ts';
import { indexUnit } from './fixed-point.ts';
import { LendingPool, minorOfShares, type PoolShares, type PoolState } from './lending-pool.ts';
import type { RepayBalance } from './repayment-plan.ts';
import {
  emptyValues,
  itemiseCollateral,
  valueCollateral,
  type CollateralColumns,
  type CollateralItem,
  type CollateralPrices,
  type CollateralValues,
} from './value-collateral.ts';

/** Values of one account: a row of `CollateralValues`. */
export type AccountValue = { readonly [name in keyof CollateralValues]: number };

/** Shares of one asset as they would be. */
export interface ChangedShares {
  readonly asset: number;
  readonly shares: PoolShares;
}

/** Interest that postings have found on one asset since the last report; minor units. */
export interface PostedInterest {
  readonly account: number[];
  readonly charged: MinorUnits[];
  readonly credited: MinorUnits[];
}

/** Balances, pools and rules together: what the collateral module knows, without commands and events. */
export class CollateralBook {
  readonly rules: CollateralRules;
  readonly decimals: readonly number[];
  readonly pools: readonly LendingPool[];
  readonly store: BalanceStore;
  /** Minor units per unit of the asset. */
  readonly #unit: readonly number[];

  /** With the pools and balances of `earlier` if there is one: its assets come first in the rules. */
  constructor(rules: CollateralRules, nowMs: number, earlier?: CollateralBook) {
    this.rules = rules;
    this.decimals = rules.assets.map(assetDecimals);
    this.pools = rules.assets.map(({ borrow }) => new LendingPool(borrow, nowMs));
    earlier?.pools.forEach((pool, asset) => this.pools[asset].restore(pool.state));
    this.store = earlier?.store ?? new BalanceStore();
    this.#unit = this.decimals.map((decimals) => Number(10n ** BigInt(decimals)));
  }

  accrue(nowMs: number): void {
    for (const pool of this.pools) pool.accrue(nowMs);
  }

  /** Price of every asset in collateral currency, NaN where it is missing; and what all accounts have, in units. */
  prices(quotes: IndexPrices): CollateralPrices {
    const { assets, currency, atPar } = this.rules;
    return {
      price: Float64Array.from(assets, ({ name }) => collateralPrice(quotes, name, currency, atPar)),
      deposits: Float64Array.from(this.pools, (pool, asset) => amountOf(pool.credits, this.decimals[asset])),
    };
  }

  /** Balances of all accounts as risk numbers. */
  columns(accountCount: number): CollateralColumns {
    const { first, row: rows } = this.store.order(accountCount);
    const { asset, creditMinor, debtMinor } = this.store.columns;
    const creditIndex = this.pools.map((pool) => factorOf(pool.creditIndex));
    const debtIndex = this.pools.map((pool) => factorOf(pool.debtIndex));
    const columns = {
      first,
      asset: new Uint8Array(rows.length),
      credit: new Float64Array(rows.length),
      debt: new Float64Array(rows.length),
    };
    for (let place = 0; place < rows.length; place++) {
      const row = rows[place];
      columns.asset[place] = asset[row];
      columns.credit[place] = (creditMinor[row] * creditIndex[asset[row]]) / this.#unit[asset[row]];
      columns.debt[place] = (debtMinor[row] * debtIndex[asset[row]]) / this.#unit[asset[row]];
    }
    return columns;
  }

  /** Balances of one account, as they are or with one that is changed. */
  #columnsOfAccount(account: number, changed?: ChangedShares): CollateralColumns {
    const held = this.rules.assets
      .map((_, asset) => ({ asset, shares: changed?.asset === asset ? changed.shares : this.shares(account, asset) }))
      .filter(({ shares }) => shares.credit !== 0n || shares.debt !== 0n);
    const amount = (asset: number, shares: bigint, index: bigint): number =>
      (minorOfShares(shares) * factorOf(index)) / this.#unit[asset];
    return {
      first: Uint32Array.of(0, held.length),
      asset: Uint8Array.from(held, ({ asset }) => asset),
      credit: Float64Array.from(held, ({ asset, shares }) =>
        amount(asset, shares.credit, this.pools[asset].creditIndex),
      ),
      debt: Float64Array.from(held, ({ asset, shares }) => amount(asset, shares.debt, this.pools[asset].debtIndex)),
    };
  }

  /** Values of one account, as it is or with a balance that is changed. */
  valueOf(account: number, prices: CollateralPrices, changed?: ChangedShares): AccountValue {
    const values = emptyValues(1);
    valueCollateral(this.rules, this.#columnsOfAccount(account, changed), prices, values);
    return Object.fromEntries(
      Object.entries(values).map(([name, column]: [string, Float64Array]) => [name, column[0]]),
    ) as unknown as AccountValue;
  }

  items(account: number, prices: CollateralPrices): CollateralItem[] {
    return itemiseCollateral(this.rules, this.#columnsOfAccount(account), prices, 0);
  }

  shares(account: number, asset: number): PoolShares {
    return this.store.shares(this.store.find(account, asset));
  }

  creditOf(account: number, asset: number): MinorUnits {
    return this.pools[asset].creditOf(this.shares(account, asset));
  }

  debtOf(account: number, asset: number): MinorUnits {
    return this.pools[asset].debtOf(this.shares(account, asset));
  }

  /** Takes over shares that the pool has changed; what they stand for is booked. */
  book(account: number, asset: number, shares: PoolShares): void {
    const row = this.store.open(account, asset);
    const pool = this.pools[asset];
    const { bookedCredit, bookedDebt } = this.store.columns;
    this.store.setShares(row, shares);
    bookedCredit[row] = pool.creditOf(shares);
    bookedDebt[row] = pool.debtOf(shares);
  }

  /** Throws `LimitExceeded` unless the shares stand for amounts that can be booked. */
  requireBookable(asset: number, shares: PoolShares): void {
    requireBookable(this.pools[asset].creditOf(shares), this.rules.assets[asset].name);
    requireBookable(this.pools[asset].debtOf(shares), this.rules.assets[asset].name);
  }

  /** Books the interest that one row has gathered: charged on what is owed, credited on what is had. */
  post(row: number, into: PostedInterest): void {
    const { account, asset, bookedCredit, bookedDebt } = this.store.columns;
    const shares = this.store.shares(row);
    const pool = this.pools[asset[row]];
    const charged = pool.debtOf(shares) - bookedDebt[row];
    const credited = pool.creditOf(shares) - bookedCredit[row];
    if (charged === 0n && credited === 0n) return;
    bookedDebt[row] += charged;
    bookedCredit[row] += credited;
    into.account.push(account[row]);
    into.charged.push(charged);
    into.credited.push(credited);
  }

  /** What shares stand for less what they owe, units of the asset. */
  netAmount(asset: number, shares: PoolShares): number {
    return amountOf(this.pools[asset].creditOf(shares) - this.pools[asset].debtOf(shares), this.decimals[asset]);
  }

  /** For a repayment plan: a balance per asset. */
  repayBalances(account: number, { price }: CollateralPrices): RepayBalance[] {
    const { assets, atPar, currency } = this.rules;
    return assets.map(({ name, tiers }, asset) => ({
      asset: name,
      credit: this.creditOf(account, asset),
      debt: this.debtOf(account, asset),
      cash: this.pools[asset].cash,
      decimals: this.decimals[asset],
      price: price[asset],
      haircut: tiers[0].haircut.initial,
      isStable: name === currency || atPar.includes(name),
    }));
  }

  state(): Storable {
    return { pools: this.pools.map((pool) => pool.state as unknown as Storable), balances: this.store.state() };
  }

  restore(state: Readonly<Record<string, Storable | undefined>>): void {
    (state['pools'] as unknown as PoolState[]).forEach((pool, asset) => this.pools[asset].restore(pool));
    this.store.restore(state['balances'] as Readonly<Record<string, Storable>>);
  }
}

/** Decimals of an asset's minor unit: those of the rules, else the usual ones. */
export function assetDecimals({ name, decimals }: AssetRules): number {
  return decimals ?? decimalsOf(name);
}

/** An index as a double. */
function factorOf(index: bigint): number {
  return Number(index) / Number(indexUnit);
}
