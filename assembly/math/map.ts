import { exp } from '../portable/exp.ts';
import { log } from '../portable/log.ts';
import { erfcx, millsRatio, normalCdf, normalPdf, normalQuantile } from '../portable/normal.ts';

// Special functions over columns. Scalar only: they are not on the way of a tick, and exist so that the functions
// that are compiled into the kernels can be checked, value by value, against published and high-precision tables.
//
// Reads   argument (f64)
// Writes  value (f64)
// Needs   8-byte aligned addresses; any count

export function mapExp(argumentPtr: usize, valuePtr: usize, count: i32): void {
  for (let i = 0; i < count; i++) put(valuePtr, i, exp(get(argumentPtr, i)));
}

export function mapLog(argumentPtr: usize, valuePtr: usize, count: i32): void {
  for (let i = 0; i < count; i++) put(valuePtr, i, log(get(argumentPtr, i)));
}

export function mapNormalPdf(argumentPtr: usize, valuePtr: usize, count: i32): void {
  for (let i = 0; i < count; i++) put(valuePtr, i, normalPdf(get(argumentPtr, i)));
}

export function mapNormalCdf(argumentPtr: usize, valuePtr: usize, count: i32): void {
  for (let i = 0; i < count; i++) put(valuePtr, i, normalCdf(get(argumentPtr, i)));
}

export function mapNormalQuantile(argumentPtr: usize, valuePtr: usize, count: i32): void {
  for (let i = 0; i < count; i++) put(valuePtr, i, normalQuantile(get(argumentPtr, i)));
}

/** Arguments >= 0. */
export function mapMillsRatio(argumentPtr: usize, valuePtr: usize, count: i32): void {
  for (let i = 0; i < count; i++) put(valuePtr, i, millsRatio(get(argumentPtr, i)));
}

export function mapErfcx(argumentPtr: usize, valuePtr: usize, count: i32): void {
  for (let i = 0; i < count; i++) put(valuePtr, i, erfcx(get(argumentPtr, i)));
}

// @ts-ignore: decorator
@inline
function get(ptr: usize, index: i32): f64 {
  return load<f64>(ptr + ((<usize>index) << 3));
}

// @ts-ignore: decorator
@inline
function put(ptr: usize, index: i32, value: f64): void {
  store<f64>(ptr + ((<usize>index) << 3), value);
}
