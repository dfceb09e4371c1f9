import { FLAG_BITS } from '../../assembly/portable/layout.ts';
import { instrumentValue } from '../account/instrument-values.ts';
import type { AccountContext } from '../account/module.ts';
import type { Instrument } from '../domain/instrument.ts';
import { decimalsOf, minorOf, type MinorUnits } from '../money/minor-units.ts';
import { lotsOf, type ContractTerms } from './contract-value.ts';

/** A position of the book: where it stands, and what it is. */
export interface HeldLots {
  readonly instrument: number;
  /** Whole lots, signed. */
  readonly lots: bigint;
  /** 0 where none is kept. */
  readonly entryPrice: number;
}

/** Positions of the engine's book in whole lots, with what they are worth at the quotes of the last tick. */
export class BookView {
  readonly context: AccountContext;
  readonly lotDecimals: number;
  /** Value of one contract of every instrument; futures without their entry price. */
  readonly unitValue: Float64Array;
  readonly #mirrors: ReadonlySet<number>;

  constructor(context: AccountContext, lotDecimals: number) {
    this.#mirrors = new Set([...context.mirrors().keys()].map((account) => context.engine.accountRow(account)));
    this.context = context;
    this.lotDecimals = lotDecimals;
    const { market, quotes } = context;
    this.unitValue = Float64Array.from(market.instruments, (_, row) => instrumentValue(market, quotes, row));
  }

  get setCount(): number {
    return this.context.engine.nettingSetCount;
  }

  instrument(row: number): Instrument {
    return this.context.market.instruments[row];
  }

  /** Whether its value is the gain since entry: futures and perpetuals. */
  isFuture(row: number): boolean {
    const { kind } = this.instrument(row);
    return kind === 'future' || kind === 'perpetual';
  }

  terms(row: number): ContractTerms {
    const { payoff, contractSize, settlementCurrency } = this.instrument(row);
    return { payoff, contractSize, lotDecimals: this.lotDecimals, moneyDecimals: decimalsOf(settlementCurrency) };
  }

  /** Whether the set is the sum of others, as a pool's is: what it shows is theirs. */
  isMirror(set: number): boolean {
    return this.#mirrors.has(this.context.engine.arena.views.nettingSet.account[set]);
  }

  accountOf(set: number): string {
    return this.context.engine.accountIds[this.context.engine.arena.views.nettingSet.account[set]];
  }

  currencyOf(set: number): string {
    return this.context.engine.currencies[this.context.engine.arena.views.nettingSet.currency[set]];
  }

  cashOf(set: number): number {
    return this.context.engine.arena.views.nettingSet.cash[set];
  }

  /** Cash of everybody who has any in a currency, in minor units; debts not counted. */
  depositsOf(currency: string): MinorUnits {
    const { cash, currency: currencies } = this.context.engine.arena.views.nettingSet;
    const row = this.context.engine.currencies.indexOf(currency);
    const decimals = decimalsOf(currency);
    let sum = 0n;
    for (let set = 0; set < this.setCount; set++) {
      if (currencies[set] === row && cash[set] > 0 && !this.isMirror(set)) sum += minorOf(cash[set], decimals, 'down');
    }
    return sum;
  }

  positionsOf(set: number): HeldLots[] {
    const { firstPosition, positionCount } = this.context.engine.arena.views.nettingSet;
    return Array.from({ length: positionCount[set] }, (_, index) => this.heldAt(firstPosition[set] + index));
  }

  /** Market rows of the instruments in which the set has open orders. */
  orderedInstruments(set: number): number[] {
    const { firstPosition, positionCount, orderCount } = this.context.engine.arena.views.nettingSet;
    const first = firstPosition[set] + positionCount[set];
    return [...new Set(Array.from({ length: orderCount[set] }, (_, index) => this.instrumentAt(first + index)))];
  }

  instrumentAt(slot: number): number {
    const { rows, arena } = this.context.engine;
    return rows.instrumentOf[arena.views.position.row[slot] >>> FLAG_BITS];
  }

  heldAt(slot: number): HeldLots {
    const { engine } = this.context;
    return {
      instrument: this.instrumentAt(slot),
      lots: lotsOf(engine.arena.views.position.quantity[slot], this.lotDecimals),
      entryPrice: engine.entryPrices[slot],
    };
  }

  /** Value of all positions of a set without signs, NaN if one has no price: settlement currency. */
  notionalOf(set: number): number {
    const { nettingSet, position } = this.context.engine.arena.views;
    const first = nettingSet.firstPosition[set];
    let sum = 0;
    for (let slot = first; slot < first + nettingSet.positionCount[set]; slot++) {
      sum += Math.abs(position.quantity[slot] * this.unitValue[this.instrumentAt(slot)]);
    }
    return sum;
  }
}
