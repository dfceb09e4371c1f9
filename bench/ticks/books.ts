import type { Book } from '../../src/domain/book.ts';
import type { Market } from '../../src/domain/market.ts';
import type { Engine, EngineOptions } from '../../src/engine/engine.ts';
import { builtInParams } from '../built-in-params.ts';
import { importBuilt } from '../built-package.ts';

/**
 * `mixed`: the generator's own shares. `retail`: accounts with futures and perpetuals only, one to four each, and one
 * account in twenty with options. `options`: accounts with options only beside their hedges.
 */
export type BookKind = 'mixed' | 'retail' | 'options';

export interface TickBookSize {
  readonly accounts: number;
  /** Mean over all accounts; of no matter for `retail`. */
  readonly positions: number;
  /** Of the market, at most: all futures, and options at equal distances in its list. */
  readonly instruments: number;
  readonly seed: number;
}

/** The built package (its engines can start worker threads), the market of real chains, and one book. */
export interface TickBook {
  readonly market: Market;
  readonly book: Book;
  readonly params: unknown;
  /** Loaded with the book. */
  readonly engine: Engine;
  create(options: Pick<EngineOptions, 'workers' | 'kernels'>): Engine;
}

/** Shares of the generator's accounts (docs/BOOK-GENERATOR.md): 60% futures only, 1.8 positions each. */
const linearPositions = 0.6 * 1.8;
const optionShare = 0.4;
/** Of the generator's means. */
const [meanLeast, meanMost] = [3, 30];
/** One account in so many with options stays in a retail book: 5% of it. */
const retailOptionEvery = 13;

export async function loadTickBook(kind: BookKind, size: TickBookSize, workers: number): Promise<TickBook> {
  const [chain, generator, cash, engines] = await Promise.all([
    importBuilt<typeof import('../../src/chain/built-in-market.ts')>('src/chain/built-in-market'),
    importBuilt<typeof import('../../src/generate/generate-positions.ts')>('src/generate/generate-positions'),
    importBuilt<typeof import('../../src/generate/assign-cash.ts')>('src/generate/assign-cash'),
    importBuilt<typeof import('../../src/engine/engine.ts')>('src/engine/engine'),
  ]);
  const market = thinned(chain.loadBuiltInMarket().market, size.instruments);
  const params = builtInParams();
  const positions = positionsOf(kind, size, market, generator.generatePositions);
  const engine = engines.Engine.create({ market, book: positions, params, workers, kernels: 'wasm' });
  await engine.tick();
  const { accountIndex, currencyIndex, maintenanceMargin, equity } = engine.results;
  const currencyOf = engine.currencies.map((currency) => positions.currencies.indexOf(currency));
  const requirements = {
    accountIndex,
    currencyIndex: Uint32Array.from(currencyIndex, (index) => currencyOf[index]),
    maintenanceMargin,
    value: equity,
  };
  const book = cash.assignCash(positions, requirements, { seed: size.seed });
  engine.replaceCash(book.cash, book.currencies);
  const create: TickBook['create'] = (options) => engines.Engine.create({ market, book, params, ...options });
  return { market, book, params, engine, create };
}

/** A small market for small runs; the whole one if it has no more instruments than that. */
function thinned(market: Market, count: number): Market {
  const options = market.instruments.flatMap(({ kind }, index) => (kind === 'option' ? [index] : []));
  const others = market.instruments.length - options.length;
  if (count >= market.instruments.length) return market;
  const kept = Math.max(count - others, 1);
  const isKept = new Uint8Array(market.instruments.length).fill(1);
  for (const index of options) isKept[index] = 0;
  for (let place = 0; place < kept; place++) isKept[options[Math.floor((place * options.length) / kept)]] = 1;
  const wanted = (_: unknown, index: number): boolean => isKept[index] === 1;
  return {
    ...market,
    instruments: market.instruments.filter(wanted),
    forward: market.forward.filter(wanted),
    impliedVolatility: market.impliedVolatility.filter(wanted),
    openInterest: market.openInterest.filter(wanted),
    fields: new Map(),
  };
}

type GeneratePositions = typeof import('../../src/generate/generate-positions.ts').generatePositions;

function positionsOf(kind: BookKind, size: TickBookSize, market: Market, generate: GeneratePositions): Book {
  const { accounts, positions, seed } = size;
  if (kind === 'mixed') return generate(market, { accounts, meanPositions: positions, seed });
  const isRetail = kind === 'retail';
  // Some more than their share of the generator's accounts, so that there are enough of them.
  const generated = Math.ceil((accounts / (isRetail ? 0.6 : optionShare)) * 1.02) + 400;
  const mean = isRetail ? meanLeast : linearPositions + optionShare * positions;
  const all = generate(market, {
    accounts: generated,
    meanPositions: Math.min(Math.max(mean, meanLeast), meanMost),
    seed,
  });
  const withOptions = accountsWithOptions(all, market);
  let optionAccounts = 0;
  const isWanted = Uint8Array.from(withOptions, (has) => {
    if (has === 0) return Number(isRetail);
    return Number(!isRetail || optionAccounts++ % retailOptionEvery === 0);
  });
  return firstOf(all, isWanted, accounts);
}

/** 1 per account that holds an option. */
function accountsWithOptions({ accountIds, positions }: Book, { instruments }: Market): Uint8Array {
  const isOption = Uint8Array.from(instruments, ({ kind }) => Number(kind === 'option'));
  const has = new Uint8Array(accountIds.length);
  positions.accountIndex.forEach((account, row) => (has[account] |= isOption[positions.instrumentIndex[row]]));
  return has;
}

/** The first `count` accounts that are wanted; positions are in account order. */
function firstOf(book: Book, isWanted: Uint8Array, count: number): Book {
  const newIndex = new Int32Array(isWanted.length).fill(-1);
  let kept = 0;
  for (let account = 0; account < isWanted.length && kept < count; account++) {
    if (isWanted[account] === 1) newIndex[account] = kept++;
  }
  const { accountIndex, instrumentIndex, quantity, entryPrice } = book.positions;
  const rows = accountIndex.reduce((sum, account) => sum + Number(newIndex[account] >= 0), 0);
  const positions = {
    accountIndex: new Uint32Array(rows),
    instrumentIndex: new Uint32Array(rows),
    quantity: new Float64Array(rows),
    entryPrice: new Float64Array(rows),
  };
  let to = 0;
  for (let row = 0; row < accountIndex.length; row++) {
    const account = newIndex[accountIndex[row]];
    if (account < 0) continue;
    positions.accountIndex[to] = account;
    positions.instrumentIndex[to] = instrumentIndex[row];
    positions.quantity[to] = quantity[row];
    positions.entryPrice[to++] = entryPrice[row];
  }
  return { ...book, accountIds: book.accountIds.filter((_, account) => newIndex[account] >= 0), positions };
}
