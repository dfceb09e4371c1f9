import { log } from '../../../assembly/portable/log.ts';
import {
  XPM_CLASS,
  XPM_COIN_INDEX,
  XPM_COIN_OFFSET,
  XPM_COIN_OFFSET_CAP,
  XPM_COIN_SCALARS,
  XPM_COIN_SHOCK_MAX,
  XPM_COIN_SLOPE,
  XPM_COIN_THRESHOLD,
  XPM_COINS,
  XPM_DAMPENER,
  XPM_DATA_WIDTH,
  XPM_DOWN_FACTOR,
  XPM_INDEX,
  XPM_INVERSE,
  XPM_LOG_MULTIPLIER,
  XPM_MULTIPLIER,
  XPM_ROLL_RATE,
  XPM_ROOT_TIME,
  XPM_UP_FACTOR,
  XPM_USD,
  XPM_VOLATILITY_FLOOR,
  XPM_WEIGHT,
  xpmCoinFloats,
  xpmCoinOfRow,
  xpmCurrencyOfRow,
} from '../../../assembly/portable/margin/deribit-xpm-layout.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { equityCurrencyOf, needsStablePrice, usdPerUnit } from '../deribit/instrument-terms.ts';
import { dampenerUsd, matrixCellCount, matrixCells, rollRate, volatilityFactors } from '../deribit/risk-matrix.ts';
import type { TickFactors, TickMarket } from '../model.ts';
import type { Coin } from './coins.ts';
import type { DeribitXpmParams } from './params.ts';

const directionCodes = { up: 1, same: 0, down: -1 } as const;

export interface TickTable {
  readonly market: TickMarket;
  readonly params: DeribitXpmParams;
  readonly coins: readonly Coin[];
  readonly currencies: readonly string[];
  /** USD index price per coin. */
  readonly indexes: readonly number[];
  readonly stablePrice: Float64Array;
}

/** Volatility direction of every scenario: the same for all coins. */
export function writeDirections(words: Int32Array, params: DeribitXpmParams): void {
  matrixCells(params.bucketsCount, 1).forEach(({ volatility }, s) => {
    words[s] = directionCodes[volatility];
  });
}

/** Moves, weights and dampeners of a coin's matrix, in USD, and what its charges need. */
export function writeCoin(
  modelFloats: Float64Array,
  position: number,
  { currency, pair }: Coin,
  index: number,
  params: DeribitXpmParams,
): void {
  const cells = matrixCells(params.bucketsCount, pair.priceRange);
  const table = modelFloats.subarray(XPM_COINS + position * xpmCoinFloats(cells.length));
  table[XPM_COIN_INDEX] = index;
  table[XPM_COIN_THRESHOLD] = pair.deltaTotalLiqShockThreshold;
  table[XPM_COIN_SLOPE] = pair.mInc;
  table[XPM_COIN_SHOCK_MAX] = pair.maxDeltaShock;
  table[XPM_COIN_OFFSET] = currency.pnlOffset;
  table[XPM_COIN_OFFSET_CAP] = currency.maxOffsetablePnl;
  cells.forEach(({ move, isExtended }, s) => {
    const write = (column: number, value: number): void => {
      table[XPM_COIN_SCALARS + column * cells.length + s] = value;
    };
    const weight = isExtended ? (pair.extendedTableFactor * pair.priceRange) / Math.abs(move) : 1;
    write(XPM_MULTIPLIER, 1 + move);
    write(XPM_LOG_MULTIPLIER, log(1 + move));
    write(XPM_WEIGHT, weight);
    write(XPM_CLASS, move * weight);
    write(XPM_DAMPENER, isExtended ? dampenerUsd(move, pair.priceRange, currency) : 0);
  });
}

/** Instrument data, coin and currency of one row. */
export function writeInstrument({ instrumentData, modelWords }: TickFactors, table: TickTable, row: number): void {
  const { market, params, coins, currencies } = table;
  const instrument = market.instruments[row];
  const scenarioCount = matrixCellCount(params.bucketsCount);
  const currency = equityCurrencyOf(instrument);
  const coin = coins.findIndex(({ name }) => name === matrixCoinOf(instrument, params));
  const years = market.timeYears[market.expiryOf[row]];
  const write = (offset: number, value: number): void => {
    instrumentData[row * XPM_DATA_WIDTH + offset] = value;
  };
  modelWords[xpmCoinOfRow(scenarioCount) + row] = coin;
  modelWords[xpmCurrencyOfRow(scenarioCount, market.instruments.length) + row] = currencies.indexOf(currency);
  // Without an index of the coin there is no delta shock, and so no margin: NaN poisons the row.
  const isIndexed = coin < 0 || table.indexes[coin] > 0;
  const usd = usdPerUnit(instrument, market.indexPrice[market.groupOf[row]], table.stablePrice[row]);
  write(XPM_USD, isIndexed ? usd : NaN);
  write(XPM_INDEX, indexOf(table, row, coin));
  write(XPM_ROOT_TIME, Math.sqrt(years));
  write(XPM_INVERSE, instrument.payoff === 'inverse' ? 1 : 0);
  if (coin < 0) return;
  const shock = volatilityFactors(years, coins[coin].pair);
  write(XPM_UP_FACTOR, shock.up);
  write(XPM_DOWN_FACTOR, shock.down);
  write(XPM_VOLATILITY_FLOOR, coins[coin].pair.minVolatilityForShockUp);
  write(XPM_ROLL_RATE, rollRate(market.expiries[market.expiryOf[row]].kind, years, coins[coin].currency));
}

/** The coin in whose matrix the position is: of a spot holding that of its equity, null if it is in none. */
function matrixCoinOf(instrument: Instrument, params: DeribitXpmParams): string | null {
  if (instrument.kind !== 'spot') return instrument.baseCurrency.toLowerCase();
  return params.currencies.get(equityCurrencyOf(instrument))?.bucket ?? null;
}

/** USD per base coin: a derivative's own index, a spot holding's that of its matrix (its own if it is in none). */
function indexOf({ market, indexes, stablePrice }: TickTable, row: number, coin: number): number {
  const instrument = market.instruments[row];
  const own = market.indexPrice[market.groupOf[row]];
  if (instrument.kind === 'spot') return coin < 0 ? own : indexes[coin];
  return needsStablePrice(instrument) ? own * stablePrice[row] : own;
}
