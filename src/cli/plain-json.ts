/** For `JSON.stringify`: JSON has no whole numbers of any size and no columns; they become texts and lists. */
export function plainJson(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  return ArrayBuffer.isView(value) ? Array.from(value as Float64Array | BigInt64Array, String) : value;
}
