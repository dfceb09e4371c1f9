import { describe, expect, it } from 'vitest';
import type { Book } from '../../src/domain/book.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import { Engine, type EngineOptions } from '../../src/engine/engine.ts';
import { MargridError } from '../../src/errors.ts';
import { accountNames, bookOf, params, syntheticMarket, syntheticRows } from '../support/synthetic-book.ts';

const market = syntheticMarket(3, 4);
const accounts = 40;
const book = bookOf(syntheticRows(market, accounts, 6, 3), accountNames(accounts));

function refusal(options: Partial<EngineOptions>): string {
  try {
    Engine.create({ market, book, params, ...options });
  } catch (error) {
    if (error instanceof MargridError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

function withPosition(change: (columns: Book['positions']) => void): Partial<EngineOptions> {
  const positions = {
    accountIndex: book.positions.accountIndex.slice(),
    instrumentIndex: book.positions.instrumentIndex.slice(),
    quantity: book.positions.quantity.slice(),
    entryPrice: book.positions.entryPrice.slice(),
  };
  change(positions);
  return { book: { ...book, positions } };
}

const future = book.positions.instrumentIndex.findIndex((index) => market.instruments[index].kind !== 'option');

describe('a book that was made by hand is checked', () => {
  it.each([
    [
      'account out of range',
      withPosition(({ accountIndex }) => (accountIndex[2] = 99)),
      /AccountUnknown: row 3, column accountIndex/,
    ],
    [
      'instrument out of range',
      withPosition(({ instrumentIndex }) => (instrumentIndex[0] = 9_999)),
      /InstrumentUnknown: row 1/,
    ],
    ['NaN quantity', withPosition(({ quantity }) => (quantity[1] = NaN)), /ValueNotFinite: row 2, column quantity/],
    [
      'no entry price',
      withPosition(({ entryPrice }) => (entryPrice[future] = 0)),
      /ValueOutOfRange: row \d+, column entryPrice/,
    ],
    [
      'a short column',
      { book: { ...book, positions: { ...book.positions, quantity: new Float64Array(1) } } },
      /OptionInvalid: .*must have 1 values/,
    ],
    [
      'unknown currency',
      { book: { ...book, currencies: ['BTC'] } },
      /CurrencyUnknown: row 2, column cash.currencyIndex/,
    ],
    [
      'quarantined nobody',
      { book: { ...book, quarantined: [{ accountIndex: 1e6, reason: '' }] } },
      /AccountUnknown: column quarantined/,
    ],
  ])('%s', (_name, options, message) => {
    expect(refusal(options)).toMatch(message);
  });

  it('names of accounts must tell them apart where names are used', async () => {
    const engine = Engine.create({
      market,
      params,
      book: { ...book, accountIds: accountNames(accounts).fill('same') },
    });
    await engine.tick();
    expect(() => engine.resultRange('same')).toThrow(/two accounts of the book have the same name/);
  });
});

describe('a market that was made by hand is checked', () => {
  const withInstrument = (change: Partial<Record<keyof Instrument, unknown>>): Partial<EngineOptions> => {
    const at = market.instruments.findIndex(({ kind }) => kind === 'option');
    const instruments = market.instruments.map((each, index) =>
      index === at ? ({ ...each, ...change } as Instrument) : each,
    );
    return { market: { ...market, instruments } };
  };
  it.each([
    ['settlement in a third currency', withInstrument({ settlementCurrency: 'ETH' }), /settles in BTC, not in ETH/],
    ['option type', withInstrument({ optionType: 'C' }), /optionType must be call or put, got 'C'/],
    ['contract size', withInstrument({ contractSize: -10 }), /contractSize must be > 0, got -10/],
    ['strike', withInstrument({ strike: 0 }), /strike must be > 0, got 0/],
    ['kind', withInstrument({ kind: 'swaption' }), /unknown kind 'swaption'/],
    ['duplicate name', withInstrument({ name: 'BTC-PERPETUAL' }), /its name occurs twice/],
    [
      'forwards',
      { market: { ...market, forward: new Float64Array(1) } },
      /OptionInvalid: forward must be a Float64Array of/,
    ],
    [
      'index prices',
      { market: { ...market, indexPrice: { btc_usd: 1 } as unknown as Market['indexPrice'] } },
      /indexPrice must be a Map/,
    ],
    ['capacity', { positionCapacity: 1 }, /positionCapacity must be a whole number >= \d+/],
    ['sets', { nettingSetCapacity: 1 }, /nettingSetCapacity must be a whole number >= \d+/],
    ['kernels', { kernels: 'js' as 'wasm' }, /OptionInvalid: kernels must be one of/],
    ['model', { model: 'nope' }, /ModelUnknown: no margin model is called 'nope'/],
  ])('%s', (_name, options, message) => {
    expect(refusal(options)).toMatch(message);
  });
});

describe('calls at the wrong time, or that fail', () => {
  it('no results before the first tick, nor after an update', async () => {
    const engine = Engine.create({ market, book, params });
    expect(() => engine.results).toThrow(/call tick\(\) first/);
    await engine.tick();
    engine.update({ cash: [{ account: 'A1', currency: 'BTC', amount: 2 }] });
    expect(() => engine.stateHash()).toThrow(/call tick\(\) first/);
  });

  it('a tick that fails leaves the engine usable, with its old quotes', async () => {
    const engine = Engine.create({ market, book, params });
    await engine.tick();
    const before = engine.stateHash();
    await expect(engine.tick({ forward: new Float64Array(2) })).rejects.toThrow(/forward must be a Float64Array/);
    await expect(engine.tick({ indexPrice: {} as Market['indexPrice'] })).rejects.toThrow(/indexPrice must be a Map/);
    await engine.tick();
    expect(engine.stateHash()).toBe(before);
  });

  it('what the caller does with its arrays afterwards changes nothing', async () => {
    const engine = Engine.create({ market, book, params });
    const forward = market.forward.map((price) => price * 1.01);
    await engine.tick({ forward });
    const before = engine.stateHash();
    forward.fill(1);
    await engine.tick();
    expect(engine.stateHash()).toBe(before);
  });

  it('a tick with some index prices keeps the others', async () => {
    const engine = Engine.create({ market, book, params });
    const { totals } = await engine.tick({ indexPrice: new Map([['btc_usd', 50_000]]) });
    expect(totals.quarantined).toBe(0);
  });

  it('a row without a result names the instrument that is to blame', async () => {
    const engine = Engine.create({
      market,
      params,
      book: bookOf([{ account: 0, instrument: 0, quantity: 1, entryPrice: 1 }], ['a']),
    });
    await engine.tick();
    expect(engine.faultReason(0)).toBeNull();
    await engine.tick({ forward: market.forward.map((price, index) => (index === 0 ? NaN : price)) });
    expect(engine.results.status[0]).toBe(3);
    expect(engine.faultReason(0)).toBe('a price or volatility of BTC-PERPETUAL is bad');
  });

  it('closing during a tick ends it, for good', async () => {
    const engine = Engine.create({ market, book, params });
    const ticking = engine.tick();
    await engine.close();
    await expect(ticking).rejects.toThrow(/closed during the tick/);
    await expect(engine.tick()).rejects.toThrow(/the engine is closed/);
  });
});

describe('updates', () => {
  it('that need no room need no room', async () => {
    const full = Engine.create({ market, book, params, positionCapacity: book.positions.quantity.length });
    const names = accountNames(accounts);
    const positions = Array.from(book.positions.quantity, (quantity, p) => ({
      account: names[book.positions.accountIndex[p]],
      instrument: market.instruments[book.positions.instrumentIndex[p]].name,
      quantity: p === 0 ? 0 : quantity + 1,
      entryPrice: market.forward[book.positions.instrumentIndex[p]],
    }));
    full.update({ positions });
    // One position was closed: exactly one more fits, in another account.
    full.update({ positions: [{ account: 'newcomer', instrument: 'BTC-PERPETUAL', quantity: 1, entryPrice: 1 }] });
    await full.tick();
    const rebuilt = Engine.create({ market, params, book: full.exportBook() });
    await rebuilt.tick();
    expect(rebuilt.stateHash()).toBe(full.stateHash());
    const more = [{ account: 'newcomer', instrument: 'BTC-F0', quantity: 1, entryPrice: 1 }];
    expect(() => full.update({ positions: more })).toThrow(/positionCapacity/);
  });

  it('need an account', () => {
    const engine = Engine.create({ market, book, params });
    const nameless = { currency: 'BTC', amount: 9 } as { account: string; currency: string; amount: number };
    expect(() => engine.update({ cash: [nameless] })).toThrow(/column account: must be a name, got nothing/);
  });

  it('of all cash are all or nothing, and leave no empty sets', async () => {
    const two = bookOf([], ['a', 'b'], [5, 7]);
    const engine = Engine.create({ market, params, book: two });
    await engine.tick();
    const before = engine.stateHash();
    const cash = (accountIndex: number[], currencyIndex: number[], amount: number[]) => ({
      accountIndex: Uint32Array.from(accountIndex),
      currencyIndex: Uint32Array.from(currencyIndex),
      amount: Float64Array.from(amount),
    });
    expect(() => engine.replaceCash(cash([1, 0], [0, 0], [3, 4]), ['BTC', 'USD'])).toThrow(/cash row 1: account b/);
    expect(engine.stateHash()).toBe(before);
    engine.replaceCash(cash([0], [0], [6]), ['BTC', 'USD']);
    await engine.tick();
    expect(engine.nettingSetCount).toBe(1);
    const rebuilt = Engine.create({ market, params, book: engine.exportBook() });
    await rebuilt.tick();
    expect(rebuilt.stateHash()).toBe(engine.stateHash());
  });
});

describe('state hash', () => {
  const hashOf = async (options: Partial<EngineOptions>): Promise<string> => {
    const engine = Engine.create({ market, book, params, ...options });
    await engine.tick();
    return engine.stateHash();
  };

  it('tells account names apart, whatever is in them', async () => {
    const named = (names: string[]): Book => bookOf([], names, [1, 1]);
    expect(await hashOf({ book: named(['a\nb', 'c']) })).not.toBe(await hashOf({ book: named(['a', 'b\nc']) }));
  });

  it('does not see the sign of a zero balance, nor the entry price of an option', async () => {
    const option = market.instruments.findIndex(
      ({ kind, baseCurrency }) => kind === 'option' && baseCurrency === 'BTC',
    );
    const held = (entryPrice: number, cash: number): Book =>
      bookOf([{ account: 0, instrument: option, quantity: 1, entryPrice }], ['a'], [cash]);
    expect(await hashOf({ book: held(0, 0) })).toBe(await hashOf({ book: held(500, -0) }));
  });
});
