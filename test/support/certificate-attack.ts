import * as certificate from '../../assembly/portable/certificate-layout.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { Quotes } from '../../src/engine/tick-inputs.ts';
import { between, pick } from './seeded-random.ts';
import type { CertificateArena, Threshold } from './certificate-arena.ts';
import type { Box } from './certificate-slopes.ts';

/** How a market moves inside the box, all in shares of it: the box is used up to `t` times these. */
export interface Movement {
  /** Per risk group, at least 0 and at most 1: common movement in the direction of the quadrant. */
  readonly price: number;
  readonly volatility: number;
  /** -1 to 1, per market instrument. */
  readonly priceRest: (instrument: number) => number;
  readonly volatilityRest: (instrument: number) => number;
  /** -1 to 1, of the index price of a risk group against its common movement. */
  readonly indexRest: number;
  /** 0 to 1: how far time passes. */
  readonly time: number;
  /** Whether rests and time are none at all: then they use up nothing. */
  readonly isCommon?: boolean;
}

/** The market moved from the reference into quadrant `quadrant(group)`, with share t of the box. */
export function movedQuotes(
  engine: Engine, reference: Quotes, box: Box, t: number,
  quadrant: (group: number) => number, movement: Movement,
): Quotes {
  const { rows } = engine;
  const up = (group: number, bit: number): number => ((quadrant(group) & bit) === 0 ? 1 : -1);
  const forward = reference.forward.slice();
  const impliedVolatility = reference.impliedVolatility.slice();
  let elapsed = Infinity;
  rows.instrumentOf.forEach((instrument, row) => {
    const group = rows.group[row];
    const x = up(group, certificate.QUADRANT_PRICE_FALLS) * movement.price * box.price +
      movement.priceRest(instrument) * box.priceRest;
    const common = up(group, certificate.QUADRANT_VOLATILITY_FALLS) * movement.volatility * box.volatility * t;
    const y = common + movement.volatilityRest(instrument) * box.volatilityRest * t;
    forward[instrument] *= Math.exp(t * x);
    impliedVolatility[instrument] *= Math.exp(y);
    const { expiryMs } = rows.expiries[rows.expiry[row]];
    if (expiryMs === null) return;
    elapsed = Math.min(elapsed, (expiryMs - reference.asOfMs) * (1 - Math.exp(-t * movement.time * box.time)));
  });
  const indexPrice = new Map(reference.indexPrice);
  rows.groups.forEach(({ pair }, group) => {
    const x = up(group, certificate.QUADRANT_PRICE_FALLS) * movement.price * box.price +
      movement.indexRest * box.priceRest;
    indexPrice.set(pair, reference.indexPrice.get(pair)! * Math.exp(t * x));
  });
  const asOfMs = Math.trunc(reference.asOfMs + (Number.isFinite(elapsed) ? elapsed : 0));
  return { ...reference, asOfMs, forward, impliedVolatility, indexPrice };
}

/** Whether each threshold's good side holds, in the engine's own floating-point numbers. */
export function sidesOf(
  engine: Engine, set: number, thresholds: readonly Threshold[], maintenanceFactor: number,
): boolean[] {
  const { equity, initialMargin, maintenanceMargin, worstCase, rollShock, deltaShock } = engine.results;
  return thresholds.map(({ requirement, addOn }) => {
    if (requirement === 0) return !(equity[set] < 0);
    if (requirement === maintenanceFactor && addOn === 0) return !(equity[set] <= maintenanceMargin[set]);
    if (requirement === 1 && addOn === 1) return !(equity[set] < initialMargin[set]);
    return equity[set] > requirement * (worstCase[set] + rollShock[set] + deltaShock[set]);
  });
}

/**
 * Share of the box at which the movement has used up the set's loads, at most 1, by bisection; common movements are
 * shares of it, time is in years.
 */
export function reachByLoads(
  arena: CertificateArena, set: number, quadrant: number, movement: Movement, years: (t: number) => number,
): number {
  const load = (kind: number): number => arena.loads[set * certificate.LOAD_COUNT + kind];
  const falls = (quadrant & certificate.QUADRANT_PRICE_FALLS) !== 0;
  const eases = (quadrant & certificate.QUADRANT_VOLATILITY_FALLS) !== 0;
  const linear =
    movement.price * load(falls ? certificate.LOAD_PRICE_DOWN : certificate.LOAD_PRICE_UP) +
    movement.volatility * load(eases ? certificate.LOAD_VOLATILITY_DOWN : certificate.LOAD_VOLATILITY_UP) +
    (movement.isCommon === true ? 0 : load(certificate.LOAD_REST)) +
    load(certificate.LOAD_OTHER);
  const used = (t: number): number =>
    t * linear + (t * movement.price) ** 2 * load(certificate.LOAD_PRICE_SQUARE) + years(t) * load(certificate.LOAD_TIME);
  if (used(1) < 1) return 1;
  let [inside, outside] = [0, 1];
  for (let step = 0; step < 24; step++) {
    const middle = (inside + outside) / 2;
    if (used(middle) < 1) inside = middle;
    else outside = middle;
  }
  return inside;
}

export function radiusOf(arena: CertificateArena, set: number, quadrant: number): number {
  return arena.radius[set * certificate.QUADRANT_COUNT + quadrant];
}

/**
 * Movements that hurt a set most, or nearly: corners of the box, every instrument's own movement against the position
 * (`against` 1) or for it (-1), and random ones.
 */
export function attacks(
  engine: Engine, set: number, against: number, random: () => number, randomCount: number,
): Movement[] {
  const quantity = quantitiesOf(engine, set);
  const { instruments } = engine.market;
  const own = (instrument: number): number => -against * Math.sign(quantity[instrument]);
  const worstPrice = (instrument: number): number =>
    own(instrument) * (instruments[instrument].optionType === 'put' ? -1 : 1);
  const chosen = [1, 0].flatMap((price) => [1, 0].flatMap((volatility) => [1, -1].map((sign) => ({
    price, volatility, priceRest: worstPrice, volatilityRest: own, indexRest: sign, time: random() < 0.5 ? 0 : 1,
  }))));
  const none = (): number => 0;
  const shares = [[1, 1, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [0, 0.5, 1], [1, random(), 0], [random(), 1, 0]];
  const common = shares.map(([price, volatility, time]) => ({
    price, volatility, priceRest: none, volatilityRest: none, indexRest: 0, time, isCommon: true,
  }));
  const scattered = Array.from({ length: randomCount }, () => {
    const rests = instruments.map(() => [pick(random, [-1, 1, between(random, -1, 1)]), pick(random, [-1, 0, 1])]);
    return {
      price: pick(random, [1, random()]), volatility: pick(random, [1, random()]),
      priceRest: (instrument: number) => rests[instrument][0],
      volatilityRest: (instrument: number) => rests[instrument][1],
      indexRest: between(random, -1, 1), time: between(random, 0, 1),
    };
  });
  return [...chosen, ...common, ...scattered];
}

/** Signed contracts of the set by market instrument. */
export function quantitiesOf(engine: Engine, set: number): Float64Array {
  const { nettingSet, position } = engine.arena.views;
  const quantity = new Float64Array(engine.market.instruments.length);
  for (let slot = nettingSet.firstPosition[set], left = nettingSet.positionCount[set]; left > 0; slot++, left--) {
    quantity[engine.instrumentAt(slot)] = position.quantity[slot];
  }
  return quantity;
}
