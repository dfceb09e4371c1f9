import { cellsOfRow, dataOfRow, expiryOfRow, floatsAt, groupOfRow, poisonRow, sealRow, shapeOfRow } from '../columns.ts';
import {
  CONTEXT_EXPIRY_SQRT_TIME, CONTEXT_GROUP_INDEX_PRICE, CONTEXT_INSTRUMENT_FORWARD, CONTEXT_INSTRUMENT_SIZE,
  CONTEXT_INSTRUMENT_STRIKE, SHAPE_CALL,
} from '../layout.ts';
import {
  DATA_CALL_MINIMUM, DATA_LOAN, DATA_LONG_RATE, DATA_MARK, DATA_MARK_PRICE, DATA_NAKED, DATA_PUT_MINIMUM, DATA_RATE,
  DATA_STRIKE,
} from './regt-layout.ts';

/** Amounts are whole numbers of 1/10,000 US dollar. */
export const UNITS_PER_DOLLAR: f64 = 10000;

/** Half up. */
export function toUnits(dollars: f64): f64 {
  return Math.floor(dollars * UNITS_PER_DOLLAR + 0.5);
}

/**
 * Requirement of one short option on its own, US dollars: its market value, and `rate` of the underlying's value less
 * what the option is out of the money, but at least `minimum` of the underlying's value (call) or exercise price (put).
 * Cboe Rule 10.3(c)(5)(A).
 */
export function nakedRequirement(
  isCall: boolean, price: f64, strike: f64, mark: f64, size: f64, rate: f64, minimum: f64,
): f64 {
  const outOfTheMoney: f64 = isCall ? strike - price : price - strike;
  const charge: f64 = rate * price - (outOfTheMoney > 0 ? outOfTheMoney : 0);
  const floor: f64 = minimum * (isCall ? price : strike);
  return (mark + (charge > floor ? charge : floor)) * size;
}

/** Fills one instrument: amounts per contract, and its market value in US dollars as its only cell. */
export function fillRegtRow(f: Floats, w: Ints, context: i32, row: i32): void {
  const data: i32 = dataOfRow(w, context, row);
  const price: f64 = f[floatsAt(w, context, CONTEXT_GROUP_INDEX_PRICE) + groupOfRow(w, context, row)];
  const forward: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + row];
  const size: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE) + row];
  if (!(price > 0 && price < Infinity) || !(forward > 0 && forward < Infinity)) {
    poisonRow(f, w, context, row);
    return;
  }
  const cells: i32 = cellsOfRow(w, context, row);
  const shape: i32 = shapeOfRow(w, context, row);
  if (shape < SHAPE_CALL) {
    f[cells] = price * size;
    sealRow(f, w, context, row, 1);
    return;
  }
  const mark: f64 = f[data + DATA_MARK_PRICE];
  const rootTime: f64 = f[floatsAt(w, context, CONTEXT_EXPIRY_SQRT_TIME) + expiryOfRow(w, context, row)];
  if (!(mark >= 0 && mark < Infinity) || !(rootTime >= 0)) {
    poisonRow(f, w, context, row);
    return;
  }
  const isCall: boolean = shape === SHAPE_CALL;
  const strike: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_STRIKE) + row];
  const minimum: f64 = isCall ? f[data + DATA_CALL_MINIMUM] : f[data + DATA_PUT_MINIMUM];
  const value: f64 = toUnits(mark * size);
  f[data + DATA_MARK] = value;
  f[data + DATA_NAKED] = toUnits(nakedRequirement(isCall, price, strike, mark, size, f[data + DATA_RATE], minimum));
  f[data + DATA_LOAN] = value - Math.floor(f[data + DATA_LONG_RATE] * value + 0.5);
  f[data + DATA_STRIKE] = toUnits(strike * size);
  f[cells] = mark * size;
  sealRow(f, w, context, row, 1);
}
