import { word } from "../context.ts";
import {
  CERTIFICATE_PER_VOLATILITY, CERTIFICATE_SEGMENT_ENDS, CERTIFICATE_SEGMENT_MOVES,
} from "../portable/certificate-layout.ts";
import { CONTEXT_CERTIFICATE, CONTEXT_INSTRUMENT_VOLATILITY } from "../portable/layout.ts";

/**
 * Least and largest volatility / that at a reference, by segments of instruments: all of them, from row 0.
 *
 * Reads   volatilities (annual) as they are; 1 / volatility of reference `reference`, NaN: the row does not count
 * Writes  two floats per segment: least, largest; Infinity and -Infinity where no row counts
 * Order   any: least and largest of numbers have no rounding. A ratio that is NaN is passed over
 */
export function volatilityMoves(context: usize, reference: i32, segmentCount: i32): void {
  movesOfSegments(context, reference, segmentCount, false);
}

/** The kernel, one instrument after the other. */
export function volatilityMovesScalar(context: usize, reference: i32, segmentCount: i32): void {
  movesOfSegments(context, reference, segmentCount, true);
}

/** `isScalar` is constant wherever this is inlined: no branch is left. */
// @ts-ignore: decorator
@inline
function movesOfSegments(context: usize, reference: i32, segmentCount: i32, isScalar: bool): void {
  const certificate = word(context, CONTEXT_CERTIFICATE);
  const ends = word(certificate, CERTIFICATE_SEGMENT_ENDS);
  const rowCount = load<u32>(ends + ((<usize>segmentCount - 1) << 2));
  const volatility = word(context, CONTEXT_INSTRUMENT_VOLATILITY);
  const per = word(certificate, CERTIFICATE_PER_VOLATILITY) + (<usize>reference * <usize>rowCount << 3);
  let to = word(certificate, CERTIFICATE_SEGMENT_MOVES);
  let at: usize = 0;
  for (let segment = 0; segment < segmentCount; segment++) {
    const end = <usize>load<u32>(ends + ((<usize>segment) << 2)) << 3;
    if (isScalar) storeMovesScalar(to, volatility, per, at, end);
    else storeMoves(to, volatility, per, at, end);
    at = end;
    to += 16;
  }
}

/** Least and largest ratio of the rows in bytes [at, end) of the columns. */
// @ts-ignore: decorator
@inline
function storeMoves(to: usize, volatility: usize, per: usize, at: usize, end: usize): void {
  let low = f64x2.splat(Infinity);
  let high = f64x2.splat(-Infinity);
  for (; at + 16 <= end; at += 16) {
    const ratio = f64x2.mul(v128.load(volatility + at), v128.load(per + at));
    // The second where the first is not less: a NaN among the ratios leaves what was.
    low = f64x2.pmin(low, ratio);
    high = f64x2.pmax(high, ratio);
  }
  if (at < end) {
    const ratio = f64x2.splat(load<f64>(volatility + at) * load<f64>(per + at));
    low = f64x2.pmin(low, ratio);
    high = f64x2.pmax(high, ratio);
  }
  store<f64>(to, f64x2.extract_lane(f64x2.pmin(low, v128.shuffle<u64>(low, low, 1, 0)), 0));
  store<f64>(to + 8, f64x2.extract_lane(f64x2.pmax(high, v128.shuffle<u64>(high, high, 1, 0)), 0));
}

// @ts-ignore: decorator
@inline
function storeMovesScalar(to: usize, volatility: usize, per: usize, at: usize, end: usize): void {
  let low: f64 = Infinity;
  let high: f64 = -Infinity;
  for (; at < end; at += 8) {
    const ratio = load<f64>(volatility + at) * load<f64>(per + at);
    if (ratio < low) low = ratio;
    if (ratio > high) high = ratio;
  }
  store<f64>(to, low);
  store<f64>(to + 8, high);
}
