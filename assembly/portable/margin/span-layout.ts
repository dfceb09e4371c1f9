/**
 * Tables of `span`: what the model writes once per tick and the kernels read. All indexes are in elements.
 *
 * Words begin with a head that says where each table lies (words: from the first model word; floats: from the first
 * model float; work: from the first scratch float).
 */

// --- head: words ---------------------------------------------------------------------------------------------------
export const HEAD_SCENARIO_COUNT: i32 = 0;
export const HEAD_GROUP_COUNT: i32 = 1;
/** Words: `ROW_WORD_COUNT` per instrument row. */
export const HEAD_ROWS: i32 = 2;
/** Words: `GROUP_WORD_COUNT` per risk group. */
export const HEAD_GROUPS: i32 = 3;
/** Floats: `GROUP_FLOAT_COUNT` per risk group. */
export const HEAD_GROUP_FLOATS: i32 = 4;
/** Words: `SPREAD_WORD_COUNT` per intracommodity spread; floats: one charge each. */
export const HEAD_SPREADS: i32 = 5;
export const HEAD_SPREAD_FLOATS: i32 = 6;
/** Words: `LEG_WORD_COUNT` per leg of an intracommodity spread; floats: one ratio each. */
export const HEAD_LEGS: i32 = 7;
export const HEAD_LEG_FLOATS: i32 = 8;
/** Words: one period each; floats: `SPOT_FLOAT_COUNT`. */
export const HEAD_SPOTS: i32 = 9;
export const HEAD_SPOT_FLOATS: i32 = 10;
/** Floats: `TIER_FLOAT_COUNT` per tier. */
export const HEAD_TIER_FLOATS: i32 = 11;
export const HEAD_INTERS: i32 = 12;
export const HEAD_INTER_FLOATS: i32 = 13;
export const HEAD_INTER_COUNT: i32 = 14;
/** Super-inter-commodity spreads: the first ones of the table. */
export const HEAD_SUPER_COUNT: i32 = 15;
export const HEAD_INTER_LEGS: i32 = 16;
export const HEAD_INTER_LEG_FLOATS: i32 = 17;
/** Words and floats per scenario of a scanning-based spread. */
export const HEAD_POINTS: i32 = 18;
export const HEAD_POINT_FLOATS: i32 = 19;
/** Words: the paired scenario of each scenario. */
export const HEAD_PAIRS: i32 = 20;
/** Floats: `SCENARIO_FLOAT_COUNT` per scenario, then `DELTA_FLOAT_COUNT` per delta point. */
export const HEAD_SCENARIO_FLOATS: i32 = 21;
export const HEAD_DELTA_FLOATS: i32 = 22;
export const HEAD_DELTA_COUNT: i32 = 23;
/** Work: `WORK_GROUP_COUNT` floats per risk group, then periods, tiers, cells of groups, cells of tiers. */
export const HEAD_WORK_PERIODS: i32 = 24;
export const HEAD_WORK_TIERS: i32 = 25;
export const HEAD_WORK_CELLS: i32 = 26;
export const HEAD_WORK_TIER_CELLS: i32 = 27;
export const HEAD_COUNT: i32 = 28;

// --- words of an instrument row ------------------------------------------------------------------------------------
/** Global index of its contract month. */
export const ROW_PERIOD: i32 = 0;
/** Global index of its scanning, intercommodity and short option tier; -1: none. */
export const ROW_SCAN_TIER: i32 = 1;
export const ROW_INTER_TIER: i32 = 2;
export const ROW_SHORT_TIER: i32 = 3;
/** What it is worth to the account: `VALUE_*`. */
export const ROW_VALUE_KIND: i32 = 4;
/** 1: its cells are made from the market. */
export const ROW_IS_GENERATED: i32 = 5;
/** 1 call, -1 put, 0 no option. */
export const ROW_OPTION_SIGN: i32 = 6;
export const ROW_WORD_COUNT: i32 = 7;

/** Marked to market: its gain since entry is in the equity. */
export const VALUE_MARKED: i32 = 0;
/** Premium paid: its value is option value. */
export const VALUE_PREMIUM: i32 = 1;
/** Premium paid and no option: its value is in the equity. */
export const VALUE_OWNED: i32 = 2;
/** A premium-style option without a settlement price: it has no option value. */
export const VALUE_MISSING: i32 = 3;

// --- floats of an instrument (its model data), the first ones; the cells of a file's array follow ------------------
/** Deltas of the combined commodity per contract. */
export const DATA_DELTA: i32 = 0;
/** Settlement price of an option, NaN where the file has none. */
export const DATA_PRICE: i32 = 1;
/** Value of a price move of 1. */
export const DATA_VALUE_FACTOR: i32 = 2;
export const DATA_DELTA_SCALE: i32 = 3;
/** Price scan range in price units. */
export const DATA_SCAN_UP: i32 = 4;
export const DATA_SCAN_DOWN: i32 = 5;
/** Volatility scan range: share of the volatility, and what is added to it. */
export const DATA_VOLATILITY_UP: i32 = 6;
export const DATA_VOLATILITY_DOWN: i32 = 7;
export const DATA_VOLATILITY_ADD_UP: i32 = 8;
export const DATA_VOLATILITY_ADD_DOWN: i32 = 9;
export const DATA_YEARS: i32 = 10;
export const DATA_LOOK_AHEAD: i32 = 11;
export const DATA_RATE: i32 = 12;
export const DATA_EXTREME_MULTIPLIER: i32 = 13;
export const DATA_EXTREME_COVER: i32 = 14;
export const DATA_FUTURE_SCALE: i32 = 15;
export const DATA_FUTURE_DRIFT: i32 = 16;
export const DATA_ROUNDING: i32 = 17;
/** Losses of one long contract, as in the file. */
export const DATA_LOSSES: i32 = 18;

// --- a risk group (combined commodity and currency) ----------------------------------------------------------------
export const GROUP_FIRST_PERIOD: i32 = 0;
export const GROUP_PERIOD_COUNT: i32 = 1;
export const GROUP_FIRST_SPREAD: i32 = 2;
export const GROUP_SPREAD_COUNT: i32 = 3;
export const GROUP_FIRST_SPOT: i32 = 4;
export const GROUP_SPOT_COUNT: i32 = 5;
export const GROUP_FIRST_SCAN_TIER: i32 = 6;
export const GROUP_SCAN_TIER_COUNT: i32 = 7;
export const GROUP_FIRST_INTER_TIER: i32 = 8;
export const GROUP_INTER_TIER_COUNT: i32 = 9;
export const GROUP_FIRST_SHORT_TIER: i32 = 10;
export const GROUP_SHORT_TIER_COUNT: i32 = 11;
/** 1 normal, 2 capped at the scan range, 3 the scan range. */
export const GROUP_PRICE_RISK_METHOD: i32 = 12;
/** 1: the greater of short calls and puts counts, not their sum. */
export const GROUP_SHORT_GREATER: i32 = 13;
/** 1: a net requirement below zero counts as zero. */
export const GROUP_FLOOR: i32 = 14;
export const GROUP_WORD_COUNT: i32 = 15;

export const GROUP_SCAN_UP: i32 = 0;
export const GROUP_SCAN_DOWN: i32 = 1;
export const GROUP_ADJUSTMENT: i32 = 2;
export const GROUP_INITIAL_RATIO: i32 = 3;
export const GROUP_FLOAT_COUNT: i32 = 4;

/** A tier: price scan range per delta, charge per short option. */
export const TIER_SCAN_UP: i32 = 0;
export const TIER_SCAN_DOWN: i32 = 1;
export const TIER_SHORT_RATE: i32 = 2;
export const TIER_FLOAT_COUNT: i32 = 3;

// --- intracommodity spreads ----------------------------------------------------------------------------------------
export const SPREAD_FIRST_LEG: i32 = 0;
export const SPREAD_LEG_COUNT: i32 = 1;
export const SPREAD_WORD_COUNT: i32 = 2;

/** A run of contract months: one for a series, those of the tier for a tier. */
export const LEG_FIRST_PERIOD: i32 = 0;
export const LEG_PERIOD_COUNT: i32 = 1;
/** 1 for side A, -1 for side B. */
export const LEG_SIDE: i32 = 2;
export const LEG_WORD_COUNT: i32 = 3;

export const SPOT_CONSUMED: i32 = 0;
export const SPOT_OUTRIGHT: i32 = 1;
export const SPOT_FLOAT_COUNT: i32 = 2;

// --- intercommodity spreads ----------------------------------------------------------------------------------------
/** 0 delta-based, 1 scanning-based. */
export const INTER_IS_SCANNING: i32 = 0;
export const INTER_IS_FLAT: i32 = 1;
export const INTER_FIRST_LEG: i32 = 2;
export const INTER_LEG_COUNT: i32 = 3;
/** Risk group of the target, -1: not in the market. */
export const INTER_TARGET: i32 = 4;
export const INTER_TARGET_REQUIRED: i32 = 5;
export const INTER_MINIMUM_LEGS: i32 = 6;
/** Index of its first point. */
export const INTER_FIRST_POINT: i32 = 7;
export const INTER_WORD_COUNT: i32 = 8;

export const INTER_RATE: i32 = 0;
export const INTER_TARGET_RATIO: i32 = 1;
export const INTER_FLOAT_COUNT: i32 = 2;

/** Risk group, -1: not in the market. */
export const INTER_LEG_GROUP: i32 = 0;
/** Global index of the tier, -1: all months. */
export const INTER_LEG_TIER: i32 = 1;
export const INTER_LEG_SIDE: i32 = 2;
export const INTER_LEG_REQUIRED: i32 = 3;
export const INTER_LEG_WORD_COUNT: i32 = 4;

export const INTER_LEG_RATIO: i32 = 0;
export const INTER_LEG_RATE: i32 = 1;
export const INTER_LEG_FLOAT_COUNT: i32 = 2;

/** Number of largest losses that are added; 0: sum of all losses and a share of the gains. */
export const POINT_LARGEST: i32 = 0;

// --- scenarios -----------------------------------------------------------------------------------------------------
export const SCENARIO_PRICE_MOVE: i32 = 0;
export const SCENARIO_VOLATILITY_MOVE: i32 = 1;
export const SCENARIO_WEIGHT: i32 = 2;
/** 1: move and weight are those of the contract, the sign is the scenario's. */
export const SCENARIO_IS_EXTREME: i32 = 3;
export const SCENARIO_FLOAT_COUNT: i32 = 4;

export const DELTA_PRICE_MOVE: i32 = 0;
export const DELTA_WEIGHT: i32 = 1;
export const DELTA_FLOAT_COUNT: i32 = 2;

// --- scratch of one account ----------------------------------------------------------------------------------------
/** 1: the account has positions in the group. */
export const WORK_PRESENT: i32 = 0;
export const WORK_SCAN: i32 = 1;
export const WORK_SCENARIO: i32 = 2;
export const WORK_TIME_RISK: i32 = 3;
export const WORK_PRICE_RISK: i32 = 4;
export const WORK_WEIGHTED: i32 = 5;
/** Net delta of all contract months; what intercommodity spreads have left of it. */
export const WORK_DELTA: i32 = 6;
export const WORK_REMAINING: i32 = 7;
export const WORK_INTRA: i32 = 8;
export const WORK_SPOT: i32 = 9;
export const WORK_INTER: i32 = 10;
export const WORK_SHORT_MINIMUM: i32 = 11;
export const WORK_LONG_VALUE: i32 = 12;
export const WORK_SHORT_VALUE: i32 = 13;
/** 0, or 1 + index of the scanning-based spread that has taken its losses to its target. */
export const WORK_MERGED: i32 = 14;
/** 1: it is the target of a scanning-based spread. */
export const WORK_TARGETED: i32 = 15;
export const WORK_GROUP_COUNT: i32 = 16;

/** Of a contract month: delta that spreads have left of it, and how much they consumed. */
export const PERIOD_REMAINING: i32 = 0;
export const PERIOD_CONSUMED: i32 = 1;
export const PERIOD_FLOAT_COUNT: i32 = 2;

export const TIER_DELTA: i32 = 0;
export const TIER_REMAINING: i32 = 1;
export const TIER_WEIGHTED: i32 = 2;
export const TIER_SHORT_CALLS: i32 = 3;
export const TIER_SHORT_PUTS: i32 = 4;
export const TIER_WORK_COUNT: i32 = 6;

// --- components of the result --------------------------------------------------------------------------------------
export const RESULT_SCAN: i32 = 0;
export const RESULT_INTRA: i32 = 1;
export const RESULT_SPOT: i32 = 2;
export const RESULT_INTER: i32 = 3;
export const RESULT_SHORT_MINIMUM: i32 = 4;
export const RESULT_REQUIREMENT: i32 = 5;
export const RESULT_LONG_VALUE: i32 = 6;
export const RESULT_SHORT_VALUE: i32 = 7;
export const RESULT_NET_VALUE: i32 = 8;
/** Of the combined commodity with the largest scan risk. */
export const RESULT_TIME_RISK: i32 = 9;
export const RESULT_PRICE_RISK: i32 = 10;
export const RESULT_WEIGHTED: i32 = 11;
export const RESULT_DELTA: i32 = 12;
/** Contracts without a settlement price, long and short. */
export const RESULT_MISSING: i32 = 13;
export const RESULT_COUNT: i32 = 14;
