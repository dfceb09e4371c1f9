/**
 * The thresholds of the quote filters, each with its reason. What each filter does to the shipped chains is counted in
 * docs/MARKET-DATA.md.
 */

/**
 * A quote whose ask exceeds this multiple of its bid is too wide: the mid says nothing about the price to within a
 * half. One tick over two ticks (0.05 at 0.10, 0.0001 at 0.0002) is a multiple of 2 and stays.
 */
export const askToBidRatioMax = 3;

/**
 * Parity is fitted on strikes within this fraction of spot: further out one side is deep in the money and quoted
 * wide.
 */
export const parityBandFraction = 0.1;

/** ... and on pairs whose half-spreads add up to no more than this fraction of spot. */
export const parityHalfSpreadFractionMax = 0.005;

/** Fewer pairs than this and one stale quote could move the median. */
export const parityPairCountMin = 5;

/**
 * An expiry is dropped if more than this share of its near-the-money pairs contradicts parity beyond their own half-
 * spreads: then stale quotes are so many that the rest cannot be trusted either.
 */
export const parityInconsistentShareMax = 0.3;

/** Discount factors outside this range are no interest rates (-2% for a year ... 50%). */
export const discountFactorMin = 0.5;
export const discountFactorMax = 1.02;

/**
 * A future's mid and the parity forward of its expiry must agree to this fraction; both are liquid, 20 bp is far out.
 */
export const futureParityDifferenceMax = 0.002;

/** Below 1% and above 500% no listed option on an index or a major coin trades; it is a stale quote. */
export const impliedVolatilityMin = 0.01;
export const impliedVolatilityMax = 5;

/**
 * A strike's volatility is compared with this many neighbours on each side. Strikes nearer to an end of the smile are
 * not checked: wings bend too much to say what their last strike should be.
 */
export const smileNeighbourCount = 3;

/**
 * ... and dropped if it lies beyond their range by more than this fraction. In the shipped chains no strike does so
 * by more than 4% unless its quote plainly stands out.
 */
export const smileDeviationMax = 0.05;
