import { describe, expect, test } from 'vitest';
import { compareBits, renderBitEquality } from '../../src/reconcile/bit-equality.ts';
import type { EngineRows } from '../../src/reconcile/engine-rows.ts';
import { perfectRows } from './small-book.ts';

const rows = perfectRows();

function changed(column: keyof EngineRows, row: number, value: number): EngineRows {
  const values = rows[column].slice();
  values[row] = value;
  return { ...rows, [column]: values };
}

describe('bit for bit', () => {
  test('identical', () => {
    const report = compareBits(rows, { ...rows, equity: rows.equity.slice() });
    expect(report).toEqual({
      isIdentical: true,
      rowCount: rows.equity.length,
      differentValueCount: 0,
      firstDifference: null,
    });
    expect(renderBitEquality(report)).toContain('identical');
  });

  test('one unit in the last place is found, with its place', () => {
    const bits = new BigInt64Array(rows.equity.slice().buffer);
    bits[7] += 1n;
    const nudged = { ...rows, equity: new Float64Array(bits.buffer) };
    const report = compareBits(rows, nudged);
    expect(report.differentValueCount).toBe(1);
    expect(report.firstDifference).toMatchObject({ row: 7, column: 'equity', ulps: 1 });
    expect(report.firstDifference!.accountIndex).toBe(rows.accountIndex[7]);
    expect(renderBitEquality(report)).toMatch(/row 7, .*equity: .*\(1 ULP\)/);
  });

  test('zero and negative zero differ', () => {
    const report = compareBits(changed('deltaShock', 2, 0), changed('deltaShock', 2, -0));
    expect(report.firstDifference).toMatchObject({ row: 2, column: 'deltaShock', ulps: 0 });
  });

  test('the same NaN is the same', () => {
    expect(compareBits(changed('equity', 3, NaN), changed('equity', 3, NaN)).isIdentical).toBe(true);
  });

  test('the first difference is that of the first row', () => {
    const other = { ...changed('equity', 9, 1), status: changed('status', 4, 9).status };
    expect(compareBits(rows, other).firstDifference).toMatchObject({ row: 4, column: 'status', ulps: null });
  });

  test('a different number of rows', () => {
    const report = compareBits(rows, { ...rows, accountIndex: rows.accountIndex.subarray(1) });
    expect(report.isIdentical).toBe(false);
    expect(report.firstDifference!.column).toBe('rowCount');
  });
});
