import { pairOf, type Instrument, type InstrumentKind, type OptionType, type Payoff } from '../domain/instrument.ts';
import { yearMs, type Market, type MarketField } from '../domain/market.ts';
import { type ErrorCode, type Problem } from '../errors.ts';
import { limits } from '../limits.ts';
import { currenciesOf } from './currencies.ts';
import { openInput, type ReadOptions } from './input-file.ts';
import { fieldColumn, fieldNames, fieldRange } from './market-field-columns.ts';
import { MarketRow } from './market-row.ts';
import { readMarketCells, type MarketCells } from './market-cells.ts';
import { ProblemLog, shown } from './problems.ts';
import { ignoredColumns, marketColumns, type MarketColumn } from './schema.ts';
import { isoTime } from './time.ts';

export interface ReadMarketOptions extends ReadOptions {
  /**
   * Take a bad forward, volatility, index price or further quote as NaN, so that the engine quarantines what depends on
   * it, instead of refusing the file. Everything else that is wrong still refuses it: nobody can tell which instrument
   * is meant.
   */
  readonly keepGoing?: boolean;
}

export interface ReadMarketResult {
  readonly market: Market;
  /** With `keepGoing`, the prices that were taken as NaN. */
  readonly problems: readonly Problem[];
  readonly problemCount: number;
  readonly rowCount: number;
  readonly ignoredColumns: readonly string[];
}

/** Reads a market file. The columns are described in docs/FILES.md. */
export async function readMarket(path: string, options: ReadMarketOptions = {}): Promise<ReadMarketResult> {
  const file = await openInput(path, options);
  const cells = await readMarketCells(file);
  const judged = judgeMarket(file.path, cells);
  if (!options.keepGoing || judged.fatalCount > 0) judged.log.throwIfAny();
  return {
    market: judged.market,
    problems: judged.log.problems,
    problemCount: judged.log.problemCount,
    rowCount: cells.rowCount,
    ignoredColumns: ignoredColumns(cells.columns, marketColumns),
  };
}

export interface JudgedMarket {
  /** Usable only if nothing fatal was found. */
  readonly market: Market;
  readonly log: ProblemLog;
  readonly fatalCount: number;
}

/** What is known of the rows so far, for the checks that compare rows. */
interface Seen {
  readonly rowOfName: Map<string, number>;
  readonly indexPrice: Map<string, number>;
  asOfMs: number | undefined;
}

interface Columns {
  readonly instruments: Instrument[];
  readonly forward: Float64Array;
  readonly impliedVolatility: Float64Array;
  /** Of the fields that the file has a column for. */
  readonly fields: ReadonlyMap<MarketField, Float64Array>;
}

export function judgeMarket(file: string, cells: MarketCells): JudgedMarket {
  const log = new ProblemLog(file);
  const columns: Columns = {
    instruments: [],
    forward: new Float64Array(cells.rowCount),
    impliedVolatility: new Float64Array(cells.rowCount).fill(NaN),
    fields: new Map(
      fieldNames
        .filter((field) => cells.has(fieldColumn(field)))
        .map((field) => [field, new Float64Array(cells.rowCount)] as const),
    ),
  };
  const seen: Seen = { rowOfName: new Map(), indexPrice: new Map(), asOfMs: undefined };
  let fatalCount = 0;
  for (let index = 0; index < cells.rowCount; index += 1) {
    const row = new MarketRow(cells, index, log);
    readRow(row, columns, seen);
    fatalCount += row.fatalCount;
  }
  const before = log.problemCount;
  checkCurrencies(columns.instruments, seen, log);
  fatalCount += log.problemCount - before;
  const { instruments, forward, impliedVolatility, fields } = columns;
  const known = fields.get('openInterest');
  const market = {
    asOfMs: seen.asOfMs ?? NaN,
    instruments,
    forward,
    impliedVolatility,
    indexPrice: seen.indexPrice,
    openInterest: known?.map((contracts) => (contracts > 0 ? contracts : 0)) ?? new Float64Array(instruments.length),
    ...(fields.size === 0 ? {} : { fields }),
  };
  return { market, log, fatalCount };
}

const kinds: readonly InstrumentKind[] = ['spot', 'future', 'perpetual', 'option'];
const payoffs: readonly Payoff[] = ['linear', 'inverse'];
const optionTypes: readonly OptionType[] = ['call', 'put'];
const exercises = ['european', 'american'] as const;
/** Stands for a value that was reported as bad, so that the other columns of the row are still checked. */
const unknownText = '';

function readRow(row: MarketRow, columns: Columns, seen: Seen): void {
  const kind = row.oneOf('kind', kinds);
  const instrument: Instrument = {
    name: readName(row, seen),
    kind: kind ?? 'spot',
    payoff: row.oneOf('payoff', payoffs) ?? 'linear',
    baseCurrency: row.text('base_currency') ?? unknownText,
    quoteCurrency: row.text('quote_currency') ?? unknownText,
    settlementCurrency: row.text('settlement_currency') ?? unknownText,
    contractSize: row.positive('contract_size', limits.quantityMax) ?? NaN,
    expiryMs: null,
    strike: null,
    optionType: null,
  };
  checkSettlement(row, instrument);
  const asOfMs = readAsOf(row, seen);
  columns.instruments.push(kind === undefined ? instrument : { ...instrument, ...readTerms(row, kind, asOfMs) });
  columns.forward[row.index] = row.price('forward', limits.priceMax);
  if (kind === 'option') columns.impliedVolatility[row.index] = row.price('implied_volatility', limits.volatilityMax);
  else if (kind !== undefined) row.requireNull('implied_volatility', kind);
  for (const [field, values] of columns.fields) {
    values[row.index] = row.known(fieldColumn(field), fieldRange(field));
  }
  readIndexPrice(row, instrument, seen);
}

function readName(row: MarketRow, seen: Seen): string {
  const name = row.text('instrument');
  if (name === undefined) return unknownText;
  const first = seen.rowOfName.get(name);
  if (first === undefined) seen.rowOfName.set(name, row.index);
  else row.fail('InstrumentDuplicate', `${shown(name)} is already in row ${first + 1}`, 'instrument', name);
  return name;
}

function readTerms(
  row: MarketRow,
  kind: InstrumentKind,
  asOfMs: number | undefined,
): Pick<Instrument, 'expiryMs' | 'strike' | 'optionType' | 'exercise'> {
  const expires = kind === 'future' || kind === 'option';
  if (!expires) row.requireNull('expiry', kind);
  if (kind !== 'option') {
    row.requireNull('strike', kind);
    row.requireNull('option_type', kind);
    row.requireNull('exercise', kind);
  }
  const exercise = kind === 'option' ? row.optionalOneOf('exercise', exercises) : undefined;
  return {
    expiryMs: expires ? readExpiry(row, asOfMs) : null,
    strike: kind === 'option' ? (row.positive('strike', limits.priceMax) ?? null) : null,
    optionType: kind === 'option' ? (row.oneOf('option_type', optionTypes) ?? null) : null,
    ...(exercise === undefined ? {} : { exercise }),
  };
}

function readExpiry(row: MarketRow, asOfMs: number | undefined): number | null {
  const expiryMs = row.time('expiry');
  if (expiryMs === undefined) return null;
  if (asOfMs === undefined) return expiryMs;
  const value = isoTime(expiryMs);
  if (expiryMs < asOfMs) {
    row.fail('ExpiryPassed', `expired at ${value}, before as_of ${isoTime(asOfMs)}`, 'expiry', value);
  } else if ((expiryMs - asOfMs) / yearMs > limits.timeToExpiryYearsMax) {
    const message = `must be within ${limits.timeToExpiryYearsMax} years of as_of, got ${value}`;
    row.fail('ValueOutOfRange', message, 'expiry', value);
  }
  return expiryMs;
}

function readAsOf(row: MarketRow, seen: Seen): number | undefined {
  const asOfMs = row.time('as_of');
  if (asOfMs === undefined) return seen.asOfMs;
  seen.asOfMs ??= asOfMs;
  if (asOfMs !== seen.asOfMs) {
    const value = isoTime(asOfMs);
    const message = `must be the same on all rows: ${isoTime(seen.asOfMs)} so far, got ${value}`;
    row.fail('ValueInvalid', message, 'as_of', value);
  }
  return seen.asOfMs;
}

/**
 * The first usable price of a pair counts; a bad or contradicting one makes the pair's price NaN, should the file be
 * kept.
 */
function readIndexPrice(row: MarketRow, instrument: Instrument, seen: Seen): void {
  const { baseCurrency, quoteCurrency } = instrument;
  const price = row.price('index_price', limits.priceMax);
  if (baseCurrency === unknownText || quoteCurrency === unknownText) return;
  const pair = pairOf(baseCurrency, quoteCurrency);
  const known = seen.indexPrice.get(pair);
  if (known !== undefined && price > 0 && known > 0 && price !== known) {
    const message = `must be the same on all rows of ${pair}: ${known} so far, got ${price}`;
    row.failPrice('ValueInvalid', message, 'index_price', price);
    seen.indexPrice.set(pair, NaN);
    return;
  }
  if (known === undefined || !(price > 0)) seen.indexPrice.set(pair, price);
}

function checkSettlement(row: MarketRow, instrument: Instrument): void {
  const { payoff, baseCurrency, quoteCurrency, settlementCurrency } = instrument;
  if ([baseCurrency, quoteCurrency, settlementCurrency].includes(unknownText)) return;
  const side = payoff === 'inverse' ? 'base' : 'quote';
  const required = payoff === 'inverse' ? baseCurrency : quoteCurrency;
  if (settlementCurrency !== required) {
    const message = `${payoff} settles in the ${side} currency ${required}, got ${shown(settlementCurrency)}`;
    row.fail('ValueInvalid', message, 'settlement_currency', settlementCurrency);
  }
  if (payoff === 'inverse' && instrument.kind === 'spot') {
    row.fail('ValueInvalid', 'spot is linear, got "inverse"', 'payoff', 'inverse');
  }
  if (baseCurrency === quoteCurrency) {
    const message = `must differ from base_currency, got ${shown(quoteCurrency)}`;
    row.fail('ValueInvalid', message, 'quote_currency', quoteCurrency);
  }
}

/** A book tells cash from positions by the name alone: so no instrument may be called like a currency. */
function checkCurrencies(instruments: readonly Instrument[], seen: Seen, log: ProblemLog): void {
  const currencies = currenciesOf(instruments).filter((currency) => currency !== unknownText);
  if (currencies.length > limits.currencyCountMax) {
    const message = `currencyCountMax is ${limits.currencyCountMax}, got ${currencies.length}`;
    log.add('LimitExceeded', message, { value: currencies.length });
  }
  checkPairs(currencies, log);
  for (const currency of currencies) {
    const row = seen.rowOfName.get(currency);
    if (row === undefined) continue;
    const place = { row: row + 1, column: 'instrument' as MarketColumn, value: currency };
    log.add('ValueInvalid', `${shown(currency)} is also a currency of this market`, place);
  }
}

/** Pairs and groups are named in lower case, so two currencies that differ only in case would become one. */
function checkPairs(currencies: readonly string[], log: ProblemLog): void {
  const seen = new Map<string, string>();
  for (const currency of currencies) {
    const other = seen.get(currency.toLowerCase());
    seen.set(currency.toLowerCase(), currency);
    if (other === undefined) continue;
    const code: ErrorCode = 'ValueInvalid';
    log.add(code, `the currencies ${shown(other)} and ${shown(currency)} differ only in case`, { value: currency });
  }
}
