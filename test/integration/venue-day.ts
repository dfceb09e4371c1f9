import { readFileSync } from 'node:fs';
import { AccountEngine, type JournalSink } from '../../src/account/account-engine.ts';
import type { Command } from '../../src/account/command.ts';
import type { Storable } from '../../src/account/events.ts';
import type { AccountModule } from '../../src/account/module.ts';
import { accountModules } from '../../src/cli/account-modules.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import type { LedgerModule } from '../../src/ledger/ledger-module.ts';
import { bookOf, type AccountText } from '../support/liquidation-book.ts';

export const folder = new URL('../../examples/venue-day/', import.meta.url);
const text = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
const rowsOf = (name: string): string[][] => text(name).trim().split('\n').slice(1).map((line) => line.split(','));

export const params = JSON.parse(text('params.json')) as unknown;
export const settings = JSON.parse(text('modules.json')) as Record<string, Storable>;
export const commands = text('commands.ndjson').trim().split('\n').map((line) => JSON.parse(line) as Command);
export const startMs = Date.UTC(2026, 7, 1, 8);

/** The market of the example: two linear perpetuals. */
export const market: Market = {
  asOfMs: startMs,
  instruments: rowsOf('market.csv').map(([name, , , base]): Instrument => ({
    name, kind: 'perpetual', payoff: 'linear', baseCurrency: base, quoteCurrency: 'USDC', settlementCurrency: 'USDC',
    contractSize: 1, expiryMs: null, strike: null, optionType: null,
  })),
  forward: Float64Array.from(rowsOf('market.csv'), (row) => Number(row[11])),
  impliedVolatility: Float64Array.of(NaN, NaN),
  indexPrice: new Map(rowsOf('market.csv').map((row) => [`${row[3].toLowerCase()}_usdc`, Number(row[10])])),
  openInterest: new Float64Array(2),
};

/** The book of the example, by account. */
export function exampleAccounts(): Record<string, AccountText> {
  const accounts: Record<string, { cash: number; positions: [string, number, number][] }> = {};
  for (const [account, instrument, quantity, entryPrice] of rowsOf('book.csv')) {
    const held = (accounts[account] ??= { cash: 0, positions: [] });
    if (instrument === 'USDC') held.cash = Number(quantity);
    else held.positions.push([instrument, Number(quantity), Number(entryPrice)]);
  }
  return accounts;
}

export interface Made {
  readonly engine: AccountEngine;
  readonly modules: readonly AccountModule[];
}

export function create(accounts: Readonly<Record<string, AccountText>>, modules: readonly AccountModule[] = accountModules(settings), journal?: JournalSink): Made {
  const options = { market, book: bookOf(market, accounts), model: 'hyperliquid', params, modules };
  return { engine: AccountEngine.create({ ...options, ...(journal === undefined ? {} : { journal }) }), modules };
}

export function moduleOf<T extends AccountModule>(modules: readonly AccountModule[], name: string): T {
  return modules.find((each) => each.name === name) as T;
}

export const ledgerOf = ({ modules }: Made): LedgerModule['ledger'] => moduleOf<LedgerModule>(modules, 'ledger').ledger;

/** USDC of an account or a house account in the ledger, minor units. */
export function balance(made: Made, account: string): bigint {
  const ledger = ledgerOf(made);
  return ledger.balance(ledger.isHouse(account) ? ledger.houseRow(account) : made.engine.engine.accountRow(account), 0);
}

export function cashOf({ engine }: Made, account: string): number {
  return engine.engine.heldSets(account)[0]?.cashAmount ?? 0;
}

export function quantityOf({ engine }: Made, account: string, row = 0): number {
  const positions = engine.engine.heldSets(account).flatMap((set) => set.positions);
  return positions.find((each) => engine.engine.rows.instrumentOf[each.row] === row)?.quantity ?? 0;
}
