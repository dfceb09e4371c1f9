/** Where a search ended. */
export interface Minimum {
  readonly point: readonly number[];
  readonly value: number;
  readonly evaluations: number;
  /** Whether it stopped because nothing got better, not because of the limit. */
  readonly isConverged: boolean;
}

export interface NelderMeadOptions {
  /** First step from the start along each axis. */
  readonly step: number;
  /** A search ends when the values at the corners differ by no more than this, relative to their size. */
  readonly tolerance: number;
  readonly evaluationsMax: number;
}

interface Corner {
  readonly point: readonly number[];
  readonly value: number;
}

/**
 * Least value of a function, without derivatives (Nelder and Mead 1965: reflection 1, expansion 2, contraction 1/2,
 * shrinkage 1/2), started again from where it ended until a whole search gains nothing. No random number: the same bits
 * every time. A value that is NaN counts as Infinity.
 */
export function nelderMead(
  f: (point: readonly number[]) => number,
  start: readonly number[],
  options: NelderMeadOptions,
): Minimum {
  let evaluations = 0;
  const evaluate = (point: readonly number[]): Corner => {
    evaluations++;
    const value = f(point);
    return { point, value: Number.isNaN(value) ? Infinity : value };
  };
  let best = evaluate(start);
  let step = options.step;
  for (;;) {
    const found = searchOnce(evaluate, best, step, options, () => evaluations);
    const gained = best.value - found.corner.value;
    if (found.corner.value < best.value) best = found.corner;
    if (!found.isConverged) return { ...best, evaluations, isConverged: false };
    // Two restarts that gain nothing, the second with a smaller simplex: this is it.
    if (!(gained > options.tolerance * Math.abs(best.value))) {
      if (step < options.step) return { ...best, evaluations, isConverged: true };
      step = options.step / 16;
    }
  }
}

function searchOnce(
  evaluate: (point: readonly number[]) => Corner,
  start: Corner,
  step: number,
  options: NelderMeadOptions,
  evaluations: () => number,
): { readonly corner: Corner; readonly isConverged: boolean } {
  const size = start.point.length;
  const corners = [
    start,
    ...start.point.map((_, axis) => evaluate(start.point.map((x, i) => (i === axis ? x + step : x)))),
  ];
  while (evaluations() < options.evaluationsMax) {
    // Stable: of equal values the older corner stays in front.
    corners.sort((a, b) => a.value - b.value);
    const worst = corners[size];
    const spread = worst.value - corners[0].value;
    if (spread <= options.tolerance * Math.abs(corners[0].value) || spread === 0)
      return { corner: corners[0], isConverged: true };
    const center = start.point.map(
      (_, i) => corners.slice(0, size).reduce((sum, { point }) => sum + point[i], 0) / size,
    );
    const towards = (factor: number): Corner => evaluate(center.map((c, i) => c + factor * (worst.point[i] - c)));
    const reflected = towards(-1);
    if (reflected.value < corners[0].value) {
      const expanded = towards(-2);
      corners[size] = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < corners[size - 1].value) {
      corners[size] = reflected;
    } else {
      const contracted = towards(reflected.value < worst.value ? -0.5 : 0.5);
      if (contracted.value < Math.min(reflected.value, worst.value)) corners[size] = contracted;
      else shrink(corners, evaluate);
    }
  }
  return { corner: corners.reduce((least, each) => (each.value < least.value ? each : least)), isConverged: false };
}

function shrink(corners: Corner[], evaluate: (point: readonly number[]) => Corner): void {
  const least = corners[0].point;
  for (let index = 1; index < corners.length; index++) {
    const { point } = corners[index];
    corners[index] = evaluate(least.map((x, i) => x + 0.5 * (point[i] - x)));
  }
}
