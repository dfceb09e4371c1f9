import { MargridError } from '../errors.ts';

/** How far the parts may miss the total, relative to their sizes: roundings of a million parts, not another portfolio. */
const mismatchTolerance = 1e-9;

/**
 * Rounds parts and their total to multiples of one power of two, the unit in the last place of the sum of their sizes,
 * and gives what is then missing to the largest part. Every partial sum is a whole number of units below 2^53: exact.
 * Neither a part nor the total moves by more than the rounding that forming that sum has anyway. Throws
 * `ScenarioInvalid` if the parts are not those of the total.
 */
export function addUpExactly(
  parts: Float64Array,
  total: number,
): { readonly total: number; readonly components: Float64Array; readonly unit: number } {
  let size = Math.abs(total);
  let largest = 0;
  for (let part = 0; part < parts.length; part++) {
    size += Math.abs(parts[part]);
    if (Math.abs(parts[part]) > Math.abs(parts[largest])) largest = part;
  }
  const unit = unitOf(size);
  const components = parts.map((part) => Math.round(part / unit) * unit);
  const rounded = Math.round(total / unit) * unit;
  const sum = components.reduce((before, part) => before + part, 0);
  const missing = rounded - sum;
  if (Math.abs(missing) > mismatchTolerance * size + parts.length * unit || (parts.length === 0 && rounded !== 0)) {
    throw new MargridError('ScenarioInvalid', `the parts add up to ${sum}, not to the total of ${total}`, { value: sum });
  }
  if (parts.length > 0) components[largest] += missing;
  return { total: rounded, components, unit };
}

/** 2^e with 2^(e + 51) <= size: two bits in reserve for what rounding adds. */
function unitOf(size: number): number {
  let unit = 2 ** -1074;
  if (size < 2 ** -1020) return unit;
  unit = 1;
  while (unit > size) unit /= 2;
  while (unit * 2 <= size) unit *= 2;
  return Math.max(unit * 2 ** -51, 2 ** -1074);
}
