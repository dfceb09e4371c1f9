import { isCertain, isPriceable, treeVolatility } from '../portable/american/american.ts';
import { certainPrice } from '../portable/american/certain.ts';
import {
  beginTree, extrapolated, lowestOfStep, TREE_DOWN, TREE_FALL, TREE_LOWEST, TREE_UP, treeHead,
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
  return rollBack2(f, work, steps, sign, spot, strike);
}

/** Twin of rollBack, two nodes at a time: what the second of the last pair writes no later step reads. */
function rollBack2(f: Floats, work: i32, steps: i32, sign: f64, spot: f64, strike: f64): f64 {
  const values = <usize>work << 3;
  const powers = values + (<usize>(steps + 1) << 3);
  const head = treeHead(work, steps);
  const fall = f[head + TREE_FALL];
  const onUp = v128.load64_splat(<usize>(head + TREE_UP) << 3);
  const onDown = v128.load64_splat(<usize>(head + TREE_DOWN) << 3);
  let lowest = f[head + TREE_LOWEST];
  for (let i = steps - 1; i >= 0; i--) {
    lowest = lowestOfStep(spot, lowest, fall, i);
    const end = <usize>(i + 1) << 3;
    for (let j: usize = 0; j < end; j += 16) {
      const below = v128.load(values + j);
      const above = v128.load(values + j, 8);
      const kept = f64x2.add(f64x2.mul(onDown, below), f64x2.mul(onUp, above));
      const price = f64x2.mul(f64x2.splat(lowest), v128.load(powers + j));
      const gain = f64x2.mul(f64x2.splat(sign), f64x2.sub(price, f64x2.splat(strike)));
      v128.store(values + j, f64x2.pmax(kept, gain));
    }
  }
  return f[work];
}
