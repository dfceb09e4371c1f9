import { describe, expect, it } from 'vitest';
import { LineProcess } from '../../bench/line-process.ts';
import { measureInTurn } from '../../bench/measure.ts';
import { median, timingOf } from '../../bench/statistics.ts';
import { compareColumns, requireEqual } from '../../bench/verify.ts';

describe('statistics', () => {
  it('are not moved by one interrupted sample', () => {
    const samples = [5, 1_000, 4, 6, 5];
    expect(timingOf(samples, 7)).toEqual({ median: 5, mad: 1, p99: 1_000, min: 4, samples, cold: 7 });
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});

describe('measuring', () => {
  it('warms up, then takes the entrants in turn', async () => {
    const order: string[] = [];
    const pass = (name: string) => ({ name, run: () => order.push(name) });
    const timings = await measureInTurn([pass('a'), pass('b')], 2);
    expect(order.slice(-4)).toEqual(['a', 'b', 'a', 'b']);
    expect(timings.get('a')!.cold).toBe(1);
    expect(timings.get('b')!.samples).toHaveLength(2);
  });
});

describe('verification', () => {
  it('compares as many results as the entrant computed', () => {
    const right = compareColumns(Float64Array.of(1, 2), Float64Array.of(1, 2, 3));
    expect(right).toEqual({ equal: true, maxRelativeDifference: 0 });
    const wrong = compareColumns(Float64Array.of(1, 2.5), Float64Array.of(1, 2, 3));
    expect(wrong).toEqual({ equal: false, maxRelativeDifference: 0.25 });
    expect(() => requireEqual('rival', wrong)).toThrow('rival must give the results of margrid bit for bit');
    expect(compareColumns(Float64Array.of(NaN), Float64Array.of(1)).maxRelativeDifference).toBe(Infinity);
  });
});

describe('a process that answers lines', () => {
  it('keeps lines until they are asked for, and reports its own end', async () => {
    const script = "process.stdout.write('one\\ntwo\\n'); process.stdin.once('data', () => process.exit(3))";
    const child = new LineProcess(process.execPath, ['-e', script]);
    expect(await child.answer()).toBe('one');
    expect(await child.answer()).toBe('two');
    await expect(child.ask('go')).rejects.toThrow('ended with code 3');
    await child.close();
  });
});
