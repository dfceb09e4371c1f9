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
  /** -1 to 1: how far time passes, forward if negative. */
  readonly time: number;
  /** Whether rests and time are none at all: then they use up nothing. */
  readonly isCommon?: boolean;
}

/**
 * The market moved from the reference into quadrant `quadrant(group)`, with share t of the box. Time passes by as much
 * as the shortest expiry allows; what it counts as is taken from the rests of Y.
 */
export function movedQuotes(
  engine: Engine, reference: Quotes, expirySlopes: Float64Array, box: Box, t: number,
  quadrant: (group: number) => number, movement: Movement,
): Quotes {
  const { rows } = engine;
  const timeLeft = rows.expiries.map(({ expiryMs }) => (expiryMs === null ? 0 : expiryMs - reference.asOfMs));
  const deviation = timeLeft.map((_, row) => expirySlopes[row * certificate.EXPIRY_SLOPE_COUNT]);
  let elapsed = Infinity;
  timeLeft.forEach((left, row) => {
    if (left === 0) return;
    const reach = t * Math.min(box.time, (box.volatilityRest * Math.abs(movement.time)) / deviation[row]);
    elapsed = Math.min(elapsed, left * (1 - Math.exp(-reach)));
  });
  const asOfMs = Math.trunc(reference.asOfMs - Math.sign(movement.time) * (Number.isFinite(elapsed) ? elapsed : 0));
  const up = (group: number, bit: number): number => ((quadrant(group) & bit) === 0 ? 1 : -1);
  const forward = reference.forward.slice();
  const impliedVolatility = reference.impliedVolatility.slice();
  rows.instrumentOf.forEach((instrument, row) => {
    const group = rows.group[row];
    const date = rows.expiry[row];
    const x = up(group, certificate.QUADRANT_PRICE_FALLS) * movement.price * box.price +
      movement.priceRest(instrument) * box.priceRest;
    const passed = timeLeft[date] === 0 ? 0
      : Math.abs(Math.log((rows.expiries[date].expiryMs! - asOfMs) / timeLeft[date])) * deviation[date];
    const rest = Math.max(t * box.volatilityRest - passed, 0);
    const y = up(group, certificate.QUADRANT_VOLATILITY_FALLS) * movement.volatility * box.volatility * t;
    forward[instrument] *= Math.exp(t * x);
    impliedVolatility[instrument] *= Math.exp(y + movement.volatilityRest(instrument) * rest);
  });
  const indexPrice = new Map(reference.indexPrice);
  rows.groups.forEach(({ pair }, group) => {
    const x = up(group, certificate.QUADRANT_PRICE_FALLS) * movement.price * box.price +
      movement.indexRest * box.priceRest;
    indexPrice.set(pair, reference.indexPrice.get(pair)! * Math.exp(t * x));
  });
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

/** Share of the box at which the movement has used up the set's loads, at most 1; common movements are shares of it. */
export function reachByLoads(arena: CertificateArena, set: number, quadrant: number, movement: Movement): number {
  const load = (kind: number): number => arena.loads[set * certificate.LOAD_COUNT + kind];
  const falls = (quadrant & certificate.QUADRANT_PRICE_FALLS) !== 0;
  const eases = (quadrant & certificate.QUADRANT_VOLATILITY_FALLS) !== 0;
  const used =
    movement.price * load(falls ? certificate.LOAD_PRICE_DOWN : certificate.LOAD_PRICE_UP) +
    movement.volatility * load(eases ? certificate.LOAD_VOLATILITY_DOWN : certificate.LOAD_VOLATILITY_UP) +
    (movement.isCommon === true ? 0 : load(certificate.LOAD_REST)) +
    load(certificate.LOAD_OTHER);
  return Math.min(1, 1 / used);
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
    price, volatility, priceRest: worstPrice, volatilityRest: own, indexRest: sign, time: random() < 0.5 ? 0 : sign,
  }))));
  const none = (): number => 0;
  const common = [[1, 1], [1, 0], [0, 1], [1, random()], [random(), 1]].map(([price, volatility]) => ({
    price, volatility, priceRest: none, volatilityRest: none, indexRest: 0, time: 0, isCommon: true,
  }));
  const scattered = Array.from({ length: randomCount }, () => {
    const rests = instruments.map(() => [pick(random, [-1, 1, between(random, -1, 1)]), pick(random, [-1, 0, 1])]);
    return {
      price: pick(random, [1, random()]), volatility: pick(random, [1, random()]),
      priceRest: (instrument: number) => rests[instrument][0],
      volatilityRest: (instrument: number) => rests[instrument][1],
      indexRest: between(random, -1, 1), time: between(random, -1, 1),
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
