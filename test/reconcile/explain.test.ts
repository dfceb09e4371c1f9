import { describe, expect, test } from 'vitest';
import { explainAccount } from '../../src/reconcile/explain.ts';
import { renderExplanation } from '../../src/reconcile/render-explanation.ts';
import { Decimal } from '../../src/reference/decimal.ts';
import { loadGoldenCases } from '../support/golden.ts';

const cases = loadGoldenCases('deribit-pm');

function explain(name: string): ReturnType<typeof explainAccount> {
  const { market, params, book, account } = cases.find((candidate) => candidate.name.slice(4) === name)!;
  return explainAccount({ market, params, book, accountIndex: 0, addOn: account.addOn });
}

function total(amounts: readonly string[]): Decimal {
  return amounts.reduce((sum, amount) => sum.plus(amount), new Decimal(0));
}

describe('explanation', () => {
  const explanation = explain('three-netting-sets');

  test('is JSON, and complete', () => {
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
    expect(explanation.nettingSets.map(({ settlementCurrency }) => settlementCurrency)).toEqual(['BTC', 'USDC', 'ETH']);
    expect(explanation.evidence.length).toBeGreaterThan(15);
  });

  test('the parts add up to the whole', () => {
    for (const set of explanation.nettingSets) {
      const equity = total([set.cash, ...set.positions.map(({ value }) => value)]);
      expect(equity.minus(set.equity).abs().toNumber()).toBeLessThan(1e-12);
      const matrix = total([set.worstCase, set.rollShock, set.deltaShock]);
      expect(matrix.minus(set.riskMatrixMargin).abs().toNumber()).toBeLessThan(1e-12);
      for (const group of set.groups) {
        const contributed = total(group.contributions.map(({ pnl }) => pnl));
        expect(contributed.minus(group.worstScenario.preAggregated).abs().toNumber()).toBeLessThan(1e-12);
        expect(group.grid).toHaveLength(35);
      }
    }
  });

  test('of the published response, as text: every printed number of the venue is in it', () => {
    const text = renderExplanation(explain('published-btc-documentation-2024-06-17'));
    for (const printed of ['-0.059685872', '0.003157259', '0.062843131', '0.050274505', '0.122861343', '0.060018212']) {
      expect(text).toContain(printed);
    }
    expect(text).toMatch(/-16\.00% +> -0\.059685872/);
    expect(text).toContain('worst scenario 0: standard bucket 1, price -16.00%, volatility up');
    expect(text).toMatch(/confirmed +roll shock: minimum part/);
  });

  test('of a quarantined account says why', () => {
    const { market, params, book } = cases.find(({ name }) => name.endsWith('mixed-inverse'))!;
    const quarantined = [{ accountIndex: 0, reason: 'book.csv, row 3, column quantity: must be finite' }];
    const bad = explainAccount({ market, params, book: { ...book, quarantined }, accountIndex: 0 });
    expect(bad.nettingSets[0].status).toBe('quarantined');
    expect(renderExplanation(bad)).toContain('QUARANTINED: book.csv, row 3');
  });

  test('of a quarantined account of which nothing could be read says why, too', () => {
    const { market, params, book } = cases.find(({ name }) => name.endsWith('mixed-inverse'))!;
    const quarantined = [{ accountIndex: 1, reason: 'book.csv, row 4, column instrument: unknown' }];
    const withEmpty = { ...book, accountIds: [...book.accountIds, 'broken'], quarantined };
    const bad = explainAccount({ market, params, book: withEmpty, accountIndex: 1 });
    expect(bad).toMatchObject({ problem: quarantined[0].reason, nettingSets: [] });
    expect(renderExplanation(bad)).toContain('QUARANTINED: book.csv, row 4');
  });

  test('of a netting set with bad market data says which instrument', () => {
    const { market, params, book } = cases.find(({ name }) => name.endsWith('mixed-inverse'))!;
    const forward = market.forward.map((price, index) => (index === 0 ? NaN : price));
    const bad = explainAccount({ market: { ...market, forward }, params, book, accountIndex: 0 });
    expect(bad.nettingSets[0].status).toBe('quarantined');
    expect(renderExplanation(bad)).toContain(`QUARANTINED: ${market.instruments[0].name}: the forward is NaN`);
  });

  test('of an account that the book does not have is refused', () => {
    const { market, params, book } = cases[0];
    expect(() => explainAccount({ market, params, book, accountIndex: 1 })).toThrow(/no index 1/);
  });
});
