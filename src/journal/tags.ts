/** First byte of an encoded value. The numbers stand in journals and snapshots: they do not change. */
export const tags = {
  null: 0,
  false: 1,
  true: 2,
  /** Whole number of magnitude below 2^51, not -0: zigzag varint. */
  integer: 3,
  /** Any other number: 8 bytes. */
  number: 4,
  /** UTF-8. */
  text: 5,
  /** UTF-16 code units: a string with a lone surrogate, which UTF-8 cannot hold. */
  units: 6,
  bigint: 7,
  float64: 8,
  uint32: 9,
  int32: 10,
  uint8: 11,
  bigint64: 12,
  list: 13,
  /** A list of strings only: their lengths as a column, then one text. */
  strings: 14,
  record: 15,
} as const;

/** Lists and records in one another at most; more is a cycle or an attack. */
export const depthMax = 128;

/** Magnitudes from here on are no `integer`: twice as much, and one more, must still be exact. */
export const integerEnd = 2 ** 51;

/** UTF-16 code units of one `strings` list at most; beyond, a plain list is written. A string holds at most 2^29. */
export const stringsUnitsMax = 2 ** 28;

/** The one NaN that is written: the upper half of its bits, the lower half being 0. */
export const nanUpperWord = 0x7ff80000;

/** Whether a number is written as `integer`. */
export function isInteger(value: number): boolean {
  return Number.isInteger(value) && value > -integerEnd && value < integerEnd && !Object.is(value, -0);
}

/** Whether a field name is one that objects put first, in rising order, whatever order it was added in. */
export function isIndexName(name: string): boolean {
  return /^(0|[1-9]\d{0,9})$/.test(name) && Number(name) < 2 ** 32 - 1;
}
