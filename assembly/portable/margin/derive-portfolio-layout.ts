/**
 * Tables of Derive portfolio margin (PMRM and PMRM_2): what `prepareTick` writes and the kernels read. Formulas:
 * docs/models/derive-pmrm.md and docs/models/derive-pmrm1.md.
 */

// --- model data of an instrument: floats ----------------------------------------------------------------------------
/** Value of one contract in the reporting currency; of an option discounted. Written by the row kernel. */
export const DATA_MARK: i32 = 0;
/** Least of the oracle confidences that are the instrument's own. */
export const DATA_CONFIDENCE: i32 = 1;
/** US dollars per unit of the reporting currency. */
export const DATA_STABLE: i32 = 2;
/** Mark discount of the expiry, and what multiplies it in a scenario where the expiry is worth >= 0 or less. */
export const DATA_DISCOUNT: i32 = 3;
export const DATA_POSITIVE: i32 = 4;
export const DATA_NEGATIVE: i32 = 5;
/** Part of the forward that is already settled, and the part that a shock moves. */
export const DATA_FIXED: i32 = 6;
export const DATA_VARIABLE: i32 = 7;
/** Multipliers of the volatility, up and down. */
export const DATA_UP: i32 = 8;
export const DATA_DOWN: i32 = 9;
export const DATA_ROOT_TIME: i32 = 10;
/** Share of the basis move that counts. */
export const DATA_BASIS: i32 = 11;
/** Skew: largest change of the multiplier, linear and absolute, and the log-moneyness at which it is reached. */
export const DATA_LINEAR_CAP: i32 = 12;
export const DATA_ABSOLUTE_CAP: i32 = 13;
export const DATA_SKEW_WIDTH: i32 = 14;
export const INSTRUMENT_DATA_WIDTH: i32 = 16;

// --- words of the model ---------------------------------------------------------------------------------------------
export const WORD_MANAGER_COUNT: i32 = 0;
export const WORD_COLLATERAL_COUNT: i32 = 1;
/** Scenarios of the manager that has most; the two basis cells follow them. */
export const WORD_SCENARIO_MAX: i32 = 2;
/** Manager of accounts that hold neither options nor perpetuals, if it takes their collateral. */
export const WORD_DEFAULT_MANAGER: i32 = 3;
export const WORD_MANAGERS: i32 = 8;
/** Of a manager: its scenario count, then one VOLATILITY_* code per scenario. */
export const MANAGER_WORD_SCENARIOS: i32 = 1;
/** Of an instrument, after the managers: kind, manager (options and perpetuals), collateral (spot). */
export const ROW_KIND: i32 = 0;
export const ROW_MANAGER: i32 = 1;
export const ROW_COLLATERAL: i32 = 2;
export const ROW_WORDS: i32 = 3;

export const KIND_OPTION: i32 = 0;
export const KIND_PERPETUAL: i32 = 1;
export const KIND_COLLATERAL: i32 = 2;

export const VOLATILITY_SAME: i32 = 0;
export const VOLATILITY_UP: i32 = 1;
export const VOLATILITY_DOWN: i32 = 2;
export const VOLATILITY_LINEAR: i32 = 3;
export const VOLATILITY_ABSOLUTE: i32 = 4;

// --- floats of a manager --------------------------------------------------------------------------------------------
export const MANAGER_SPOT: i32 = 0;
export const MANAGER_SPOT_CONFIDENCE: i32 = 1;
/** Multiplies the scenario loss for initial margin, the depeg of the stablecoin included; and for maintenance. */
export const MANAGER_INITIAL_FACTOR: i32 = 2;
export const MANAGER_MAINTENANCE_FACTOR: i32 = 3;
/** Fractions of spot: per perpetual and per naked short option, for maintenance, and added for initial margin. */
export const MANAGER_PERPETUAL_MAINTENANCE: i32 = 4;
export const MANAGER_PERPETUAL_INITIAL: i32 = 5;
export const MANAGER_OPTION_MAINTENANCE: i32 = 6;
export const MANAGER_OPTION_INITIAL: i32 = 7;
export const MANAGER_CONFIDENCE_THRESHOLD: i32 = 8;
export const MANAGER_CONFIDENCE_SCALE: i32 = 9;
export const MANAGER_VOLATILITY_FLOOR: i32 = 10;
export const MANAGER_BASIS_UP: i32 = 11;
export const MANAGER_BASIS_DOWN: i32 = 12;
/** 1 if the initial factor multiplies the maintenance contingencies too (PMRM), 0 if they are added once (PMRM_2). */
export const MANAGER_FACTORED_CONTINGENCY: i32 = 13;
/** Value of collateral times this is what is charged: 1, or the stable price (PMRM charges on the spot value). */
export const MANAGER_COLLATERAL_SCALE: i32 = 14;
export const MANAGER_SCALARS: i32 = 16;
/** Then per scenario: spot multiplier and dampening factor. */
export const SCENARIO_MULTIPLIER: i32 = 0;
export const SCENARIO_DAMPENING: i32 = 1;
export const SCENARIO_FLOATS: i32 = 2;
/** Then per collateral: 1 if the manager takes it, 1 if it cancels risk, haircuts. */
export const COLLATERAL_ACCEPTED: i32 = 0;
export const COLLATERAL_CANCELS_RISK: i32 = 1;
export const COLLATERAL_MAINTENANCE: i32 = 2;
export const COLLATERAL_INITIAL: i32 = 3;
export const COLLATERAL_FLOATS: i32 = 4;

// --- components and faults, in the order of the models' lists -------------------------------------------------------
export const COMPONENT_SCENARIO_LOSS: i32 = 0;
export const COMPONENT_BASIS: i32 = 1;
export const COMPONENT_PERPETUAL: i32 = 2;
export const COMPONENT_PERPETUAL_INITIAL: i32 = 3;
export const COMPONENT_OPTION: i32 = 4;
export const COMPONENT_OPTION_INITIAL: i32 = 5;
export const COMPONENT_COLLATERAL: i32 = 6;
export const COMPONENT_COLLATERAL_INITIAL: i32 = 7;
export const COMPONENT_ORACLE: i32 = 8;
export const COMPONENT_INITIAL_FACTOR: i32 = 9;
export const COMPONENT_COUNT: i32 = 10;

export const FAULT_TWO_UNDERLYINGS: i32 = 0;
export const FAULT_COLLATERAL_NOT_TAKEN: i32 = 1;
export const FAULT_COLLATERAL_SHORT: i32 = 2;

// --- scratch of the margin function ---------------------------------------------------------------------------------
/** Value of the positions, cash left out. */
export const WORK_MARK: i32 = 0;
/** Signed perpetuals at their price, and collateral that moves with spot: what a spot move multiplies. */
export const WORK_SPOT_EXPOSURE: i32 = 1;
/** Perpetuals in base units, absolute. */
export const WORK_PERPETUALS: i32 = 2;
/** Least confidence of spot and of the perpetuals held. */
export const WORK_CONFIDENCE: i32 = 3;
export const WORK_NAKED_SHORTS: i32 = 4;
export const WORK_BASIS: i32 = 5;
export const WORK_COLLATERAL: i32 = 6;
export const WORK_COLLATERAL_INITIAL: i32 = 7;
/** Notional times lacking confidence, before the scale. */
export const WORK_ORACLE: i32 = 8;
export const WORK_COUNT: i32 = 10;

/** Standard deviations at or below this are none: the venue's pricer returns the intrinsic value. */
export const DEVIATION_MIN: f64 = 1e-12;
