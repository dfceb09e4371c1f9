import { exp } from '../../assembly/portable/exp.ts';
import { requireOption } from './require.ts';

/** Merton's jumps: a Poisson number per factor, sizes normal. Single numbers hold for every factor. */
export interface JumpOptions {
  /** Expected number per period, >= 0. */
  readonly intensity: number | ArrayLike<number>;
  /** Mean of one jump: of the log return, or of the move. */
  readonly mean: number | ArrayLike<number>;
  /** Standard deviation of one jump, >= 0. */
  readonly sd: number | ArrayLike<number>;
  /**
   * All factors jump together: one number of jumps (the intensity is one number), sizes correlated as the diffusion.
   * Default false: each factor by itself.
   */
  readonly common?: boolean;
  /** Whether the drift makes up for the mean of the jumps, so that they change no expected value. Default true. */
  readonly compensated?: boolean;
}

export interface JumpPlan {
  readonly isCommon: boolean;
  /** One column of counts, or one per factor: P(N <= k) of each, up to where a uniform cannot reach. */
  readonly cumulative: readonly Float64Array[];
  readonly mean: Float64Array;
  readonly sd: Float64Array;
  /** To be taken from the drift of each factor. */
  readonly compensation: Float64Array;
}

/** Inversion walks through the probabilities: more jumps than this are a diffusion. */
const expectedCountMax = 100;

/** Throws `OptionInvalid`. */
export function jumpPlan(
  options: JumpOptions, names: readonly string[], isLog: readonly boolean[], horizon: number,
): JumpPlan {
  const { common = false, compensated = true } = options;
  if (common) {
    requireOption(typeof options.intensity === 'number', 'intensity', 'several', 'one number if jumps are common');
  }
  const intensity = perFactor('intensity', options.intensity, names, 0);
  const mean = perFactor('jump mean', options.mean, names, -Infinity);
  const sd = perFactor('jump sd', options.sd, names, 0);
  const expected = intensity.map((each) => each * horizon);
  expected.forEach(
    (each) => requireOption(each <= expectedCountMax, 'intensity x horizon', each, `<= ${expectedCountMax}`),
  );
  const compensation = expected.map((each, j) => {
    if (!compensated) return 0;
    return each * (isLog[j] ? exp(mean[j] + (sd[j] * sd[j]) / 2) - 1 : mean[j]);
  });
  const cumulative = Array.from(common ? expected.subarray(0, 1) : expected, poissonTable);
  return { isCommon: common, cumulative, mean, sd, compensation };
}

function perFactor(
  name: string, value: number | ArrayLike<number>, names: readonly string[], least: number,
): Float64Array {
  const all = typeof value === 'number' ? names.map(() => value) : Array.from(value);
  requireOption(all.length === names.length, name, all.length, `one number or ${names.length}`);
  names.forEach((factor, j) => requireOption(all[j] >= least && all[j] > -Infinity && all[j] < Infinity,
    `${name} of ${factor}`, all[j], least === 0 ? '>= 0 and finite' : 'finite'));
  return Float64Array.from(all);
}

/** P(N <= k), k = 0, 1, …, until the next probability no longer changes the sum; the last entry is infinite. */
function poissonTable(expected: number): Float64Array {
  const table: number[] = [];
  let term = exp(-expected);
  let sum = 0;
  for (let k = 0; k <= expected || sum + term !== sum; k++) {
    sum += term;
    table.push(sum);
    term *= expected / (k + 1);
  }
  table.push(Infinity);
  return Float64Array.from(table);
}
