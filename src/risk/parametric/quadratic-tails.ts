/** What is known of a distribution at one point x. */
export interface PointTails {
  /** P(Q <= x) and P(Q > x): the smaller one has full relative accuracy. */
  readonly lower: number;
  readonly upper: number;
  readonly density: number;
  /** E[max(0, x - Q)], of which ES is made. */
  readonly lowerPartialMean: number;
  /** Bound of the error of `lower` and `upper`, absolute. */
  readonly error: number;
}
