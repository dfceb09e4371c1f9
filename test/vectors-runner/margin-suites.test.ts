import { describe, expect, it } from 'vitest';
import { binance, bybit, drift, dydx, hyperliquid, okx } from './published.ts';
import { runContent } from './run-command.ts';

/** Messages of the failures of a file with wrong values or missing inputs planted in it. */
async function failuresOf(suite: string, content: unknown): Promise<string[]> {
  const { report } = await runContent(suite, content);
  return report.files.flatMap(({ failures }) => failures.map(({ case: name, message }) => `${name}: ${message}`));
}

describe('suites of venues that margin per position', () => {
  it.each([
    ['dydx', { ...dydx, bankruptcy_price: [{ ...dydx.bankruptcy_price[0], expected: 50000001 }] }, /bankruptcy price/],
    ['dydx', { ...dydx, bankruptcy_price: [{ ...dydx.bankruptcy_price[1], expectedError: 'Other' }] }, /error/],
    ['dydx', { ...dydx, insurance_fund_delta: [{ ...dydx.insurance_fund_delta[0], expected: 1 }] }, /insurance fund/],
    ['dydx', { ...dydx, liquidity_tier_imf: [{ ...dydx.liquidity_tier_imf[0], expectedPpm: 600001 }] }, /fraction/],
    [
      'dydx',
      { ...dydx, margin_requirements: [{ ...dydx.margin_requirements[0], bigExpectedInitialMargin: 140100001 }] },
      /initial margin/,
    ],
    ['drift', { cases: [{ ...drift.cases[0], expected: 999999999 }] }, /case 1: calculate_base/],
    ['binance', { official: [{ ...binance.official[0], expectedLiquidationPrice: 1114.79 }] }, /official 1: liq/],
    ['binance', { synthetic: [{ ...binance.synthetic[0], expectedLiquidationPrice: 8.10001 }] }, /synthetic 1: liq/],
    ['hyperliquid', { cases: [{ ...hyperliquid.cases[0], expectedLiquidationPrice: 210.6 }] }, /case 1: liquidation/],
    [
      'bybit', { inverseBankruptcyPrice: { ...bybit.inverseBankruptcyPrice, expected: 7735.38 } },
      /inverseBankruptcyPrice: bankruptcy/,
    ],
    ['bybit', { longOptionOrderCost: { ...bybit.longOptionOrderCost, expected: { fee: 3.79 } } }, /fee/],
    [
      'okx',
      {
        mr7MarginalTiers: {
          ...okx.mr7MarginalTiers, example: { ...okx.mr7MarginalTiers.example, expectedMMR: 50001 },
        },
      },
      /MMR with it/,
    ],
  ])('%s sees a wrong value', async (suite, content, message) => {
    const failures = await failuresOf(suite, content);
    expect(failures.length).toBeGreaterThan(0);
    failures.forEach((failure) => expect(failure).toMatch(message));
  });

  it.each([
    ['dydx', { ...dydx, markets: {} }, /markets has no 7/],
    ['dydx', { bankruptcy_price: [{ ...dydx.bankruptcy_price[0], usdcQuoteQuantums: 1.5 }] }, /QuoteQuantums must be/],
    ['drift', { cases: [{ ...drift.cases[0], inputs: {} }] }, /margin_shortage must be a whole number/],
    ['binance', { synthetic: [{ ...binance.synthetic[0], side: 'up' }] }, /side must be "long" or "short"/],
    ['binance', { synthetic: [{ ...binance.synthetic[0], exchange: 'moon' }] }, /exchange is not known/],
    ['hyperliquid', { cases: [{ ...hyperliquid.cases[0], contracts: null }] }, /contracts must be a finite number/],
    ['bybit', { longOptionOrderCost: { ...bybit.longOptionOrderCost, index: '1' } }, /index must be a finite number/],
    ['okx', { riskUnits: [{ inst: 'BTC-USDT-SWAP', delta: 1, pos: 1 }] }, /markPx must be a finite number/],
  ])('%s names an input that is wrong or missing', async (suite, content, message) => {
    const failures = await failuresOf(suite, content);
    expect(failures.length).toBeGreaterThan(0);
    failures.forEach((failure) => expect(failure).toMatch(message));
  });

  it('a market without a price stops its file with the reason', async () => {
    const failures = await failuresOf('dydx', { ...dydx, markets: { 7: { ...dydx.markets[7], priceUsd: null } } });
    expect(failures).toEqual([expect.stringMatching(/priceUsd must be a finite number/)]);
  });

  it('what no kernel answers to is said', async () => {
    const { report } = await runContent('drift', drift);
    expect(report.files[0].notCovered).toEqual(['function not_written_here']);
  });

  it('the engine is held against a position-builder response of one unit', async () => {
    const unit = {
      inst: 'BTC-USDT-SWAP', pos: -10, markPx: 100000, ctVal: 0.01, delta: -10000, mr1Move: 0.1, mr6Move: 0.2,
      mr1: 1000, mr4: 20, mr6: 1000, mr6Pnl: -2000, mr7: 45, mmr: 1020, imr: 1326,
    };
    expect(await failuresOf('okx', { riskUnits: [unit] })).toEqual([]);
    const wrong = await failuresOf('okx', { riskUnits: [{ ...unit, mr4: 21, mmr: 1021 }] });
    expect(wrong.map((message) => message.split(':')[1].trim())).toEqual([
      'MR4 (engine)', 'MMR (engine)', 'IMR, 1.3 of the published MMR',
    ]);
  });
});
