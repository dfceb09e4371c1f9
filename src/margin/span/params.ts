import {
  choiceField,
  dateField,
  flagField,
  invalid,
  listField,
  numberField,
  section,
  textField,
  textsField,
  unbounded,
  type NumberRule,
  type Section,
} from '../fields.ts';
import { parseContract } from './parse-contract.ts';
import { parseInterSpread, parseIntraSpread } from './parse-spreads.ts';
import {
  classicDeltaPoints,
  classicScenarios,
  defaultSpanOptions,
  type SpanCombinedCommodity,
  type SpanDeltaPoint,
  type SpanOptions,
  type SpanParams,
  type SpanRatios,
  type SpanScenario,
  type SpanShortOptionMinimum,
  type SpanSpotMonth,
  type SpanTier,
} from './parameters.ts';
import { listOf, monthField, nullableText } from './read-fields.ts';

const any: NumberRule = { min: -unbounded, max: unbounded };
const notNegative: NumberRule = { min: 0, max: unbounded };
const ratio: NumberRule = { min: 0.01, max: 100 };

/** Objects that this parser, or a reader of risk-parameter files, has checked: the same object is not checked again. */
const checked = new WeakSet();

/** Throws `ParameterInvalid` naming the field and its value. */
export function parseSpanParams(input: unknown): SpanParams {
  if (typeof input === 'object' && input !== null && checked.has(input)) return input as SpanParams;
  const fields = section(input, 'params');
  const scenarios = scenariosField(fields);
  const combinedCommodities = listOf(fields, 'combinedCommodities', '', parseCombinedCommodity);
  requireUnique(combinedCommodities.map(({ code }) => code), 'combinedCommodities', 'code');
  const codes = new Set(combinedCommodities.map(({ code }) => code));
  const params: SpanParams = {
    source: textField(fields, 'source', ''),
    date: dateField(fields, 'date', ''),
    unconfirmed: textsField(fields, 'unconfirmed', ''),
    options: parseOptions(fields['options']),
    scenarios,
    deltaPoints: deltaPointsField(fields),
    combinedCommodities,
    contracts: listOf(fields, 'contracts', '', (value, path) => parseContract(value, path, scenarios.length, codes)),
    interSpreads:
      fields['interSpreads'] === undefined
        ? []
        : listOf(fields, 'interSpreads', '', (value, path) => parseInterSpread(value, path, scenarios.length)),
  };
  requireUnique(params.contracts.map(({ name }) => name), 'contracts', 'name');
  checked.add(params);
  return params;
}

function requireUnique(names: readonly string[], list: string, field: string): void {
  const seen = new Set<string>();
  names.forEach((name, index) => {
    if (seen.has(name)) throw invalid(`${list}[${index}].${field}`, name, 'occurs twice');
    seen.add(name);
  });
}

function parseOptions(value: unknown): SpanOptions {
  if (value === undefined) return defaultSpanOptions;
  const fields = section(value, 'options');
  const at = 'options';
  return {
    accountType: choiceField(fields, 'accountType', at, ['member', 'hedger', 'speculator'], defaultSpanOptions.accountType),
    negativeRequirements: choiceField(fields, 'negativeRequirements', at, ['offset', 'floor'], 'offset'),
    weightedPriceRisk: choiceField(
      fields, 'weightedPriceRisk', at, ['file', 'normal', 'scan-range-cap', 'scan-range'], 'file',
    ),
    superSpreads: choiceField(fields, 'superSpreads', at, ['apply', 'ignore'], 'apply'),
  };
}

function scenariosField(fields: Section): readonly SpanScenario[] {
  if (fields['scenarios'] === undefined) return classicScenarios;
  const count = listField(fields, 'scenarios', '').length;
  if (count === 0) throw invalid('scenarios', [], 'must have at least one scenario');
  return listOf(fields, 'scenarios', '', (value, path) => {
    const scenario = section(value, path);
    const paired = numberField(scenario, 'pairedScenario', path, { min: 0, max: count - 1 });
    if (!Number.isInteger(paired)) throw invalid(`${path}.pairedScenario`, paired, 'must be a whole number');
    return {
      priceMove: numberField(scenario, 'priceMove', path, any),
      isExtreme: flagField(scenario, 'isExtreme', path, false),
      volatilityMove: numberField(scenario, 'volatilityMove', path, any),
      weight: numberField(scenario, 'weight', path, { min: 0, max: 1 }),
      pairedScenario: paired,
    };
  });
}

function deltaPointsField(fields: Section): readonly SpanDeltaPoint[] {
  if (fields['deltaPoints'] === undefined) return classicDeltaPoints;
  return listOf(fields, 'deltaPoints', '', (value, path) => {
    const point = section(value, path);
    return {
      priceMove: numberField(point, 'priceMove', path, any),
      weight: numberField(point, 'weight', path, { min: 0, max: 1 }),
    };
  });
}

function parseCombinedCommodity(value: unknown, path: string): SpanCombinedCommodity {
  const fields = section(value, path);
  const tiers = (name: string): SpanTier[] =>
    fields[name] === undefined ? [] : listOf(fields, name, path, parseTier);
  const intraTiers = tiers('intraTiers');
  const numbers = new Set(intraTiers.map(({ number }) => String(number)));
  return {
    code: textField(fields, 'code', path),
    currency: textField(fields, 'currency', path),
    capNetOptionValue: flagField(fields, 'capNetOptionValue', path, false),
    weightedPriceRiskMethod: choiceField(
      fields, 'weightedPriceRiskMethod', path, ['normal', 'scan-range-cap', 'scan-range'], 'normal',
    ),
    intraTiers,
    scanTiers: tiers('scanTiers'),
    interTiers: tiers('interTiers'),
    intraSpreads:
      fields['intraSpreads'] === undefined
        ? []
        : listOf(fields, 'intraSpreads', path, (each, at) => parseIntraSpread(each, at, numbers)),
    spotMonths: fields['spotMonths'] === undefined ? [] : listOf(fields, 'spotMonths', path, parseSpotMonth),
    shortOptionMinimum: parseShortOptionMinimum(fields['shortOptionMinimum'], `${path}.shortOptionMinimum`),
    adjustment: parseRatios(fields['adjustment'], `${path}.adjustment`),
    initialRatio: parseRatios(fields['initialRatio'], `${path}.initialRatio`),
    refusal: nullableText(fields, 'refusal', path),
  };
}

export function parseTier(value: unknown, path: string): SpanTier {
  const fields = section(value, path);
  const tier = {
    number: numberField(fields, 'number', path, notNegative),
    start: monthField(fields, 'start', path),
    end: monthField(fields, 'end', path),
  };
  if (tier.end < tier.start) throw invalid(`${path}.end`, tier.end, `must not be before ${tier.start}`);
  return tier;
}

function parseSpotMonth(value: unknown, path: string): SpanSpotMonth {
  const fields = section(value, path);
  return {
    month: monthField(fields, 'month', path),
    chargeConsumed: numberField(fields, 'chargeConsumed', path, notNegative),
    chargeOutright: numberField(fields, 'chargeOutright', path, notNegative),
  };
}

function parseShortOptionMinimum(value: unknown, path: string): SpanShortOptionMinimum {
  if (value === undefined) return { method: 'sum', rate: 0, tiers: [] };
  const fields = section(value, path);
  return {
    method: choiceField(fields, 'method', path, ['sum', 'greater'], 'sum'),
    rate: numberField(fields, 'rate', path, notNegative),
    tiers:
      fields['tiers'] === undefined
        ? []
        : listOf(fields, 'tiers', path, (each, at) => ({
            ...parseTier(each, at),
            rate: numberField(section(each, at), 'rate', at, notNegative),
          })),
  };
}

function parseRatios(value: unknown, path: string): SpanRatios {
  if (value === undefined) return { member: 1, hedger: 1, speculator: 1 };
  const fields = section(value, path);
  return {
    member: numberField(fields, 'member', path, ratio),
    hedger: numberField(fields, 'hedger', path, ratio),
    speculator: numberField(fields, 'speculator', path, ratio),
  };
}
