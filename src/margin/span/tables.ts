import { mismatch } from './contract-match.ts';
import * as layout from '../../../assembly/portable/margin/span-layout.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { ModelRows } from '../model.ts';
import { indexOf, isInTier } from './contract-index.ts';
import type {
  SpanCombinedCommodity,
  SpanContract,
  SpanInterSpread,
  SpanParams,
  SpanRange,
  SpanTier,
} from './parameters.ts';

/**
 * What the kernels read, made from the parameters and the instruments of a market: numbers of months, tiers and groups
 * instead of names. Layout: assembly/portable/margin/span-layout.ts.
 */
export interface SpanTables {
  readonly words: readonly number[];
  readonly floats: readonly number[];
  readonly workFloats: number;
}

/** A combined commodity in one currency, as the market has it. */
interface Group {
  readonly combinedCommodity: SpanCombinedCommodity | null;
  readonly firstPeriod: number;
  /** Contract months in order. */
  readonly months: readonly string[];
  readonly contracts: readonly SpanContract[];
  readonly scanTiers: NumberedTiers;
  readonly interTiers: NumberedTiers;
  readonly shortTiers: NumberedTiers & { readonly rates: readonly number[] };
}

interface NumberedTiers {
  /** Global index of the first. */
  readonly first: number;
  readonly tiers: readonly SpanTier[];
}

const everyMonth: SpanTier = { number: 0, start: '', end: '' };
const priceRiskMethods = { normal: 1, 'scan-range-cap': 2, 'scan-range': 3 } as const;

/** By the list of instruments, which stays the same from tick to tick. */
const made = new WeakMap<ModelRows['instruments'], { params: SpanParams; tables: SpanTables }>();

export function spanTables(rows: ModelRows, params: SpanParams): SpanTables {
  const known = made.get(rows.instruments);
  if (known !== undefined && known.params === params) return known.tables;
  const tables = new TableWriter(rows, params).write();
  made.set(rows.instruments, { params, tables });
  return tables;
}

class TableWriter {
  readonly #words: number[] = new Array<number>(layout.HEAD_COUNT).fill(0);
  readonly #floats: number[] = [];
  readonly #rows: ModelRows;
  readonly #params: SpanParams;
  readonly #contractOf: readonly (SpanContract | null)[];
  readonly #groups: readonly Group[];
  /** Tiers that need a row of cells come first. */
  readonly #tierCount: number;
  readonly #cellTierCount: number;

  constructor(rows: ModelRows, params: SpanParams) {
    this.#rows = rows;
    this.#params = params;
    const { contracts, combinedCommodities } = indexOf(params);
    // An instrument that is not the contract it is named after is refused, and must not count for its commodity.
    this.#contractOf = rows.instruments.map((instrument) => {
      const contract = contracts.get(instrument.name);
      if (contract === undefined) return null;
      const { currency } = combinedCommodities.get(contract.combinedCommodity)!;
      return mismatch(instrument, contract, currency) === null ? contract : null;
    });
    const { groups, tierCount, cellTierCount } = this.#makeGroups();
    this.#groups = groups;
    this.#tierCount = tierCount;
    this.#cellTierCount = cellTierCount;
  }

  write(): SpanTables {
    this.#head(layout.HEAD_SCENARIO_COUNT, this.#params.scenarios.length);
    this.#head(layout.HEAD_GROUP_COUNT, this.#groups.length);
    this.#writeInstruments();
    this.#writeGroups();
    this.#writeIntraSpreads();
    this.#writeSpotMonths();
    this.#writeTiers();
    this.#writeInterSpreads();
    this.#writeScenarios();
    return { words: this.#words, floats: this.#floats, workFloats: this.#planWork() };
  }

  #makeGroups() {
    const { combinedCommodities } = indexOf(this.#params);
    const members = this.#rows.groups.map((): SpanContract[] => []);
    this.#contractOf.forEach((contract, row) => {
      if (contract !== null) members[this.#rows.groupOf[row]].push(contract);
    });
    let periods = 0;
    let tiers = 0;
    const take = (list: readonly SpanTier[]): NumberedTiers => {
      const first = tiers;
      tiers += list.length;
      return { first, tiers: list };
    };
    const withCells = members.map((contracts) => {
      const combinedCommodity = combinedCommodities.get(contracts[0]?.combinedCommodity ?? '') ?? null;
      return {
        combinedCommodity,
        contracts,
        scanTiers: take(combinedCommodity?.scanTiers ?? []),
        interTiers: take(combinedCommodity?.interTiers ?? []),
      };
    });
    const cellTierCount = tiers;
    const groups = withCells.map((group): Group => {
      const months = [...new Set(group.contracts.map(({ month }) => month))].sort();
      const firstPeriod = periods;
      periods += months.length;
      const minimum = group.combinedCommodity?.shortOptionMinimum;
      // Whatever no tier covers has the rate of the combined commodity.
      const shortTiers = [...(minimum?.tiers ?? []), everyMonth];
      const rates = [...(minimum?.tiers ?? []).map(({ rate }) => rate), minimum?.rate ?? 0];
      return { ...group, months, firstPeriod, shortTiers: { ...take(shortTiers), rates } };
    });
    return { groups, tierCount: tiers, cellTierCount };
  }

  #head(slot: number, value: number): void {
    this.#words[slot] = value;
  }

  #writeInstruments(): void {
    this.#head(layout.HEAD_ROWS, this.#words.length);
    this.#contractOf.forEach((contract, row) => {
      const group = this.#groups[this.#rows.groupOf[row]];
      if (contract === null) {
        this.#words.push(group.firstPeriod, -1, -1, group.shortTiers.first, layout.VALUE_MARKED, 0, 0);
        return;
      }
      const sign = contract.optionType === null ? 0 : contract.optionType === 'call' ? 1 : -1;
      this.#words.push(
        group.firstPeriod + group.months.indexOf(contract.month),
        tierOf(group.scanTiers, contract.month),
        tierOf(group.interTiers, contract.month),
        tierOf(group.shortTiers, contract.optionMonth ?? contract.month),
        valueKindOf(contract),
        contract.riskArray === null ? 1 : 0,
        sign,
      );
    });
  }

  #writeGroups(): void {
    const { options } = this.#params;
    let spread = 0;
    let spot = 0;
    this.#head(layout.HEAD_GROUPS, this.#words.length);
    this.#head(layout.HEAD_GROUP_FLOATS, this.#floats.length);
    for (const group of this.#groups) {
      const { combinedCommodity, scanTiers, interTiers, shortTiers } = group;
      const spreadCount = combinedCommodity?.intraSpreads.length ?? 0;
      const spotCount = this.#spotMonths(group).length;
      const method =
        options.weightedPriceRisk === 'file' ? combinedCommodity?.weightedPriceRiskMethod : options.weightedPriceRisk;
      this.#words.push(
        group.firstPeriod,
        group.months.length,
        spread,
        spreadCount,
        spot,
        spotCount,
        scanTiers.first,
        scanTiers.tiers.length,
        interTiers.first,
        interTiers.tiers.length,
        shortTiers.first,
        shortTiers.tiers.length,
        priceRiskMethods[method ?? 'normal'],
        combinedCommodity?.shortOptionMinimum.method === 'greater' ? 1 : 0,
        combinedCommodity?.capNetOptionValue === true || options.negativeRequirements === 'floor' ? 1 : 0,
      );
      const range = scanRangePerDelta(group.contracts);
      this.#floats.push(
        range.up,
        range.down,
        combinedCommodity?.adjustment[options.accountType] ?? 1,
        combinedCommodity?.initialRatio[options.accountType] ?? 1,
      );
      spread += spreadCount;
      spot += spotCount;
    }
  }

  #writeIntraSpreads(): void {
    const spreads = this.#groups.flatMap((group) =>
      (group.combinedCommodity?.intraSpreads ?? []).map((spread) => ({ group, spread })),
    );
    this.#head(layout.HEAD_SPREADS, this.#words.length);
    this.#head(layout.HEAD_SPREAD_FLOATS, this.#floats.length);
    let leg = 0;
    for (const { spread } of spreads) {
      this.#words.push(leg, spread.legs.length);
      this.#floats.push(spread.charge);
      leg += spread.legs.length;
    }
    this.#head(layout.HEAD_LEGS, this.#words.length);
    this.#head(layout.HEAD_LEG_FLOATS, this.#floats.length);
    for (const { group, spread } of spreads) {
      for (const { period, ratio, side } of spread.legs) {
        const inLeg = (month: string): boolean =>
          spread.kind === 'series' ? month === period : intraTierOf(group.combinedCommodity!, month) === Number(period);
        const first = group.months.findIndex(inLeg);
        const count = group.months.filter(inLeg).length;
        this.#words.push(group.firstPeriod + Math.max(first, 0), count, side === 'A' ? 1 : -1);
        this.#floats.push(ratio);
      }
    }
  }

  #spotMonths({ combinedCommodity, months }: Group) {
    return (combinedCommodity?.spotMonths ?? []).filter(({ month }) => months.includes(month));
  }

  #writeSpotMonths(): void {
    this.#head(layout.HEAD_SPOTS, this.#words.length);
    this.#head(layout.HEAD_SPOT_FLOATS, this.#floats.length);
    for (const group of this.#groups) {
      for (const { month, chargeConsumed, chargeOutright } of this.#spotMonths(group)) {
        this.#words.push(group.firstPeriod + group.months.indexOf(month));
        this.#floats.push(chargeConsumed, chargeOutright);
      }
    }
  }

  #writeTiers(): void {
    this.#head(layout.HEAD_TIER_FLOATS, this.#floats.length);
    const at = this.#floats.length;
    for (let i = 0; i < this.#tierCount * layout.TIER_FLOAT_COUNT; i++) this.#floats.push(0);
    const place = (tier: number): number => at + tier * layout.TIER_FLOAT_COUNT;
    for (const { contracts, scanTiers, interTiers, shortTiers } of this.#groups) {
      for (const { first, tiers } of [scanTiers, interTiers]) {
        tiers.forEach((tier, index) => {
          const range = scanRangePerDelta(contracts.filter(({ month }) => isInTier(month, tier)));
          this.#floats[place(first + index) + layout.TIER_SCAN_UP] = range.up;
          this.#floats[place(first + index) + layout.TIER_SCAN_DOWN] = range.down;
        });
      }
      shortTiers.rates.forEach((rate, index) => {
        this.#floats[place(shortTiers.first + index) + layout.TIER_SHORT_RATE] = rate;
      });
    }
  }

  #writeInterSpreads(): void {
    const { interSpreads, options, scenarios } = this.#params;
    const inOrder = interSpreadsInOrder(interSpreads, options.superSpreads === 'apply');
    const codes = this.#groups.map(({ combinedCommodity }) => combinedCommodity?.code ?? null);
    // A spread has legs in one currency: one netting set per currency.
    const currencies = this.#rows.groups.map(({ settlementCurrency }) => settlementCurrency);
    const spreads = inOrder.flatMap((spread) => {
      const legs = new Set(legCodes(spread));
      const present = new Set(currencies.filter((_, group) => legs.has(codes[group] ?? '')));
      return [...present].map((currency) => ({ spread, currency }));
    });
    const groupOf = (code: string, currency: string): number =>
      codes.findIndex((each, group) => each === code && currencies[group] === currency);
    this.#head(layout.HEAD_INTER_COUNT, spreads.length);
    this.#head(layout.HEAD_SUPER_COUNT, spreads.filter(({ spread }) => spread.isSuper).length);
    this.#head(layout.HEAD_INTERS, this.#words.length);
    this.#head(layout.HEAD_INTER_FLOATS, this.#floats.length);
    let leg = 0;
    let point = 0;
    for (const { spread, currency } of spreads) {
      this.#words.push(
        spread.method === 'scanning' ? 1 : 0,
        spread.creditMethod === 'flat' ? 1 : 0,
        leg,
        spread.legs.length,
        spread.target === null ? -1 : groupOf(spread.target.combinedCommodity, currency),
        spread.target?.isRequired === true ? 1 : 0,
        spread.minimumLegs,
        point,
      );
      this.#floats.push(spread.rate, spread.target?.ratio ?? 1);
      leg += spread.legs.length;
      if (spread.method === 'scanning') point += scenarios.length;
    }
    this.#head(layout.HEAD_INTER_LEGS, this.#words.length);
    this.#head(layout.HEAD_INTER_LEG_FLOATS, this.#floats.length);
    for (const { spread, currency } of spreads) {
      for (const { combinedCommodity, tier, ratio, side, isRequired, rate } of spread.legs) {
        const group = groupOf(combinedCommodity, currency);
        this.#words.push(group, this.#interTier(group, tier), side === 'A' ? 1 : -1, isRequired ? 1 : 0);
        this.#floats.push(ratio, rate ?? spread.rate);
      }
    }
    this.#writePoints(spreads.map(({ spread }) => spread).filter(({ method }) => method === 'scanning'));
  }

  /** A combined commodity without such a tier has one: all contract months. */
  #interTier(group: number, tier: number | null): number {
    if (tier === null || group < 0) return -1;
    const { first, tiers } = this.#groups[group].interTiers;
    const index = tiers.findIndex(({ number }) => number === tier);
    return index < 0 ? -1 : first + index;
  }

  #writePoints(spreads: readonly SpanInterSpread[]): void {
    this.#head(layout.HEAD_POINTS, this.#words.length);
    this.#head(layout.HEAD_POINT_FLOATS, this.#floats.length);
    for (const { points, rate } of spreads) {
      for (let scenario = 0; scenario < this.#params.scenarios.length; scenario++) {
        const own = points.find((each) => each.scenario === scenario);
        this.#words.push(own?.aggregation === 'largest' ? own.largestCount : 0);
        this.#floats.push(own?.rate ?? rate);
      }
    }
  }

  #writeScenarios(): void {
    const { scenarios, deltaPoints } = this.#params;
    this.#head(layout.HEAD_PAIRS, this.#words.length);
    this.#words.push(...scenarios.map(({ pairedScenario }) => pairedScenario));
    this.#head(layout.HEAD_SCENARIO_FLOATS, this.#floats.length);
    for (const { priceMove, volatilityMove, weight, isExtreme } of scenarios) {
      this.#floats.push(priceMove, volatilityMove, weight, isExtreme ? 1 : 0);
    }
    this.#head(layout.HEAD_DELTA_FLOATS, this.#floats.length);
    this.#head(layout.HEAD_DELTA_COUNT, deltaPoints.length);
    for (const { priceMove, weight } of deltaPoints) this.#floats.push(priceMove, weight);
  }

  /** Scratch: groups, contract months, tiers, then rows of cells (their count is rounded up to even by the engine). */
  #planWork(): number {
    const groups = this.#groups.length;
    const periods = this.#groups.reduce((sum, { months }) => sum + months.length, 0);
    const cells = this.#params.scenarios.length + (this.#params.scenarios.length % 2);
    const afterGroups = groups * layout.WORK_GROUP_COUNT;
    const afterPeriods = afterGroups + periods * layout.PERIOD_FLOAT_COUNT;
    const afterTiers = afterPeriods + this.#tierCount * layout.TIER_WORK_COUNT;
    this.#head(layout.HEAD_WORK_PERIODS, afterGroups);
    this.#head(layout.HEAD_WORK_TIERS, afterPeriods);
    this.#head(layout.HEAD_WORK_CELLS, afterTiers);
    this.#head(layout.HEAD_WORK_TIER_CELLS, afterTiers + groups * cells);
    return afterTiers + (groups + this.#cellTierCount) * cells;
  }
}

/** Super spreads first, each by priority; of equal priority the order of the file. */
export function interSpreadsInOrder(spreads: readonly SpanInterSpread[], withSuper: boolean): SpanInterSpread[] {
  return spreads
    .filter(({ refusal, isSuper }) => refusal === null && (withSuper || !isSuper))
    .sort((a, b) => Number(b.isSuper) - Number(a.isSuper) || a.priority - b.priority);
}

function legCodes({ legs, target }: SpanInterSpread): string[] {
  const codes = legs.map(({ combinedCommodity }) => combinedCommodity);
  return target === null ? codes : [...codes, target.combinedCommodity];
}

function tierOf({ first, tiers }: NumberedTiers, month: string): number {
  const index = tiers.findIndex((tier) => isInTier(month, tier));
  return index < 0 ? -1 : first + index;
}

/** Number of the first intracommodity tier that covers the month, null if none does. */
function intraTierOf({ intraTiers }: SpanCombinedCommodity, month: string): number | null {
  return intraTiers.find((tier) => isInTier(month, tier))?.number ?? null;
}

function valueKindOf({ optionType, valuation, type, settlementPrice, riskArray }: SpanContract): number {
  if (optionType === null) return valuation === 'premium' && type === 'PHY' ? layout.VALUE_OWNED : layout.VALUE_MARKED;
  if (valuation === 'futures') return layout.VALUE_MARKED;
  return settlementPrice === null && riskArray !== null ? layout.VALUE_MISSING : layout.VALUE_PREMIUM;
}

/**
 * What caps or replaces the weighted price risk: the largest price scan range of the futures (of the options, where
 * there are no futures), per delta. Infinity where the file has none: nothing is capped.
 */
export function scanRangePerDelta(contracts: readonly SpanContract[]): SpanRange {
  const futures = contracts.filter(({ optionType }) => optionType === null);
  const ranges = (futures.length > 0 ? futures : contracts).flatMap(({ priceScanRange, deltaScale }) =>
    priceScanRange === null ? [] : [{ up: priceScanRange.up / deltaScale, down: priceScanRange.down / deltaScale }],
  );
  if (ranges.length === 0) return { up: Infinity, down: Infinity };
  return { up: Math.max(...ranges.map(({ up }) => up)), down: Math.max(...ranges.map(({ down }) => down)) };
}

/** Model data of one instrument: see `DATA_*`. `years` to its expiry. */
export function writeContractData(data: Float64Array, contract: SpanContract, instrument: Instrument, years: number): void {
  const { riskArray, generation, priceScanRange, valueFactor, deltaScale } = contract;
  data.fill(0);
  data[layout.DATA_PRICE] = contract.settlementPrice ?? NaN;
  data[layout.DATA_VALUE_FACTOR] = instrument.contractSize;
  data[layout.DATA_DELTA_SCALE] = deltaScale;
  if (riskArray !== null) {
    data[layout.DATA_DELTA] = riskArray.compositeDelta * deltaScale;
    data.set(riskArray.losses, layout.DATA_LOSSES);
    return;
  }
  if (generation === null || priceScanRange === null) return;
  const isRelative = generation.volatilityScanIs === 'relative';
  data[layout.DATA_SCAN_UP] = priceScanRange.up / valueFactor;
  data[layout.DATA_SCAN_DOWN] = priceScanRange.down / valueFactor;
  data[isRelative ? layout.DATA_VOLATILITY_UP : layout.DATA_VOLATILITY_ADD_UP] = generation.volatilityScan.up;
  data[isRelative ? layout.DATA_VOLATILITY_DOWN : layout.DATA_VOLATILITY_ADD_DOWN] = generation.volatilityScan.down;
  data[layout.DATA_YEARS] = years;
  data[layout.DATA_LOOK_AHEAD] = generation.lookAhead;
  data[layout.DATA_RATE] = generation.interestRate;
  data[layout.DATA_EXTREME_MULTIPLIER] = generation.extremeMultiplier;
  data[layout.DATA_EXTREME_COVER] = generation.extremeCover;
  data[layout.DATA_FUTURE_SCALE] = generation.futureScale;
  data[layout.DATA_FUTURE_DRIFT] = generation.futureDrift;
  data[layout.DATA_ROUNDING] = generation.rounding;
}
