import type { Book } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import type { ScenarioSet } from '../scenario/scenario-set.ts';
import { portfoliosOf, requireGroups, type AccountGroups } from './book-portfolios.ts';
import { BookRows } from './book-rows.ts';
import { contractWorth } from './contract-worth.ts';
import { InstrumentCompiler } from './instrument-columns.ts';
import { portfolioPnl } from './portfolio-pnl.ts';
import { scenariosIn } from './reporting-currency.ts';
import type { RevaluationOptions } from './revaluation.ts';
import { sortHoldings, type SortedHoldings } from './sorted-holdings.ts';

export interface StressInput extends RevaluationOptions {
  readonly market: Market;
  readonly book: Book;
  readonly scenarios: ScenarioSet;
  /** Pools, desks, clients. */
  readonly groups?: AccountGroups;
  /** Called now and then with the accounts that are done. */
  readonly progress?: (done: number, total: number) => void;
}

/** What scenarios do to a book. Amounts in `currency`; gains positive, losses and deficits >= 0. */
export interface BookStress {
  readonly currency: string;
  readonly accountCount: number;
  readonly heldConstant: readonly string[];
  /** Why accounts are left out. */
  readonly quarantined: ReadonlyMap<number, string>;
  /** Equity of the book now, and its P&L by scenario. */
  readonly equity: number;
  readonly pnl: Float64Array;
  /** P&L of group g in scenario s: `groupPnl[g * scenarios + s]`. */
  readonly groupPnl: Float64Array;
  /** By scenario. */
  readonly byScenario: ScenarioColumns;
  /** By account of the book. */
  readonly byAccount: AccountColumns;
}

export interface ScenarioColumns {
  /** Accounts that lose, and what they lose together. */
  readonly losers: Uint32Array;
  readonly losses: Float64Array;
  /** Accounts whose equity is below zero afterwards and was not before, and by how much together. */
  readonly insolvent: Uint32Array;
  readonly deficit: Float64Array;
  /** The account that loses most; -1 if none loses. */
  readonly worstAccount: Int32Array;
  readonly worstLoss: Float64Array;
}

export interface AccountColumns {
  /** Cash, gains of futures, value of options and spot; NaN of an account that is left out. */
  readonly equity: Float64Array;
  /** Of its worst scenario, and which that is (-1: left out). */
  readonly worstPnl: Float64Array;
  readonly worstScenario: Int32Array;
}

/** Accounts between two calls of `progress`. */
const progressEvery = 4_096;

/**
 * Revalues a book in every scenario, account by account: full revaluation, P&L of all instruments at once and of one
 * account at a time, so memory is instruments times scenarios. Throws what `Revaluation` throws for the market as a
 * whole; what concerns one instrument quarantines those who hold it.
 */
export function stressBook(input: StressInput): BookStress {
  const { market, book, scenarios, groups, progress } = input;
  const { currency = 'USD' } = input;
  const accountCount = book.accountIds.length;
  if (groups !== undefined) requireGroups(groups, accountCount);
  const holdings = sortHoldings(book, market);
  const rows = new BookRows(market, scenariosIn(market, scenarios, currency), holdings.currencies, holdings.isHeld, input);
  const portfolios = portfoliosOf(book, market, holdings, rows, groups ?? null);
  const { quarantined, groupCount } = portfolios;
  const equity = accountEquities(input, currency, holdings, quarantined);
  const byScenario = scenarioColumns(scenarios.count);
  const byAccount = {
    equity, worstPnl: new Float64Array(accountCount).fill(NaN), worstScenario: new Int32Array(accountCount).fill(-1),
  };
  const pnl = new Float64Array(scenarios.count);
  const units = new Float64Array(rows.count * scenarios.count);
  if (rows.count > 0) rows.fill(0, scenarios.count, scenarios.count, units, new Float64Array(rows.count));
  for (let account = 0; account < accountCount; account++) {
    if (account % progressEvery === 0) progress?.(account, accountCount);
    if (quarantined.has(account)) continue;
    portfolioPnl(portfolios, units, account, pnl);
    take(byScenario, byAccount, account, pnl);
  }
  progress?.(accountCount, accountCount);
  const groupPnl = new Float64Array(groupCount * scenarios.count);
  for (let group = 0; group < groupCount; group++) {
    const own = groupPnl.subarray(group * scenarios.count, (group + 1) * scenarios.count);
    portfolioPnl(portfolios, units, accountCount + group, own);
  }
  portfolioPnl(portfolios, units, accountCount + groupCount, pnl);
  const bookEquity = equity.reduce((sum, each) => (Number.isNaN(each) ? sum : sum + each), 0);
  return {
    currency, accountCount, heldConstant: rows.heldConstant, quarantined, equity: bookEquity, pnl, groupPnl, byScenario,
    byAccount,
  };
}

function scenarioColumns(count: number): ScenarioColumns {
  return {
    losers: new Uint32Array(count), losses: new Float64Array(count), insolvent: new Uint32Array(count),
    deficit: new Float64Array(count), worstAccount: new Int32Array(count).fill(-1), worstLoss: new Float64Array(count),
  };
}

/** Enters the P&L of one account into both sets of columns. */
function take(scenarios: ScenarioColumns, accounts: AccountColumns, account: number, pnl: Float64Array): void {
  const equity = accounts.equity[account];
  let worst = 0;
  for (let s = 0; s < pnl.length; s++) {
    const change = pnl[s];
    if (change < pnl[worst]) worst = s;
    if (change < 0) {
      scenarios.losers[s]++;
      scenarios.losses[s] -= change;
      if (-change > scenarios.worstLoss[s]) {
        scenarios.worstLoss[s] = -change;
        scenarios.worstAccount[s] = account;
      }
    }
    const after = equity + change;
    if (after < 0 && equity >= 0) {
      scenarios.insolvent[s]++;
      scenarios.deficit[s] -= after;
    }
  }
  accounts.worstPnl[account] = pnl[worst];
  accounts.worstScenario[account] = worst;
}

/** Equity of every account: cash, gains of futures, value of options and spot; NaN of one that is left out. */
export function accountEquities(
  { market, book, scenarios, unmatched = 'refuse' }: StressInput,
  currency: string,
  holdings: SortedHoldings,
  quarantined: ReadonlyMap<number, string>,
): Float64Array {
  const compiler = new InstrumentCompiler(market, scenarios, { currency, unmatched });
  const { currencies, cash, firstPosition, instrument, quantity } = holdings;
  // What nobody has who is margined need not have a rate or a price.
  const rateOf = remembered(currencies.length, (c) => compiler.currency(currencies[c]).rate);
  const worthOf = remembered(market.instruments.length, (index) => {
    const value = contractWorth(market, index);
    return value === 0 ? 0 : value * compiler.currency(market.instruments[index].settlementCurrency).rate;
  });
  return Float64Array.from(book.accountIds, (_, account) => {
    if (quarantined.has(account)) return NaN;
    let equity = 0;
    for (let c = 0; c < currencies.length; c++) {
      const amount = cash[account * currencies.length + c];
      if (amount !== 0) equity += amount * rateOf(c);
    }
    for (let p = firstPosition[account]; p < firstPosition[account + 1]; p++) {
      equity += quantity[p] * worthOf(instrument[p]);
    }
    return equity;
  });
}

/** Works out each value when it is first asked for. */
function remembered(count: number, value: (index: number) => number): (index: number) => number {
  const values = new Float64Array(count);
  const isKnown = new Uint8Array(count);
  return (index) => {
    if (isKnown[index] === 0) {
      values[index] = value(index);
      isKnown[index] = 1;
    }
    return values[index];
  };
}
