import { boundaryFloats, SCHEME_DEGREE, SCHEME_INTEGRAL, SCHEME_PREMIUM } from "../portable/american/scheme.ts";
import { cellsOfRow, dataOfRow, expiryOfRow, floatsAt, poisonRow, sealRow, wordsAt } from "../portable/columns.ts";
import { exp } from "../portable/exp.ts";
import {
  CONTEXT_EXPIRY_SQRT_TIME, CONTEXT_INSTRUMENT_FORWARD, CONTEXT_INSTRUMENT_SIZE, CONTEXT_INSTRUMENT_STRIKE,
  CONTEXT_INSTRUMENT_VOLATILITY, CONTEXT_MODEL_WORDS,
} from "../portable/layout.ts";
import {
  TIMS_COARSE_STEPS, TIMS_FINE_STEPS, TIMS_METHOD, TIMS_POINTS, TIMS_RATE, TIMS_SCHEME, TIMS_TIME, TIMS_VALUE, TIMS_WORK,
  TIMS_YIELD,
} from "../portable/margin/tims-layout.ts";
import { movesOfRow, signOfRow, tablesOf } from "../portable/margin/tims.ts";
import { americanByBoundary2, prepareAmerican2 } from "../price/american-option.ts";
import { americanByTree2 } from "../price/american-tree.ts";

/** Twin of fillTimsRow for an American option; the same indexes. */
export function fillAmericanTimsRow(f: Floats, w: Ints, context: i32, row: i32): void {
  const data = dataOfRow(w, context, row);
  const forward = f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + row];
  // NaN once the expiry has passed.
  const rootTime = f[floatsAt(w, context, CONTEXT_EXPIRY_SQRT_TIME) + expiryOfRow(w, context, row)];
  const volatility = f[floatsAt(w, context, CONTEXT_INSTRUMENT_VOLATILITY) + row];
  const isLive = forward > 0.0 && forward < Infinity && rootTime >= 0.0;
  if (!(isLive && volatility > 0.0 && volatility < Infinity)) {
    poisonRow(f, w, context, row);
    return;
  }
  const words = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const cells = cellsOfRow(w, context, row);
  const moves = movesOfRow(w, context, row);
  const size = f[floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE) + row];
  if (w[words + TIMS_METHOD] != 0) {
    prepareAmerican2(
      words + TIMS_SCHEME, tablesOf(w, context), data + TIMS_WORK, signOfRow(w, context, row), f[data + TIMS_RATE],
      f[data + TIMS_YIELD], volatility, f[data + TIMS_TIME],
    );
  }
  const price = valueAt(f, w, context, row, forward, volatility);
  for (let s = 0; s < TIMS_POINTS; s++) {
    f[cells + s] = size * (valueAt(f, w, context, row, forward * (1.0 + f[moves + s]), volatility) - price);
  }
  f[data + TIMS_VALUE] = size * price;
  sealRow(f, w, context, row, TIMS_POINTS);
}

/** Twin of americanValue. */
function valueAt(f: Floats, w: Ints, context: i32, row: i32, forward: f64, volatility: f64): f64 {
  const words = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const data = dataOfRow(w, context, row);
  const sign = signOfRow(w, context, row);
  const strike = f[floatsAt(w, context, CONTEXT_INSTRUMENT_STRIKE) + row];
  const rate = f[data + TIMS_RATE];
  const dividendYield = f[data + TIMS_YIELD];
  const time = f[data + TIMS_TIME];
  const spot = forward * exp((dividendYield - rate) * time);
  const work = data + TIMS_WORK;
  if (w[words + TIMS_METHOD] == 0) {
    return americanByTree2(
      work, w[words + TIMS_COARSE_STEPS], w[words + TIMS_FINE_STEPS],
      sign, spot, strike, rate, dividendYield, volatility, time,
    );
  }
  const scheme = words + TIMS_SCHEME;
  const trees = work + boundaryFloats(w[scheme + SCHEME_INTEGRAL], w[scheme + SCHEME_DEGREE], w[scheme + SCHEME_PREMIUM]);
  return americanByBoundary2(
    scheme, tablesOf(w, context), work, trees, sign, spot, strike, rate, dividendYield, volatility, time,
  );
}
