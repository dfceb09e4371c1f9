import { philoxUniforms } from "../portable/philox.ts";

// Multipliers and what the key grows by, in every lane: see the scalar twin.
const FACTOR_0: i32 = -766435501;
const FACTOR_1: i32 = -845247145;
const WEYL_0: i32 = -1640531527;
const WEYL_1: i32 = -1150833019;

/**
 * Twin of philoxUniforms, four paths at a time. Arguments are indexes of floats, `words` of words.
 */
export function drawPhilox(
  even: i32, odd: i32, count: i32, first: i32, attempt: i32, pair: i32, stream: i32, key0: i32, key1: i32, words: i32,
): void {
  const whole = count & ~3;
  for (let i = 0; i < whole; i += 4) {
    const path = i32x4.add(i32x4.splat(first + i), i32x4(0, 1, 2, 3));
    four(even + i, odd + i, path, attempt, pair, stream, key0, key1);
  }
  philoxUniforms(
    changetype<Floats>(0), changetype<Ints>(0), even + whole, odd + whole, count - whole, first + whole, attempt, pair,
    stream, key0, key1, words,
  );
}

// @ts-ignore: decorator
@inline
function four(even: i32, odd: i32, path: v128, attempt: i32, pair: i32, stream: i32, key0: i32, key1: i32): void {
  const factor0 = i32x4.splat(FACTOR_0);
  const factor1 = i32x4.splat(FACTOR_1);
  let x0 = path;
  let x1 = i32x4.splat(attempt);
  let x2 = i32x4.splat(pair);
  let x3 = i32x4.splat(stream);
  let k0 = key0;
  let k1 = key1;
  for (let round = 0; round < 10; round++) {
    const low0 = i64x2.extmul_low_i32x4_u(x0, factor0);
    const high0 = i64x2.extmul_high_i32x4_u(x0, factor0);
    const low1 = i64x2.extmul_low_i32x4_u(x2, factor1);
    const high1 = i64x2.extmul_high_i32x4_u(x2, factor1);
    x0 = v128.xor(v128.xor(v128.shuffle<i32>(low1, high1, 1, 3, 5, 7), x1), i32x4.splat(k0));
    x1 = v128.shuffle<i32>(low1, high1, 0, 2, 4, 6);
    x2 = v128.xor(v128.xor(v128.shuffle<i32>(low0, high0, 1, 3, 5, 7), x3), i32x4.splat(k1));
    x3 = v128.shuffle<i32>(low0, high0, 0, 2, 4, 6);
    k0 += WEYL_0;
    k1 += WEYL_1;
  }
  const evenAt = (<usize>even) << 3;
  const oddAt = (<usize>odd) << 3;
  v128.store(evenAt, fraction(v128.shuffle<i32>(x0, x1, 0, 4, 1, 5)));
  v128.store(evenAt, fraction(v128.shuffle<i32>(x0, x1, 2, 6, 3, 7)), 16);
  v128.store(oddAt, fraction(v128.shuffle<i32>(x2, x3, 0, 4, 1, 5)));
  v128.store(oddAt, fraction(v128.shuffle<i32>(x2, x3, 2, 6, 3, 7)), 16);
}

/** Twin of unitFraction: the upper 52 bits as the digits of a number in [1, 2), less 1 - 2^-53. Exact. */
// @ts-ignore: decorator
@inline
function fraction(bits: v128): v128 {
  const inOneToTwo = v128.or(i64x2.shr_u(bits, 12), i64x2.splat(0x3FF0000000000000));
  return f64x2.sub(inOneToTwo, f64x2.splat(0.9999999999999999));
}
