import { blackDelta, blackPrice } from '../../assembly/portable/black76.ts';
import * as certificate from '../../assembly/portable/certificate-layout.ts';
import * as layout from '../../assembly/portable/layout.ts';
import { logRatio } from '../../assembly/portable/log.ts';
import { normalPdf } from '../../assembly/portable/normal.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { volatilityFactors } from '../../src/margin/deribit/risk-matrix.ts';
import { parseDeribitPmParams } from '../../src/margin/deribit-pm/params.ts';

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

/** Value, its derivatives by X (two) and Y, and delta with bounds of its derivatives, at a forward and a deviation. */
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
    bySquare: unit * (density / deviation + (inverse ? share - delta : delta)),
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
    return Math.abs(this.middle) + this.radius;
  }
}

/** What time does in the scenarios of an expiry, `years` before it. */
interface Clock {
  readonly years: number;
  readonly up: number;
  readonly down: number;
  /** d ln(deviation) / d t, per year that passes, of scenarios of volatility up and down. */
  readonly upRate: number;
  readonly downRate: number;
  readonly rate: number;
}

function clockAt(years: number, pair: Parameters<typeof volatilityFactors>[1]): Clock {
  const step = 1e-6;
  const [now, then] = [volatilityFactors(years, pair), volatilityFactors(years * (1 - step), pair)];
  const rate = -0.5 / years;
  return {
    years, up: now.up, down: now.down, rate,
    upRate: rate + Math.log(then.up / now.up) / (step * years),
    downRate: rate + Math.log(then.down / now.down) / (step * years),
  };
}

/**
 * Slope tables by sampling the box: slow, and written without looking at how the kernels bound anything. Options must
 * not be so short that their derivatives turn between samples. Rows of linear instruments are filled with NaN, because
 * nothing may read them.
 */
export function sampleSlopes(engine: Engine, params: unknown, box: Box, rows: Float32Array, terms: Float64Array): void {
  const { instrument, expiry, group } = engine.arena.views;
  const cellCount = engine.arena.contextWords[layout.CONTEXT_CELL_COUNT];
  const { pairs } = parseDeribitPmParams(params);
  rows.fill(NaN);
  terms.fill(NaN);
  for (let row = 0; row < instrument.shape.length; row++) {
    const own = terms.subarray(row * certificate.SLOPE_TERM_COUNT, (row + 1) * certificate.SLOPE_TERM_COUNT);
    const slopes = rows.subarray(row * certificate.slopeFloatsOf(cellCount));
    if (instrument.shape[row] < layout.SHAPE_CALL) {
      const inverse = group.inverse[instrument.group[row]] === 1;
      const { forward, contractSize } = instrument;
      own[certificate.SLOPE_SIZE] = 3 * contractSize[row] * (inverse ? 1 / forward[row] : forward[row]);
    } else {
      const pair = pairs.get(engine.rows.groups[instrument.group[row]].pair)!;
      const years = expiry.rootTime[instrument.expiry[row]] ** 2;
      const clocks = (box.time > 0 ? [0, 0.5, 1] : [0]).map((share) => clockAt(years * Math.exp(-share * box.time), pair));
      sampleOption(engine, row, box, clocks, slopes, own);
    }
  }
}

class Ranges {
  readonly byPrice = new Range();
  readonly bySquare = new Range();
  readonly byVolatility = new Range();
  readonly byTime = new Range();
}

function sampleOption(
  engine: Engine, row: number, box: Box, clocks: readonly Clock[], slopes: Float32Array, terms: Float64Array,
): void {
  const { instrument, group } = engine.arena.views;
  const cellCount = engine.arena.contextWords[layout.CONTEXT_CELL_COUNT];
  const at = instrument.group[row];
  const inverse = group.inverse[at] === 1;
  const option: Option = {
    sign: instrument.shape[row] === layout.SHAPE_CALL ? 1 : -1, forward: instrument.forward[row],
    strike: instrument.strike[row], size: instrument.contractSize[row], inverse,
  };
  const grid = group.grid.subarray(at * layout.GRID_COLUMN_COUNT * cellCount);
  const isSet = new BigUint64Array(grid.buffer, grid.byteOffset, layout.GRID_COLUMN_COUNT * cellCount);
  const [deltaByPrice, deltaByVolatility, size] = Array.from({ length: 3 }, () => new Range());
  const value = new Ranges();
  const cells = Array.from({ length: cellCount }, () => new Ranges());
  const floor = group.volatilityFloor[at];
  const sample = (forward: number, volatility: number, clock: Clock, isPoint: boolean): void => {
    const root = Math.sqrt(clock.years);
    const now = greeks(option, forward, volatility * root);
    value.byPrice.add(now.byPrice);
    value.bySquare.add(now.bySquare);
    value.byVolatility.add(now.byVolatility);
    value.byTime.add(now.byVolatility * clock.rate);
    deltaByPrice.add(now.deltaByPrice);
    deltaByVolatility.add(now.deltaByVolatility);
    size.add(Math.abs(now.value) + option.size * (inverse ? 1 : forward));
    if (isPoint) terms[certificate.SLOPE_VALUE_PRICE] = now.byPrice;
    for (let s = 0; s < cellCount; s++) {
      const isUp = isSet[layout.GRID_UP_MASK * cellCount + s] !== 0n;
      const isDown = isSet[layout.GRID_DOWN_MASK * cellCount + s] !== 0n;
      const isFloored = isUp && volatility * clock.up < floor;
      const shocked = isFloored ? floor : volatility * (isUp ? clock.up : isDown ? clock.down : 1);
      const rate = isFloored ? clock.rate : isUp ? clock.upRate : isDown ? clock.downRate : clock.rate;
      const weight = grid[layout.GRID_WEIGHT * cellCount + s];
      const then = greeks(option, forward * grid[layout.GRID_MULTIPLIER * cellCount + s], shocked * root);
      const byPrice = weight * (then.byPrice - now.byPrice);
      cells[s].byPrice.add(byPrice);
      cells[s].bySquare.add(weight * (then.bySquare - now.bySquare));
      cells[s].byVolatility.add(weight * ((isFloored ? 0 : then.byVolatility) - now.byVolatility));
      cells[s].byTime.add(weight * (then.byVolatility * rate - now.byVolatility * clock.rate));
      size.add(Math.abs(weight) * (Math.abs(then.value) + Math.abs(now.value)));
      if (isPoint) slopes[certificate.slopeAt(certificate.SLOPE_PRICE, s)] = byPrice;
    }
  };
  sample(option.forward, instrument.volatility[row], clocks[0], true);
  const share = (step: number): number => (2 * step) / (samples - 1) - 1;
  for (const clock of clocks) {
    for (let i = 0; i < samples; i++) {
      const forward = option.forward * Math.exp(share(i) * (box.price + box.priceRest));
      for (let j = 0; j < samples; j++) {
        const width = box.volatility + box.volatilityRest;
        sample(forward, instrument.volatility[row] * Math.exp(share(j) * width), clock, false);
      }
    }
  }
  writeRanges(cells, value, slopes, terms);
  terms[certificate.SLOPE_DELTA_PRICE_MIDDLE] = deltaByPrice.middle;
  terms[certificate.SLOPE_DELTA_PRICE_RADIUS] = deltaByPrice.radius;
  terms[certificate.SLOPE_DELTA_VOLATILITY_MIDDLE] = deltaByVolatility.middle;
  terms[certificate.SLOPE_DELTA_VOLATILITY_RADIUS] = deltaByVolatility.radius;
  terms[certificate.SLOPE_SIZE] = size.size;
}

function writeRanges(cells: readonly Ranges[], value: Ranges, slopes: Float32Array, terms: Float64Array): void {
  const rows = [
    certificate.SLOPE_CURVATURE_MIDDLE, certificate.SLOPE_VOLATILITY_MIDDLE, certificate.SLOPE_TIME_MIDDLE,
  ];
  cells.forEach(({ byPrice, bySquare, byVolatility, byTime }, s) => {
    slopes[certificate.slopeAt(certificate.SLOPE_PRICE_SIZE, s)] = byPrice.size;
    [bySquare, byVolatility, byTime].forEach(({ middle, radius }, each) => {
      slopes[certificate.slopeAt(rows[each], s)] = middle;
      slopes[certificate.slopeAt(rows[each] + 1, s)] = radius;
    });
  });
  const own = [
    certificate.SLOPE_VALUE_CURVATURE_MIDDLE, certificate.SLOPE_VALUE_VOLATILITY_MIDDLE,
    certificate.SLOPE_VALUE_TIME_MIDDLE,
  ];
  terms[certificate.SLOPE_VALUE_PRICE_SIZE] = value.byPrice.size;
  [value.bySquare, value.byVolatility, value.byTime].forEach(({ middle, radius }, each) => {
    terms[own[each]] = middle;
    terms[own[each] + 1] = radius;
  });
  const largest = Math.max(value.byPrice.size, ...cells.map(({ byPrice }) => byPrice.size));
  terms[certificate.SLOPE_PRICE_ERROR] = rounding * largest;
}
