import { simulateAcerbiSzekely, testAgainst } from '../../../src/backtest/acerbi-szekely.ts';
import { independence, transitionsOf } from '../../../src/backtest/christoffersen.ts';
import { kupiec } from '../../../src/backtest/kupiec.ts';
import { normalModel, studentTModel, type NullModel } from '../../../src/backtest/null-models.ts';
import { trafficLight } from '../../../src/backtest/traffic-light.ts';
import { orderStatisticInterval } from '../../../src/risk/standard-errors.ts';
import { binomialPmf } from '../../../src/statistics/binomial.ts';
import { checkAbsolute, checkEqual, type Check } from '../check.ts';
import { decimalOf, fieldsOf, isFields, listOf, numberOf, textOf, type Fields } from '../fields.ts';
import type { CaseOutcome } from '../suite.ts';
import { isListWith, rootOf } from '../table.ts';
import { attempt } from './attempt.ts';
import type { VarFormat } from './formats.ts';
import { checkComputed, checkPrinted, halfUnitOf } from './printed.ts';

/** Logarithms and incomplete gamma functions of doubles; statistics are differences of sums of logarithms. */
const relativeTolerance = 1e-11;
/** Zones are those of 250 days at 99%, unless the block says otherwise. */
const baselDays = 250;
const baselProbability = 0.01;
const simulatedPaths = 40_000;
const simulationSeed = 20_140;
/** One in 16,000: what the difference of two simulations may be, ours and the source's (interpolated in a table). */
const standardErrors = 4 * Math.SQRT2;
const intervalConfidence = 0.9999;

/** Published backtests of VaR and ES: blocks told apart by their fields. */
export const backtestFormat: VarFormat = {
  detect: (content) => {
    const root = rootOf(content);
    return isListWith(root['pof'], ['n', 'failures', 'p']) || isListWith(root['christoffersenIndependence'], ['n00', 'n11']) ||
      isListWith(fieldsOf(root['trafficLight'])['table'], ['x']) || isFields(root['es_acerbi_szekely']);
  },
  run: (content) => {
    const root = rootOf(content);
    const cases = [
      ...listOf(root['pof']).map((each, index) => ratioCase(`pof ${index + 1}`, each, (fields) =>
        kupiec(numberOf(fields, 'n'), numberOf(fields, 'failures'), numberOf(fields, 'p')))),
      ...listOf(root['christoffersenIndependence']).map((each, index) => ratioCase(`independence ${index + 1}`, each, (fields) =>
        independence({
          n00: numberOf(fields, 'n00'), n01: numberOf(fields, 'n01'), n10: numberOf(fields, 'n10'), n11: numberOf(fields, 'n11'),
        }))),
      ...trafficLightCases(fieldsOf(root['trafficLight'])),
      ...Object.entries(root).flatMap(([name, block]) => rejectionCases(name, fieldsOf(block))),
      ...transitionCases(root['transitionCounting']),
      ...Object.entries(fieldsOf(root['es_acerbi_szekely'])).flatMap(([name, block]) => simulatedCases(name, block)),
    ];
    return { cases, notCovered: [] };
  },
};

function ratioCase(
  name: string,
  each: unknown,
  compute: (fields: Fields) => { readonly statistic: number; readonly pValue: number },
): CaseOutcome {
  return attempt(name, () => {
    const fields = fieldsOf(each);
    const { statistic, pValue } = compute(fields);
    const published = fieldsOf(fields['published']);
    const recomputed = fieldsOf(fields['recomputed']);
    return [
      ...checkPrinted('published LR', statistic, published['LR']),
      ...checkPrinted('published p-value', pValue, published['pValue']),
      ...checkComputed('LR', statistic, recomputed['LR'], relativeTolerance),
      ...checkComputed('p-value', pValue, recomputed['pValue'], relativeTolerance),
    ];
  });
}

function trafficLightCases(block: Fields): CaseOutcome[] {
  return listOf(block['table']).map((each) => {
    const row = fieldsOf(each);
    return attempt(`traffic light, ${textOf(row['x'])}`, () => {
      const light = trafficLight(baselDays, numberOf(row, 'x'), baselProbability);
      const equal = (name: string, actual: unknown, expected: unknown): Check[] =>
        expected === undefined || expected === null ? [] : [checkEqual(name, actual, expected)];
      return [
        ...checkComputed('P(X = x)', light.probability, row['P_x'], relativeTolerance),
        ...checkComputed('P(X <= x)', light.cumulative, row['cum'], relativeTolerance),
        ...checkComputed('P(X >= x)', light.atLeast, row['P_ge'], relativeTolerance),
        ...equal('zone', light.zone, row['zone']),
        ...equal('plus factor', light.plusFactor, row['basel1996PlusFactor']),
        ...equal('multiplier', light.multiplier, row['baselIII_MAR33_multiplier']),
      ];
    });
  });
}

/** `kupiecRejection250at1pct5size`: which counts reject on 250 days at 1%, and how often: sizes and powers. */
function rejectionCases(name: string, block: Fields): CaseOutcome[] {
  const match = /^kupiecRejection(\d+)at(\d+)pct(\d+)size$/.exec(name);
  if (match === null) return [];
  const [days, probability, size] = [Number(match[1]), Number(match[2]) / 100, Number(match[3]) / 100];
  const rejects = (n: number): number[] =>
    Array.from({ length: n + 1 }, (_, x) => x).filter((x) => kupiec(n, x, probability).pValue < size);
  const share = (n: number, rate: number): number => rejects(n).reduce((sum, x) => sum + binomialPmf(x, n, rate), 0);
  return [
    attempt(name, () => [
      ...(block['reject'] === undefined ? [] : [checkEqual('counts that reject', rangesOf(rejects(days), days), block['reject'])]),
      ...checkPrinted('size', share(days, probability), block['size']),
      ...Object.entries(block).flatMap(([field, expected]) => {
        const sized = /^size(\d+)$/.exec(field);
        if (sized !== null) return checkPrinted(field, share(Number(sized[1]), probability), expected);
        const power = /^powerVs(\d+)pct_(\d+)$/.exec(field);
        return power === null ? [] : checkPrinted(field, share(Number(power[2]), Number(power[1]) / 100), expected);
      }),
    ]),
  ];
}

/** `x=0 or x>=7`. */
function rangesOf(counts: readonly number[], most: number): string {
  const upper = Array.from({ length: most + 1 }, (_, x) => x).filter((x) => !counts.includes(x)).at(-1) ?? -1;
  const lower = counts.filter((x) => x < upper).map((x) => `x=${x}`);
  return [...lower, `x>=${upper + 1}`].join(' or ');
}

function transitionCases(block: unknown): CaseOutcome[] {
  if (!isFields(block)) return [];
  return [
    attempt('transition counting', () => {
      const transitions = transitionsOf(listOf(block['series']).map((each) => numberOf({ each }, 'each')));
      return Object.entries(transitions).flatMap(([name, count]) => checkComputed(name, count, block[name], 0));
    }),
  ];
}

/** Z2, its p-value and critical value under `criticalNormal` and `criticalT3` by simulation: within its standard errors. */
function simulatedCases(name: string, block: unknown): CaseOutcome[] {
  if (!isFields(block) || !('Z2' in block)) return [];
  return Object.entries(block).flatMap(([field, stated]) => {
    const match = /^critical(Normal|T(\d+))$/.exec(field);
    if (match === null) return [];
    return [
      attempt(`${name}, ${field}`, () => {
        const level = numberOf(block, 'level');
        const model: NullModel = match[1] === 'Normal' ? normalModel(level) : studentTModel(level, Number(match[2]));
        const { z2 } = simulateAcerbiSzekely(model, {
          level, observations: numberOf(block, 'N'), paths: simulatedPaths, seed: simulationSeed,
        });
        return checkSimulated(z2, numberOf(block, 'Z2'), fieldsOf(stated));
      }),
    ];
  });
}

function checkSimulated(simulated: Float64Array, statistic: number, expected: Fields): Check[] {
  // The 99% test level of the source.
  const size = 0.01;
  const test = testAgainst(simulated, statistic, size);
  const pValue = decimalOf(expected['pValue'], 'pValue');
  const critical = decimalOf(expected['criticalValue'], 'criticalValue');
  const { lower, upper } = orderStatisticInterval(simulated, 1 - size, intervalConfidence);
  const half = critical === null ? 0 : Math.max((upper ?? NaN) + test.criticalValue, -test.criticalValue - (lower ?? NaN));
  return [
    ...(pValue === null ? [] : [
      checkAbsolute('simulated p-value', test.pValue, pValue, standardErrors * test.pValueError + halfUnitOf(pValue)),
    ]),
    ...(critical === null ? [] : [
      checkAbsolute('simulated critical value', test.criticalValue, critical, half + halfUnitOf(critical)),
    ]),
    ...(expected['decision'] === undefined ? [] : [
      checkEqual('decision', test.isRejected ? 'reject' : 'accept', expected['decision']),
    ]),
  ];
}
