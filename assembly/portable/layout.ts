/**
 * The contract between the engine and the kernels: where a kernel finds its columns, and what the codes in them mean.
 *
 * A kernel gets one address, the context block. It holds 32-bit words (addresses and counts, `CONTEXT_*`, in words)
 * followed by
 * 64-bit floats (`SCALAR_*`, in floats, from `CONTEXT_BYTES`). The engine writes it once per tick; kernels only read
 * it.
 */

// --- words of the context block -------------------------------------------------------------------------------------
/** Cells of a risk array row in use (scenarios). */
export const CONTEXT_SCENARIO_COUNT: i32 = 0;
/** Cells of a row including padding: the scenario count rounded up to even; the padding repeats the last cell. */
export const CONTEXT_CELL_COUNT: i32 = 1;
/** Bytes from one risk array row to the next. */
export const CONTEXT_ROW_STRIDE: i32 = 2;
export const CONTEXT_RISK_ARRAY: i32 = 3;
/** `TERM_COUNT` floats per instrument. */
export const CONTEXT_TERMS: i32 = 4;

// instrument columns
export const CONTEXT_INSTRUMENT_SHAPE: i32 = 5;
export const CONTEXT_INSTRUMENT_GROUP: i32 = 6;
export const CONTEXT_INSTRUMENT_EXPIRY: i32 = 7;
export const CONTEXT_INSTRUMENT_STRIKE: i32 = 8;
export const CONTEXT_INSTRUMENT_SIZE: i32 = 9;
export const CONTEXT_INSTRUMENT_FORWARD: i32 = 10;
export const CONTEXT_INSTRUMENT_VOLATILITY: i32 = 11;

// expiry columns (one row per risk group and expiry)
export const CONTEXT_EXPIRY_SQRT_TIME: i32 = 12;
export const CONTEXT_EXPIRY_UP_FACTOR: i32 = 13;
export const CONTEXT_EXPIRY_DOWN_FACTOR: i32 = 14;
export const CONTEXT_EXPIRY_ROLL_FACTOR: i32 = 15;

// risk group columns
export const CONTEXT_GROUP_INVERSE: i32 = 16;
export const CONTEXT_GROUP_INDEX_PRICE: i32 = 17;
export const CONTEXT_GROUP_VOLATILITY_FLOOR: i32 = 18;
/** Scenario tables of a group: `GRID_COLUMN_COUNT` columns of CELL_COUNT floats each. */
export const CONTEXT_GRID: i32 = 19;
/** Model scalars of a group, `GROUP_SCALAR_COUNT` floats per group. */
export const CONTEXT_GROUP_SCALARS: i32 = 20;

// netting set columns
export const CONTEXT_SET_COUNT: i32 = 21;
export const CONTEXT_SET_FIRST_POSITION: i32 = 22;
export const CONTEXT_SET_POSITION_COUNT: i32 = 23;
export const CONTEXT_SET_CURRENCY: i32 = 24;
export const CONTEXT_SET_CASH: i32 = 25;
export const CONTEXT_SET_ENTRY_VALUE: i32 = 26;
export const CONTEXT_SET_ADD_ON: i32 = 27;
export const CONTEXT_SET_FAULT: i32 = 28;

// position columns
export const CONTEXT_POSITION_ROW: i32 = 29;
export const CONTEXT_POSITION_QUANTITY: i32 = 30;

// result columns, one row per netting set
export const CONTEXT_RESULT_EQUITY: i32 = 31;
export const CONTEXT_RESULT_INITIAL: i32 = 32;
export const CONTEXT_RESULT_MAINTENANCE: i32 = 33;
export const CONTEXT_RESULT_WORST_CASE: i32 = 34;
export const CONTEXT_RESULT_ROLL_SHOCK: i32 = 35;
export const CONTEXT_RESULT_DELTA_SHOCK: i32 = 36;
export const CONTEXT_RESULT_WORST_SCENARIO: i32 = 37;
export const CONTEXT_RESULT_STATUS: i32 = 38;
export const CONTEXT_RESULT_FAULT: i32 = 39;

/** Totals per chunk of netting sets: counts, then sums per currency. */
export const CONTEXT_CHUNK_TOTALS: i32 = 40;
export const CONTEXT_CHUNK_TOTALS_STRIDE: i32 = 41;

// columns of models that run on portable kernels (empty for the others)
/** Model data of an instrument: INSTRUMENT_DATA_WIDTH floats per row, filled by `prepareTick` and by the row kernel. */
export const CONTEXT_INSTRUMENT_DATA: i32 = 42;
export const CONTEXT_INSTRUMENT_DATA_WIDTH: i32 = 43;
/** i32 per instrument: 0, or the fault of every account that holds it. */
export const CONTEXT_INSTRUMENT_FAULT: i32 = 44;
/** The model's own tables: floats and 32-bit words; their layout is the model's. */
export const CONTEXT_MODEL_FLOATS: i32 = 45;
export const CONTEXT_MODEL_WORDS: i32 = 46;
/** Entry price of a position, limit price of an order; quote currency per base unit. */
export const CONTEXT_POSITION_PRICE: i32 = 47;
/** u32 per netting set: open orders, in the slots after its positions, sorted by instrument row. */
export const CONTEXT_SET_ORDER_COUNT: i32 = 48;
/** COMPONENT_COUNT floats per netting set. */
export const CONTEXT_RESULT_COMPONENTS: i32 = 49;
export const CONTEXT_COMPONENT_COUNT: i32 = 50;
/** Floats that a margin function may use as it likes. */
export const CONTEXT_WORK_COUNT: i32 = 51;
/** 0 no rows, 1 one row of cells per risk group, 2 one per run of equal expiry and shape class. */
export const CONTEXT_SEGMENT_LEVEL: i32 = 52;
/** The certificate block (certificate-layout.ts), 0 if nothing is certified. */
export const CONTEXT_CERTIFICATE: i32 = 53;

export const CONTEXT_WORD_COUNT: i32 = 54;
/** Bytes of the words; the scalars follow. */
export const CONTEXT_BYTES: i32 = 216;

// --- what a portable margin function leaves in its output block: floats ----------------------------------------------
export const OUT_EQUITY: i32 = 0;
export const OUT_INITIAL: i32 = 1;
export const OUT_MAINTENANCE: i32 = 2;
/** A fault code; 0 if the set was margined. */
export const OUT_FAULT: i32 = 3;
/** Binding scenario, -1 if none. */
export const OUT_SCENARIO: i32 = 4;
/** The model's components follow, in the order of its `resultComponents`. */
export const OUT_COMPONENTS: i32 = 8;

export const SEGMENT_NONE: i32 = 0;
export const SEGMENT_GROUP: i32 = 1;
export const SEGMENT_EXPIRY: i32 = 2;

// --- floats after the words -----------------------------------------------------------------------------------------
export const SCALAR_MAINTENANCE_FACTOR: i32 = 0;
export const SCALAR_COUNT: i32 = 4;

// --- terms of an instrument: four floats per contract, apart from the cells so that a scan of positions stays in the
// cache ---
/**
 * Value of one contract in settlement currency (of a future: without its entry price, which is in the set's entry
 * value).
 */
export const TERM_VALUE: i32 = 0;
/** Delta of one contract in base coin (net transaction delta for inverse options). */
export const TERM_DELTA: i32 = 1;
/** What multiplies the shock class row to give the cells of one contract; 0 for options. */
export const TERM_AMOUNT: i32 = 2;
/** Roll shock per unit of net delta of the instrument's expiry. */
export const TERM_ROLL_FACTOR: i32 = 3;
export const TERM_COUNT: i32 = 4;

// --- scenario tables of a risk group
// ------------------------------------------------------------------------------------
/** 1 + move. */
export const GRID_MULTIPLIER: i32 = 0;
/** 1 / (1 + move). */
export const GRID_INVERSE_MULTIPLIER: i32 = 1;
/** ln(1 + move). */
export const GRID_LOG_MULTIPLIER: i32 = 2;
/** All bits set where the scenario shocks volatility up, else 0. */
export const GRID_UP_MASK: i32 = 3;
/** All bits set where the scenario shocks volatility down, else 0. */
export const GRID_DOWN_MASK: i32 = 4;
/** Multiplies the P&L of the scenario. */
export const GRID_WEIGHT: i32 = 5;
/** Cells of one unit of the group's shock class (inverse: 1 - 1/(1+m); linear: m; times the weight). */
export const GRID_CLASS: i32 = 6;
/** Added to a negative aggregated cell, which it cannot lift above zero. */
export const GRID_DAMPENER: i32 = 7;
export const GRID_COLUMN_COUNT: i32 = 8;

// --- model scalars of a risk group, `deribit-pm`
// ------------------------------------------------------------------------
/** Delta in base coin times this is in settlement currency: 1 for inverse, the index price for linear. */
export const GROUP_DELTA_TO_SETTLEMENT: i32 = 0;
/** USD times this is in settlement currency: 1/index for inverse, 1 for linear. */
export const GROUP_USD_TO_SETTLEMENT: i32 = 1;
export const GROUP_DELTA_SHOCK_THRESHOLD: i32 = 2;
export const GROUP_DELTA_SHOCK_SLOPE: i32 = 3;
export const GROUP_DELTA_SHOCK_MAX: i32 = 4;
/** Share of a positive aggregated cell that counts, and the most that counts, in settlement currency. */
export const GROUP_PNL_OFFSET: i32 = 5;
export const GROUP_PNL_OFFSET_CAP: i32 = 6;
export const GROUP_SCALAR_COUNT: i32 = 8;

// --- sums of one netting set in the scratch area, `deribit-pm`: floats after the cells
// ------------------------------------
/** Value of the positions: the set's entry value, then quantity times value. */
export const SUM_VALUE: i32 = 0;
/** Of the present risk group: amount of the shock class, deltas, roll shock in delta. */
export const SUM_AMOUNT: i32 = 1;
export const SUM_LONG_DELTA: i32 = 2;
export const SUM_REST_DELTA: i32 = 3;
export const SUM_ROLL: i32 = 4;
/** Of the set: charges in settlement currency. */
export const SUM_WORST_CASE: i32 = 5;
export const SUM_ROLL_SHOCK: i32 = 6;
export const SUM_DELTA_SHOCK: i32 = 7;
/** Largest worst case of a group, and its scenario (a whole number). */
export const SUM_WORST_GROUP: i32 = 8;
export const SUM_WORST_SCENARIO: i32 = 9;
/** 0, or NaN once a poisoned row was met. */
export const SUM_PROBE: i32 = 10;
/** What was read only to be fetched; without meaning. */
export const SUM_TOUCHED: i32 = 11;
export const SUM_COUNT: i32 = 12;

// --- instrument shapes
// ----------------------------------------------------------------------------------------------------
export const SHAPE_SPOT: i32 = 0;
export const SHAPE_FUTURE: i32 = 1;
export const SHAPE_CALL: i32 = 2;
export const SHAPE_PUT: i32 = 3;

// --- a position's entry: instrument row in the high bits, flags in the low four
// -----------------------------------------------
/** The position is linear in the group's shock class: netted as a scalar. */
export const FLAG_LINEAR: i32 = 1;
/** Last option position of its expiry within the risk group. */
export const FLAG_END_EXPIRY: i32 = 2;
export const FLAG_END_EXPIRY_BIT: i32 = 1;
/** Last position of its risk group within the netting set. */
export const FLAG_END_GROUP: i32 = 4;
export const FLAG_MASK: i32 = 15;
export const FLAG_BITS: i32 = 4;

// --- status and fault codes
// -------------------------------------------------------------------------------------------------
export const STATUS_HEALTHY: i32 = 0;
export const STATUS_MARGIN_CALL: i32 = 1;
export const STATUS_LIQUIDATION: i32 = 2;
export const STATUS_QUARANTINED: i32 = 3;
export const STATUS_COUNT: i32 = 4;

export const FAULT_NONE: i32 = 0;
/** The input of the account was bad: it was quarantined before the tick. */
export const FAULT_INPUT: i32 = 1;
/** A price or volatility that the account depends on is bad. */
export const FAULT_MARKET: i32 = 2;
/** The model refuses an instrument that the account holds: no parameters, or a component nobody has published. */
export const FAULT_REFUSED: i32 = 3;
/** The market has no value of a field that the model needs for an instrument that the account holds. */
export const FAULT_INPUT_MISSING: i32 = 4;
/** First of the model's own faults of an account: FAULT_MODEL + i is `faults[i]` of the model. */
export const FAULT_MODEL: i32 = 16;
/** First of the faults of a missing component: FAULT_COMPONENT + i, the margin function left no number for component i. */
export const FAULT_COMPONENT: i32 = 192;

// --- chunk totals: STATUS_COUNT 32-bit counts (padded to 32 bytes), then per currency these sums
// --------------------------
export const TOTALS_COUNT_BYTES: i32 = 32;
export const TOTALS_EQUITY: i32 = 0;
export const TOTALS_INITIAL: i32 = 1;
export const TOTALS_MAINTENANCE: i32 = 2;
export const TOTALS_SUM_COUNT: i32 = 3;
/** Netting sets per chunk: what a worker claims at a time. */
export const CHUNK_SET_COUNT: i32 = 4096;
