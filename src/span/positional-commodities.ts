import type {
  SpanCombinedCommodity,
  SpanInterLeg,
  SpanInterSpread,
  SpanIntraSpread,
  SpanRatios,
  SpanShortOptionMinimum,
  SpanSide,
  SpanSpotMonth,
  SpanTier,
  WeightedPriceRiskMethod,
} from '../margin/span/parameters.ts';
import type { PositionalRecord } from './record.ts';

/** A combined commodity while its records come in: types 2, 3, 4, C, E and S. */
export interface CommodityRecords {
  readonly code: string;
  readonly riskScale: number;
  readonly currency: string;
  readonly isFuturesStyle: boolean;
  readonly capNetOptionValue: boolean;
  intraMethod: string;
  readonly intraTiers: SpanTier[];
  initialRatio: SpanRatios;
  readonly spreads: SpanIntraSpread[];
  spotMethod: string;
  readonly spotMonths: SpanSpotMonth[];
  shortOptionRate: number;
  shortOptionMethod: SpanShortOptionMinimum['method'];
  readonly shortOptionTiers: (SpanTier & { readonly rate: number })[];
  adjustment: SpanRatios;
  weightedPriceRiskMethod: WeightedPriceRiskMethod;
  readonly scanTiers: SpanTier[];
  readonly interTiers: SpanTier[];
  /** Every contract month is a tier of its own. */
  isTieredByMonth: boolean;
  refusal: string | null;
}

const ones: SpanRatios = { member: 1, hedger: 1, speculator: 1 };

export function openCommodity(record: PositionalRecord): CommodityRecords {
  return {
    code: record.requiredText('code'),
    riskScale: Number(`1e${record.optionalNumber('riskExponent') ?? 0}`),
    currency: record.requiredText('currency'),
    isFuturesStyle: record.text('optionStyle') === 'F',
    capNetOptionValue: record.text('limitOptionValue') === 'Y',
    intraMethod: '01',
    intraTiers: [],
    initialRatio: ones,
    spreads: [],
    spotMethod: '01',
    spotMonths: [],
    shortOptionRate: 0,
    shortOptionMethod: 'sum',
    shortOptionTiers: [],
    adjustment: ones,
    weightedPriceRiskMethod: 'normal',
    scanTiers: [],
    interTiers: [],
    isTieredByMonth: false,
    refusal: null,
  };
}

/** Product families in a record of type 2. */
export function familiesOf(record: PositionalRecord): { readonly product: string; readonly type: string }[] {
  return [1, 2, 3, 4, 5, 6].flatMap((slot) => {
    const product = record.text(`product${slot}`);
    if (product === '') return [];
    const decimals = record.text(`arrayDecimals${slot}`);
    if (decimals !== '' && decimals !== '0') {
      return record.fail('ValueInvalid', `arrayDecimals${slot}`, 'must be blank or 0: arrays with decimals are not read');
    }
    return [{ product, type: record.text(`type${slot}`) }];
  });
}

/** Type 3. */
export function addIntraTiers(commodity: CommodityRecords, record: PositionalRecord): void {
  commodity.intraMethod = record.oneOf('method', ['01', '10']);
  commodity.intraTiers.push(...tiersOf(record, 4));
  const ratio = (name: string): number => {
    const value = record.optionalNumber(name, 3);
    return value === null || value === 0 ? 1 : value;
  };
  commodity.initialRatio = {
    member: ratio('initialMember'),
    hedger: ratio('initialHedger'),
    speculator: ratio('initialSpeculator'),
  };
}

function tiersOf(record: PositionalRecord, count: number): SpanTier[] {
  return Array.from({ length: count }, (_, index) => index + 1).flatMap((slot): SpanTier[] => {
    const number = record.optionalNumber(`tier${slot}`);
    if (number === null || number === 0) return [];
    const hasDays = record.type === 'S ';
    const start = record.month(`start${slot}`, hasDays ? `startDay${slot}` : undefined);
    const end = record.month(`end${slot}`, hasDays ? `endDay${slot}` : undefined);
    if (start === null) return record.fail('ValueMissing', `start${slot}`, 'is missing');
    if (end === null) return record.fail('ValueMissing', `end${slot}`, 'is missing');
    return [{ number, start, end }];
  });
}

/** Type S. */
export function addScanningTiers(commodity: CommodityRecords, record: PositionalRecord): void {
  const method = record.oneOf('method', ['01', '02', '10', '20', '21', '22', '23', '30']);
  const tiers = tiersOf(record, 5);
  if (method === '02') commodity.isTieredByMonth = true;
  if (method === '10' || method === '21' || method === '22') commodity.scanTiers.push(...tiers);
  if (method === '20' || method === '21' || method === '23') commodity.interTiers.push(...tiers);
  if (method === '30') {
    commodity.shortOptionTiers.push(
      ...tiers.map((tier, index) => ({ ...tier, rate: record.number(`rate${index + 1}`) * commodity.riskScale })),
    );
    return;
  }
  const priceRisk = record.text('weightedPriceRiskMethod');
  if (priceRisk === '') return;
  const chosen = record.oneOf('weightedPriceRiskMethod', ['1', '2', '3']);
  commodity.weightedPriceRiskMethod = chosen === '1' ? 'normal' : chosen === '2' ? 'scan-range-cap' : 'scan-range';
}

/** Type C. */
export function addTierSpread(commodity: CommodityRecords, record: PositionalRecord): void {
  const legs = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((slot) => {
    const number = record.optionalNumber(`leg${slot}`);
    if (number === null || number === 0) return [];
    const period = String(record.number(`tier${slot}`));
    return [{ period, ratio: ratioOf(record, `ratio${slot}`, 0), side: sideOf(record, `side${slot}`) }];
  });
  requireLegs(record, legs.length, record.number('legCount'));
  commodity.spreads.push({
    kind: 'tier',
    priority: record.number('priority'),
    charge: record.number('charge') * commodity.riskScale,
    legs,
  });
}

/** Type E; months are YYMM. */
export function addSeriesSpread(commodity: CommodityRecords, record: PositionalRecord): void {
  const legs = [1, 2, 3, 4].flatMap((slot) => {
    const month = record.text(`month${slot}`);
    if (month === '' || month === '0000') return [];
    if (!/^\d{2}(0[1-9]|1[0-2])$/.test(month)) return record.fail('ValueInvalid', `month${slot}`, 'must be a month YYMM');
    const day = record.text(`day${slot}`);
    const period = `20${month}${day === '00' ? '' : day}`;
    return [{ period, ratio: ratioOf(record, `ratio${slot}`, 4), side: sideOf(record, `side${slot}`) }];
  });
  requireLegs(record, legs.length, 2);
  commodity.spreads.push({
    kind: 'series',
    priority: record.number('priority'),
    charge: record.number('charge') * commodity.riskScale,
    legs,
  });
}

function requireLegs(record: PositionalRecord, count: number, wanted: number): void {
  if (count < 2 || count < wanted) {
    const name = record.type === 'C ' ? 'legCount' : 'month1';
    record.fail('ValueInvalid', name, `must have ${Math.max(2, wanted)} legs, ${count} found`);
  }
}

function ratioOf(record: PositionalRecord, name: string, decimals: number): number {
  const ratio = record.number(name, decimals);
  return ratio > 0 ? ratio : record.fail('ValueOutOfRange', name, 'must be > 0');
}

function sideOf(record: PositionalRecord, name: string): SpanSide {
  return record.oneOf(name, ['A', 'B']);
}

/** Type 4. */
export function addDelivery(commodity: CommodityRecords, record: PositionalRecord): void {
  commodity.spotMethod = record.text('method');
  if (commodity.spotMethod === '10') {
    const count = record.optionalNumber('spotMonthCount') ?? 0;
    for (const slot of [1, 2]) {
      const month = record.month(`month${slot}`, `day${slot}`);
      if (month === null) {
        if (slot <= count) record.fail('ValueMissing', `month${slot}`, 'is missing');
        continue;
      }
      commodity.spotMonths.push({
        month,
        chargeConsumed: record.number(`chargeConsumed${slot}`) * commodity.riskScale,
        chargeOutright: (record.optionalNumber(`chargeOutright${slot}`) ?? 0) * commodity.riskScale,
      });
    }
  } else if (commodity.spotMethod !== '01' && commodity.spotMethod !== '') {
    commodity.refusal =
      commodity.spotMethod === '11'
        ? 'its delivery charge is by basis risk (method 11), whose formula is not published'
        : `its delivery charge method '${commodity.spotMethod}' is not known`;
  }
  commodity.shortOptionRate = (record.optionalNumber('shortOptionMinimum') ?? 0) * commodity.riskScale;
  commodity.shortOptionMethod = record.text('shortOptionMethod') === '1' ? 'greater' : 'sum';
  const factor = (name: string): number => {
    const value = record.optionalNumber(name, 2);
    return value === null || value === 0 ? 1 : value;
  };
  commodity.adjustment = {
    member: factor('adjustmentMember'),
    hedger: factor('adjustmentHedger'),
    speculator: factor('adjustmentSpeculator'),
  };
}

/** `months`: contract months that the file has, for combined commodities in which every month is a tier. */
export function closeCommodity(commodity: CommodityRecords, months: readonly string[]): SpanCombinedCommodity {
  const byMonth = commodity.isTieredByMonth
    ? months.map((month, index): SpanTier => ({ number: index + 1, start: month, end: month }))
    : null;
  return {
    code: commodity.code,
    currency: commodity.currency,
    capNetOptionValue: commodity.capNetOptionValue,
    weightedPriceRiskMethod: commodity.weightedPriceRiskMethod,
    intraTiers: commodity.intraTiers,
    scanTiers: byMonth ?? commodity.scanTiers,
    interTiers: byMonth ?? commodity.interTiers,
    intraSpreads: commodity.intraMethod === '10' ? inOrder(commodity.spreads) : [],
    spotMonths: commodity.spotMonths,
    shortOptionMinimum: {
      method: commodity.shortOptionMethod,
      rate: commodity.shortOptionRate,
      tiers: commodity.shortOptionTiers,
    },
    adjustment: commodity.adjustment,
    initialRatio: commodity.initialRatio,
    refusal: commodity.refusal,
  };
}

/** Series to series, then tier to tier, each by priority. */
function inOrder(spreads: readonly SpanIntraSpread[]): SpanIntraSpread[] {
  const rank = ({ kind }: SpanIntraSpread): number => (kind === 'series' ? 0 : 1);
  return [...spreads].sort((a, b) => rank(a) - rank(b) || a.priority - b.priority);
}

/** Type 6. */
export function readInterSpread(record: PositionalRecord): SpanInterSpread {
  const method = record.text('method');
  const isScanning = method === '04';
  const isSuper = record.text('spreadGroup') === 'S';
  const isFlat = record.text('creditMethod') === 'F';
  const legs = [1, 2, 3, 4].flatMap((slot): SpanInterLeg[] => {
    const code = record.text(`code${slot}`);
    if (code === '') return [];
    const tier = record.optionalNumber(`tier${slot}`);
    return [{
      combinedCommodity: code,
      tier: tier === null || tier === 0 ? null : tier,
      ratio: ratioOf(record, `ratio${slot}`, 4),
      side: sideOf(record, `side${slot}`),
      isRequired: isScanning && record.text(`required${slot}`) !== 'N',
      rate: null,
    }];
  });
  const known = ['', '01', '10', '20', '04'].includes(method);
  const target = isScanning
    ? {
        combinedCommodity: record.requiredText('targetCode'),
        ratio: record.optionalNumber('targetRatio', 4) || 1,
        isRequired: record.text('targetRequired') !== 'N',
      }
    : null;
  return {
    priority: record.number('priority'),
    method: isScanning ? 'scanning' : 'delta',
    isSuper: isSuper && isScanning,
    creditMethod: isFlat ? 'flat' : 'weighted',
    // Percent with four decimals; a flat credit has two.
    rate: isFlat ? record.number('rate', 2) : record.number('rate', 6),
    legs,
    target,
    points: [],
    minimumLegs: Math.max(2, record.optionalNumber('minimumLegs') ?? 2),
    refusal: refusalOf(method, known, isSuper && !isScanning),
  };
}

function refusalOf(method: string, isKnown: boolean, isSuperDelta: boolean): string | null {
  if (!isKnown) return `an intercommodity spread of its has the method '${method}', which is not published`;
  return isSuperDelta ? 'a super-inter-commodity spread of its is delta-based, which is not published' : null;
}
