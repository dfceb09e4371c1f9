/**
 * Coefficients of the approximations, lowest degree first.
 *
 * They are fits of this project: interpolation at Chebyshev nodes, which is close to the best possible polynomial,
 * worked out in 60-digit arithmetic and rounded to f64. The error given with each is the largest relative one met in
 * f64, without fused multiply-add, against that arithmetic. Constants, not a table: both compilers put them into the
 * code.
 */

// Mills ratio R(z) = Phi(-z) / phi(z) = P(t) / (z + 1.25), t = (z - 5) / (z + 5), z >= 0. Error 2.9e-16.
export const MILLS_0: f64 = 1.2050506544707236;
export const MILLS_1: f64 = -0.31938622931066585;
export const MILLS_2: f64 = 0.15051694028780888;
export const MILLS_3: f64 = -0.025614274126393697;
export const MILLS_4: f64 = -0.03618870599714129;
export const MILLS_5: f64 = 0.04683255959527045;
export const MILLS_6: f64 = -0.0323920862728729;
export const MILLS_7: f64 = 0.0148575116431962;
export const MILLS_8: f64 = -0.00406370731272221;
export const MILLS_9: f64 = 0.00010367621401518038;
export const MILLS_10: f64 = 0.0004191766449573348;
export const MILLS_11: f64 = -0.00013377203916444474;
export const MILLS_12: f64 = -2.0642178963997383e-05;
export const MILLS_13: f64 = 2.191414018354526e-05;
export const MILLS_14: f64 = -5.990978143362013e-07;
export const MILLS_15: f64 = -3.1254881863798148e-06;
export const MILLS_16: f64 = 3.6842164198471634e-07;
export const MILLS_17: f64 = 4.6815508325573315e-07;
export const MILLS_18: f64 = -7.233498647736758e-08;
export const MILLS_19: f64 = -7.442964663460762e-08;
export const MILLS_20: f64 = 9.97789745607625e-09;
export const MILLS_21: f64 = 1.0783668971598626e-08;
export const MILLS_22: f64 = -7.863403296687696e-10;
export const MILLS_23: f64 = -9.595482712086364e-10;

// e^r = 1 + r + r^2 P(r), |r| <= ln(2) / 2. Error 1.4e-16.
export const EXP_0: f64 = 0.5000000000000001;
export const EXP_1: f64 = 0.16666666666666669;
export const EXP_2: f64 = 0.041666666666624164;
export const EXP_3: f64 = 0.008333333333330065;
export const EXP_4: f64 = 0.0013888888917196719;
export const EXP_5: f64 = 0.00019841269863040545;
export const EXP_6: f64 = 2.4801521322368692e-05;
export const EXP_7: f64 = 2.7557268480310024e-06;
export const EXP_8: f64 = 2.7620075879983367e-07;
export const EXP_9: f64 = 2.5100375832561234e-08;

// ln((1 + s) / (1 - s)) = 2 s + s^3 P(s^2), |s| <= 3 - 2 sqrt(2). Error 2.9e-16.
export const LOG_0: f64 = 0.666666666666667;
export const LOG_1: f64 = 0.39999999999899505;
export const LOG_2: f64 = 0.28571428625975487;
export const LOG_3: f64 = 0.2222221113479508;
export const LOG_4: f64 = 0.18182889125261723;
export const LOG_5: f64 = 0.15331721600556042;
export const LOG_6: f64 = 0.14616449685043406;

// ln(2) in two parts: the first has 16 significant bits, so that its product with an exponent is exact.
export const LN2_HIGH: f64 = 0.693145751953125;
export const LN2_LOW: f64 = 1.4286068203094173e-06;
export const LOG2_E: f64 = 1.4426950408889634;

/** Adding and subtracting 1.5 * 2^52 rounds to the nearest integer, ties to even; the low bits hold that integer. */
export const ROUND_TO_INTEGER: f64 = 6755399441055744.0;
/**
 * Adding and subtracting 1.5 * 2^32 rounds to a multiple of 2^-20: up to 64 in magnitude, the square is then exact.
 */
export const ROUND_TO_20_BITS: f64 = 6442450944.0;

export const INVERSE_SQRT_2PI: f64 = 0.3989422804014327;
export const SQRT_2_OVER_PI: f64 = 0.7978845608028654;
export const SQRT_2: f64 = 1.4142135623730951;
/** Where the logarithm goes over to the next power of two: sqrt(2) with 21 significant bits. */
export const LOG_SPLIT: f64 = 1.4142131805419922;
/**
 * 2^27 + 1: multiplying by it splits a number into halves of 26 bits, whose products are exact (Veltkamp, Dekker).
 */
export const DEKKER_SPLITTER: f64 = 134217729.0;
