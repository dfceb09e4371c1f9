import { describe, expect, it } from 'vitest';
import type { Book } from '../../src/domain/book.ts';
import { assignCash } from '../../src/generate/assign-cash.ts';
import type { NettingSetRequirements } from '../../src/generate/assign-cash.ts';
import type { BookOptions } from '../../src/generate/book-options.ts';
import { generatePositions } from '../../src/generate/generate-positions.ts';
import { madeUpRequirements } from '../support/made-up-requirements.ts';
import { tinyMarket } from '../support/tiny-market.ts';

const tiny = tinyMarket();
const accounts = 200_000;
const options = { accounts, seed: 1, meanPositions: 4 };
const book = generatePositions(tiny, options);
const requirements = madeUpRequirements(tiny, book);
const funded = assignCash(book, requirements, options);

function fundedBook(bookOptions: BookOptions): Book {
  const positions = generatePositions(tiny, bookOptions);
  return assignCash(positions, madeUpRequirements(tiny, positions), bookOptions);
}

/** Equity over maintenance margin of the worst netting set of every account. */
function worstMultiples(): Float64Array {
  const worst = new Float64Array(accounts).fill(Infinity);
  requirements.accountIndex.forEach((account, row) => {
    const equity = funded.cash.amount[row] + requirements.value[row];
    worst[account] = Math.min(worst[account], equity / requirements.maintenanceMargin[row]);
  });
  return worst;
}

describe('assignCash', () => {
  it('puts 2% of accounts within a tenth of maintenance margin and 0.1% below it, by their worst netting set', () => {
    const worst = worstMultiples();
    const near = worst.filter((multiple) => multiple > 1 && multiple <= 1.1).length / accounts;
    const below = worst.filter((multiple) => multiple <= 1).length / accounts;
    // Standard deviations: 0.00031 and 0.00007.
    expect(Math.abs(near - 0.02)).toBeLessThan(0.00125);
    expect(Math.abs(below - 0.001)).toBeLessThan(0.0003);
    expect(worst.every((multiple) => multiple >= 0.49)).toBe(true);
  });

  it('has one row per netting set, rounded to 8 decimals of coin and 2 of dollars', () => {
    expect(funded.cash.accountIndex).toEqual(requirements.accountIndex);
    expect(funded.cash.currencyIndex).toEqual(requirements.currencyIndex);
    funded.cash.amount.forEach((amount, row) => {
      const decimals = book.currencies[requirements.currencyIndex[row]] === 'USD' ? 2 : 8;
      if (Number(amount.toFixed(decimals)) !== amount) throw new Error(`${amount} has more than ${decimals} decimals`);
    });
  });

  it('has accounts with two netting sets, of which at most one is not healthy', () => {
    let twoSets = 0;
    for (let row = 1; row < requirements.accountIndex.length; row++) {
      if (requirements.accountIndex[row] !== requirements.accountIndex[row - 1]) continue;
      twoSets += 1;
      const multiples = [row - 1, row].map((set) =>
        (funded.cash.amount[set] + requirements.value[set]) / requirements.maintenanceMargin[set]);
      if (!(Math.max(...multiples) > 1.1)) throw new Error(`both netting sets below 1.1: ${multiples}`);
    }
    expect(twoSets).toBeGreaterThan(5_000);
  });

  it('starts a bigger book with the same cash', () => {
    const small = fundedBook({ ...options, accounts: 1_000 });
    expect(funded.cash.amount.slice(0, small.cash.amount.length)).toEqual(small.cash.amount);
  });

  it('funds a range of accounts like the whole', () => {
    const part = fundedBook({ ...options, accounts: 100, firstAccount: 500 });
    const first = requirements.accountIndex.indexOf(500);
    expect(funded.cash.amount.slice(first, first + part.cash.amount.length)).toEqual(part.cash.amount);
  });
});

function twoAccounts(overrides: Partial<NettingSetRequirements> = {}): [Book, NettingSetRequirements] {
  const sets: NettingSetRequirements = {
    accountIndex: Uint32Array.of(0, 1),
    currencyIndex: Uint32Array.of(1, 0),
    maintenanceMargin: Float64Array.of(0, 0),
    value: Float64Array.of(-12.341, 5),
    ...overrides,
  };
  return [generatePositions(tiny, { accounts: 2, seed: 1 }), sets];
}

describe('assignCash without margin requirement', () => {
  it('gives just enough not to be in debt', () => {
    const [positions, sets] = twoAccounts();
    expect([...assignCash(positions, sets, { accounts: 2, seed: 1 }).cash.amount]).toEqual([12.35, 0]);
  });

  it('never lets a set without requirement be the worst', () => {
    const free = tiny.instruments.findIndex((instrument) => instrument.baseCurrency === 'SPX');
    const sets = madeUpRequirements(tiny, book, free);
    const equity = assignCash(book, sets, options).cash.amount.map((amount, row) => amount + sets.value[row]);
    equity.forEach((amount, row) => {
      if (sets.maintenanceMargin[row] === 0 && amount < 0) throw new Error(`row ${row} is in debt: ${amount}`);
    });
  });
});

describe('assignCash refuses', () => {
  it.each([
    ['no number', { value: Float64Array.of(NaN, 0) }, 'requirements: account A0000001 has no finite margin or value'],
    ['wrong order', { accountIndex: Uint32Array.of(1, 0) }, 'requirements: row 1 is not in account order'],
    ['an unknown account', { accountIndex: Uint32Array.of(0, 2) }, 'requirements: row 1 is not in account order'],
  ])('%s', (_name, overrides, message) => {
    const [positions, sets] = twoAccounts(overrides);
    expect(() => assignCash(positions, sets, { accounts: 2, seed: 1 })).toThrow(expect.objectContaining({ message }));
  });
});
