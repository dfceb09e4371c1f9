/**
 * The contract between the tail kernels of a book (`bookTails`) and who calls them: 32-bit words at one address.
 *
 * P&L of a row (instrument or currency) in a scenario stands in tiles: `tile` scenarios of every row, row after row,
 * then the next `tile` scenarios of every row. Kernels with a screen take tiles of one scenario: what they add up is one
 * scenario of many portfolios after the other, and P&L of all rows in one scenario fits the first-level cache.
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
/** Scenarios of a tile: one for kernels with a screen. */
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
/** Candidates for which there is room: those of all portfolios that are gone through together. */
export const BOOK_CANDIDATE_CAPACITY: i32 = 12;
/** Portfolios that a call may be given at most: what the scratch area is for. */
export const BOOK_CHUNK: i32 = 13;
/** i16 tiles, laid out like those of P&L: what assembly/revalue/book-screen.ts makes of them. */
export const BOOK_SCREEN: i32 = 14;
/** Scenarios of a tile of the screen: a multiple of eight. */
export const BOOK_SCREEN_TILE: i32 = 15;
/** f64 per row: its largest |P&L|. */
export const BOOK_ROW_LARGEST: i32 = 16;
/** Twelve bytes per two positions: where their cells are in a tile of the screen (u32 each), their weights (i16 each). */
export const BOOK_PAIR: i32 = 17;
/** Scenarios for which a portfolio has room for screened P&L: a multiple of 64. */
export const BOOK_SCREEN_CELLS: i32 = 18;
/** u32 per place of the rows: which scenario stands there, for kernels with a screen; others need them in order. */
export const BOOK_ORDER: i32 = 19;
/** Portfolios of a chunk that are screened together. */
export const BOOK_SCREEN_CHUNK: i32 = 20;

// Where in the scratch area of a thread something starts, in bytes: for kernels with a screen.

/** Per portfolio of the chunk: assembly/revalue/book-candidates.ts. */
export const BOOK_AT_STATE: i32 = 21;
/** i16: least screened P&L of groups of scenarios. */
export const BOOK_AT_MINIMA: i32 = 22;
/** i16 per portfolio that is screened together with others, and scenario: screened P&L. */
export const BOOK_AT_SUMS: i32 = 23;
/** u32 per place of the rows: for how many portfolios it is a candidate. */
export const BOOK_AT_COUNT: i32 = 24;
/** Candidates, portfolio after portfolio: u32 place of the rows; i16 screened P&L; f64 P&L. */
export const BOOK_AT_PLACE: i32 = 25;
export const BOOK_AT_KEY: i32 = 26;
export const BOOK_AT_VALUE: i32 = 27;
/** u32 per candidate, place after place: the portfolio's state. */
export const BOOK_AT_BUCKET: i32 = 28;
/** A candidate list, and room to sort it: assembly/revalue/candidates.ts. */
export const BOOK_AT_LIST: i32 = 29;
export const BOOK_AT_SPARE: i32 = 30;
/** Candidates for which that list has room. */
export const BOOK_LIST_CAPACITY: i32 = 31;
/** u32 per number of positions: the first state of portfolios with as many. */
export const BOOK_AT_BIN: i32 = 32;
/**
 * What is read off the tails (book-measures.ts), or 0: tails are kept. If all scenarios are in the rows at once, tails
 * of which nothing else is wanted need not be: they are in the scratch area only.
 */
export const BOOK_MEASURES: i32 = 33;
/** f64 per portfolio, column by column, each of as many floats as there are portfolios: what has been read. */
export const BOOK_RESULTS: i32 = 34;
export const BOOK_PORTFOLIO_COUNT: i32 = 35;

// For `bookRows`, which fills the rows, some scenarios after the others: those of a batch.

/** In the scratch area of a thread: the context of the scenario kernels (scenario-layout.ts), and their work area. */
export const BOOK_AT_WORK: i32 = 36;
/** Eight rows of P&L, each of as many floats as there are scenarios in a batch, rounded up to an even number. */
export const BOOK_AT_BATCH: i32 = 37;
/** u32 per instrument of which there are terms: its row; ascending. */
export const BOOK_ROW_OF: i32 = 38;
/** u32 per scenario of the batch: where P&L of all rows in it starts, floats from the start of the rows. */
export const BOOK_OFFSET: i32 = 39;
/** f64 per scenario of the batch: what its P&L counts in the sum of a row. */
export const BOOK_WEIGHT: i32 = 40;
export const BOOK_BATCH_COUNT: i32 = 41;
/** f64 per row: sum of weight times P&L, scenario after scenario. */
export const BOOK_SUM: i32 = 42;
/** u32 per row: one more than the first scenario of the batch whose P&L is no usable number; 0: there is none. */
export const BOOK_UNUSABLE: i32 = 43;
export const BOOK_WORD_COUNT: i32 = 44;

/** P&L of one unit beyond this is no number that sums of a book could be made of. */
export const BOOK_CELL_MAX: f64 = 1e250;
