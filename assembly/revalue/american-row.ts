import { exp } from '../portable/exp.ts';
import {
  CONTEXT_BOUNDARY, CONTEXT_CELLS, CONTEXT_PITCH, CONTEXT_SCHEME, CONTEXT_TABLES, CONTEXT_TREES, LINE_CHANGE,
  LINE_MULTIPLIER, LINE_ORDER, LINE_TIME, SCENARIO_ABSOLUTE, SCENARIO_DEVIATION_LINE, SCENARIO_FORWARD,
  SCENARIO_PRICE_LINE, SCENARIO_RATE, SCENARIO_SIGN, SCENARIO_STRIKE, SCENARIO_VOLATILITY, SCENARIO_YIELD,
} from '../portable/scenario-layout.ts';
import { finishOptionCells } from '../portable/scenario-rows.ts';
import { americanByBoundary2, prepareAmerican2 } from '../price/american-option.ts';

/** Twin of fillAmericanCells; the same indexes. */
export function americanRow(f: Floats, w: Ints, context: i32, at: i32, row: i32): void {
  const pitch = w[context + CONTEXT_PITCH];
  const cells = w[context + CONTEXT_CELLS];
  const prices = <i32>f[at + SCENARIO_PRICE_LINE];
  const deviations = <i32>f[at + SCENARIO_DEVIATION_LINE];
  const boundary = w[context + CONTEXT_BOUNDARY];
  const scheme = w[context + CONTEXT_SCHEME];
  const tables = w[context + CONTEXT_TABLES];
  const sign = f[at + SCENARIO_SIGN];
  const rate = f[at + SCENARIO_RATE];
  const dividendYield = f[at + SCENARIO_YIELD];
  const volatility = f[at + SCENARIO_VOLATILITY];
  const isAbsolute = f[at + SCENARIO_ABSOLUTE] == 1.0;
  let solvedVolatility: f64 = -1.0;
  let solvedTime: f64 = -1.0;
  for (let i = 0; i < cells; i++) {
    const s = <i32>f[deviations + LINE_ORDER * pitch + i];
    const change = f[deviations + LINE_CHANGE * pitch + s];
    const moved = isAbsolute ? volatility + change : volatility * change;
    const time = f[deviations + LINE_TIME * pitch + s];
    if (moved != solvedVolatility || time != solvedTime) {
      prepareAmerican2(scheme, tables, boundary, sign, rate, dividendYield, moved, time);
      solvedVolatility = moved;
      solvedTime = time;
    }
    const forward = f[at + SCENARIO_FORWARD] * f[prices + LINE_MULTIPLIER * pitch + s];
    f[row + s] = americanByBoundary2(
      scheme, tables, boundary, w[context + CONTEXT_TREES], sign, forward * exp((dividendYield - rate) * time),
      f[at + SCENARIO_STRIKE], rate, dividendYield, moved, time,
    );
  }
  finishOptionCells(f, at, pitch, cells, row);
}
