import { requireArgument } from '../statistics/argument.ts';
import { dotProduct, timesVector, transposed } from '../statistics/symmetric-matrix.ts';
import { diagonalised } from './parametric/quadratic-form.ts';
import { describeScenario, type ReverseStressResult, type ReverseStressScenario } from './reverse-stress.ts';

export interface ReverseStressSearch {
  /** Losses at `count` points, row-major points by factors: called with many points at once. */
  readonly losses: (points: Float64Array, count: number) => ArrayLike<number>;
  /** Of the moves, n by n. */
  readonly covariance: ArrayLike<number>;
  readonly loss: number;
  /** Moves below these cannot be, e.g. -0.99 of a relative factor; absent: any can. */
  readonly lowest?: ArrayLike<number>;
  /** No scenario farther away than so many standard deviations is looked for; default 12. */
  readonly furthest?: number;
  /** Directions (moves of the factors) to start from besides those of the search itself. */
  readonly directions?: readonly ArrayLike<number>[];
  readonly names?: readonly string[];
  /** Called with the crossings that are worked out, of all that will be, and the points revalued so far. */
  readonly progress?: (done: number, total: number, points: number) => void;
}

/** Points along a ray at which it is looked whether the loss is reached. */
const raySteps = 48;
const sections = 16;
const refinedMax = 8;
const iterationsMax = 80;
/** Turns of a direction whose crossings are worked out. */
const workedOutMax = 3;
const turns = [1, 0.6, 0.35, 0.2, 0.1, 0.03, 0.01, 0.003, 0.001];

/**
 * The nearest scenario that reaches a loss under any loss function, as full revaluation is: rays from where things are
 * in both directions along every axis of the covariance, along what moves each factor, along the gradient and along
 * `directions`; from the nearest crossings the surface loss = E is followed downhill, the direction turning towards the
 * gradient of the loss (Hasofer and Lind 1974, Rackwitz and Fiessler 1978, with a search over the turn). Every point
 * that this ends at is nearest in its neighbourhood; the nearest of all need not be (`isGlobal` is false). A crossing
 * and its reversal between two of the 48 steps of a ray are not seen. No random number: the same bits every time.
 * Throws `MatrixInvalid`, `ValueOutOfRange`.
 */
export function reverseStressSearch(search: ReverseStressSearch): ReverseStressResult {
  const { covariance, loss, furthest = 12, names } = search;
  requireArgument('loss', loss, loss > 0 && loss < Infinity, 'finite and > 0');
  requireArgument('furthest', furthest, furthest > 0 && furthest < Infinity, 'finite and > 0');
  const n = Math.round(Math.sqrt(covariance.length));
  const still = { delta: new Float64Array(n), gamma: new Float64Array(n * n), covariance };
  const form = diagonalised({ ...still, ...(names === undefined ? {} : { names }) });
  const surface = new Surface(search, form.axes, form.rank, furthest);
  const crossings = surface.crossings(startDirections(search, form, surface)).sort((a, b) => a.distance - b.distance);
  const found: Crossing[] = [];
  if (surface.lossHere >= loss) found.push({ direction: new Float64Array(n), distance: 0 });
  else {
    crossings.slice(0, refinedMax).forEach((crossing, done, { length }) => {
      search.progress?.(done, length, surface.points);
      addDistinct(found, surface.refine(crossing));
    });
  }
  found.sort((a, b) => a.distance - b.distance);
  const [scenario, ...others] = found.map(({ direction, distance }): ReverseStressScenario =>
    describeScenario(form, { covariance, ...(names === undefined ? {} : { names }) },
      direction.map((each) => each * distance), (moves) => surface.lossOfMoves(moves)));
  const shared = { isGlobal: false, others, iterations: surface.iterations, greatestLoss: surface.greatestLoss };
  if (scenario !== undefined) return { ...shared, scenario, reason: null };
  return {
    ...shared, scenario: null,
    reason: `no move within ${furthest} standard deviations that was tried loses ${loss}: the largest loss found is ` +
      String(surface.greatestLoss),
  };
}

/** Unit direction in the coordinates of the axes, and how far along it the loss is reached first. */
interface Crossing {
  readonly direction: Float64Array;
  readonly distance: number;
}

function addDistinct(found: Crossing[], crossing: Crossing): void {
  const isSame = (other: Crossing): boolean =>
    Math.abs(other.distance - crossing.distance) <= 1e-3 * crossing.distance &&
    dotProduct(other.direction, crossing.direction) > 1 - 1e-4;
  const known = found.findIndex(isSame);
  if (known < 0) found.push(crossing);
  else if (crossing.distance < found[known].distance) found[known] = crossing;
}

function startDirections(
  { directions = [] }: ReverseStressSearch,
  { axes, dual }: { readonly axes: Float64Array; readonly dual: Float64Array },
  surface: Surface,
): Float64Array[] {
  const n = surface.size;
  const along = [surface.gradient(new Float64Array(n))];
  for (let k = 0; k < surface.rank; k++) along.push(Float64Array.from({ length: n }, (_, j) => (j === k ? 1 : 0)));
  // The likeliest way to move factor i: row i of the axes.
  for (let i = 0; i < n; i++) along.push(axes.slice(i * n, (i + 1) * n));
  for (const each of directions) along.push(timesVector(transposed(dual, n), each));
  return along.flatMap((direction) => {
    const size = Math.sqrt(dotProduct(direction, direction));
    if (!(size > 0)) return [];
    return [direction.map((each) => each / size), direction.map((each) => -each / size)];
  });
}

class Surface {
  readonly rank: number;
  readonly size: number;
  readonly lossHere: number;
  greatestLoss: number;
  iterations = 0;
  /** Losses worked out. */
  points = 0;
  readonly #search: ReverseStressSearch;
  readonly #axes: Float64Array;
  readonly #furthest: number;

  constructor(search: ReverseStressSearch, axes: Float64Array, rank: number, furthest: number) {
    this.#search = search;
    this.#axes = axes;
    this.#furthest = furthest;
    this.rank = rank;
    this.size = Math.round(Math.sqrt(axes.length));
    this.greatestLoss = -Infinity;
    this.lossHere = this.#losses([new Float64Array(this.size)])[0];
  }

  lossOfMoves(moves: Float64Array): number {
    return this.#search.losses(moves, 1)[0];
  }

  #losses(points: readonly Float64Array[]): Float64Array {
    const moves = new Float64Array(points.length * this.size);
    this.points += points.length;
    points.forEach((point, row) => moves.set(timesVector(this.#axes, point), row * this.size));
    const losses = points.length === 0
      ? new Float64Array(0)
      : Float64Array.from(this.#search.losses(moves, points.length));
    for (const each of losses) if (each > this.greatestLoss) this.greatestLoss = each;
    return losses;
  }

  /** Farthest that a direction may be followed. */
  #reach(direction: Float64Array): number {
    const { lowest } = this.#search;
    if (lowest === undefined) return this.#furthest;
    const moves = timesVector(this.#axes, direction);
    return moves.reduce((reach, move, i) => (move < 0 ? Math.min(reach, lowest[i] / move) : reach), this.#furthest);
  }

  /**
   * First crossing of each direction that has one, up to `limit`; only the `most` nearest ones, by interpolation
   * between two steps, are worked out.
   */
  crossings(directions: readonly Float64Array[], limit = Infinity, most = Infinity): Crossing[] {
    const reaches = directions.map((each) => Math.min(limit, this.#reach(each)));
    const points = directions.flatMap((each, d) =>
      Array.from({ length: raySteps }, (_, k) => each.map((y) => (y * reaches[d] * (k + 1)) / raySteps)));
    const losses = this.#losses(points);
    const rough: (Crossing & { readonly low: number; readonly high: number })[] = [];
    directions.forEach((direction, d) => {
      const row = losses.subarray(d * raySteps, (d + 1) * raySteps);
      const first = row.findIndex((each) => each >= this.#search.loss);
      if (first < 0) return;
      const step = reaches[d] / raySteps;
      const before = first === 0 ? this.lossHere : row[first - 1];
      const part = (this.#search.loss - before) / (row[first] - before);
      rough.push({ direction, distance: step * (first + part), low: step * first, high: step * (first + 1) });
    });
    const nearest = rough.sort((one, other) => one.distance - other.distance).slice(0, most);
    const distances = this.#narrowed(nearest);
    return nearest.map(({ direction }, ray) => ({ direction, distance: distances[ray] }));
  }

  /**
   * The loss is not reached at `low` and reached at `high`: cut into sixteen until nothing is between, all rays in one
   * call at a time.
   */
  #narrowed(rays: readonly { readonly direction: Float64Array; readonly low: number; readonly high: number }[]): number[] {
    const from = rays.map(({ low }) => low);
    const to = rays.map(({ high }) => high);
    let open = [...rays.keys()];
    while (open.length > 0) {
      const between = open.map((ray) => {
        const step = (to[ray] - from[ray]) / sections;
        return Array.from({ length: sections - 1 }, (_, k) => from[ray] + step * (k + 1));
      });
      const losses = this.#losses(between.flatMap((row, at) => row.map((each) => rays[open[at]].direction.map((y) => y * each))));
      const goes = open.filter((ray, at) => {
        const row = losses.subarray(at * (sections - 1), (at + 1) * (sections - 1));
        const first = row.findIndex((each) => each >= this.#search.loss);
        const nextFrom = first === 0 ? from[ray] : between[at][first < 0 ? sections - 2 : first - 1];
        const nextTo = first < 0 ? to[ray] : between[at][first];
        const isStuck = nextFrom === from[ray] && nextTo === to[ray];
        [from[ray], to[ray]] = [nextFrom, nextTo];
        return !isStuck && to[ray] - from[ray] > 4e-16 * to[ray];
      });
      open = goes;
    }
    return to;
  }

  /** Gradient of the loss by central differences of a ten-thousandth of a standard deviation. */
  gradient(point: Float64Array): Float64Array {
    const step = 1e-4;
    const points: Float64Array[] = [];
    for (let k = 0; k < this.rank; k++) {
      for (const sign of [1, -1]) points.push(point.map((y, j) => (j === k ? y + sign * step : y)));
    }
    const losses = this.#losses(points);
    return Float64Array.from({ length: this.size }, (_, k) =>
      (k < this.rank ? (losses[2 * k] - losses[2 * k + 1]) / (2 * step) : 0));
  }

  refine(start: Crossing): Crossing {
    let at = start;
    for (let iteration = 0; iteration < iterationsMax; iteration++) {
      this.iterations++;
      const gradient = this.gradient(at.direction.map((each) => each * at.distance));
      const size = Math.sqrt(dotProduct(gradient, gradient));
      if (!(size > 0) || !Number.isFinite(size)) return at;
      const turned = turns.map((turn) => {
        const mixed = at.direction.map((each, k) => (1 - turn) * each + (turn * gradient[k]) / size);
        const length = Math.sqrt(dotProduct(mixed, mixed));
        return mixed.map((each) => each / length);
      });
      const better = this.crossings(turned, at.distance, workedOutMax).reduce(
        (a, b) => (b.distance < a.distance ? b : a), at,
      );
      const gain = at.distance - better.distance;
      at = better;
      if (gain <= 1e-13 * at.distance) return at;
    }
    return at;
  }
}
