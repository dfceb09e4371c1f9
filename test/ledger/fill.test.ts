import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFeeSchedules } from '../../src/ledger/fees.ts';
import { fractionOf, numberOf } from '../../src/money/fraction.ts';
import { tradedPosition } from '../../src/ledger/position-trade.ts';
import { bookOf, expiry, instruments, LedgerBench } from './lifecycle-market.ts';

const entries = LedgerBench.entries;
const names = ['alice', 'bob', 'carol'];
const cash = names.flatMap((name) => [[name, 'BTC', 10] as const, [name, 'USD', 1_000_000] as const]);
const feeSchedules = parseFeeSchedules({
  venue: { tiers: [{ fromVolume: 0, maker: { ofNotional: -0.0001 }, taker: { ofNotional: 0.0005 } }] },
  options: { tiers: [{ fromVolume: 0, maker: { ofNotional: 0.0003 }, taker: { ofNotional: 0.0003 } }], optionCap: 0.125 },
});

async function opened(): Promise<LedgerBench> {
  const bench = new LedgerBench(bookOf(names, [], cash), { feeSchedules });
  await bench.apply('tick');
  return bench;
}

const trade = (instrument: string, buyer: string, seller: string, quantity: number, price: number) => ({ instrument, buyer, seller, quantity, price });

describe('ledger.fill', () => {
  it('opens, averages, reduces and turns a linear future', async () => {
    const bench = await opened();
    const fill = (...fields: Parameters<typeof trade>) => bench.apply('ledger.fill', trade(...fields));
    expect(entries(await fill('SPX-FUT', 'alice', 'bob', 2, 100))).toEqual([]);
    await fill('SPX-FUT', 'alice', 'bob', 1, 103);
    // (2 x 100 + 1 x 103) / 3 = 101.
    expect([bench.position('alice', 'SPX-FUT'), bench.position('bob', 'SPX-FUT')]).toEqual([[3, 101], [-3, 101]]);
    // alice sells 2 at 104 to carol: 2 x 50 x (104 - 101) = 300, advanced by the clearing account.
    expect(entries(await fill('SPX-FUT', 'carol', 'alice', 2, 104))).toEqual(['realised alice USD 300000000', 'realised house/clearing USD -300000000']);
    expect([bench.position('alice', 'SPX-FUT'), bench.position('carol', 'SPX-FUT')]).toEqual([[1, 101], [2, 104]]);
    // alice sells 3 at 99 to bob: closes 1: 50 x (99 - 101) = -100; short 2 at 99. bob closes his 3: 3 x 50 x (101 - 99) = 300.
    expect(entries(await fill('SPX-FUT', 'bob', 'alice', 3, 99))).toEqual([
      'realised bob USD 300000000', 'realised alice USD -100000000', 'realised house/clearing USD -200000000',
    ]);
    expect([bench.position('alice', 'SPX-FUT'), bench.position('bob', 'SPX-FUT')]).toEqual([[-2, 99], [0, 0]]);
    // The last two close: carol 2 x 50 x (99.5 - 104) = -450, alice -2 x 50 x (99.5 - 99) = -50: clearing is even again.
    await fill('SPX-FUT', 'alice', 'carol', 2, 99.5);
    expect([bench.balance('house/clearing', 'USD'), bench.balance('house/rounding', 'USD')]).toEqual([0n, 0n]);
    bench.requireConserved();
    await bench.engine.close();
  });

  it('averages an inverse perpetual harmonically and realises in coin', async () => {
    const bench = await opened();
    const fill = (...fields: Parameters<typeof trade>) => bench.apply('ledger.fill', trade(...fields));
    await fill('BTC-PERP', 'alice', 'bob', 100, 40_000);
    await fill('BTC-PERP', 'alice', 'bob', 100, 60_000);
    // 200 / (100/40000 + 100/60000) = 48000.
    expect(bench.position('alice', 'BTC-PERP')).toEqual([200, 48_000]);
    // 100 x 10 x (1/48000 - 1/50000) = 0.000833333...: 83333.33 satoshi. alice 83333, bob pays 83334, one is dust.
    const outcome = await fill('BTC-PERP', 'bob', 'alice', 100, 50_000);
    expect(entries(outcome)).toEqual(['realised bob BTC -83334', 'realised alice BTC 83333', 'realised house/rounding BTC 1']);
    bench.requireConserved();
    await bench.engine.close();
  });

  it('moves premiums of options and the price of spot, exactly', async () => {
    const bench = await opened();
    // 3 x 100 x 2.5 = 750 dollars.
    expect(entries(await bench.apply('ledger.fill', trade('SPX-C', 'alice', 'bob', 3, 2.5)))).toEqual(['premium alice USD -750000000', 'premium bob USD 750000000']);
    // 0.1 x 0.0335 = 0.00335 BTC.
    expect(entries(await bench.apply('ledger.fill', trade('BTC-C', 'alice', 'bob', 0.1, 0.0335)))).toEqual(['premium alice BTC -335000', 'premium bob BTC 335000']);
    expect(entries(await bench.apply('ledger.fill', trade('SPX', 'alice', 'bob', 7, 99.99)))).toEqual(['premium alice USD -699930000', 'premium bob USD 699930000']);
    expect([bench.position('alice', 'SPX-C'), bench.position('bob', 'BTC-C'), bench.position('alice', 'SPX')]).toEqual([[3, 0], [-0.1, 0], [7, 0]]);
    bench.requireConserved();
    await bench.engine.close();
  });

  it('charges both sides: rebate to the maker, fee to the taker, options by what they are on', async () => {
    const bench = await opened();
    // 1000 x 10 / 50000 = 0.2 BTC: taker 0.0001, maker 0.00002.
    const perpetual = { ...trade('BTC-PERP', 'alice', 'bob', 1000, 50_000), maker: 'bob', schedule: 'venue' };
    await expect(bench.apply('ledger.fill', perpetual)).rejects.toThrow(/maker must be buyer or seller, got "bob"/);
    expect(entries(await bench.apply('ledger.fill', { ...perpetual, maker: 'seller' }))).toEqual([
      'fee alice BTC -10000', 'fee house/fees BTC 10000', 'fee bob BTC 2000', 'fee house/fees BTC -2000',
    ]);
    // 2 x 0.0003 = 0.0006 BTC each; the cap is 0.125 x 2 x 0.001 = 0.00025.
    expect(entries(await bench.apply('ledger.fill', { ...trade('BTC-C', 'alice', 'bob', 2, 0.001), schedule: 'options' })).filter((each) => each.startsWith('fee'))).toEqual([
      'fee alice BTC -25000', 'fee house/fees BTC 25000', 'fee bob BTC -25000', 'fee house/fees BTC 25000',
    ]);
    // Index 100: 1 x 100 x 100 x 0.0003 = 3 dollars; cap 0.125 x 100 x 5 = 62.5.
    expect(entries(await bench.apply('ledger.fill', { ...trade('SPX-C', 'alice', 'bob', 1, 5), schedule: 'options' }))).toContain('fee alice USD -3000000');
    bench.requireConserved();
    await bench.engine.close();
  });

  it('trades with the market outside, and with accounts that are new', async () => {
    const bench = await opened();
    expect(entries(await bench.apply('ledger.fill', trade('SPX-C', 'zoe', 'house/clearing', 1, 2)))).toEqual(['premium zoe USD -200000000', 'premium house/clearing USD 200000000']);
    expect(entries(await bench.apply('ledger.fill', trade('SPX-C', 'yann', 'xavier', 1, 2)))).toEqual(['premium yann USD -200000000', 'premium xavier USD 200000000']);
    expect([bench.balance('yann', 'USD'), bench.balance('xavier', 'USD')]).toEqual([-200_000_000n, 200_000_000n]);
    expect(bench.position('yann', 'SPX-C')).toEqual([1, 0]);
    bench.requireConserved();
    await bench.engine.close();
  });

  it('refuses and leaves no trace', async () => {
    const bench = await opened();
    const hash = bench.engine.stateHash();
    const good = trade('SPX-FUT', 'alice', 'bob', 1, 100);
    const refused = [
      { ...good, instrument: 'X' }, { ...good, seller: 'alice' }, { ...good, quantity: 0 }, { ...good, quantity: -1 }, { ...good, price: 0 },
      { ...good, buyer: 'house/fees' }, { ...good, schedule: 'none' }, { ...good, quantity: 2e15 }, trade('SPX-C', 'new', 'bob', 9e14, 1e11),
    ];
    for (const fields of refused) await expect(bench.apply('ledger.fill', fields)).rejects.toHaveProperty('code');
    expect(bench.engine.stateHash()).toBe(hash);
    // The ledger takes the premium of 90 dollars, the book refuses 1.8e15 contracts: the posting is taken back.
    const huge = trade('SPX-C', 'alice', 'bob', 9e14, 1e-15);
    await bench.apply('ledger.fill', huge);
    await bench.apply('tick');
    const after = bench.engine.stateHash();
    await expect(bench.apply('ledger.fill', huge)).rejects.toThrow(/quantity: must be a number of at most 1000000000000000/);
    expect(bench.engine.stateHash()).toBe(after);
    expect(bench.balance('bob', 'USD')).toBe(1_000_090_000_000n);
    await expect(bench.apply('ledger.fill', good, expiry)).rejects.toThrow(/SPX-FUT has expired/);
    await bench.engine.close();
  });
});

describe('positions after trades', () => {
  const future = instruments.find(({ name }) => name === 'SPX-FUT')!;
  const quantity = fc.integer({ min: -500, max: 500 }).filter((value) => value !== 0).map((value) => value / 10);
  const price = fc.integer({ min: 1, max: 20_000 }).map((value) => value / 100);

  it('realise, with what stays open, what the trades are worth', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(quantity, price), { minLength: 1, maxLength: 20 }), price, (trades, last) => {
        let held = { quantity: 0, entryPrice: 0 };
        let realised = 0;
        let paid = 0;
        for (const [contracts, at] of trades) {
          const next = tradedPosition(future, held, fractionOf(contracts), fractionOf(at));
          realised += numberOf(next.realised);
          paid += contracts * 50 * at;
          held = next;
        }
        const open = held.quantity * 50 * (last - held.entryPrice);
        // Sum of quantity x (last - price) over the trades; doubles of size 1e6 x 20 trades: 1e-7 is 500 roundings.
        expect(realised + open).toBeCloseTo(held.quantity * 50 * last - paid, 6);
      }),
      { numRuns: 2_000 },
    );
  });
});
