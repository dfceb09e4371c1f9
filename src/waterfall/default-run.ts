import type { Storable } from '../account/events.ts';
import type { CashSource } from '../account/module.ts';
import type { MinorUnits } from '../money/minor-units.ts';
import { bankruptcyPrices } from './bankruptcy-prices.ts';
import type { BookView, HeldLots } from './book-view.ts';
import { gainOf } from './contract-value.ts';
import { Counterparties } from './counterparties.ts';
import { runWaterfall, type BankruptAccount, type BankruptPosition, type Deleveraged, type WaterfallEntry } from './default-waterfall.ts';
import { seedOf } from './default-seed.ts';
import type { InsuranceFunds } from './insurance-fund.ts';
import { paymentsOf, type LossToSocialise } from './payers.ts';
import type { WaterfallRules } from './rules.ts';
import { transferValue, type Settlement } from './settlement.ts';
import { withdrawalFeeRate } from './socialised-loss.ts';

export interface DefaultRunOptions {
  readonly view: BookView;
  readonly settlement: Settlement;
  readonly rules: WaterfallRules;
  readonly funds: InsuranceFunds;
  readonly liquidator: string;
  readonly previousForward: Float64Array;
  readonly sessionEquity: Float64Array;
  readonly addDebt: (currency: string, amount: MinorUnits) => void;
  readonly addUncovered: (currency: string, amount: MinorUnits) => void;
  readonly debt: (currency: string) => MinorUnits;
}

/** A bankrupt netting set, taken apart. */
interface Bankrupt {
  readonly set: number;
  readonly holder: string;
  readonly held: readonly HeldLots[];
  readonly record: BankruptAccount;
}

/**
 * The waterfalls of one tick: netting set by netting set in their order, losses that are socialised together at the end,
 * and then one change of the book. Every trade is at mark, every other amount goes from one to another, so that nothing
 * is created or lost.
 */
export class DefaultRun {
  readonly #options: DefaultRunOptions;
  readonly #losses: LossToSocialise[] = [];
  /** What a netting set has paid already, by ADL or for losses. */
  readonly #charged = new Map<number, bigint>();
  #counterparties: Counterparties | null = null;

  constructor(options: DefaultRunOptions) {
    this.#options = options;
  }

  settle(sets: readonly number[]): void {
    const { view, settlement, funds, rules } = this.#options;
    const { context } = view;
    funds.startWindow(context.clockMs);
    const bankrupt = sets.flatMap((set) => this.#bankruptOf(set) ?? []);
    if (bankrupt.length === 0) return;
    const before = funds.totals();
    if (rules.steps.includes('adl')) {
      const instruments = new Set(bankrupt.flatMap(({ held }) => held.map(({ instrument }) => instrument)));
      this.#counterparties = new Counterparties(view, rules.adl, instruments, (set) => this.#isExcluded(set));
    }
    for (const each of bankrupt) this.#distribute(each);
    this.#chargeLosses();
    for (const currency of settlement.currencies) {
      const units = settlement.takeDust(currency);
      if (units === 0n) continue;
      funds.add(currency, units);
      context.emit('rounding', { currency, fund: currency, amount: units });
    }
    context.update(settlement.changes(), { reason: 'waterfall', house: fundedSince(before, funds), rest: 'house/clearing' });
  }

  #isExcluded(set: number): boolean {
    const { view, liquidator } = this.#options;
    return view.isMirror(set) || view.accountOf(set) === liquidator;
  }

  /** What the set has at mark, and what is missing; null, and an event, if the waterfall cannot run for it. */
  #bankruptOf(set: number): Bankrupt | null {
    const { view, settlement } = this.#options;
    const [account, currency] = [view.accountOf(set), view.currencyOf(set)];
    if (account === this.#options.liquidator) return null;
    const skip = (reason: string): null => {
      view.context.emit('skipped', { account, currency, reason });
      return null;
    };
    if (view.isMirror(set)) return skip('it is a pool: its members are bankrupt or not once it is dissolved (pool.dissolve)');
    const held = view.positionsOf(set).filter(({ lots }) => lots !== 0n);
    const foreign = held.find(({ instrument }) => view.instrument(instrument).settlementCurrency !== currency);
    if (foreign !== undefined) return skip(`${view.instrument(foreign.instrument).name} settles in another currency`);
    const unpriced = held.find(({ instrument }) => !Number.isFinite(view.unitValue[instrument]));
    if (unpriced !== undefined) return skip(`${view.instrument(unpriced.instrument).name} has no price`);
    const holder = settlement.ofSet(set);
    const missing = -this.#valueAtMark(holder, held);
    if (missing <= 0n) return skip('its positions and cash are worth zero or more: other amounts made its balance negative');
    return { set, holder, held, record: this.#recordOf(account, currency, held, missing) };
  }

  /** Cash and positions in whole minor units, rounded as `Settlement` rounds when they are sold. */
  #valueAtMark(holder: string, held: readonly HeldLots[]): MinorUnits {
    const { view, settlement } = this.#options;
    let value = settlement.cash(holder);
    for (const { instrument, lots, entryPrice } of held) {
      value += view.isFuture(instrument)
        ? gainOf(view.terms(instrument), lots, entryPrice, this.#mark(instrument), 'down')
        : transferValue(view, instrument, lots);
    }
    return value;
  }

  #mark(instrument: number): number {
    return this.#options.view.context.quotes.forward[instrument];
  }

  #recordOf(account: string, currency: string, held: readonly HeldLots[], deficit: MinorUnits): BankruptAccount {
    const { view, previousForward } = this.#options;
    const futures = held.filter(({ instrument }) => view.isFuture(instrument));
    const carriers = futures.map(({ instrument, lots }) => ({ terms: view.terms(instrument), lots, markPrice: this.#mark(instrument) }));
    const { carried } = bankruptcyPrices(carriers, deficit);
    const positions = held.map((each): BankruptPosition => {
      const { instrument, lots } = each;
      const mark = this.#mark(instrument);
      const part = carried[futures.indexOf(each)] ?? { bankruptcyPrice: mark, loss: 0n };
      const previous = previousForward[instrument];
      return {
        instrument: view.instrument(instrument).name,
        terms: view.terms(instrument),
        lots,
        markPrice: mark,
        ...part,
        ...(previous > 0 ? { previousMarkPrice: previous } : {}),
        canDeleverage: view.isFuture(instrument),
      };
    });
    return { account, currency, positions, deficit };
  }

  #distribute(bankrupt: Bankrupt): void {
    const { rules, funds, view, settlement } = this.#options;
    const { record, set, holder, held } = bankrupt;
    const rowOf = new Map(record.positions.map(({ instrument }, place) => [instrument, held[place].instrument] as const));
    const seed = seedOf(view.context.clockMs, set);
    const result = runWaterfall(record, rules, {
      funds,
      deleverage: ({ instrument, lots, markPrice }, toClose) =>
        this.#counterparties?.close(rowOf.get(instrument)!, lots > 0n, toClose, markPrice, seed) ?? [],
      socialise: (instrument, amount) => {
        if (rules.socialisedLoss.method === 'none') return amount;
        this.#losses.push({ currency: record.currency, instrument: instrument === null ? null : rowOf.get(instrument)!, amount });
        return 0n;
      },
    });
    settlement.cancelOrders(set);
    for (const entry of result.entries) {
      this.#book(bankrupt, entry, rowOf);
      view.context.emit(entry.step, this.#eventOf(record, entry));
    }
    const { fund, counterparties, socialised, uncovered } = result.bornBy;
    settlement.pay(holder, record.deficit);
    settlement.clear(holder);
    view.context.emit('default', {
      account: record.account, currency: record.currency, deficit: record.deficit, fund, counterparties, socialised, uncovered,
    });
  }

  /** Trades of an entry, at mark, and what counterparties pay. */
  #book({ holder, record }: Bankrupt, entry: WaterfallEntry, rowOf: ReadonlyMap<string, number>): void {
    const { settlement, addUncovered } = this.#options;
    if (entry.step === 'uncovered') return addUncovered(record.currency, entry.amount);
    if (entry.step === 'socialised-loss' || entry.instrument === null) return;
    const row = rowOf.get(entry.instrument)!;
    if (entry.step !== 'adl') return this.#takeOver(holder, record.currency, row, entry.lots);
    const mark = this.#mark(row);
    settlement.realise(holder, row, entry.lots, mark);
    entry.counterparties.forEach(({ holder: set, lots }, place) => {
      const other = settlement.ofSet(set);
      settlement.realise(other, row, entry.lots > 0n ? -lots : lots, mark);
      settlement.pay(other, -entry.amounts[place]);
      this.#charged.set(set, (this.#charged.get(set) ?? 0n) + entry.amounts[place]);
    });
  }

  #takeOver(holder: string, currency: string, row: number, lots: bigint): void {
    const { settlement, view, liquidator } = this.#options;
    const taker = settlement.ofAccount(liquidator, currency);
    if (view.isFuture(row)) {
      settlement.realise(holder, row, lots, this.#mark(row));
      settlement.receive(taker, row, lots, this.#mark(row), 0n);
      return;
    }
    const value = transferValue(view, row, lots);
    settlement.giveUp(holder, row, lots, value);
    settlement.receive(taker, row, lots, 0, value);
  }

  /** Losses of the tick, by currency and instrument; what the rules let nobody pay is the venue's. */
  #chargeLosses(): void {
    const { rules, view, settlement, funds, sessionEquity, addDebt, addUncovered, debt } = this.#options;
    for (const loss of summed(this.#losses)) {
      const { currency, instrument, amount } = loss;
      const name = instrument === null ? null : view.instrument(instrument).name;
      const { method, feeOf } = rules.socialisedLoss;
      if (method === 'withdrawal-fee') {
        addDebt(currency, amount);
        const rate = withdrawalFeeRate(debt(currency), view.depositsOf(currency), feeOf);
        view.context.emit('payments', { currency, instrument: name, method, amount, debt: debt(currency), rate });
        continue;
      }
      const facts = { sessionEquity, charged: this.#charged, isExcluded: (set: number) => this.#isExcluded(set) };
      const { sets, amounts, left, excess } = paymentsOf(loss, rules.socialisedLoss, view, facts);
      sets.forEach((set, place) => {
        if (amounts[place] === 0n) return;
        settlement.pay(settlement.ofSet(set), -amounts[place]);
        this.#charged.set(set, (this.#charged.get(set) ?? 0n) + amounts[place]);
      });
      if (excess > 0n) funds.add(currency, excess);
      if (left > 0n) addUncovered(currency, left);
      view.context.emit('payments', {
        currency, instrument: name, method, amount, accounts: this.#accountsOf(sets), amounts, uncovered: left, excess,
      });
    }
  }

  #accountsOf(sets: ArrayLike<number>): Uint32Array {
    const { account } = this.#options.view.context.engine.setKeys;
    return Uint32Array.from(sets, (set) => account[set]);
  }

  #eventOf({ account, currency }: BankruptAccount, entry: WaterfallEntry): Record<string, Storable> {
    if (entry.step !== 'adl') return { account, currency, ...entry };
    const { counterparties, amounts, ...rest } = entry;
    const sets = Uint32Array.from(counterparties, ({ holder }: Deleveraged) => holder);
    return {
      account, currency, ...rest,
      accounts: this.#accountsOf(sets),
      closed: BigInt64Array.from(counterparties, ({ lots }) => lots),
      amounts: BigInt64Array.from(amounts),
    };
  }
}

/** What the insurance funds have received since, by currency. */
function fundedSince(before: ReadonlyMap<string, MinorUnits>, funds: InsuranceFunds): NonNullable<CashSource['house']> {
  return [...funds.totals()].map(([currency, total]) => ({ account: 'house/insurance', currency, amount: total - (before.get(currency) ?? 0n) }));
}

/** Losses of one currency and instrument together, in the order of their first one. */
function summed(losses: readonly LossToSocialise[]): LossToSocialise[] {
  const sums = new Map<string, LossToSocialise>();
  for (const loss of losses) {
    const key = `${loss.currency} ${loss.instrument}`;
    sums.set(key, { ...loss, amount: loss.amount + (sums.get(key)?.amount ?? 0n) });
  }
  return [...sums.values()];
}
