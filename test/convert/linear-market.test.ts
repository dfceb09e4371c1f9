import { describe, expect, it } from 'vitest';
import { linearMarket, settledIn } from '../../src/convert/linear-market.ts';
import { Engine } from '../../src/engine/engine.ts';
import { shippedParams } from '../../src/margin/shipped-params.ts';
import { asOfMs, bookOf, instrument, instruments, market, shown } from './dollar-book.ts';

describe('linearMarket', () => {
  it('keeps names and quantities, and the base amount at the forward', () => {
    const converted = linearMarket(market(), bookOf({}));
    expect(converted.market.instruments).toEqual([
      // 10 USD at 50,000 and at 52,000 USD per BTC.
      instrument('BTC-PERP', { payoff: 'linear', settlementCurrency: 'USD', contractSize: 0.0002 }),
      { ...instruments[1], payoff: 'linear', settlementCurrency: 'USD', contractSize: 10 / 52_000 },
      { ...instruments[2], payoff: 'linear', settlementCurrency: 'USD' },
      instruments[3],
    ]);
    expect(converted.market.forward).toEqual(market().forward);
    expect(converted.notes).toEqual([]);
  });

  it('pays out in coin what an inverse future has earned, and makes a spot position of the coins', () => {
    const book = bookOf({
      // Long 1,000 contracts from 40,000: 10,000 (1/40,000 - 1/50,000) = 0.05 BTC.
      positions: [
        [0, 0, 1000, 40_000],
        [0, 2, -3, 0],
        [1, 3, 5, 0],
      ],
      orders: [[0, 0, 50, 45_000]],
      cash: [
        [0, 0, 1],
        [0, 1, 700],
        [1, 1, 9],
      ],
      addOns: [
        [0, 0, 0.5],
        [0, 1, 3],
      ],
    });
    const { market: linear, book: paid, notes } = linearMarket(market(), book);
    expect(shown(paid, linear)).toEqual([
      'a BTC-PERP 1000 @ 50000',
      'a BTC-DEC-60000-C -3 @ 0',
      'b SPX-DEC-7000-P 5 @ 0',
      'a BTC_USD 1.05 @ 0',
      'order a BTC-PERP 50 @ 45000',
      'a 700 USD',
      'b 9 USD',
      // 0.5 BTC at the index, 50,000, and the 3 dollars that are there.
      'add-on a 25003 USD',
    ]);
    expect(linear.instruments[4]).toEqual(
      instrument('BTC_USD', { kind: 'spot', payoff: 'linear', settlementCurrency: 'USD', contractSize: 1 }),
    );
    expect([linear.forward[4], linear.impliedVolatility[4], linear.openInterest[4]]).toEqual([50_000, NaN, 0]);
    expect(notes).toEqual(['spot instrument BTC_USD added at the index price 50000']);
  });

  it('a short that lost leaves coins owed', () => {
    // Short 520 contracts of the future from 65,000... to 52,000 it earns: -5,200 (1/65,000 - 1/52,000) = 0.02 BTC.
    const book = bookOf({ positions: [[1, 1, -520, 65_000], [0, 1, 520, 65_000]] });
    const { market: linear, book: paid } = linearMarket(market(), book);
    expect(shown(paid, linear).slice(0, 2)).toEqual(['b BTC-DEC -520 @ 52000', 'a BTC-DEC 520 @ 52000']);
    expect([...paid.positions.quantity.subarray(2)]).toEqual([expect.closeTo(0.02, 15), expect.closeTo(-0.02, 15)]);
  });

  it('has the same profit as the inverse book at every price, in dollars', () => {
    const size = linearMarket(market(), bookOf({})).market.instruments[0].contractSize;
    for (const price of [20_000, 45_000, 50_000, 61_234.5]) {
      // 1,000 contracts, and the 1.05 BTC that are cash in one world and spot in the other.
      const inverse = (1.05 + 1000 * 10 * (1 / 50_000 - 1 / price)) * price;
      const linear = 1.05 * price + 1000 * size * (price - 50_000);
      expect(linear).toBeCloseTo(inverse, 8);
    }
  });

  it('gives the same equity through the engine', async () => {
    const book = bookOf({ accountIds: ['a'], positions: [[0, 0, 1000, 40_000]], cash: [[0, 0, 1], [0, 1, 700]] });
    const converted = linearMarket(market(), book);
    const equities = async (inputs: { market: ReturnType<typeof market>; book: typeof book }): Promise<number[]> => {
      const engine = Engine.create({ ...inputs, params: shippedParams() });
      await engine.tick();
      return [...engine.results.equity];
    };
    const [coins, dollars] = await equities({ market: market(), book });
    expect(coins).toBeCloseTo(1.05, 14);
    expect(await equities(converted)).toEqual([expect.closeTo(coins * 50_000 + dollars, 8)]);
  });

  it('a bad price invents neither a size nor a profit; without an index price the coins are nobody\'s', () => {
    const bad = market({ forward: Float64Array.of(NaN, 52_000, 52_000, 7_500), indexPrice: new Map() });
    const book = bookOf({ positions: [[0, 0, 1000, 40_000]], cash: [[1, 0, 2]] });
    const { market: linear, book: paid } = linearMarket(bad, book);
    expect([linear.instruments[0].contractSize, linear.forward[0]]).toEqual([10, NaN]);
    expect(shown(paid, linear)).toEqual(['a BTC-PERP 1000 @ 40000']);
    expect(paid.quarantined).toEqual([
      { accountIndex: 1, reason: 'cash or add-on in BTC: the market has no index price btc_usd: add a spot row of that pair' },
    ]);
  });
});

describe('settledIn', () => {
  const spot = (name: string, baseCurrency: string, quoteCurrency: string, part = {}) =>
    instrument(name, {
      kind: 'spot',
      payoff: 'linear',
      baseCurrency,
      quoteCurrency,
      settlementCurrency: quoteCurrency,
      contractSize: 1,
      ...part,
    });
  const dollarMarket = market({
    instruments: [
      ...instruments.slice(0, 1),
      spot('BTC_USDC', 'BTC', 'USDC'),
      spot('USDC_USDT', 'USDC', 'USDT', { contractSize: 100 }),
      spot('USDT-PERP', 'USDT', 'USD', { kind: 'perpetual' }),
      spot('ETH_EUR', 'ETH', 'EUR'),
    ],
    forward: Float64Array.of(50_000, 50_010, 1.001, 0.999, 2_500),
    impliedVolatility: new Float64Array(5).fill(NaN),
    openInterest: Float64Array.of(1, 2, 3, 4, 5),
    indexPrice: new Map([
      ['btc_usd', 50_000],
      ['btc_usdc', 50_020],
      ['usdc_usdt', 1.001],
      ['eth_eur', 2_500],
    ]),
    fields: new Map([['stablePrice', Float64Array.of(1, 2, 3, 4, 5)]]),
  });
  const book = bookOf({
    accountIds: ['a', 'b', 'c'],
    currencies: ['USDC', 'BTC', 'USD', 'EUR'],
    positions: [
      [0, 0, 5, 48_000],
      [0, 2, 3, 0],
      [1, 4, 7, 0],
      [2, 3, 7, 0.99],
    ],
    orders: [
      [0, 2, 1, 1],
      [1, 4, 1, 2_400],
    ],
    cash: [
      [0, 0, 1_000],
      [0, 2, 500],
      [1, 1, 0.25],
      [1, 3, 10],
    ],
    addOns: [
      [0, 0, 1],
      [0, 2, 2],
    ],
  });

  it('names every dollar currency alike and sums what was in several of them', () => {
    const { market: settled, book: renamed, notes } = settledIn(dollarMarket, book, 'USDC');
    const currenciesOf = (each: (typeof settled.instruments)[number]): string[] =>
      [each.name, each.baseCurrency, each.quoteCurrency, each.settlementCurrency];
    expect(settled.instruments.map(currenciesOf)).toEqual([
      ['BTC-PERP', 'BTC', 'USDC', 'BTC'],
      ['BTC_USDC', 'BTC', 'USDC', 'USDC'],
      ['ETH_EUR', 'ETH', 'EUR', 'EUR'],
    ]);
    expect([...settled.forward]).toEqual([50_000, 50_010, 2_500]);
    expect([...settled.openInterest]).toEqual([1, 2, 5]);
    expect([...settled.fields!.get('stablePrice')!]).toEqual([1, 2, 5]);
    // The price of the pair that keeps its name wins, though it stands second.
    expect([...settled.indexPrice]).toEqual([
      ['btc_usdc', 50_020],
      ['eth_eur', 2_500],
    ]);
    expect(notes).toEqual(['index price btc_usdc is 50020; that of btc_usd, 50000, is dropped']);
    expect(shown(renamed, settled)).toEqual([
      'a BTC-PERP 5 @ 48000',
      'b ETH_EUR 7 @ 0',
      'order b ETH_EUR 1 @ 2400',
      // 1,000 USDC + 500 USD + 3 contracts of 100 USDC.
      'a 1800 USDC',
      'b 0.25 BTC',
      'b 10 EUR',
      'add-on a 3 USDC',
    ]);
    expect(renamed.quarantined).toEqual([
      { accountIndex: 2, reason: 'USDT-PERP is between two currencies that are USDC now' },
    ]);
  });

  it('after linearMarket leaves a market of one dollar', () => {
    const linear = linearMarket(market(), bookOf({ cash: [[0, 0, 2], [1, 1, 5]] }));
    const { market: settled, book: renamed } = settledIn(linear.market, linear.book, 'USDC');
    expect(new Set(settled.instruments.map((each) => each.settlementCurrency))).toEqual(new Set(['USDC']));
    expect([...settled.indexPrice.keys()]).toEqual(['btc_usdc', 'spx_usdc']);
    expect(shown(renamed, settled)).toEqual(['a BTC_USD 2 @ 0', 'b 5 USDC']);
    expect(settled.asOfMs).toBe(asOfMs);
  });
});
