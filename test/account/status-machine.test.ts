import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAccountRules } from '../../src/account/rules.ts';
import { HEALTHY, levelNames, type LevelName } from '../../src/account/status.ts';
import { never, nextStep, timersAfter, type Timers } from '../../src/account/status-machine.ts';

/**
 * Restricted below 1 x I, healthy again at 1.25 x I; called below 0.875 x I after 10 ms, for I, due in 60 ms, 30 ms of
 * grace, not for less than 5; liquidated at 1 x M, over at 1.25 x M. Eighths: the boundaries are exact in binary.
 */
const rules = parseAccountRules({
  restricted: { enterBelow: 1, leaveAt: 1.25 },
  marginCall: { enterBelow: 0.875, afterMs: 10, cureTo: 1, dueMs: 60, graceMs: 30, minimumTransfer: { default: 5 } },
  liquidation: { enterAt: 1, leaveAt: 1.25 },
});

/**
 * One observation per line: from, balance, I, M, time, below since, liquidate at > to, reason, below since, liquidate at.
 * `-`: a timer that does not run.
 */
const table = `
from          B      I    M    now  since  at   | to           reason                 since  at
healthy       100    100  50   0    -      -    | healthy      -                      -      -
healthy       99.99  100  50   0    -      -    | restricted   below-initial-margin   -      -
healthy       87.5   100  50   0    -      -    | restricted   below-initial-margin   -      -
healthy       87.49  100  50   0    -      -    | restricted   below-initial-margin   0      -
healthy       87.49  100  50   10   0      -    | margin-call  call-issued            0      100
healthy       50     100  50   0    -      -    | liquidation  at-maintenance-margin  0      -
healthy       50.01  100  50   0    -      -    | restricted   below-initial-margin   0      -
healthy       0      100  50   0    -      -    | liquidation  at-maintenance-margin  0      -
healthy       -0.01  100  50   0    -      -    | bankrupt     negative-balance       0      -
healthy       0      0    0    0    -      -    | healthy      -                      -      -
healthy       -0.01  0    0    0    -      -    | bankrupt     negative-balance       0      -
restricted    100    100  50   0    -      -    | restricted   -                      -      -
restricted    124.99 100  50   0    -      -    | restricted   -                      -      -
restricted    125    100  50   0    -      -    | healthy      recovered              -      -
restricted    87     100  50   5    -      -    | restricted   -                      5      -
restricted    87     100  50   9    0      -    | restricted   -                      0      -
restricted    87     100  50   10   0      -    | margin-call  call-issued            0      100
restricted    95     100  50   10   0      -    | restricted   -                      -      -
restricted    50     100  50   5    0      -    | liquidation  at-maintenance-margin  0      -
restricted    -1     100  50   5    0      -    | bankrupt     negative-balance       0      -
margin-call   87     100  50   50   0      100  | margin-call  -                      0      100
margin-call   95     100  50   50   0      100  | margin-call  -                      -      100
margin-call   99.99  100  50   99   -      100  | margin-call  -                      -      100
margin-call   99.99  100  50   100  -      100  | liquidation  call-not-met           -      100
margin-call   100    100  50   100  -      100  | restricted   call-met               -      -
margin-call   125    100  50   500  -      100  | healthy      call-met               -      -
margin-call   50     100  50   50   0      100  | liquidation  at-maintenance-margin  0      -
margin-call   -1     100  50   50   0      100  | bankrupt     negative-balance       0      -
liquidation   62.49  100  50   5    0      -    | liquidation  -                      0      -
liquidation   62.5   100  50   5    -      -    | restricted   recovered              5      -
liquidation   62.5   100  50   10   0      -    | margin-call  recovered              0      100
liquidation   105    100  50   10   -      -    | restricted   recovered              -      -
liquidation   125    100  50   10   -      -    | healthy      recovered              -      -
liquidation   99.99  100  50   200  -      100  | liquidation  -                      -      100
liquidation   100    100  50   200  -      100  | restricted   recovered              -      -
liquidation   -1     100  50   200  -      100  | bankrupt     negative-balance       200    -
bankrupt      -1     100  50   5    0      -    | bankrupt     -                      0      -
bankrupt      0      100  50   5    0      -    | liquidation  recovered              0      -
bankrupt      50     100  50   5    0      -    | liquidation  recovered              0      -
bankrupt      62.49  100  50   5    0      -    | liquidation  recovered              0      -
bankrupt      62.5   100  50   5    0      -    | restricted   recovered              0      -
bankrupt      62.5   100  50   10   0      -    | margin-call  recovered              0      100
bankrupt      125    100  50   5    -      -    | healthy      recovered              -      -
bankrupt      0      0    0    5    -      -    | healthy      recovered              -      -
`;

/** A call for less than the minimum transfer of 5 is not issued. */
const smallTable = `
from          B      I    M    now  since  at   | to           reason                 since  at
restricted    27.01  32   10   10   0      -    | restricted   -                      0      -
restricted    27     32   10   10   0      -    | margin-call  call-issued            0      100
`;

const lines = (text: string): string[][] => text.trim().split('\n').slice(1).map((line) => line.replace('|', ' ').trim().split(/\s+/));
const timer = (text: string): number => (text === '-' ? never : Number(text));

function follow(cells: readonly string[]): string[] {
  const [from, b, i, m, now, since, at] = cells;
  const seen = { balance: Number(b), initialMargin: Number(i), maintenanceMargin: Number(m) };
  const timers: Timers = { belowSinceMs: timer(since), liquidateAtMs: timer(at) };
  const level = levelNames.indexOf(from as LevelName);
  const step = nextStep(level, seen, timers, rules, rules.marginCall.minimumTransfer['default'], Number(now));
  const after = timersAfter(step, step?.level ?? level, seen, timers, rules, Number(now));
  const shown = (value: number): string => (value === never ? '-' : String(value));
  return [levelNames[step?.level ?? level], step?.reason ?? '-', shown(after.belowSinceMs), shown(after.liquidateAtMs)];
}

describe('status machine', () => {
  it.each([...lines(table), ...lines(smallTable)].map((cells) => [cells.slice(0, 7).join(' '), cells] as const))('%s', (_name, cells) => {
    expect(follow(cells)).toEqual(cells.slice(7));
  });

  it('the table has every pair of levels of health', () => {
    const seen = new Set(lines(table).map((cells) => `${cells[0]} > ${cells[7]}`));
    const levels = levelNames.slice(0, 5);
    const missing = levels.flatMap((from) => levels.map((to) => `${from} > ${to}`)).filter((pair) => !seen.has(pair));
    expect(missing).toEqual([]);
  });

  const money = fc.double({ min: 0, max: 1_000, noNaN: true });
  const clock = fc.integer({ min: 0, max: 200 });
  const observed = fc.record({ level: fc.integer({ min: 0, max: 4 }), balance: fc.double({ min: -500, max: 1_500, noNaN: true }), initialMargin: money, part: fc.double({ min: 0, max: 1, noNaN: true }), now: clock, since: fc.option(clock), at: fc.option(clock), more: money });

  it('more cash never leads to a worse level', () => {
    fc.assert(fc.property(observed, ({ level, balance, initialMargin, part, now, since, at, more }) => {
      const timers = { belowSinceMs: since ?? never, liquidateAtMs: at ?? never };
      const levelAt = (cash: number): number => {
        const seen = { balance: balance + cash, initialMargin, maintenanceMargin: initialMargin * part };
        return nextStep(level, seen, timers, rules, 5, now)?.level ?? level;
      };
      expect(levelAt(more)).toBeLessThanOrEqual(levelAt(0));
    }), { numRuns: 20_000 });
  });

  it('a level that was just reached is kept while nothing changes, but for timers', () => {
    fc.assert(fc.property(observed, ({ level, balance, initialMargin, part, now, since, at }) => {
      // The deadline of a call stands in a call, and in the liquidation that follows when it is not met.
      const liquidateAtMs = (level === 2 || level === 3 ? at : null) ?? never;
      const timers = { belowSinceMs: since ?? never, liquidateAtMs };
      const seen = { balance, initialMargin, maintenanceMargin: initialMargin * part };
      const step = nextStep(level, seen, timers, rules, 5, now);
      if (step === null) return;
      const after = timersAfter(step, step.level, seen, timers, rules, now);
      expect(nextStep(step.level, seen, after, rules, 5, now)).toBeNull();
    }), { numRuns: 20_000 });
  });

  it('whoever is above every boundary is healthy at last, from any level', () => {
    const seen = { balance: 125, initialMargin: 100, maintenanceMargin: 50 };
    for (let level = 0; level <= 4; level++) {
      const step = nextStep(level, seen, { belowSinceMs: 0, liquidateAtMs: 0 }, rules, 0, 1);
      expect(step?.level ?? level).toBe(HEALTHY);
    }
  });
});

describe('account rules', () => {
  it.each([
    [{ restricted: { enterBelow: -1 } }, 'restricted.enterBelow'],
    [{ restricted: { enterBelow: 1, leaveAt: 0.9 } }, 'restricted.leaveAt'],
    [{ marginCall: { enterBelow: 1.1 } }, 'marginCall.enterBelow'],
    [{ marginCall: { enterBelow: 0.8, cureTo: 0.7 } }, 'marginCall.cureTo'],
    [{ marginCall: { dueMs: -1 } }, 'marginCall.dueMs'],
    [{ marginCall: { graceMs: NaN } }, 'marginCall.graceMs'],
    [{ marginCall: { afterMs: '3' } }, 'marginCall.afterMs'],
    [{ marginCall: { minimumTransfer: { USD: -5 } } }, 'marginCall.minimumTransfer.USD'],
    [{ liquidation: { enterAt: 2, leaveAt: 1 } }, 'liquidation.leaveAt'],
    [{ liquidation: { enterAt: 'x' } }, 'liquidation.enterAt'],
    [{ liquidation: { enterBelow: 1 } }, 'liquidation.enterBelow'],
    [{ restrict: {} }, 'restrict'],
    [[], 'rules'],
  ])('%j is refused, naming %s', (input, path) => {
    expect(() => parseAccountRules(input)).toThrowError(expect.objectContaining({ code: 'ParameterInvalid', place: expect.objectContaining({ column: path }) as unknown }) as Error);
  });
});
