import { MargridError } from '../errors.ts';
import type { BookChanges, CashChange, OrderChange, PositionChange } from '../engine/book-changes.ts';
import { amountOf, decimalsOf, divide, minorOf, type MinorUnits } from '../money/minor-units.ts';
import type { BookView } from './book-view.ts';
import { exactGain, quantityOf } from './contract-value.ts';
import { fractionOf, minorUnitsOf, type Fraction } from '../money/fraction.ts';

/** Decimals that are kept beyond the minor unit: what rounding cuts off is counted, not lost. */
const dustDecimals = 12;
const dustPerUnit = 10n ** BigInt(dustDecimals);

interface OpenPosition {
  lots: bigint;
  entryPrice: number;
  isChanged: boolean;
}

/** Somebody who holds cash and positions in one currency: a netting set, or one that is yet to be opened. */
interface Holder {
  readonly account: string;
  readonly currency: string;
  cash: MinorUnits;
  /** By market row. */
  readonly positions: Map<number, OpenPosition>;
}

/**
 * Trades at mark and payments, kept aside until all of them are known and then given to the book at once. Cash is in
 * whole minor units; what valuing a position leaves below one goes to `dust` (10^-12 of a minor unit), so that cash,
 * funds, dust and the value of positions at mark add up to the same after every trade, exactly (to 10^-12 of a minor
 * unit for each valuation whose digits do not end there).
 */
export class Settlement {
  readonly #view: BookView;
  readonly #holders = new Map<string, Holder>();
  readonly #dust: Map<string, bigint>;
  readonly #orders: OrderChange[] = [];

  /** `dust`: by currency, carried from earlier settlements. */
  constructor(view: BookView, dust: Map<string, bigint>) {
    this.#view = view;
    this.#dust = dust;
  }

  /** The holder of a netting set. */
  ofSet(set: number): string {
    const account = this.#view.accountOf(set);
    const currency = this.#view.currencyOf(set);
    const key = `${currency} ${account}`;
    if (!this.#holders.has(key)) this.#open(key, account, currency, set);
    return key;
  }

  /** The holder of an account and currency, whether or not the book has such a netting set. */
  ofAccount(account: string, currency: string): string {
    const { engine } = this.#view.context;
    const row = engine.accountRow(account);
    if (row >= 0) {
      const { first, end } = engine.resultRange(account);
      for (let set = first; set < end; set++) if (this.#view.currencyOf(set) === currency) return this.ofSet(set);
    }
    const key = `${currency} ${account}`;
    if (!this.#holders.has(key)) this.#open(key, account, currency, -1);
    return key;
  }

  #open(key: string, account: string, currency: string, set: number): void {
    const positions = new Map<number, OpenPosition>();
    const exact = set < 0 ? fractionOf(0) : fractionOf(this.#view.cashOf(set));
    this.#holders.set(key, { account, currency, cash: this.#whole(exact, currency), positions });
    if (set < 0) return;
    for (const { instrument, lots, entryPrice } of this.#view.positionsOf(set))
      positions.set(instrument, { lots, entryPrice, isChanged: false });
  }

  cash(holder: string): MinorUnits {
    return this.#holder(holder).cash;
  }

  lots(holder: string, instrument: number): bigint {
    return this.#holder(holder).positions.get(instrument)?.lots ?? 0n;
  }

  /** Adds to (or takes from) somebody's cash: the caller sees to it that somebody else has it less. */
  pay(holder: string, amount: MinorUnits): void {
    this.#holder(holder).cash += amount;
  }

  /** Turns the gain of part of a future since entry into cash, at a price: the lots leave the position. */
  realise(holder: string, instrument: number, lots: bigint, price: number): void {
    if (lots === 0n) return;
    const own = this.#holder(holder);
    const position = own.positions.get(instrument);
    if (
      position === undefined ||
      (lots < 0n ? lots < position.lots : lots > position.lots) ||
      lots < 0n !== position.lots < 0n
    ) {
      throw new MargridError(
        'EngineState',
        `${own.account} holds ${position?.lots ?? 0n} lots of instrument ${instrument}, ${lots} cannot be closed`,
      );
    }
    own.cash += this.#whole(exactGain(this.#view.terms(instrument), lots, position.entryPrice, price), own.currency);
    position.lots -= lots;
    position.isChanged = true;
  }

  /** The holder's future is settled at a price and grows by lots at it. Other instruments change hands for `value`. */
  receive(holder: string, instrument: number, lots: bigint, price: number, value: MinorUnits): void {
    const own = this.#holder(holder);
    const held = own.positions.get(instrument)?.lots ?? 0n;
    if (this.#view.isFuture(instrument) && held !== 0n) this.realise(holder, instrument, held, price);
    own.positions.set(instrument, { lots: held + lots, entryPrice: price, isChanged: true });
    own.cash -= value;
  }

  /** Gives away an instrument that has no entry value, for `value`. */
  giveUp(holder: string, instrument: number, lots: bigint, value: MinorUnits): void {
    const own = this.#holder(holder);
    const position = own.positions.get(instrument)!;
    position.lots -= lots;
    position.isChanged = true;
    own.cash += value;
  }

  /** Takes what rounding in parts left in a holder's cash (nothing else is there) into the dust. */
  clear(holder: string): void {
    const own = this.#holder(holder);
    this.#dust.set(own.currency, (this.#dust.get(own.currency) ?? 0n) + own.cash * dustPerUnit);
    own.cash = 0n;
  }

  cancelOrders(set: number): void {
    const account = this.#view.accountOf(set);
    for (const instrument of this.#view.orderedInstruments(set)) {
      this.#orders.push({ account, instrument: this.#view.instrument(instrument).name, quantity: 0, limitPrice: 1 });
    }
  }

  /** Whole minor units that dust has added up to since they were last taken. */
  takeDust(currency: string): MinorUnits {
    const dust = this.#dust.get(currency) ?? 0n;
    const units = divide(dust, dustPerUnit, 'down');
    this.#dust.set(currency, dust - units * dustPerUnit);
    return units;
  }

  get currencies(): readonly string[] {
    return [...this.#dust.keys()];
  }

  changes(): BookChanges {
    const positions: PositionChange[] = [];
    const cash: CashChange[] = [];
    for (const { account, currency, cash: amount, positions: held } of this.#holders.values()) {
      cash.push({ account, currency, amount: amountOf(amount, decimalsOf(currency)) });
      held.forEach(({ lots, entryPrice, isChanged }, row) => {
        if (!isChanged) return;
        const quantity = quantityOf(lots, this.#view.lotDecimals);
        positions.push({ account, instrument: this.#view.instrument(row).name, quantity, entryPrice });
      });
    }
    return { positions, cash, ...(this.#orders.length === 0 ? {} : { orders: this.#orders }) };
  }

  /** Rounds down to minor units; the rest is dust. */
  #whole(exact: Fraction, currency: string): MinorUnits {
    const decimals = decimalsOf(currency);
    const fine = minorUnitsOf(exact, decimals + dustDecimals, 'down');
    const units = divide(fine, dustPerUnit, 'down');
    if (fine !== units * dustPerUnit || !this.#dust.has(currency)) {
      this.#dust.set(currency, (this.#dust.get(currency) ?? 0n) + fine - units * dustPerUnit);
    }
    return units;
  }

  #holder(key: string): Holder {
    const holder = this.#holders.get(key);
    if (holder === undefined) throw new MargridError('EngineState', `no holder '${key}' was opened`);
    return holder;
  }
}

/** Value of lots of an instrument that has no entry value (options, spot), rounded once: the same for both sides. */
export function transferValue(view: BookView, instrument: number, lots: bigint): MinorUnits {
  const { moneyDecimals, lotDecimals } = view.terms(instrument);
  return minorOf(view.unitValue[instrument] * quantityOf(lots, lotDecimals), moneyDecimals, 'nearest');
}
