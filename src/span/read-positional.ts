import {
  classicDeltaPoints,
  classicScenarios,
  defaultSpanOptions,
  type SpanContract,
  type SpanInterSpread,
  type SpanParams,
} from '../margin/span/parameters.ts';
import { skippedTypes } from './columns.ts';
import {
  addDelivery,
  addIntraTiers,
  addScanningTiers,
  addSeriesSpread,
  addTierSpread,
  closeCommodity,
  familiesOf,
  openCommodity,
  readInterSpread,
  type CommodityRecords,
} from './positional-commodities.ts';
import {
  identityOf,
  readContract,
  readPriceFormat,
  readSeries,
  seriesKey,
  type PriceFormat,
  type SeriesParameters,
} from './positional-contracts.ts';
import { recordOf, spanFileError, type PositionalRecord } from './record.ts';

/** What is kept of a file: all of it, or some combined commodities. */
export interface SpanFileFilter {
  readonly combinedCommodities?: readonly string[];
}

/**
 * Reads a positional file line by line: `line` for each, then `finish`. Keeps the parameters and arrays of the combined
 * commodities asked for; every other array line is passed over unread.
 */
export class PositionalReader {
  readonly #file: string;
  readonly #wanted: ReadonlySet<string> | null;
  #lineNumber = 0;
  #header: PositionalRecord | null = null;
  #businessDate: string | null = null;
  readonly #formats = new Map<string, PriceFormat>();
  readonly #series = new Map<string, SeriesParameters>();
  readonly #commodities = new Map<string, CommodityRecords>();
  readonly #unwanted = new Set<string>();
  /** Combined commodity of a product family; null: not asked for. */
  readonly #families = new Map<string, string | null>();
  readonly #contracts: SpanContract[] = [];
  readonly #names = new Set<string>();
  readonly #interSpreads: SpanInterSpread[] = [];
  #first: PositionalRecord | null = null;

  constructor(file: string, filter: SpanFileFilter = {}) {
    this.#file = file;
    this.#wanted = filter.combinedCommodities === undefined ? null : new Set(filter.combinedCommodities);
  }

  line(text: string): void {
    this.#lineNumber += 1;
    if (skippedTypes.includes(text.slice(0, 2))) return;
    const record = recordOf(text, this.#file, this.#lineNumber);
    if (record === null) return;
    if (this.#first !== null && record.type !== '82') this.#unpaired(this.#first);
    if (this.#header === null && record.type !== '0 ') {
      this.#fail(1, 'must begin with a record of type 0, the header of an expanded unpacked file');
    }
    this.#read(record);
  }

  #read(record: PositionalRecord): void {
    switch (record.type) {
      case '0 ':
        return this.#readHeader(record);
      case '2 ':
        return this.#readCommodity(record);
      case '3 ':
        return this.#with(record, addIntraTiers);
      case '4 ':
        return this.#with(record, addDelivery);
      case 'C ':
        return this.#with(record, addTierSpread);
      case 'E ':
        return this.#with(record, addSeriesSpread);
      case 'S ':
        return this.#with(record, addScanningTiers);
      case 'P ':
        this.#formats.set(familyKey(record), readPriceFormat(record));
        return;
      case 'B ':
        if (this.#families.get(familyKey(record)) !== null) this.#series.set(seriesKey(record), readSeries(record));
        return;
      case '6 ':
        this.#readInterSpread(record);
        return;
      case '81':
        this.#first = record;
        return;
      case '82':
        return this.#readArray(record);
      case '1 ':
      case '5 ':
      case 'T ':
      case 'V ':
      case 'X ':
      case 'Y ':
      case 'Z ':
        // Exchanges, groups for reports, currencies, daily adjustments, combinations: nothing the requirement needs.
        return;
    }
  }

  #readHeader(record: PositionalRecord): void {
    record.oneOf('format', ['U2']);
    this.#header = record;
    this.#businessDate = record.date('businessDate') ?? record.fail('ValueMissing', 'businessDate', 'is missing');
  }

  #readCommodity(record: PositionalRecord): void {
    const code = record.requiredText('code');
    const isWanted = this.#wanted === null || this.#wanted.has(code);
    if (!isWanted) this.#unwanted.add(code);
    else if (!this.#commodities.has(code)) this.#commodities.set(code, openCommodity(record));
    const combination = record.text('combinationMethod');
    for (const { product, type } of familiesOf(record)) {
      // Combinations that are margined by their legs have no arrays of their own.
      const isSplit = (type === 'CMB' || type === 'OOC') && combination !== '';
      this.#families.set(`${record.text('exchange')}|${product}|${type}`, isWanted && !isSplit ? code : null);
    }
  }

  #with(record: PositionalRecord, add: (commodity: CommodityRecords, record: PositionalRecord) => void): void {
    const code = record.requiredText('code');
    const commodity = this.#commodities.get(code);
    if (commodity !== undefined) add(commodity, record);
    else if (!this.#unwanted.has(code)) record.fail('ValueInvalid', 'code', 'must be a combined commodity of a type 2 record');
  }

  #readInterSpread(record: PositionalRecord): void {
    if (this.#wanted !== null) {
      const codes = ['code1', 'code2', 'code3', 'code4', 'targetCode'].map((name) => record.text(name));
      if (!codes.some((code) => this.#wanted!.has(code))) return;
    }
    this.#interSpreads.push(readInterSpread(record));
  }

  #readArray(second: PositionalRecord): void {
    const first = this.#first;
    this.#first = null;
    if (first === null || identityOf(first) !== identityOf(second)) {
      second.fail('ValueMissing', 'product', 'the line of type 81 with scenarios 1 to 9 of this contract must come before');
    }
    const family = familyKey(first);
    const code = this.#families.get(family);
    if (code === null) return;
    if (code === undefined) {
      second.fail('ValueInvalid', 'product', 'must belong to a combined commodity of a type 2 record');
    }
    const commodity = this.#commodities.get(code)!;
    const priceFormat = this.#formats.get(family) ?? null;
    const contract = readContract(first, second, {
      combinedCommodity: commodity.code,
      riskScale: commodity.riskScale,
      isFuturesStyle: commodity.isFuturesStyle,
      priceFormat,
      series: this.#series.get(seriesKey(first)) ?? null,
    });
    if (this.#names.has(contract.name)) second.fail('InstrumentDuplicate', 'product', `${contract.name} occurs twice`);
    if (priceFormat !== null && priceFormat.currency !== '' && priceFormat.currency !== commodity.currency) {
      commodity.refusal ??= `${contract.name} is in ${priceFormat.currency}, its combined commodity in ${commodity.currency}`;
    }
    this.#names.add(contract.name);
    this.#contracts.push(contract);
  }

  #unpaired(first: PositionalRecord): never {
    return first.fail('ValueMissing', 'product', 'a line of type 82 with scenarios 10 to 16 must follow');
  }

  #fail(row: number, message: string): never {
    throw spanFileError({ code: 'FileFormatUnknown', file: this.#file, row, message });
  }

  /** Throws `ValueInvalid` if the file lacks a combined commodity that was asked for. */
  finish(): SpanParams {
    if (this.#first !== null) this.#unpaired(this.#first);
    if (this.#header === null) this.#fail(1, 'has no header (record type 0)');
    for (const code of this.#wanted ?? []) {
      if (!this.#commodities.has(code)) {
        const message = `has no combined commodity '${code}'`;
        throw spanFileError({ code: 'ValueInvalid', file: this.#file, value: code, message });
      }
    }
    const header = this.#header;
    return {
      source: `${header.text('exchangeComplex')} risk-parameter file ${this.#file}`,
      date: this.#businessDate!,
      unconfirmed: [],
      options: defaultSpanOptions,
      scenarios: classicScenarios,
      deltaPoints: classicDeltaPoints,
      combinedCommodities: [...this.#commodities.values()].map((commodity) => closeCommodity(commodity, this.#months(commodity))),
      contracts: this.#contracts,
      interSpreads: this.#interSpreads,
    };
  }

  #months({ code, isTieredByMonth }: CommodityRecords): string[] {
    if (!isTieredByMonth) return [];
    const own = this.#contracts.filter(({ combinedCommodity }) => combinedCommodity === code);
    return [...new Set(own.map(({ month }) => month))].sort();
  }
}

function familyKey(record: PositionalRecord): string {
  return `${record.text('exchange')}|${record.text('product')}|${record.text('type')}`;
}
