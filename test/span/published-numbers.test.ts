import { describe, expect, it } from 'vitest';
import { marginAccount } from '../../src/engine/account-margin.ts';
import type { SpanGeneration } from '../../src/margin/span/parameters.ts';
import { parseSpanParams } from '../../src/margin/span/params.ts';
import { referenceSpanCommodities } from '../../src/reference/margin/span.ts';
import { spanMarket } from '../../src/span/span-market.ts';

const source = { source: 'published', date: '2025-09-12' };

function future(code: string, more: object) {
  return {
    name: code, combinedCommodity: code, product: code, type: 'FUT', month: '202512', valuation: 'futures', valueFactor: 1,
    settlementPrice: 100, ...more,
  };
}

/** Losses of one long future whose array is made from a price scan range. */
async function generatedLosses(range: number, generation: Partial<SpanGeneration>): Promise<number[]> {
  const params = {
    ...source,
    combinedCommodities: [{ code: 'F', currency: 'USD' }],
    contracts: [future('F', {
      riskArray: null,
      priceScanRange: { up: range, down: range },
      generation: {
        volatilityScan: { up: 0, down: 0 }, volatilityScanIs: 'relative', lookAhead: 0, interestRate: 0, extremeMultiplier: 3,
        extremeCover: 0.33, ...generation,
      },
    })],
  };
  const { market } = spanMarket(parseSpanParams(params));
  const [result] = await marginAccount({ market, model: 'span', params, positions: [{ instrument: 'F', quantity: 1, entryPrice: 100 }] });
  return Array.from(result.scenarioPnl, (pnl) => 0 - pnl);
}

describe('arrays made for futures are the published ones', () => {
  it('CME gold, September 2025: to the dollar', async () => {
    expect(await generatedLosses(16000, { rounding: 1 })).toEqual([
      0, 0, -5333, -5333, 5333, 5333, -10667, -10667, 10667, 10667, -16000, -16000, 16000, 16000, -15840, 15840,
    ]);
  });

  it('McMillan, S&P 500 future of 20 points: to the ten dollars, extremes twice the range at 35%', async () => {
    const made = await generatedLosses(10000, { rounding: 10, extremeMultiplier: 2, extremeCover: 0.35 });
    expect(made.map((loss) => 0 - loss)).toEqual([
      0, 0, 3330, 3330, -3330, -3330, 6670, 6670, -6670, -6670, 10000, 10000, -10000, -10000, 7000, -7000,
    ]);
  });

  it('NSE NIFTY: with its drift and scale, to two paise', async () => {
    const published = [
      8.72, 8.72, -736.49, -736.49, 753.93, 753.93, -1481.7, -1481.7, 1499.14, 1499.14, -2226.91, -2226.91, 2244.36, 2244.36,
      -1561.89, 1568,
    ];
    const made = await generatedLosses(2234.01, {
      extremeMultiplier: 2, extremeCover: 0.35, futureScale: 1.000725, futureDrift: 8.72,
    });
    published.forEach((loss, index) => expect(Math.abs(made[index] - loss)).toBeLessThan(0.012));
  });
});

/** cmegroup.com, spread calculator page: two 30-year bond futures against three 10-year notes, 70%. */
describe('the published scanning-based spread', () => {
  const bonds = [0, 0, -2066, -2066, 2066, 2066, -4134, -4134, 4134, 4134, -6200, -6200, 6200, 6200, -6138, 6138];
  const notes = [0, 0, 1599, 1599, -1599, -1599, 3201, 3201, -3201, -3201, 4800, 4800, -4800, -4800, 4752, -4752];
  const joint = [0, 0, 152.8, 152.8, 946.7, 946.7, 307.2, 307.2, 1893.3, 1893.3, 460, 460, 2840, 2840, 455.4, 2811.6];
  const params = {
    ...source,
    combinedCommodities: [{ code: 'BOND', currency: 'USD' }, { code: 'NOTE', currency: 'USD' }],
    contracts: [
      future('BOND', { riskArray: { losses: bonds.map((loss) => loss / 2), compositeDelta: 1 } }),
      future('NOTE', { riskArray: { losses: notes.map((loss) => loss / -3), compositeDelta: 1 } }),
    ],
    interSpreads: [{
      priority: 1, method: 'scanning', rate: 0.7,
      legs: [{ combinedCommodity: 'BOND', ratio: 2, side: 'A' }],
      target: { combinedCommodity: 'NOTE', ratio: 3 },
    }],
  };
  const parsed = parseSpanParams(params);
  const { market } = spanMarket(parsed);

  it('gives its scan risk', async () => {
    const positions = [{ instrument: 'BOND', quantity: 2, entryPrice: 100 }, { instrument: 'NOTE', quantity: -3, entryPrice: 100 }];
    for (const kernels of ['wasm', 'javascript'] as const) {
      const [result] = await marginAccount({ market, model: 'span', params, positions, kernels });
      expect(result.components['scanRisk']).toBeCloseTo(2840, 9);
      expect(result.worstScenario + 1).toBe(13);
    }
  });

  it('gives all sixteen joint losses', () => {
    const account = {
      positions: [
        { instrumentIndex: 0, quantity: 2, entryPrice: 100 }, { instrumentIndex: 1, quantity: -3, entryPrice: 100 },
      ],
      orders: [],
      cash: new Map<string, number>(),
    };
    const losses = referenceSpanCommodities(market, parsed, account, 'USD').get('NOTE')!.losses;
    losses.forEach((loss, index) => expect(loss.toNumber()).toBeCloseTo(joint[index], 9));
  });
});
