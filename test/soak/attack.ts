import {
  BOX_PRICE, BOX_PRICE_REST, BOX_VOLATILITY, BOX_VOLATILITY_REST, CERTIFICATE_BYTES, CERTIFICATE_FLOAT_COUNT,
  EXPIRY_SLOPE_COUNT, EXPIRY_TIME, LOAD_COUNT, LOAD_PRICE_DOWN, LOAD_PRICE_SQUARE, LOAD_PRICE_UP, LOAD_REST, LOAD_TIME,
  LOAD_VOLATILITY_DOWN, LOAD_VOLATILITY_UP, QUADRANT_COUNT, QUADRANT_PRICE_FALLS, QUADRANT_VOLATILITY_FALLS,
} from '../../assembly/portable/certificate-layout.ts';
import type { Book } from '../../src/domain/book.ts';
import { riskGroupOf } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { Quotes } from '../../src/engine/tick-inputs.ts';
import { issuerFactoryOf } from '../../src/monitor/issuer.ts';
import { Monitor } from '../../src/monitor/monitor.ts';
import { between, pick, seededRandom } from '../support/seeded-random.ts';
import type { Plant } from './plants.ts';
import { soakBook } from './soak-book.ts';
import { soakMarket, type SoakMarket } from './soak-market.ts';

/**
 * Attacks certificates one by one: searches, coordinate by coordinate, for the market inside a set's radius, or inside
 * its loads, that moves its health most, evaluated by brute force alone. A status other than that at the reference is a
 * wrong certificate.
 */
export interface Attack {
  readonly attacked: number;
  /** Largest share of a health that was used up by a move within the radius: 1 is tight, above 1 is wrong. */
  readonly tightest: number;
  readonly wrong: readonly string[];
}

/** What one certificate claims. */
interface Claim {
  readonly set: number;
  readonly radius: Float32Array;
  readonly loads: Float32Array;
  readonly box: Float64Array;
  /** Per expiry time, how far the box lets ln(time) fall. */
  readonly time: ReadonlyMap<number | null, number>;
}

interface Claims {
  readonly claims: Claim[];
  readonly statuses: Uint8Array;
}

/** Just inside of the radius: the monitor's own bounds of logarithms are wider than this. */
const inside = 1 - 1e-9;

/** `scale`: moves so many times as far as the radius allows; `plant`: wrong certificates. */
export async function attack(
  seed: number, accounts: number, attacked: number, { scale = 1, plant }: { readonly scale?: number; readonly plant?: Plant | undefined } = {},
): Promise<Attack> {
  const random = seededRandom(seed);
  const soak = soakMarket(random, seed % 2 === 1, false);
  const book = await soakBook(soak, accounts, random);
  const { claims, statuses } = await claimsOf(soak, book, plant);
  const worthwhile = claims.filter(({ radius }) => Math.max(...radius) > 0);
  const wrong: string[] = [];
  const whole = Engine.create({ market: soak.market, params: soak.params, book });
  let tightest = 0;
  let count = 0;
  while (count < attacked && worthwhile.length > 0) {
    const claim = pick(random, worthwhile);
    const victim = await victimOf(soak, book, whole, claim.set);
    count++;
    if (victim === null) continue;
    const { share, found } = await search(victim, claim, statuses[claim.set], random, scale);
    if (share > tightest) tightest = share;
    if (found !== null) wrong.push(`seed ${seed}, netting set ${claim.set} (account ${victim.account}): ${found}`);
    await victim.engine.close();
  }
  await whole.close();
  return { attacked: count, tightest, wrong };
}

async function claimsOf(soak: SoakMarket, book: Book, plant: Plant | undefined): Promise<Claims> {
  const options = { market: soak.market, params: soak.params, book };
  const factory = issuerFactoryOf(options)!;
  const issuerOf = plant === undefined ? factory : plant(factory);
  const claims: Claim[] = [];
  const monitor = Monitor.create(options, (ticks, evaluation, thresholds) => {
    const issuer = issuerOf(ticks, evaluation, thresholds);
    const { block } = ticks.setup.arena.views.certificate;
    return {
      ...issuer,
      certify: async (sets) => {
        await issuer.certify(sets);
        const { certifiedSet, certifiedExpiry } = ticks.setup.arena.views;
        const box = new Float64Array(block.buffer, block.byteOffset + CERTIFICATE_BYTES, CERTIFICATE_FLOAT_COUNT).slice();
        const time = new Map(
          ticks.setup.rows.expiries.map(({ expiryMs }, row) => [expiryMs, certifiedExpiry.slopes[row * EXPIRY_SLOPE_COUNT + EXPIRY_TIME]] as const),
        );
        for (const set of sets) {
          const radius = certifiedSet.radius.slice(set * QUADRANT_COUNT, (set + 1) * QUADRANT_COUNT);
          const loads = certifiedSet.loads.slice(set * LOAD_COUNT, (set + 1) * LOAD_COUNT);
          claims.push({ set, box, radius, loads, time });
        }
      },
    };
  });
  await monitor.tick();
  const statuses = monitor.statuses.slice();
  await monitor.close();
  return { claims, statuses };
}

/** One netting set in an engine of its own, with the instruments that it holds. */
interface Victim {
  readonly account: string;
  readonly engine: Engine;
  readonly market: Market;
  readonly pairOf: readonly string[];
  readonly quantity: Float64Array;
}

async function victimOf(soak: SoakMarket, book: Book, whole: Engine, set: number): Promise<Victim | null> {
  const { nettingSet } = whole.arena.views;
  const account = whole.accountIds[nettingSet.account[set]];
  const currency = whole.currencies[nettingSet.currency[set]];
  const accountIndex = book.accountIds.indexOf(account);
  const { positions } = book;
  const slots = [...positions.accountIndex.keys()].filter(
    (slot) =>
      positions.accountIndex[slot] === accountIndex &&
      soak.market.instruments[positions.instrumentIndex[slot]].settlementCurrency === currency,
  );
  if (slots.length === 0) return null;
  const rows = slots.map((slot) => positions.instrumentIndex[slot]);
  const market: Market = {
    ...soak.market,
    instruments: rows.map((row) => soak.market.instruments[row]),
    forward: Float64Array.from(rows, (row) => soak.market.forward[row]),
    impliedVolatility: Float64Array.from(rows, (row) => soak.market.impliedVolatility[row]),
    openInterest: new Float64Array(rows.length),
  };
  const amounts = (amount: number) => ({
    accountIndex: Uint32Array.of(0), currencyIndex: Uint32Array.of(0), amount: Float64Array.of(amount),
  });
  const engine = Engine.create({
    market, params: soak.params,
    book: {
      accountIds: [account], currencies: [currency], quarantined: [],
      positions: {
        accountIndex: new Uint32Array(slots.length), instrumentIndex: Uint32Array.from(slots.keys()),
        quantity: Float64Array.from(slots, (slot) => positions.quantity[slot]),
        entryPrice: Float64Array.from(slots, (slot) => positions.entryPrice[slot]),
      },
      cash: amounts(nettingSet.cash[set]), addOns: amounts(nettingSet.addOn[set]),
    },
  });
  await engine.tick();
  const pairOf = market.instruments.map((each) => riskGroupOf(each).pair);
  const quantity = Float64Array.from(slots, (slot) => positions.quantity[slot]);
  return { account, engine, market, pairOf, quantity };
}

/**
 * A move in shares of the box: common ones per pair, own ones per instrument, of the index per pair, of time, which goes
 * forward.
 */
interface Move {
  readonly price: Map<string, number>;
  readonly volatility: Map<string, number>;
  readonly index: Map<string, number>;
  readonly ownPrice: Float64Array;
  readonly ownVolatility: Float64Array;
  time: number;
}

const msPerYear = 365 * 86_400_000;

/** Milliseconds that pass: the share of the box is that of the expiry whose box is left first. */
function elapsedMs({ market }: Victim, move: Move, t: number, { time }: Claim): number {
  let elapsed = Infinity;
  for (const { expiryMs } of market.instruments) {
    if (expiryMs === null) continue;
    elapsed = Math.min(elapsed, (expiryMs - market.asOfMs) * (1 - Math.exp(-t * move.time * time.get(expiryMs)!)));
  }
  return elapsed === Infinity ? 0 : Math.floor(elapsed);
}

function quotesAt(victim: Victim, move: Move, t: number, claim: Claim, quadrants: ReadonlyMap<string, number>): Quotes {
  const { market, pairOf } = victim;
  const { box } = claim;
  const side = (pair: string, bit: number): number => ((quadrants.get(pair)! & bit) === 0 ? 1 : -1);
  const asOfMs = market.asOfMs + elapsedMs(victim, move, t, claim);
  const common = (pair: string): number => side(pair, QUADRANT_PRICE_FALLS) * move.price.get(pair)! * box[BOX_PRICE];
  return {
    asOfMs,
    forward: market.forward.map(
      (value, row) => value * Math.exp(t * (common(pairOf[row]) + move.ownPrice[row] * box[BOX_PRICE_REST])),
    ),
    impliedVolatility: market.impliedVolatility.map((value, row) => {
      const pair = pairOf[row];
      const y = side(pair, QUADRANT_VOLATILITY_FALLS) * move.volatility.get(pair)! * box[BOX_VOLATILITY];
      return value * Math.exp(t * (y + move.ownVolatility[row] * box[BOX_VOLATILITY_REST]));
    }),
    indexPrice: new Map([...market.indexPrice].map(([pair, value]) => {
      const x = quadrants.has(pair) ? t * (common(pair) + move.index.get(pair)! * box[BOX_PRICE_REST]) : 0;
      return [pair, value * Math.exp(x)] as const;
    })),
  };
}

/** Share t of a move at which the loads of a set of one group are used up: at most 1. */
function shareByLoads(victim: Victim, move: Move, claim: Claim, quadrant: number): number {
  const { loads } = claim;
  const [price, volatility] = [[...move.price.values()][0], [...move.volatility.values()][0]];
  const own = [...move.ownPrice, ...move.ownVolatility, ...move.index.values()].map(Math.abs);
  const square = price * price * loads[LOAD_PRICE_SQUARE];
  const used = (t: number): number =>
    t * price * loads[(quadrant & QUADRANT_PRICE_FALLS) === 0 ? LOAD_PRICE_UP : LOAD_PRICE_DOWN] +
    t * volatility * loads[(quadrant & QUADRANT_VOLATILITY_FALLS) === 0 ? LOAD_VOLATILITY_UP : LOAD_VOLATILITY_DOWN] +
    t * Math.max(...own) * loads[LOAD_REST] + (elapsedMs(victim, move, t, claim) / msPerYear) * loads[LOAD_TIME] + t * t * square;
  let [low, high] = [0, 1];
  if (used(1) < inside) return 1;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (used(middle) < inside) low = middle;
    else high = middle;
  }
  return low;
}

/** Passes over all coordinates. */
const rounds = 3;

async function search(
  victim: Victim, claim: Claim, status: number, random: () => number, scale: number,
): Promise<{ share: number; found: string | null }> {
  const { engine, pairOf, market } = victim;
  const pairs = [...new Set(pairOf)];
  const least = Math.min(...claim.radius);
  const quadrant = Math.floor(random() * QUADRANT_COUNT);
  const quadrants = new Map(pairs.map((pair) => [pair, pairs.length > 1 ? Math.floor(random() * QUADRANT_COUNT) : quadrant] as const));
  const radius = (pairs.length > 1 ? least : claim.radius[quadrant]) * inside * scale;
  if (radius === 0) return { share: 0, found: null };
  const { equity, maintenanceMargin, initialMargin } = engine.results;
  if (engine.results.status[0] !== status) return { share: 0, found: `status ${engine.results.status[0]} at the reference, was ${status}` };
  // The nearest threshold at the reference.
  const byMaintenance = Math.abs(equity[0] - maintenanceMargin[0]) < Math.abs(equity[0] - initialMargin[0]);
  const health = (): number => equity[0] - (byMaintenance ? maintenanceMargin[0] : initialMargin[0]);
  const reference = health();
  const sign = Math.sign(reference);
  const unit = (): number => pick(random, [-1, 1, 0, between(random, -1, 1)]);
  // Of loads the largest of all rests counts: no search coordinate by coordinate gets rid of them once they are there.
  const only = pick(random, ['everything', 'everything', 'price', 'volatility', 'time'] as const);
  const byLoads = pairs.length === 1 && (only !== 'everything' || random() < 0.5);
  const own = only === 'everything' ? unit : () => 0;
  const common = (kind: typeof only): number => (only === 'everything' ? Math.abs(unit()) : Number(only === kind));
  const move: Move = {
    price: new Map(pairs.map((pair) => [pair, common('price')])),
    volatility: new Map(pairs.map((pair) => [pair, common('volatility')])),
    index: new Map(pairs.map((pair) => [pair, own()])),
    ownPrice: market.forward.map(own), ownVolatility: market.forward.map(own),
    time: only === 'everything' ? pick(random, [0, 0, 1, between(random, 0, 1)]) : common('time'),
  };
  let found: string | null = null;
  const measure = async (): Promise<number> => {
    const t = byLoads ? shareByLoads(victim, move, claim, quadrant) * scale : radius;
    await engine.tick(quotesAt(victim, move, t, claim, quadrants));
    if (engine.results.status[0] !== status && found === null)
      found = `status ${engine.results.status[0]} instead of ${status} at ${t} of box ${claim.box[BOX_PRICE]} by ${byLoads ? 'loads' : 'radius'}, health ${health()}, was ${reference}; ` +
        `${JSON.stringify({ ...move, price: [...move.price], volatility: [...move.volatility], index: [...move.index], quadrants: [...quadrants] })}; ` +
        market.instruments.map(({ name }, row) => `${name} x ${victim.quantity[row]}`).join(', ');
    return sign * health();
  };
  let best = await measure();
  for (let round = 0; round < rounds; round++) {
    for (const [read, write, values] of coordinates(move, pairs)) {
      for (const value of values) {
        const before = read();
        if (before === value) continue;
        write(value);
        const now = await measure();
        if (now < best) best = now;
        else write(before);
      }
    }
  }
  return { share: (Math.abs(reference) - best) / Math.abs(reference), found };
}

type Coordinate = readonly [read: () => number, write: (value: number) => void, values: readonly number[]];

function coordinates(move: Move, pairs: readonly string[]): Coordinate[] {
  const of = (map: Map<string, number>, pair: string, values: readonly number[]): Coordinate =>
    [() => map.get(pair)!, (value) => void map.set(pair, value), values];
  const at = (column: Float64Array, row: number): Coordinate =>
    [() => column[row], (value) => { column[row] = value; }, [-1, 1, 0]];
  return [
    ...pairs.flatMap((pair) => [
      of(move.price, pair, [0, 1, 0.5]), of(move.volatility, pair, [0, 1, 0.5]), of(move.index, pair, [-1, 1, 0]),
    ]),
    [() => move.time, (value) => { move.time = value; }, [0, 1, 0.3]],
    ...[...move.ownPrice.keys()].flatMap((row) => [at(move.ownPrice, row), at(move.ownVolatility, row)]),
  ];
}
