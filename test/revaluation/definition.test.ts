import { describe, expect, it } from 'vitest';
import { exp } from '../../assembly/portable/exp.ts';
import { logRatio } from '../../assembly/portable/log.ts';
import { cellPrice } from '../../assembly/portable/scenario-price.ts';
import { RandomStream } from '../../src/generate/random.ts';
import { absoluteError, blackPrice } from '../support/decimal-normal.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import { timeToExpiryYears } from '../../src/domain/market.ts';
import { americanPrices } from '../../src/pricing/american.ts';
import { black76Input, black76Price } from '../../src/reference/black76.ts';
import { Decimal } from '../../src/reference/decimal.ts';
import { Revaluation } from '../../src/revaluation/revaluation.ts';
import { randomCase, type ScenarioCase } from '../support/random-scenario-market.ts';

/** P&L of one contract by the decimal reference, straight from the definition; and max(F, K) in its unit. */
function expectedPnl({ market, scenarios }: ScenarioCase, row: number, s: number): { pnl: Decimal; scale: number } {
  const instrument = market.instruments[row];
  const base = instrument.baseCurrency === 'BTC' ? 0 : 1;
  const moved = (factor: number, value: number): Decimal => {
    const move = new Decimal(scenarios.moves[factor * scenarios.count + s]);
    return scenarios.factors[factor].change === 'relative' ? move.plus(1).times(value) : move.plus(value);
  };
  const index = market.indexPrice.get(`${instrument.baseCurrency.toLowerCase()}_usd`)!;
  const isCoin = instrument.settlementCurrency !== 'USD';
  const [rateNow, rate] = isCoin ? [new Decimal(index), moved(base, index)] : [new Decimal(1), new Decimal(1)];
  const now = new Decimal(market.forward[row]);
  const then = moved(base, market.forward[row]);
  const size = new Decimal(instrument.contractSize);
  if (instrument.kind !== 'option') {
    const gain = instrument.payoff === 'inverse' ? now.pow(-1).minus(then.pow(-1)) : then.minus(now);
    return { pnl: size.times(gain).times(rate), scale: Math.max(now.toNumber(), then.toNumber()) };
  }
  const years = timeToExpiryYears(instrument, market.asOfMs);
  const left = Math.max(0, years - (scenarios.days?.[s] ?? 0) / 365);
  const value = (forward: Decimal, volatility: Decimal, time: number): Decimal => {
    const price = black76Price(black76Input(forward, new Decimal(instrument.strike!), volatility, new Decimal(time), instrument.optionType!));
    return size.times(instrument.payoff === 'inverse' ? price.div(forward) : price);
  };
  const before = value(now, new Decimal(market.impliedVolatility[row]), years);
  const after = value(then, moved(2 + base, market.impliedVolatility[row]), left);
  return { pnl: after.times(rate).minus(before.times(rateNow)), scale: Math.max(now.toNumber(), then.toNumber(), instrument.strike!) };
}

describe('the definition of P&L', () => {
  it('agrees with the decimal reference for every kind and change, within the bound of the price kernel', () => {
    let compared = 0;
    for (let seed = 100; seed < 140; seed++) {
      const example = randomCase(seed, { instruments: 8, scenarios: 5, european: true });
      const revaluation = new Revaluation(example.market, example.scenarios);
      example.market.instruments.forEach((instrument, row) => {
        const index = example.market.indexPrice.get(`${instrument.baseCurrency.toLowerCase()}_usd`)!;
        const pnl = revaluation.instrumentPnl(row);
        for (let s = 0; s < 5; s++) {
          const { pnl: expected, scale } = expectedPnl(example, row, s);
          // A price is good to 4 * 2^-52 max(F, K), twice for a difference; F moves by up to 1.9 and 1/F' by 2.5, and unit,
          // size and rate are four more roundings.
          const perBase = instrument.payoff === 'inverse' ? 2.5 / example.market.forward[row] : 1;
          const rate = instrument.settlementCurrency === 'USD' ? 1 : 1.9 * index;
          const size = instrument.payoff === 'inverse' && instrument.kind !== 'option' ? instrument.contractSize / scale : instrument.contractSize;
          const bound = 12 * 2 ** -52 * scale * size * perBase * rate;
          expect(Math.abs(expected.minus(pnl[s]).toNumber())).toBeLessThanOrEqual(bound);
          compared++;
        }
      });
    }
    expect(compared).toBe(1_600);
  });

  it('American options: premium now, on the spot that the moved forward implies', () => {
    let compared = 0;
    for (let seed = 1; seed < 12; seed++) {
      const { market, scenarios } = randomCase(seed, { instruments: 10, scenarios: 4 });
      const revaluation = new Revaluation(market, scenarios);
      market.instruments.forEach((instrument, row) => {
        if (instrument.exercise !== 'american') return;
        const pnl = revaluation.instrumentPnl(row);
        for (let s = 0; s < 4; s++) {
          expect(pnl[s]).toBeCloseTo(instrument.contractSize * (americanValue(s) - americanValue(-1)), 7);
          compared++;
        }

        function americanValue(scenario: number): number {
          const base = instrument.baseCurrency === 'BTC' ? 0 : 1;
          const moved = (factor: number, value: number): number => {
            if (scenario < 0) return value;
            const move = scenarios.moves[factor * 4 + scenario];
            return scenarios.factors[factor].change === 'relative' ? value * (1 + move) : value + move;
          };
          const days = scenario < 0 ? 0 : (scenarios.days?.[scenario] ?? 0);
          const time = Math.max(0, timeToExpiryYears(instrument, market.asOfMs) - days / 365);
          const rate = market.fields!.get('interestRate')![row];
          const dividendYield = market.fields!.get('dividendYield')![row];
          const spot = moved(base, market.forward[row]) * Math.exp((dividendYield - rate) * time);
          return americanPrices({
            optionType: [instrument.optionType!], spot: Float64Array.of(spot), strike: Float64Array.of(instrument.strike!),
            timeToExpiryYears: Float64Array.of(time), volatility: Float64Array.of(moved(2 + base, market.impliedVolatility[row])),
            rate: Float64Array.of(rate), dividendYield: Float64Array.of(dividendYield),
          })[0];
        }
      });
    }
    expect(compared).toBeGreaterThan(30);
  });
});

function chain(option: Partial<Instrument> = {}): ScenarioCase {
  const { market, scenarios } = randomCase(1, { instruments: 1, scenarios: 2 });
  const instrument: Instrument = {
    ...market.instruments[0], name: 'BTC-1', baseCurrency: 'BTC', kind: 'option', payoff: 'linear', settlementCurrency: 'USD', contractSize: 2,
    expiryMs: market.asOfMs + 10 * 86_400_000, strike: 60_000, optionType: 'call', ...option,
  };
  return {
    market: { ...market, instruments: [instrument], forward: Float64Array.of(50_000), impliedVolatility: Float64Array.of(0.5) },
    scenarios: {
      count: 2, days: Float64Array.of(10, 11), moves: Float64Array.of(0.5, -0.5, 0, 0),
      factors: scenarios.factors.filter(({ underlying }) => underlying === 'BTC').map((factor) => ({ ...factor, change: 'relative' as const })),
    },
  };
}

describe('the price of a cell', () => {
  it('is good to 4 * 2^-52 max(F, K), whatever the moneyness and the deviation', () => {
    const random = new RandomStream();
    random.restart(11, 0, 1);
    let worst = 0;
    for (let i = 0; i < 600; i++) {
      const v = exp(-9 + 11 * random.nextFineFraction());
      const forward = 1 + 99 * random.nextFineFraction();
      // From the money to ten standard deviations out, but never beyond e^3.
      const far = 20 * random.nextFineFraction() - 10;
      const strike = forward * exp(Math.max(-3, Math.min(3, (i % 3 === 0 ? 0.1 : 1) * far * v)));
      const sign = i % 2 === 0 ? 1 : -1;
      const price = cellPrice(sign, forward, strike, Math.abs(logRatio(strike, forward)) * (1 / v), v);
      const error = absoluteError(price, blackPrice(sign, forward, strike, v)) / Math.max(forward, strike);
      worst = Math.max(worst, error);
    }
    expect(worst / 2 ** -52).toBeLessThanOrEqual(4);
    expect(worst).toBeGreaterThan(2 ** -54);
  });
});

describe('edges of the definition', () => {
  it('an option that has expired in a scenario is worth its intrinsic value, exactly', () => {
    const { market, scenarios } = chain();
    const still = { ...scenarios, days: new Float64Array(2), moves: new Float64Array(4) };
    const pnl = new Revaluation(market, scenarios).instrumentPnl(0);
    // 50,000 becomes 75,000 and 25,000: two contracts gain 2 (15,000 - V) and -2 V.
    expect(pnl[0] - pnl[1]).toBe(30_000);
    expect(new Revaluation(market, still).instrumentPnl(0)).toEqual(new Float64Array(2));
  });

  it('refuses moves after which a price, a volatility or a rate is no number to value with', () => {
    const { market, scenarios } = chain();
    const absolute = (index: number, moves: number[]): Revaluation => new Revaluation(market, {
      ...scenarios, moves: Float64Array.from(moves), labels: ['calm', 'crash'],
      factors: scenarios.factors.map((factor, at) => (at === index ? { ...factor, change: 'absolute' as const } : factor)),
    });
    expect(() => absolute(0, [0, -50_000, 0, 0]).instrumentPnl(0)).toThrow('scenario crash makes the price of BTC-1 0: it must stay > 0');
    expect(() => absolute(1, [0, 0, 0, -0.75]).instrumentPnl(0)).toThrow('scenario crash makes the volatility of BTC-1 -0.25');
    expect(() => absolute(0, [0, -70_000, 0, 0]).currencyPnl('BTC')).toThrow('scenario crash makes the rate of BTC -10000');
  });

  it('an American option needs a rate and a yield', () => {
    const { market, scenarios } = chain({ exercise: 'american' });
    const bare = { ...market, fields: new Map() };
    expect(() => new Revaluation(bare, scenarios).instrumentPnl(0)).toThrow('the American option BTC-1 needs interestRate, got NaN');
  });

  it('the portfolio is cash first, then positions, as a left fold', () => {
    const example = randomCase(9, { instruments: 6, scenarios: 33 });
    const revaluation = new Revaluation(example.market, example.scenarios);
    const holdings = [{ instrument: 2, quantity: -3.5 }, { instrument: 0, quantity: 7 }, { instrument: 2, quantity: 0.1 }];
    const pnl = revaluation.portfolioPnl(holdings, new Map([['BTC', 2]]));
    const [coin, second, first] = [revaluation.currencyPnl('BTC'), revaluation.instrumentPnl(2), revaluation.instrumentPnl(0)];
    expect(pnl).toEqual(coin.map((cell, s) => 2 * cell + -3.5 * second[s] + 7 * first[s] + 0.1 * second[s]));
    const other = new Revaluation(example.market, example.scenarios, { kernels: 'javascript' });
    expect(other.portfolioPnl(holdings, new Map([['BTC', 2]]))).toEqual(pnl);
  });
});
