import { floatAt, intAt, word } from "../context.ts";
import { FLOATS, WORDS, wordIndex, outIndex } from "../margin/account-driver.ts";
import { closeRows } from "../portable/certify/bound-group.ts";
import { numbersOf } from "../portable/certify/box.ts";
import {
  CALL_CURVATURE, CALL_PRICE_REST, CALL_VOLATILITY_REST, CERTIFY_CELL, CERTIFY_PRICE, CERTIFY_PRICE_GROSS,
  CERTIFY_PRICE_RADIUS, CERTIFY_VOLATILITY, CERTIFY_VOLATILITY_GROSS, CERTIFY_VOLATILITY_RADIUS, certifyCellsOf, GROUP_AMOUNT,
  GROUP_CHARGE_PRICE, GROUP_CHARGE_PRICE_RADIUS, GROUP_CHARGE_REST, GROUP_CHARGE_VOLATILITY,
  GROUP_CHARGE_VOLATILITY_RADIUS, GROUP_TIME,
} from "../portable/certify/scratch.ts";
import {
  CONTEXT_CELL_COUNT, CONTEXT_GRID, CONTEXT_GROUP_INVERSE, GRID_CLASS, GRID_COLUMN_COUNT, GRID_DAMPENER,
} from "../portable/layout.ts";

/** Two scenarios at a time, bit-equal to `shapeRows` of portable/certify/bound-group.ts, which documents it. */
export function shapeRows2(context: usize, scratch: usize, group: i32): void {
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  const row = <usize>certifyCellsOf(<i32>(cellBytes >> 3)) << 3;
  const numbers = <usize>numbersOf(WORDS, wordIndex(context), outIndex(scratch)) << 3;
  const grid = word(context, CONTEXT_GRID) + <usize>group * <usize>GRID_COLUMN_COUNT * cellBytes;
  const isInverse: f64 = intAt(word(context, CONTEXT_GROUP_INVERSE), group) != 0 ? 1.0 : 0.0;
  const inverse = f64x2.splat(isInverse);
  const side = f64x2.splat(1.0 - 2.0 * isInverse);
  const amount = f64x2.splat(floatAt(numbers, GROUP_AMOUNT));
  const charge = f64x2.splat(floatAt(numbers, GROUP_CHARGE_PRICE));
  const chargeRadius = f64x2.splat(floatAt(numbers, GROUP_CHARGE_PRICE_RADIUS));
  const chargeVega = f64x2.splat(floatAt(numbers, GROUP_CHARGE_VOLATILITY));
  const chargeVegaRadius = f64x2.splat(floatAt(numbers, GROUP_CHARGE_VOLATILITY_RADIUS));
  const priceRest = f64x2.splat(floatAt(numbers, CALL_PRICE_REST));
  const volatilityRest = f64x2.splat(floatAt(numbers, CALL_VOLATILITY_REST));
  const curvature = f64x2.splat(floatAt(numbers, CALL_CURVATURE));
  const dampenerRest = f64x2.splat(floatAt(numbers, CALL_PRICE_REST) * (1.0 + floatAt(numbers, CALL_CURVATURE)));
  const rest = f64x2.splat(floatAt(numbers, GROUP_TIME) + floatAt(numbers, GROUP_CHARGE_REST));
  let worst = f64x2.splat(0);
  for (let s: usize = 0; s < cellBytes; s += 16) {
    const at = scratch + s;
    const dampener = v128.load(grid + <usize>GRID_DAMPENER * cellBytes + s);
    const moving = f64x2.mul(dampener, inverse);
    const slope = f64x2.mul(side, v128.load(grid + <usize>GRID_CLASS * cellBytes + s));
    const cell = f64x2.add(v128.load(at + <usize>CERTIFY_CELL * row), dampener);
    const price = f64x2.add(v128.load(at + <usize>CERTIFY_PRICE * row), f64x2.mul(amount, slope));
    const priceRadius = v128.load(at + <usize>CERTIFY_PRICE_RADIUS * row);
    const priceGross = f64x2.add(v128.load(at + <usize>CERTIFY_PRICE_GROSS * row), priceRadius);
    const volatilityGross = f64x2.add(
      v128.load(at + <usize>CERTIFY_VOLATILITY_GROSS * row), v128.load(at + <usize>CERTIFY_VOLATILITY_RADIUS * row),
    );
    const own = f64x2.add(f64x2.mul(priceRest, priceGross), f64x2.mul(volatilityRest, volatilityGross));
    const size = f64x2.abs(moving);
    worst = f64x2.pmin(worst, cell);
    v128.store(at + <usize>CERTIFY_CELL * row, cell);
    v128.store(at + <usize>CERTIFY_PRICE * row, f64x2.sub(f64x2.sub(price, moving), charge));
    v128.store(
      at + <usize>CERTIFY_PRICE_GROSS * row, f64x2.add(f64x2.add(own, f64x2.mul(dampenerRest, size)), rest),
    );
    v128.store(
      at + <usize>CERTIFY_PRICE_RADIUS * row,
      f64x2.add(f64x2.add(priceRadius, f64x2.mul(curvature, size)), chargeRadius),
    );
    const vega = at + <usize>CERTIFY_VOLATILITY * row;
    v128.store(vega, f64x2.sub(v128.load(vega), chargeVega));
    const vegaRadius = at + <usize>CERTIFY_VOLATILITY_RADIUS * row;
    v128.store(vegaRadius, f64x2.add(v128.load(vegaRadius), chargeVegaRadius));
    v128.store(at + <usize>CERTIFY_VOLATILITY_GROSS * row, slope);
  }
  const even = f64x2.extract_lane(worst, 0);
  const odd = f64x2.extract_lane(worst, 1);
  closeRows(FLOATS, WORDS, wordIndex(context), outIndex(scratch), odd < even ? odd : even);
}
