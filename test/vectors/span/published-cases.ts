import type { AccountMargin } from '../../../src/engine/account-margin.ts';
import { classicScenarios, type SpanContract, type SpanParams } from '../../../src/margin/span/parameters.ts';
import { checkAbsolute, checkEqual, type Check } from '../check.ts';
import type { Content } from '../content.ts';
import { CaseInputError, expectedOf, fieldsOf, listOf, numberOf, optionalNumber, textOf, type Fields } from '../fields.ts';
import { madeFuture, madeOption, madeParams, rangeLosses, scenariosFor } from './made-params.ts';
import { contractOf, riskParametersBeside, type ContractKey } from './risk-parameter-file.ts';
import { lossesOf, marginHoldings, type Holding } from './run-engine.ts';

/** Published and peer cases, by kind: docs/VECTORS.md, section span. */
export type CaseRunner = (input: Fields, expected: Fields, content: Content) => Promise<Check[]>;

/** Amounts are sums of cents, which are not exact in binary; a cent is 10,000 times this. */
const tolerance = 1e-6;

export const caseRunners: Readonly<Record<string, CaseRunner>> = {
  scan: runScan,
  'array-build': runArrayBuild,
  intra: runIntra,
  'option-total': runOptionTotal,
  inter: runInter,
  'nse-total': runRiskLessOptionValue,
  pa2: runFile,
};

function amounts(expected: Fields, actual: Readonly<Record<string, number>>): Check[] {
  return Object.entries(actual).flatMap(([name, value]) => {
    const wanted = expectedOf(expected, name);
    return wanted === null ? [] : [checkAbsolute(name, value, wanted, tolerance)];
  });
}

function activeCheck(expected: Fields, result: AccountMargin): Check[] {
  const wanted = optionalNumber(expected, 'activeScenario');
  return wanted === null ? [] : [checkEqual('activeScenario', result.worstScenario + 1, wanted)];
}

function numbersOf(value: unknown, name: string): number[] {
  return listOf(value).map((each) => {
    if (typeof each !== 'number') throw new CaseInputError(`input ${name} must be numbers`);
    return each;
  });
}

/** Arrays as gains or as losses of one long contract: the convention says which. */
function isGain(input: Fields): boolean {
  const convention = textOf(input['convention']);
  if (/P\/L|gain/i.test(convention) && !/loss positive/i.test(convention)) return true;
  if (/loss/i.test(convention)) return false;
  throw new CaseInputError(`input convention must say whether gains or losses are positive, got '${convention}'`);
}

async function runScan(input: Fields, expected: Fields): Promise<Check[]> {
  if (input['array'] === undefined && input['arrays'] === undefined) return runRange(input, expected);
  const sign = isGain(input) ? -1 : 1;
  const arrays = input['arrays'] === undefined ? [input['array']] : listOf(input['arrays']);
  const quantities = input['qtys'] === undefined ? [numberOf(input, 'qty')] : numbersOf(input['qtys'], 'qtys');
  const contracts = arrays.map((array, index) =>
    madeFuture(numbersOf(array, 'array').map((value) => 0 + sign * value), { name: `CC:${index}` }),
  );
  const count = contracts[0].riskArray!.losses.length;
  const params = madeParams([{}], contracts, { scenarios: scenariosFor(count) });
  const result = await marginHoldings(params, contracts.map((contract, index) => ({ contract, quantity: quantities[index] })));
  const losses = lossesOf(result);
  return [
    ...amounts(expected, {
      scanRisk: result.components['scanRisk'],
      publishedMargin: result.maintenanceMargin,
      total: result.maintenanceMargin,
    }),
    ...activeCheck(expected, result),
    ...numbersOf(expected['portfolio'], 'portfolio').map((wanted, index) =>
      checkAbsolute(`portfolio[${index + 1}]`, 0 + sign * losses[index], wanted, tolerance),
    ),
  ];
}

/** A net position in a future of which only the price scan range is published. */
async function runRange(input: Fields, expected: Fields): Promise<Check[]> {
  const contract = madeFuture(rangeLosses(numberOf(input, 'priceScanRange')));
  const result = await marginHoldings(madeParams([{}], [contract]), [{ contract, quantity: numberOf(input, 'net') }]);
  return [
    ...amounts(expected, { scanRisk: result.components['scanRisk'], total: result.maintenanceMargin }),
    ...activeCheck(expected, result),
  ];
}

/** Half a unit of the last decimal that a number is printed with. */
function halfUnit(value: number): number {
  const decimals = /\.(\d+)/.exec(String(value))?.[1].length ?? 0;
  return 0.5 * Number(`1e-${decimals}`);
}

/**
 * The engine makes the array. Without a rounding rule the printed array, its drift and its scale are rounded, and that
 * is the tolerance.
 */
async function runArrayBuild(input: Fields, expected: Fields): Promise<Check[]> {
  if (input['product'] !== 'future') throw new CaseInputError(`input product must be 'future', got ${String(input['product'])}`);
  const wanted = numbersOf(expected['array'], 'array');
  const range = numberOf(input, 'priceScanRange');
  const [drift, scale] = [optionalNumber(input, 'carryDrift') ?? 0, optionalNumber(input, 'scale') ?? 1];
  const multiplier = numberOf(input, 'extremeMoveMultiplier');
  const cover = numberOf(input, 'coverFraction');
  const isWhole = /whole/.test(textOf(input['rounding']));
  const contract: SpanContract = {
    ...madeFuture([]),
    riskArray: null,
    priceScanRange: { up: range, down: range },
    generation: {
      volatilityScan: { up: 0, down: 0 },
      volatilityScanIs: 'relative',
      lookAhead: 0,
      interestRate: 0,
      extremeMultiplier: multiplier,
      extremeCover: cover,
      futureScale: scale,
      futureDrift: drift,
      rounding: isWhole ? 1 : 0,
    },
  };
  const made = lossesOf(await marginHoldings(madeParams([{}], [contract]), [{ contract, quantity: 1 }]));
  const printed = Math.max(...wanted.map((value) => 0.5 / 10 ** (/\.(\d+)/.exec(String(value))?.[1].length ?? 0)).map((each) => Math.min(each, 0.005)));
  const inputError = drift === 0 ? 0 : halfUnit(drift) + halfUnit(scale) * range * Math.max(1, multiplier * cover);
  const allowed = isWhole ? 0 : printed + inputError;
  const checks = wanted.map((value, index) => checkAbsolute(`array[${index + 1}]`, made[index], value, allowed));
  if (optionalNumber(expected, 'scanRisk') === null) return checks;
  const ofFile = madeFuture(wanted);
  const result = await marginHoldings(
    madeParams([{}], [ofFile], { scenarios: scenariosFor(wanted.length) }), [{ contract: ofFile, quantity: 1 }],
  );
  return [...checks, ...amounts(expected, { scanRisk: result.components['scanRisk'] }), ...activeCheck(expected, result)];
}

/** `+1 GC 202509`: quantity, product, month. */
function futureLeg(text: unknown): { quantity: number; month: string } {
  const match = /^\s*([+-]?\d+(?:\.\d+)?)\s+(\S+)\s+(\d{6}\w*)\s*$/.exec(String(text));
  if (match === null) throw new CaseInputError(`input legs: '${String(text)}' is not understood`);
  return { quantity: Number(match[1]), month: match[3] };
}

/** Months with the same array, and one spread between them with the charge of the case. */
async function runIntra(input: Fields, expected: Fields): Promise<Check[]> {
  const legs = listOf(input['legs']).map(futureLeg);
  // Without a charge among the inputs the published one cannot be compared: then a charge of 1 shows that one spread forms.
  const given = optionalNumber(input, 'seriesCharge') ?? optionalNumber(input, 'tierCharge');
  const charge = given ?? 1;
  const isTier = /tier/.test(textOf(input['note'])) || input['tierCharge'] !== undefined;
  const contracts = legs.map(({ month }) => madeFuture(rangeLosses(1000), { month }));
  const tiers = legs.map(({ month }, index) => ({ number: index + 1, start: month, end: month }));
  const params = madeParams([{
    intraTiers: tiers,
    intraSpreads: [{
      kind: isTier ? 'tier' : 'series',
      priority: 1,
      charge,
      legs: legs.map(({ quantity, month }, index) => ({
        period: isTier ? String(index + 1) : month,
        ratio: 1,
        side: quantity > 0 ? 'A' : 'B',
      })),
    }],
  }], contracts);
  const result = await marginHoldings(params, legs.map(({ quantity }, index) => ({ contract: contracts[index], quantity })));
  if (given === null) {
    const formed = checkEqual('spreads formed', result.components['intracommodityCharge'], 1);
    return [...amounts(expected, { scanRisk: result.components['scanRisk'] }), formed];
  }
  return amounts(expected, {
    scanRisk: result.components['scanRisk'],
    intraCharge: result.components['intracommodityCharge'],
    total: result.maintenanceMargin,
  });
}

/** Quantity in front; `P` or `put` somewhere: a put. */
function optionPosition(input: Fields): { quantity: number; optionType: 'call' | 'put' } {
  const text = textOf(input['position']);
  const quantity = Number(/^\s*([+-]?\d+(?:\.\d+)?)/.exec(text)?.[1] ?? NaN);
  if (!Number.isFinite(quantity)) throw new CaseInputError(`input position '${text}' has no quantity`);
  return { quantity, optionType: /\b(P|PE|put)\b/i.test(text) ? 'put' : 'call' };
}

/** An array with the given scan risk of the position in the given scenario, nothing in the others. */
function lossesOnly(scanRisk: number, quantity: number, scenario: number): number[] {
  return classicScenarios.map((_, index) => (index + 1 === scenario ? scanRisk / quantity : 0));
}

async function optionResult(input: Fields, scanRisk: number): Promise<AccountMargin> {
  const { quantity, optionType } = optionPosition(input);
  const settlement = optionalNumber(input, 'settlement');
  const price = settlement === null
    ? Math.abs(numberOf(input, 'netOptionValue') / quantity)
    : settlement * (optionalNumber(input, 'multiplier') ?? 1);
  const minimum = optionalNumber(input, 'somPerShortOption')
    ?? (optionalNumber(input, 'som') ?? 0) / Math.abs(quantity);
  const contract = madeOption(lossesOnly(scanRisk, quantity, optionalNumber(input, 'activeScenario') ?? 1), price, optionType);
  const params = madeParams([{ shortOptionMinimum: { method: 'sum', rate: minimum, tiers: [] } }], [contract]);
  return marginHoldings(params, [{ contract, quantity }]);
}

async function runOptionTotal(input: Fields, expected: Fields): Promise<Check[]> {
  const result = await optionResult(input, numberOf(input, 'scanRisk'));
  const { components } = result;
  return [
    ...amounts(expected, {
      spanRequirement: components['riskRequirement'],
      longOptionValue: components['longOptionValue'],
      shortOptionValue: components['shortOptionValue'],
      total: result.maintenanceMargin,
    }),
    ...activeCheck(input, result),
  ];
}

/** The exposure margin of a broker is no part of SPAN. */
async function runRiskLessOptionValue(input: Fields, expected: Fields): Promise<Check[]> {
  const result = await optionResult(input, numberOf(input, 'spanRiskBeforeNOV'));
  return amounts(expected, { span: result.maintenanceMargin });
}

/** Outright margins as scan ranges, the first product long, the others short. */
async function runInter(input: Fields, expected: Fields): Promise<Check[]> {
  const outrights = listOf(input['outright']).map((each) => {
    const [name, margin, quantity] = listOf(each);
    if (typeof margin !== 'number' || typeof quantity !== 'number') {
      throw new CaseInputError('input outright must be [name, margin, contracts]');
    }
    return { name: String(name), margin, quantity };
  });
  const ratios = numbersOf(input['ratio'], 'ratio');
  const contracts = outrights.map(({ name, margin }) => madeFuture(rangeLosses(margin), { combinedCommodity: name }));
  const params = madeParams(outrights.map(({ name }) => ({ code: name })), contracts, {
    interSpreads: [{
      priority: 1,
      method: 'delta',
      isSuper: false,
      creditMethod: 'weighted',
      rate: numberOf(input, 'creditRate'),
      legs: outrights.map(({ name }, index) => ({
        combinedCommodity: name,
        tier: null,
        ratio: ratios[index],
        side: index === 0 ? 'A' : 'B',
        isRequired: false,
        rate: null,
      })),
      target: null,
      points: [],
      minimumLegs: 2,
      refusal: null,
    }],
  });
  const holdings = outrights.map(({ quantity }, index) => ({
    contract: contracts[index],
    quantity: index === 0 ? quantity : -quantity,
  }));
  const result = await marginHoldings(params, holdings);
  return amounts(expected, {
    gross: result.components['scanRisk'],
    credit: result.components['intercommodityCredit'],
    net: result.maintenanceMargin,
  });
}

/** `+1 OZ OOF 202512/20251112 C 3700`, `-1 ZZ FUT 202509`. */
export function filePosition(text: unknown, params: SpanParams): Holding {
  const match = /^\s*([+-]?\d+(?:\.\d+)?)\s+(\S+)\s+(\w{3})\s+(\w+)(?:\/(\w+))?(?:\s+([CP])\s+(-?[\d.]+))?\s*$/.exec(String(text));
  if (match === null) throw new CaseInputError(`input positions: '${String(text)}' is not understood`);
  const [, quantity, product, type, month, optionMonth, right, strike] = match;
  const key: ContractKey = {
    product, type, month, optionMonth: optionMonth ?? '', right: right ?? '', strike: Number(strike ?? 0),
  };
  return { contract: contractOf(params, key), quantity: Number(quantity) };
}

async function runFile(input: Fields, expected: Fields, content: Content): Promise<Check[]> {
  const named = typeof input['file'] === 'string' ? input['file'] : null;
  const all = riskParametersBeside(content, named);
  const code = input['cc'];
  const params = typeof code === 'string'
    ? { ...all, contracts: all.contracts.filter(({ combinedCommodity }) => combinedCommodity === code) }
    : all;
  const result = await marginHoldings(params, listOf(input['positions']).map((text) => filePosition(text, params)));
  const losses = Object.fromEntries(lossesOf(result).map((loss, index) => [`loss${index + 1}`, loss]));
  const { components } = result;
  return [
    ...amounts(expected, {
      ...losses,
      scanRisk: components['scanRisk'],
      nov: components['netOptionValue'],
      longOptionValue: components['longOptionValue'],
      shortOptionValue: components['shortOptionValue'],
      spanRequirement: components['riskRequirement'],
      intraCharge: components['intracommodityCharge'],
      som: components['shortOptionMinimum'],
      total: result.maintenanceMargin,
    }),
    ...activeCheck(expected, result),
  ];
}

/** Whether the case says that it cannot be run. */
export function isReferenceOnly(fields: Fields): boolean {
  return /reference only/i.test(textOf(fields['usability']));
}

export function inputOf(fields: Fields): Fields {
  return fieldsOf(fields['input']);
}
