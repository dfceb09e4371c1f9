import type { AccountEngineOptions } from '../../src/account/account-engine.ts';
import type { Command } from '../../src/account/command.ts';
import type { AccountModule } from '../../src/account/module.ts';
import type { Storable } from '../../src/account/events.ts';
import type { Instrument } from '../../src/domain/instrument.ts';

/**
 * A small account engine and an endless list of commands for it: command n is always the same. Types only are imported,
 * so that a child process can load this file alone.
 */
const start = Date.UTC(2026, 7, 1, 8);
const accountCount = 12;
const names = ['BTC', 'ETH'];

const instruments: Instrument[] = names.map((name) => ({
  name, kind: 'perpetual', payoff: 'linear', baseCurrency: name, quoteCurrency: 'USDC', settlementCurrency: 'USDC',
  contractSize: 1, expiryMs: null, strike: null, optionType: null,
}));
const tiers = { marginTiers: [{ lowerBound: 0, maxLeverage: 10 }] };
const params = { source: 'made up for this test', date: '2026-08-01', unconfirmed: [], transferRate: 0.1, assets: { btc: tiers, eth: tiers } };
const minute = 60_000;
const rules = { marginCall: { enterBelow: 0.9, dueMs: 7 * minute }, liquidation: { enterAt: 1, leaveAt: 1.2 } };

/** Counts in whole numbers of any size, and reports each: state of a module and module events come into the journal. */
export function meter(): AccountModule {
  let total = 0n;
  const byAccount: Record<string, bigint> = {};
  return {
    name: 'meter',
    commands: {
      'meter.add': ({ account, amount }, context) => {
        const name = account as string;
        total += BigInt(amount as string);
        byAccount[name] = (byAccount[name] ?? 0n) + BigInt(amount as string);
        context.emit('added', { account: name, amount: BigInt(amount as string), total });
      },
    },
    state: () => ({ total, byAccount: { ...byAccount } }),
    restore: (state) => {
      const stored = state as { total: bigint; byAccount: Record<string, bigint> };
      total = stored.total;
      Object.assign(byAccount, stored.byAccount);
    },
  };
}

export function options(): AccountEngineOptions {
  const rows = Array.from({ length: accountCount }, (_, row) => row);
  const perAccount = rows.flatMap((row) => instruments.map((_, instrument) => ({ row, instrument })));
  return {
    market: {
      asOfMs: start, instruments, forward: Float64Array.of(100, 10), impliedVolatility: Float64Array.of(NaN, NaN),
      indexPrice: new Map([['btc_usdc', 100], ['eth_usdc', 10]]), openInterest: Float64Array.of(1, 1),
    },
    book: {
      accountIds: rows.map((row) => `account-${row}`), currencies: ['USDC'], quarantined: [],
      positions: {
        accountIndex: Uint32Array.from(perAccount, ({ row }) => row),
        instrumentIndex: Uint32Array.from(perAccount, ({ instrument }) => instrument),
        quantity: Float64Array.from(perAccount, ({ row, instrument }) => (row % 3 === 0 ? -1 : 1) * (10 + instrument)),
        entryPrice: Float64Array.from(perAccount, ({ instrument }) => (instrument === 0 ? 100 : 10)),
      },
      cash: {
        accountIndex: Uint32Array.from(rows), currencyIndex: Uint32Array.from(rows, () => 0),
        amount: Float64Array.from(rows, (row) => 60 + 13 * row),
      },
    },
    model: 'hyperliquid', params, rules, modules: [meter()],
  };
}

/** Command n, from 1. Prices wander between 88 and 112, so that statuses change often. */
export function command(n: number): Command {
  const head = { id: `command-${n}`, timeMs: start + n * minute };
  if (n % 7 === 0) return { ...head, kind: 'meter.add', account: `account-${n % accountCount}`, amount: String(BigInt(n) ** 9n) };
  if (n % 5 === 0) return { ...head, kind: 'book', changes: change(n) };
  const price = 100 + ((n * 37) % 25) - 12;
  const quotes = { forward: { BTC: price, ETH: price / 9 }, indexPrice: { btc_usdc: price, eth_usdc: price / 9 } };
  return { ...head, kind: 'tick', quotes };
}

/** Cash in and out, positions opened and closed, now and then an account that is new. */
function change(n: number): Storable {
  const account = n % 35 === 0 && n < 2_000 ? `late-${n}` : `account-${(n * 7) % accountCount}`;
  const cash = [{ account, currency: 'USDC', amount: 50 + ((n * 11) % 150) + 0.25 }];
  const quantity = (n % 4) * 5 - 5;
  return { cash, positions: [{ account, instrument: names[n % 2], quantity, entryPrice: n % 2 === 0 ? 99 : 10.5 }] };
}
