import { isCertain, isPriceable, treeVolatility } from '../portable/american/american.ts';
import { certainPrice } from '../portable/american/certain.ts';
import {
  beginTree, extrapolated, lowestOfStep, TREE_DOWN, TREE_FALL, TREE_LOWEST, TREE_SIGN, TREE_STRIKE, TREE_UP,
  treeHead,
} from '../portable/american/tree.ts';

/** Twin of americanByTree; the same indexes. */
export function americanByTree2(
  work: i32, coarse: i32, fine: i32,
  sign: f64, spot: f64, strike: f64, rate: f64, dividendYield: f64, volatility: f64, time: f64,
): f64 {
  if (!isPriceable(spot, strike, rate, dividendYield, volatility, time)) return NaN;
  const certain = certainPrice(sign, spot, strike, rate, dividendYield, time);
  if (isCertain(spot, strike, volatility, time)) return certain;
  const bounded = treeVolatility(volatility, time, fine);
  const first = treePrice2(work, coarse, sign, spot, strike, rate, dividendYield, bounded, time);
  const second = treePrice2(work, fine, sign, spot, strike, rate, dividendYield, bounded, time);
  const price = extrapolated(first, second, coarse, fine, sign * (spot - strike));
  return price < certain ? certain : price;
}

function treePrice2(
  work: i32, steps: i32,
  sign: f64, spot: f64, strike: f64, rate: f64, dividendYield: f64, volatility: f64, time: f64,
): f64 {
  const f = changetype<Floats>(0);
  if (!beginTree(f, work, steps, sign, spot, strike, rate, dividendYield, volatility, time)) {
    return certainPrice(sign, spot, strike, rate, dividendYield, time);
  }
  return rollBack2(f, work, steps, spot);
}

/**
 * Twin of rollBack, two nodes at a time: what the second of the last pair writes no later step reads. What is the same
 * for all nodes is read from memory: V8 would build it anew at each turn.
 */
function rollBack2(f: Floats, work: i32, steps: i32, spot: f64): f64 {
  const values = <usize>work << 3;
  const powers = values + (<usize>(steps + 1) << 3);
  const head = <usize>treeHead(work, steps) << 3;
  const onUp = v128.load64_splat(head, TREE_UP << 3);
  const onDown = v128.load64_splat(head, TREE_DOWN << 3);
  const sign = v128.load64_splat(head, TREE_SIGN << 3);
  const strike = v128.load64_splat(head, TREE_STRIKE << 3);
  const fall = load<f64>(head, TREE_FALL << 3);
  for (let i = steps - 1; i >= 0; i--) {
    store<f64>(head, lowestOfStep(spot, load<f64>(head, TREE_LOWEST << 3), fall, i), TREE_LOWEST << 3);
    const lowest = v128.load64_splat(head, TREE_LOWEST << 3);
    const end = <usize>(i + 1) << 3;
    for (let j: usize = 0; j < end; j += 16) {
      const kept = f64x2.add(f64x2.mul(onDown, v128.load(values + j)), f64x2.mul(onUp, v128.load(values + j, 8)));
      const gain = f64x2.mul(sign, f64x2.sub(f64x2.mul(lowest, v128.load(powers + j)), strike));
      v128.store(values + j, f64x2.pmax(kept, gain));
    }
  }
  return f[work];
}
