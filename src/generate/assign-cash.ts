import type { Book, CashColumns } from '../domain/book.ts';
import { MargridError } from '../errors.ts';
import { resolveBookOptions } from './book-options.ts';
import type { BookOptions } from './book-options.ts';
import { equityMultiple, healthyMultiple } from './equity-target.ts';
import { RandomStream, streamPurposes } from './random.ts';

/**
 * What the margin model says about a book without cash. One row per netting set (account and settlement currency), in
 * the order of accounts, then currencies.
 */
export interface NettingSetRequirements {
  readonly accountIndex: Uint32Array;
  /** Index into `Book.currencies`. */
  readonly currencyIndex: Uint32Array;
  /** Settlement currency, >= 0. */
  readonly maintenanceMargin: Float64Array;
  /** Settlement currency: equity with zero cash. */
  readonly value: Float64Array;
}

/** Smallest units of money in one: cents, and eight decimals for everything that is not listed (coins). */
const fiatUnitsPerOne = new Map([['USD', 100], ['EUR', 100]]);
const coinUnitsPerOne = 100_000_000;

/**
 * The book with as much cash as gives every account the equity it should have (`equity-target.ts`).
 *
 * An account with several netting sets has the drawn multiple in one of them, its worst; the others are healthy. A set
 * without margin requirement gets enough not to be in debt, and cannot be the worst.
 */
export function assignCash(book: Book, requirements: NettingSetRequirements, options: BookOptions = {}): Book {
  const { seed, firstAccount } = resolveBookOptions(options);
  const rowCount = requirements.accountIndex.length;
  const amount = new Float64Array(rowCount);
  const unitsPerOne = book.currencies.map((currency) => fiatUnitsPerOne.get(currency) ?? coinUnitsPerOne);
  const stream = new RandomStream();
  let first = 0;
  while (first < rowCount) {
    const account = requirements.accountIndex[first];
    let end = first + 1;
    while (end < rowCount && requirements.accountIndex[end] === account) end += 1;
    requireOrderedAndFinite(book, requirements, first, end);
    stream.restart(seed, firstAccount + account, streamPurposes.cash);
    const worst = drawWorstRow(requirements, first, end, stream);
    const worstFraction = stream.nextFineFraction();
    for (let row = first; row < end; row++) {
      const multiple = row === worst ? equityMultiple(worstFraction) : healthyMultiple(stream.nextFineFraction());
      amount[row] = cashFor(requirements, row, multiple, unitsPerOne[requirements.currencyIndex[row]]);
    }
    first = end;
  }
  const cash: CashColumns = {
    accountIndex: requirements.accountIndex.slice(), currencyIndex: requirements.currencyIndex.slice(), amount,
  };
  return { ...book, cash };
}

/** A row among those with a margin requirement; -1 if there is none. Always takes one number from the stream. */
function drawWorstRow(requirements: NettingSetRequirements, first: number, end: number, stream: RandomStream): number {
  const fraction = stream.nextFraction();
  let candidates = 0;
  for (let row = first; row < end; row++) candidates += Number(requirements.maintenanceMargin[row] > 0);
  let choice = Math.floor(fraction * candidates);
  for (let row = first; row < end; row++) {
    if (!(requirements.maintenanceMargin[row] > 0)) continue;
    if (choice === 0) return row;
    choice -= 1;
  }
  return -1;
}

function cashFor(requirements: NettingSetRequirements, row: number, multiple: number, unitsPerOne: number): number {
  const maintenanceMargin = requirements.maintenanceMargin[row];
  const value = requirements.value[row];
  if (maintenanceMargin > 0) return Math.round((multiple * maintenanceMargin - value) * unitsPerOne) / unitsPerOne;
  return value >= 0 ? 0 : (Math.floor(-value * unitsPerOne) + 1) / unitsPerOne;
}

function requireOrderedAndFinite(book: Book, requirements: NettingSetRequirements, first: number, end: number): void {
  const account = requirements.accountIndex[first];
  const isAfterPrevious = first === 0 || requirements.accountIndex[first - 1] < account;
  if (!(account < book.accountIds.length && isAfterPrevious)) {
    throw new MargridError('EngineState', `requirements: row ${first} is not in account order`);
  }
  for (let row = first; row < end; row++) {
    const isFinite = Number.isFinite(requirements.maintenanceMargin[row]) && Number.isFinite(requirements.value[row]);
    if (!isFinite) {
      const message = `requirements: account ${book.accountIds[account]} has no finite margin or value`;
      throw new MargridError('ValueNotFinite', message, { value: requirements.value[row] });
    }
  }
}
