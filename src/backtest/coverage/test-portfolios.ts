import { RandomStream, requireSeed } from '../../generate/random.ts';
import { slotNames, type SlotName } from './listing.ts';

/** What a leg is held in: a slot, or the first of perpetual, spot and near future that is listed. */
export type LegSlot = SlotName | 'outright';

export interface Leg {
  readonly slot: LegSlot;
  /** Signed base units per unit of the portfolio. */
  readonly units: number;
}

/** A portfolio that is struck afresh every day: the same legs of what is then listed, of the same notional. */
export interface TestPortfolio {
  readonly name: string;
  readonly legs: readonly Leg[];
  /** Adds as much of the outright as makes the delta zero, in the currency of the margin. */
  readonly deltaHedged?: boolean;
}

const leg = (slot: LegSlot, units: number): Leg => ({ slot, units });

/** Outrights, a calendar, and the usual strategies of options. */
export const standardPortfolios: readonly TestPortfolio[] = [
  { name: 'long', legs: [leg('outright', 1)] },
  { name: 'short', legs: [leg('outright', -1)] },
  { name: 'calendar', legs: [leg('near-future', 1), leg('far-future', -1)] },
  { name: 'long-call', legs: [leg('near-call', 1)] },
  { name: 'short-put', legs: [leg('near-put', -1)] },
  { name: 'short-straddle', legs: [leg('near-call', -1), leg('near-put', -1)] },
  { name: 'short-strangle', legs: [leg('high-call', -1), leg('low-put', -1)] },
  { name: 'call-spread', legs: [leg('near-call', -1), leg('high-call', 1)] },
  { name: 'put-spread', legs: [leg('near-put', -1), leg('low-put', 1)] },
  { name: 'covered-call', legs: [leg('outright', 1), leg('high-call', -1)] },
  { name: 'protective-put', legs: [leg('outright', 1), leg('low-put', 1)] },
  { name: 'short-gamma', legs: [leg('near-call', -1), leg('near-put', -1)], deltaHedged: true },
];

/** Streams 1 to 3 and 101 to 103 of a seed have other uses. */
const portfolioStream = 111;
const legsMax = 4;
const unitsMax = 3;

/**
 * Random portfolios of two to four different slots, one to three units long or short each. Each is a seeded order of
 * all slots of which the first that are listed are taken, so that models with the same listing have the same
 * portfolios.
 */
export function randomPortfolios(count: number, seed: number, listed: ReadonlySet<SlotName>): TestPortfolio[] {
  requireSeed(seed);
  const random = new RandomStream();
  return Array.from({ length: count }, (_, index) => {
    random.restart(seed, index, portfolioStream);
    const wanted = 2 + random.nextIndex(legsMax - 1);
    const order = [...slotNames];
    for (let place = order.length - 1; place > 0; place--) {
      const other = random.nextIndex(place + 1);
      [order[place], order[other]] = [order[other], order[place]];
    }
    const drawn = order.map((slot) => {
      const units = 1 + random.nextIndex(unitsMax);
      return leg(slot, random.nextIndex(2) === 0 ? units : -units);
    });
    const legs = drawn.filter(({ slot }) => listed.has(slot as SlotName)).slice(0, wanted);
    return { name: `random-${index + 1}`, legs };
  });
}

/** What an outright is held in, the first that is listed. */
export const outrightSlots = ['perpetual', 'spot', 'near-future'] as const;

/** The slot that stands for an outright, or null if nothing that does is listed. */
export function outrightSlot(listed: ReadonlyMap<SlotName, number>): SlotName | null {
  return outrightSlots.find((slot) => listed.has(slot)) ?? null;
}

/** `+1 near-call -2 perpetual`. */
export function legsText({ legs, deltaHedged }: TestPortfolio): string {
  const text = legs.map(({ slot, units }) => `${units > 0 ? '+' : '-'}${Math.abs(units)} ${slot}`).join(' ');
  return deltaHedged === true ? `${text} + delta hedge` : text;
}
