import type { Storable } from '../account/events.ts';
import type { AccountContext, AccountModule, AddedAmounts, Adjustment, TickPlan } from '../account/module.ts';
import type { Market } from '../domain/market.ts';
import type { BookChanges } from '../engine/book-changes.ts';
import type { Engine } from '../engine/engine.ts';
import type { Quotes } from '../engine/tick-inputs.ts';
import { MargridError } from '../errors.ts';
import { AccountRows } from './account-rows.ts';
import { assetDecimals, CollateralBook, type ChangedShares, type PostedInterest } from './collateral-book.ts';
import { collateralCommands } from './collateral-commands.ts';
import { collateralPrice } from './collateral-price.ts';
import { parseCollateralRules, type AssetRules, type CollateralRules } from './collateral-rules.ts';
import type { PoolShares } from './lending-pool.ts';
import { enginePlaceOf, holdInEngine, holdingChange } from './engine-holdings.ts';
import { loanToValue, ltvBandNames, ltvBandOf } from './loan-to-value.ts';
import { planRepayment, withoutCash } from './repayment-plan.ts';
import {
  emptyValues,
  valueCollateral,
  type CollateralItem,
  type CollateralPrices,
  type CollateralValues,
} from './value-collateral.ts';

/** From this band on an account's loan-to-value ratio is reported. */
const firstReportedBand = ltvBandNames.indexOf('margin-call');

/**
 * Collateral in many assets and loans of them. Balances and pools are whole minor units; at every tick interest is
 * accrued, collateral is valued at the tick's prices and added to the accounts' balances and requirements, and loans of
 * accounts past the trigger are repaid with their own assets. Commands and rules: docs/COLLATERAL.md.
 */
export class CollateralModule implements AccountModule {
  readonly name = 'collateral';
  readonly commands: NonNullable<AccountModule['commands']>;
  readonly adjustments: readonly Adjustment[];
  readonly accounts = new AccountRows();
  #rulesInput: unknown;
  #book: CollateralBook;
  #values: CollateralValues = emptyValues(0);
  /** Quotes that `#values` were made at; null after any change of balances. */
  #valuedAt: Quotes | null = null;
  #postedMs = NaN;
  /** Accounts at `margin-call` or worse, by row. */
  readonly #bands = new Map<number, number>();
  /** Rows of balances that the margin engine holds otherwise than they are: put right before the next tick. */
  readonly #unheld = new Set<number>();
  /** Assets without a price at the last tick. */
  #unpriced: readonly string[] = [];

  /** `rules` as in their file. Throws `ParameterInvalid`. */
  constructor(rules: unknown) {
    this.#rulesInput = rules;
    this.#book = new CollateralBook(parseCollateralRules(rules), 0);
    this.commands = collateralCommands(this);
    this.adjustments = [
      {
        name: 'collateral',
        counts: 'balance',
        compute: (context, amounts) => this.#addBalances(context, amounts),
        present: (context, set) => ({ amount: this.added(context, set).balance, maintenance: 0 }),
      },
      {
        name: 'collateralRequirement',
        counts: 'requirement',
        compute: (context, amounts, maintenance) => this.#addRequirements(context, amounts, maintenance),
        present: (context, set) => {
          const { initialMargin, maintenanceMargin } = this.added(context, set);
          return { amount: initialMargin, maintenance: maintenanceMargin };
        },
      },
    ];
  }

  get book(): CollateralBook {
    return this.#book;
  }

  get rules(): CollateralRules {
    return this.#book.rules;
  }

  attach({ clockMs, market, engine }: AccountContext): void {
    requirePlaces(this.#book.rules, market, engine);
    this.#book = new CollateralBook(this.#book.rules, clockMs);
    this.#postedMs = clockMs;
  }

  /**
   * Does something that may be refused half-way: pools are then as they were. Balances must be booked last. Interest is
   * accrued up to the clock first.
   */
  change(context: AccountContext, act: () => void): void {
    const before = this.#book.pools.map((pool) => pool.state);
    try {
      this.#book.accrue(context.clockMs);
      act();
    } catch (error) {
      this.#book.pools.forEach((pool, asset) => pool.restore(before[asset]));
      throw error;
    }
    this.#valuedAt = null;
  }

  /** Other rules from now on. The assets there are keep their places, decimals and where they are held. */
  replaceRules(input: unknown, context: AccountContext): void {
    const rules = parseCollateralRules(input);
    requirePlaces(rules, context.market, context.engine);
    this.#book.rules.assets.forEach(({ name, held }, asset) => {
      const same = rules.assets[asset] as AssetRules | undefined;
      if (same?.name === name && same.held === held && assetDecimals(same) === this.#book.decimals[asset]) return;
      throw new MargridError(
        'CommandInvalid',
        `rules.assets must keep ${name} at place ${asset + 1}, its decimals and where it is held`,
        { value: name },
      );
    });
    const next = new CollateralBook(rules, context.clockMs, this.#book);
    next.accrue(context.clockMs);
    this.#rulesInput = input;
    this.#book = next;
    this.#valuedAt = null;
  }

  /**
   * Books what the pool has made of a balance. The interest that it had gathered until now is reported: every change of
   * what is booked is in an event.
   */
  bookShares(context: AccountContext, account: number, asset: number, shares: PoolShares): void {
    const posted: PostedInterest = { account: [], charged: [], credited: [] };
    const row = this.#book.store.find(account, asset);
    if (row >= 0) this.#book.post(row, posted);
    this.#reportInterest(context, asset, posted);
    this.#book.book(account, asset, shares);
  }

  #reportInterest(context: AccountContext, asset: number, { account, charged, credited }: PostedInterest): void {
    if (account.length === 0) return;
    context.emit('interest', {
      asset: this.#book.rules.assets[asset].name,
      account: Uint32Array.from(account),
      charged: BigInt64Array.from(charged),
      credited: BigInt64Array.from(credited),
      reserve: this.#book.pools[asset].reserve,
    });
  }

  /**
   * Lets the margin engine hold what the balance will be, if the rules say so, and books it. Returns the account's row:
   * an account that the engine did not know is open now.
   */
  holdAndBook(context: AccountContext, name: string, asset: number, shares: PoolShares): number {
    const { store, rules } = this.#book;
    const known = this.accounts.find(context.engine, name, true);
    const row = store.find(known, asset);
    const isHeld = rules.assets[asset].held === 'engine';
    const before = row < 0 ? 0 : store.columns.engineAmount[row];
    const after = isHeld ? this.#book.netAmount(asset, shares) : 0;
    if (isHeld) this.#hold(context, name, asset, before, after);
    const account = this.accounts.find(context.engine, name);
    this.bookShares(context, account, asset, shares);
    store.columns.engineAmount[store.find(account, asset)] = after;
    this.#unheld.delete(store.find(account, asset));
    return account;
  }

  #hold(context: AccountContext, name: string, asset: number, before: number, after: number): void {
    holdInEngine(
      context,
      name,
      enginePlaceOf(context.market, context.engine, this.#book.rules.assets[asset].name),
      before,
      after,
    );
  }

  /** Marks a balance that the margin engine holds for change before the next tick. */
  holdLater(row: number): void {
    const { asset } = this.#book.store.columns;
    if (this.#book.rules.assets[asset[row]].held === 'engine') this.#unheld.add(row);
  }

  beforeTick({ quotes }: TickPlan, context: AccountContext): Quotes {
    this.#book.accrue(context.clockMs);
    const { postEveryMs } = this.#book.rules;
    if (postEveryMs !== null && context.clockMs - this.#postedMs >= postEveryMs) this.post(context);
    const { account, asset, engineAmount } = this.#book.store.columns;
    for (const row of this.#unheld) {
      const amount = this.#book.netAmount(asset[row], this.#book.store.shares(row));
      this.#hold(context, context.engine.accountIds[account[row]], asset[row], engineAmount[row], amount);
      engineAmount[row] = amount;
    }
    this.#unheld.clear();
    this.#valuedAt = null;
    return quotes;
  }

  /** Posts all interest accrued so far to the accounts, one event per asset that had any. */
  post(context: AccountContext): void {
    const { store, rules } = this.#book;
    this.#postedMs = context.clockMs;
    const posted = rules.assets.map((): PostedInterest => ({ account: [], charged: [], credited: [] }));
    const { row: rows } = store.order(context.engine.accountIds.length);
    for (const row of rows) {
      const into = posted[store.columns.asset[row]];
      const known = into.account.length;
      this.#book.post(row, into);
      if (into.account.length > known) this.holdLater(row);
    }
    posted.forEach((each, asset) => this.#reportInterest(context, asset, each));
  }

  /** Values of all accounts at the quotes of the tick. */
  #valued(context: AccountContext): CollateralValues {
    if (this.#valuedAt === context.quotes) return this.#values;
    const accountCount = context.engine.accountIds.length;
    if (this.#values.market.length !== accountCount) this.#values = emptyValues(accountCount);
    valueCollateral(
      this.#book.rules,
      this.#book.columns(accountCount),
      this.#book.prices(context.quotes),
      this.#values,
    );
    this.#valuedAt = context.quotes;
    return this.#values;
  }

  /**
   * Balance: what counts for maintenance margin, or the market value; without what the engine has in equity already.
   */
  #addBalances(context: AccountContext, amounts: Float64Array): void {
    const { market, engineMarket, maintenance } = this.#valued(context);
    const counted = this.#book.rules.haircutsCount === 'balance' ? maintenance : market;
    amounts.fill(0);
    this.#eachSet(
      context,
      (set, account, rate) => (amounts[set] = converted(counted[account] - engineMarket[account], rate)),
    );
  }

  /** Requirements: haircuts that do not lower the balance, and margin for loans. */
  #addRequirements(context: AccountContext, amounts: Float64Array, added: Float64Array): void {
    const { market, initial, maintenance, loanInitial, loanMaintenance } = this.#valued(context);
    const counted = this.#book.rules.haircutsCount === 'balance' ? maintenance : market;
    amounts.fill(0);
    added.fill(0);
    this.#eachSet(context, (set, account, rate) => {
      amounts[set] = converted(Math.max(counted[account] - initial[account], 0) + loanInitial[account], rate);
      added[set] = converted(Math.max(counted[account] - maintenance[account], 0) + loanMaintenance[account], rate);
    });
  }

  /**
   * What both adjustments add to one netting set now, at the quotes of the last tick, with a balance changed or as it
   * is. What the engine holds otherwise than it is until the next tick (`#unheld`) is put right in the balance.
   */
  added(context: AccountContext, set: number, changed?: ChangedShares): AddedAmounts {
    const { engine, quotes } = context;
    const { account, currency } = engine.setKeys;
    if (this.countedIn(engine, account[set]) !== set) return { balance: 0, initialMargin: 0, maintenanceMargin: 0 };
    const prices = this.#book.prices(quotes);
    const value = this.#book.valueOf(account[set], prices, changed);
    const { haircutsCount, currency: valuedIn, atPar } = this.#book.rules;
    const counted = haircutsCount === 'balance' ? value.maintenance : value.market;
    const rate = collateralPrice(quotes, valuedIn, engine.currencies[currency[set]], atPar);
    return {
      balance: converted(counted - value.engineMarket - this.#unheldValue(account[set], prices, changed?.asset), rate),
      initialMargin: converted(Math.max(counted - value.initial, 0) + value.loanInitial, rate),
      maintenanceMargin: converted(Math.max(counted - value.maintenance, 0) + value.loanMaintenance, rate),
    };
  }

  /** What the engine holds of an account's assets and gives up before the next tick, but for one; collateral currency. */
  #unheldValue(account: number, { price }: CollateralPrices, except: number | undefined): number {
    const { store, rules } = this.#book;
    return rules.assets.reduce((sum, _, asset) => {
      const row = store.find(account, asset);
      if (asset === except || !this.#unheld.has(row)) return sum;
      const excess = store.columns.engineAmount[row] - this.#book.netAmount(asset, store.shares(row));
      return sum + excess * price[asset];
    }, 0);
  }

  /**
   * The netting set that an account's collateral counts in: that of the collateral currency, else its first one; -1 if
   * it has none.
   */
  countedIn(engine: Engine, account: number): number {
    const { first, end } = engine.resultRange(engine.accountIds[account]);
    if (first === end) return -1;
    const wanted = engine.currencies.indexOf(this.#book.rules.currency);
    const place = engine.setKeys.currency.subarray(first, end).indexOf(wanted);
    return first + Math.max(place, 0);
  }

  /** How the margin engine would hold a balance that is changed: nothing to change if it does not hold it. */
  holdingAfter(context: AccountContext, name: string, { asset, shares }: ChangedShares): Omit<BookChanges, 'addOns'> {
    const { engine, market } = context;
    const { store, rules } = this.#book;
    if (rules.assets[asset].held !== 'engine') return {};
    const row = store.find(this.accounts.find(engine, name), asset);
    const before = row < 0 ? 0 : store.columns.engineAmount[row];
    const place = enginePlaceOf(market, engine, rules.assets[asset].name);
    return holdingChange(engine, name, place, before, this.#book.netAmount(asset, shares));
  }

  /** `countedIn` of every account that has collateral. */
  #eachSet({ engine, quotes }: AccountContext, visit: (set: number, account: number, rate: number) => void): void {
    const { currency: valuedIn, atPar } = this.#book.rules;
    const { account, currency } = engine.setKeys;
    const wanted = engine.currencies.indexOf(valuedIn);
    const rates = engine.currencies.map((name) => collateralPrice(quotes, valuedIn, name, atPar));
    const { first } = this.#book.store.order(engine.accountIds.length);
    for (let set = 0; set < account.length;) {
      const owner = account[set];
      let chosen = set;
      for (; set < account.length && account[set] === owner; set++) if (currency[set] === wanted) chosen = set;
      if (first[owner + 1] > first[owner]) visit(chosen, owner, rates[currency[chosen]]);
    }
  }

  afterTick(context: AccountContext): void {
    const values = this.#valued(context);
    this.#reportPrices(context);
    this.#repayLoans(context, values);
    if (this.#book.rules.ltvBands !== null) this.#reportBands(context, this.#valued(context));
  }

  #reportPrices(context: AccountContext): void {
    const { price, deposits } = this.#book.prices(context.quotes);
    const { assets, missingPrice } = this.#book.rules;
    const unpriced = assets
      .filter((_, asset) => Number.isNaN(price[asset]) && deposits[asset] > 0)
      .map(({ name }) => name);
    if (unpriced.join() !== this.#unpriced.join())
      context.emit('missing-prices', { assets: unpriced, policy: missingPrice });
    this.#unpriced = unpriced;
  }

  #reportBands(context: AccountContext, { owed, owned }: CollateralValues): void {
    const bands = this.#book.rules.ltvBands!;
    const changed: { account: string; ratio: number; from: string; to: string }[] = [];
    for (let account = 0; account < owed.length; account++) {
      const before = this.#bands.get(account) ?? 0;
      // Bad data moves nobody.
      if ((owed[account] === 0 && before === 0) || Number.isNaN(owed[account])) continue;
      const ratio = loanToValue(owed[account], owned[account]);
      const band = ltvBandOf(ratio, bands);
      const after = band < firstReportedBand ? 0 : band;
      if (after === before) continue;
      changed.push({
        account: context.engine.accountIds[account],
        ratio,
        from: ltvBandNames[before],
        to: ltvBandNames[band],
      });
      if (after === 0) this.#bands.delete(account);
      else this.#bands.set(account, after);
    }
    for (const each of changed) context.emit('ltv', each);
  }

  /** Repays the loans of every account that is past the trigger. */
  #repayLoans(context: AccountContext, { owed, owned }: CollateralValues): void {
    const rules = this.#book.rules.autoRepay;
    if (rules === null) return;
    const due: [account: number, ratio: number][] = [];
    const consider = (account: number, ratio: number): void => {
      if (owed[account] > 0 && ratio >= rules.at) due.push([account, ratio]);
    };
    if (rules.when === 'ltv') owed.forEach((each, account) => consider(account, loanToValue(each, owned[account])));
    else {
      const { balance, maintenanceMargin } = context;
      this.#eachSet(context, (set, account) => {
        const isBroke = maintenanceMargin[set] > 0 && balance[set] <= 0;
        consider(account, isBroke ? Infinity : maintenanceMargin[set] / balance[set]);
      });
    }
    for (const [account, ratio] of due) this.#repay(context, account, ratio);
  }

  #repay(context: AccountContext, account: number, ratio: number): void {
    const { pools, rules } = this.#book;
    const balances = this.#book.repayBalances(account, this.#book.prices(context.quotes));
    const steps = planRepayment(balances, rules.autoRepay!);
    const notRepaid = withoutCash(balances, steps, rules.autoRepay!);
    for (const { soldAsset, debtAsset, sold, fee, repaid } of steps) {
      const isSame = soldAsset === debtAsset;
      const left = pools[soldAsset].remove(this.#book.shares(account, soldAsset), sold);
      this.bookShares(context, account, soldAsset, isSame ? pools[soldAsset].repay(left, repaid) : left);
      if (isSame) continue;
      pools[soldAsset].cash -= sold - fee;
      this.bookShares(
        context,
        account,
        debtAsset,
        pools[debtAsset].repay(this.#book.shares(account, debtAsset), repaid),
      );
      pools[debtAsset].cash += repaid;
      for (const asset of [soldAsset, debtAsset]) this.holdLater(this.#book.store.find(account, asset));
    }
    const name = (asset: number): string => rules.assets[asset].name;
    if (steps.length === 0 && notRepaid.length === 0) return;
    this.#valuedAt = null;
    context.emit('repaid', {
      account: context.engine.accountIds[account],
      ratio: Number.isFinite(ratio) ? ratio : null,
      steps: steps.map(({ soldAsset, debtAsset, sold, fee, repaid }) => ({
        sold: name(soldAsset),
        amount: sold,
        fee,
        loan: name(debtAsset),
        repaid,
      })),
      notRepaid: notRepaid.map(({ debtAsset, amount }) => ({ loan: name(debtAsset), amount })),
    });
  }

  /** The account's collateral, asset by asset, at the quotes given. Throws `AccountUnknown`. */
  itemise(context: Pick<AccountContext, 'engine' | 'quotes'>, account: string): CollateralItem[] {
    return this.#book.items(this.accounts.find(context.engine, account), this.#book.prices(context.quotes));
  }

  state(): Storable {
    return {
      rules: this.#rulesInput as Storable,
      postedMs: this.#postedMs,
      bands: [...this.#bands].sort(([a], [b]) => a - b),
      unheld: [...this.#unheld].sort((a, b) => a - b),
      unpriced: this.#unpriced,
      book: this.#book.state(),
    };
  }

  restore(state: Storable): void {
    const { rules, postedMs, bands, unheld, unpriced, book } = state as Record<string, Storable>;
    this.#rulesInput = rules;
    this.#book = new CollateralBook(parseCollateralRules(rules), 0);
    this.#book.restore(book as Readonly<Record<string, Storable>>);
    this.#postedMs = postedMs as number;
    this.#bands.clear();
    for (const [account, band] of bands as [number, number][]) this.#bands.set(account, band);
    this.#unheld.clear();
    for (const row of unheld as number[]) this.#unheld.add(row);
    this.#unpriced = unpriced as string[];
    this.#valuedAt = null;
  }
}

/** Nothing is nothing in every currency, whatever is known of its rate. */
function converted(amount: number, rate: number): number {
  return amount === 0 ? 0 : amount * rate;
}

/** Throws `InstrumentUnknown` for an asset that the margin engine is to hold and cannot. */
function requirePlaces({ assets }: CollateralRules, market: Market, engine: Engine): void {
  for (const { held, name } of assets) if (held === 'engine') enginePlaceOf(market, engine, name);
}
