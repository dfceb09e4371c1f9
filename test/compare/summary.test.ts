import { describe, expect, it } from 'vitest';
import type { Comparison, ModelColumn } from '../../src/compare/compare-models.ts';
import { summarise } from '../../src/compare/summary.ts';

function column(label: string, part: Partial<ModelColumn>): ModelColumn {
  return {
    label,
    model: 'deribit-pm',
    reportingCurrency: null,
    equity: Float64Array.of(1_000, 2_000, 500, 70),
    initialMargin: Float64Array.of(100, 300, 40, 7),
    maintenanceMargin: Float64Array.of(80, 240, 32, 6),
    status: Uint8Array.of(0, 1, 0, 2),
    reasons: new Map(),
    notes: [],
    ...part,
  };
}

const comparison: Comparison = {
  currency: 'USD',
  rates: [],
  accountIds: ['a', 'b', 'c', 'd'],
  models: [
    column('first', { standAlone: Float64Array.of(400, 600, 40, 9) }),
    column('second', {
      initialMargin: Float64Array.of(50, NaN, 60, 8),
      equity: Float64Array.of(900, NaN, 500, 70),
      status: Uint8Array.of(0, 3, 0, 0),
      standAlone: Float64Array.of(100, NaN, NaN, 24),
      reasons: new Map([[1, 'BTC-PERP: inverse contracts are not listed']]),
    }),
    column('third', {
      initialMargin: Float64Array.of(NaN, NaN, 20, NaN),
      equity: Float64Array.of(NaN, NaN, 500, NaN),
      maintenanceMargin: Float64Array.of(NaN, NaN, 10, NaN),
      status: Uint8Array.of(3, 3, 0, 3),
      standAlone: Float64Array.of(NaN, NaN, 25, NaN),
      reasons: new Map([
        [0, 'ETH-PERP: no parameters for eth'],
        [1, 'book.csv, row 3, column quantity: must be finite, got NaN [ValueNotFinite]'],
        [3, 'ETH-DEC: no parameters for eth'],
      ]),
    }),
  ],
};
const names = new Set(['BTC-PERP', 'ETH-PERP', 'ETH-DEC']);

describe('summarise', () => {
  it('sums the accounts that all models margin: like with like', () => {
    // Account c alone: the second refuses b, the third a, b and d.
    const { commonAccounts, common } = summarise(comparison, names);
    expect(commonAccounts).toBe(1);
    expect(common).toEqual([
      {
        label: 'first',
        equity: 500,
        initialMargin: 40,
        maintenanceMargin: 32,
        ratioToFirst: 1,
        standAlone: 40,
        ratioToStandAlone: 1,
      },
      // Not every leg of c can be margined alone under the second model.
      {
        label: 'second',
        equity: 500,
        initialMargin: 60,
        maintenanceMargin: 32,
        ratioToFirst: 1.5,
        standAlone: 0,
        ratioToStandAlone: NaN,
      },
      {
        label: 'third',
        equity: 500,
        initialMargin: 20,
        maintenanceMargin: 10,
        ratioToFirst: 0.5,
        standAlone: 25,
        ratioToStandAlone: 0.8,
      },
    ]);
  });

  it('two of them share three accounts', () => {
    const { commonAccounts, common } = summarise({ ...comparison, models: comparison.models.slice(0, 2) }, names);
    expect(commonAccounts).toBe(3);
    // a, c and d: 100 + 40 + 7 and 50 + 60 + 8.
    expect(common.map((each) => each.initialMargin)).toEqual([147, 118]);
    expect(common.map((each) => each.equity)).toEqual([1_570, 1_470]);
    expect(common.map((each) => each.maintenanceMargin)).toEqual([118, 118]);
    expect(common.map((each) => each.ratioToFirst)).toEqual([1, 118 / 147]);
    // 400 + 40 + 9; under the second a and d only: 58 of 124.
    expect(common.map((each) => each.standAlone)).toEqual([449, 124]);
    expect(common.map((each) => each.ratioToStandAlone)).toEqual([147 / 449, 58 / 124]);
  });

  it('counts accounts by status and reasons whatever the instrument', () => {
    const { models } = summarise(comparison, names);
    expect(models.map(({ counts }) => counts)).toEqual([
      { healthy: 2, 'margin-call': 1, liquidation: 1, quarantined: 0 },
      { healthy: 3, 'margin-call': 0, liquidation: 0, quarantined: 1 },
      { healthy: 1, 'margin-call': 0, liquidation: 0, quarantined: 3 },
    ]);
    expect(models.map(({ reasons }) => reasons)).toEqual([
      [],
      [{ reason: 'inverse contracts are not listed', accounts: 1 }],
      [
        { reason: 'no parameters for eth', accounts: 2 },
        { reason: 'book.csv, row 3, column quantity: must be finite, got NaN [ValueNotFinite]', accounts: 1 },
      ],
    ]);
  });

  it('a bad price of one instrument is the reason that a bad price of another is', () => {
    const reasons = new Map([
      [0, 'a price or volatility of ETH-PERP is bad'],
      [1, 'a price or volatility of BTC-PERP is bad'],
    ]);
    const { models } = summarise({ ...comparison, models: [column('one', { reasons })] }, names);
    expect(models[0].reasons).toEqual([{ reason: 'a price or volatility of an instrument is bad', accounts: 2 }]);
  });

  it('sets each model beside the first one, on the accounts that both margin', () => {
    const { models } = summarise(comparison, names);
    expect(models.map(({ besideFirst }) => besideFirst)).toEqual([
      { accounts: 4, initialMargin: 447, firstInitialMargin: 447, ratio: 1 },
      { accounts: 3, initialMargin: 118, firstInitialMargin: 147, ratio: 118 / 147 },
      { accounts: 1, initialMargin: 20, firstInitialMargin: 40, ratio: 0.5 },
    ]);
  });

  it('no common account, no ratio', () => {
    const nobody = column('nobody', { status: Uint8Array.of(3, 3, 3, 3) });
    const { commonAccounts, common } = summarise({ ...comparison, models: [comparison.models[0], nobody] }, names);
    expect([commonAccounts, common[0].ratioToFirst, common[1].initialMargin]).toEqual([0, NaN, 0]);
  });
});
