/**
 * Where Deribit cross portfolio margin (`deribit-xpm`) keeps what: written by `prepareTick` and by the row kernel, read
 * by both kernels. Formulas: docs/models/deribit-xpm.md.
 */

// --- instrument data: written by `prepareTick` ---
/** USD per unit of the settlement currency; of a spot holding, per unit of its base currency. */
export const XPM_USD: i32 = 0;
/** USD index price of the base coin, which turns deltas into USD; of a spot holding, that of the coin of its matrix. */
export const XPM_INDEX: i32 = 1;
/** Square root of the years to expiry. */
export const XPM_ROOT_TIME: i32 = 2;
/** Multipliers of the mark volatility in an up and a down scenario, and the least volatility of an up scenario. */
export const XPM_UP_FACTOR: i32 = 3;
export const XPM_DOWN_FACTOR: i32 = 4;
export const XPM_VOLATILITY_FLOOR: i32 = 5;
/** Roll shock per unit of net delta of the instrument's expiry. */
export const XPM_ROLL_RATE: i32 = 6;
/** 1 for an inverse payoff, else 0. */
export const XPM_INVERSE: i32 = 7;
// --- written by the row kernel, per contract ---
/** Worth in USD of options and spot holdings; 0 for futures, whose worth depends on the entry price. */
export const XPM_VALUE: i32 = 8;
/** Delta in base coin (net transaction delta for inverse options; 0 for spot, which counts as equity). */
export const XPM_DELTA: i32 = 9;
export const XPM_DATA_WIDTH: i32 = 10;

// --- modelWords ---
export const XPM_COIN_COUNT: i32 = 0;
export const XPM_CURRENCY_COUNT: i32 = 1;
export const XPM_INSTRUMENT_COUNT: i32 = 2;
/** Then, per scenario: 1 volatility up, -1 down, 0 same. */
export const XPM_DIRECTIONS: i32 = 4;
/** Then, per instrument row, coin of its matrix (-1: none) and currency of its equity; then each currency's coin. */

// --- modelFloats ---
export const XPM_MAINTENANCE_FACTOR: i32 = 0;
/** Then the coins. */
export const XPM_COINS: i32 = 2;

// --- a coin: scalars, then five columns of a float per scenario ---
export const XPM_COIN_INDEX: i32 = 0;
export const XPM_COIN_THRESHOLD: i32 = 1;
export const XPM_COIN_SLOPE: i32 = 2;
export const XPM_COIN_SHOCK_MAX: i32 = 3;
export const XPM_COIN_OFFSET: i32 = 4;
export const XPM_COIN_OFFSET_CAP: i32 = 5;
export const XPM_COIN_SCALARS: i32 = 6;
/** Columns: 1 + move, ln(1 + move), weight, move times weight, dampener in USD. */
export const XPM_MULTIPLIER: i32 = 0;
export const XPM_LOG_MULTIPLIER: i32 = 1;
export const XPM_WEIGHT: i32 = 2;
export const XPM_CLASS: i32 = 3;
export const XPM_DAMPENER: i32 = 4;
export const XPM_COLUMN_COUNT: i32 = 5;

// --- a coin in the scratch area: its cells, then these sums ---
export const XPM_SUM_LONG_DELTA: i32 = 0;
export const XPM_SUM_REST_DELTA: i32 = 1;
export const XPM_SUM_EQUITY: i32 = 2;
export const XPM_SUM_COUNT: i32 = 4;

// --- components of the result ---
export const XPM_WORST_CASE: i32 = 0;
export const XPM_ROLL_SHOCK: i32 = 1;
export const XPM_DELTA_SHOCK: i32 = 2;
export const XPM_RISK_MATRIX: i32 = 3;
export const XPM_HAIRCUT: i32 = 4;
export const XPM_ADD_ON: i32 = 5;

/** Floats of one coin's table. */
export function xpmCoinFloats(scenarioCount: i32): i32 {
  return XPM_COIN_SCALARS + XPM_COLUMN_COUNT * scenarioCount;
}

/** First word of the coins of the instrument rows. */
export function xpmCoinOfRow(scenarioCount: i32): i32 {
  return XPM_DIRECTIONS + scenarioCount;
}

/** First word of the currencies of the instrument rows. */
export function xpmCurrencyOfRow(scenarioCount: i32, instrumentCount: i32): i32 {
  return XPM_DIRECTIONS + scenarioCount + instrumentCount;
}

/** First word of the coins of the currencies. */
export function xpmCoinOfCurrency(scenarioCount: i32, instrumentCount: i32): i32 {
  return XPM_DIRECTIONS + scenarioCount + 2 * instrumentCount;
}

/** First float of the haircuts of the currencies. */
export function xpmHaircuts(scenarioCount: i32, coinCount: i32): i32 {
  return XPM_COINS + coinCount * xpmCoinFloats(scenarioCount);
}
