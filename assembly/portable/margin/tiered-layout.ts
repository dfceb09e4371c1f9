/** Where the tiered models keep their tables: written by src/margin/tiered, read by the kernels. */

// --- words of the model ---------------------------------------------------------------------------------------------
/** Which venue's rules: one of RULE_*. */
export const TIERED_RULE: i32 = 0;
/** Words per instrument row follow: TIERED_ROW_WORDS each. */
export const TIERED_ROWS: i32 = 1;
export const TIERED_ROW_WORDS: i32 = 3;
/** Float index of the first tier among the model floats, and the number of tiers. */
export const ROW_TIERS: i32 = 0;
export const ROW_TIER_COUNT: i32 = 1;
/** Risk unit of the instrument (OKX): all its expiries and quote currencies. */
export const ROW_UNIT: i32 = 2;

/** Tiered rate on notional with a deduction: Binance, Bybit, Hyperliquid. */
export const RULE_BRACKETS: i32 = 0;
export const RULE_DYDX: i32 = 1;
export const RULE_DRIFT: i32 = 2;
export const RULE_OKX: i32 = 3;

// --- a tier: floats -------------------------------------------------------------------------------------------------
/** Notional from which the tier applies, quote currency. */
export const TIER_FLOOR: i32 = 0;
/** Initial margin rate: 1 / largest leverage. */
export const TIER_INITIAL_RATE: i32 = 1;
export const TIER_MAINTENANCE_RATE: i32 = 2;
/** Taken off notional times maintenance rate, so that the requirement is continuous. */
export const TIER_DEDUCTION: i32 = 3;
export const TIER_FLOATS: i32 = 4;

// --- model data of an instrument: floats ----------------------------------------------------------------------------
/** One of CLASS_*. */
export const DATA_CLASS: i32 = 0;
/** Base units per contract. */
export const DATA_SIZE: i32 = 1;
/** Mark or oracle price, quote currency per base unit; NaN for what has expired. */
export const DATA_PRICE: i32 = 2;
export const CLASS_LINEAR: f64 = 0;
export const CLASS_OPTION: f64 = 1;
export const CLASS_SPOT: f64 = 2;

/** Brackets: 1 / leverage that the account has chosen, 0 if the largest of the tier. */
export const DATA_LEVERAGE_RATE: i32 = 3;
export const DATA_INDEX: i32 = 4;
export const DATA_MARK: i32 = 5;
/** Out-of-the-money amount of the option, quote currency. */
export const DATA_OUT_OF_MONEY: i32 = 6;

/** dYdX: base quantums per contract, price as an integer, exponent that makes quote quantums of their product. */
export const DATA_BASE_QUANTUMS: i32 = 3;
export const DATA_PRICE_INTEGER: i32 = 4;
export const DATA_QUOTE_EXPONENT: i32 = 5;
/** Parts per million. */
export const DATA_BASE_IMF: i32 = 6;
export const DATA_MAINTENANCE_FRACTION: i32 = 7;
/** Open interest in contracts; caps in quote quantums (upper 0: not scaled). */
export const DATA_OPEN_INTEREST: i32 = 8;
export const DATA_LOWER_CAP: i32 = 9;
export const DATA_UPPER_CAP: i32 = 10;
/** Scaled by open interest; written by the row kernel. */
export const DATA_IMF: i32 = 11;

/** Drift: weights and ratios in 1/10,000, imf factors in 1/1,000,000. */
export const DATA_INITIAL: i32 = 3;
export const DATA_MAINTENANCE: i32 = 4;
export const DATA_IMF_FACTOR: i32 = 5;
/** Perpetuals: weights of positive unrealised P&L. Spot: weights of liabilities. */
export const DATA_OTHER_INITIAL: i32 = 6;
export const DATA_OTHER_MAINTENANCE: i32 = 7;
export const DATA_PNL_IMF_FACTOR: i32 = 8;
/** Spot: five-minute average price. */
export const DATA_TWAP: i32 = 9;
/** Spot: total deposits of the market in tokens, and the value in quote currency from which the weight shrinks. */
export const DATA_DEPOSITS: i32 = 10;
export const DATA_SCALE_START: i32 = 11;

/** OKX: USD per unit of quote currency; rates on delta. */
export const DATA_STABLE: i32 = 3;
export const DATA_SPOT_SHOCK: i32 = 4;
export const DATA_EXTREME_SHOCK: i32 = 5;
export const DATA_BASIS_RATE: i32 = 6;
export const DATA_MINIMUM_RATE: i32 = 7;
/** Any number that tells quote currencies apart, and one that tells expiries apart. */
export const DATA_QUOTE_ID: i32 = 8;
export const DATA_EXPIRY_ID: i32 = 9;

/** Floats of data before the scratch of the row kernel. */
export const DATA_FLOATS: i32 = 12;
/** With the scratch: nine integers (integer.ts). */
export const TIERED_DATA_WIDTH: i32 = 248;

// --- floats of the model (the tiers follow) -------------------------------------------------------------------------
/** Hyperliquid: part of the notional that a transfer must leave. */
export const FLOAT_TRANSFER_RATE: i32 = 0;
/** Bybit options: rates on index, mark and liquidation fee. */
export const FLOAT_OPTION_INITIAL: i32 = 1;
export const FLOAT_OPTION_INITIAL_LEAST: i32 = 2;
export const FLOAT_OPTION_MAINTENANCE: i32 = 3;
export const FLOAT_OPTION_LIQUIDATION_FEE: i32 = 4;
/** Drift: quote currency per open order; most positive unrealised P&L of a market that counts at initial margin. */
export const FLOAT_ORDER_CHARGE: i32 = 1;
export const FLOAT_PNL_CAP: i32 = 2;
/** OKX: part of the extreme loss, initial over maintenance, rates on borrowing. */
export const FLOAT_EXTREME_SHARE: i32 = 1;
export const FLOAT_INITIAL_FACTOR: i32 = 2;
export const FLOAT_BORROW_MAINTENANCE: i32 = 3;
export const FLOAT_BORROW_INITIAL: i32 = 4;
/** 1: the basis risk of a unit is summed over its expiries; 0: several expiries are refused. */
export const FLOAT_BASIS_GROSS: i32 = 5;
export const TIERED_FLOATS: i32 = 8;

// --- faults, in the order of each model's `faults` ------------------------------------------------------------------
export const FAULT_DYDX_TOO_LARGE: i32 = 0;
export const FAULT_DRIFT_SPOT_ORDER: i32 = 0;
export const FAULT_OKX_EXPIRIES: i32 = 0;
export const FAULT_OKX_DEPEG: i32 = 1;
