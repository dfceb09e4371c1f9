import { type Decimal, exact, maxOf, zero } from '../../decimal.ts';
import type { Breakdown, ReferenceAccount, ReferenceResult } from '../account.ts';
import { QuoteProblem } from './quotes.ts';

/** A position or an order: signed base units. */
export interface Holding<Contract> {
  readonly contract: Contract;
  readonly units: Decimal;
  /** Entry price, or limit price. */
  readonly price: Decimal;
}

/** What both models know of an instrument. */
export interface ParadexContract {
  readonly name: string;
  readonly kind: 'spot' | 'future' | 'perpetual' | 'option';
  readonly size: Decimal;
  readonly mark: Decimal;
  /** What one base unit is worth at most: options are backed by the index price. */
  readonly notional: Decimal;
}

export interface ParadexAccount<Contract> {
  readonly positions: readonly Holding<Contract>[];
  readonly orders: readonly Holding<Contract>[];
  readonly cash: Decimal;
}

/** Reads an account and margins it; what stands in the way is a refusal. */
export function marginParadexAccount<Contract extends ParadexContract>(
  account: ReferenceAccount,
  currency: string,
  contractOf: (instrumentIndex: number) => Contract,
  margin: (account: ParadexAccount<Contract>) => ReferenceResult,
): ReadonlyMap<string, ReferenceResult> {
  try {
    const held = readAccount(account, currency, contractOf);
    if (held.orders.some(({ contract }) => contract.kind === 'spot')) {
      throw new QuoteProblem('the account has an open order in a spot market: Paradex has published no margin for it');
    }
    return new Map([[currency, margin(held)]]);
  } catch (problem) {
    if (!(problem instanceof QuoteProblem)) throw problem;
    return new Map([[currency, { refusal: problem.message }]]);
  }
}

function readAccount<Contract extends ParadexContract>(
  { positions, orders, cash }: ReferenceAccount,
  currency: string,
  contractOf: (instrumentIndex: number) => Contract,
): ParadexAccount<Contract> {
  const holding = (instrumentIndex: number, quantity: number, price: number): Holding<Contract> => {
    const contract = contractOf(instrumentIndex);
    return { contract, units: exact(quantity).times(contract.size), price: exact(price) };
  };
  const other = [...cash].find(([name, amount]) => name !== currency && amount !== 0);
  if (other !== undefined) throw new QuoteProblem(`cash in ${other[0]} must be a position in a spot instrument`);
  return {
    positions: positions.map((each) => {
      const price = Number.isFinite(each.entryPrice) ? each.entryPrice : 0;
      return holding(each.instrumentIndex, each.quantity, price);
    }),
    orders: orders.map((each) => holding(each.instrumentIndex, each.quantity, each.limitPrice)),
    cash: exact(cash.get(currency) ?? 0),
  };
}

/** Options and spot count in full; perpetuals and futures what they have gained since entry. */
export function valueOf({ contract, units, price }: Holding<ParadexContract>): Decimal {
  const isFuture = contract.kind === 'perpetual' || contract.kind === 'future';
  return units.times(isFuture ? contract.mark.minus(price) : contract.mark);
}

/** What rounding errors are relative to. */
export function scaleOf({ positions, orders, cash }: ParadexAccount<ParadexContract>): Decimal {
  const sizes = [...positions, ...orders].map(({ contract, units, price }) =>
    units.abs().times(maxOf(contract.notional, price)));
  return sizes.reduce((sum, size) => sum.plus(size), cash.abs());
}

export function isSpot({ contract }: Holding<ParadexContract>): boolean {
  return contract.kind === 'spot';
}

/** Spot balances are charged at their whole value, borrowed ones too. */
export function spotBalanceOf(positions: readonly Holding<ParadexContract>[]): Decimal {
  return positions.filter(isSpot).reduce((sum, each) => sum.plus(valueOf(each).abs()), zero);
}

export function line(label: string, value: Decimal | string | null, more: Partial<Breakdown> = {}): Breakdown {
  const text = value === null || typeof value === 'string' ? value : value.toSignificantDigits(20).toString();
  return { label, value: text, ...more };
}

export function holdingLine(held: Holding<ParadexContract>, what: 'entry' | 'limit'): Breakdown {
  const { contract, units, price } = held;
  const isFuture = contract.kind === 'perpetual' || contract.kind === 'future';
  return line(contract.name, units, {
    unit: 'base units',
    children: [
      line('mark', contract.mark),
      ...(what === 'limit' || isFuture ? [line(what === 'limit' ? 'limit price' : 'entry price', price)] : []),
      ...(what === 'entry' ? [line('value', valueOf(held))] : []),
    ],
  });
}

export function equityLines<Contract extends ParadexContract>(account: ParadexAccount<Contract>): Breakdown[] {
  return [
    line('equity', null, {
      evidence: 'stated',
      children: [line('cash', account.cash), ...account.positions.map((each) => holdingLine(each, 'entry'))],
    }),
    ...(account.orders.length === 0 ? [] : [
      line('open orders', null, { children: account.orders.map((each) => holdingLine(each, 'limit')) }),
    ]),
  ];
}
