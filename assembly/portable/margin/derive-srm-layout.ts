/**
 * Tables of Derive standard margin: what `prepareTick` writes and the kernels read. Formulas:
 * docs/models/derive-srm.md.
 */

// --- model data of an instrument: floats ----------------------------------------------------------------------------
/** Value of one contract in the reporting currency, written by the row kernel. */
export const DATA_MARK: i32 = 0;
/** Least of the oracle confidences that are the instrument's own, and the confidence in its spot price. */
export const DATA_CONFIDENCE: i32 = 1;
export const DATA_SPOT_CONFIDENCE: i32 = 2;
/** Spot price of the underlying, in the reporting currency. */
export const DATA_SPOT: i32 = 3;
export const DATA_ROOT_TIME: i32 = 4;
/** Charge of initial margin per unit of spot notional while the stablecoin is depegged; 0 if it is not. */
export const DATA_DEPEG: i32 = 5;
export const INSTRUMENT_DATA_WIDTH: i32 = 6;

// --- words of the model: per instrument its kind and its market -----------------------------------------------------
export const ROW_KIND: i32 = 0;
export const ROW_MARKET: i32 = 1;
export const ROW_WORDS: i32 = 2;

export const KIND_OPTION: i32 = 0;
export const KIND_PERPETUAL: i32 = 1;
export const KIND_BASE: i32 = 2;

// --- floats of a market ---------------------------------------------------------------------------------------------
export const MARKET_PERPETUAL_MAINTENANCE: i32 = 0;
export const MARKET_PERPETUAL_INITIAL: i32 = 1;
export const MARKET_MAX_SPOT: i32 = 2;
export const MARKET_MIN_SPOT: i32 = 3;
export const MARKET_CALL_MAINTENANCE: i32 = 4;
export const MARKET_PUT_MAINTENANCE: i32 = 5;
export const MARKET_PUT_MARK_MAINTENANCE: i32 = 6;
export const MARKET_UNPAIRED_INITIAL: i32 = 7;
export const MARKET_UNPAIRED_MAINTENANCE: i32 = 8;
export const MARKET_PUT_OFFSET: i32 = 9;
export const MARKET_PERPETUAL_THRESHOLD: i32 = 10;
export const MARKET_OPTION_THRESHOLD: i32 = 11;
export const MARKET_BASE_THRESHOLD: i32 = 12;
export const MARKET_ORACLE_SCALE: i32 = 13;
/** Share of the value of a base asset that counts for maintenance, and for initial margin. */
export const MARKET_BASE_MAINTENANCE: i32 = 14;
export const MARKET_BASE_INITIAL: i32 = 15;
export const MARKET_FLOATS: i32 = 16;

// --- components and faults, in the order of the model's lists -------------------------------------------------------
export const COMPONENT_OPTION_MAINTENANCE: i32 = 0;
export const COMPONENT_OPTION_INITIAL: i32 = 1;
export const COMPONENT_PERPETUAL_MAINTENANCE: i32 = 2;
export const COMPONENT_PERPETUAL_INITIAL: i32 = 3;
export const COMPONENT_BASE_MAINTENANCE: i32 = 4;
export const COMPONENT_BASE_INITIAL: i32 = 5;
export const COMPONENT_DEPEG: i32 = 6;
export const COMPONENT_ORACLE: i32 = 7;
export const COMPONENT_COUNT: i32 = 8;

export const FAULT_BASE_SHORT: i32 = 0;

// --- scratch: isolated balances of one expiry -----------------------------------------------------------------------
export const WORK_ISOLATED_INITIAL: i32 = 0;
export const WORK_ISOLATED_MAINTENANCE: i32 = 1;
export const WORK_COUNT: i32 = 2;

/** Standard deviations at or below this are none: the venue's pricer returns the intrinsic value. */
export const DEVIATION_MIN: f64 = 1e-12;
