import type { SpanCombinedCommodity, SpanParams } from '../../../src/margin/span/parameters.ts';
import { referenceSpanCommodities } from '../../../src/reference/margin/span.ts';
import type { HeldCommodity } from '../../../src/reference/margin/span/commodity.ts';
import { spanMarket } from '../../../src/span/span-market.ts';
import { checkAbsolute, checkEqual, type Check } from '../check.ts';
import { CaseInputError, expectedOf, fieldsOf, isFields, listOf, numberOf, optionalNumber, textOf, type Fields } from '../fields.ts';
import { contractOf } from './risk-parameter-file.ts';
import { lossesOf, marginHoldings, type Holding } from './run-engine.ts';

/** Portfolios with every component per combined commodity. Sums of cents are not exact in binary. */
const tolerance = 1e-6;

/** `[quantity, [product, type, month, option month, option day, right, strike]]`. */
function holdingOf(entry: unknown, params: SpanParams): Holding {
  const [quantity, key] = listOf(entry);
  const [product, type, month, optionMonth, optionDay, right, strike] = listOf(key);
  if (typeof quantity !== 'number') throw new CaseInputError(`input positions: ${JSON.stringify(entry)} is not understood`);
  const contract = contractOf(params, {
    product: String(product),
    type: String(type),
    month: String(month),
    optionMonth: textOf(optionMonth) + textOf(optionDay),
    right: textOf(right),
    strike: Number(strike ?? 0),
  });
  return { contract, quantity };
}

export async function selfComputedChecks(entry: Fields, file: SpanParams): Promise<Check[]> {
  // These portfolios state the weighted price risk without a cap, whatever method the file gives.
  const params: SpanParams = { ...file, options: { ...file.options, weightedPriceRisk: 'normal' } };
  const holdings = listOf(entry['positions']).map((each) => holdingOf(each, params));
  const total = await marginHoldings(params, holdings);
  const perCommodity = fieldsOf(entry['perCC']);
  const reference = await referenceCommodities(params, holdings);
  const sumOf = (name: string): number | null => {
    const values = Object.values(perCommodity).map((each) => optionalNumber(fieldsOf(each), name));
    return values.includes(null) ? null : values.reduce((sum: number, value) => sum + value!, 0);
  };
  const wantedTotal = expectedOf(entry, 'total');
  const checks: Check[] = wantedTotal === null ? [] : [checkAbsolute('total', total.maintenanceMargin, wantedTotal, tolerance)];
  const wantedInter = sumOf('inter');
  if (wantedInter !== null) {
    checks.push(checkAbsolute('inter, all', total.components['intercommodityCredit'], wantedInter, tolerance));
  }
  for (const [code, expected] of Object.entries(perCommodity)) {
    if (!isFields(expected)) throw new CaseInputError(`expected perCC.${code} must be an object`);
    checks.push(...(await commodityChecks(code, expected, params, holdings, reference)));
  }
  return checks;
}

/** One combined commodity: alone for what others do not touch, in the whole account for the rest. */
async function commodityChecks(
  code: string,
  expected: Fields,
  params: SpanParams,
  holdings: readonly Holding[],
  reference: ReadonlyMap<string, HeldCommodity>,
): Promise<Check[]> {
  const alone = await marginHoldings(params, holdings.filter(({ contract }) => contract.combinedCommodity === code));
  const { components } = alone;
  const requirement = await requirementOf(code, params, holdings);
  const risk = components['scanRisk'] + components['intracommodityCharge'] + components['spotCharge'];
  const optionValue = components['longOptionValue'] - components['shortOptionValue'];
  const actual: Record<string, number> = {
    scan: components['scanRisk'],
    timeRisk: components['timeRisk'],
    volAdj: components['priceRisk'] + components['timeRisk'],
    priceRisk: components['priceRisk'],
    netDelta: components['netDelta'],
    wpr: components['weightedPriceRisk'],
    intra: components['intracommodityCharge'],
    som: components['shortOptionMinimum'],
    lov: components['longOptionValue'],
    sov: components['shortOptionValue'],
    requirement,
    total: requirement - optionValue,
    rem: reference.get(code)?.remaining.toNumber() ?? NaN,
    // Where the short option minimum binds the requirement does not show the credit.
    inter: requirement > components['shortOptionMinimum'] ? risk - requirement : (reference.get(code)?.inter.toNumber() ?? NaN),
  };
  // What the engine does not show is the reference's, and says so.
  const isBound = !(requirement > components['shortOptionMinimum']);
  const origin = (name: string): string => (name === 'rem' || (name === 'inter' && isBound) ? ' (reference)' : '');
  const checks = Object.entries(actual).flatMap(([name, value]) => {
    const wanted = expectedOf(expected, name);
    return wanted === null ? [] : [checkAbsolute(`${code} ${name}${origin(name)}`, value, wanted, tolerance)];
  });
  lossesOf(alone).forEach((loss, index) => {
    const wanted = listOf(expected['losses'])[index];
    if (typeof wanted === 'number') checks.push(checkAbsolute(`${code} losses[${index + 1}]`, loss, wanted, tolerance));
  });
  if (optionalNumber(expected, 'active') !== null) {
    checks.push(checkEqual(`${code} active`, alone.worstScenario + 1, numberOf(expected, 'active')));
  }
  return [...checks, ...formedChecks(code, expected, reference.get(code))];
}

/** Risk requirement of one combined commodity within the account: what it grows by when its adjustment is doubled. */
async function requirementOf(code: string, params: SpanParams, holdings: readonly Holding[]): Promise<number> {
  const withAdjustment = async (factor: number): Promise<number> => {
    const combinedCommodities = params.combinedCommodities.map((each): SpanCombinedCommodity =>
      each.code === code ? { ...each, adjustment: { member: factor, hedger: factor, speculator: factor } } : each,
    );
    return (await marginHoldings({ ...params, combinedCommodities }, holdings)).components['riskRequirement'];
  };
  return (await withAdjustment(2)) - (await withAdjustment(1));
}

/** `[record type, priority, count, charge]` of every intracommodity spread formed, in order. */
function formedChecks(code: string, expected: Fields, commodity: HeldCommodity | undefined): Check[] {
  if (expected['formed'] === undefined) return [];
  const formed = (commodity?.formed ?? []).map(({ kind, priority, count, amount }) =>
    [kind === 'series' ? 'E' : 'C', priority, count.toNumber(), amount.div(count).toNumber()].join(' '),
  );
  const wanted = listOf(expected['formed']).map((each) => listOf(each).join(' '));
  return [checkEqual(`${code} formed (reference)`, formed.join('; '), wanted.join('; '))];
}

async function referenceCommodities(
  params: SpanParams,
  holdings: readonly Holding[],
): Promise<ReadonlyMap<string, HeldCommodity>> {
  const { market } = spanMarket(params);
  const quantities = new Map<string, number>();
  for (const { contract, quantity } of holdings) quantities.set(contract.name, (quantities.get(contract.name) ?? 0) + quantity);
  const positions = [...quantities].map(([name, quantity]) => ({
    instrumentIndex: market.instruments.findIndex((each) => each.name === name),
    quantity,
    entryPrice: 1,
  }));
  const currency = params.combinedCommodities.find(({ code }) => code === holdings[0]?.contract.combinedCommodity)?.currency;
  const account = { positions, orders: [], cash: new Map<string, number>() };
  return referenceSpanCommodities(market, params, account, currency ?? '');
}

/** What the document calls its risk-parameter file: a `file` field, or a name in its note. */
export function namedFile(root: Fields, entry: Fields): string | null {
  const file = entry['file'] ?? root['file'];
  if (typeof file === 'string') return file;
  return /[\w.-]+\.pa2\b/.exec(textOf(root['note']))?.[0] ?? null;
}

