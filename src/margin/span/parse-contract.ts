import {
  choiceField,
  dateField,
  invalid,
  listField,
  numberField,
  section,
  textField,
  unbounded,
  type NumberRule,
  type Section,
} from '../fields.ts';
import {
  spanContractTypes,
  type SpanContract,
  type SpanContractType,
  type SpanGeneration,
  type SpanRange,
  type SpanRiskArray,
} from './parameters.ts';
import { monthField, nullableText } from './read-fields.ts';

const any: NumberRule = { min: -unbounded, max: unbounded };
const notNegative: NumberRule = { min: 0, max: unbounded };
const positive: NumberRule = { min: Number.MIN_VALUE, max: unbounded };
const optionTypes: readonly SpanContractType[] = ['OOF', 'OOP', 'OOC', 'OOE'];

export function parseContract(
  value: unknown,
  path: string,
  scenarioCount: number,
  combinedCommodities: ReadonlySet<string>,
): SpanContract {
  const fields = section(value, path);
  const type = choiceField(fields, 'type', path, spanContractTypes);
  const isOption = optionTypes.includes(type);
  const combinedCommodity = textField(fields, 'combinedCommodity', path);
  if (!combinedCommodities.has(combinedCommodity)) {
    throw invalid(`${path}.combinedCommodity`, combinedCommodity, 'must be one of combinedCommodities');
  }
  const contract: SpanContract = {
    name: textField(fields, 'name', path),
    combinedCommodity,
    exchange: fields['exchange'] === '' ? '' : (nullableText(fields, 'exchange', path) ?? ''),
    product: textField(fields, 'product', path),
    type,
    month: monthField(fields, 'month', path),
    optionMonth: isOption ? monthField(fields, 'optionMonth', path) : null,
    optionType: isOption ? choiceField(fields, 'optionType', path, ['call', 'put'] as const) : null,
    strike: isOption ? numberField(fields, 'strike', path, any) : null,
    valuation: choiceField(fields, 'valuation', path, ['premium', 'futures']),
    valueFactor: numberField(fields, 'valueFactor', path, positive),
    expiryDate: isAbsent(fields, 'expiryDate') ? null : dateField(fields, 'expiryDate', path),
    settlementPrice: optional(fields, 'settlementPrice', path, any),
    impliedVolatility: optional(fields, 'impliedVolatility', path, notNegative),
    deltaScale: fields['deltaScale'] === undefined ? 1 : numberField(fields, 'deltaScale', path, positive),
    priceScanRange: isAbsent(fields, 'priceScanRange') ? null : parseRange(fields, 'priceScanRange', path),
    riskArray: isAbsent(fields, 'riskArray') ? null : parseArray(fields['riskArray'], `${path}.riskArray`, scenarioCount),
    generation: isAbsent(fields, 'generation') ? null : parseGeneration(fields['generation'], `${path}.generation`),
  };
  if (contract.riskArray === null && (contract.generation === null || contract.priceScanRange === null)) {
    throw invalid(`${path}.riskArray`, fields['riskArray'], 'must be there, or generation and priceScanRange');
  }
  return contract;
}

function isAbsent(fields: Section, name: string): boolean {
  return fields[name] === undefined || fields[name] === null;
}

function optional(fields: Section, name: string, path: string, rule: NumberRule): number | null {
  return isAbsent(fields, name) ? null : numberField(fields, name, path, rule);
}

function parseRange(fields: Section, name: string, path: string): SpanRange {
  const at = `${path}.${name}`;
  const range = section(fields[name], at);
  return { up: numberField(range, 'up', at, notNegative), down: numberField(range, 'down', at, notNegative) };
}

function parseArray(value: unknown, path: string, scenarioCount: number): SpanRiskArray {
  const fields = section(value, path);
  const losses = listField(fields, 'losses', path);
  if (losses.length !== scenarioCount) {
    throw invalid(`${path}.losses`, losses.length, `must have a loss for each of the ${scenarioCount} scenarios`);
  }
  losses.forEach((loss, index) => {
    if (!Number.isFinite(loss)) throw invalid(`${path}.losses[${index}]`, loss, 'must be a number');
  });
  return { losses: losses as number[], compositeDelta: numberField(fields, 'compositeDelta', path, any) };
}

function parseGeneration(value: unknown, path: string): SpanGeneration {
  const fields = section(value, path);
  return {
    volatilityScan: parseRange(fields, 'volatilityScan', path),
    volatilityScanIs: choiceField(fields, 'volatilityScanIs', path, ['absolute', 'relative']),
    lookAhead: numberField(fields, 'lookAhead', path, { min: 0, max: 1 }),
    interestRate: numberField(fields, 'interestRate', path, { min: -1, max: 10 }),
    extremeMultiplier: numberField(fields, 'extremeMultiplier', path, { min: 0, max: 100 }),
    extremeCover: numberField(fields, 'extremeCover', path, { min: 0, max: 1 }),
    futureScale: fields['futureScale'] === undefined ? 1 : numberField(fields, 'futureScale', path, positive),
    futureDrift: fields['futureDrift'] === undefined ? 0 : numberField(fields, 'futureDrift', path, any),
    rounding: fields['rounding'] === undefined ? 0 : numberField(fields, 'rounding', path, notNegative),
  };
}
