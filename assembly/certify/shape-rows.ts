import { floatAt, intAt, word } from "../context.ts";
import { FLOATS, WORDS, wordIndex, outIndex } from "../margin/account-driver.ts";
import { narrow, singles } from "../math/single.ts";
import { closeRows, sumSlack } from "../portable/certify/bound-group.ts";
import { numbersOf } from "../portable/certify/box.ts";
import {
  CALL_CURVATURE, CALL_PRICE_REST, CALL_VOLATILITY_REST, CERTIFY_PRICE, CERTIFY_PRICE_GROSS, CERTIFY_PRICE_RADIUS,
  CERTIFY_VOLATILITY, CERTIFY_VOLATILITY_GROSS, CERTIFY_VOLATILITY_RADIUS, certifyCellsOf, GROUP_AMOUNT,
  GROUP_CHARGE_PRICE, GROUP_CHARGE_PRICE_RADIUS, GROUP_CHARGE_REST, GROUP_CHARGE_VOLATILITY,
  GROUP_CHARGE_VOLATILITY_RADIUS, GROUP_TIME,
} from "../portable/certify/scratch.ts";
import {
  CONTEXT_CELL_COUNT, CONTEXT_GRID, CONTEXT_GROUP_INVERSE, GRID_CLASS, GRID_COLUMN_COUNT, GRID_DAMPENER,
} from "../portable/layout.ts";
import { SINGLE_UP } from "../portable/certify/single-bounds.ts";
import { SINGLES } from "./singles.ts";

/** Four scenarios at a time, bit-equal to `shapeRows` of portable/certify/bound-group.ts, which documents it. */
export function shapeRows4(context: usize, scratch: usize, group: i32): void {
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  const cells = <usize>certifyCellsOf(<i32>(cellBytes >> 3));
  const row = cells << 2;
  const numbers = numbersOf(WORDS, wordIndex(context), outIndex(scratch));
  const n = <usize>numbers << 3;
  const grid = word(context, CONTEXT_GRID) + <usize>group * <usize>GRID_COLUMN_COUNT * cellBytes;
  const isInverse: f64 = intAt(word(context, CONTEXT_GROUP_INVERSE), group) != 0 ? 1.0 : 0.0;
  const inverse = f64x2.splat(isInverse);
  const side = singles(1.0 - 2.0 * isInverse);
  const amount = singles(floatAt(n, GROUP_AMOUNT) * (1.0 - 2.0 * isInverse));
  const charge = singles(floatAt(n, GROUP_CHARGE_PRICE));
  const chargeSize = f32x4.abs(charge);
  const chargeRadius = singles(floatAt(n, GROUP_CHARGE_PRICE_RADIUS) * (1.0 + SINGLE_UP));
  const chargeVega = singles(floatAt(n, GROUP_CHARGE_VOLATILITY));
  const chargeVegaRadius = singles(floatAt(n, GROUP_CHARGE_VOLATILITY_RADIUS) * (1.0 + SINGLE_UP));
  const chargeVegaSize = f32x4.add(f32x4.abs(chargeVega), chargeVegaRadius);
  const slack = singles(sumSlack(FLOATS, numbers));
  const priceRest = singles(floatAt(n, CALL_PRICE_REST));
  const volatilityRest = singles(floatAt(n, CALL_VOLATILITY_REST));
  const curvature = singles(floatAt(n, CALL_CURVATURE));
  const dampenerRest = singles(floatAt(n, CALL_PRICE_REST) * (1.0 + floatAt(n, CALL_CURVATURE)));
  const rest = singles((floatAt(n, GROUP_TIME) + floatAt(n, GROUP_CHARGE_REST)) * (1.0 + SINGLE_UP));
  const classes = grid + <usize>GRID_CLASS * cellBytes;
  const dampeners = grid + <usize>GRID_DAMPENER * cellBytes;
  let worst = f64x2.splat(0);
  let at = scratch + (cells << 3);
  for (let first: usize = 0; first < cellBytes; first += 32) {
    const second = min(first + 16, cellBytes - 16);
    const dampener1 = v128.load(dampeners + first);
    const dampener2 = v128.load(dampeners + second);
    const cell1 = f64x2.add(v128.load(scratch + first), dampener1);
    worst = f64x2.pmin(worst, cell1);
    v128.store(scratch + first, cell1);
    if (second != first) {
      const cell2 = f64x2.add(v128.load(scratch + second), dampener2);
      worst = f64x2.pmin(worst, cell2);
      v128.store(scratch + second, cell2);
    }
    const moving = narrow(f64x2.mul(dampener1, inverse), f64x2.mul(dampener2, inverse));
    const shock = narrow(v128.load(classes + first), v128.load(classes + second));
    const byAmount = f32x4.mul(amount, shock);
    const radius = v128.load(at + <usize>CERTIFY_PRICE_RADIUS * row);
    const gross = f32x4.add(v128.load(at + <usize>CERTIFY_PRICE_GROSS * row), radius);
    const vegaRadius = v128.load(at + <usize>CERTIFY_VOLATILITY_RADIUS * row);
    const vegaGross = f32x4.add(v128.load(at + <usize>CERTIFY_VOLATILITY_GROSS * row), vegaRadius);
    const size = f32x4.abs(moving);
    const more = f32x4.add(f32x4.mul(curvature, size), chargeRadius);
    const sizes = f32x4.add(
      f32x4.add(gross, f32x4.abs(byAmount)), f32x4.add(f32x4.add(size, chargeSize), more),
    );
    const vegaSizes = f32x4.add(vegaGross, chargeVegaSize);
    const own = f32x4.add(f32x4.mul(priceRest, gross), f32x4.mul(volatilityRest, vegaGross));
    const others = f32x4.add(f32x4.mul(dampenerRest, size), rest);
    const price = f32x4.sub(f32x4.sub(f32x4.add(v128.load(at + <usize>CERTIFY_PRICE * row), byAmount), moving), charge);
    v128.store(at + <usize>CERTIFY_PRICE * row, price);
    v128.store(at + <usize>CERTIFY_PRICE_RADIUS * row, f32x4.add(f32x4.add(radius, more), f32x4.mul(slack, sizes)));
    v128.store(at + <usize>CERTIFY_PRICE_GROSS * row, f32x4.add(f32x4.add(own, f32x4.mul(slack, own)), others));
    const vega = v128.load(at + <usize>CERTIFY_VOLATILITY * row);
    v128.store(at + <usize>CERTIFY_VOLATILITY * row, f32x4.sub(vega, chargeVega));
    v128.store(
      at + <usize>CERTIFY_VOLATILITY_RADIUS * row,
      f32x4.add(f32x4.add(vegaRadius, chargeVegaRadius), f32x4.mul(slack, vegaSizes)),
    );
    v128.store(at + <usize>CERTIFY_VOLATILITY_GROSS * row, f32x4.mul(shock, side));
    at += 16;
  }
  const even = f64x2.extract_lane(worst, 0);
  const odd = f64x2.extract_lane(worst, 1);
  closeRows(FLOATS, SINGLES, WORDS, wordIndex(context), outIndex(scratch), odd < even ? odd : even);
}
