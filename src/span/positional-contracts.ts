import type { SpanContract, SpanContractType, SpanGeneration, SpanRange } from '../margin/span/parameters.ts';
import { spanContractTypes } from '../margin/span/parameters.ts';
import { contractName } from './contract-name.ts';
import { alignedPrice, strikeAlignment } from './price-format.ts';
import type { PositionalRecord } from './record.ts';

/** Contracts from records of type P, B, 81 and 82: what the clearing house says of each, put together. */

/** A product family's prices: record P. */
export interface PriceFormat {
  readonly priceDecimals: number;
  readonly strikeDecimals: number;
  readonly priceAlignment: string;
  readonly strikeAlignment: string;
  readonly valueFactor: number;
  readonly currency: string;
  readonly valuation: string;
}

/** A future or option series: record B. */
export interface SeriesParameters {
  /** In performance bond currency, before the risk exponent. */
  readonly priceScanRange: number;
  readonly deltaScale: number;
  readonly expiryDate: string | null;
  readonly generation: SpanGeneration;
}

export function readPriceFormat(record: PositionalRecord): PriceFormat {
  const sign = record.text('valueFactorExponentSign') === '-' ? -1 : 1;
  const exponent = sign * (record.optionalNumber('valueFactorExponent') ?? 0);
  const priceAlignment = record.text('priceAlignment');
  const strikeDecimals = record.locator('strikeDecimals');
  return {
    priceDecimals: record.locator('priceDecimals'),
    strikeDecimals,
    priceAlignment,
    strikeAlignment: strikeAlignment(record.text('strikeAlignment'), priceAlignment, strikeDecimals),
    valueFactor: Number(`${record.number('valueFactor')}e${exponent - 7}`),
    currency: record.text('currency'),
    valuation: record.text('valuation'),
  };
}

export function readSeries(record: PositionalRecord): SeriesParameters {
  const sign = record.text('priceScanExponentSign') === '-' ? -1 : 1;
  const exponent = sign * (record.optionalNumber('priceScanExponent') ?? 0);
  const scale = record.optionalNumber('deltaScale', 4) ?? 0;
  const volatilityScan = record.optionalNumber('volatilityScanRange', 6) ?? 0;
  return {
    priceScanRange: Number(`${record.optionalNumber('priceScanRange') ?? 0}e${exponent}`),
    deltaScale: scale === 0 ? 1 : scale,
    expiryDate: record.date('expiryDate'),
    generation: {
      volatilityScan: { up: volatilityScan, down: volatilityScan },
      volatilityScanIs: record.text('volatilityScanQuotation') === 'A' ? 'absolute' : 'relative',
      lookAhead: record.optionalNumber('lookAhead', 6) ?? 0,
      interestRate: record.optionalNumber('interestRate', 4) ?? 0,
      extremeMultiplier: record.optionalNumber('extremeMultiplier', 3) ?? 0,
      extremeCover: record.optionalNumber('extremeCover', 4) ?? 0,
      futureScale: 1,
      futureDrift: 0,
      rounding: 0,
    },
  };
}

/** Columns 3 to 54: what the two lines of an array must share. */
export function identityOf(record: PositionalRecord): string {
  return record.line.slice(2, 54).padEnd(52);
}

/** Key of a series: exchange, product, type, months. */
export function seriesKey(record: PositionalRecord): string {
  const months = ['month', 'day', 'optionMonth', 'optionDay'].map((name) => record.raw(name).trim());
  return [record.text('exchange'), record.text('product'), record.text('type'), ...months].join('|');
}

export interface ContractContext {
  readonly combinedCommodity: string;
  /** 10 to the risk exponent. */
  readonly riskScale: number;
  readonly isFuturesStyle: boolean;
  readonly priceFormat: PriceFormat | null;
  readonly series: SeriesParameters | null;
}

const scenariosOfFirst = 9;
const scenariosOfSecond = 7;

export function readContract(first: PositionalRecord, second: PositionalRecord, context: ContractContext): SpanContract {
  const { combinedCommodity, riskScale, priceFormat, series } = context;
  const type = first.oneOf('type', spanContractTypes);
  const optionType = optionTypeOf(first, type);
  const month = first.month('month', 'day') ?? noMonth(first, type);
  const optionMonth = optionType === null ? null : (first.month('optionMonth', 'optionDay') ?? month);
  const strike = optionType === null ? null : strikeOf(first, second, priceFormat);
  const [exchange, product] = [first.text('exchange'), first.requiredText('product')];
  const option = optionType === null ? null : { month: optionMonth!, type: optionType, strike: strike! };
  const losses = [
    ...lossesOf(first, 1, scenariosOfFirst),
    ...lossesOf(second, 1 + scenariosOfFirst, scenariosOfSecond),
  ];
  const isFuturesStyle = context.isFuturesStyle || priceFormat?.valuation.startsWith('FUT') === true;
  return {
    name: contractName(exchange, product, type, month, option),
    combinedCommodity,
    exchange,
    product,
    type,
    month,
    optionMonth,
    optionType,
    strike,
    valuation: isOptionOrOwned(type) && !isFuturesStyle ? 'premium' : 'futures',
    valueFactor: priceFormat?.valueFactor ?? 1,
    expiryDate: series?.expiryDate ?? null,
    settlementPrice: settlementPriceOf(first, second, priceFormat),
    impliedVolatility: optionType === null ? null : second.optionalNumber('impliedVolatility', 6),
    deltaScale: series?.deltaScale ?? 1,
    priceScanRange: scanRangeOf(series, riskScale),
    riskArray: {
      losses: losses.map((loss) => loss * riskScale),
      compositeDelta: second.signedAfter('compositeDelta', 4),
    },
    generation: series?.generation ?? null,
  };
}

function isOptionOrOwned(type: SpanContractType): boolean {
  return type.startsWith('OO') || type === 'PHY';
}

function scanRangeOf(series: SeriesParameters | null, riskScale: number): SpanRange | null {
  if (series === null || series.priceScanRange === 0) return null;
  const range = series.priceScanRange * riskScale;
  return { up: range, down: range };
}

function optionTypeOf(record: PositionalRecord, type: SpanContractType): 'call' | 'put' | null {
  if (!type.startsWith('OO')) return null;
  return record.oneOf('right', ['C', 'P']) === 'C' ? 'call' : 'put';
}

/** Physicals have no contract month. */
function noMonth(record: PositionalRecord, type: SpanContractType): string {
  if (type === 'PHY' || type === 'OOP') return '000000';
  return record.fail('ValueMissing', 'month', 'is missing');
}

function strikeOf(first: PositionalRecord, second: PositionalRecord, format: PriceFormat | null): number {
  const price = alignedPrice(first.number('strike'), format?.strikeDecimals ?? 0, format?.strikeAlignment ?? '');
  if (price === null) return first.fail('ValueInvalid', 'strike', `is not in the format '${format!.strikeAlignment}'`);
  return second.text('strikeSign') === '-' ? -price : price;
}

function lossesOf(record: PositionalRecord, first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => record.signedAfter(`loss${first + index}`));
}

/** All nines, short or long: the file has no price. */
const noPrice = '9999999';

/** Null where the file has no price. With the flag the price is in the precise columns of the first line only. */
function settlementPriceOf(
  first: PositionalRecord,
  second: PositionalRecord,
  format: PriceFormat | null,
): number | null {
  const isPrecise = first.text('precisePriceFlag') === 'Y';
  const [record, name] = isPrecise ? [first, 'precisePrice'] : [second, 'price'];
  const digits = record.number(name);
  if (String(digits) === noPrice || /^9{14}$/.test(String(digits))) return null;
  const price = alignedPrice(digits, format?.priceDecimals ?? 0, format?.priceAlignment ?? '');
  if (price === null) return record.fail('ValueInvalid', name, `is not in the format '${format!.priceAlignment}'`);
  return second.text('priceSign') === '-' && price !== 0 ? -price : price;
}
