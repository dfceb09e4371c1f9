import { describe, expect, it } from 'vitest';
import type { Market } from '../../src/domain/market.ts';
import { stressBook } from '../../src/revaluation/book-stress.ts';
import { gridPnl } from '../../src/revaluation/grid-pnl.ts';
import { Revaluation } from '../../src/revaluation/revaluation.ts';
import { bookRisk } from '../../src/risk/book-risk.ts';
import { portfolioSensitivities } from '../../src/risk/parametric/sensitivities.ts';
import { riskBook, riskMarket, riskScenarios, rowOf } from '../support/risk-market.ts';

/** BTC at 100 stays, rises by 25%, falls by 20%; its volatility stays; ETH at 10 rises by 50%, stays, falls by 20%. */
const scenarios = riskScenarios([[0, 0.25, -0.2], [0, 0, 0], [0.5, 0, -0.2]]);
/** Roundings of ratios near one. */
const close = (values: Iterable<number>): number[] => Array.from(values, (value) => Math.round(value * 1e12) / 1e12 + 0);

describe('P&L in a currency that moves', () => {
  const inCoin = new Revaluation(riskMarket(), scenarios, { currency: 'BTC' });

  it('cash moves against it', () => {
    expect(close(inCoin.currencyPnl('BTC'))).toEqual([0, 0, 0]);
    // 100 dollars are one coin, then 100 / 125 and 100 / 80 of one.
    expect(close(inCoin.currencyPnl('USD').map((each) => 100 * each))).toEqual([0, -0.2, 0.25]);
    // Ten ethers are one coin: 150 / 100, 100 / 125, 80 / 80.
    expect(close(inCoin.currencyPnl('ETH').map((each) => 10 * each))).toEqual([0.5, -0.2, 0]);
  });

  it('a coin held as spot gains nothing, a future pays at the moved rate', () => {
    expect(close(inCoin.instrumentPnl(rowOf.spot))).toEqual([0, 0, 0]);
    // 25 dollars at 125 and -20 dollars at 80.
    expect(close(inCoin.instrumentPnl(rowOf.linearPerpetual))).toEqual([0, 0.2, -0.25]);
    // Ten dollars: 10 / 100 - 10 / 125 and 10 / 100 - 10 / 80 coins, whatever a coin is worth.
    expect(close(inCoin.instrumentPnl(rowOf.inversePerpetual))).toEqual([0, 0.02, -0.025]);
  });

  it('books, stresses and grids say the same', async () => {
    const market = riskMarket();
    const book = riskBook(1, [{ account: 0, instrument: rowOf.linearPerpetual, quantity: 2, entryPrice: 100 }], [[0, 0, 100]]);
    const expected = [0, 0.4 - 0.2, -0.5 + 0.25];
    const risk = await bookRisk({ market, book, scenarios, currency: 'BTC', levels: [0.6] });
    expect(close(risk.bookPnl)).toEqual(close(expected));
    expect(close(stressBook({ market, book, scenarios, currency: 'BTC' }).pnl)).toEqual(close(expected));
    const { pnl } = await gridPnl(market, Float64Array.of(0, 2, 0, 0, 0, 0), scenarios, { currency: 'BTC' });
    expect(close(pnl)).toEqual([0, 0.4, -0.5]);
  });

  it('absolute moves are dollars, whatever P&L is measured in', () => {
    const market = { ...riskMarket(), indexPrice: new Map([['btc_usd', 100], ['eth_usd', 10], ['eur_usd', 1.25]]) };
    const absolute = riskScenarios([[0, 25, -50]]);
    const set = { ...absolute, factors: absolute.factors.map((factor) => ({ ...factor, change: 'absolute' as const })) };
    const inEuros = new Revaluation(market, set, { currency: 'EUR' });
    expect(close(inEuros.currencyPnl('BTC'))).toEqual([0, 20, -40]);
    expect(close(inEuros.instrumentPnl(rowOf.spot))).toEqual([0, 20, -40]);
    expect(close(inEuros.currencyPnl('USD'))).toEqual([0, 0, 0]);
  });

  it('is refused where a scenario makes it worthless, and where sensitivities are asked for', () => {
    const set = { ...scenarios, factors: scenarios.factors.map((factor) => ({ ...factor, change: 'absolute' as const })) };
    const fallen = { ...set, moves: Float64Array.of(0, -100, 0, 0, 0, 0, 0, 0, 0) };
    expect(() => new Revaluation(riskMarket(), fallen, { currency: 'BTC' })).toThrow('scenario 1 makes a BTC, in which P&L is measured, worth nothing');
    expect(() => portfolioSensitivities(riskMarket(), scenarios.factors, [], new Map(), { currency: 'BTC' }))
      .toThrow('sensitivities are not measured in BTC, which price:BTC moves');
  });
});

describe('rates that nothing moves', () => {
  const still = riskScenarios([[0.25], [0]]);
  const pairOnly = { ...still, factors: [{ ...still.factors[0], underlying: 'btc_usd' }, still.factors[1]] };

  it('a coin without a price factor is refused, as cash and as settlement, or held on request', () => {
    expect(() => new Revaluation(riskMarket(), still).currencyPnl('ETH')).toThrow('no scenario moves the rate of ETH: there is no price:ETH');
    expect(() => new Revaluation(riskMarket(), pairOnly).instrumentPnl(rowOf.inversePerpetual)).toThrow('no scenario moves the rate of BTC');
    expect([...new Revaluation(riskMarket(), still, { unmatched: 'hold' }).currencyPnl('ETH')]).toEqual([0]);
  });

  it('quarantines who has it, and nobody else', async () => {
    const book = riskBook(2, [], [[0, 0, 5], [1, 1, 5]], { currencies: ['USD', 'ETH'] });
    const risk = await bookRisk({ market: riskMarket(), book, scenarios: still, levels: [0.5], beyondSample: 'worst' });
    expect([risk.reasonOf(0), risk.reasonOf(1)]).toEqual([null, 'cash in ETH: no scenario moves the rate of ETH: there is no price:ETH']);
  });
});

it('a price in a moving coin is not moved by the price in dollars', () => {
  const market = riskMarket();
  const cross: Market = {
    ...market,
    instruments: market.instruments.map((each) => (each.name === 'ETHER' ? { ...each, quoteCurrency: 'BTC', settlementCurrency: 'BTC' } : each)),
    forward: Float64Array.of(100, 100, 100, 100, 100, 0.1),
  };
  expect(() => new Revaluation(cross, scenarios).instrumentPnl(rowOf.ether)).toThrow('it is quoted in BTC, so that it takes price:eth_btc');
  const pair = { ...scenarios.factors[2], underlying: 'eth_btc' };
  const crossed = { ...scenarios, factors: [...scenarios.factors.slice(0, 2), pair] };
  // 0.1 coins of 100 dollars: 0.15 of 100, 0.1 of 125, 0.08 of 80.
  expect(close(new Revaluation(cross, crossed).instrumentPnl(rowOf.ether))).toEqual([5, 2.5, -3.6]);
});
