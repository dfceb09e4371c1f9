import { FLAG_BITS } from '../../assembly/portable/layout.ts';
import { MargridError } from '../errors.ts';
import { portfoliosOf, requireGroups, type BookPortfolios } from './book-portfolios.ts';
import { BookRows } from './book-rows.ts';
import { accountEquities, type StressInput } from './book-stress.ts';
import { InstrumentCompiler, allocateColumns } from './instrument-columns.ts';
import type { Holding } from './revaluation.ts';
import { sortHoldings, type SortedHoldings } from './sorted-holdings.ts';

/** What several accounts hold together, opposite positions netted, without accounts that are left out. */
export interface NettedPortfolio {
  readonly name: string;
  readonly holdings: readonly Holding[];
  /** Of currencies that some factor moves, gains of futures included. */
  readonly cash: ReadonlyMap<string, number>;
  /** Accounts, and how many of them are left out. */
  readonly members: number;
  readonly quarantinedMembers: number;
  /** Of those that are not, in the currency asked for. */
  readonly equity: number;
}

export interface NettedBook {
  readonly book: NettedPortfolio;
  readonly groups: readonly NettedPortfolio[];
  /** Why accounts are left out. */
  readonly quarantined: ReadonlyMap<number, string>;
  /** Instruments that no factor moves, where that is allowed. */
  readonly heldConstant: readonly string[];
}

/**
 * A book and its groups as netted portfolios: what can be computed of a few portfolios but not of every account. The
 * scenarios say which factors there are, and which accounts hold something that they cannot move: those are left out, as
 * in `stressBook`. A book of which nothing is left is refused with the reason: throws what `Revaluation` throws.
 */
export function nettedBook(input: Omit<StressInput, 'progress'>): NettedBook {
  const { market, book, scenarios, groups = null, currency = 'USD' } = input;
  const accountCount = book.accountIds.length;
  if (groups !== null) requireGroups(groups, accountCount);
  const sorted = sortHoldings(book, market);
  const rows = new BookRows(market, scenarios, sorted.currencies, sorted.isHeld, input);
  const portfolios = portfoliosOf(book, market, sorted, rows, groups);
  const { quarantined, groupCount } = portfolios;
  if (accountCount > 0 && quarantined.size === accountCount) throw reasonOfAll(input, sorted, quarantined);
  const equity = accountEquities(input, currency, sorted, quarantined);
  const equityOf = (isMember: (account: number) => boolean): number =>
    equity.reduce((sum, each, account) => (Number.isNaN(each) || !isMember(account) ? sum : sum + each), 0);
  const names = [...(groups?.names ?? []), 'book'];
  const netted = names.map((name, group) => ({
    name,
    ...holdingsOf(portfolios, rows, sorted, accountCount + group),
    members: portfolios.members[group],
    quarantinedMembers: portfolios.quarantinedMembers[group],
    equity: equityOf((account) => group === groupCount || groups!.groupOf[account] === group),
  }));
  return { book: netted[groupCount], groups: netted.slice(0, groupCount), quarantined, heldConstant: rows.heldConstant };
}

function holdingsOf(
  { firstPosition, entry, quantity }: BookPortfolios, rows: BookRows, { currencies }: SortedHoldings, portfolio: number,
): Pick<NettedPortfolio, 'holdings' | 'cash'> {
  const instrumentOf = new Map<number, number>();
  rows.instrumentRow.forEach((place, instrument) => {
    if (place >= 0) instrumentOf.set(place, instrument);
  });
  const holdings: Holding[] = [];
  const cash = new Map<string, number>();
  for (let p = firstPosition[portfolio]; p < firstPosition[portfolio + 1]; p++) {
    const row = entry[p] >>> FLAG_BITS;
    const instrument = instrumentOf.get(row);
    if (instrument !== undefined) holdings.push({ instrument, quantity: quantity[p] });
    else cash.set(currencies[rows.currencyRow.indexOf(row)], quantity[p]);
  }
  return { holdings, cash };
}

/** The first error that left an account out, with its code; what the reader of the book has found has none. */
function reasonOfAll(
  { market, scenarios, currency = 'USD', unmatched = 'refuse' }: Omit<StressInput, 'progress'>,
  { isHeld, currencies }: SortedHoldings,
  quarantined: ReadonlyMap<number, string>,
): MargridError {
  const compiler = new InstrumentCompiler(market, scenarios, { currency, unmatched });
  const columns = allocateColumns(1);
  const lead = `nothing is left of the book: every account is left out (${quarantined.size})`;
  try {
    isHeld.forEach((held, index) => held === 1 && compiler.write(columns, 0, index));
    currencies.forEach((each) => compiler.currency(each));
  } catch (error) {
    if (error instanceof MargridError) return new MargridError(error.code, `${lead}; ${error.message}`, error.place);
    throw error;
  }
  return new MargridError('ValueInvalid', `${lead}; ${[...quarantined.values()][0]}`);
}
