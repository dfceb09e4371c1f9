import type { SpanContract, SpanContractType, SpanGeneration, SpanRange, SpanRiskArray } from '../margin/span/parameters.ts';
import { contractName } from './contract-name.ts';
import { periodOf, rateOf, type RateIds } from './xml-commodities.ts';
import type { XmlNode } from './xml-node.ts';

/** Product families that hold contracts without options, and what their contracts are called. */
export const contractFamilies: Readonly<Record<string, { readonly element: string; readonly type: SpanContractType }>> = {
  phyPf: { element: 'phy', type: 'PHY' },
  equityPf: { element: 'equity', type: 'PHY' },
  debtPf: { element: 'debt', type: 'PHY' },
  futPf: { element: 'fut', type: 'FUT' },
  fwdPf: { element: 'fwd', type: 'FUT' },
  cmbPf: { element: 'cmb', type: 'CMB' },
};

export const optionFamilies: Readonly<Record<string, SpanContractType>> = {
  oopPf: 'OOP',
  oofPf: 'OOF',
  oocPf: 'OOC',
  ooePf: 'OOE',
};

/** A contract whose combined commodity is not known yet: combined commodities come after the contracts. */
export interface LooseContract {
  readonly familyKey: string;
  readonly currency: string;
  readonly contract: SpanContract;
}

export interface ContractSource {
  readonly exchange: string;
  readonly rates: RateIds;
  readonly scenarioCount: number;
  /** Period of a contract by family and contract identifier. */
  readonly periods: ReadonlyMap<string, string>;
  /** Years. */
  readonly lookAhead: number;
}

/** A future, forward, physical or combination; null: it has no array and no scan range. */
export function plainContract(node: XmlNode, type: SpanContractType, source: ContractSource): LooseContract | null {
  const family = node.parent!;
  const month = node.child('pe') === null ? '000000' : periodOf(node);
  return loose(node, family, node, source, {
    name: contractName(source.exchange, family.requiredText('pfCode'), type, month, null),
    type,
    month,
    optionMonth: null,
    optionType: null,
    strike: null,
  });
}

export function optionContract(node: XmlNode, type: SpanContractType, source: ContractSource): LooseContract | null {
  const series = node.parent!;
  const family = series.parent!;
  const optionMonth = periodOf(series);
  const underlying = series.child('undC');
  const key = underlying === null ? '' : `${underlying.text('pfId')}|${underlying.text('cId')}`;
  // Deltas count to the month of the future; of an option on something else to its own.
  const month = type === 'OOF' ? (source.periods.get(key) ?? optionMonth) : optionMonth;
  const right = node.requiredChild('o');
  if (right.value !== 'C' && right.value !== 'P') return right.fail('ValueInvalid', 'must be C or P');
  const optionType = right.value === 'C' ? 'call' : 'put';
  const strike = node.number('k');
  return loose(node, family, series, source, {
    name: contractName(source.exchange, family.requiredText('pfCode'), type, month, { month: optionMonth, type: optionType, strike }),
    type,
    month,
    optionMonth,
    optionType,
    strike,
  });
}

type Identity = Pick<SpanContract, 'name' | 'type' | 'month' | 'optionMonth' | 'optionType' | 'strike'>;

/** `dated`: what has the settlement date and scan rates, the series of an option. */
function loose(node: XmlNode, family: XmlNode, dated: XmlNode, source: ContractSource, identity: Identity): LooseContract | null {
  const scanRate = rateOf(dated.all('scanRate'), source.rates);
  const valueFactor = node.optionalNumber('cvf') ?? dated.optionalNumber('cvf') ?? family.optionalNumber('cvf') ?? 1;
  const price = node.optionalNumber('p');
  const priceScanRange = scanRangeOf(scanRate, price, valueFactor, identity.optionType !== null);
  const generation = priceScanRange === null ? null : generationOf(scanRate!, source.lookAhead);
  const riskArray = arrayOf(node, source);
  if (riskArray === null && generation === null) return null;
  const isPremium = !family.text('valueMeth').toUpperCase().startsWith('FUT');
  const canBePremium = identity.optionType !== null || identity.type === 'PHY';
  return {
    familyKey: familyKeyOf(source.exchange, family),
    currency: family.text('currency'),
    contract: {
      ...identity,
      combinedCommodity: '',
      exchange: source.exchange,
      product: family.requiredText('pfCode'),
      valuation: isPremium && canBePremium ? 'premium' : 'futures',
      valueFactor: valueFactor > 0 ? valueFactor : 1,
      expiryDate: dateOf(dated.text('setlDate')),
      settlementPrice: price,
      impliedVolatility: identity.optionType === null ? null : (node.optionalNumber('v') ?? dated.optionalNumber('v')),
      deltaScale: node.optionalNumber('sc') || dated.optionalNumber('sc') || 1,
      priceScanRange,
      riskArray,
      generation,
    },
  };
}

export function familyKeyOf(exchange: string, family: XmlNode): string {
  return `${exchange}|${family.requiredText('pfId')}`;
}

function dateOf(text: string): string | null {
  const iso = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`;
  return /^\d{8}$/.test(text) && !Number.isNaN(Date.parse(iso)) ? iso : null;
}

function arrayOf(node: XmlNode, { rates, scenarioCount }: ContractSource): SpanRiskArray | null {
  const array = rateOf(node.all('ra'), rates);
  if (array === null) return null;
  const losses = array.all('a').map((each) => each.asNumber());
  if (losses.length !== scenarioCount) {
    return array.fail('ValueMissing', `must have ${scenarioCount} values <a>, one per scan point, has ${losses.length}`);
  }
  return { losses, compositeDelta: array.number('d') };
}

/** Ranges are in price units; percent are of the price. */
function scanRangeOf(rate: XmlNode | null, price: number | null, valueFactor: number, isOption: boolean): SpanRange | null {
  if (rate === null) return null;
  const side = (absolute: string, percent: string): number | null => {
    const range = rate.optionalNumber(absolute);
    if (range !== null && range !== 0) return range;
    const share = rate.optionalNumber(percent);
    return share === null || share === 0 || price === null || isOption ? null : (Math.abs(price) * share) / 100;
  };
  const up = side('priceScan', 'priceScanPct');
  if (up === null) return null;
  const down = side('priceScanDown', 'priceScanDownPct') ?? up;
  return { up: up * valueFactor, down: down * valueFactor };
}

function generationOf(rate: XmlNode, lookAhead: number): SpanGeneration {
  const absolute = rate.optionalNumber('volScan') ?? 0;
  const relative = (rate.optionalNumber('volScanPct') ?? 0) / 100;
  const isAbsolute = absolute !== 0;
  const up = isAbsolute ? absolute : relative;
  const downAbsolute = rate.optionalNumber('volScanDown');
  const downRelative = rate.optionalNumber('volScanDownPct');
  const down = isAbsolute ? downAbsolute : downRelative === null ? null : downRelative / 100;
  return {
    volatilityScan: { up, down: down ?? up },
    volatilityScanIs: isAbsolute ? 'absolute' : 'relative',
    lookAhead,
    interestRate: 0,
    extremeMultiplier: 0,
    extremeCover: 0,
    futureScale: 1,
    futureDrift: 0,
    rounding: 0,
  };
}
