import type { Command } from '../account/command.ts';
import type { AccountContext } from '../account/module.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { PositionChange } from '../engine/book-changes.ts';
import { MargridError } from '../errors.ts';
import { choiceField, invalid, textField } from '../margin/fields.ts';
import type { Bookkeeping } from './bookkeeping.ts';
import { fractionOf, negated, numberOf, over, plus, times, type Fraction } from '../money/fraction.ts';
import { heldBy, instrumentRow } from './holdings.ts';
import type { Payments } from './payments.ts';

export const deliveries = ['cash', 'physical'] as const;

/** How expiring contracts are settled: in cash, or by handing over what they are on. */
export type Delivery = { readonly kind: 'cash' } | { readonly kind: 'physical'; readonly underlying: number };

/** `delivery` (default cash) and `underlying`, the spot instrument that is handed over. */
export function deliveryField(command: Command, { engine, market }: AccountContext): Delivery {
  if (choiceField(command, 'delivery', '', deliveries, 'cash') === 'cash') return { kind: 'cash' };
  const name = textField(command, 'underlying', '');
  const underlying = instrumentRow(engine, name, 'underlying');
  if (market.instruments[underlying].kind !== 'spot') throw invalid('underlying', name, 'must be a spot instrument');
  return { kind: 'physical', underlying };
}

/** Throws `MovementRefused` unless contracts of an instrument can be settled by handing over the underlying. */
export function requireDeliverable(instrument: Instrument, underlying: Instrument): void {
  const { name, payoff, baseCurrency, settlementCurrency } = instrument;
  const isDeliverable =
    payoff === 'linear' &&
    baseCurrency === underlying.baseCurrency &&
    settlementCurrency === underlying.settlementCurrency;
  if (isDeliverable) return;
  throw new MargridError(
    'MovementRefused',
    `${name} cannot be settled by delivery of ${underlying.name}: it is not linear, or on something else`,
    {
      column: 'underlying',
      value: underlying.name,
    },
  );
}

/** Base units that change hands, by account; they become positions in the spot instrument once all are known. */
export class Deliveries {
  readonly #books: Bookkeeping;
  readonly #context: AccountContext;
  readonly #units = new Map<number, Fraction>();

  constructor(books: Bookkeeping, context: AccountContext) {
    this.#books = books;
    this.#context = context;
  }

  /** An account buys base units (< 0: sells) at a price: it pays now and gets them with `positions`. */
  buy(
    payments: Payments,
    account: number,
    currency: number,
    units: Fraction,
    price: Fraction,
    instrument: number,
  ): void {
    payments.pay(account, currency, negated(times(units, price)), instrument);
    const before = this.#units.get(account);
    this.#units.set(account, before === undefined ? units : plus(before, units));
  }

  /** Positions in the underlying after everything. */
  positions(underlying: number): PositionChange[] {
    const { name, contractSize } = this.#context.market.instruments[underlying];
    return [...this.#units].flatMap(([row, units]): PositionChange[] => {
      if (units.top === 0n) return [];
      const account = this.#books.nameOf(this.#context, row);
      const held = heldBy(this.#context.engine, account, underlying);
      const quantity = plus(fractionOf(held.quantity), over(units, fractionOf(contractSize)));
      return [{ account, instrument: name, quantity: numberOf(quantity) }];
    });
  }
}
