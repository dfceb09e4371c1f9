import type { Storable } from '../account/events.ts';

/** Where two values differ, and what stands there. */
export interface Difference {
  /** `batch.transitions.balanceAfter.17`; empty if the values themselves differ. */
  readonly field: string;
  readonly expected: string;
  readonly found: string;
}

/** The first field in which two values differ, in the order of the first; null if they are equal, bit for bit. */
export function firstDifference(expected: Storable, found: Storable, field = ''): Difference | null {
  if (Object.is(expected, found)) return null;
  const shown = { field, expected: shortText(expected), found: shortText(found) };
  if (typeof expected !== 'object' || typeof found !== 'object' || expected === null || found === null) return shown;
  if (ArrayBuffer.isView(expected) || ArrayBuffer.isView(found)) {
    if (expected.constructor !== found.constructor) return shown;
  }
  if (Array.isArray(expected) !== Array.isArray(found)) return shown;
  const mine = expected as Readonly<Record<string, Storable | undefined>>;
  const other = found as Readonly<Record<string, Storable | undefined>>;
  const names = isList(expected) && isList(found) ? rowsOf(expected.length, found.length) : fieldsOf(mine, other);
  for (const name of names) {
    const path = field === '' ? String(name) : `${field}.${name}`;
    const [left, right] = [mine[name], other[name]];
    if (left === undefined && right === undefined) continue;
    if (left === undefined) return { field: path, expected: 'nothing', found: shortText(right!) };
    if (right === undefined) return { field: path, expected: shortText(left), found: 'nothing' };
    const difference = firstDifference(left, right, path);
    if (difference !== null) return difference;
  }
  return null;
}

function isList(value: object): value is ArrayLike<Storable> {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

function* rowsOf(...lengths: readonly number[]): Generator<number> {
  for (let row = 0; row < Math.max(...lengths); row++) yield row;
}

function fieldsOf(expected: object, found: object): Iterable<string> {
  return new Set([...Object.keys(expected), ...Object.keys(found)]);
}

function shortText(value: Storable): string {
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value).slice(0, 80);
  return isList(value)
    ? `${value.constructor.name} of ${value.length}`
    : `{${Object.keys(value).join(', ').slice(0, 80)}}`;
}
