import { itemsOf, runBatch, type BatchItem } from '../batch.ts';
import { checkAbsolute, checkRelative, type Check } from '../check.ts';
import {
  CaseInputError, decimalOf, expectedOf, fieldsOf, listOf, numberOf, optionalNumber, type Fields,
} from '../fields.ts';
import {
  evaluateGreeks, evaluateImplied, evaluateMap, evaluatePrices, type ImpliedInput, type OptionInput, type PriceInput,
} from '../pricing-kernels.ts';
import type { CaseOutcome, SuiteRun } from '../suite.ts';
import { hasTable, isListWith, tableRows } from '../table.ts';

/**
 * Outputs of Jaeckel's LetsBeRational. Its normalised functions are ours at F = e^(x/2), K = e^(-x/2), sqrt(FK) = 1, T
 * = 1, sigma = s: normalised_black is the price, normalised_vega the vega.
 */
const columns = ['q', 'F', 'K', 'sigma', 'T', 'x', 's', 'z'] as const;
const toleranceDefault = 1e-12;
/** As in oracle.ts. */
const linearMax = 0.1;

export function isReference(root: Fields): boolean {
  return hasTable(root, columns) || isListWith(fieldsOf(root['named_cases'])['black'], ['F', 'K', 'sigma', 'T', 'q']);
}

export function runReference(root: Fields): SuiteRun {
  const rows = runBatch(itemsOf('row', tableRows(root), readRow), evaluateRows, checkRow);
  return { cases: [...rows, ...namedCases(fieldsOf(root['named_cases']))], notCovered: [] };
}

function readRow(fields: Fields) {
  return {
    fields,
    option: readOption(fields),
    black: optionalNumber(fields, 'black'),
    x: numberOf(fields, 'x'),
    s: numberOf(fields, 's'),
    z: numberOf(fields, 'z'),
  };
}

type Row = ReturnType<typeof readRow>;

function readOption(fields: Fields): OptionInput {
  const sign = numberOf(fields, 'q');
  if (Math.abs(sign) !== 1) throw new CaseInputError(`input q must be 1 or -1, got ${sign}`);
  return {
    sign,
    forward: numberOf(fields, 'F'),
    strike: numberOf(fields, 'K'),
    years: numberOf(fields, 'T'),
    volatility: numberOf(fields, 'sigma'),
    rate: 0,
  };
}

function priceInputOf({ sign, forward, strike, years, volatility }: OptionInput): PriceInput {
  return { sign, forward, strike, deviation: volatility * Math.sqrt(years) };
}

/** F = e^(x/2) and K = e^(-x/2) for each x. */
function normalisedInputs(points: readonly { x: number; s: number; sign: number }[]): PriceInput[] {
  const forwards = evaluateMap('mapExp', points.map(({ x }) => x / 2));
  const strikes = evaluateMap('mapExp', points.map(({ x }) => -x / 2));
  return points.map(({ s, sign }, index) => ({ sign, forward: forwards[index], strike: strikes[index], deviation: s }));
}

function normalisedVegas(points: readonly { readonly x: number; readonly s: number }[]): number[] {
  const inputs = normalisedInputs(points.map((point) => ({ ...point, sign: 1 })));
  return evaluateGreeks(inputs.map(({ deviation, ...rest }) => ({ ...rest, years: 1, volatility: deviation, rate: 0 })))
    .map(({ vega }) => vega);
}

function evaluateRows(rows: readonly Row[]) {
  const own = evaluatePrices(rows.map(({ option }) => priceInputOf(option)));
  const implied = evaluateImplied(rows.map(({ option, black }) => ({ ...option, price: black ?? NaN })));
  const vegas = evaluateGreeks(rows.map(({ option }) => option));
  const normalised = evaluatePrices(normalisedInputs(rows.map(({ x, s, option }) => ({ x, s, sign: option.sign }))));
  const call = evaluatePrices(normalisedInputs(rows.map(({ x, s }) => ({ x, s, sign: 1 }))));
  const vega = normalisedVegas(rows);
  const cdf = evaluateMap('mapNormalCdf', rows.map(({ z }) => z));
  return rows.map((_row, index) => ({
    black: own[index],
    volatility: implied[index].volatility,
    vega: vegas[index].vega,
    normalised: normalised[index],
    call: call[index],
    normalisedVega: vega[index],
    cdf: cdf[index],
  }));
}

function checkRow({ fields, black, option }: Row, result: ReturnType<typeof evaluateRows>[number]): Check[] {
  const relative = (quantity: string, column: string, actual: number): Check[] => {
    const expected = expectedOf(fields, column);
    return expected === null ? [] : [checkRelative(quantity, actual, expected, toleranceDefault)];
  };
  return [
    ...relative('black', 'black', result.black),
    ...(black === null ? [] : impliedChecks(fields, { ...option, price: black }, result.volatility, result.vega)),
    ...relative('normalised_black', 'normalised_black(x,s,q)', result.normalised),
    ...relative('normalised_black_call', 'normalised_black_call(x,s)', result.call),
    ...relative('normalised_vega', 'normalised_vega(x,s)', result.normalisedVega),
    ...relative('norm_cdf', 'norm_cdf(z)', result.cdf),
  ];
}

/**
 * The source solves for the volatility from the same double `black`, so both answers are uncertain by cond * 2^-53:
 * where that is more than 1e-12 (in the money) the comparison allows 30 of them for ours, as everywhere, and as many
 * for theirs.
 */
function impliedChecks(fields: Fields, input: ImpliedInput, volatility: number, vega: number): Check[] {
  const expected = expectedOf(fields, 'implied_vol');
  if (expected === null) return [];
  if (expected.isZero()) return [checkAbsolute('implied_vol (intrinsic)', volatility, expected, toleranceDefault)];
  const cond = input.price / (expected.toNumber() * vega);
  const tolerance = Math.max(toleranceDefault, 60 * cond * 2 ** -53);
  return tolerance <= linearMax ? [checkRelative('implied_vol', volatility, expected, tolerance)] : [];
}

function namedCases(named: Fields): CaseOutcome[] {
  const tolerance = optionalNumber(named, 'tol') ?? toleranceDefault;
  const check = (quantity: string) => ({ expected }: Expectation, actual: number): Check[] => {
    const value = decimalOf(expected, 'expected');
    return value === null ? [] : [checkRelative(quantity, actual, value, tolerance)];
  };
  const impliedOf = (list: readonly ImpliedInput[]) => evaluateImplied(list).map(({ volatility }) => volatility);
  const cdfOf = (list: readonly { x: number }[]) => evaluateMap('mapNormalCdf', list.map(({ x }) => x));
  const pricesOf = (list: readonly OptionInput[]) => evaluatePrices(list.map(priceInputOf));
  return [
    ...runBatch(objectItems(named, 'black', readOption), pricesOf, check('black')),
    ...runBatch(objectItems(named, 'iv', readImplied), impliedOf, check('implied_vol')),
    ...runBatch(objectItems(named, 'normalised_black', readOption), normalisedBlacks, check('normalised_black')),
    ...runBatch(pointItems(named, 'normalised_vega'), normalisedVegas, check('normalised_vega')),
    ...runBatch(pointItems(named, 'norm_cdf'), cdfOf, check('norm_cdf')),
  ];
}

interface Expectation {
  readonly expected: unknown;
}

function objectItems<T>(named: Fields, block: string, read: (fields: Fields) => T): BatchItem<T & Expectation>[] {
  const list = listOf(named[block]).map(fieldsOf);
  return itemsOf(`named ${block}`, list, (fields) => ({ ...read(fields), expected: fields['expected'] }));
}

/** The expected value is the last of the list. */
function pointItems(named: Fields, block: string): BatchItem<{ x: number; s: number } & Expectation>[] {
  const list = listOf(named[block]).map(listOf);
  return itemsOf(`named ${block}`, list, (values) => ({ ...readPoint(values), expected: values.at(-1) }));
}

function readImplied(fields: Fields): ImpliedInput {
  return { ...readOption({ sigma: 0, ...fields }), price: numberOf(fields, 'price') };
}

/** Price in units of sqrt(F K). */
function normalisedBlacks(options: readonly OptionInput[]): number[] {
  return evaluatePrices(options.map(priceInputOf)).map((price, index) => {
    const { forward, strike } = options[index];
    return price / Math.sqrt(forward * strike);
  });
}

/** [x, s, expected] or [x, expected]. */
function readPoint(values: readonly unknown[]): { x: number; s: number } {
  const [x, s] = values;
  if (typeof x !== 'number' || typeof s !== 'number') throw new CaseInputError('arguments must be numbers');
  return { x, s };
}
