import type {
  SpanCombinedCommodity,
  SpanInterLeg,
  SpanInterPoint,
  SpanInterSpread,
  SpanIntraLeg,
  SpanIntraSpread,
  SpanRatios,
  SpanScenario,
  SpanShortOptionMinimum,
  SpanSide,
  SpanTier,
  WeightedPriceRiskMethod,
} from '../margin/span/parameters.ts';
import type { XmlNode } from './xml-node.ts';

/** Which rates of the file apply: element `r`. */
export interface RateIds {
  readonly maintenance: string;
  readonly initial: string | null;
}

/** The rate of the chosen identifier, else the first. */
export function rateOf(nodes: readonly XmlNode[], { maintenance }: RateIds): XmlNode | null {
  return nodes.find((node) => node.text('r') === maintenance) ?? nodes[0] ?? null;
}

export function scenariosOf(pointDef: XmlNode): SpanScenario[] {
  const points = pointDef.all('scanPointDef');
  const indexOf = new Map(points.map((point, index) => [point.requiredText('point'), index]));
  return points.map((point, index) => ({
    priceMove: moveOf(point.requiredChild('priceScanDef')),
    isExtreme: false,
    volatilityMove: moveOf(point.requiredChild('volScanDef')),
    weight: point.number('weight'),
    pairedScenario: indexOf.get(point.text('pairedPoint')) ?? index,
  }));
}

/** mult * numerator / denominator, either of which may be left out. */
export function moveOf(node: XmlNode): number {
  const denominator = node.optionalNumber('denominator') || 1;
  return (node.number('mult') * (node.optionalNumber('numerator') ?? 1)) / denominator;
}

export function commodityOf(node: XmlNode, rates: RateIds, capsEverywhere: boolean): SpanCombinedCommodity {
  const scale = Number(`1e${node.optionalNumber('riskExponent') ?? 0}`);
  const intra = node.all('dSpread').map((each) => intraSpreadOf(each, rates, scale));
  const own = ownInitialRatio(node, rates);
  const adjustment: SpanRatios = { member: 1, hedger: 1, speculator: 1 };
  return {
    code: node.requiredText('cc'),
    currency: node.requiredText('currency'),
    capNetOptionValue: node.child('capAnov') === null ? capsEverywhere : node.flag('capAnov'),
    weightedPriceRiskMethod: priceRiskMethodOf(node),
    intraTiers: tiersOf(node, 'intraTiers'),
    scanTiers: severalTiers(tiersOf(node, 'scanTiers')),
    interTiers: severalTiers(tiersOf(node, 'interTiers')),
    intraSpreads: intra.flatMap(({ spread }) => (spread === null ? [] : [spread])).sort((a, b) => a.priority - b.priority),
    spotMonths: node.all('spotRate').filter((each) => isRate(each, node.all('spotRate'), rates)).map((each) => ({
      month: periodOf(each),
      chargeConsumed: each.number('sprd') * scale,
      chargeOutright: each.number('outr') * scale,
    })),
    shortOptionMinimum: shortOptionMinimumOf(node, rates, scale),
    adjustment,
    initialRatio: { member: own, hedger: own, speculator: own },
    refusal: refusalOf(node) ?? intra.find(({ refusal }) => refusal !== null)?.refusal ?? null,
  };
}

function isRate(node: XmlNode, all: readonly XmlNode[], { maintenance }: RateIds): boolean {
  const hasChosen = all.some((each) => each.text('r') === maintenance);
  return node.text('r') === (hasChosen ? maintenance : all[0].text('r'));
}

/** What the clearing house margins by other means than risk arrays. */
function refusalOf(node: XmlNode): string | null {
  const method = node.text('marginMeth');
  if (!['', 'SPAN', 'SCAN', '1'].includes(method.toUpperCase())) return `its margin method is '${method}', not SPAN`;
  if (node.flag('isCDSScanRisk')) return 'it is margined as credit default swaps';
  if (node.all('pointDef').length > 0) return 'it has scan points of its own';
  if ((node.child('basisRates')?.all('rate').length ?? 0) > 0) {
    return 'it has a basis risk charge, whose formula is not published';
  }
  return null;
}

/** Ratio of the initial to the maintenance requirement: `adjRate` of the initial rate. */
function ownInitialRatio(node: XmlNode, { initial }: RateIds): number {
  const rate = initial === null ? undefined : node.all('adjRate').find((each) => each.text('r') === initial);
  return rate?.number('val') ?? 1;
}

function priceRiskMethodOf(node: XmlNode): WeightedPriceRiskMethod {
  const method = node.child('wfprMeth');
  if (method === null) return 'normal';
  switch (method.value.toUpperCase()) {
    case '':
    case '1':
    case 'NORMAL':
      return 'normal';
    case '2':
    case 'SCANRANGE_CAP':
      return 'scan-range-cap';
    case '3':
    case 'SCANRANGE':
      return 'scan-range';
    default:
      return method.fail('ValueInvalid', 'must be NORMAL, SCANRANGE_CAP or SCANRANGE');
  }
}

/** A period `202512` or `20251230`; two zeros for the day mean the month. */
export function periodOf(node: XmlNode): string {
  const period = node.requiredChild('pe');
  if (!/^\d{6}\w{0,3}$/.test(period.value)) return period.fail('ValueInvalid', 'must be a period like 202512');
  return period.value.replace(/^(\d{6})00$/, '$1');
}

function tiersOf(node: XmlNode, list: string): SpanTier[] {
  return (node.child(list)?.all('tier') ?? []).flatMap((tier): SpanTier[] => {
    const [start, end] = [tier.text('sPe'), tier.text('ePe')];
    if (start === '' || end === '') return [];
    return [{ number: tier.number('tn'), start: start.replace(/^(\d{6})00$/, '$1'), end: end.replace(/^(\d{6})00$/, '$1') }];
  });
}

/** One tier is no tier: all months together. */
function severalTiers(tiers: SpanTier[]): SpanTier[] {
  return tiers.length > 1 ? tiers : [];
}

function shortOptionMinimumOf(node: XmlNode, rates: RateIds, scale: number): SpanShortOptionMinimum {
  const method = node.text('somMeth').toUpperCase();
  const tiers = node.child('somTiers')?.all('tier') ?? [];
  const withRates = tiers.map((tier) => ({
    start: tier.text('sPe'),
    end: tier.text('ePe'),
    number: tier.optionalNumber('tn') ?? 0,
    rate: (rateOf(tier.all('rate'), rates)?.number('val') ?? 0) * scale,
  }));
  const general = withRates.find(({ start, end }) => start === '' || end === '') ?? (withRates.length === 1 ? withRates[0] : null);
  return {
    method: method === 'MAX' || method === '1' ? 'greater' : 'sum',
    rate: general?.rate ?? 0,
    tiers: general === null ? withRates : withRates.filter((tier) => tier !== general && tier.start !== '' && tier.end !== ''),
  };
}

function sideOf(leg: XmlNode): SpanSide {
  const side = leg.requiredChild('rs');
  if (side.value === 'A' || side.value === 'B') return side.value;
  return side.fail('ValueInvalid', 'must be A or B');
}

function ratioOf(leg: XmlNode): number {
  const ratio = leg.requiredChild('i');
  const value = ratio.asNumber();
  return value > 0 ? value : ratio.fail('ValueOutOfRange', 'must be > 0');
}

interface ReadIntraSpread {
  readonly spread: SpanIntraSpread | null;
  readonly refusal: string | null;
}

function intraSpreadOf(node: XmlNode, rates: RateIds, scale: number): ReadIntraSpread {
  const refuse = (reason: string): ReadIntraSpread => ({ spread: null, refusal: reason });
  const method = node.text('chargeMeth');
  const legs = [...node.all('tLeg'), ...node.all('pLeg')];
  const isSeries = node.all('pLeg').length > 0;
  if (node.text('spreadType') === 'DELATVOL') return refuse('a spread of its has a volatility offset, which is not published');
  if (node.all('rpLeg').length > 0 || node.all('dSpread').length > 0 || (isSeries && node.all('tLeg').length > 0)) {
    return refuse('a spread of its has relative, nested or mixed legs, which are not read');
  }
  if (method === 'W') return refuse('a spread charge of its is weighted by price risk, which is not published');
  const read = legs.map((leg): SpanIntraLeg => ({
    period: isSeries ? periodOf(leg) : String(leg.number('tn')),
    ratio: ratioOf(leg),
    side: sideOf(leg),
  }));
  const priority = node.number('spread');
  const kind = isSeries ? 'series' : 'tier';
  if (method !== 'P') {
    const charge = (rateOf(node.all('rate'), rates) ?? node.requiredChild('rate')).number('val') * scale;
    return { spread: { kind, priority, charge, legs: read }, refusal: null };
  }
  if (!isSeries) return refuse('a tier spread of its is charged per month, which is not published for tiers');
  const rate = rateOf(node.all('pmpsRate'), rates) ?? node.requiredChild('pmpsRate');
  if (rate.number('val') !== 0) return refuse('a spread of its has a flat and a monthly charge, which is not published');
  const months = read.map(({ period }) => 12 * Number(period.slice(0, 4)) + Number(period.slice(4, 6)));
  const apart = Math.max(...months) - Math.min(...months);
  const charge = (rate.number('psRate') + rate.number('pmRate') * apart) * scale;
  return { spread: { kind, priority, charge, legs: read }, refusal: null };
}

/** A credit rate: a fraction, or percent if above one. */
function shareOf(value: number): number {
  return Math.abs(value) > 1 ? value / 100 : value;
}

export function deltaSpreadOf(node: XmlNode, rates: RateIds, isSuper: boolean): SpanInterSpread {
  const method = node.text('chargeMeth');
  const isFlat = method === 'F';
  const legs = node.all('tLeg');
  const isUnread = node.all('pLeg').length + node.all('rpLeg').length + node.all('dSpread').length > 0;
  const rate = rateOf(node.all('rate'), rates)?.number('val') ?? 0;
  // A flat rate is a charge: its opposite is the credit.
  const credit = isFlat ? 0 - rate : shareOf(rate);
  return {
    priority: node.number('spread'),
    method: 'delta',
    isSuper: false,
    creditMethod: isFlat ? 'flat' : 'weighted',
    rate: credit,
    legs: [...legs, ...node.all('pLeg'), ...node.all('rpLeg')].map((leg): SpanInterLeg => {
      const own = rateOf(leg.all('rate'), rates);
      return {
        combinedCommodity: leg.requiredText('cc'),
        tier: leg.name === 'tLeg' ? leg.optionalNumber('tn') : null,
        ratio: ratioOf(leg),
        side: sideOf(leg),
        isRequired: false,
        rate: own === null ? null : shareOf(own.number('val')),
      };
    }),
    target: null,
    points: [],
    minimumLegs: 2,
    refusal: interRefusal(method, isUnread, isSuper, node.text('spreadType')),
  };
}

function interRefusal(method: string, isUnread: boolean, isSuper: boolean, type: string): string | null {
  if (isSuper) return 'a super-inter-commodity spread of its is delta-based, which is not published';
  if (isUnread) return 'an intercommodity spread of its has period, relative or nested legs, which are not read';
  if (type === 'DELATVOL') return 'an intercommodity spread of its has a volatility offset, which is not published';
  return method === 'P' ? 'an intercommodity spread of its is per month, which is not published' : null;
}

export function scanningSpreadOf(node: XmlNode, rates: RateIds, isSuper: boolean, scenarios: readonly string[]): SpanInterSpread {
  const legs = node.all('sLeg').map((leg) => ({
    isTarget: leg.flag('isTarget'),
    isRequired: leg.flag('isRequired'),
    code: leg.requiredText('cc'),
    ratio: leg.optionalNumber('i') || 1,
  }));
  const target = legs.find(({ isTarget }) => isTarget) ?? node.fail('ValueMissing', 'has no target leg');
  const rate = shareOf((rateOf(node.all('rate'), rates) ?? node.requiredChild('rate')).number('val'));
  return {
    priority: node.number('spread'),
    method: 'scanning',
    isSuper,
    creditMethod: 'weighted',
    rate,
    legs: legs.filter(({ isTarget }) => !isTarget).map(({ code, ratio, isRequired }): SpanInterLeg => ({
      combinedCommodity: code, tier: null, ratio, side: 'A', isRequired, rate: null,
    })),
    target: { combinedCommodity: target.code, ratio: target.ratio, isRequired: node.flag('isTargetReq') },
    points: node.all('sPointDef').map((point) => pointOf(point, rate, scenarios)),
    minimumLegs: Math.max(2, node.optionalNumber('numLegsReq') ?? 2),
    refusal: node.flag('applyFxRisk') || node.flag('apportionRisk')
      ? 'a scanning-based spread of its applies currency risk or apportions its risk, which is not published'
      : null,
  };
}

/** Aggregation 0 or SUM, 1 or MAX. */
function pointOf(point: XmlNode, rate: number, scenarios: readonly string[]): SpanInterPoint {
  const scenario = scenarios.indexOf(point.requiredText('point'));
  if (scenario < 0) point.requiredChild('point').fail('ValueInvalid', 'must be a scan point of the file');
  const isLargest = ['1', 'MAX'].includes(point.text('aggMeth').toUpperCase());
  const own = point.optionalNumber('sRate');
  return {
    scenario,
    aggregation: isLargest ? 'largest' : 'sum',
    rate: own === null ? rate : shareOf(own),
    largestCount: isLargest ? (point.optionalNumber('nMaxLoss') ?? 1) : 0,
  };
}
