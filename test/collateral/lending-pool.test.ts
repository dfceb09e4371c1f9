import { Decimal as Base } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBorrowRules } from '../../src/collateral/borrow-rules.ts';
import { fixedOf, indexUnit } from '../../src/collateral/fixed-point.ts';
import { LendingPool, noShares, type PoolShares } from '../../src/collateral/lending-pool.ts';

const Decimal = Base.clone({ precision: 60 });
const day = 86_400_000;
const rules = (more: object = {}) =>
  parseBorrowRules({ curve: { form: 'slopes', minRate: 0.05, slope: 0.3, highSlope: 2, kink: 0.6 }, reserveShare: 0.2, ...more }, 'borrow');

describe('LendingPool', () => {
  it('accrues continuously: borrowers pay, depositors and reserve share, nothing is lost', () => {
    const pool = new LendingPool(rules(), 0);
    const depositor = pool.add(noShares, 170_000_000_000n, true);
    pool.cash += 170_000_000_000n;
    const borrower = pool.remove(noShares, 30_000_000_000n);
    pool.cash -= 30_000_000_000n;
    // Utilisation 3/17: 0.05 + 0.9/17 = 0.102941..., for four days of 365.
    expect(Number(pool.borrowRate) / 1e27).toBeCloseTo(0.102941176470588235, 15);
    pool.accrue(4 * day);
    const debt = new Decimal('30000e6').times(new Decimal('0.05').plus(new Decimal('0.9').div(17)).times(4).div(365).exp());
    expect(pool.debtOf(borrower).toString()).toBe(debt.ceil().toFixed());
    const credit = new Decimal('170000e6').plus(debt.minus('30000e6').times('0.8'));
    expect(pool.creditOf(depositor).toString()).toBe(credit.floor().toFixed());
    expect(pool.cash + pool.debtOf(borrower) - pool.creditOf(depositor) - pool.reserve).toBeLessThanOrEqual(2n);
    expect(pool.reserve.toString()).toBe(debt.minus('30000e6').times('0.2').floor().toFixed());
  });

  it('states of Derive (v2-core, sequence of the interest tests): trade, settlement, insolvency beyond the reserve', () => {
    const pool = new LendingPool(rules({ reserveEarns: true }), 0);
    const amount = (units: string): bigint => BigInt(new Decimal(units).times('1e18').toFixed());
    let alice = pool.remove(noShares, amount('10000'));
    let bob = pool.remove(noShares, amount('20000'));
    pool.add(noShares, amount('70000'), true);
    pool.cash = amount('140000');
    expect(pool.reserve).toBe(amount('100000'));
    pool.accrue(4 * day);
    alice = pool.add(alice, amount('20000'), true);
    bob = pool.remove(bob, amount('20000'));
    // totalBorrows and SMBalances of the second state: doubles, 16 digits.
    expect(Number(pool.debts) / 40022575181027805757440).toBeCloseTo(1, 14);
    expect(Number(pool.reserve) / 100022708420583547207680).toBeCloseTo(1, 14);
    expect(pool.creditOf(alice)).toBeGreaterThan(amount('9988'));
    expect(pool.creditOf(bob)).toBe(0n);
    // Paid out of the reserve, which does not have that much: a shortfall, and all interest is the reserve's until it is gone.
    pool.add(alice, amount('200000'), true);
    expect(pool.reserve).toBeLessThan(0n);
    const [before, index] = [pool.reserve, pool.creditIndex];
    pool.accrue(5 * day);
    expect(pool.creditIndex).toBe(index);
    expect(pool.reserve).toBeGreaterThan(before);
    expect(pool.depositRate).toBe(0n);
  });

  it('simple interest, and settlements that took cash out count as supplied', () => {
    const pool = new LendingPool(rules({ compounding: 'simple', curve: { form: 'slopes', minRate: 0.1, slope: 0, highSlope: 0, kink: 1 } }), 0);
    pool.add(noShares, 1000n, true);
    const borrower = pool.remove(noShares, 500n);
    pool.cash = 500n;
    expect(pool.utilisation).toBe(indexUnit / 2n);
    pool.settled = -1000n;
    expect(pool.utilisation).toBe(indexUnit / 4n);
    pool.settled = 1000n;
    expect(pool.utilisation).toBe(indexUnit / 2n);
    pool.accrue(365 * day);
    expect(pool.debtOf(borrower)).toBe(550n);
  });

  it('interest on what the reserve lends is the reserve\'s, not that of the last depositor', () => {
    const pool = new LendingPool(rules({ reserveShare: 0, compounding: 'simple', curve: { form: 'slopes', minRate: 0.1, slope: 0, highSlope: 0, kink: 1 } }), 0);
    const depositor = pool.add(noShares, 100n, true);
    const borrower = pool.remove(noShares, 1000n);
    pool.cash = 0n;
    pool.accrue(365 * day);
    // A tenth of both; 90 of the 100 are earned by the 900 that nobody deposited.
    expect([pool.debtOf(borrower), pool.creditOf(depositor), pool.reserve]).toEqual([1100n, 110n, 990n]);
  });

  it('without loans no interest accrues, and without rules nothing does', () => {
    const idle = new LendingPool(rules(), 0);
    const credit = idle.add(noShares, 5n, true);
    idle.accrue(1000 * day);
    expect(idle.creditOf(credit)).toBe(5n);
    expect(idle.borrowRate).toBe(fixedOf(0.05, 27));
    const none = new LendingPool(null, 0);
    none.remove(noShares, 5n);
    none.accrue(1000 * day);
    expect(none.debts).toBe(5n);
  });

  it('conserves every minor unit over any sequence: the last to leave finds what is his, the reserve the rest', () => {
    const step = fc.record({
      account: fc.nat(4), amount: fc.bigInt({ min: 1n, max: 10n ** 12n }), kind: fc.constantFrom('add', 'remove', 'borrow', 'repay', 'settle'), elapsed: fc.nat(400 * day),
    });
    const options = fc.record({ reserveShare: fc.constantFrom(0, 0.2, 1), reserveEarns: fc.boolean(), netted: fc.boolean(), compounding: fc.constantFrom('simple', 'continuous') });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), options, (steps, { netted, ...more }) => {
        const pool = new LendingPool(rules(more), 0);
        const held: PoolShares[] = Array.from({ length: 5 }, () => noShares);
        const booked = held.map(() => 0n);
        let [paidIn, charged, credited, now] = [0n, 0n, 0n, 0];
        const interest = (): void =>
          held.forEach((shares, account) => {
            const [debt, credit] = [pool.debtOf(shares), pool.creditOf(shares)];
            expect(debt).toBeGreaterThanOrEqual(0n);
            const gain = credit - debt - booked[account];
            if (gain > 0n) credited += gain;
            else charged -= gain;
            booked[account] = credit - debt;
          });
        for (const { account, amount, kind, elapsed } of steps) {
          now += elapsed;
          const before = pool.reserve;
          pool.accrue(now);
          interest();
          expect(pool.reserve).toBeGreaterThanOrEqual(before);
          const shares = held[account];
          const owed = pool.debtOf(shares);
          let moved = 0n;
          if (kind === 'add' || kind === 'settle') {
            held[account] = pool.add(shares, amount, netted);
            moved = amount;
          } else if (kind === 'remove') {
            held[account] = pool.remove(shares, amount);
            moved = -amount;
          } else if (kind === 'borrow') {
            held[account] = pool.borrow(shares, amount);
            moved = -amount;
          } else {
            moved = amount < owed ? amount : owed;
            held[account] = pool.repay(shares, moved);
          }
          if (kind === 'settle') pool.settled += moved;
          else pool.cash += moved;
          paidIn += moved;
          const net = pool.creditOf(held[account]) - pool.debtOf(held[account]);
          // Exactly what was moved: not a minor unit more or less.
          expect(net - booked[account]).toBe(moved);
          booked[account] = net;
        }
        interest();
        // What was charged and not credited is the reserve's; the exact reserve is within one unit per balance of it.
        const sum = booked.reduce((total, each) => total + each, 0n);
        expect(sum).toBe(paidIn + credited - charged);
        const reserve = pool.reserve;
        expect(reserve).toBeGreaterThanOrEqual(0n);
        const exact = charged - credited;
        expect(exact - reserve).toBeGreaterThanOrEqual(0n);
        expect(exact - reserve).toBeLessThanOrEqual(10n);
        held.forEach((shares, account) => {
          const [debt, credit] = [pool.debtOf(shares), pool.creditOf(shares)];
          pool.cash += debt - credit;
          held[account] = pool.remove(pool.repay(shares, debt), credit);
        });
        expect(pool.debts).toBe(0n);
        expect(pool.credits).toBe(0n);
        expect(pool.cash + pool.settled).toBe(exact);
        expect(pool.reserve).toBe(exact);
      }),
      { numRuns: 3000 },
    );
  });
});
