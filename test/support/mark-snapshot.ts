/**
 * Checks our pricing against the marks that a venue published for a whole chain of inverse options at one instant.
 *
 * Per expiry the forward comes from put-call parity on the marks themselves (F = K / (1 - (C - P)), median over the
 * pairs near the money): the forward that a venue publishes beside its marks may lag them. Then every mark is priced
 * from its own published volatility, and every volatility implied from its own mark.
 */
import { blackPrice } from '../../assembly/portable/black76.ts';
import { impliedStandardDeviation } from '../../assembly/portable/implied-volatility.ts';
import { median } from '../../src/chain/robust-line.ts';
import { yearMs } from '../../src/domain/market.ts';

export interface MarkRow {
  readonly expiryMs: number;
  readonly snapshotMs: number;
  readonly strike: number;
  readonly optionType: 'call' | 'put';
  /** Coin per base unit. */
  readonly markPrice: number;
  /** Fraction, as published (rounded to 1e-4). */
  readonly markVolatility: number;
}

export interface MarkStatistics {
  readonly rowCount: number;
  readonly expiryCount: number;
  /**
   * Largest spread of the parity forward over the pairs of one expiry near the money: interquartile range, quote
   * currency.
   */
  readonly forwardSpreadMax: number;
  /** Absolute, in coin. */
  readonly priceError: Quantiles;
  /**
   * Price error over what the rounding of the inputs explains: half a step of the volatility (5e-5) times vega, plus
   * half a step of the price (5e-9 coin). 1 or less is explained.
   */
  readonly priceErrorInRoundings: Quantiles;
  /**
   * Of the implied volatility, as a fraction, where the mark determines it: rounding of the price explains less than
   * 5e-5.
   */
  readonly volatilityError: Quantiles;
  readonly volatilityCheckedCount: number;
}

export interface Quantiles {
  readonly median: number;
  readonly p99: number;
  readonly max: number;
}

const parityBandFraction = 0.1;
const volatilityStep = 1e-4;
const priceStep = 1e-8;

export function checkMarks(rows: readonly MarkRow[]): MarkStatistics {
  const forwards = forwardsByExpiry(rows);
  const checks = rows.map((row) => checkMark(row, forwards.get(row.expiryMs)!.forward));
  const volatilityErrors = checks.flatMap(({ volatilityError }) => (volatilityError === null ? [] : [volatilityError]));
  return {
    rowCount: rows.length,
    expiryCount: forwards.size,
    forwardSpreadMax: Math.max(...[...forwards.values()].map(({ spread }) => spread)),
    priceError: quantilesOf(checks.map(({ priceError }) => priceError)),
    priceErrorInRoundings: quantilesOf(checks.map(({ priceError, rounding }) => priceError / rounding)),
    volatilityError: quantilesOf(volatilityErrors),
    volatilityCheckedCount: volatilityErrors.length,
  };
}

/**
 * Columns: instrument_name, expiry, strike, option_type, mark_price, mark_iv (percent), snapshot_time, in any order.
 */
export function parseMarkRows(csv: string): MarkRow[] {
  const [header, ...lines] = csv.trim().split(/\r?\n/);
  const columns = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    const cell = (column: string): string => cells[columns.indexOf(column)];
    return {
      expiryMs: Date.parse(cell('expiry')),
      snapshotMs: Date.parse(cell('snapshot_time')),
      strike: Number(cell('strike')),
      optionType: cell('option_type') === 'C' ? 'call' : 'put',
      markPrice: Number(cell('mark_price')),
      markVolatility: Number(cell('mark_iv')) / 100,
    };
  });
}

interface ExpiryForwardOfMarks {
  readonly forward: number;
  readonly spread: number;
}

function forwardsByExpiry(rows: readonly MarkRow[]): Map<number, ExpiryForwardOfMarks> {
  const forwards = new Map<number, ExpiryForwardOfMarks>();
  for (const expiryMs of new Set(rows.map((row) => row.expiryMs))) {
    const ofExpiry = rows.filter((row) => row.expiryMs === expiryMs);
    const all = pairForwards(ofExpiry);
    const rough = median(all.map((pair) => pair.forward));
    const near = all
      .filter((pair) => Math.abs(pair.strike - rough) <= parityBandFraction * rough)
      .map((pair) => pair.forward);
    const sorted = Float64Array.from(near).sort();
    const spread = sorted[Math.floor(0.75 * sorted.length)] - sorted[Math.floor(0.25 * sorted.length)];
    forwards.set(expiryMs, { forward: median(near), spread });
  }
  return forwards;
}

function pairForwards(rows: readonly MarkRow[]): { strike: number; forward: number }[] {
  const puts = new Map(rows.filter((row) => row.optionType === 'put').map((row) => [row.strike, row.markPrice]));
  return rows.flatMap((row) => {
    const put = puts.get(row.strike);
    if (row.optionType === 'put' || put === undefined) return [];
    return [{ strike: row.strike, forward: row.strike / (1 - (row.markPrice - put)) }];
  });
}

function checkMark(row: MarkRow, forward: number) {
  const { strike, markPrice, markVolatility } = row;
  const sign = row.optionType === 'call' ? 1 : -1;
  const rootOfTime = Math.sqrt((row.expiryMs - row.snapshotMs) / yearMs);
  const coinPrice = (volatility: number): number =>
    blackPrice(sign, forward, strike, volatility * rootOfTime) / forward;
  const priceError = Math.abs(coinPrice(markVolatility) - markPrice);
  const stepUp = coinPrice(markVolatility + volatilityStep / 2);
  const stepDown = coinPrice(markVolatility - volatilityStep / 2);
  const priceOfHalfStep = (stepUp - stepDown) / 2;
  const isDetermined = priceOfHalfStep > priceStep / 2;
  const implied = impliedStandardDeviation(sign, forward, strike, markPrice * forward) / rootOfTime;
  return {
    priceError,
    rounding: priceOfHalfStep + priceStep / 2,
    volatilityError: isDetermined && implied > 0 ? Math.abs(implied - markVolatility) : null,
  };
}

function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { median: median(values), p99: at(0.99), max: at(1) };
}
