import loadHighs from 'highs';
import type { LegacyHighs } from 'highs/legacy-types';
import { describe, expect, it } from 'vitest';
import { classMargin } from '../../src/strategy/class-margin.ts';
import { aloneCost } from '../../src/strategy/columns.ts';
import type { ClassPosition, OptionLeg, Purpose } from '../../src/strategy/class-position.ts';
import { greedyValues } from '../../src/strategy/greedy-pairing.ts';
import { optimalPairing } from '../../src/strategy/optimal-pairing.ts';
import { changeOf } from '../../src/strategy/pairing-program.ts';
import { intrinsicValue } from '../../src/strategy/spread-loss.ts';
import { exhaustiveRequirement } from '../support/exhaustive-pairing.ts';
import { ample, randomClass, statutoryRules, type ClassShape } from '../support/random-class.ts';
import { randomNumbers } from '../support/synthetic-book.ts';

/** Requirement less loan value of long options and boxes: what is minimised, units. */
function cost(position: ClassPosition, purpose: Purpose): number {
  const margin = classMargin(position, statutoryRules, purpose, ample);
  expect(margin.gap).toBe(0);
  const lasting = position.options.reduce((sum, leg) => sum + (leg.loanValue > 0 ? leg.count * leg.mark : 0), 0);
  return margin.total - margin.boxValue - lasting;
}

function unitCount({ options, shares }: ClassPosition): number {
  return options.reduce((sum, { count }) => sum + Math.abs(count), Math.abs(shares) / 100);
}

const shapes: Readonly<Record<string, ClassShape>> = {
  'one expiry': { legs: 5, expiries: 1, contractsMax: 3 },
  'three expiries': { legs: 5, expiries: 3, contractsMax: 3 },
  'many single contracts': { legs: 9, expiries: 2, contractsMax: 1 },
  'with stock': { legs: 4, expiries: 2, contractsMax: 2, lots: 3 },
  'index, European': { legs: 8, expiries: 1, contractsMax: 1, isIndex: true },
};

describe('pairing of least requirement', () => {
  it.each(Object.entries(shapes))('equals exhaustive enumeration: %s', (name, shape) => {
    const random = randomNumbers(name.length * 7919);
    let compared = 0;
    for (let book = 0; book < 400 && compared < 60; book++) {
      const position = randomClass(random, shape);
      if (unitCount(position) > 10) continue;
      for (const purpose of ['maintenance', 'initial'] as const) {
        expect(cost(position, purpose) / 1e4).toBeCloseTo(exhaustiveRequirement(position, purpose), 6);
      }
      compared += 1;
    }
    expect(compared).toBe(60);
  });

  it('equals HiGHS on books of twelve to sixteen legs', async () => {
    // The package's types describe its CommonJS form.
    const highs = await (loadHighs as unknown as () => Promise<LegacyHighs>)();
    const random = randomNumbers(65_537);
    for (let book = 0; book < 25; book++) {
      const position = randomClass(random, { legs: 12 + (book % 5), expiries: 3, contractsMax: 9 });
      const alone = position.options.reduce((sum, leg) => sum + Math.abs(leg.count) * aloneCost(leg), 0);
      const solution = highs.solve(linearProgramOf(position.options), { mip_rel_gap: 0, mip_abs_gap: 1e-6 });
      expect(solution.Status).toBe('Optimal');
      expect((cost(position, 'maintenance') - alone) / 1e4).toBeCloseTo(solution.ObjectiveValue, 3);
    }
  });

  it('is never above first come, first paired, and often below', () => {
    const random = randomNumbers(99);
    let below = 0;
    for (let book = 0; book < 200; book++) {
      const position = randomClass(random, { legs: 8, expiries: 2, contractsMax: 5, lots: 5 });
      const pairing = optimalPairing(position, statutoryRules, 'maintenance', ample);
      const greedy = changeOf(pairing.program, greedyValues(pairing.program));
      expect(pairing.change).toBeLessThanOrEqual(greedy);
      if (pairing.change < greedy) below += 1;
    }
    expect(below).toBeGreaterThan(40);
  });

  it('does not depend on the order of the legs', () => {
    const random = randomNumbers(5);
    for (let book = 0; book < 60; book++) {
      const position = randomClass(random, { legs: 9, expiries: 3, contractsMax: 6, lots: 4 });
      const reversed = { ...position, options: position.options.toReversed() };
      expect(cost(reversed, 'maintenance')).toBe(cost(position, 'maintenance'));
    }
  });

  it('of k times the position is at most k times its own', () => {
    const random = randomNumbers(17);
    for (let book = 0; book < 60; book++) {
      const position = randomClass(random, { legs: 6, expiries: 2, contractsMax: 4, lots: 2 });
      const options = position.options.map((leg) => ({ ...leg, count: 3 * leg.count }));
      const tripled = { ...position, options, shares: 3 * position.shares };
      expect(cost(tripled, 'maintenance')).toBeLessThanOrEqual(3 * cost(position, 'maintenance'));
    }
  });

  it('does not rise with one more long option', () => {
    const random = randomNumbers(23);
    for (let book = 0; book < 60; book++) {
      const position = randomClass(random, { legs: 7, expiries: 2, contractsMax: 4, lots: 2 });
      const [extra] = randomClass(random, { legs: 1, expiries: 2, contractsMax: 1 }).options;
      const options = [...position.options, { ...extra, count: 1, naked: 0, loanValue: 0 }];
      expect(cost({ ...position, options }, 'maintenance')).toBeLessThanOrEqual(cost(position, 'maintenance'));
    }
  });

  it('is an upper bound with its gap where the search is cut short', () => {
    const random = randomNumbers(31);
    let flagged = 0;
    for (let book = 0; book < 60; book++) {
      const position = randomClass(random, { legs: 12, expiries: 3, contractsMax: 9 });
      const least = cost(position, 'maintenance');
      for (const limits of [{ ...ample, nodesMax: 1 }, { ...ample, cellsMax: 10 }, { ...ample, nodeCellsMax: 1 }]) {
        const margin = classMargin(position, statutoryRules, 'maintenance', limits);
        const lasting = position.options.reduce((sum, leg) => sum + (leg.loanValue > 0 ? leg.count * leg.mark : 0), 0);
        expect(margin.total - lasting).toBeGreaterThanOrEqual(least);
        expect(margin.total - lasting - margin.gap).toBeLessThanOrEqual(least);
        if (margin.gap > 0) flagged += 1;
      }
    }
    expect(flagged).toBeGreaterThan(62);
  });
});

/**
 * The same choice written for HiGHS from the rules alone, US dollars: contracts per spread date and short combinations;
 * the spread dates are all expiries of short options, none left out.
 */
function linearProgramOf(options: readonly OptionLeg[]): string {
  const objective: string[] = [];
  const rows: string[] = [];
  const whole: string[] = [];
  const used = options.map((): string[] => []);
  const shorts = [...options.keys()].filter((leg) => options[leg].count < 0);
  const dollars = (units: number): string => (units / 1e4).toFixed(4);
  const term = (value: number, name: string): string => `${value < 0 ? '-' : '+'} ${dollars(Math.abs(value))} ${name}`;
  for (const call of shorts.filter((leg) => options[leg].isCall)) {
    for (const put of shorts.filter((leg) => !options[leg].isCall)) {
      const [a, b] = [options[call], options[put]];
      const together = a.naked >= b.naked ? a.naked + b.mark : b.naked + a.mark;
      objective.push(term(together - a.naked - b.naked, `y${call}_${put}`));
      whole.push(`y${call}_${put}`);
      used[call].push(`y${call}_${put}`);
      used[put].push(`y${call}_${put}`);
    }
  }
  for (const date of new Set(shorts.map((leg) => options[leg].expiry))) {
    const legs = [...options.keys()].filter((leg) => (options[leg].count < 0 ? options[leg].expiry <= date : options[leg].expiry >= date));
    const name = (leg: number): string => `x${leg}_${date}`;
    objective.push(`+ 1 l${date}`);
    for (const leg of legs) {
      objective.push(term(-aloneCost(options[leg]), name(leg)));
      whole.push(name(leg));
      used[leg].push(name(leg));
    }
    for (const isCall of [true, false]) {
      const side = legs.filter((leg) => options[leg].isCall === isCall);
      if (side.length > 0) rows.push(`${side.map((leg) => `${options[leg].count < 0 ? '-' : '+'} ${name(leg)}`).join(' ')} = 0`);
    }
    for (const { strike } of options) {
      const loss = legs.map((leg) => term((options[leg].count < 0 ? 1 : -1) * intrinsicValue(options[leg], strike), name(leg)));
      rows.push(`${loss.join(' ')} - l${date} <= 0`);
    }
  }
  options.forEach(({ count }, leg) => {
    if (used[leg].length > 0) rows.push(`${used[leg].map((name) => `+ ${name}`).join(' ')} <= ${Math.abs(count)}`);
  });
  const body = rows.map((row, at) => ` r${at}: ${row}`).join('\n');
  return `Minimize\n obj: ${objective.join(' ')}\nSubject To\n${body}\nGeneral\n ${whole.join(' ')}\nEnd\n`;
}
