import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { blackPrice } from '../../assembly/portable/black76.ts';
import { loadBuiltInMarket } from '../../src/chain/built-in-market.ts';
import type { Chain } from '../../src/chain/chain.ts';
import { packageRoot } from '../../src/package-root.ts';
import { readChainFile } from '../../src/chain/read-chain-file.ts';
import { riskGroupOf } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import { timeToExpiryYears } from '../../src/domain/market.ts';

const builtIn = loadBuiltInMarket();
const { market, bitcoin, spx } = builtIn;

function chainOf(file: string): Chain {
  return readChainFile(join(packageRoot, 'data', 'chains', file));
}

describe('shipped chains', () => {
  // Facts of the source: quantflow fixtures deribit_btc.json.gz and yahoo_spx.json.gz.
  it('hold what the source holds', () => {
    const btc = chainOf('deribit-btc-2026-08-01.json');
    expect([btc.options.length, btc.futures.length]).toEqual([868, 14]);
    expect(new Date(btc.asOfMs).toISOString()).toBe('2026-08-01T17:58:04.320Z');
    expect(btc.options.filter((option) => option.bid === null)).toHaveLength(66);
    const index = chainOf('spx-2026-07-31.json');
    expect(index.options).toHaveLength(17_193);
    expect(index.asOfMs).toBe(1_785_532_932_000);
    expect(index.spotPrice).toBe(7489.72);
    expect(new Set(index.options.map((option) => option.expiryMs)).size).toBe(49);
  });

  it('lose these rows for these reasons (docs/MARKET-DATA.md)', () => {
    expect(bitcoin).toMatchObject({ rows: 882, kept: 738, keptFromOtherSide: 30 });
    expect(Object.fromEntries(bitcoin.dropped)).toEqual({ 'no-bid': 66, 'other-side-unusable': 72, 'wide-spread': 6 });
    expect(spx).toMatchObject({ rows: 17_193, kept: 12_388, keptFromOtherSide: 59 });
    expect(Object.fromEntries(spx.dropped)).toEqual({
      'strike-fails-parity': 2292, 'expiry-fails-parity': 726, 'no-bid': 640, 'no-forward': 460,
      'other-side-unusable': 409, 'wide-spread': 259, 'off-the-smile': 18, 'crossed-quote': 1,
    });
  });

  it('have forwards that parity confirms', () => {
    const usable = bitcoin.forwards.filter((forward) => forward.parity !== null);
    expect(usable).toHaveLength(9);
    for (const { forward, parity } of usable) expect(Math.abs(parity!.forward / forward - 1)).toBeLessThan(4e-4);
    // The discount factor of 2026-12-18 was found independently, by least squares: 0.9837.
    const december = spx.forwards.find((forward) => forward.expiryMs === Date.UTC(2026, 11, 18, 21))!;
    expect(december.discountFactor).toBeCloseTo(0.9837, 3);
    expect(december.forward).toBeCloseTo(7569.3, 0);
  });
});

describe('built-in market', () => {
  it('is one market of two risk groups and two index prices', () => {
    expect(market.instruments).toHaveLength(738 + 12_388);
    const groups = new Set(market.instruments.map((instrument) => riskGroupOf(instrument).name));
    expect([...groups]).toEqual(['btc_btc', 'spx_usd']);
    // No index in the Bitcoin file: the mid of the perpetual, (62687.5 + 62688) / 2.
    expect([...market.indexPrice]).toEqual([['btc_usd', 62_687.75], ['spx_usd', 7489.72]]);
    expect(market.asOfMs).toBe(bitcoin.market.asOfMs);
  });

  it('has positive forwards, and volatilities for options only', () => {
    market.instruments.forEach((instrument, index) => {
      expect(market.forward[index]).toBeGreaterThan(0);
      expect(Number.isNaN(market.impliedVolatility[index])).toBe(instrument.kind !== 'option');
      expect(timeToExpiryYears(instrument, market.asOfMs)).toBeGreaterThanOrEqual(0);
    });
  });

  it('carries mark prices of options and open interest, where the quotes have them', () => {
    const markPrice = market.fields!.get('markPrice')!;
    const openInterest = market.fields!.get('openInterest')!;
    const marked = market.instruments.filter((_each, index) => markPrice[index] > 0);
    // Every kept option but those whose own quote is bad.
    expect(marked.every(({ kind }) => kind === 'option')).toBe(true);
    expect(marked).toHaveLength(738 - 14 - 30 + 12_388 - 59);
    // SPX put 7000 of 2026-09-18: looked up in the file, (bid + ask) / 2.
    const quote = chainOf('spx-2026-07-31.json').options.find(
      ({ strike, optionType, expiryMs }) =>
        strike === 7000 && optionType === 'put' && expiryMs === Date.UTC(2026, 8, 18, 20),
    )!;
    const index = market.instruments.findIndex(({ name }) => name === 'SPX-18SEP26-7000-P');
    expect(markPrice[index]).toBe((quote.bid! + quote.ask!) / 2);
    expect(openInterest[index]).toBe(quote.openInterest);
    market.openInterest.forEach((contracts, row) => expect(openInterest[row] || 0).toBe(contracts));
  });

  it('prices out-of-the-money options at their mids', () => {
    expect(repricingError(market, chainOf('deribit-btc-2026-08-01.json'), bitcoin.forwards)).toBeLessThan(1e-10);
    expect(repricingError(market, chainOf('spx-2026-07-31.json'), spx.forwards)).toBeLessThan(1e-10);
  });

  it('is the same on every call', () => {
    const again = loadBuiltInMarket().market;
    expect(again.impliedVolatility).toEqual(market.impliedVolatility);
    expect(again.forward).toEqual(market.forward);
  });
});

/** Largest relative difference between Black-76 at the market's numbers and the quoted mid, out of the money. */
function repricingError(resolved: Market, chain: Chain, forwards: typeof spx.forwards): number {
  const quotes = new Map(chain.options.map((option) =>
    [`${option.expiryMs} ${option.strike} ${option.optionType}`, option]));
  const discountFactors = new Map(forwards.map((forward) => [forward.expiryMs, forward.discountFactor]));
  let largest = 0;
  let checked = 0;
  resolved.instruments.forEach((instrument, index) => {
    if (instrument.kind !== 'option' || instrument.baseCurrency !== chain.baseCurrency) return;
    const forward = resolved.forward[index];
    const sign = instrument.optionType === 'call' ? 1 : -1;
    if (sign * (instrument.strike! - forward) <= 0) return;
    const { bid, ask } = quotes.get(`${instrument.expiryMs} ${instrument.strike} ${instrument.optionType}`)!;
    const mid = (bid! + ask!) / 2;
    const quoted = chain.payoff === 'inverse' ? mid * forward : mid / discountFactors.get(instrument.expiryMs!)!;
    const deviation = resolved.impliedVolatility[index] * Math.sqrt(timeToExpiryYears(instrument, resolved.asOfMs));
    largest = Math.max(largest, Math.abs(blackPrice(sign, forward, instrument.strike!, deviation) / quoted - 1));
    checked += 1;
  });
  expect(checked).toBeGreaterThan(300);
  return largest;
}
