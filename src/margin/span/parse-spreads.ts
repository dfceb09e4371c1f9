import {
  choiceField,
  flagField,
  invalid,
  numberField,
  section,
  textField,
  unbounded,
  type NumberRule,
  type Section,
} from '../fields.ts';
import type {
  SpanInterLeg,
  SpanInterPoint,
  SpanInterSpread,
  SpanInterTarget,
  SpanIntraLeg,
  SpanIntraSpread,
} from './parameters.ts';
import { listOf, nullableText } from './read-fields.ts';

const notNegative: NumberRule = { min: 0, max: unbounded };
const any: NumberRule = { min: -unbounded, max: unbounded };
const ratio: NumberRule = { min: 1e-4, max: 1e6 };

/** Spreads of a parameter file. `tiers`: numbers of the intracommodity tiers that a tier spread may name. */
export function parseIntraSpread(value: unknown, path: string, tiers: ReadonlySet<string>): SpanIntraSpread {
  const fields = section(value, path);
  const kind = choiceField(fields, 'kind', path, ['series', 'tier']);
  const legs = listOf(fields, 'legs', path, (each, at): SpanIntraLeg => {
    const leg = section(each, at);
    const period = textField(leg, 'period', at);
    if (kind === 'tier' && !tiers.has(period)) {
      throw invalid(`${at}.period`, period, `must be the number of a tier (${[...tiers].join(', ')})`);
    }
    if (kind === 'series' && !/^\d{6}\w{0,3}$/.test(period)) {
      throw invalid(`${at}.period`, period, 'must be a contract month like 202512');
    }
    return { period, ratio: numberField(leg, 'ratio', at, ratio), side: choiceField(leg, 'side', at, ['A', 'B']) };
  });
  if (legs.length < 2) throw invalid(`${path}.legs`, legs.length, 'must be two legs at least');
  return {
    kind,
    priority: numberField(fields, 'priority', path, notNegative),
    charge: numberField(fields, 'charge', path, any),
    legs,
  };
}

export function parseInterSpread(value: unknown, path: string, scenarioCount: number): SpanInterSpread {
  const fields = section(value, path);
  const method = choiceField(fields, 'method', path, ['delta', 'scanning']);
  const isSuper = flagField(fields, 'isSuper', path, false);
  if (isSuper && method === 'delta') throw invalid(`${path}.isSuper`, true, 'must be false for a delta-based spread');
  const legs = listOf(fields, 'legs', path, parseInterLeg);
  if (legs.length === 0) throw invalid(`${path}.legs`, [], 'must have a leg');
  return {
    priority: numberField(fields, 'priority', path, notNegative),
    method,
    isSuper,
    creditMethod: choiceField(fields, 'creditMethod', path, ['weighted', 'flat'], 'weighted'),
    rate: numberField(fields, 'rate', path, any),
    legs,
    target: method === 'scanning' ? parseTarget(fields, path) : null,
    points:
      fields['points'] === undefined
        ? []
        : listOf(fields, 'points', path, (each, at) => parsePoint(each, at, scenarioCount)),
    minimumLegs: fields['minimumLegs'] === undefined ? 2 : numberField(fields, 'minimumLegs', path, { min: 1, max: 100 }),
    refusal: nullableText(fields, 'refusal', path),
  };
}

function parseInterLeg(value: unknown, path: string): SpanInterLeg {
  const fields = section(value, path);
  const optional = (name: string, rule: NumberRule): number | null =>
    fields[name] === undefined || fields[name] === null ? null : numberField(fields, name, path, rule);
  return {
    combinedCommodity: textField(fields, 'combinedCommodity', path),
    tier: optional('tier', notNegative),
    ratio: numberField(fields, 'ratio', path, ratio),
    side: choiceField(fields, 'side', path, ['A', 'B']),
    isRequired: flagField(fields, 'isRequired', path, false),
    rate: optional('rate', any),
  };
}

function parseTarget(fields: Section, path: string): SpanInterTarget {
  const at = `${path}.target`;
  const target = section(fields['target'], at);
  return {
    combinedCommodity: textField(target, 'combinedCommodity', at),
    ratio: numberField(target, 'ratio', at, ratio),
    isRequired: flagField(target, 'isRequired', at, false),
  };
}

function parsePoint(value: unknown, path: string, scenarioCount: number): SpanInterPoint {
  const fields = section(value, path);
  const scenario = numberField(fields, 'scenario', path, { min: 0, max: scenarioCount - 1 });
  const aggregation = choiceField(fields, 'aggregation', path, ['sum', 'largest']);
  return {
    scenario,
    aggregation,
    rate: aggregation === 'sum' ? numberField(fields, 'rate', path, any) : 0,
    largestCount: aggregation === 'largest' ? numberField(fields, 'largestCount', path, { min: 1, max: 100 }) : 0,
  };
}
