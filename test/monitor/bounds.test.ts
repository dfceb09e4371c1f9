import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOAD_COUNT } from '../../assembly/portable/certificate-layout.ts';
import { boxSizes } from '../../src/monitor/box.ts';
import { CertificateIndex } from '../../src/monitor/certificate-index.ts';
import { logAtLeast, logAtMost } from '../../src/monitor/log-bounds.ts';
import type { Displacement } from '../../src/monitor/reference.ts';
import { loadsUsed } from '../../src/monitor/set-loads.ts';
import { seededRandom } from '../support/seeded-random.ts';

describe('bounds of a logarithm', () => {
  it('enclose it, and closely where markets are', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 1.5, noNaN: true }), (ratio) => {
        const exact = new Decimal(ratio).ln();
        expect(exact.gte(logAtLeast(ratio))).toBe(true);
        expect(exact.lte(logAtMost(ratio))).toBe(true);
        const u = Math.abs(ratio - 1);
        // Both bounds leave out the fourth power, halved; and the slack for rounding.
        expect(logAtMost(ratio) - logAtLeast(ratio)).toBeLessThanOrEqual(u ** 4 + 3e-15);
      }),
      { numRuns: 2_000 },
    );
  });

  it('are infinite far from 1 and for what is no ratio', () => {
    for (const ratio of [0.4999, 1.5001, 0, -1, NaN, Infinity, -Infinity]) {
      expect(logAtLeast(ratio)).toBe(-Infinity);
      expect(logAtMost(ratio)).toBe(Infinity);
    }
  });
});

describe('index of certificates', () => {
  const count = 3_000;
  const random = seededRandom(5);
  const radii = Float64Array.from({ length: 4 * count }, (_, at) =>
    at % 17 === 0 ? 0 : at % 19 === 0 ? 0.08 : 0.05 * random() ** 6,
  );
  const classes = Uint32Array.from({ length: count }, (_, set) => (set * 7) % 5);
  /** Nothing is safe by loads of infinity. */
  const noLoads = new Float32Array(LOAD_COUNT * count).fill(Infinity);
  const box = Uint8Array.from({ length: count }, (_, set) => set % boxSizes.length);
  /** Where the market is, if it moves by no more in one way than in another. */
  const at = (quadrant: number, distance: number): Displacement =>
    ({ quadrant, distance, price: distance, volatility: distance, rest: distance, elapsed: 1e-3, largest: distance });
  const number = 3;
  /** Every set has its certificate here, until a test gives it another. */
  const everywhere = (): Uint8Array => new Uint8Array(count + 10).fill(number);
  const make = (loads = noLoads, reference = everywhere(), quadrantsOf = () => 4) =>
    new CertificateIndex({
      loads,
      box,
      reference,
      number,
      quadrantsOf,
      sets: Uint32Array.from({ length: count }, (_, set) => set),
      classes,
      radiusOf: (set, quadrant) => radii[4 * set + quadrant],
    });

  it('finds every set whose radius is reached, and no other', () => {
    const index = make();
    const found = new Uint32Array(count);
    for (const distance of [1e-9, 1e-6, 3e-5, 0.001, 0.0123, 0.05, 0.08, 0.1, 2, Infinity, ...radii.slice(100, 140)]) {
      for (let quadrant = 0; quadrant < 4; quadrant++) {
        index.classes.forEach((own, place) => {
          const top = index.collect(place, at(quadrant, distance), found, 0);
          const expected = [...classes.keys()].filter(
            (set) => classes[set] === own && !(distance < radii[4 * set + quadrant]),
          );
          expect([...found.subarray(0, top)].sort((a, b) => a - b)).toEqual(expected);
        });
      }
    }
  });

  it('leaves out those that are safe by their loads: sum of load x what is used below 1, within the box', () => {
    const loads = Float32Array.from({ length: LOAD_COUNT * count }, () => 2 * random() ** 3);
    const index = make(loads);
    const found = new Uint32Array(count);
    let safe = 0;
    for (let each = 0; each < 200; each++) {
      const [price, volatility, rest, elapsed] = [random(), random(), random(), 20 * random()].map((share) => share * 0.03);
      const largest = Math.max(price, volatility, rest);
      const moved = { quadrant: each % 4, distance: 1, price, volatility, rest, elapsed, largest };
      const shown = new Set(index.classes.flatMap((_, place) => [...found.subarray(0, index.collect(place, moved, found, 0))]));
      for (let set = 0; set < count; set++) {
        const size = boxSizes[box[set]];
        const [up, down, square, more, less, own, time, other] = loads.subarray(set * LOAD_COUNT);
        const used =
          (price / size) * ((each & 1) === 0 ? up : down) + (price / size) ** 2 * square +
          (volatility / size) * ((each & 2) === 0 ? more : less) + (rest / size) * own + elapsed * time +
          (moved.largest / size) * other;
        if (set % 50 === 0) expect(loadsUsed(moved, loads, set, size)).toBeCloseTo(moved.largest <= size ? used : Infinity, 10);
        // Between 1 - 1e-6 and 1 a set may be either: loads are rounded up to 32 bits.
        if (used > 1 - 1e-6 && used < 1) continue;
        const isSafe = moved.largest <= size && used < 1;
        if (isSafe) safe++;
        if (shown.has(set) === isSafe) expect(`set ${set} of ${used}`).toBe(isSafe ? 'safe' : 'found');
      }
    }
    expect(safe).toBeGreaterThan(10_000);
  });

  it('a load is used up, and a box is left, however they are rounded to 32 bits', () => {
    for (const size of boxSizes) {
      const loads = Float32Array.from({ length: LOAD_COUNT * count }, (_, each) => (each % LOAD_COUNT === 0 ? 1 + random() : 0));
      const index = make(loads.map((load, each) => (size === boxSizes[box[Math.floor(each / LOAD_COUNT)]] ? load : Infinity)));
      const found = new Uint32Array(count);
      const isFound = (set: number, moved: Displacement): boolean =>
        found.subarray(0, index.collect(index.classes.indexOf(classes[set]), moved, found, 0)).includes(set);
      for (let set = 0; set < count; set += 7) {
        if (boxSizes[box[set]] !== size) continue;
        const price = (size * (1 + 1e-9)) / loads[set * LOAD_COUNT];
        const moved = { ...at(0, Infinity), price, volatility: 0, rest: 0, elapsed: 0, largest: price };
        expect(isFound(set, moved)).toBe(true);
        expect(isFound(set, { ...moved, price: 0, largest: size * (1 + 1e-9) })).toBe(true);
      }
    }
  });

  it('has sets of classes without quadrants in the first alone', () => {
    const index = make(noLoads, everywhere(), (own = 0) => (own === 2 ? 1 : 4));
    const found = new Uint32Array(count);
    index.classes.forEach((own, place) => {
      const inFirst = index.collect(place, at(0, Infinity), found, 0);
      expect(inFirst).toBe(classes.filter((each) => each === own).length);
      for (const quadrant of [1, 2, 3]) expect(index.collect(place, at(quadrant, Infinity), found, 0)).toBe(own === 2 ? 0 : inFirst);
    });
    expect(index.members().sort((a, b) => a - b)).toEqual([...classes.keys()]);
  });

  it('forgets sets that have another reference, follows those that move, and stops where there is no room', () => {
    const loads = noLoads.slice();
    loads.fill(0, 77 * LOAD_COUNT, 78 * LOAD_COUNT);
    const reference = everywhere();
    const index = make(loads, reference);
    const found = new Uint32Array(count);
    const collectAll = (quadrant: number, distance = Infinity): number[] => {
      const far = { ...at(quadrant, 0.004), distance };
      const sets = index.classes.flatMap((_, place) => [...found.subarray(0, index.collect(place, far, found, 0))]);
      return sets.sort((a, b) => a - b);
    };
    for (let set = 0; set < count; set += 2) reference[set] = 255;
    const everyOdd = [...classes.keys()].filter((set) => set % 2 === 1);
    const odd = everyOdd.filter((set) => set !== 77);
    for (let quadrant = 0; quadrant < 4; quadrant++) {
      expect(collectAll(quadrant)).toEqual(odd);
      expect(collectAll(quadrant, 0.01)).toEqual(odd.filter((set) => !(radii[4 * set + quadrant] > 0.01)));
    }
    expect(index.members().sort((a, b) => a - b)).toEqual(everyOdd);
    // An entry that was met is void: whoever has a certificate here again, has it by another index.
    reference[40] = number;
    expect(collectAll(0)).toEqual(odd);
    reference[40] = 255;
    // Sets move up by ten rows; the first fifty are closed.
    const places = Uint32Array.from({ length: count }, (_, set) => (set < 50 ? 0xffff_ffff : set + 10));
    reference.copyWithin(60, 50, count).fill(255, 0, 60);
    index.rearrange(places);
    const left = everyOdd.filter((set) => set >= 50);
    for (const quadrant of [0, 3]) expect(collectAll(quadrant)).toEqual(left.filter((set) => set !== 77).map((set) => set + 10));
    for (const set of left) if (set % 3 === 0) reference[set + 10] = 7;
    expect(collectAll(2)).toEqual(left.filter((set) => set % 3 !== 0 && set !== 77).map((set) => set + 10));
    expect(index.collect(0, at(1, Infinity), new Uint32Array(7), 0)).toBe(7);
    for (const set of left) if (set % 3 !== 0) reference[set + 10] = 255;
    expect(index.members()).toEqual([]);
  });

  it('finds after any takings whom it would have found, but for those taken', () => {
    const loads = noLoads.map((_, each) => (Math.floor(each / LOAD_COUNT) % 5 === 0 ? 0 : Infinity));
    const reference = everywhere();
    const index = make(loads, reference);
    const found = new Uint32Array(count);
    // Sets without loads are safe within their box, whatever their radius.
    const reached = (quadrant: number, distance: number): number[] =>
      [...classes.keys()].filter(
        (set) => reference[set] === number && set % 5 !== 0 && !(distance < radii[4 * set + quadrant]),
      );
    const all = (how: 'collect' | 'take', quadrant: number, distance: number): number[] => {
      const moved = { ...at(quadrant, distance), largest: 0.001 };
      return index.classes
        .flatMap((_, place) => [...found.subarray(0, index[how](place, moved, found, 0))])
        .sort((a, b) => a - b);
    };
    let taken = 0;
    for (let each = 0; each < 60; each++) {
      const [quadrant, distance] = [each % 4, 0.06 * random() ** 3];
      if (each % 8 < 4) expect(all('collect', quadrant, distance)).toEqual(reached(quadrant, distance));
      const expected = reached(quadrant, distance / 4);
      expect(all('take', quadrant, distance / 4)).toEqual(expected);
      for (const set of expected) reference[set] = 255;
      reference[Math.floor(random() * count)] = 255;
      taken += expected.length;
    }
    expect(taken).toBeGreaterThan(count / 4);
    expect(index.members().sort((a, b) => a - b)).toEqual([...classes.keys()].filter((set) => reference[set] === number));
  });
});
