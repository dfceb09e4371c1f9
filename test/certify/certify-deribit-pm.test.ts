import { describe, expect, it } from 'vitest';
import * as certificate from '../../assembly/portable/certificate-layout.ts';
import * as layout from '../../assembly/portable/layout.ts';
import { cellCountOf } from '../../src/columns/schema.ts';
import { yearMs } from '../../src/domain/market.ts';
import { Engine } from '../../src/engine/engine.ts';
import { CertificateArena, type Runner } from '../support/certificate-arena.ts';
import { attacks, movedQuotes, quantitiesOf, radiusOf, reachByLoads, sidesOf, type Movement } from '../support/certificate-attack.ts';
import { certificateMarket, certificateParams, certificateRows, type BookKind } from '../support/certificate-market.ts';
import type { Box } from '../support/certificate-slopes.ts';
import { between, pick, seededRandom } from '../support/seeded-random.ts';
import { accountNames, bookOf } from '../support/synthetic-book.ts';

const kinds: readonly BookKind[] = ['perpetual', 'hedge', 'options', 'mixed', 'groups'];
const maintenanceFactor = 0.8;
/** Bankruptcy, maintenance, initial, and a warning at 90% of the equity. */
const thresholds = [
  { requirement: 0, addOn: 0 }, { requirement: maintenanceFactor, addOn: 0 }, { requirement: 1, addOn: 1 },
  { requirement: maintenanceFactor / 0.9, addOn: 0 },
];

function boxOf(price: number): Box {
  return { price, priceRest: price / 8, volatility: 2 * price, volatilityRest: price / 4, time: price / 4 };
}

interface Issued {
  readonly engine: Engine;
  readonly arena: CertificateArena;
  readonly box: Box;
  /** Netting sets with positions, their kinds and sides at the reference. */
  readonly sets: readonly number[];
  readonly kindOf: (set: number) => BookKind;
  readonly sides: ReadonlyMap<number, readonly boolean[]>;
}

/**
 * A random book whose cash puts every set near a threshold, by a few moves of the box at most, on either side; with
 * its certificates.
 */
async function issue(seed: number, accounts: number, box: Box, isShocked: boolean, only = kinds): Promise<Issued> {
  const random = seededRandom(seed);
  const market = certificateMarket();
  const params = certificateParams(isShocked);
  const accountKinds = Array.from({ length: accounts }, (_, account) => only[account % only.length]);
  const rows = certificateRows(market, accountKinds, seed);
  const book = bookOf(rows, accountNames(accounts), Array.from({ length: accounts }, () => 0));
  const engine = Engine.create({ market, params, book });
  await engine.tick();
  const { nettingSet } = engine.arena.views;
  const sets = [...Array(engine.nettingSetCount).keys()].filter((set) => nettingSet.positionCount[set] > 0);
  const { equity, worstCase, rollShock, deltaShock } = engine.results;
  for (const set of sets) {
    const { requirement, addOn } = pick(random, thresholds);
    const matrix = worstCase[set] + rollShock[set] + deltaShock[set];
    const size = box.price * Math.max(matrix, 1e-3) * between(random, 1.5, 8) * pick(random, [1, 0.2, 0.05]);
    nettingSet.addOn[set] = 0.1 * matrix;
    nettingSet.cash[set] += requirement * matrix + addOn * nettingSet.addOn[set] - equity[set];
    nettingSet.cash[set] += random() < 0.6 ? size : -size;
  }
  await engine.tick();
  const arena = new CertificateArena(engine);
  arena.prepare(engine, params, box, thresholds);
  arena.certify(sets);
  const sides = new Map(sets.map((set) => [set, sidesOf(engine, set, thresholds, maintenanceFactor)]));
  return { engine, arena, box, sets, kindOf: (set) => accountKinds[nettingSet.account[set]], sides };
}

/** Whether a movement by share t of the box changes a side of the set, by brute force. */
async function isCrossed(
  { engine, box, sides }: Issued, reference: Engine['quotes'], set: number, quadrant: (group: number) => number,
  movement: Movement, t: number,
): Promise<boolean> {
  await engine.tick(movedQuotes(engine, reference, box, t, quadrant, movement));
  const now = sidesOf(engine, set, thresholds, maintenanceFactor);
  return now.some((side, k) => side !== sides.get(set)![k]);
}

/** Years that pass with share t of the box. */
function yearsOf(
  { engine, box }: Issued, reference: Engine['quotes'], quadrant: number, movement: Movement, t: number,
): number {
  const moved = movedQuotes(engine, reference, box, t, () => quadrant, movement);
  return (moved.asOfMs - reference.asOfMs) / yearMs;
}

interface Outcome {
  points: number;
  violations: string[];
  /** First crossing found, over the radius: per set and quadrant with a radius below 1. */
  readonly ratios: Map<BookKind, number[]>;
}

/** The same inside the loads: `bite` is the share of the loads' reach, `turn` as above. */
async function attackLoads(issued: Issued, seed: number, bite = 0.999_999, turn = 0): Promise<LoadOutcome> {
  const { engine, arena, sets, kindOf } = issued;
  const random = seededRandom(seed);
  const reference = engine.quotes;
  const outcome: LoadOutcome = { points: 0, beyondRadius: 0, violations: [] };
  for (const set of sets) {
    for (let quadrant = 0; quadrant < certificate.QUADRANT_COUNT; quadrant++) {
      for (const movement of [1, -1].flatMap((against) => attacks(engine, set, against, random, 3))) {
        const years = (t: number): number => yearsOf(issued, reference, quadrant, movement, t);
        const reach = reachByLoads(arena, set, quadrant, movement, years);
        if (reach === 0) continue;
        outcome.points++;
        if (reach > radiusOf(arena, set, quadrant)) outcome.beyondRadius++;
        if (await isCrossed(issued, reference, set, () => quadrant ^ turn, movement, reach * bite)) {
          outcome.violations.push(`${kindOf(set)} set ${set} quadrant ${quadrant} reach ${reach}`);
        }
      }
    }
  }
  await engine.tick(reference);
  return outcome;
}

interface LoadOutcome {
  points: number;
  /** Points that the radius does not reach. */
  beyondRadius: number;
  readonly violations: string[];
}

/**
 * Tries to cross every threshold of every set just inside `stretch` x its radii. If `seeksCrossing`, also how far the
 * market has to go for the first crossing, by bisection, up to four radii. Stops after `enough` violations.
 */
async function attack(
  issued: Issued, seed: number, seeksCrossing: boolean, stretch = 0.999_999, turn = 0, enough = Infinity,
): Promise<Outcome> {
  const { engine, arena, sets, kindOf } = issued;
  const random = seededRandom(seed);
  const reference = engine.quotes;
  const outcome: Outcome = { points: 0, violations: [], ratios: new Map() };
  for (const set of sets) {
    for (let quadrant = 0; quadrant < certificate.QUADRANT_COUNT; quadrant++) {
      const radius = radiusOf(arena, set, quadrant);
      if (radius === 0 || outcome.violations.length >= enough) continue;
      let first = 4 * radius;
      for (const movement of [1, -1].flatMap((against) => attacks(engine, set, against, random, 2))) {
        // Of two groups, the second may be in any quadrant.
        const other = kindOf(set) === 'groups' ? Math.floor(random() * certificate.QUADRANT_COUNT) : quadrant;
        const quadrantOf = (group: number): number =>
          (engine.rows.groups[group].name === 'spx_usd' ? other : quadrant) ^ turn;
        const crosses = (t: number): Promise<boolean> => isCrossed(issued, reference, set, quadrantOf, movement, t);
        outcome.points++;
        if (await crosses(radius * stretch)) {
          outcome.violations.push(`${kindOf(set)} set ${set} quadrant ${quadrant} radius ${radius}`);
        }
        if (!seeksCrossing || radius === 1 || !(await crosses(first))) continue;
        let inside = 0;
        for (let step = 0; step < 12; step++) {
          const middle = (inside + first) / 2;
          if (await crosses(middle)) first = middle;
          else inside = middle;
        }
      }
      if (radius < 1 && first < 4 * radius) {
        const ratios = outcome.ratios.get(kindOf(set)) ?? [];
        outcome.ratios.set(kindOf(set), [...ratios, first / radius]);
      }
    }
  }
  await engine.tick(reference);
  return outcome;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('certificates of deribit-pm', () => {
  it.each([
    [1, 0.004, false], [2, 0.02, false], [3, 0.05, false], [4, 0.004, true], [5, 0.02, true], [6, 0.05, true],
  ])('no threshold is crossed inside the radii (book %i, box %f, delta shock %s)', async (seed, price, isShocked) => {
    const issued = await issue(seed, 25, boxOf(price), isShocked);
    const radii = issued.sets.flatMap((set) => [0, 1, 2, 3].map((quadrant) => radiusOf(issued.arena, set, quadrant)));
    // The books are near their thresholds, but certified.
    expect(radii.filter((radius) => radius > 0 && radius < 1).length).toBeGreaterThan(radii.length / 2);
    if (isShocked) expect(issued.engine.results.deltaShock.some((shock) => shock > 0)).toBe(true);
    const { points, violations } = await attack(issued, seed + 100, false);
    expect(points).toBeGreaterThan(1200);
    expect(violations).toEqual([]);
    const byLoads = await attackLoads(issued, seed + 200);
    expect(byLoads.beyondRadius).toBeGreaterThan(byLoads.points / 5);
    expect(byLoads.violations).toEqual([]);
  });

  it('health is that of the engine', async () => {
    const { engine, arena, sets } = await issue(7, 60, boxOf(0.02), true);
    const { equity, worstCase, rollShock, deltaShock } = engine.results;
    for (const set of sets) {
      const matrix = worstCase[set] + rollShock[set] + deltaShock[set];
      thresholds.forEach(({ requirement, addOn }, k) => {
        const wanted = equity[set] - requirement * matrix - addOn * engine.arena.views.nettingSet.addOn[set];
        // Sums in another order.
        const tolerance = 1e-12 * (Math.abs(equity[set]) + matrix);
        const health = arena.health[set * certificate.THRESHOLD_COUNT_MAX + k];
        expect(Math.abs(health - wanted)).toBeLessThanOrEqual(tolerance);
      });
    }
  });
});

describe('tightness', () => {
  it('single perpetuals are within 2% of the crossing where the market goes against them', async () => {
    // Where it goes for them only the rest of X counts, and its curvature in the whole box with it.
    for (const price of [0.004, 0.02]) {
      const issued = await issue(8, 24, boxOf(price), false, ['perpetual']);
      const against = new Set<string>();
      const { engine, arena, sets } = issued;
      const reference = engine.quotes;
      let compared = 0;
      for (const set of sets) {
        const long = quantitiesOf(engine, set).some((quantity) => quantity > 0);
        const isGood = issued.sides.get(set)!;
        // Volatility does not matter; a set between two thresholds may cross either.
        for (const falls of [0, certificate.QUADRANT_PRICE_FALLS]) {
          const radius = radiusOf(arena, set, falls);
          if (radius === 1 || radius === 0) continue;
          const sign = falls === 0 ? 1 : -1;
          const movement: Movement = {
            price: 1, volatility: 0, priceRest: () => sign, volatilityRest: () => 0, indexRest: sign, time: 0,
          };
          const crosses = await isCrossed(issued, reference, set, () => falls, movement, radius * 1.02);
          const losing = long === (falls !== 0);
          if (isGood.every(Boolean) && losing) {
            expect(crosses, `set ${set} quadrant ${falls} radius ${radius}`).toBe(true);
            compared++;
          }
          against.add(`${losing}`);
        }
      }
      expect(compared).toBeGreaterThan(4);
      expect(against.size).toBe(2);
    }
  });

  it('hedges and books of options cross within small multiples of the radius', async () => {
    const issued = await issue(9, 15, boxOf(0.004), false);
    const { ratios, violations } = await attack(issued, 9, true);
    expect(violations).toEqual([]);
    const limits: Partial<Record<BookKind, number>> = { perpetual: 1.05, hedge: 1.1, options: 2, mixed: 1.8, groups: 2.2 };
    for (const kind of kinds) {
      expect(ratios.get(kind)!.length).toBeGreaterThan(4);
      expect(Math.min(...ratios.get(kind)!)).toBeGreaterThan(1);
      expect(mean(ratios.get(kind)!), kind).toBeLessThan(limits[kind]!);
    }
  });
});

/** Takes the curvature for an error of the slope by price, which does not net: certificates of first order. */
function forgetCurvature({ engine, arena, box }: Issued): void {
  const cellCount = cellCountOf(engine.arena.plan.counts.scenarioCount);
  const { slopeRows, slopeTerms } = arena;
  for (let row = 0; row * certificate.SLOPE_TERM_COUNT < slopeTerms.length; row++) {
    const own = row * certificate.SLOPE_TERM_COUNT;
    const take = (from: Float32Array | Float64Array, at: number): number => {
      const size = Math.abs(from[at]);
      from[at] = 0;
      return size;
    };
    let most = take(slopeTerms, own + certificate.SLOPE_VALUE_CURVATURE_MIDDLE) +
      take(slopeTerms, own + certificate.SLOPE_VALUE_CURVATURE_RADIUS);
    for (let cell = 0; cell < cellCount; cell++) {
      const first = row * certificate.slopeFloatsOf(cellCount);
      const ofCell = take(slopeRows, first + certificate.slopeAt(certificate.SLOPE_CURVATURE_MIDDLE, cell)) +
        take(slopeRows, first + certificate.slopeAt(certificate.SLOPE_CURVATURE_RADIUS, cell));
      most = Math.max(most, ofCell);
    }
    slopeTerms[own + certificate.SLOPE_PRICE_ERROR] += most * (box.price + box.priceRest);
  }
}

describe('what the second order is for', () => {
  it('long and short options of one expiry may go several times as far by price as by their gross slopes', async () => {
    const issued = await issue(31, 60, { ...boxOf(0.02), volatility: 0, priceRest: 0.0002 }, false, ['spread']);
    const { arena, sets } = issued;
    const loadsOf = (): number[] => sets.map((set) => {
      const load = (kind: number): number => arena.loads[set * certificate.LOAD_COUNT + kind];
      // A move by a tenth of the box, either way.
      return 0.1 * Math.max(load(certificate.LOAD_PRICE_UP), load(certificate.LOAD_PRICE_DOWN)) +
        0.01 * load(certificate.LOAD_PRICE_SQUARE);
    });
    const now = loadsOf();
    const violations = (await attack(issued, 31, false)).violations;
    expect(violations).toEqual([]);
    forgetCurvature(issued);
    arena.certify(sets);
    const before = loadsOf();
    const ratios = now.flatMap((load, at) => (load > 0 && load < 1 ? [before[at] / load] : [])).sort((a, b) => a - b);
    expect(ratios.length).toBeGreaterThan(20);
    // As measured: 2.9 and 7.9.
    expect(ratios[ratios.length >> 1]).toBeGreaterThan(2.7);
    expect(ratios[Math.floor(0.75 * ratios.length)]).toBeGreaterThan(7);
  });
});

describe('planted errors are caught', () => {
  it.each([
    ['loads a tenth too small', 1.1, 0],
    ['loads of rising and falling prices exchanged', 0.999_999, certificate.QUADRANT_PRICE_FALLS],
    ['loads of rising and falling volatilities exchanged', 0.999_999, certificate.QUADRANT_VOLATILITY_FALLS],
  ])('%s', async (_, bite, turn) => {
    const { violations } = await attackLoads(await issue(10, 60, boxOf(0.004), false), 10, bite, turn);
    expect(violations.length).toBeGreaterThan(5);
  });

  it('no radii of the slopes of values by time', async () => {
    // As long as time alone may pass for options near their strikes to lose faster and faster.
    const long = { price: 0.004, priceRest: 0, volatility: 0.2, volatilityRest: 0, time: 0.35 };
    const issued = await issue(51, 40, long, false, ['options']);
    const { points, violations } = await attackLoads(issued, 52);
    expect(points).toBeGreaterThan(1_000);
    expect(violations).toEqual([]);
    const { slopeTerms } = issued.arena;
    const first = certificate.SLOPE_VALUE_TIME_RADIUS;
    for (let at = first; at < slopeTerms.length; at += certificate.SLOPE_TERM_COUNT) slopeTerms[at] = 0;
    issued.arena.certify(issued.sets);
    expect((await attackLoads(issued, 52)).violations.length).toBeGreaterThan(0);
  });

  it.each([
    ['radii a tenth too large', 1.1, 0],
    ['price quadrants exchanged', 0.999_999, certificate.QUADRANT_PRICE_FALLS],
  ])('%s', async (_, stretch, turn) => {
    const { violations } = await attack(await issue(10, 30, boxOf(0.004), false), 10, false, stretch, turn, 6);
    expect(violations.length).toBeGreaterThan(5);
  });

  // Columns of the copy that certificates are issued from; the engine knows nothing of it.
  const isOfRow = (at: number, row: number): boolean =>
    Math.floor(at / certificate.SLOPE_BLOCK) % certificate.SLOPE_ROW_COUNT === row;
  const plants: readonly [string, readonly BookKind[], (issued: Issued) => void][] = [
    ['no slopes by price', ['options'], ({ arena }) => {
      arena.slopeRows.forEach((_, at) => {
        if (isOfRow(at, certificate.SLOPE_PRICE)) arena.slopeRows[at] = 0;
      });
    }],
    ['slopes of values with the wrong sign', ['options'], ({ arena }) => {
      for (let at = 0; at < arena.slopeTerms.length; at += certificate.SLOPE_TERM_COUNT) {
        arena.slopeTerms[at + certificate.SLOPE_VALUE_PRICE] *= -1;
      }
    }],
    ['no roll shock', ['perpetual'], ({ arena }) => {
      const terms = arena.floats(layout.CONTEXT_TERMS, arena.slopeTerms.length / 2);
      for (let at = layout.TERM_ROLL_FACTOR; at < terms.length; at += layout.TERM_COUNT) terms[at] = 0;
    }],
    ['no delta shock', ['perpetual', 'mixed'], ({ arena, engine }) => {
      const scalars = arena.floats(layout.CONTEXT_GROUP_SCALARS, engine.rows.groups.length * layout.GROUP_SCALAR_COUNT);
      for (let at = 0; at < scalars.length; at += layout.GROUP_SCALAR_COUNT) {
        scalars[at + layout.GROUP_DELTA_SHOCK_SLOPE] = 0;
      }
    }],
    ['dampeners in all scenarios', ['perpetual', 'options'], ({ arena, engine }) => {
      const cells = cellCountOf(engine.arena.plan.counts.scenarioCount);
      const grid = arena.floats(layout.CONTEXT_GRID, engine.rows.groups.length * layout.GRID_COLUMN_COUNT * cells);
      grid.forEach((_, at) => {
        if (Math.floor(at / cells) % layout.GRID_COLUMN_COUNT === layout.GRID_DAMPENER) grid[at] += 0.01;
      });
    }],
  ];
  it.each(plants)('%s', async (_, only, plant) => {
    const issued = await issue(11, 60, boxOf(0.004), true, only);
    plant(issued);
    issued.arena.certify(issued.sets);
    expect((await attack(issued, 12, false, 0.999_999, 0, 1)).violations.length).toBeGreaterThan(0);
  });
});

describe('what has no certificate', () => {
  it('a health within its rounding error, bad input, a poisoned row, a slope that is not finite', async () => {
    const issued = await issue(13, 10, boxOf(0.004), false, ['mixed']);
    const { engine, arena, sets } = issued;
    const radiiOf = (set: number): number[] => [0, 1, 2, 3].map((quadrant) => radiusOf(arena, set, quadrant));
    for (const set of sets) expect(Math.max(...radiiOf(set))).toBeGreaterThan(0);
    const none = [0, 0, 0, 0];
    // Exactly at maintenance: the columns of the copy.
    const { nettingSet } = engine.arena.views;
    const copyOf = <T extends Float64Array | Uint8Array>(column: T): T =>
      new (column.constructor as new (buffer: ArrayBuffer, offset: number, length: number) => T)(
        arena.buffer, column.byteOffset, column.length,
      );
    const [atThreshold, faulty, poisoned, ...others] = sets;
    const cash = copyOf(nettingSet.cash);
    cash[atThreshold] -= arena.health[atThreshold * certificate.THRESHOLD_COUNT_MAX + 1];
    copyOf(nettingSet.fault)[faulty] = 1;
    cash[poisoned] = NaN;
    arena.certify(sets);
    expect([atThreshold, faulty, poisoned].map(radiiOf)).toEqual([none, none, none]);
    expect(Number.isNaN(arena.health[faulty * certificate.THRESHOLD_COUNT_MAX])).toBe(true);
    for (const set of others) expect(Math.max(...radiiOf(set))).toBeGreaterThan(0);
    // Rows of every option, one after the other, then their terms.
    const before = arena.slopeRows.slice();
    for (const bad of [NaN, Infinity]) {
      arena.slopeRows.fill(bad);
      arena.certify(others);
      for (const set of others) expect(radiiOf(set)).toEqual(none);
    }
    arena.slopeRows.set(before);
    arena.slopeTerms.fill(NaN);
    arena.certify(others);
    for (const set of others) expect(radiiOf(set)).toEqual(none);
  });

  it('a set without positions has radius 1', async () => {
    const { arena, engine, sets } = await issue(14, 10, boxOf(0.004), false, ['groups']);
    const { positionCount, cash } = engine.arena.views.nettingSet;
    new Uint32Array(arena.buffer, positionCount.byteOffset, positionCount.length).fill(0);
    new Float64Array(arena.buffer, engine.arena.views.nettingSet.entryValue.byteOffset, cash.length).fill(0);
    arena.certify(sets);
    for (const set of sets) {
      expect([0, 1, 2, 3].map((quadrant) => radiusOf(arena, set, quadrant))).toEqual([1, 1, 1, 1]);
      expect(arena.health[set * certificate.THRESHOLD_COUNT_MAX]).toBe(cash[set]);
    }
  });
});

describe('SIMD, scalar twin and JavaScript', () => {
  it.each([[21, false], [22, true]])('issue the same certificates (book %i)', async (seed, isShocked) => {
    const { arena, sets } = await issue(seed, 100, boxOf(0.02), isShocked);
    const bytes = (runner: Runner): Uint8Array[] => {
      arena.certify(sets, runner);
      return [arena.radius, arena.loads, arena.health].map(
        ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength)),
      );
    };
    const simd = bytes('simd');
    expect(bytes('twin')).toEqual(simd);
    expect(bytes('javascript')).toEqual(simd);
  });
});
