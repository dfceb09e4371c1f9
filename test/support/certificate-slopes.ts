import { blackDelta, blackPrice } from '../../assembly/portable/black76.ts';
import * as certificate from '../../assembly/portable/certificate-layout.ts';
import * as layout from '../../assembly/portable/layout.ts';
import { logRatio } from '../../assembly/portable/log.ts';
import { normalPdf } from '../../assembly/portable/normal.ts';
import type { Engine } from '../../src/engine/engine.ts';

export interface Box {
  readonly price: number;
  readonly priceRest: number;
  readonly volatility: number;
  readonly volatilityRest: number;
  readonly time: number;
}

/** Samples per axis of the box, its corners among them. */
const samples = 9;
/** Derivatives bend between samples: their range is stretched by this. */
const stretch = 1.15;
/** What rounding a middle to 32 bits changes, and more. */
const rounding = 2 ** -23;

interface Option {
  readonly sign: number;
  readonly forward: number;
  readonly strike: number;
  readonly size: number;
  readonly inverse: boolean;
}

/** Value, its derivatives by X and Y, and delta with bounds of its derivatives, at a forward and a deviation. */
function greeks({ sign, strike, size, inverse }: Option, forward: number, deviation: number) {
  const price = blackPrice(sign, forward, strike, deviation);
  const delta = blackDelta(sign, forward, strike, deviation);
  const d1 = logRatio(forward, strike) / deviation + deviation / 2;
  const density = normalPdf(d1);
  const unit = inverse ? size : size * forward;
  const share = price / forward;
  return {
    value: unit * share,
    byPrice: unit * (inverse ? delta - share : delta),
    byVolatility: unit * density * deviation,
    deltaByPrice: size * (density / deviation - (inverse ? delta - share : 0)),
    deltaByVolatility: -size * density * (inverse ? d1 : d1 - deviation),
  };
}

class Range {
  low = Infinity;
  high = -Infinity;

  add(value: number): void {
    this.low = Math.min(this.low, value);
    this.high = Math.max(this.high, value);
  }

  get middle(): number {
    return (this.low + this.high) / 2;
  }

  get radius(): number {
    return (stretch * (this.high - this.low)) / 2 + rounding * (Math.abs(this.low) + Math.abs(this.high));
  }

  get size(): number {
    return stretch * Math.max(Math.abs(this.low), Math.abs(this.high));
  }
}

/**
 * Slope tables by sampling the box: slow, and written without looking at how the kernels bound anything. Options must
 * not be so short that their derivatives turn between samples. Rows of linear instruments are filled with NaN, because
 * nothing may read them.
 */
export function sampleSlopes(engine: Engine, box: Box, rows: Float32Array, terms: Float64Array): void {
  const { instrument } = engine.arena.views;
  const cellCount = engine.arena.contextWords[layout.CONTEXT_CELL_COUNT];
  rows.fill(NaN);
  terms.fill(NaN);
  for (let row = 0; row < instrument.shape.length; row++) {
    const own = terms.subarray(row * certificate.SLOPE_TERM_COUNT, (row + 1) * certificate.SLOPE_TERM_COUNT);
    const slopes = rows.subarray(row * certificate.slopeFloatsOf(cellCount));
    if (instrument.shape[row] < layout.SHAPE_CALL) {
      const inverse = engine.arena.views.group.inverse[instrument.group[row]] === 1;
      const { forward, contractSize } = instrument;
      own[certificate.SLOPE_SIZE] = 3 * contractSize[row] * (inverse ? 1 / forward[row] : forward[row]);
    } else {
      sampleOption(engine, row, box, slopes, own);
    }
  }
}

function sampleOption(engine: Engine, row: number, box: Box, slopes: Float32Array, terms: Float64Array): void {
  const { instrument, expiry, group } = engine.arena.views;
  const cellCount = engine.arena.contextWords[layout.CONTEXT_CELL_COUNT];
  const at = instrument.group[row];
  const inverse = group.inverse[at] === 1;
  const option: Option = {
    sign: instrument.shape[row] === layout.SHAPE_CALL ? 1 : -1, forward: instrument.forward[row],
    strike: instrument.strike[row], size: instrument.contractSize[row], inverse,
  };
  const date = instrument.expiry[row];
  const root = expiry.rootTime[date];
  const floor = group.volatilityFloor[at];
  const grid = group.grid.subarray(at * layout.GRID_COLUMN_COUNT * cellCount);
  const isSet = new BigUint64Array(grid.buffer, grid.byteOffset, layout.GRID_COLUMN_COUNT * cellCount);
  const [byPrice, byVolatility, deltaByPrice, deltaByVolatility, size] = Array.from({ length: 5 }, () => new Range());
  const cells = Array.from({ length: cellCount }, () => ({ byPrice: new Range(), byVolatility: new Range() }));
  let time = 0;
  const share = (step: number): number => (2 * step) / (samples - 1) - 1;
  for (let i = 0; i < samples; i++) {
    const forward = option.forward * Math.exp(share(i) * (box.price + box.priceRest));
    for (let j = 0; j < samples; j++) {
      const volatility = instrument.volatility[row] * Math.exp(share(j) * (box.volatility + box.volatilityRest));
      const now = greeks(option, forward, volatility * root);
      byPrice.add(now.byPrice);
      byVolatility.add(now.byVolatility);
      deltaByPrice.add(now.deltaByPrice);
      deltaByVolatility.add(now.deltaByVolatility);
      size.add(Math.abs(now.value) + option.size * (inverse ? 1 : forward));
      for (let s = 0; s < cellCount; s++) {
        const isUp = isSet[layout.GRID_UP_MASK * cellCount + s] !== 0n;
        const isDown = isSet[layout.GRID_DOWN_MASK * cellCount + s] !== 0n;
        const up = volatility * expiry.upFactor[date];
        const shocked = isUp ? Math.max(up, floor) : isDown ? volatility * expiry.downFactor[date] : volatility;
        const weight = grid[layout.GRID_WEIGHT * cellCount + s];
        const then = greeks(option, forward * grid[layout.GRID_MULTIPLIER * cellCount + s], shocked * root);
        cells[s].byPrice.add(weight * (then.byPrice - now.byPrice));
        const vega = isUp && up < floor ? 0 : then.byVolatility;
        cells[s].byVolatility.add(weight * (vega - now.byVolatility));
        time = Math.max(time, weight * then.byVolatility);
        size.add(Math.abs(weight) * (Math.abs(then.value) + Math.abs(now.value)));
      }
    }
  }
  cells.forEach((cell, s) => {
    slopes[certificate.slopeAt(certificate.SLOPE_PRICE_MIDDLE, s)] = cell.byPrice.middle;
    slopes[certificate.slopeAt(certificate.SLOPE_PRICE_RADIUS, s)] = cell.byPrice.radius;
    slopes[certificate.slopeAt(certificate.SLOPE_VOLATILITY_MIDDLE, s)] = cell.byVolatility.middle;
    slopes[certificate.slopeAt(certificate.SLOPE_VOLATILITY_RADIUS, s)] = cell.byVolatility.radius;
  });
  terms[certificate.SLOPE_VALUE_PRICE_MIDDLE] = byPrice.middle;
  terms[certificate.SLOPE_VALUE_PRICE_RADIUS] = byPrice.radius;
  terms[certificate.SLOPE_VALUE_VOLATILITY_MIDDLE] = byVolatility.middle;
  terms[certificate.SLOPE_VALUE_VOLATILITY_RADIUS] = byVolatility.radius;
  terms[certificate.SLOPE_DELTA_PRICE_MIDDLE] = deltaByPrice.middle;
  terms[certificate.SLOPE_DELTA_PRICE_RADIUS] = deltaByPrice.radius;
  terms[certificate.SLOPE_DELTA_VOLATILITY_MIDDLE] = deltaByVolatility.middle;
  terms[certificate.SLOPE_DELTA_VOLATILITY_RADIUS] = deltaByVolatility.radius;
  terms[certificate.SLOPE_SIZE] = size.size;
  terms[certificate.SLOPE_TIME] = stretch * time;
}
