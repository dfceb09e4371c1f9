import { requireWithinLimit } from '../limits.ts';
import { requireScenarios, type ScenarioSet } from '../scenario/scenario-set.ts';
import { pathModel, type ModelOptions, type PathModel } from './model.ts';
import { defaultBlockPaths, PathDrawer, pathCountMax, type DrawOptions } from './path-drawer.ts';
import type { PathEngine } from './path-kernels.ts';
import { requireOption } from './require.ts';

export interface MonteCarloScenarioOptions extends ModelOptions, DrawOptions {
  readonly paths: number;
  /** Number of the first path; default 0. */
  readonly firstPath?: number;
  /** Calendar days that pass in every scenario; default none. */
  readonly days?: number;
  /** Default `wasm`; the bits are the same. */
  readonly engine?: PathEngine;
}

/**
 * Joint moves of risk factors as a scenario set: path i is scenario i - firstPath. Memory: 8 bytes per path and factor.
 * Throws `OptionInvalid`, `MatrixInvalid`, `LimitExceeded`, `ScenarioInvalid` (a relative move of -100% or less).
 */
export function monteCarloScenarios(options: MonteCarloScenarioOptions): ScenarioSet {
  const { paths, firstPath = 0, days, engine } = options;
  requireWithinLimit('scenarioSetCountMax', paths);
  requireOption(paths > 0, 'paths', paths, '> 0');
  const model = pathModel(options);
  const drawer = new PathDrawer(model, options, Math.min(paths, defaultBlockPaths), engine);
  const moves = new Float64Array(model.factors.length * paths);
  drawBlock(drawer, firstPath, paths, moves);
  return requireScenarios(scenarioSet(model, paths, moves, days));
}

/** A set of drawn moves, `days` the same in every scenario. */
export function scenarioSet(model: PathModel, count: number, moves: Float64Array, days?: number): ScenarioSet {
  return {
    factors: model.factors, count, moves, ...(days === undefined ? {} : { days: new Float64Array(count).fill(days) }),
  };
}

/** Writes the moves of paths firstPath ... firstPath + count - 1 to `out[factor * count + path]`. */
export function drawBlock(
  drawer: PathDrawer, firstPath: number, count: number, out: Float64Array, replicate = 0,
): void {
  const isGood = Number.isInteger(firstPath) && firstPath >= 0 && firstPath + count < pathCountMax;
  requireOption(isGood, 'firstPath', firstPath, `a whole number, with the count below ${pathCountMax}`);
  for (let done = 0; done < count; done += drawer.blockPaths) {
    const some = Math.min(drawer.blockPaths, count - done);
    drawer.drawReturns(firstPath + done, some, replicate);
    drawer.toMoves(some);
    drawer.model.factors.forEach((_, j) => {
      const column = drawer.columns + j * drawer.stride;
      out.set(drawer.memory.floats.subarray(column, column + some), j * count + done);
    });
  }
}
