import { describe, expect, it } from 'vitest';
import { IssueSchedule, type EvaluatedWork } from '../../src/monitor/issue-schedule.ts';

// Microseconds, from the table of costs: evaluating 100 rows, 100 sets and 1,000 positions is 0.4*100 + 0.6*100 + 0.03*1000
// = 130; certificates for them 0.4*100 + 2.2*100 + 0.16*1000 = 420, of which a quarter is 105.
const busy: EvaluatedWork = { sets: 100, positions: 1_000, priced: 100 };
// 0.4*20 + 0.6*50 + 0.03*400 = 50, certificates 8 + 110 + 64 = 182.
const quiet: EvaluatedWork = { sets: 50, positions: 400, priced: 20 };
const none: EvaluatedWork = { sets: 0, positions: 0, priced: 0 };

/** After the first tick, which has evaluated and certified everything. */
function begun(setCount = 10_000): IssueSchedule {
  const schedule = new IssueSchedule();
  schedule.evaluatedAll(1, null);
  expect(schedule.issue(setCount)).toBe(setCount);
  return schedule;
}

/** Certified at a tick that evaluated `quiet`: what it costs from then on is debt beyond that. */
function certifiedQuietly(): IssueSchedule {
  const schedule = begun();
  // Since everything was certified, nothing was free: 50 of debt a tick is more than a quarter of 182 at once.
  schedule.evaluated(2, quiet);
  expect(schedule.isDue).toBe(true);
  schedule.issue(10_000);
  return schedule;
}

describe('when certificates are issued', () => {
  it('after the first tick, whatever the market did, and once', () => {
    const schedule = new IssueSchedule();
    expect(schedule.isDue).toBe(false);
    schedule.evaluatedAll(1, null);
    expect(schedule.isDue).toBe(true);
    schedule.issue(10);
    expect(schedule.isDue).toBe(false);
  });

  it('when evaluations have cost a quarter of them beyond the least', () => {
    const schedule = certifiedQuietly();
    schedule.evaluated(3, quiet);
    expect(schedule.isDue).toBe(false);
    // 130 - 50 = 80 beyond; 105 are needed.
    schedule.evaluated(4, busy);
    expect(schedule.isDue).toBe(false);
    // One row less is 129.6 - 50 = 79.6 beyond: 159.6 of 104.9.
    schedule.evaluated(5, { ...busy, priced: 99 });
    expect(schedule.isDue).toBe(true);
  });

  it('also by ticks whose certificates nobody issued', () => {
    const schedule = certifiedQuietly();
    schedule.evaluated(3, busy);
    schedule.evaluated(4, busy);
    expect(schedule.isDue).toBe(true);
    // 160 of debt, 0.6 more now: a quarter of 184.2, which 0.6 alone is not.
    schedule.evaluated(5, { ...quiet, sets: 51 });
    expect(schedule.isDue).toBe(true);
    const alone = certifiedQuietly();
    alone.evaluated(5, { ...quiet, sets: 51 });
    expect(alone.isDue).toBe(false);
  });

  it('never where nothing was evaluated', () => {
    const schedule = certifiedQuietly();
    schedule.evaluated(3, busy);
    schedule.evaluated(4, busy);
    expect(schedule.isDue).toBe(true);
    schedule.evaluated(5, none);
    expect(schedule.isDue).toBe(false);
  });
});

describe('how many certificates', () => {
  it('three in a hundred sets, the rest at the next ticks', () => {
    const schedule = begun(10_000);
    // 700 sets: 300, 300, 100 at the least.
    const many: EvaluatedWork = { sets: 700, positions: 7_000, priced: 100 };
    schedule.evaluated(2, many);
    expect(schedule.issue(10_000)).toBe(300);
    expect(schedule.isDue).toBe(false);
    for (const tick of [3, 4]) {
      schedule.evaluated(tick, { sets: 1, positions: 1, priced: 1 });
      expect(schedule.isDue, `tick ${tick}`).toBe(true);
      expect(schedule.issue(10_000)).toBe(300);
    }
    schedule.evaluated(5, { sets: 1, positions: 1, priced: 1 });
    expect(schedule.isDue).toBe(false);
  });

  it('the rest waits no longer once everything was evaluated', () => {
    const schedule = begun();
    schedule.evaluated(2, { sets: 700, positions: 7_000, priced: 100 });
    schedule.issue(10_000);
    schedule.evaluatedAll(3, 0.01);
    expect(schedule.isDue).toBe(false);
    schedule.evaluated(4, { sets: 1, positions: 1, priced: 1 });
    expect(schedule.isDue).toBe(false);
  });

  it('64 of a small book', () => {
    const schedule = begun(100);
    schedule.evaluated(2, busy);
    expect(schedule.issue(100)).toBe(64);
  });
});

describe('most of a book', () => {
  it('is certified anew when the market moves by less than half a per cent', () => {
    const schedule = begun();
    schedule.evaluatedAll(100, 0.005);
    expect(schedule.isDue).toBe(false);
    schedule.evaluatedAll(101, 0.0049);
    expect(schedule.isDue).toBe(true);
  });

  it('and then 16, 32, … 1,024 ticks later, as long as it does not last', () => {
    const schedule = new IssueSchedule();
    schedule.evaluatedAll(1, null);
    const issued: number[] = [];
    for (let tick = 1; tick < 5_000; tick++) {
      schedule.evaluatedAll(tick, 0);
      if (!schedule.isDue) continue;
      issued.push(tick);
      schedule.issue(10);
    }
    expect(issued).toEqual([1, 17, 49, 113, 241, 497, 1_009, 2_033, 3_057, 4_081]);
  });

  it('and 16 ticks later again once it has lasted', () => {
    const schedule = begun();
    schedule.evaluatedAll(17, 0);
    schedule.issue(10);
    // Until 49; then few sets are evaluated.
    schedule.evaluated(49, quiet);
    schedule.evaluatedAll(50, 0);
    schedule.issue(10);
    schedule.evaluatedAll(65, 0);
    expect(schedule.isDue).toBe(false);
    schedule.evaluatedAll(66, 0);
    expect(schedule.isDue).toBe(true);
  });
});
