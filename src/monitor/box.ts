import {
  BOX_PRICE,
  BOX_PRICE_REST,
  BOX_THRESHOLDS,
  BOX_VOLATILITY,
  BOX_VOLATILITY_REST,
  CERTIFICATE_BYTES,
  CERTIFICATE_FLOAT_COUNT,
  CERTIFICATE_THRESHOLD_COUNT,
  CERTIFICATE_WORD_COUNT,
  THRESHOLD_ADD_ON,
  THRESHOLD_FLOATS,
  THRESHOLD_REQUIREMENT,
} from '../../assembly/portable/certificate-layout.ts';
import type { Arena } from '../columns/arena.ts';
import type { ExpiryBox, ExpiryRow } from '../margin/model.ts';
import { categoryOf } from './set-classes.ts';

/**
 * Half-widths of the boxes that certificates are issued for: common movement of a price, as a logarithm. All boxes have
 * one shape, so that one number says how far a market is away, whatever the box of a certificate.
 */
export const boxSizes: readonly number[] = [0.004, 0.02, 0.08];

/** Common movement of volatilities, in units of that of prices: an ordinary day moves them about twice as much. */
export const volatilityShape = 2;
/** What an instrument may move besides, as shares of the common movements of prices and of volatilities. */
export const priceRestShape = 1 / 32;
export const volatilityRestShape = 1 / 4;
/** Of any quoted volatility, common and own: in units of the movement of prices. */
export const volatilityReach = volatilityShape * (1 + volatilityRestShape);
/**
 * ln(time at the reference / time) in units of the movement of prices, by category of expiry (`categoryOf`): what passes
 * before a market has moved by as much as the box. The nearer an expiry, the wider its bounds, whatever the box; with
 * less, its certificates end by the clock before they end by movement.
 */
export const timeShapes: readonly number[] = [0, 12, 10, 5, 2];

/** Health = equity - requirement x matrix - addOn x add-on of the set; below zero is the bad side. */
export interface HealthFactors {
  readonly requirement: number;
  readonly addOn: number;
}

/** Tells the certificate kernels the box and the thresholds. */
export function writeBox(arena: Arena, size: number, thresholds: readonly HealthFactors[]): void {
  const { block } = arena.views.certificate;
  const words = new Uint32Array(block.buffer, block.byteOffset, CERTIFICATE_WORD_COUNT);
  const floats = new Float64Array(block.buffer, block.byteOffset + CERTIFICATE_BYTES, CERTIFICATE_FLOAT_COUNT);
  words[CERTIFICATE_THRESHOLD_COUNT] = thresholds.length;
  floats[BOX_PRICE] = size;
  floats[BOX_PRICE_REST] = priceRestShape * size;
  floats[BOX_VOLATILITY] = volatilityShape * size;
  floats[BOX_VOLATILITY_REST] = volatilityRestShape * volatilityShape * size;
  thresholds.forEach(({ requirement, addOn }, index) => {
    floats[BOX_THRESHOLDS + index * THRESHOLD_FLOATS + THRESHOLD_REQUIREMENT] = requirement;
    floats[BOX_THRESHOLDS + index * THRESHOLD_FLOATS + THRESHOLD_ADD_ON] = addOn;
  });
}

/** Of an expiry as near as it is at the time. */
export function timeShapeOf(expiry: ExpiryRow, asOfMs: number): number {
  return timeShapes[categoryOf(expiry, asOfMs)];
}

/** The box of every expiry row, for certificates or slopes at the time. */
export function expiryBoxOf(expiries: readonly ExpiryRow[], asOfMs: number, size: number): ExpiryBox {
  const time = Float64Array.from(expiries, (expiry) => timeShapeOf(expiry, asOfMs) * size);
  return { time, volatility: volatilityReach * size };
}
