import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { accountNames, bookOf, params, syntheticMarket, syntheticRows } from '../support/synthetic-book.ts';

const market = syntheticMarket();
const accounts = 400;
const rows = syntheticRows(market, accounts, 10, 77);
const book = bookOf(rows, accountNames(accounts));

async function statusAt(change: {
  forward?: [number, number];
  volatility?: [number, number];
  index?: number;
  asOfMs?: number;
}) {
  const engine = Engine.create({ market, book, params });
  const forward = market.forward.slice();
  const impliedVolatility = market.impliedVolatility.slice();
  if (change.forward) forward[change.forward[0]] = change.forward[1];
  if (change.volatility) impliedVolatility[change.volatility[0]] = change.volatility[1];
  const indexPrice = new Map(market.indexPrice);
  if (change.index !== undefined) indexPrice.set('btc_usd', change.index);
  const report = await engine.tick({ forward, impliedVolatility, indexPrice, asOfMs: change.asOfMs ?? market.asOfMs });
  return { engine, report };
}

const holders = (instrument: number): Set<number> =>
  new Set(rows.filter((row) => row.instrument === instrument).map(({ account }) => account));
const option = market.instruments.findIndex(({ name }) => name.startsWith('BTC-2-'));

describe('bad market data quarantines what depends on it and nothing else', () => {
  it.each([
    ['a NaN forward', { forward: [0, NaN] }],
    ['an infinite forward', { forward: [0, Infinity] }],
    ['a zero forward', { forward: [0, 0] }],
    ['a negative forward', { forward: [0, -5] }],
  ] as const)('%s', async (_name, change) => {
    const { engine, report } = await statusAt({ forward: [change.forward[0], change.forward[1]] });
    const { accountIndex, currencyIndex, status, fault, equity } = engine.results;
    const affected = holders(0);
    expect(affected.size).toBeGreaterThan(5);
    for (let set = 0; set < status.length; set++) {
      const bad = affected.has(accountIndex[set]) && engine.currencies[currencyIndex[set]] === 'BTC';
      expect(status[set] === 3).toBe(bad);
      expect(fault[set]).toBe(bad ? 2 : 0);
      expect(Number.isNaN(equity[set])).toBe(bad);
    }
    expect(report.totals.quarantined).toBe(affected.size);
    expect(report.totals.evaluated + report.totals.quarantined).toBe(engine.nettingSetCount);
  });

  it.each([NaN, 0, -0.1, Infinity])('a volatility of %d', async (volatility) => {
    const { report } = await statusAt({ volatility: [option, volatility] });
    expect(holders(option).size).toBeGreaterThan(0);
    expect(report.totals.quarantined).toBe(holders(option).size);
  });

  it('an index price of zero quarantines the whole risk group', async () => {
    const { engine, report } = await statusAt({ index: 0 });
    const btc = new Set(
      rows.filter((row) => market.instruments[row.instrument].settlementCurrency === 'BTC').map((row) => row.account),
    );
    expect(report.totals.quarantined).toBe(btc.size);
    expect(engine.results.status.filter((status) => status === 2).length).toBe(report.totals.counts.liquidation);
  });

  it('an expiry that has passed is bad data, the instant of expiry is not', async () => {
    const expiryMs = market.instruments[1].expiryMs!;
    const atExpiry = await statusAt({ asOfMs: expiryMs });
    expect(atExpiry.report.totals.quarantined).toBe(0);
    const after = await statusAt({ asOfMs: expiryMs + 1 });
    const expired = new Set(
      rows
        .filter((row) => market.instruments[row.instrument].expiryMs === expiryMs)
        .map((row) => `${row.account} ${market.instruments[row.instrument].settlementCurrency}`),
    );
    expect(after.report.totals.quarantined).toBe(expired.size);
  });

  it('a good tick after a bad one is as if the bad one had not been', async () => {
    const engine = Engine.create({ market, book, params });
    await engine.tick();
    const before = engine.stateHash();
    const forward = market.forward.slice();
    forward[0] = NaN;
    await engine.tick({ forward });
    expect(engine.stateHash()).not.toBe(before);
    await engine.tick({ forward: market.forward });
    expect(engine.stateHash()).toBe(before);
  });

  it('an account quarantined on input is counted and not margined', async () => {
    const engine = Engine.create({
      market,
      params,
      book: { ...book, quarantined: [{ accountIndex: 3, reason: 'row 12: NaN' }] },
    });
    const report = await engine.tick();
    const { first, end } = engine.resultRange('A3');
    expect(end).toBeGreaterThan(first);
    for (let set = first; set < end; set++) {
      expect(engine.results.status[set]).toBe(3);
      expect(engine.results.fault[set]).toBe(1);
    }
    expect(report.totals.evaluated + report.totals.quarantined).toBe(engine.nettingSetCount);
  });
});
