/**
 * What the scenario kernels read, shared by AssemblyScript and TypeScript. Addresses are float indexes.
 *
 * Terms: TERM floats per instrument, worked out once. Lines: rows of `pitch` floats, one per scenario of the block,
 * worked out once per block and shared by all instruments with the same factor (and forward, or expiry): the logarithms,
 * roots and divisions of a scenario are there and not in the cells. Padding scenarios move nothing.
 */

/** SHAPE_…: what the instrument is. */
export const SCENARIO_SHAPE: i32 = 0;
/** 1 call, -1 put. */
export const SCENARIO_SIGN: i32 = 1;
/** Quote currency per base unit. */
export const SCENARIO_FORWARD: i32 = 2;
export const SCENARIO_STRIKE: i32 = 3;
/** ln(strike / forward). */
export const SCENARIO_LOG_MONEYNESS: i32 = 4;
/** Per square root of a year. */
export const SCENARIO_VOLATILITY: i32 = 5;
export const SCENARIO_INVERSE_VOLATILITY: i32 = 6;
/** Options: contract size; others: value now in the settlement currency, negative for inverse futures (-size / F). */
export const SCENARIO_SIZE: i32 = 7;
/** Value now in the currency of the P&L; futures: 0. */
export const SCENARIO_NOW: i32 = 8;
/** 1 / forward for inverse options, 0 for others. */
export const SCENARIO_INVERSE_FORWARD: i32 = 9;
/** First float of the lines of price, deviation and currency; no currency line (-1): the rate is 1. */
export const SCENARIO_PRICE_LINE: i32 = 10;
export const SCENARIO_DEVIATION_LINE: i32 = 11;
export const SCENARIO_CURRENCY_LINE: i32 = 12;
/** 1 if volatility moves are absolute, else 0. */
export const SCENARIO_ABSOLUTE: i32 = 13;
/** American options: continuous interest rate and dividend yield, per year. */
export const SCENARIO_RATE: i32 = 14;
export const SCENARIO_YIELD: i32 = 15;
export const SCENARIO_TERM_FLOATS: i32 = 16;

/** Futures and perpetuals: what they gain is paid at the moved rate. */
export const SHAPE_GAIN: i32 = 0;
/** Futures and perpetuals paid in the base coin. */
export const SHAPE_INVERSE_GAIN: i32 = 1;
/** Spot: what it is worth. */
export const SHAPE_WORTH: i32 = 2;
export const SHAPE_EUROPEAN: i32 = 3;
export const SHAPE_AMERICAN: i32 = 4;

/** Rows of a price line: F' / F, its logarithm, F / F'. */
export const LINE_MULTIPLIER: i32 = 0;
export const LINE_LOG: i32 = 1;
export const LINE_INVERSE: i32 = 2;
export const PRICE_LINE_ROWS: i32 = 3;

/** Rows of a deviation line: factor (relative) or shift (absolute) of the volatility. */
export const LINE_CHANGE: i32 = 0;
/** What multiplies volatility (relative: factor times sqrt(T')) or moved volatility (absolute: sqrt(T')). */
export const LINE_SCALE: i32 = 1;
/** 1 / scale of relative moves; 1 / SMALLEST_DEVIATION where that would be infinite. */
export const LINE_INVERSE_SCALE: i32 = 2;
/** T' in years. */
export const LINE_TIME: i32 = 3;
/** Scenarios of the block in an order that keeps those of equal change and time together: American options. */
export const LINE_ORDER: i32 = 4;
export const DEVIATION_LINE_ROWS: i32 = 5;

/** Words of the context. */
export const CONTEXT_TERMS_AT: i32 = 0;
/** Floats from one row of a line to the next, an even number. */
export const CONTEXT_PITCH: i32 = 1;
/** Scenarios of the block, rounded up to an even number. */
export const CONTEXT_CELLS: i32 = 2;
/** A row for whatever is on its way. */
export const CONTEXT_SCRATCH: i32 = 3;
/** American options: tables of the scheme, boundary, trees; and the word index of the scheme. */
export const CONTEXT_TABLES: i32 = 4;
export const CONTEXT_BOUNDARY: i32 = 5;
export const CONTEXT_TREES: i32 = 6;
export const CONTEXT_SCHEME: i32 = 7;
export const SCENARIO_CONTEXT_WORDS: i32 = 8;

/** Deviations below this are this: an option at the money has h = 0 even where nothing is uncertain. */
export const SMALLEST_DEVIATION: f64 = 1e-150;
