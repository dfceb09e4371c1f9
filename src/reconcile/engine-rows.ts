/**
 * Results of the engine as plain columns, one row per netting set (account and settlement currency), any order.
 * Amounts in the settlement currency. `worstCase`, `rollShock` and `deltaShock` are sums over the groups of the
 * netting set.
 */
export interface EngineRows {
  readonly accountIndex: Uint32Array;
  /** Row of `Book.currencies`. */
  readonly currencyIndex: Uint32Array;
  readonly equity: Float64Array;
  readonly initialMargin: Float64Array;
  readonly maintenanceMargin: Float64Array;
  /** Sum of the rounded worst cases. */
  readonly worstCase: Float64Array;
  readonly rollShock: Float64Array;
  readonly deltaShock: Float64Array;
  /** Scenario index in the first group whose rounded worst case is largest; -1 if all of them are zero. */
  readonly worstScenario: Int32Array;
  /** A `statusCodes` value. */
  readonly status: Uint8Array;
  /** 0 unless quarantined. */
  readonly fault: Uint8Array;
}

export const statusCodes = { healthy: 0, 'margin-call': 1, liquidation: 2, quarantined: 3 } as const;
export type StatusName = keyof typeof statusCodes;

export function statusName(code: number): string {
  return Object.entries(statusCodes).find(([, value]) => value === code)?.[0] ?? `code ${code}`;
}

export const amountColumns = [
  'equity',
  'worstCase',
  'rollShock',
  'deltaShock',
  'maintenanceMargin',
  'initialMargin',
] as const;
export type AmountColumn = (typeof amountColumns)[number];

/** Columns of the engine's results; any engine's, so only their shape is asked for. */
interface ResultColumns extends Omit<EngineRows, 'currencyIndex'> {
  readonly currencyIndex: Uint8Array;
}

/** Engine results as rows. Given both lists of currencies, the engine's currency rows become those of the book. */
export function engineRowsOf(
  results: ResultColumns,
  engineCurrencies: readonly string[] = [],
  bookCurrencies: readonly string[] = engineCurrencies,
): EngineRows {
  const bookRow = engineCurrencies.map((currency) => bookCurrencies.indexOf(currency));
  return { ...results, currencyIndex: Uint32Array.from(results.currencyIndex, (row) => bookRow[row] ?? row) };
}
