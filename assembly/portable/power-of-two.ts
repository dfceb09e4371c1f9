/**
 * Powers of two for whole exponents, exactly, without looking at the bits of a number: the one thing that
 * AssemblyScript and TypeScript spell differently. `1 << n` is the same in both and exact.
 */

/** 2^exponent for a whole exponent from -1000 to 1000, exact. NaN gives a finite number. */
export function powerOfTwo(exponent: f64): f64 {
  if (exponent > -61.0 && exponent <= 0.0) {
    // Nearly every e^x that a price needs.
    const offset: i32 = (exponent as i32) + 60;
    const half: i32 = offset >> 1;
    return ((1 << half) as f64) * ((1 << (offset - half)) as f64) * 8.673617379884035e-19;
  }
  return powerOfTwoByDigits(exponent);
}

/** The exponent plus 1024 in base 64: (2^(high - 16))^64 * 2^low. */
function powerOfTwoByDigits(exponent: f64): f64 {
  const digits: i32 = (exponent as i32) + 1024;
  // 1 << 31 is negative in both languages: hence the magnitude.
  const unit: f64 = Math.abs((1 << ((digits >> 6) & 31)) as f64) * 1.52587890625e-5;
  const power2: f64 = unit * unit;
  const power4: f64 = power2 * power2;
  const power8: f64 = power4 * power4;
  const power16: f64 = power8 * power8;
  const power32: f64 = power16 * power16;
  const low: f64 = Math.abs((1 << (digits & 31)) as f64);
  const upperHalf: f64 = (digits & 32) != 0 ? 4294967296.0 : 1.0;
  return power32 * low * upperHalf * power32;
}
