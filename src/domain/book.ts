/**
 * A book: accounts, their positions and their cash, resolved against a market (`instrumentIndex` is a row of
 * `Market.instruments`, `currencyIndex` a row of `currencies`). Columns, because books have millions of rows.
 *
 * `entryPrice` is quote currency per base unit; it matters for futures and perpetuals, whose value is the P&L since
 * entry,
 * and is ignored for options and spot (their whole value counts, the premium has left the cash).
 */
export interface Book {
  /** Account names, in account order: results come in this order. */
  readonly accountIds: readonly string[];
  readonly currencies: readonly string[];
  readonly positions: PositionColumns;
  readonly cash: CashColumns;
  /**
   * Margin that is computed elsewhere and added to initial margin (open orders, market-maker protection, spot orders),
   * >= 0, per account and
   * currency; none if absent.
   */
  readonly addOns?: CashColumns;
  /** Open orders; none if absent. */
  readonly orders?: OrderColumns;
  /**
   * Accounts that must not be margined because their input is bad (`--keep-going`): account index and reason.
   * They are reported as quarantined and counted; evaluated + quarantined = all.
   */
  readonly quarantined: readonly QuarantinedAccount[];
}

export interface PositionColumns {
  /** Any order; at most one row per (account, instrument). */
  readonly accountIndex: Uint32Array;
  readonly instrumentIndex: Uint32Array;
  /** Signed contracts, finite, not zero. */
  readonly quantity: Float64Array;
  readonly entryPrice: Float64Array;
}

export interface OrderColumns {
  /** Any order; an account may have several orders in one instrument. */
  readonly accountIndex: Uint32Array;
  readonly instrumentIndex: Uint32Array;
  /** Signed contracts that remain to be filled, not zero: buy > 0. */
  readonly quantity: Float64Array;
  /** Quote currency per base unit (of an option: its price); > 0. */
  readonly limitPrice: Float64Array;
}

export interface CashColumns {
  /** At most one row per (account, currency). */
  readonly accountIndex: Uint32Array;
  readonly currencyIndex: Uint32Array;
  /** Units of the currency, signed. */
  readonly amount: Float64Array;
}

export interface QuarantinedAccount {
  readonly accountIndex: number;
  /** What was wrong, with file, row, column and value. */
  readonly reason: string;
}
