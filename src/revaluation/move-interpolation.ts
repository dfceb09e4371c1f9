import type { ScenarioSet } from '../scenario/scenario-set.ts';

/**
 * Cubic Lagrange interpolation along one factor: equally spaced nodes from its least to its greatest move, and for each
 * scenario the first of the four nodes around its move (at the ends: the last four) and their weights.
 */
export class MoveInterpolation {
  readonly #least: number;
  readonly #step: number;
  readonly #places: Int32Array;
  readonly #weights: Float64Array;

  /** `nodes` >= 4. A factor that never moves: all weight on the first node. */
  constructor({ count, moves }: ScenarioSet, factor: number, nodes: number) {
    const own = moves.subarray(factor * count, (factor + 1) * count);
    const least = own.reduce((a, b) => (b < a ? b : a));
    const greatest = own.reduce((a, b) => (b > a ? b : a));
    this.#least = least;
    this.#step = (greatest - least) / (nodes - 1);
    this.#places = new Int32Array(count);
    this.#weights = new Float64Array(4 * count);
    for (let s = 0; s < count; s++) {
      const t = this.#step > 0 ? (own[s] - least) / this.#step : 0;
      const place = Math.min(Math.max(Math.floor(t) - 1, 0), nodes - 4);
      this.#places[s] = place;
      writeWeights(this.#weights, 4 * s, t - place);
    }
  }

  /** Move of a node. */
  node(index: number): number {
    return this.#least + this.#step * index;
  }

  /** First of the four nodes of a scenario. */
  place(scenario: number): number {
    return this.#places[scenario];
  }

  weight(scenario: number, index: number): number {
    return this.#weights[4 * scenario + index];
  }
}

/** Lagrange polynomials of the nodes 0, 1, 2, 3 at t. */
function writeWeights(weights: Float64Array, at: number, t: number): void {
  weights[at] = -((t - 1) * (t - 2) * (t - 3)) / 6;
  weights[at + 1] = (t * (t - 2) * (t - 3)) / 2;
  weights[at + 2] = -(t * (t - 1) * (t - 3)) / 2;
  weights[at + 3] = (t * (t - 1) * (t - 2)) / 6;
}
