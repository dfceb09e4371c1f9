/** Where the model `var` keeps its numbers: written by src/margin/var/tick-tables.ts, read by var.ts and var-row.ts. */

// --- model data of an instrument, in floats --------------------------------------------------------------------------
/** Reporting currency per contract; of futures: size times price, inverse ones size over price. By the row kernel. */
export const VAR_VALUE: i32 = 0;
/** Reporting currency per unit of the settlement currency. */
export const VAR_RATE: i32 = 1;
/** 1 if the payoff is inverse, else 0. */
export const VAR_INVERSE: i32 = 2;
/** Years to expiry. */
export const VAR_TIME: i32 = 3;
/** Share of a day's volume that one contract is. */
export const VAR_VOLUME_SHARE: i32 = 4;
/** Half of the distance between bid and ask, reporting currency per contract. */
export const VAR_HALF_SPREAD: i32 = 5;
/** Delta of one contract, as an amount of the reporting currency. By the row kernel. */
export const VAR_DELTA: i32 = 6;
/** Tail loss of one contract held alone, long and short: of the first historical set. By the row kernel. */
export const VAR_TAIL_LONG: i32 = 7;
export const VAR_TAIL_SHORT: i32 = 8;
/** From here on: room for the tail of the first historical set. */
export const VAR_ROW_TAIL: i32 = 9;

// --- model words -----------------------------------------------------------------------------------------------------
export const VAR_SET_COUNT: i32 = 0;
export const VAR_CLASS_COUNT: i32 = 1;
export const VAR_GROUP_COUNT: i32 = 2;
/** 0: the larger of historical and stressed, 1: their sum. */
export const VAR_RULE: i32 = 3;
/** Of the sub-samples of a role. 0: mean, 1: largest. */
export const VAR_AGGREGATE: i32 = 4;
/** Scenarios of a rolling window of the correlation break; 0: none. */
export const VAR_BREAK_WINDOW: i32 = 5;
export const VAR_BREAK_STEP: i32 = 6;
export const VAR_BREAK_CAPACITY: i32 = 7;
/** Model float of the window's coefficients. */
export const VAR_BREAK_COEFFICIENTS: i32 = 8;
export const VAR_TABLE_POINTS: i32 = 9;
/** Model floats of the classes and of the liquidity table. */
export const VAR_AT_CLASSES: i32 = 10;
export const VAR_AT_TABLE: i32 = 11;
/** Words of the offset group of every class, and of the rows. */
export const VAR_AT_CLASS_GROUPS: i32 = 12;
export const VAR_AT_ROWS: i32 = 13;
/** Set whose tails measure single positions. */
export const VAR_FIRST_HISTORICAL: i32 = 14;
export const VAR_SETS: i32 = 15;

// words of a set
export const VAR_SET_ROLE: i32 = 0;
export const VAR_SET_FIRST: i32 = 1;
export const VAR_SET_SIZE: i32 = 2;
/** How many of the smallest P&L the measure needs. */
export const VAR_SET_CAPACITY: i32 = 3;
/** 0: weighted sum of order statistics, 1: VaR of weighted scenarios, 2: expected shortfall of them. */
export const VAR_SET_MEASURE: i32 = 4;
/** Model float of CAPACITY coefficients (measure 0) or of SIZE weights. */
export const VAR_SET_NUMBERS: i32 = 5;
/** Model float of what multiplies the tail, then 1 - level. */
export const VAR_SET_SCALARS: i32 = 6;
/** Model float of the days that pass, scenario by scenario. */
export const VAR_SET_DAYS: i32 = 7;
/** Coefficients of the correlation break's level over the whole set (model float), and how many; 0: none. */
export const VAR_SET_BREAK: i32 = 8;
export const VAR_SET_BREAK_CAPACITY: i32 = 9;
export const VAR_SET_WORDS: i32 = 10;

export const VAR_ROLE_HISTORICAL: i32 = 0;
export const VAR_ROLE_STRESSED: i32 = 1;
export const VAR_ROLE_LONG_RUN: i32 = 2;
export const VAR_ROLE_GRID: i32 = 3;

// words of a row: its class, then of every set the model floats of the moves of price, volatility and currency rate,
// -1 where nothing moves it. A move is two floats per scenario: what multiplies the value, what is added then.
export const VAR_ROW_CLASS: i32 = 0;
export const VAR_ROW_FACTORS: i32 = 1;
export const VAR_FACTOR_PRICE: i32 = 0;
export const VAR_FACTOR_VOLATILITY: i32 = 1;
export const VAR_FACTOR_CURRENCY: i32 = 2;
export const VAR_FACTOR_COUNT: i32 = 3;

// --- model floats: scalars, offset per group, classes, liquidity table, then what the words point to -----------------
export const VAR_HISTORICAL_WEIGHT: i32 = 0;
export const VAR_STRESSED_WEIGHT: i32 = 1;
/** Anti-procyclicality: weight of the stressed margin, buffer, multiple of the long-run margin. */
export const VAR_APC_STRESS: i32 = 2;
export const VAR_APC_BUFFER: i32 = 3;
export const VAR_LONG_RUN_MULTIPLE: i32 = 4;
export const VAR_GRID_MULTIPLE: i32 = 5;
export const VAR_MAINTENANCE: i32 = 6;
/** Largest share of the stand-alone tails that may be offset between the offset groups of an account. */
export const VAR_ACCOUNT_OFFSET: i32 = 7;
export const VAR_VOLATILITY_MINIMUM: i32 = 8;
/** Least share of the liquidity charges of the single positions that an account pays. */
export const VAR_NET_FLOOR: i32 = 9;
export const VAR_SPREAD_MULTIPLE: i32 = 10;
export const VAR_BREAK_SCALE: i32 = 11;
export const VAR_BREAK_FLOOR: i32 = 12;
export const VAR_BREAK_CAP: i32 = 13;
export const VAR_GROUPS: i32 = 16;

// floats of a class: concentration
export const VAR_CLASS_THRESHOLD: i32 = 0;
export const VAR_CLASS_RATE: i32 = 1;
export const VAR_CLASS_FLOATS: i32 = 2;

// --- components ------------------------------------------------------------------------------------------------------
export const VAR_HISTORICAL_TAIL: i32 = 0;
export const VAR_HISTORICAL_DIVERSIFICATION: i32 = 1;
export const VAR_CORRELATION_BREAK: i32 = 2;
export const VAR_STRESSED_TAIL: i32 = 3;
export const VAR_STRESSED_DIVERSIFICATION: i32 = 4;
export const VAR_BASE: i32 = 5;
export const VAR_STRESS_WEIGHT: i32 = 6;
export const VAR_BUFFER: i32 = 7;
export const VAR_LONG_RUN_MARGIN: i32 = 8;
export const VAR_GRID_MARGIN: i32 = 9;
export const VAR_FLOOR: i32 = 10;
export const VAR_LIQUIDITY: i32 = 11;
export const VAR_BID_ASK: i32 = 12;
export const VAR_CONCENTRATION: i32 = 13;
export const VAR_ADD_ON: i32 = 14;
export const VAR_COMPONENT_COUNT: i32 = 15;

// --- work area: sums, the tails of every set, list of held classes, groups, then room for a tail ---------------------
export const VAR_SUM_LIQUIDITY: i32 = 0;
export const VAR_SUM_TAILS: i32 = 1;
export const VAR_SUM_BID_ASK: i32 = 2;
export const VAR_SUM_COUNT: i32 = 3;
/** Per set: tail of the account, what the caps on diversification leave at least, correlation break, worst scenario and its P&L. */
export const VAR_TAIL_JOINT: i32 = 0;
export const VAR_TAIL_CAPPED: i32 = 1;
export const VAR_TAIL_BREAK: i32 = 2;
export const VAR_TAIL_SCENARIO: i32 = 3;
export const VAR_TAIL_FLOATS: i32 = 4;
/** Per class: first cell of its row (-1: not held), net delta, place in the list of held classes. */
export const VAR_HELD_ROW: i32 = 0;
export const VAR_HELD_DELTA: i32 = 1;
export const VAR_HELD_LIST: i32 = 2;
export const VAR_HELD_FLOATS: i32 = 3;
/** Per offset group: first cell of its row (-1: not held), classes held, then per set the tail. */
export const VAR_JOINED_ROW: i32 = 0;
export const VAR_JOINED_CLASSES: i32 = 1;
export const VAR_JOINED_TAILS: i32 = 2;

export function varWorkFloats(sets: i32, classes: i32, groups: i32, tail: i32): i32 {
  return VAR_SUM_COUNT + sets * VAR_TAIL_FLOATS + classes * VAR_HELD_FLOATS + groups * (VAR_JOINED_TAILS + sets) + tail;
}
