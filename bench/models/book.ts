import type { Book } from '../../src/domain/book.ts';
import type { Market } from '../../src/domain/market.ts';
import { RandomStream } from '../../src/generate/random.ts';

/** Streams 1, 2, 101 and 102 of a seed have other uses. */
const bookStream = 103;

/**
 * `positions` distinct instruments per account, all of one underlying (some venues allow no more), whole contracts,
 * long or short.
 */
export function syntheticBook(market: Market, accounts: number, positions: number, seed: number, currency: string): Book {
  const bases = [...new Set(market.instruments.map(({ baseCurrency }) => baseCurrency))];
  const listed = bases.map((base) =>
    Uint32Array.from(market.instruments.keys()).filter((index) => market.instruments[index].baseCurrency === base),
  );
  const count = Math.min(positions, ...listed.map(({ length }) => length));
  const columns = {
    accountIndex: new Uint32Array(accounts * count),
    instrumentIndex: new Uint32Array(accounts * count),
    quantity: new Float64Array(accounts * count),
    entryPrice: new Float64Array(accounts * count),
  };
  const random = new RandomStream();
  for (let account = 0; account < accounts; account++) {
    random.restart(seed, account, bookStream);
    const held = listed[account % bases.length];
    for (let k = 0; k < count; k++) {
      const at = account * count + k;
      // One of the k-th part of the list: no instrument twice.
      const start = Math.floor((k * held.length) / count);
      const end = Math.floor(((k + 1) * held.length) / count);
      const instrument = held[start + random.nextIndex(end - start)];
      const size = 1 + random.nextIndex(10);
      columns.accountIndex[at] = account;
      columns.instrumentIndex[at] = instrument;
      columns.quantity[at] = random.nextFraction() < 0.5 ? -size : size;
      columns.entryPrice[at] = market.forward[instrument];
    }
  }
  return {
    accountIds: Array.from({ length: accounts }, (_, account) => `A${account}`),
    currencies: [currency],
    positions: columns,
    cash: {
      accountIndex: Uint32Array.from({ length: accounts }, (_, account) => account),
      currencyIndex: new Uint32Array(accounts),
      amount: new Float64Array(accounts).fill(1e7),
    },
    quarantined: [],
  };
}
