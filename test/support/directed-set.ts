import * as certificate from '../../assembly/portable/certificate-layout.ts';
import type { Instrument, OptionType } from '../../src/domain/instrument.ts';
import { yearMs } from '../../src/domain/market.ts';
import { Engine } from '../../src/engine/engine.ts';
import { CertificateArena, type Threshold } from './certificate-arena.ts';
import { movedQuotes, quantitiesOf, type Movement } from './certificate-attack.ts';
import type { Box } from './certificate-slopes.ts';
import { accountNames, bookOf, params as shippedParams } from './synthetic-book.ts';

const asOfMs = Date.UTC(2026, 7, 1, 18);
const dayMs = 86_400_000;
const spots = { BTC: 50_000, ETH: 2_000, SPX: 5_000 } as const;

/** A holding: BTC settled in coin, ETH and SPX in USD; forwards are the index price. */
export interface Holding {
  readonly base: keyof typeof spots;
  /** Signed, in base coin at the reference. */
  readonly coins: number;
  /** Days to expiry; none of a perpetual. */
  readonly days?: number;
  /** Of an option; a future has none. */
  readonly type?: OptionType;
  /** Strike over forward. */
  readonly ratio?: number;
  readonly volatility?: number;
}

type Section = Readonly<Record<string, number | boolean | string>>;

/** One netting set against one threshold. */
export interface Directed {
  readonly holdings: readonly Holding[];
  readonly box: Box;
  readonly threshold: Threshold;
  readonly quadrant: number;
  /** Where in the box the threshold is: one half. */
  readonly share?: number;
  /** Whether the set is beyond the threshold, and rises; else it is on its good side, and falls. */
  readonly rises?: boolean;
  /** Changes of the shipped parameters of every currency and pair. */
  readonly currency?: Section;
  readonly pair?: Section;
}

interface Sections {
  readonly general: object;
  readonly currency: Readonly<Record<string, Section>>;
  readonly currency_pair: Readonly<Record<string, Section>>;
}

function paramsOf({ currency, pair }: Directed): unknown {
  const { general, currency: currencies, currency_pair: pairs } = shippedParams as Sections;
  const own = { ...currencies.btc, ...currency };
  const ofPair = { ...pairs.btc_usd, ...pair };
  return {
    general,
    currency: { ...currencies, btc: own, eth: own, spx: own },
    currency_pair: { btc_usd: ofPair, eth_usd: ofPair, spx_usd: ofPair },
  };
}

function instrumentOf({ base, days, type, ratio }: Holding, place: number): Instrument {
  const isInverse = base === 'BTC';
  const terms = {
    name: `${base}-${place}`, baseCurrency: base, quoteCurrency: 'USD', settlementCurrency: isInverse ? base : 'USD',
    payoff: isInverse ? 'inverse' : 'linear', contractSize: isInverse && type === undefined ? 10 : 1,
    expiryMs: days === undefined ? null : asOfMs + days * dayMs,
  } as const;
  if (type === undefined) {
    return { ...terms, kind: days === undefined ? 'perpetual' : 'future', strike: null, optionType: null };
  }
  return { ...terms, kind: 'option', strike: spots[base] * ratio!, optionType: type };
}

/** Largest movement of health toward the threshold that a search of the box finds, by brute force alone. */
interface Worst {
  readonly health: number;
  readonly movement: Movement;
}

/** What the certificate of a directed set claims, seen from a crossing of its threshold: more than 1 is wrong. */
export interface Claimed {
  /** Radius of the quadrant over the share of the box at which the threshold is crossed. */
  readonly radius: number;
  /** 1 over what the movement that crosses it uses up of the loads. */
  readonly loads: number;
}

/**
 * The set with its threshold put where a search by brute force gets to with a share of the box, and a millionth less;
 * its certificate is issued by the JavaScript kernel.
 */
export async function claimToCrossing(directed: Directed): Promise<Claimed> {
  const { holdings, box, threshold, quadrant, share = 0.5, rises = false } = directed;
  const instruments = holdings.map(instrumentOf);
  const quantities = holdings.map(({ base, coins, type }) =>
    (base === 'BTC' && type === undefined ? (coins * spots.BTC) / 10 : coins));
  const market = {
    asOfMs, instruments,
    forward: Float64Array.from(holdings, ({ base }) => spots[base]),
    impliedVolatility: Float64Array.from(holdings, ({ volatility }) => volatility ?? NaN),
    indexPrice: new Map([['btc_usd', spots.BTC], ['eth_usd', spots.ETH], ['spx_usd', spots.SPX]]),
    openInterest: new Float64Array(instruments.length),
  };
  const rows = holdings.map(({ base }, instrument) =>
    ({ account: 0, instrument, quantity: quantities[instrument], entryPrice: spots[base] }));
  const params = paramsOf(directed);
  const engine = Engine.create({ market, params, book: bookOf(rows, accountNames(1), [0]) });
  await engine.tick();
  const { nettingSet } = engine.arena.views;
  const set = [...Array(engine.nettingSetCount).keys()].find((each) => nettingSet.positionCount[each] > 0)!;
  const arena = new CertificateArena(engine);
  arena.prepare(engine, params, box, [threshold]);
  const side = rises ? -1 : 1;
  const reference = engine.quotes;
  const before = healthOf(engine, set, threshold);
  const worst = await search(engine, set, directed, share, side);
  const cash = new Float64Array(arena.buffer, nettingSet.cash.byteOffset, nettingSet.cash.length);
  cash[set] += -before + (before - worst.health) * (1 - 1e-6);
  nettingSet.cash[set] = cash[set];
  arena.certify([set], 'javascript');
  // The threshold is where it was meant to be: crossed with that share, on its side at the reference.
  const crossing = movedTo(engine, reference, directed, share, worst.movement);
  await engine.tick(crossing);
  const isCrossed = side * healthOf(engine, set, threshold) < 0;
  await engine.tick(reference);
  if (!isCrossed || !(side * healthOf(engine, set, threshold) > 0)) throw new Error('the search found no way across');
  const years = (crossing.asOfMs - reference.asOfMs) / yearMs;
  return {
    radius: arena.radius[set * certificate.QUADRANT_COUNT + quadrant] / share,
    loads: 1 / loadsUsedBy(arena.loads.subarray(set * certificate.LOAD_COUNT), directed, worst.movement, share, years),
  };
}

/** What a movement by a share of the box uses up of a set's loads. */
function loadsUsedBy(
  loads: Float32Array, { quadrant, box, holdings }: Directed, movement: Movement, share: number, years: number,
): number {
  const byPrice = (quadrant & certificate.QUADRANT_PRICE_FALLS) === 0 ? certificate.LOAD_PRICE_UP : certificate.LOAD_PRICE_DOWN;
  const byVolatility =
    (quadrant & certificate.QUADRANT_VOLATILITY_FALLS) === 0 ? certificate.LOAD_VOLATILITY_UP : certificate.LOAD_VOLATILITY_DOWN;
  const own = holdings.flatMap((_, instrument) => [
    box.priceRest > 0 ? movement.priceRest(instrument) : 0, box.volatilityRest > 0 ? movement.volatilityRest(instrument) : 0,
  ]);
  const rest = Math.max(box.priceRest > 0 ? Math.abs(movement.indexRest) : 0, ...own.map(Math.abs));
  const price = box.price > 0 ? movement.price : 0;
  const volatility = box.volatility > 0 ? movement.volatility : 0;
  return share * (price * loads[byPrice] + volatility * loads[byVolatility] + rest * loads[certificate.LOAD_REST]) +
    (share * price) ** 2 * loads[certificate.LOAD_PRICE_SQUARE] + years * loads[certificate.LOAD_TIME] +
    share * loads[certificate.LOAD_OTHER];
}

function healthOf(engine: Engine, set: number, { requirement, addOn }: Threshold): number {
  const { equity, worstCase, rollShock, deltaShock } = engine.results;
  const matrix = worstCase[set] + rollShock[set] + deltaShock[set];
  return equity[set] - requirement * matrix - addOn * engine.arena.views.nettingSet.addOn[set];
}

/** A movement with the quadrant of every risk group but the first, by its place in the arena. */
interface Turned extends Movement {
  readonly other: number;
}

function movedTo(
  engine: Engine, reference: Engine['quotes'], { box, quadrant, holdings }: Directed, t: number, movement: Movement,
): Engine['quotes'] {
  const first = `${holdings[0].base.toLowerCase()}_usd`;
  const { other } = movement as Turned;
  const quadrantOf = (group: number): number => (engine.rows.groups[group].pair === first ? quadrant : other);
  return movedQuotes(engine, reference, box, t, quadrantOf, movement);
}

/** Coordinate ascent over common movements, index, time and every instrument's own movements, from three corners. */
async function search(
  engine: Engine, set: number, directed: Directed, t: number, side: number,
): Promise<Worst> {
  const reference = engine.quotes;
  const count = quantitiesOf(engine, set).length;
  const { box, threshold } = directed;
  const groups = new Set(directed.holdings.map(({ base }) => base)).size;
  const levels: number[][] = [
    box.price > 0 ? [0, 0.5, 1] : [0], box.volatility > 0 ? [0, 0.5, 1] : [0], box.priceRest > 0 ? [-1, 0, 1] : [0],
    box.time > 0 ? [0, 0.5, 1] : [0], groups > 1 ? [0, 1, 2, 3] : [directed.quadrant],
    ...Array.from({ length: count }, () => (box.priceRest > 0 ? [-1, 0, 1] : [0])),
    ...Array.from({ length: count }, () => (box.volatilityRest > 0 ? [-1, 0, 1] : [0])),
  ];
  const movementOf = (at: readonly number[]): Turned => ({
    price: at[0], volatility: at[1], indexRest: at[2], time: at[3], other: at[4],
    priceRest: (instrument) => at[5 + instrument], volatilityRest: (instrument) => at[5 + count + instrument],
  });
  const measure = async (at: readonly number[]): Promise<number> => {
    await engine.tick(movedTo(engine, reference, directed, t, movementOf(at)));
    return side * healthOf(engine, set, threshold);
  };
  let worst = { health: Infinity, movement: movementOf(levels.map((each) => each[0])) };
  for (const start of [0, 0.5, 1]) {
    const at = levels.map((each) => each[Math.round(start * (each.length - 1))]);
    let least = await measure(at);
    for (let isBetter = true; isBetter;) {
      isBetter = false;
      for (const [place, choices] of levels.entries()) {
        for (const choice of choices) {
          if (choice === at[place]) continue;
          const health = await measure(at.with(place, choice));
          if (!(health < least)) continue;
          [least, at[place], isBetter] = [health, choice, true];
        }
      }
    }
    if (least < worst.health) worst = { health: least, movement: movementOf(at.slice()) };
  }
  await engine.tick(reference);
  return { health: side * worst.health, movement: worst.movement };
}
