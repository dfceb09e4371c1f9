import {
  BOX_PRICE_REST, BOX_VOLATILITY, BOX_VOLATILITY_REST, CERTIFICATE_BYTES, CERTIFICATE_FLOAT_COUNT, LOAD_COUNT,
  LOAD_PRICE_SQUARE, LOAD_TIME, QUADRANT_COUNT, SLOPE_BLOCK, SLOPE_BLOCK_FLOATS, SLOPE_CURVATURE_MIDDLE,
  SLOPE_CURVATURE_RADIUS, SLOPE_DELTA_PRICE_MIDDLE, SLOPE_DELTA_PRICE_RADIUS, SLOPE_DELTA_VOLATILITY_MIDDLE,
  SLOPE_DELTA_VOLATILITY_RADIUS, SLOPE_PRICE, SLOPE_TERM_COUNT, SLOPE_TIME_MIDDLE, SLOPE_VALUE_CURVATURE_MIDDLE,
  SLOPE_VALUE_CURVATURE_RADIUS, SLOPE_VALUE_PRICE, SLOPE_VALUE_TIME_MIDDLE, SLOPE_VALUE_VOLATILITY_RADIUS,
  SLOPE_VOLATILITY_MIDDLE, SLOPE_VOLATILITY_RADIUS,
} from '../../assembly/portable/certificate-layout.ts';
import {
  GRID_COLUMN_COUNT, GRID_DAMPENER, GROUP_DELTA_SHOCK_SLOPE, GROUP_SCALAR_COUNT,
} from '../../assembly/portable/layout.ts';
import type { Arena } from '../../src/columns/arena.ts';
import { cellCountOf } from '../../src/columns/schema.ts';
import type { CertificateIssuer } from '../../src/monitor/certifier.ts';
import type { IssuerFactory } from '../../src/monitor/issuer.ts';

/** Wrong bounds, planted into the columns between the kernels of certificates: the harness must find them. */
export type Plant = (issuerOf: IssuerFactory) => IssuerFactory;

type Wrap = (arena: Arena, issuer: CertificateIssuer) => CertificateIssuer;

function planted(wrap: Wrap): Plant {
  return (issuerOf) => (ticks, evaluation, thresholds) =>
    wrap(ticks.setup.arena, issuerOf(ticks, evaluation, thresholds));
}

/** Radii of certificates times a factor, at most the whole box. */
function inflated(factor: number): Plant {
  return planted((arena, issuer) => ({
    ...issuer,
    certify: async (sets) => {
      await issuer.certify(sets);
      const { radius } = arena.views.certifiedSet;
      for (const set of sets) {
        for (let q = set * QUADRANT_COUNT; q < (set + 1) * QUADRANT_COUNT; q++) radius[q] = Math.min(1, radius[q] * factor);
      }
    },
  }));
}

/** Loads times a factor, all of them or one kind. */
function lightened(factor: number, kind?: number): Plant {
  return planted((arena, issuer) => ({
    ...issuer,
    certify: async (sets) => {
      await issuer.certify(sets);
      const { loads } = arena.views.certifiedSet;
      for (const set of sets) {
        for (let each = 0; each < LOAD_COUNT; each++) if (kind === undefined || kind === each) loads[set * LOAD_COUNT + each] *= factor;
      }
    },
  }));
}

/** One of the slope rows of all cells times a factor. */
function scaledRow(row: number, factor: number): Plant {
  return planted((arena, issuer) => ({
    ...issuer,
    // Rows are kept from one reference to the next: the error must not grow.
    certify: async (sets) => {
      const { slopeRow: slopes } = arena.views.certifiedInstrument;
      const before = slopes.slice();
      for (let at = row * SLOPE_BLOCK; at < slopes.length; at += SLOPE_BLOCK_FLOATS) {
        for (let cell = 0; cell < SLOPE_BLOCK; cell++) slopes[at + cell] *= factor;
      }
      await issuer.certify(sets);
      slopes.set(before);
    },
  }));
}

/** Some of the slope terms of all instruments times a factor. */
function scaledTerms(terms: readonly number[], factor: number): Plant {
  return planted((arena, issuer) => ({
    ...issuer,
    certify: async (sets) => {
      const column = arena.views.certifiedInstrument.slopeTerms;
      const before = column.slice();
      for (let at = 0; at < column.length; at += SLOPE_TERM_COUNT) for (const term of terms) column[at + term] *= factor;
      await issuer.certify(sets);
      column.set(before);
    },
  }));
}

/** Numbers of the box that the certificate kernel does not get to see, while the slopes do. */
function narrowed(floats: readonly number[], factor: number): Plant {
  return planted((arena, issuer) => ({
    ...issuer,
    certify: async (sets) => {
      const { block } = arena.views.certificate;
      const box = new Float64Array(block.buffer, block.byteOffset + CERTIFICATE_BYTES, CERTIFICATE_FLOAT_COUNT);
      const before = box.slice();
      for (const each of floats) box[each] *= factor;
      await issuer.certify(sets);
      box.set(before);
    },
  }));
}

/** Certificates are computed from a grid or from scalars of which a part is missing. */
function without(forget: (arena: Arena) => void): Plant {
  return planted((arena, issuer) => ({
    ...issuer,
    certify: async (sets) => {
      const grid = arena.views.group.grid.slice();
      const scalars = arena.views.group.scalars.slice();
      forget(arena);
      await issuer.certify(sets);
      arena.views.group.grid.set(grid);
      arena.views.group.scalars.set(scalars);
    },
  }));
}

function forgetDampener(arena: Arena): void {
  const cells = cellCountOf(arena.plan.counts.scenarioCount);
  const { grid } = arena.views.group;
  for (let at = GRID_DAMPENER * cells; at < grid.length; at += GRID_COLUMN_COUNT * cells) grid.fill(0, at, at + cells);
}

function forgetDeltaShock(arena: Arena): void {
  const { scalars } = arena.views.group;
  for (let at = GROUP_DELTA_SHOCK_SLOPE; at < scalars.length; at += GROUP_SCALAR_COUNT) scalars[at] = 0;
}

/** A set that has been certified once keeps its radii for good, whatever the market that they were of. */
const stale: Plant = planted((arena, issuer) => {
  const first = new Map<number, Float32Array>();
  return {
    ...issuer,
    certify: async (sets) => {
      await issuer.certify(sets);
      const { radius } = arena.views.certifiedSet;
      for (const set of sets) {
        const own = radius.subarray(set * QUADRANT_COUNT, (set + 1) * QUADRANT_COUNT);
        const known = first.get(set);
        if (known === undefined) first.set(set, own.slice());
        else own.set(known);
      }
    },
  };
});

export const plants: Readonly<Record<string, Plant>> = {
  'radius x 2': inflated(2),
  'radius x 1.3': inflated(1.3),
  'radius x 1.1': inflated(1.1),
  'radius x 1.03': inflated(1.03),
  'radius x 1.01': inflated(1.01),
  'loads x 0.5': lightened(0.5),
  'loads x 0.9': lightened(0.9),
  'square of prices forgotten': lightened(0, LOAD_PRICE_SQUARE),
  'time forgotten': lightened(0, LOAD_TIME),
  'slope of cells by price halved': scaledRow(SLOPE_PRICE, 0.5),
  'slope of cells by volatility halved': scaledRow(SLOPE_VOLATILITY_MIDDLE, 0.5),
  'slope of values by price halved': scaledTerms([SLOPE_VALUE_PRICE], 0.5),
  'slope of values by time halved': scaledTerms([SLOPE_VALUE_TIME_MIDDLE], 0.5),
  'slope of cells by time halved': scaledRow(SLOPE_TIME_MIDDLE, 0.5),
  'no curvature of cells': (issuerOf) => scaledRow(SLOPE_CURVATURE_MIDDLE, 0)(scaledRow(SLOPE_CURVATURE_RADIUS, 0)(issuerOf)),
  'no radii of cells': (issuerOf) => scaledRow(SLOPE_CURVATURE_RADIUS, 0)(scaledRow(SLOPE_VOLATILITY_RADIUS, 0)(issuerOf)),
  'no curvature of values': scaledTerms([SLOPE_VALUE_CURVATURE_MIDDLE, SLOPE_VALUE_CURVATURE_RADIUS], 0),
  'no radii of values': scaledTerms([SLOPE_VALUE_CURVATURE_RADIUS, SLOPE_VALUE_VOLATILITY_RADIUS], 0),
  'deltas do not move': scaledTerms(
    [SLOPE_DELTA_PRICE_MIDDLE, SLOPE_DELTA_PRICE_RADIUS, SLOPE_DELTA_VOLATILITY_MIDDLE, SLOPE_DELTA_VOLATILITY_RADIUS],
    0,
  ),
  'rests ignored': narrowed([BOX_PRICE_REST, BOX_VOLATILITY_REST], 0),
  'volatility three quarters as wide': narrowed([BOX_VOLATILITY], 0.76),
  'dampener forgotten': without(forgetDampener),
  'delta shock forgotten': without(forgetDeltaShock),
  'stale certificates': stale,
};
