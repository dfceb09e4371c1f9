import { CONTEXT_BYTES } from "./portable/layout.ts";

/** A word of the context block: an address or a count. */
// @ts-ignore: decorator
@inline
export function word(context: usize, slot: i32): usize {
  return load<u32>(context + ((<usize>slot) << 2));
}

/** A float of the context block. */
// @ts-ignore: decorator
@inline
export function scalar(context: usize, slot: i32): f64 {
  return load<f64>(context + <usize>CONTEXT_BYTES + ((<usize>slot) << 3));
}

/** Element `index` of the f64 column at `column`. */
// @ts-ignore: decorator
@inline
export function floatAt(column: usize, index: i32): f64 {
  return load<f64>(column + ((<usize>index) << 3));
}

/** Element `index` of the i32 column at `column`. */
// @ts-ignore: decorator
@inline
export function intAt(column: usize, index: i32): i32 {
  return load<i32>(column + ((<usize>index) << 2));
}
