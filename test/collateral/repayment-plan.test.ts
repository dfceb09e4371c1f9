import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loanToValue, ltvBandNames, ltvBandOf, saleToTarget } from '../../src/collateral/loan-to-value.ts';
import { parseRepayRules } from '../../src/collateral/repay-rules.ts';
import { planRepayment, withoutCash, type RepayBalance } from '../../src/collateral/repayment-plan.ts';

const balance = (asset: string, credit: number, debt: number, more: Partial<RepayBalance> = {}): RepayBalance => ({
  asset, credit: BigInt(credit), debt: BigInt(debt), decimals: 0, price: 1, haircut: 0, isStable: false, ...more,
});
const rules = (more: object = {}) => parseRepayRules({ when: 'ltv', at: 0.85, ...more }, 'autoRepay');
const shown = (balances: readonly RepayBalance[], more: object = {}): string[] =>
  planRepayment(balances, rules(more)).map(({ soldAsset, debtAsset, sold, fee, repaid }) => `${balances[soldAsset].asset} ${sold} (${fee}) > ${balances[debtAsset].asset} ${repaid}`);

describe('repayment plan', () => {
  const held = [
    balance('USD', 0, 100), balance('BTC', 80, 0, { haircut: 0.05 }), balance('ALT', 300, 0, { haircut: 0.4 }), balance('USDT', 30, 0, { isStable: true }),
  ];

  it('sells stablecoins first, then by haircut', () => {
    expect(shown(held)).toEqual(['USDT 30 (0) > USD 30', 'BTC 70 (0) > USD 70']);
  });

  it.each([
    [['smallest-haircut'], ['USDT 30 (0) > USD 30', 'BTC 70 (0) > USD 70']],
    [['largest-value'], ['ALT 100 (0) > USD 100']],
    [['smallest-value'], ['USDT 30 (0) > USD 30', 'BTC 70 (0) > USD 70']],
  ])('orders by %j', (order, expected) => expect(shown(held, { order })).toEqual(expected));

  it('uses what is owed first, without a fee, then the largest loan', () => {
    const balances = [balance('A', 10, 30, { price: 2 }), balance('B', 0, 100), balance('C', 500, 0)];
    // 10 A repay 10 A. B owes 100, A 40: with 10% fee 111.1 -> 112 C, fee 11.2 -> 12; then 44.4 -> 45 C, 4.5 -> 5.
    expect(shown(balances, { fee: 0.1 })).toEqual(['A 10 (0) > A 10', 'C 112 (12) > B 100', 'C 45 (5) > A 20']);
  });

  it('sells what pools have in cash, and says what stays owed for want of it', () => {
    const limited = [balance('USD', 0, 100), balance('BTC', 80, 0, { cash: 30n }), balance('ALT', 50, 0, { haircut: 0.4, cash: 0n })];
    expect(shown(limited)).toEqual(['BTC 30 (0) > USD 30']);
    // 80 BTC and 20 ALT would have repaid all of it.
    expect(withoutCash(limited, planRepayment(limited, rules()), rules())).toEqual([{ debtAsset: 0, amount: 70n }]);
    // Of 30 sold at a fee of 10% 27 leave the pool: 3 are still there for the next loan.
    const two = [balance('USD', 0, 27), balance('EUR', 0, 20), balance('BTC', 80, 0, { cash: 30n })];
    expect(shown(two, { fee: 0.1 })).toEqual(['BTC 30 (3) > USD 27', 'BTC 3 (1) > EUR 2']);
    // What an account has of what it owes never leaves the pool.
    expect(shown([balance('A', 10, 30, { cash: 0n })])).toEqual(['A 10 (0) > A 10']);
    expect(withoutCash(held, planRepayment(held, rules()), rules())).toEqual([]);
  });

  it('restores a ratio: x = (L - target A) / (1 - fee - target)', () => {
    // L 90, A 100: (90 - 50) / 0.5 = 80: 10 owed of 20 left.
    expect(shown([balance('USD', 0, 90), balance('BTC', 100, 0)], { restoreTo: 0.5 })).toEqual(['BTC 80 (0) > USD 80']);
    expect(shown([balance('USD', 0, 50), balance('BTC', 100, 0)], { restoreTo: 0.5 })).toEqual([]);
    expect(saleToTarget(90, 100, 0.5, 0.1)).toBeCloseTo(100, 12);
  });

  it('repays what it can, never at a price that is missing', () => {
    expect(shown([balance('USD', 0, 100), balance('BTC', 3, 0, { price: 20 })])).toEqual(['BTC 3 (0) > USD 60']);
    expect(shown([balance('USD', 0, 100), balance('BTC', 3, 0, { price: NaN })])).toEqual([]);
    expect(shown([balance('USD', 5, 100, { price: NaN }), balance('BTC', 3, 0)])).toEqual([]);
  });

  it('never sells or repays more than there is, and never repays more than the sale is worth', () => {
    const whole = fc.bigInt({ min: 0n, max: 10n ** 15n });
    const each = fc.record({
      credit: whole, debt: whole, price: fc.double({ min: 1e-3, max: 1e5, noNaN: true }), haircut: fc.double({ min: 0, max: 1, noNaN: true }), isStable: fc.boolean(), decimals: fc.nat(12),
    });
    const options = fc.record({ fee: fc.double({ min: 0, max: 0.3, noNaN: true }), restoreTo: fc.option(fc.double({ min: 0, max: 0.6, noNaN: true })) });
    fc.assert(
      fc.property(fc.array(each, { minLength: 1, maxLength: 5 }), options, (list, more) => {
        const balances = list.map((fields, index) => ({ asset: `${index}`, ...fields }));
        const credit = balances.map((one) => one.credit);
        const debt = balances.map((one) => one.debt);
        for (const { soldAsset, debtAsset, sold, fee, repaid } of planRepayment(balances, rules(more))) {
          credit[soldAsset] -= sold;
          debt[debtAsset] -= repaid;
          expect(fee).toBeGreaterThanOrEqual(0n);
          expect(fee).toBeLessThanOrEqual(sold);
          const value = (place: number, amount: bigint): number => (Number(amount) / 10 ** balances[place].decimals) * balances[place].price;
          // Rounding of the sale to a minor unit up, and of the doubles.
          expect(value(debtAsset, repaid)).toBeLessThanOrEqual(value(soldAsset, sold) * (1 + 1e-12));
        }
        for (const left of [...credit, ...debt]) expect(left).toBeGreaterThanOrEqual(0n);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    [{ when: 'never', at: 0.5 }, /autoRepay\.when must be margin-ratio or ltv, got "never"/],
    [{ when: 'ltv', at: 2 }, /autoRepay\.at must be a number in \[0, 1\], got 2/],
    [{ when: 'ltv', at: 1, restoreTo: 0.99, fee: 0.01 }, /autoRepay\.restoreTo must be below 1 - fee/],
    [{ when: 'ltv', at: 0.5, restoreTo: 0.6 }, /autoRepay\.restoreTo must be a number in \[0, 0\.5\], got 0\.6/],
    [{ when: 'ltv', at: 0.5, order: ['best'] }, /autoRepay\.order\[0\] must be one of .*got "best"/],
    [{ when: 'ltv', at: 0.5, trigger: 1 }, /autoRepay\.trigger is not known/],
  ])('%j', (input, message) => expect(() => parseRepayRules(input, 'autoRepay')).toThrow(message));
});

describe('loan-to-value', () => {
  const bands = { initial: 0.6, marginCall: 0.7, liquidation: 0.8 };
  it.each([
    [0, 'none'], [0.3, 'within-initial'], [0.6, 'within-initial'], [0.61, 'above-initial'], [0.7, 'margin-call'], [0.79, 'margin-call'],
    [0.8, 'liquidation'], [Infinity, 'liquidation'], [NaN, 'none'],
  ])('%d is %s', (ratio, name) => expect(ltvBandNames[ltvBandOf(ratio, bands)]).toBe(name));

  it.each([[0, 0, 0], [0, 5, 0], [5, 0, Infinity], [3, 5, 0.6], [5, NaN, NaN], [NaN, 5, NaN]])('%d of %d is %d', (owed, owned, ratio) =>
    expect(loanToValue(owed, owned)).toBe(ratio));
});
