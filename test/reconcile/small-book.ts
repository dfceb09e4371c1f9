import type { Book } from '../../src/domain/book.ts';
import { statusCodes, type EngineRows } from '../../src/reconcile/engine-rows.ts';
import { bookAccounts } from '../../src/reconcile/book-accounts.ts';
import { referenceAccount } from '../../src/reference/margin/deribit-pm.ts';
import { ReferenceMarket } from '../../src/reference/margin/deribit-pm/reference-market.ts';
import { loadGoldenCases } from '../support/golden.ts';

/** A market of every kind of instrument, 40 accounts on it, and rows as a perfect engine would return them. */
const golden = loadGoldenCases('deribit-pm').find(({ name }) => name.endsWith('three-netting-sets'))!;
export const { market, params } = golden;
export const accountCount = 40;

const currencies = ['USDC', 'BTC', 'ETH'];

export const book: Book = makeBook();

function makeBook(): Book {
  const rows: { account: number; instrument: number; quantity: number }[] = [];
  for (let account = 0; account < accountCount; account++) {
    market.instruments.forEach(({ contractSize }, instrument) => {
      if ((account * 7 + instrument * 5) % 4 !== 0) return;
      const quantity = (((account * 31 + instrument * 17) % 23) - 11.5) * (contractSize > 1 ? 100 : 0.25);
      rows.push({ account, instrument, quantity });
    });
  }
  const cashRows = Array.from({ length: accountCount * 2 }, (_, row) => ({ account: row >> 1, currency: row & 1 }));
  return {
    accountIds: Array.from({ length: accountCount }, (_, index) => `A${index}`),
    currencies,
    positions: {
      accountIndex: Uint32Array.from(rows, ({ account }) => account),
      instrumentIndex: Uint32Array.from(rows, ({ instrument }) => instrument),
      quantity: Float64Array.from(rows, ({ quantity }) => quantity),
      entryPrice: Float64Array.from(rows, ({ instrument }) => market.forward[instrument] * 0.99),
    },
    cash: {
      accountIndex: Uint32Array.from(cashRows, ({ account }) => account),
      currencyIndex: Uint32Array.from(cashRows, ({ currency }) => currency),
      amount: Float64Array.from(cashRows, ({ account, currency }) => (currency === 0 ? 4000 : 0.4) * (account % 7)),
    },
    quarantined: [],
  };
}

/** The reference's own numbers, rounded to floats: what an engine without errors returns. */
export function perfectRows(of: Book = book): EngineRows {
  const reference = new ReferenceMarket(market, params);
  const all = Uint32Array.from(of.accountIds, (_, index) => index);
  const sets = bookAccounts(of, all).flatMap((account, accountIndex) =>
    referenceAccount(reference, account).nettingSets.map((set) => ({ accountIndex, set })),
  );
  const floats = (pick: (row: (typeof sets)[number]) => { toNumber(): number }): Float64Array =>
    Float64Array.from(sets, (row) => pick(row).toNumber());
  return {
    accountIndex: Uint32Array.from(sets, (row) => row.accountIndex),
    currencyIndex: Uint32Array.from(sets, ({ set }) => currencies.indexOf(set.settlementCurrency)),
    equity: floats(({ set }) => set.equity),
    initialMargin: floats(({ set }) => set.initialMargin),
    maintenanceMargin: floats(({ set }) => set.maintenanceMargin),
    worstCase: floats(({ set }) => set.worstCase),
    rollShock: floats(({ set }) => set.rollShock),
    deltaShock: floats(({ set }) => set.deltaShock),
    worstScenario: Int32Array.from(sets, ({ set }) => set.worstScenario),
    status: Uint8Array.from(sets, ({ set }) => statusCodes[set.status]),
    fault: Uint8Array.from(sets, ({ set }) => (set.status === 'quarantined' ? 1 : 0)),
  };
}
