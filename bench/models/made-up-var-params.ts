import { exp } from '../../assembly/portable/exp.ts';
import { log } from '../../assembly/portable/log.ts';
import { normalQuantile } from '../../assembly/portable/normal.ts';
import { crisisMoveAs, crisisScenarios, shippedCrises, type Crisis } from '../../src/history/crises.ts';
import { RandomStream } from '../../src/generate/random.ts';

/**
 * Writes the parameter file of the VaR margin that ships: node --import tsx bench/models/made-up-var-params.ts
 * > data/params/var-2026-11-23.json
 *
 * The historical set is made up, from a seed: daily returns of each underlying are a common factor and one of its own,
 * both Student-t, times a volatility that clusters as in GARCH(1,1); its volatility moves against the price (index) or
 * with the size of the move (coins). No price of any market is in it. Two-day returns of even and of odd days are two
 * sub-samples. The stressed set is the named crises (data/crises, with sources) and their mirror images, which are made up.
 */
const seed = 20_261_123;
/** Streams 1, 2, 3 and from 101 on have other uses. */
const scenarioStream = 40;
const days = 500;
const horizon = 2;

interface MadeUp {
  readonly name: string;
  /** Per year. */
  readonly volatility: number;
  readonly loading: number;
  /** Relative move of the volatility per standard deviation of the day's return, and per its size. */
  readonly leverage: number;
  readonly vega: number;
}

const underlyings: readonly MadeUp[] = [
  { name: 'BTC', volatility: 0.55, loading: 0.8, leverage: -0.01, vega: 0.03 },
  { name: 'ETH', volatility: 0.7, loading: 0.85, leverage: -0.01, vega: 0.03 },
  { name: 'SPX', volatility: 0.17, loading: 0.35, leverage: -0.06, vega: 0.01 },
];

const freedom = 5;
const garch = { omega: 0.03, alpha: 0.09, beta: 0.88 };
const yearDays = 365;

/** Student-t with variance 1: a normal over the root of a mean of squared normals. */
function studentT(random: RandomStream): number {
  const normal = (): number => normalQuantile((random.nextFineFraction() + 2 ** -54));
  let squares = 0;
  for (let i = 0; i < freedom; i++) squares += normal() ** 2;
  return (normal() / Math.sqrt(squares / freedom)) * Math.sqrt((freedom - 2) / freedom);
}

/** Log returns of price and volatility, day by day. */
function dailyMoves(): { readonly price: Float64Array[]; readonly volatility: Float64Array[] } {
  const random = new RandomStream();
  random.restart(seed, 0, scenarioStream);
  const price = underlyings.map(() => new Float64Array(days));
  const volatility = underlyings.map(() => new Float64Array(days));
  const variances = underlyings.map(() => 1);
  for (let day = 0; day < days; day++) {
    const market = studentT(random);
    underlyings.forEach(({ volatility: yearly, loading, leverage, vega }, index) => {
      const shock = loading * market + Math.sqrt(1 - loading * loading) * studentT(random);
      const standard = shock * Math.sqrt(variances[index]);
      price[index][day] = standard * (yearly / Math.sqrt(yearDays));
      volatility[index][day] = leverage * standard + vega * (Math.abs(standard) - 0.8) + 0.02 * studentT(random);
      variances[index] = garch.omega + garch.alpha * standard * standard + garch.beta * variances[index];
    });
  }
  return { price, volatility };
}

const digits = 1e5;
const rounded = (value: number): number => Math.round(value * digits) / digits;

/** Relative moves over `horizon` days that do not overlap, from day `offset` on. */
function horizonMoves(daily: Float64Array, offset: number): readonly number[] {
  const moves: number[] = [];
  for (let day = offset; day + horizon <= days; day += horizon) {
    moves.push(rounded(exp(daily[day] + daily[day + 1]) - 1));
  }
  return moves;
}

function historicalSet(moves: ReturnType<typeof dailyMoves>, offset: number): object {
  const factors = underlyings.flatMap(({ name }, index) => [
    { name: `price:${name}`, moves: horizonMoves(moves.price[index], offset) },
    { name: `volatility:${name}`, moves: horizonMoves(moves.volatility[index], offset) },
  ]);
  const count = factors[0].moves.length;
  return {
    name: `historical-${offset + 1}`,
    role: 'historical',
    tail: { measure: 'expectedShortfall', level: 0.975 },
    days: horizon,
    labels: Array.from({ length: count }, (_, s) => `made-up day ${offset + horizon * s + 1}`),
    factors,
  };
}

/** Made up: everything at once. */
const hypothetical: readonly (readonly [string, readonly number[]])[] = [
  ['hypothetical: all fall', [-0.35, -0.45, -0.12, 1, 1, 1]],
  ['hypothetical: all rise', [0.3, 0.35, 0.08, 0.4, 0.4, -0.3]],
];

/** Moves of BTC, ETH and SPX, then relative moves of their volatilities; 0 where no figure was found. */
function crises(): readonly (readonly [string, readonly number[]])[] {
  const names = ['price', 'volatility'].flatMap((kind) => underlyings.map(({ name }) => `${kind}:${name}`));
  const isMoved = ({ moves }: Crisis): boolean =>
    moves.some((move) => names.includes(move.factor) && crisisMoveAs(move, 'relative') !== null);
  const chosen = shippedCrises().filter(isMoved).map(({ name }) => name);
  const set = crisisScenarios(chosen, Object.fromEntries(names.map((name) => [name, {}])), { missing: 'hold' });
  return chosen.map((name, s) => [name, names.map((_, factor) => rounded(set.moves[factor * set.count + s]))] as const);
}

function stressedSet(): object {
  const published = crises();
  // A fall of m mirrored is a rise of the same logarithm, at half its size: crises fall faster than they recover.
  const mirrored = published.map(([label, moves]) => [
    `mirror of ${label}`,
    moves.map((move, index) => (index < 3 ? rounded(exp(-0.5 * log(1 + move)) - 1) : 0)),
  ] as const);
  const all = [...published, ...mirrored, ...hypothetical];
  const kinds = ['price', 'volatility'];
  return {
    name: 'stressed',
    role: 'stressed',
    tail: { measure: 'expectedShortfall', level: 0.9 },
    labels: all.map(([label]) => label),
    factors: kinds.flatMap((kind, at) => underlyings.map(({ name }, index) => ({
      name: `${kind}:${name}`,
      moves: all.map(([, moves]) => moves[at * underlyings.length + index]),
    }))),
  };
}

/** All prices by the same part of their range, all volatilities up, the same or down. */
function gridSet(): object {
  const parts = [-1, -0.5, 0, 0.5, 1];
  const directions = [0.25, 0, -0.25];
  const ranges = [0.16, 0.2, 0.08];
  const cells = parts.flatMap((part) => directions.map((direction) => ({ part, direction })));
  return {
    name: 'grid',
    role: 'grid',
    tail: { measure: 'worst' },
    labels: cells.map(({ part, direction }) => `price ${part} of the range, volatility ${direction}`),
    factors: underlyings.flatMap(({ name }, index) => [
      { name: `price:${name}`, moves: cells.map(({ part }) => rounded(part * ranges[index])) },
      { name: `volatility:${name}`, moves: cells.map(({ direction }) => direction) },
    ]),
  };
}

const unconfirmed = [
  'sets historical-1, historical-2: made up from a seed, Student-t with clustered volatility; no history of any market',
  'set stressed: the named crises of data/crises/crises-2026-11-23.json with the evidence given there; what no figure was found for does not move; mirror images and hypothetical ones are made up',
  'set grid, gridMultiple: made up',
  'combination, correlationBreak, diversification, liquidity, bidAsk, concentration: the shape is that of clearing houses (docs/models/var.md), every number is made up',
  'antiProcyclicality: buffer 0.25 is that of Regulation (EU) 153/2013, as if it were full',
  'riskFactors: made up',
  'maintenanceFraction: made up',
];

const floorOf = (volatility: number, longRunVolatility: number): object =>
  ({ volatility, longRunVolatility, floor: 0.8, buffer: 0 });
const termsOf = (dailyVolume: number, halfSpread: number, optionHalfSpread: number): object => ({
  dailyVolume, halfSpread, optionHalfSpread, concentration: { threshold: dailyVolume / 50, rate: 0.05 },
});

export function madeUpVarParams(): object {
  const moves = dailyMoves();
  return {
    source: 'made up: a demonstration of the shape of CME SPAN 2, Eurex PRISMA and ICE IRM 2, not the margin of any clearing house; bench/models/made-up-var-params.ts',
    date: '2026-11-23',
    unconfirmed,
    reportingCurrency: 'USD',
    sets: [historicalSet(moves, 0), historicalSet(moves, 1), stressedSet(), gridSet()],
    combination: { rule: 'max', historicalWeight: 1, stressedWeight: 0.3, subSamples: 'mean' },
    correlationBreak: { scale: 1, window: 60, step: 60, level: 0.9, floor: 0.02, cap: 0.2 },
    diversification: { account: 0.5, groups: { crypto: { offset: 0.8, underlyings: ['btc', 'eth'] } } },
    antiProcyclicality: { buffer: 0.25, stressWeight: 0, longRunMultiple: 0 },
    gridMultiple: 0.5,
    riskFactors: { 'price:BTC': floorOf(0.55, 0.6), 'price:ETH': floorOf(0.7, 0.95), 'price:SPX': floorOf(0.17, 0.19) },
    volatilityMinimum: 0.03,
    underlyings: { btc: termsOf(2e10, 0.0002, 0.0008), eth: termsOf(1e10, 0.0003, 0.001), spx: termsOf(2e11, 0.0001, 0.0004) },
    liquidity: { table: [[0, 0], [0.01, 0.02], [0.1, 0.2], [1, 1]], netFloor: 0.2, volume: 'underlying' },
    bidAsk: { multiple: 1, spread: 'underlying' },
    concentration: 'underlying',
    maintenanceFraction: 0.8,
  };
}

/** JSON with lists of numbers and texts on one line. */
export function madeUpVarFile(): string {
  const lines = JSON.stringify(madeUpVarParams(), null, 2);
  return `${lines.replace(/\[\n\s+(?=[-\d"])[^[\]{}]*\]/g, (list) => list.replace(/\n\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'))}\n`;
}

if (import.meta.url === `file://${process.argv[1]}`) process.stdout.write(madeUpVarFile());
