import { describe, expect, it } from 'vitest';
import type { Instrument } from '../../../src/domain/instrument.ts';
import { yearMs, type Market } from '../../../src/domain/market.ts';
import { Revaluation } from '../../../src/revaluation/revaluation.ts';
import { portfolioSensitivities, positionDeltas } from '../../../src/risk/parametric/sensitivities.ts';
import { revaluationLosses } from '../../../src/risk/revaluation-losses.ts';
import { parseFactor, type RiskFactor } from '../../../src/scenario/scenario-set.ts';

const asOfMs = Date.UTC(2026, 8, 1, 8);
const expiryMs = asOfMs + 0.25 * yearMs;
const day = new Date(expiryMs).toISOString().slice(0, 10);
const base = { baseCurrency: 'BTC', quoteCurrency: 'USD', expiryMs: null, strike: null, optionType: null };
const inverse = { ...base, payoff: 'inverse', settlementCurrency: 'BTC' } as const;
const linear = { ...base, payoff: 'linear', settlementCurrency: 'USD' } as const;
const instruments: Instrument[] = [
  { ...linear, name: 'BTC-SPOT', kind: 'spot', contractSize: 1 },
  { ...linear, name: 'BTC-FUT', kind: 'future', contractSize: 0.1, expiryMs },
  { ...inverse, name: 'BTC-PERP', kind: 'perpetual', contractSize: 10 },
  { ...linear, name: 'BTC-C-LIN', kind: 'option', contractSize: 1, expiryMs, strike: 65_000, optionType: 'call' },
  { ...inverse, name: 'BTC-P-INV', kind: 'option', contractSize: 1, expiryMs, strike: 55_000, optionType: 'put' },
  { ...linear, name: 'ETH-C', baseCurrency: 'ETH', kind: 'option', contractSize: 10, expiryMs, strike: 3_000, optionType: 'call' },
];
const market: Market = {
  asOfMs, instruments,
  forward: Float64Array.from([60_000, 60_500, 60_010, 60_500, 60_500, 3_010]),
  impliedVolatility: Float64Array.from([NaN, NaN, NaN, 0.5, 0.55, 0.7]),
  indexPrice: new Map([['btc_usd', 60_000], ['eth_usd', 3_000]]),
  openInterest: new Float64Array(6),
};
const factors: RiskFactor[] = [
  parseFactor('price:BTC'), parseFactor(`price:BTC@${day}`), parseFactor('volatility:BTC'),
  parseFactor('price:ETH', 'absolute'), parseFactor('volatility:ETH', 'absolute'),
];
const holdings = [3, -20, 500, -4, 6, 7].map((quantity, instrument) => ({ instrument, quantity }));
const cash = new Map([['BTC', 2.5], ['USD', 1_000], ['ETH', -3]]);
const n = factors.length;

/** P&L by full revaluation when factors i and j move by a and b. */
function pnlOf(of: typeof factors, held: typeof holdings, i: number, a: number, j = i, b = 0): number {
  const point = new Float64Array(of.length);
  point[i] += a;
  point[j] += b;
  return -revaluationLosses(market, of, held, cash)(point, 1)[0];
}

/** Steps of about a thousandth of each value. */
const steps = [1e-3, 1e-3, 1e-3, 3, 7e-4];

describe('portfolioSensitivities', () => {
  it.each([['together', factors.map((_, i) => i)], ['without a factor of the expiry', [0, 2, 3, 4]]])(
    'are the derivatives of the revaluation: %s', (_, chosen) => {
      const of = chosen.map((i) => factors[i]);
      const h = chosen.map((i) => steps[i]);
      for (const held of [holdings, ...holdings.map((each) => [each])]) {
        const { delta, gamma } = portfolioSensitivities(market, of, held, cash);
        of.forEach((_each, i) => {
          const [up, down] = [pnlOf(of, held, i, h[i]), pnlOf(of, held, i, -h[i])];
          // Central differences: third derivatives times h^2 / 6; the P&L of these moves is of the size of 1e5.
          expect(Math.abs((up - down) / 2 - delta[i] * h[i])).toBeLessThan(2e-3);
          of.forEach((_other, j) => {
            const corner = (a: number, b: number): number => pnlOf(of, held, i, a * h[i], j, b * h[j]);
            const mixed = i === j ? up + down : (corner(1, 1) - corner(1, -1) - corner(-1, 1) + corner(-1, -1)) / 4;
            expect(Math.abs(mixed - gamma[i * of.length + j] * h[i] * h[j])).toBeLessThan(2e-4);
          });
        });
      }
    });

  it('by hand: an inverse perpetual of 10 USD gains 10 (1/F - 1/F\') in coin', () => {
    const { delta, gamma } = portfolioSensitivities(market, [parseFactor('price:BTC')], [{ instrument: 2, quantity: 1 }]);
    // 10/60010 coin per unit of relative move, at 60000; second derivative -2 + 2 (the coin's own move), of that.
    expect(delta[0]).toBeCloseTo((10 / 60_010) * 60_000, 12);
    expect(gamma[0]).toBeCloseTo(0, 10);
  });

  it('refuse an American option, whose derivatives are not those of Black-76', () => {
    const american = { ...instruments[3], name: 'AM', exercise: 'american' } as const;
    const other = { ...market, instruments: [...instruments.slice(0, 3), american, ...instruments.slice(4)] };
    expect(() => portfolioSensitivities(other, factors, holdings, cash)).toThrow(/AM is an American option/);
  });

  it('theta is a day that passes', () => {
    const { theta } = portfolioSensitivities(market, factors, holdings, cash);
    const scenarios = { factors, count: 1, moves: new Float64Array(n), days: Float64Array.from([0.01]) };
    const pnl = new Revaluation(market, scenarios).portfolioPnl(holdings, cash)[0];
    expect(theta * 0.01).toBeCloseTo(pnl, 2);
    expect(Math.abs(theta)).toBeGreaterThan(10);
  });

  it('of every position add up; what no factor moves is refused or reported', () => {
    const rows = positionDeltas(market, factors, holdings);
    const { delta } = portfolioSensitivities(market, factors, holdings);
    delta.forEach((each, i) => {
      const total = holdings.reduce((sum, _, row) => sum + rows[row * n + i], 0);
      expect(Math.abs(total - each)).toBeLessThan(1e-9 * (1 + Math.abs(each)));
    });
    const one = [parseFactor('price:BTC')];
    expect(() => portfolioSensitivities(market, one, holdings)).toThrow(/no scenario moves the volatility of BTC-C-LIN/);
    const held = portfolioSensitivities(market, one, holdings, cash, { unmatched: 'hold' });
    expect(held.heldConstant).toEqual(['BTC-C-LIN', 'BTC-P-INV', 'ETH-C']);
    expect(() => portfolioSensitivities(market, factors, holdings, new Map([['XRP', 1]]))).toThrow(/what XRP is worth/);
  });
});
