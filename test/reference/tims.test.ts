import { describe, expect, it } from 'vitest';
import { parseTimsParams } from '../../src/margin/tims/params.ts';
import { shippedParams } from '../../src/margin/shipped-params.ts';
import { Decimal } from '../../src/reference/decimal.ts';
import { isRefusal, type Breakdown } from '../../src/reference/margin/account.ts';
import { convergedTree, extrapolatedTree, type AmericanInput } from '../../src/reference/margin/tims/american-tree.ts';
import { referenceTims } from '../../src/reference/margin/tims.ts';

const decimal = (value: number): Decimal => new Decimal(value);

function inputOf(optionType: 'call' | 'put', spot: number, strike: number, rate: number, dividendYield: number): AmericanInput {
  return {
    optionType, spot: decimal(spot), strike: decimal(strike), rate: decimal(rate), dividendYield: decimal(dividendYield),
    volatility: decimal(0.25), timeToExpiryYears: decimal(1),
  };
}

// QuantLib, test-suite/americanoption.cpp: a put at the money, rate and yield 5%, is worth its European value and a
// premium of 0.10695274 (converged); Black-76 by hand: 100 e^(-0.05) (2 N(0.125) - 1).
const premium = 0.1069527;
const european = 100 * Math.exp(-0.05) * 0.09947644966022584;

describe('American options of the reference', () => {
  it('many steps: the published premium to 1e-5', () => {
    expect(Math.abs(convergedTree(inputOf('put', 100, 100, 0.05, 0.05)).toNumber() - european - premium)).toBeLessThan(1e-5);
  });

  it('trees of 51 and 103 steps: to 1e-3, and above one tree alone', () => {
    const value = extrapolatedTree(inputOf('put', 100, 100, 0.05, 0.05), [51, 103]).toNumber();
    expect(Math.abs(value - european - premium)).toBeLessThan(1e-3);
  });

  it('is the intrinsic value where exercise is best', () => {
    expect(extrapolatedTree(inputOf('put', 40, 100, 0.05, 0), [11, 23]).toNumber()).toBe(60);
    expect(convergedTree(inputOf('call', 300, 100, 0, 0.2)).toNumber()).toBe(200);
  });
});

const labelsOf = (steps: readonly Breakdown[]): string[] =>
  steps.flatMap(({ label, children = [] }) => [label, ...labelsOf(children)]);

describe('breakdown of the reference', () => {
  const params = parseTimsParams({
    ...(shippedParams('tims') as Record<string, unknown>),
    classes: { '*': { productType: 'equityNarrow', productGroup: 'tech' } },
    productGroups: { tech: { offset: 0.5, portfolioGroup: null } },
  });
  const stock = (name: string) => ({
    name, kind: 'spot' as const, payoff: 'linear' as const, baseCurrency: name, quoteCurrency: 'USD',
    settlementCurrency: 'USD', contractSize: 1, expiryMs: null, strike: null, optionType: null,
  });
  const market = {
    asOfMs: 0, instruments: [stock('A'), stock('B')], forward: Float64Array.of(100, 50),
    impliedVolatility: Float64Array.of(NaN, NaN), indexPrice: new Map<string, number>(),
    openInterest: new Float64Array(2),
  };
  const account = (cash: ReadonlyMap<string, number>) => ({
    positions: [{ instrumentIndex: 0, quantity: 10, entryPrice: 0 }, { instrumentIndex: 1, quantity: -10, entryPrice: 0 }],
    orders: [],
    cash,
  });

  it('names every step with amounts: 10 A lose 150, 10 B sold gain 75, of which half counts', () => {
    const result = referenceTims(market, params)(account(new Map([['USD', 7]]))).get('USD')!;
    if (isRefusal(result)) throw new Error(result.refusal);
    expect(result.initialMargin.toNumber()).toBe(112.5);
    expect(result.equity.toNumber()).toBe(507);
    const labels = labelsOf(result.breakdown);
    for (const label of ['equity', 'cash', 'product group tech', 'class A', 'class B', 'points', 'P&L of the class',
      'share of gains that counts', 'worst loss, point 1 of 10', 'minimum', 'requirement']) {
      expect(labels).toContain(label);
    }
  });

  it('refuses cash of another currency', () => {
    const result = referenceTims(market, params)(account(new Map([['EUR', 1]]))).get('USD')!;
    expect(isRefusal(result) && result.refusal).toBe('cash in EUR, but accounts are in USD');
  });
});
