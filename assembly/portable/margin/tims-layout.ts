import { SCHEME_WORDS } from '../american/scheme.ts';

/** Where the model `tims` keeps its numbers: written by src/margin/tims/model.ts, read by tims.ts. */

/** Valuation points: five below the price, five above. */
export const TIMS_POINTS: i32 = 10;

// --- model data of an instrument, in floats --------------------------------------------------------------------------
/** Reporting currency per contract: value of options and spot, size times price of futures. Written by the row kernel. */
export const TIMS_VALUE: i32 = 0;
/** Least requirement of one contract; 0 for spot. */
export const TIMS_MINIMUM: i32 = 1;
export const TIMS_TIME: i32 = 2;
export const TIMS_RATE: i32 = 3;
export const TIMS_YIELD: i32 = 4;
/** 1 if the option may be exercised before expiry, else 0. */
export const TIMS_AMERICAN: i32 = 5;
/** From here on: the exercise boundary, then the trees' work area. Only where an American option is listed. */
export const TIMS_WORK: i32 = 6;

// --- model words ------------------------------------------------------------------------------------------------------
/** 0 trees, 1 exercise boundaries. */
export const TIMS_METHOD: i32 = 0;
export const TIMS_COARSE_STEPS: i32 = 1;
export const TIMS_FINE_STEPS: i32 = 2;
export const TIMS_TYPE_COUNT: i32 = 3;
export const TIMS_PRODUCT_GROUP_COUNT: i32 = 4;
export const TIMS_PORTFOLIO_GROUP_COUNT: i32 = 5;
/** Words of a scheme (american/scheme.ts). */
export const TIMS_SCHEME: i32 = 6;
/** Per product group its portfolio group; then per class (risk group) product type and product group (-1: none). */
export const TIMS_PORTFOLIO_OF: i32 = 6 + SCHEME_WORDS;
export const TIMS_CLASS_WORDS: i32 = 2;

// --- model floats: TIMS_POINTS moves per product type, offset per product group, offset per portfolio group, tables ---

// --- components -------------------------------------------------------------------------------------------------------
export const TIMS_WORST_LOSS: i32 = 0;
export const TIMS_MINIMUM_TOTAL: i32 = 1;
export const TIMS_MINIMUM_CHARGE: i32 = 2;
export const TIMS_COMPONENT_COUNT: i32 = 3;

/** Floats of the work area per product or portfolio group: P&L by point, then the minimum. */
export const TIMS_GROUP_FLOATS: i32 = 11;
