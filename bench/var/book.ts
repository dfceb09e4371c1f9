import type { Book } from '../../src/domain/book.ts';
import type { Market } from '../../src/domain/market.ts';
import { RandomStream } from '../../src/generate/random.ts';

/** Stream of a seed that no other workload uses. */
const bookStream = 105;

/** 1 ... 2 * mean - 1 positions per account, all as likely; distinct instruments, tenths of contracts, long or short. */
export function varBook(market: Market, accounts: number, mean: number, seed: number): Book {
  const instruments = market.instruments.length;
  const counts = new Uint32Array(accounts);
  const random = new RandomStream();
  for (let account = 0; account < accounts; account++) {
    random.restart(seed, account, bookStream);
    counts[account] = Math.min(1 + random.nextIndex(2 * mean - 1), instruments);
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  const positions = {
    accountIndex: new Uint32Array(total),
    instrumentIndex: new Uint32Array(total),
    quantity: new Float64Array(total),
    entryPrice: new Float64Array(total),
  };
  let at = 0;
  for (let account = 0; account < accounts; account++) {
    const held = counts[account];
    for (let k = 0; k < held; k++, at++) {
      // One of the k-th part of the list: no instrument twice.
      const instrument = Math.floor(((k + random.nextFraction()) * instruments) / held);
      const size = (1 + random.nextIndex(100)) / 10;
      positions.accountIndex[at] = account;
      positions.instrumentIndex[at] = instrument;
      positions.quantity[at] = random.nextFraction() < 0.5 ? -size : size;
      positions.entryPrice[at] = market.forward[instrument] * (0.9 + 0.2 * random.nextFraction());
    }
  }
  return {
    accountIds: Array.from({ length: accounts }, (_, account) => `A${account}`),
    currencies: ['USD'],
    positions,
    cash: {
      accountIndex: Uint32Array.from({ length: accounts }, (_, account) => account),
      currencyIndex: new Uint32Array(accounts),
      amount: new Float64Array(accounts).fill(1e6),
    },
    quarantined: [],
  };
}
