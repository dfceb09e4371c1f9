import type { Book } from '../../src/domain/book.ts';
import type { Market } from '../../src/domain/market.ts';
import { Engine } from '../../src/engine/engine.ts';
import { between, pick } from '../support/seeded-random.ts';
import type { SoakMarket } from './soak-market.ts';

export interface BookRow {
  readonly account: number;
  readonly instrument: number;
  readonly quantity: number;
  readonly entryPrice: number;
}

/** How many positions an account has: mostly few, some many. */
const positionCounts: readonly number[] = [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 5, 8, 24];
/** How far from a threshold an account is, as a share of its margin: to the last bit, or nearly, or at some distance. */
const nearDistances: readonly number[] = [0, 0, 1e-12, 1e-9, 1e-6, 1e-4, 1e-3];
const distances: readonly number[] = [3e-3, 0.01, 0.02, 0.03, 0.06, 0.1, 0.2, 0.3, 0.5, 1, 3];
const nearShare = 0.12;

/** A book of an account per netting set, or a few, whose cash puts every set near one of its thresholds. */
export async function soakBook(soak: SoakMarket, accounts: number, random: () => number): Promise<Book> {
  const rows = Array.from({ length: accounts }, (_, account) => accountRows(soak.market, account, random)).flat();
  const engine = Engine.create({ market: soak.market, params: soak.params, book: unfunded(soak.market, accounts, rows, random) });
  try {
    await placeAtThresholds(engine, random);
    return engine.exportBook();
  } finally {
    await engine.close();
  }
}

/** Positions of one account: one underlying, or several; hedges against the perpetual; sizes over six decades. */
export function accountRows(market: Market, account: number, random: () => number): BookRow[] {
  const bases = [...new Set(market.instruments.map(({ baseCurrency }) => baseCurrency))];
  const chosen = random() < 0.75 ? [pick(random, bases)] : [pick(random, bases), pick(random, bases), pick(random, bases)];
  const own = market.instruments.flatMap((each, index) => (chosen.includes(each.baseCurrency) ? [index] : []));
  const count = pick(random, positionCounts);
  const held = new Set(Array.from({ length: count }, () => pick(random, own)));
  const dollars = Math.exp(between(random, 5, 18));
  return [...held].map((instrument) => {
    const { kind, payoff, contractSize } = market.instruments[instrument];
    const forward = market.forward[instrument];
    const perDollar = payoff === 'inverse' && kind !== 'option' ? 1 / contractSize : 1 / (forward * contractSize);
    const quantity = dollars * perDollar * between(random, -1, 1);
    const entryPrice = forward * between(random, 0.8, 1.25);
    return { account, instrument, quantity: quantity === 0 ? perDollar : quantity, entryPrice };
  });
}

function unfunded(market: Market, accounts: number, rows: readonly BookRow[], random: () => number): Book {
  const currencies = [...new Set(market.instruments.map(({ settlementCurrency }) => settlementCurrency))].sort();
  const settled = new Set<string>();
  const account: number[] = [];
  const currency: number[] = [];
  for (const row of rows) {
    const index = currencies.indexOf(market.instruments[row.instrument].settlementCurrency);
    if (settled.has(`${row.account}/${index}`)) continue;
    settled.add(`${row.account}/${index}`);
    account.push(row.account);
    currency.push(index);
  }
  const columns = { accountIndex: Uint32Array.from(account), currencyIndex: Uint32Array.from(currency) };
  return {
    accountIds: Array.from({ length: accounts }, (_, index) => `A${index}`),
    currencies,
    positions: {
      accountIndex: Uint32Array.from(rows, (row) => row.account),
      instrumentIndex: Uint32Array.from(rows, ({ instrument }) => instrument),
      quantity: Float64Array.from(rows, ({ quantity }) => quantity),
      entryPrice: Float64Array.from(rows, ({ entryPrice }) => entryPrice),
    },
    cash: { ...columns, amount: new Float64Array(account.length).fill(1) },
    addOns: { ...columns, amount: Float64Array.from(account, () => (random() < 0.2 ? Math.exp(between(random, -8, 8)) : 0)) },
    quarantined: [],
  };
}

/**
 * Cash of every set by bisection, to the last bit, such that its status is at least `margin call`, or `liquidation`, and
 * is not with the next larger number; then moved by a distance of the lists. Statuses only fall as cash rises.
 */
async function placeAtThresholds(engine: Engine, random: () => number): Promise<void> {
  await engine.tick();
  const { results } = engine;
  const sets = results.status.length;
  const worst = Uint8Array.from({ length: sets }, () => pick(random, [1, 2]));
  const margin = results.initialMargin.slice();
  const bad = results.equity.map((equity, set) => floor(equity, margin[set]));
  const good = bad.map((value) => -value);
  const middle = new Float64Array(sets);
  for (let round = 0; round < 64; round++) {
    for (let set = 0; set < sets; set++) middle[set] = between64(bad[set], good[set]);
    engine.restate(middle, null);
    await engine.tick();
    let moved = false;
    engine.results.status.forEach((status, set) => {
      if (middle[set] === bad[set] || middle[set] === good[set] || status > 2) return;
      (status >= worst[set] ? bad : good)[set] = middle[set];
      moved = true;
    });
    if (!moved) break;
  }
  engine.restate(Float64Array.from({ length: sets }, (_, set) => {
    const edge = random() < 0.5 ? bad[set] : good[set];
    const distance = pick(random, random() < nearShare ? nearDistances : distances) * (margin[set] > 0 ? margin[set] : Math.abs(edge));
    const cash = edge + (random() < 0.5 ? distance : -distance);
    return Number.isFinite(cash) ? cash : 0;
  }), null);
  await engine.tick();
}

function floor(equity: number, margin: number): number {
  const size = 4 * (Math.abs(equity) + margin) + 1;
  return Number.isFinite(size) ? -size : -1;
}

/** Half-way, down to neighbouring numbers. */
function between64(low: number, high: number): number {
  return low + (high - low) / 2;
}
