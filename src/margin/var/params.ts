import { hasPriceFactor } from '../../scenario/factor-lookup.ts';
import { factorName } from '../../scenario/scenario-set.ts';
import {
  choiceField, dateField, invalid, knownFields, listField, numberField, section, textField, textsField, unbounded,
  wholeField, type Section,
} from '../fields.ts';
import { parseSet, type VarSet } from './parse-set.ts';
import { tailCoefficients } from './tail-coefficients.ts';

/** Parameters of the VaR margin. Meaning and formulas: docs/models/var.md. */
export interface VarParams {
  /** Where the numbers come from. */
  readonly source: string;
  /** ISO date. */
  readonly date: string;
  readonly unconfirmed: readonly string[];
  /** In which accounts are margined. */
  readonly reportingCurrency: string;
  readonly sets: readonly VarSet[];
  readonly combination: Combination;
  readonly correlationBreak: CorrelationBreak | null;
  readonly diversification: Diversification;
  readonly antiProcyclicality: StandingTools;
  /** Multiple of the grid margin that the requirement is at least; 0 without a grid. */
  readonly gridMultiple: number;
  /** Volatility floors and buffers of single risk factors, by name (`price:BTC`). */
  readonly riskFactors: ReadonlyMap<string, RiskFactorFloor>;
  /** No scenario moves a volatility below this. */
  readonly volatilityMinimum: number;
  /** By lower-case symbol. */
  readonly underlyings: ReadonlyMap<string, UnderlyingTerms>;
  readonly liquidity: LiquidityRule | null;
  readonly bidAsk: BidAskRule | null;
  /** Whether every underlying has a threshold. */
  readonly concentration: boolean;
  /** Maintenance margin is this share of the requirement before the add-on of the book. */
  readonly maintenanceFraction: number;
}

export interface Combination {
  /** The larger of both, or their sum. */
  readonly rule: 'max' | 'blend';
  readonly historicalWeight: number;
  readonly stressedWeight: number;
  /** How the sets of one role become one number. */
  readonly subSamples: 'mean' | 'max';
}

/** A charge for correlations that break: rolling windows of the account's P&L. */
export interface CorrelationBreak {
  readonly scale: number;
  readonly window: number;
  readonly step: number;
  readonly level: number;
  /** In units of the tail of the set. */
  readonly floor: number;
  readonly cap: number;
}

/** Largest shares of the sum of stand-alone tails that may be offset. */
export interface Diversification {
  /** Between the offset groups of an account. */
  readonly account: number;
  readonly groups: ReadonlyMap<string, OffsetGroup>;
}

export interface OffsetGroup {
  readonly offset: number;
  /** Lower-case symbols; an underlying that no group names is alone. */
  readonly underlyings: readonly string[];
}

/** Anti-procyclicality tools as they stand at the date of the file. */
export interface StandingTools {
  /** Buffer in force, a fraction of the margin; 0.25 when full. */
  readonly buffer: number;
  /** Weight of the stressed margin; 0.25 at least where it is the tool that is used, 0 where it is not. */
  readonly stressWeight: number;
  /** Multiple of the long-run margin that the requirement is at least; 0 without long-run sets. */
  readonly longRunMultiple: number;
}

/** Moves of historical sets are multiplied by max(1, floor * longRun / volatility) * (1 + buffer). */
export interface RiskFactorFloor {
  readonly volatility: number;
  readonly longRunVolatility: number;
  readonly floor: number;
  readonly buffer: number;
}

/** null: not given. */
export interface UnderlyingTerms {
  /** Reporting currency. */
  readonly dailyVolume: number | null;
  /** Fractions of the price of the underlying. */
  readonly halfSpread: number | null;
  readonly optionHalfSpread: number | null;
  readonly concentration: { readonly threshold: number; readonly rate: number } | null;
}

export interface LiquidityRule {
  /** [share of a day's volume, part of the position's tail], ascending shares. */
  readonly table: readonly (readonly [number, number])[];
  readonly netFloor: number;
  readonly volume: 'market' | 'underlying';
}

export interface BidAskRule {
  readonly multiple: number;
  readonly spread: 'market' | 'underlying';
}

const share = { min: 0, max: 1 };
const notNegative = { min: 0, max: unbounded };
const positive = { min: Number.MIN_VALUE, max: unbounded };
const fileFields = [
  'source', 'date', 'unconfirmed', 'reportingCurrency', 'sets', 'combination', 'correlationBreak', 'diversification',
  'antiProcyclicality', 'gridMultiple', 'riskFactors', 'volatilityMinimum', 'underlyings', 'liquidity', 'bidAsk',
  'concentration', 'maintenanceFraction',
];

/** Reads and validates a parameter object. Throws `ParameterInvalid` naming the field and its value. */
export function parseVarParams(input: unknown): VarParams {
  const root = knownFields(section(input, 'parameters'), '', fileFields);
  const sets = listField(root, 'sets', '').map((each, index) => parseSet(each, `sets[${index}]`));
  const params: VarParams = {
    source: textField(root, 'source', ''),
    date: dateField(root, 'date', ''),
    unconfirmed: textsField(root, 'unconfirmed', ''),
    reportingCurrency: textField(root, 'reportingCurrency', ''),
    sets,
    combination: parseCombination(root['combination']),
    correlationBreak: isAbsent(root, 'correlationBreak') ? null : parseBreak(root['correlationBreak']),
    diversification: parseDiversification(root['diversification']),
    antiProcyclicality: parseTools(root['antiProcyclicality']),
    gridMultiple: numberField(root, 'gridMultiple', '', notNegative),
    riskFactors: mapOf(root, 'riskFactors', (name) => name, parseFloor),
    volatilityMinimum: numberField(root, 'volatilityMinimum', '', positive),
    underlyings: mapOf(root, 'underlyings', (name) => name.toLowerCase(), parseUnderlying),
    liquidity: isAbsent(root, 'liquidity') ? null : parseLiquidity(root['liquidity']),
    bidAsk: isAbsent(root, 'bidAsk') ? null : parseBidAsk(root['bidAsk']),
    concentration: choiceField(root, 'concentration', '', ['underlying', 'none']) === 'underlying',
    maintenanceFraction: numberField(root, 'maintenanceFraction', '', share),
  };
  requireSteady(params);
  requireRoles(params);
  requireFactors(params);
  requireWindows(params);
  return params;
}

function isAbsent(fields: Section, name: string): boolean {
  return fields[name] === undefined || fields[name] === null;
}

function mapOf<T>(
  root: Section,
  name: string,
  keyOf: (key: string) => string,
  parse: (value: unknown, path: string) => T,
): ReadonlyMap<string, T> {
  const entries = Object.entries(section(root[name], name));
  const keys = entries.map(([key]) => keyOf(key));
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw invalid(name, twice, 'must name each only once, whatever the case of its letters');
  return new Map(entries.map(([key, value]) => [keyOf(key), parse(value, `${name}.${key}`)]));
}

function parseCombination(value: unknown): Combination {
  const path = 'combination';
  const fields = knownFields(value, path, ['rule', 'historicalWeight', 'stressedWeight', 'subSamples']);
  return {
    rule: choiceField(fields, 'rule', path, ['max', 'blend']),
    historicalWeight: numberField(fields, 'historicalWeight', path, notNegative),
    stressedWeight: numberField(fields, 'stressedWeight', path, notNegative),
    subSamples: choiceField(fields, 'subSamples', path, ['mean', 'max']),
  };
}

function parseBreak(value: unknown): CorrelationBreak {
  const path = 'correlationBreak';
  const fields = knownFields(value, path, ['scale', 'window', 'step', 'level', 'floor', 'cap']);
  const floor = numberField(fields, 'floor', path, notNegative);
  return {
    scale: numberField(fields, 'scale', path, notNegative),
    window: wholeField(fields, 'window', path, { min: 2, max: 100_000 }),
    step: wholeField(fields, 'step', path, { min: 1, max: 100_000 }),
    level: numberField(fields, 'level', path, { min: 0.5, max: 0.999999 }),
    floor,
    cap: numberField(fields, 'cap', path, { min: floor, max: unbounded }),
  };
}

function parseDiversification(value: unknown): Diversification {
  const path = 'diversification';
  const fields = knownFields(value, path, ['account', 'groups']);
  const groups = mapOf(fields, 'groups', (name) => name, (each, at): OffsetGroup => {
    const group = knownFields(each, `${path}.${at}`, ['offset', 'underlyings']);
    return {
      offset: numberField(group, 'offset', `${path}.${at}`, share),
      underlyings: textsField(group, 'underlyings', `${path}.${at}`).map((name) => name.toLowerCase()),
    };
  });
  const named = [...groups.values()].flatMap(({ underlyings }) => underlyings);
  const twice = named.find((name, index) => named.indexOf(name) !== index);
  if (twice !== undefined) throw invalid(`${path}.groups`, twice, 'must name every underlying once');
  return { account: numberField(fields, 'account', path, share), groups };
}

function parseTools(value: unknown): StandingTools {
  const path = 'antiProcyclicality';
  const fields = knownFields(value, path, ['buffer', 'stressWeight', 'longRunMultiple']);
  return {
    buffer: numberField(fields, 'buffer', path, { min: 0, max: 10 }),
    stressWeight: numberField(fields, 'stressWeight', path, share),
    longRunMultiple: numberField(fields, 'longRunMultiple', path, { min: 0, max: 10 }),
  };
}

function parseFloor(value: unknown, path: string): RiskFactorFloor {
  const fields = knownFields(value, path, ['volatility', 'longRunVolatility', 'floor', 'buffer']);
  return {
    volatility: numberField(fields, 'volatility', path, positive),
    longRunVolatility: numberField(fields, 'longRunVolatility', path, positive),
    floor: numberField(fields, 'floor', path, { min: 0, max: 10 }),
    buffer: numberField(fields, 'buffer', path, { min: 0, max: 10 }),
  };
}

function parseUnderlying(value: unknown, path: string): UnderlyingTerms {
  const fields = knownFields(value, path, ['dailyVolume', 'halfSpread', 'optionHalfSpread', 'concentration']);
  const numberOrNull = (name: string, min: number, max: number): number | null =>
    isAbsent(fields, name) ? null : numberField(fields, name, path, { min, max });
  const at = `${path}.concentration`;
  const concentration = isAbsent(fields, 'concentration')
    ? null
    : knownFields(fields['concentration'], at, ['threshold', 'rate']);
  return {
    dailyVolume: numberOrNull('dailyVolume', Number.MIN_VALUE, unbounded),
    halfSpread: numberOrNull('halfSpread', 0, 1),
    optionHalfSpread: numberOrNull('optionHalfSpread', 0, 1),
    concentration: concentration === null
      ? null
      : { threshold: numberField(concentration, 'threshold', at, notNegative), rate: numberField(concentration, 'rate', at, notNegative) },
  };
}

function parseLiquidity(value: unknown): LiquidityRule {
  const path = 'liquidity';
  const fields = knownFields(value, path, ['table', 'netFloor', 'volume']);
  const table = listField(fields, 'table', path).map((point, index): readonly [number, number] => {
    const [size, factor, ...more] = Array.isArray(point) ? (point as unknown[]) : [];
    const isGood = typeof size === 'number' && typeof factor === 'number' && size >= 0 && factor >= 0 &&
      size < Infinity && factor < Infinity && more.length === 0;
    if (!isGood) throw invalid(`${path}.table[${index}]`, point, 'must be [share of daily volume, part of the tail]');
    return [size, factor];
  });
  const falling = table.findIndex((point, index) => index > 0 && point[0] <= table[index - 1][0]);
  if (falling > 0 || table.length === 0) {
    throw invalid(`${path}.table`, table[falling] ?? table, 'must have points with ascending shares');
  }
  return {
    table,
    netFloor: numberField(fields, 'netFloor', path, share),
    volume: choiceField(fields, 'volume', path, ['market', 'underlying']),
  };
}

function parseBidAsk(value: unknown): BidAskRule {
  const fields = knownFields(value, 'bidAsk', ['multiple', 'spread']);
  return {
    multiple: numberField(fields, 'multiple', 'bidAsk', notNegative),
    spread: choiceField(fields, 'spread', 'bidAsk', ['market', 'underlying']),
  };
}

/** Moves of prices are in dollars: rates against a currency that moves itself would be ratios of them. */
function requireSteady({ reportingCurrency, sets }: VarParams): void {
  for (const { name, scenarios } of sets) {
    if (!hasPriceFactor(scenarios, reportingCurrency)) continue;
    const rule = `must be no currency that scenarios move: ${name} has price:${reportingCurrency}`;
    throw invalid('reportingCurrency', reportingCurrency, rule);
  }
}

/** A part of the formula without scenarios of its own would pass for zero. */
function requireRoles({ sets, combination, antiProcyclicality, gridMultiple }: VarParams): void {
  const names = sets.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalid('sets', twice, 'must have names of their own');
  const has = (role: VarSet['role']): boolean => sets.some((set) => set.role === role);
  if (!has('historical')) throw invalid('sets', names, 'must have a set with the role historical');
  const needs = [
    ['stressed', 'combination.stressedWeight', combination.stressedWeight],
    ['stressed', 'antiProcyclicality.stressWeight', antiProcyclicality.stressWeight],
    ['longRun', 'antiProcyclicality.longRunMultiple', antiProcyclicality.longRunMultiple],
    ['grid', 'gridMultiple', gridMultiple],
  ] as const;
  for (const [role, path, weight] of needs) {
    if (weight > 0 && !has(role)) throw invalid(path, weight, `needs a set with the role ${role}`);
  }
}

function requireFactors({ riskFactors, sets }: VarParams): void {
  const known = new Set(
    sets.filter(({ role }) => role === 'historical').flatMap(({ scenarios }) => scenarios.factors.map(factorName)),
  );
  for (const name of riskFactors.keys()) {
    if (!known.has(name)) throw invalid(`riskFactors.${name}`, name, 'must be a factor of a historical set');
  }
}

function requireWindows({ correlationBreak, sets }: VarParams): void {
  if (correlationBreak === null) return;
  const { window, level } = correlationBreak;
  const tail = breakTail(level);
  for (const [index, { role, scenarios }] of sets.entries()) {
    if (role !== 'historical') continue;
    if (scenarios.count < window) {
      throw invalid('correlationBreak.window', window, `must be at most the ${scenarios.count} scenarios of sets[${index}]`);
    }
    tailCoefficients(tail, window, 'correlationBreak.level');
  }
}

/** VaR of a window: Hyndman-Fan type 5, as PRISMA takes it. */
export function breakTail(level: number) {
  return { measure: 'valueAtRisk', level, quantileType: 5, side: 'pnl', multiple: 1 } as const;
}
