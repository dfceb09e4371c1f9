import {
  CERTIFICATE_SLOPE_ROWS,
  CERTIFICATE_SLOPE_TERMS,
  CERTIFICATE_WORD_COUNT,
} from '../../assembly/portable/certificate-layout.ts';
import { SHAPE_CALL } from '../../assembly/portable/layout.ts';
import type { PartialTicks } from '../engine/partial-ticks.ts';
import { boxSizes, expiryBoxOf, priceRestShape, timeShapeOf, volatilityReach, writeBox, type HealthFactors } from './box.ts';
import type { Evaluation } from './evaluation.ts';
import { logAtLeast, logAtMost } from './log-bounds.ts';

/**
 * Slopes are bounded in a box so much larger than that of the certificates: they hold for certificates at other markets
 * too, as long as the whole box of those lies within. Making a row takes as long as three prices; a larger box has wider
 * bounds, and smaller radii.
 */
const tableStretch = 1.5;
/** Rounding of sums of bounds. */
const inward = 1 - 1e-9;

/**
 * Tables of slopes, one for each size of box. A row bounds the slopes around the market that it was made at, its centre,
 * and is made anew when a certificate needs more than its box. The slopes of prices at a point are those of the market
 * that certificates are issued at, and are made for every one of them.
 */
export class SlopeTables {
  readonly #ticks: PartialTicks;
  readonly #evaluation: Evaluation;
  readonly #thresholds: readonly HealthFactors[];
  readonly #rowBytes: number;
  readonly #termBytes: number;
  /** Per box and row, 1 / quote of the centre; NaN: there is no row. */
  readonly #perForward: Float64Array;
  readonly #perVolatility: Float64Array;
  readonly #asOfMs: Float64Array;

  constructor(ticks: PartialTicks, evaluation: Evaluation, thresholds: readonly HealthFactors[]) {
    const { certifiedInstrument, instrument } = ticks.setup.arena.views;
    this.#ticks = ticks;
    this.#evaluation = evaluation;
    this.#thresholds = thresholds;
    this.#rowBytes = certifiedInstrument.slopeRow.byteLength / boxSizes.length;
    this.#termBytes = certifiedInstrument.slopeTerms.byteLength / boxSizes.length;
    const cells = boxSizes.length * instrument.forward.length;
    this.#perForward = new Float64Array(cells).fill(NaN);
    this.#perVolatility = new Float64Array(cells).fill(NaN);
    this.#asOfMs = new Float64Array(cells);
  }

  /** Chooses the table of a box and brings the rows to what certificates at this market need. */
  async prepare(size: number, rows: Uint32Array, asOfMs: number): Promise<void> {
    const { arena, rows: { expiries } } = this.#ticks.setup;
    const box = boxSizes.indexOf(size);
    const first = box * arena.views.instrument.forward.length;
    this.#choose(box);
    writeBox(arena, size * tableStretch, this.#thresholds);
    this.#ticks.writeExpirySlopes(expiryBoxOf(expiries, asOfMs, size * tableStretch));
    const moved = rows.filter((row) => !this.#covers(first, row, size, asOfMs));
    await this.#evaluation.runRows('slopeRows', moved);
    moved.forEach((row) => this.#keepCentre(first, row, asOfMs));
    await this.#evaluation.runRows('slopePoints', rows);
    writeBox(arena, size, this.#thresholds);
    this.#ticks.writeExpirySlopes(expiryBoxOf(expiries, asOfMs, size));
  }

  #choose(box: number): void {
    const { certificate, certifiedInstrument } = this.#ticks.setup.arena.views;
    const { buffer, byteOffset } = certificate.block;
    const words = new Uint32Array(buffer, byteOffset, CERTIFICATE_WORD_COUNT);
    words[CERTIFICATE_SLOPE_ROWS] = certifiedInstrument.slopeRow.byteOffset + box * this.#rowBytes;
    words[CERTIFICATE_SLOPE_TERMS] = certifiedInstrument.slopeTerms.byteOffset + box * this.#termBytes;
  }

  /** Whether the row's box, around where it is now, lies within that around its centre; NaN fails. */
  #covers(first: number, row: number, size: number, asOfMs: number): boolean {
    const { instrument } = this.#ticks.setup.arena.views;
    const { rows } = this.#ticks.setup;
    const room = (tableStretch - 1) * size * inward;
    const price = largestLog(instrument.forward[row] * this.#perForward[first + row]);
    if (!(price <= room * (1 + priceRestShape))) return false;
    const expiry = rows.expiries[rows.expiry[row]];
    const centreMs = this.#asOfMs[first + row];
    if (expiry.expiryMs !== null && asOfMs !== centreMs) {
      if (!(asOfMs > centreMs)) return false;
      const passed = -logAtLeast((expiry.expiryMs - asOfMs) / (expiry.expiryMs - centreMs));
      // The nearer expiry may have another box by now than it had then.
      const shape = tableStretch * timeShapeOf(expiry, centreMs) - timeShapeOf(expiry, asOfMs);
      if (!(passed <= shape * size * inward)) return false;
    }
    if (rows.shape[row] < SHAPE_CALL) return true;
    return largestLog(instrument.volatility[row] * this.#perVolatility[first + row]) <= room * volatilityReach;
  }

  #keepCentre(first: number, row: number, asOfMs: number): void {
    const { instrument, group } = this.#ticks.setup.arena.views;
    const { rows } = this.#ticks.setup;
    const index = group.indexPrice[rows.group[row]];
    // Without an index the row is NaN, whatever the price.
    this.#perForward[first + row] = index > 0 && index < Infinity ? 1 / instrument.forward[row] : NaN;
    this.#perVolatility[first + row] = 1 / instrument.volatility[row];
    this.#asOfMs[first + row] = asOfMs;
  }
}

/** At least |ln ratio|; NaN and Infinity where nothing is known. */
function largestLog(ratio: number): number {
  return Math.max(logAtMost(ratio), -logAtLeast(ratio));
}
