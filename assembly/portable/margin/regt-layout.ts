/**
 * Model data of an instrument under `regt`: what `prepareTick` writes, then what the row kernel adds. Amounts in units of
 * 1/10,000 US dollar per contract, whole numbers.
 */
/** Mark of an option, US dollars per unit of the underlying. */
export const DATA_MARK_PRICE: i32 = 0;
/** Share of the underlying's value that a short option on its own requires, and the two minima. */
export const DATA_RATE: i32 = 1;
export const DATA_CALL_MINIMUM: i32 = 2;
export const DATA_PUT_MINIMUM: i32 = 3;
/** UTC milliseconds. */
export const DATA_EXPIRY: i32 = 4;
/** 1 for European style, 0 for American. */
export const DATA_EUROPEAN: i32 = 5;
/** 1 for European options on an index, which settle in cash. */
export const DATA_CASH_SETTLED: i32 = 6;
/** Requirement of a long option as a share of its value: 1 up to nine months to expiry, less beyond. */
export const DATA_LONG_RATE: i32 = 7;
/** Multiple of a leveraged fund: multiplies the maintenance rates of its shares. */
export const DATA_LEVERAGE: i32 = 8;
/** Written by the row kernel: market value, requirement of a short one alone, loan value, exercise price times size. */
export const DATA_MARK: i32 = 9;
export const DATA_NAKED: i32 = 10;
export const DATA_LOAN: i32 = 11;
export const DATA_STRIKE: i32 = 12;
export const REGT_DATA_WIDTH: i32 = 14;

/** Model floats: rates of stock, in this order, then the limits of the search. */
export const STOCK_LONG_INITIAL: i32 = 0;
export const STOCK_LONG_MAINTENANCE: i32 = 1;
export const STOCK_SHORT_INITIAL: i32 = 2;
export const STOCK_SHORT_MAINTENANCE: i32 = 3;
export const STOCK_SHORT_MINIMUM: i32 = 4;
export const STOCK_LOW_PRICE: i32 = 5;
export const STOCK_LOW_PRICE_RATE: i32 = 6;
export const STOCK_LOW_PRICE_MINIMUM: i32 = 7;
export const STOCK_PROTECTED_RATE: i32 = 8;
export const STOCK_COLLAR_CALL_RATE: i32 = 9;
export const BOX_RATE: i32 = 10;
export const SEARCH_CELLS_MAX: i32 = 11;
export const SEARCH_NODES_MAX: i32 = 12;
export const SEARCH_NODE_CELLS_MAX: i32 = 13;
export const REGT_MODEL_FLOATS: i32 = 14;

/** Components of the result, in this order. */
export const COMPONENT_NAKED: i32 = 0;
export const COMPONENT_SPREADS: i32 = 1;
export const COMPONENT_BOXES: i32 = 2;
export const COMPONENT_HEDGED_STOCK: i32 = 3;
export const COMPONENT_STOCK: i32 = 4;
export const COMPONENT_LONG_OPTIONS: i32 = 5;
export const COMPONENT_LONG_OPTION_VALUE: i32 = 6;
export const COMPONENT_GAP: i32 = 7;
export const REGT_COMPONENT_COUNT: i32 = 8;

/** Faults of an account. */
export const REGT_FAULT_FRACTION: i32 = 0;
export const REGT_FAULT_SIZE: i32 = 1;
