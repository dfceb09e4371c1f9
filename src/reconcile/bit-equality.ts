import type { EngineRows } from './engine-rows.ts';

type EngineColumn = keyof EngineRows;

const comparedColumns: readonly EngineColumn[] = [
  'accountIndex',
  'currencyIndex',
  'equity',
  'initialMargin',
  'maintenanceMargin',
  'worstCase',
  'rollShock',
  'deltaShock',
  'worstScenario',
  'status',
  'fault',
];

/** Two engines (SIMD and scalar, one worker and many) on the same book: 0 ULP, so every bit of every column. */
export interface BitEqualityReport {
  readonly isIdentical: boolean;
  readonly rowCount: number;
  readonly differentValueCount: number;
  /** In row order, then column order; null if there is none. */
  readonly firstDifference: BitDifference | null;
}

export interface BitDifference {
  readonly row: number;
  readonly column: EngineColumn | 'rowCount';
  readonly accountIndex: number;
  readonly currencyIndex: number;
  readonly left: number;
  readonly right: number;
  /** Floats between the two; null for integers and NaN. */
  readonly ulps: number | null;
}

export function compareBits(left: EngineRows, right: EngineRows): BitEqualityReport {
  const rowCount = left.accountIndex.length;
  if (rowCount !== right.accountIndex.length) return rowCountDiffers(left, right);
  let differentValueCount = 0;
  let first: { row: number; column: EngineColumn } | null = null;
  for (const column of comparedColumns) {
    const [a, b] = [left[column], right[column]];
    for (let row = 0; row < rowCount; row++) {
      if (Object.is(a[row], b[row]) && !Number.isNaN(a[row])) continue;
      if (sameBits(a[row], b[row])) continue;
      differentValueCount += 1;
      if (first === null || row < first.row) first = { row, column };
    }
  }
  const firstDifference = first === null ? null : difference(left, right, first.row, first.column);
  return { isIdentical: differentValueCount === 0, rowCount, differentValueCount, firstDifference };
}

export function renderBitEquality(report: BitEqualityReport): string {
  if (report.isIdentical) return `bit for bit identical: ${report.rowCount} rows`;
  const { row, column, accountIndex, currencyIndex, left, right, ulps } = report.firstDifference!;
  const distance = ulps === null ? '' : ` (${ulps} ULP)`;
  return (
    `NOT identical: ${report.differentValueCount} values differ; first at row ${row}, account ${accountIndex}, ` +
    `currency ${currencyIndex}, ${column}: ${left} and ${right}${distance}`
  );
}

function difference(left: EngineRows, right: EngineRows, row: number, column: EngineColumn): BitDifference {
  const [a, b] = [left[column][row], right[column][row]];
  return {
    row,
    column,
    accountIndex: left.accountIndex[row],
    currencyIndex: left.currencyIndex[row],
    left: a,
    right: b,
    ulps: left[column] instanceof Float64Array ? ulpDistance(a, b) : null,
  };
}

function rowCountDiffers(left: EngineRows, right: EngineRows): BitEqualityReport {
  const [a, b] = [left.accountIndex.length, right.accountIndex.length];
  const row = Math.min(a, b);
  const longer = a > b ? left : right;
  return {
    isIdentical: false,
    rowCount: row,
    differentValueCount: Math.abs(a - b),
    firstDifference: {
      row,
      column: 'rowCount',
      accountIndex: longer.accountIndex[row],
      currencyIndex: longer.currencyIndex[row],
      left: a,
      right: b,
      ulps: null,
    },
  };
}

const scratch = new DataView(new ArrayBuffer(8));

function bitsOf(value: number): bigint {
  scratch.setFloat64(0, value);
  return scratch.getBigInt64(0);
}

function sameBits(a: number, b: number): boolean {
  return bitsOf(a) === bitsOf(b);
}

/** Floats as consecutive integers: negative ones count down from zero. */
function ulpDistance(a: number, b: number): number | null {
  if (Number.isNaN(a) || Number.isNaN(b)) return null;
  const ordinal = (bits: bigint): bigint => (bits < 0n ? -(bits & 0x7fffffffffffffffn) : bits);
  const distance = ordinal(bitsOf(a)) - ordinal(bitsOf(b));
  return Number(distance < 0n ? -distance : distance);
}
