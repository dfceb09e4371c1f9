import { describe, expect, it } from 'vitest';
import { withSpotCollateral } from '../../src/convert/spot-collateral.ts';
import { dollarRate } from '../../src/domain/dollar-rates.ts';
import { bookOf, instrument, instruments, market, shown } from './dollar-book.ts';

const eth = instrument('ETH_USD', {
  kind: 'spot',
  payoff: 'linear',
  baseCurrency: 'ETH',
  settlementCurrency: 'USD',
  contractSize: 0.5,
});
const withEth = market({
  instruments: [...instruments, eth],
  forward: Float64Array.of(50_000, 52_000, 52_000, 7_500, 2_501),
  impliedVolatility: Float64Array.of(NaN, NaN, 0.5, 0.2, NaN),
  indexPrice: new Map([
    ['btc_usd', 50_000],
    ['eth_usd', 2_500],
    ['usd_eur', 0.8],
  ]),
  openInterest: new Float64Array(5),
});
const currencies = ['BTC', 'USD', 'ETH', 'EUR', 'SOL'];

describe('withSpotCollateral', () => {
  it('turns cash into spot positions: added at the index price, or in the instrument that there is', () => {
    const book = bookOf({
      currencies,
      positions: [
        [0, 0, 5, 48_000],
        [0, 4, 4, 0],
      ],
      cash: [
        [0, 0, 1.5],
        [0, 1, 100],
        [0, 2, 3],
        [1, 2, -1],
        [1, 3, 80],
        [1, 4, 0],
      ],
      addOns: [
        [0, 2, 2],
        [0, 1, 1],
      ],
    });
    const { market: pooled, book: held, notes } = withSpotCollateral(withEth, book, 'USD');
    expect(shown(held, pooled)).toEqual([
      'a BTC-PERP 5 @ 48000',
      // 4 contracts of half an ETH, and 3 ETH: 10 contracts.
      'a ETH_USD 10 @ 0',
      'a BTC_USD 1.5 @ 0',
      'b ETH_USD -2 @ 0',
      'b EUR_USD 80 @ 0',
      'a 100 USD',
      // 2 ETH at 2,500 and the dollar that is there.
      'add-on a 5001 USD',
    ]);
    expect(pooled.instruments.slice(5).map(({ name, contractSize, kind }) => [name, contractSize, kind])).toEqual([
      ['BTC_USD', 1, 'spot'],
      ['EUR_USD', 1, 'spot'],
    ]);
    // One over the reverse pair, 0.8.
    expect([...pooled.forward.subarray(5)]).toEqual([50_000, 1.25]);
    expect([pooled.indexPrice.get('eur_usd'), pooled.indexPrice.get('btc_usd')]).toEqual([1.25, 50_000]);
    expect([pooled.impliedVolatility.length, pooled.openInterest.length]).toEqual([7, 7]);
    expect(held.quarantined).toEqual([]);
    expect(notes).toHaveLength(2);
  });

  it('quarantines an account whose currency has no price, and only it', () => {
    const book = bookOf({ currencies, cash: [[0, 4, 1], [1, 0, 1]], addOns: [[0, 4, 3]] });
    const { market: pooled, book: held } = withSpotCollateral(withEth, book, 'USD');
    expect(held.quarantined).toEqual([
      { accountIndex: 0, reason: 'cash or add-on in SOL: the market has no index price sol_usd: add a spot row of that pair' },
    ]);
    expect(shown(held, pooled)).toEqual(['b BTC_USD 1 @ 0']);
  });

  it('a quarantine that is there keeps its reason', () => {
    const quarantined = [{ accountIndex: 0, reason: 'bad row' }];
    const { book } = withSpotCollateral(withEth, bookOf({ currencies, cash: [[0, 4, 1]], quarantined }), 'USD');
    expect(book.quarantined).toEqual(quarantined);
  });

  it('changes nothing where there is nothing to change', () => {
    const book = bookOf({ currencies, cash: [[0, 1, 5]] });
    const same = withSpotCollateral(withEth, book, 'USD');
    expect([same.market === withEth, same.book === book]).toEqual([true, true]);
  });

  it('a position that the cash cancels is gone', () => {
    const book = bookOf({ currencies, positions: [[0, 4, 2, 0], [0, 0, 5, 48_000]], cash: [[0, 2, -1]] });
    const { market: pooled, book: held } = withSpotCollateral(withEth, book, 'USD');
    expect(shown(held, pooled)).toEqual(['a BTC-PERP 5 @ 48000']);
  });

  it('an added instrument has the quotes of its pair and currency, and no others', () => {
    const values = (...list: number[]): Float64Array => Float64Array.from(list);
    const confident = {
      ...withEth,
      fields: new Map([
        ['indexConfidence', values(0.9, NaN, 0.9, 0.5, 0.7)],
        ['stablePrice', values(NaN, 1.01, NaN, NaN, NaN)],
        ['confidence', values(0.8, 0.8, 0.8, 0.8, 0.8)],
        ['markPrice', values(NaN, NaN, 1, 2, NaN)],
      ] as const),
    };
    const book = bookOf({ currencies, cash: [[0, 0, 1], [0, 3, 1]] });
    const { market: pooled } = withSpotCollateral(confident, book, 'USD');
    const added = Object.fromEntries([...pooled.fields!].map(([name, column]) => [name, [...column.subarray(5)]]));
    // BTC, then EUR: an index confidence is the pair's, and the forward is the index price.
    expect(added).toEqual({
      indexConfidence: [0.9, NaN],
      stablePrice: [1.01, 1.01],
      confidence: [0.9, NaN],
      markPrice: [NaN, NaN],
    });
  });

  it('does not take a name that is taken', () => {
    const taken = market({ instruments: [...instruments.slice(0, 3), { ...instruments[3], name: 'BTC_USD' }] });
    const { market: pooled } = withSpotCollateral(taken, bookOf({ cash: [[0, 0, 1]] }), 'USD');
    expect(pooled.instruments[4].name).toBe('BTC_USD-SPOT');
  });
});

describe('dollarRate', () => {
  const at = (prices: Record<string, number>) => market({ indexPrice: new Map(Object.entries(prices)) });

  it.each([
    ['USD', {}, { currency: 'USD', rate: 1, source: '1:1' }],
    ['BTC', { btc_usd: 50_000 }, { currency: 'BTC', rate: 50_000, source: 'btc_usd' }],
    ['BTC', { btc_usdc: 50_000 }, { currency: 'BTC', rate: 50_000, source: 'btc_usdc' }],
    ['BTC', { btc_usdc: 50_000, usdc_usd: 0.5 }, { currency: 'BTC', rate: 25_000, source: 'btc_usdc and usdc_usd' }],
    ['BTC', { btc_usdt: 40_000, btc_usd: 50_000 }, { currency: 'BTC', rate: 50_000, source: 'btc_usd' }],
    ['USDC', {}, { currency: 'USDC', rate: 1, source: '1:1' }],
    ['USDC', { usdc_usd: 0.99 }, { currency: 'USDC', rate: 0.99, source: 'usdc_usd' }],
    ['USDT', { usdc_usdt: 1.25 }, { currency: 'USDT', rate: 0.8, source: 'usdt_usdc' }],
    ['EUR', { usd_eur: 0.8 }, { currency: 'EUR', rate: 1.25, source: 'eur_usd' }],
    ['EUR', { eur_btc: 0.00002, btc_usd: 50_000 }, null],
    ['BTC', { btc_usd: NaN }, null],
  ])('%s at %j', (currency, prices, expected) => {
    expect(dollarRate(at(prices as unknown as Record<string, number>), currency)).toEqual(expected);
  });
});
