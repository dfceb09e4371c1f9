import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { madeUpVarFile } from '../../bench/models/made-up-var-params.ts';
import { riskFactorFloor, standingTools } from '../../src/dynamic/standing-tools.ts';
import { parseVarParams } from '../../src/margin/var/params.ts';
import { shippedParams } from '../../src/margin/shipped-params.ts';
import { tailCoefficients, tailShareOf, weightedCapacity } from '../../src/margin/var/tail-coefficients.ts';
import { varParamsFile } from '../../src/margin/var/write-params.ts';
import { packageRoot } from '../../src/package-root.ts';

type Json = Record<string, unknown>;
const shipped = (): Json => structuredClone(shippedParams('var')) as Json;
const setsOf = (file: Json): Json[] => file['sets'] as Json[];

describe('the shipped parameters of var', () => {
  it('are what the generator writes, and say that they are made up', () => {
    expect(readFileSync(join(packageRoot, 'data/params/var-2026-11-23.json'), 'utf8')).toBe(madeUpVarFile());
    const { source, unconfirmed, sets } = parseVarParams(shipped());
    expect(source).toContain('made up');
    expect(unconfirmed.length).toBeGreaterThan(5);
    expect(sets.map(({ role, scenarios }) => [role, scenarios.count])).toEqual([
      ['historical', 250], ['historical', 249], ['stressed', 60], ['grid', 15],
    ]);
  });
});

describe('parameters of var', () => {
  const broken: readonly (readonly [string, (file: Json) => unknown, string])[] = [
    ['unknown field', (file) => (file['lookback'] = 3), 'lookback'],
    ['no historical set', (file) => (file['sets'] = setsOf(file).slice(2)), 'must have a set with the role historical'],
    ['two sets of a name', (file) => setsOf(file).push(setsOf(file)[0]), 'must have names of their own'],
    ['weight without set', (file) => (file['sets'] = setsOf(file).slice(0, 2)), 'combination.stressedWeight needs a set with the role stressed'],
    ['grid without set', (file) => (file['sets'] = setsOf(file).slice(0, 3)), 'gridMultiple needs a set with the role grid'],
    ['uneven moves', (file) => ((setsOf(file)[0]['factors'] as Json[])[1]['moves'] = [0.1]), 'sets[0].factors[1].moves'],
    ['a move of -100%', (file) => ((setsOf(file)[3]['factors'] as { moves: number[] }[])[0].moves[2] = -1), 'sets[3] is no set of scenarios'],
    ['no number', (file) => ((setsOf(file)[3]['factors'] as { moves: unknown[] }[])[0].moves[2] = '5%'), 'sets[3].factors[0].moves[2]'],
    ['too few for the level', (file) => (setsOf(file)[0]['tail'] = { measure: 'expectedShortfall', level: 0.999 }),
      'sets[0].tail.level needs at least 1000 scenarios, there are 250'],
    ['type of a shortfall', (file) => (setsOf(file)[0]['tail'] = { measure: 'expectedShortfall', level: 0.9, quantileType: 5 }),
      'sets[0].tail.quantileType has no meaning'],
    ['no type', (file) => (setsOf(file)[0]['tail'] = { measure: 'valueAtRisk', level: 0.9 }), 'sets[0].tail.quantileType'],
    ['weights that miss 1', (file) => (setsOf(file)[3]['weights'] = new Array<number>(15).fill(0.1)), 'the weights add up to'],
    ['weights of a worst case', (file) => (setsOf(file)[3]['weights'] = { decay: 0.99 }), 'takes no weights'],
    ['an underlying in two groups', (file) => ((file['diversification'] as Json)['groups'] = {
      a: { offset: 0.5, underlyings: ['btc'] }, b: { offset: 0.5, underlyings: ['BTC'] },
    }), 'must name every underlying once'],
    ['a floor of an unknown factor', (file) => (file['riskFactors'] = { 'price:DOGE': { volatility: 1, longRunVolatility: 1, floor: 1, buffer: 0 } }),
      'riskFactors.price:DOGE'],
    ['a falling table', (file) => ((file['liquidity'] as Json)['table'] = [[0.2, 0], [0.1, 1]]), 'liquidity.table'],
    ['a window that is too long', (file) => ((file['correlationBreak'] as Json)['window'] = 250), 'correlationBreak.window'],
    ['a reporting currency that moves', (file) => (file['reportingCurrency'] = 'BTC'), 'reportingCurrency must be no currency that scenarios move'],
    ['an underlying in two cases', (file) => ((file['underlyings'] as Json)['BTC'] = {}), 'underlyings must name each only once'],
    ['a cap below the floor', (file) => ((file['correlationBreak'] as Json)['cap'] = 0.01), 'correlationBreak.cap'],
  ];
  it.each(broken)('%s is refused with its field', (_name, change, message) => {
    const file = shipped();
    change(file);
    expect(() => parseVarParams(file)).toThrow(message);
  });

  it('are written from scenario sets and read back', () => {
    const { sets } = parseVarParams(shipped());
    const file = varParamsFile({
      source: 'test', date: '2026-11-23', unconfirmed: [], rules: shippedParams('var'),
      sets: sets.map(({ name, role, scenarios }) => ({ name, role, scenarios, tail: { measure: 'worst' } })),
    });
    const again = parseVarParams(JSON.parse(JSON.stringify(file)));
    expect(again.sets.map(({ scenarios }) => scenarios.moves)).toEqual(sets.map(({ scenarios }) => scenarios.moves));
    expect(again.source).toBe('test');
  });
});

const quantile = (quantileType: number, level: number, side: 'pnl' | 'loss' = 'pnl') =>
  ({ measure: 'valueAtRisk', level, quantileType, side, multiple: 1 }) as const;

describe('coefficients of the ordered P&L', () => {
  // n = 10, p = 0.25: n p = 2.5. Type 6: (n + 1) p = 2.75; type 7: (n - 1) p + 1 = 3.25; type 5: n p + 0.5 = 3.
  it.each([
    [1, [0, 0, 1]], [2, [0, 0, 1]], [3, [0, 1]], [4, [0, 0.5, 0.5]], [5, [0, 0, 1]], [6, [0, 0.25, 0.75]], [7, [0, 0, 0.75, 0.25]],
  ] as const)('type %i', (type, expected) => {
    expect(tailCoefficients(quantile(type, 0.75), 10, 'level')).toEqual(expected);
  });

  it('a quantile of losses is counted from the other end', () => {
    // Losses ascending at 0.9 of 10: type 1 takes the 9th, which is the 2nd worst; the P&L at 0.1 takes the worst.
    expect(tailCoefficients(quantile(1, 0.9, 'loss'), 10, 'level')).toEqual([0, 1]);
    expect(tailCoefficients(quantile(1, 0.9), 10, 'level')).toEqual([1]);
  });

  it('99% of 1000 is the 10th, in spite of 1 - 0.99', () => {
    expect(1000 * (1 - 0.99)).toBeGreaterThan(10);
    expect(tailCoefficients(quantile(1, 0.99), 1000, 'level')).toHaveLength(10);
    expect(tailShareOf(0.99)).toBe(0.01);
  });

  it('expected shortfall counts the last scenario in part', () => {
    const tail = { measure: 'expectedShortfall', level: 0.75, quantileType: 0, side: 'pnl', multiple: 1 } as const;
    expect(tailCoefficients(tail, 10, 'level')).toEqual([0.4, 0.4, 0.2]);
  });

  it('weighted scenarios: as many as the lightest need', () => {
    expect(weightedCapacity(Float64Array.of(0.5, 0.02, 0.03, 0.45), 0.95)).toBe(3);
    expect(weightedCapacity(Float64Array.of(0.25, 0.25, 0.25, 0.25), 0.9)).toBe(2);
  });
});

describe('tools that stand at a date', () => {
  const rules = { buffer: { fraction: 0.25, releaseAbove: 1.1, referenceDays: 10, release: 'absorb', exhaustedAt: 2, rebuildAtMost: 1, rebuildPerDay: 0.01 } } as const;

  it('the buffer is full after calm and used up after a rise', () => {
    const calm = Array.from({ length: 20 }, () => ({ base: 100 }));
    expect(standingTools(calm, rules)).toMatchObject({ tools: { buffer: 0.25, stressWeight: 0, longRunMultiple: 0 }, margin: 125 });
    // 115 is covered by the 125 of the day before: 125 / 115 - 1 is left.
    const risen = standingTools([...calm, { base: 115 }], rules);
    expect(risen.tools.buffer).toBeCloseTo(125 / 115 - 1, 12);
    expect(risen.margin).toBeCloseTo(125, 10);
    expect(standingTools([...calm, { base: 200 }], rules)).toMatchObject({ tools: { buffer: 0 }, bufferPhase: 'exhausted' });
  });

  it('refuses an empty history and a speed limit', () => {
    expect(() => standingTools([], rules)).toThrow('no day');
    const speedLimit = { perDay: 0.1, shortfallMax: 0.1, shortfallDaysMax: 5 };
    expect(() => standingTools([{ base: 1 }], { speedLimit })).toThrow('speed limit');
  });

  it('the floor of a risk factor compares today with the long run', () => {
    // Returns of 1% for ever: both volatilities are 1%.
    const calm = new Float64Array(300).fill(0.01);
    const options = { model: { kind: 'ewma', lambda: 0.94 }, start: 'first-squared-return', floor: 1, buffer: 0 } as const;
    const steady = riskFactorFloor(calm, options);
    expect(steady.volatility).toBeCloseTo(0.01, 15);
    expect(steady.longRunVolatility).toBeCloseTo(0.01, 15);
    // A wild start that is forgotten: today below the long run.
    const fading = riskFactorFloor(calm.map((each, day) => (day < 50 ? 5 * each : each)), options);
    expect(fading.longRunVolatility).toBeGreaterThan(1.5 * fading.volatility);
    expect(() => riskFactorFloor(calm.subarray(0, 249), options)).toThrow('needs 250 returns');
  });
});
