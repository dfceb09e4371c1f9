/**
 * The contract between the tail kernels of a book (`bookTails`) and who calls them: 32-bit words at one address.
 *
 * P&L of a row (instrument or currency) in a scenario stands in tiles: `tile` scenarios of every row, row after row,
 * then the next `tile` scenarios of every row. A tile of all rows fits the second-level cache; what comes after the
 * last scenario is zero.
 */

/** u32 per portfolio: its first position. */
export const BOOK_FIRST_POSITION: i32 = 0;
/** u32 per portfolio: how many it has. */
export const BOOK_POSITION_COUNT: i32 = 1;
/** u32 per position: row, above FLAG_BITS zero bits. */
export const BOOK_ENTRY: i32 = 2;
/** f64 per position: contracts, or units of a currency. */
export const BOOK_QUANTITY: i32 = 3;
/** f64 tiles. */
export const BOOK_ROWS: i32 = 4;
export const BOOK_ROW_COUNT: i32 = 5;
/** Scenarios of a tile: a multiple of eight. */
export const BOOK_TILE: i32 = 6;
/** Scenarios before those of the rows: how many the tails have seen already. */
export const BOOK_FIRST_SCENARIO: i32 = 7;
/** Scenarios in the rows now. */
export const BOOK_SCENARIO_COUNT: i32 = 8;
/** 1 if there are no more: the tails are brought into order. */
export const BOOK_IS_LAST: i32 = 9;
/** Values that a tail keeps. */
export const BOOK_TAIL_CAPACITY: i32 = 10;
/** f64, `2 * capacity` per portfolio: see tail.ts. */
export const BOOK_TAILS: i32 = 11;
/** Candidates for which a portfolio has room while its scenarios are gone through. */
export const BOOK_CANDIDATE_CAPACITY: i32 = 12;
/** Portfolios that a call may be given at most: what the scratch area is for. */
export const BOOK_CHUNK: i32 = 13;
/** i16 tiles, laid out like those of P&L: what assembly/revalue/book-screen.ts makes of them. */
export const BOOK_SCREEN: i32 = 14;
/** Scenarios of a tile of the screen: a multiple of eight. */
export const BOOK_SCREEN_TILE: i32 = 15;
/** f64 per row: its largest |P&L|. */
export const BOOK_ROW_LARGEST: i32 = 16;
/** i16 per position, and one more per portfolio: the first of portfolio p is at its first position plus p. */
export const BOOK_WEIGHT: i32 = 17;
/** Scenarios for which a portfolio of a chunk has room in the scratch area: a multiple of eight. */
export const BOOK_SCREEN_CELLS: i32 = 18;
/** u32 per place of the rows: which scenario stands there, for kernels with a screen; others need them in order. */
export const BOOK_ORDER: i32 = 19;
export const BOOK_WORD_COUNT: i32 = 20;
