import type { BookChanges, CashChange, PositionChange } from '../engine/book-changes.ts';
import { amountOf, decimalsOf, minorOf, type DecimalsByCurrency, type MinorUnits } from '../money/minor-units.ts';
import type { Holdings } from '../whatif/holdings.ts';
import { instrumentIndexOf, withLeg, type Terms } from '../whatif/legs.ts';

/** An execution, as it was reported. */
export interface Fill {
  readonly account: string;
  /** Netting set that pays the fee. */
  readonly currency: string;
  readonly instrument: string;
  /** Signed contracts that the account traded. */
  readonly quantity: number;
  /** Quote currency per base unit. */
  readonly price: number;
  /** Minor units of `currency`, >= 0 to the insurance fund, < 0 from it. */
  readonly fee: MinorUnits;
  /** Account of the book that took the other side; absent: somebody outside it. */
  readonly counterparty?: string;
}

/**
 * Money that changed hands, minor units by currency. The four add up to nothing: what an account gains somebody else
 * loses. `clearing` is the other side of gains and losses on futures (their sum is what the marks of those who still
 * hold them owe), and of whoever is outside the book.
 */
export interface Postings {
  readonly account: Readonly<Record<string, MinorUnits>>;
  readonly counterparty: Readonly<Record<string, MinorUnits>>;
  readonly clearing: Readonly<Record<string, MinorUnits>>;
  readonly fund: Readonly<Record<string, MinorUnits>>;
}

export interface BookedFill {
  readonly changes: BookChanges;
  readonly postings: Postings;
}

/**
 * One side of a trade: the position afterwards, and the cash that it brings in minor units, rounded against the
 * account.
 */
interface Side {
  readonly positions: readonly PositionChange[];
  readonly cash: Map<string, MinorUnits>;
}

/**
 * What a fill does to the book and to money, in whole minor units. Both sides are booked as trades are (`withLeg`):
 * closing realises the gain, opening averages the entry price, options and spot are paid for.
 */
export function bookFill(
  fill: Fill,
  held: Holdings,
  counterpartyHeld: Holdings | null,
  terms: Terms,
  decimals: DecimalsByCurrency,
): BookedFill {
  const { account, counterparty, fee, currency } = fill;
  const own = sideOf(fill.account, held, fill.instrument, fill.quantity, fill.price, terms, decimals);
  const other =
    counterparty === undefined || counterpartyHeld === null
      ? { positions: [], cash: new Map<string, MinorUnits>() }
      : sideOf(counterparty, counterpartyHeld, fill.instrument, -fill.quantity, fill.price, terms, decimals);
  const clearing = new Map<string, MinorUnits>();
  for (const cash of [own.cash, other.cash]) for (const [name, amount] of cash) add(clearing, name, -amount);
  add(own.cash, currency, -fee);
  return {
    changes: {
      positions: [...own.positions, ...other.positions],
      cash: [
        ...cashChanges(account, held, own.cash, decimals),
        ...(counterparty === undefined || counterpartyHeld === null
          ? []
          : cashChanges(counterparty, counterpartyHeld, other.cash, decimals)),
      ],
    },
    postings: {
      account: Object.fromEntries(own.cash),
      counterparty: Object.fromEntries(other.cash),
      clearing: Object.fromEntries(clearing),
      fund: { [currency]: fee },
    },
  };
}

function sideOf(
  account: string,
  held: Holdings,
  instrument: string,
  quantity: number,
  price: number,
  terms: Terms,
  decimals: DecimalsByCurrency,
): Side {
  instrumentIndexOf(terms.market, instrument);
  // Without cash before, the cash afterwards is what the trade brings: nothing is lost in a difference.
  const after = withLeg({ ...held, cash: new Map() }, { kind: 'trade', instrument, quantity, price }, terms);
  const names = new Set([...held.positions.keys(), ...after.positions.keys()]);
  const positions = [...names]
    .filter((name) => held.positions.get(name) !== after.positions.get(name))
    .map((name) => {
      const position = after.positions.get(name) ?? { quantity: 0, entryPrice: 0 };
      return {
        account,
        instrument: name,
        ...position,
        quantity: decimalSum(held.positions.get(name)?.quantity ?? 0, position.quantity),
      };
    });
  const cash = new Map(
    [...after.cash].map(([name, amount]) => [name, minorOf(amount, decimalsOf(name, decimals), 'down')] as const),
  );
  return { positions, cash };
}

/** Digits that a sum of decimal quantities is good for. */
const quantityDigits = 14;

/** A quantity after a trade, without the dust of binary fractions: 0.1 less 0.04 less 0.06 is nothing. */
function decimalSum(before: number, after: number): number {
  const size = Math.max(Math.abs(before), Math.abs(after));
  return Math.abs(after) < size * 1e-13 ? 0 : Number(after.toPrecision(quantityDigits));
}

/** Cash balances after amounts of minor units were added. */
export function cashChanges(
  account: string,
  held: Holdings,
  amounts: ReadonlyMap<string, MinorUnits>,
  decimals: DecimalsByCurrency,
): CashChange[] {
  return [...amounts]
    .filter(([, amount]) => amount !== 0n)
    .map(([currency, amount]) => {
      const places = decimalsOf(currency, decimals);
      return { account, currency, amount: amountOf(cashOf(held, currency, decimals) + amount, places) };
    });
}

/** Cash in minor units: balances that are no whole number of them are the nearest one. */
export function cashOf(held: Holdings, currency: string, decimals: DecimalsByCurrency): MinorUnits {
  return minorOf(held.cash.get(currency) ?? 0, decimalsOf(currency, decimals), 'nearest');
}

function add(sums: Map<string, MinorUnits>, name: string, amount: MinorUnits): void {
  sums.set(name, (sums.get(name) ?? 0n) + amount);
}
