import { AccountEngine, type Outcome } from '../../src/account/account-engine.ts';
import type { Command } from '../../src/account/command.ts';
import type { AccountModule } from '../../src/account/module.ts';
import type { Book } from '../../src/domain/book.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market, MarketField } from '../../src/domain/market.ts';

export const start = Date.UTC(2026, 7, 1, 8);
export const day = 86_400_000;

function perpetual(name: string): Instrument {
  return {
    name, kind: 'perpetual', payoff: 'linear', baseCurrency: name, quoteCurrency: 'USDC', settlementCurrency: 'USDC',
    contractSize: 1, expiryMs: null, strike: null, optionType: null,
  };
}

/** BTC at 100 and ETH at 10, linear perpetuals in USDC; half spreads 0.05 and 0.01. */
export function perpetualMarket(fields: Partial<Record<MarketField, readonly number[]>> = {}): Market {
  const given = { averageDailyVolume: [20, 1000], halfSpread: [0.05, 0.01], ...fields };
  return {
    asOfMs: start,
    instruments: [perpetual('BTC'), perpetual('ETH')],
    forward: Float64Array.of(100, 10),
    impliedVolatility: Float64Array.of(NaN, NaN),
    indexPrice: new Map([['btc_usdc', 100], ['eth_usdc', 10]]),
    openInterest: Float64Array.of(40, 5000),
    fields: new Map(Object.entries(given).map(([name, values]) => [name as MarketField, Float64Array.from(values)])),
  };
}

/** An account for each [BTC, ETH, cash], entered at the prices of the market. */
export function perpetualBook(accounts: readonly (readonly [number, number, number])[]): Book {
  const positions = accounts.flatMap(([btc, eth], account) => [[account, 0, btc, 100], [account, 1, eth, 10]]).filter(([, , quantity]) => quantity !== 0);
  const column = (place: number): number[] => positions.map((each) => each[place]);
  return {
    accountIds: accounts.map((_, index) => `account-${index}`), currencies: ['USDC'], quarantined: [],
    positions: {
      accountIndex: Uint32Array.from(column(0)), instrumentIndex: Uint32Array.from(column(1)),
      quantity: Float64Array.from(column(2)), entryPrice: Float64Array.from(column(3)),
    },
    cash: {
      accountIndex: Uint32Array.from(accounts.keys()), currencyIndex: new Uint32Array(accounts.length),
      amount: Float64Array.from(accounts, ([, , cash]) => cash),
    },
  };
}

/** Ten percent of the notional initially, half of it as maintenance. */
const params = {
  source: 'made up for this test', date: '2026-08-01', unconfirmed: [], transferRate: 0.1,
  assets: { btc: { marginTiers: [{ lowerBound: 0, maxLeverage: 10 }] }, eth: { marginTiers: [{ lowerBound: 0, maxLeverage: 10 }] } },
};

export function perpetualEngine(
  accounts: readonly (readonly [number, number, number])[],
  modules: readonly AccountModule[],
  market = perpetualMarket(),
): AccountEngine {
  return AccountEngine.create({ market, book: perpetualBook(accounts), model: 'hyperliquid', params, modules });
}

let ids = 0;
/** A command, `days` after the start. */
export function command(kind: string, days = 0, fields: Record<string, unknown> = {}): Command {
  return { id: `command-${ids++}`, timeMs: start + days * day, kind, ...fields };
}

/** Events of a batch: kind and data. */
export function eventsOf({ batch }: Outcome): { kind: string; data: Record<string, unknown> }[] {
  return batch!.events.map(({ kind, data }) => ({ kind, data }));
}
