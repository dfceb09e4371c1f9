import { INTEGER_FLOATS, INTEGER_LIMBS } from '../../assembly/portable/integer.ts';
import { MargridError } from '../errors.ts';

const limbBits = 24n;
const limbMask = (1n << limbBits) - 1n;

/** Writes a whole number as the kernels hold it (integer.ts). Throws `ValueOutOfRange` beyond 576 bits. */
export function writeInteger(floats: Float64Array, at: number, value: bigint): void {
  let rest = value < 0n ? -value : value;
  let count = 0;
  for (; rest > 0n; count++, rest >>= limbBits) {
    if (count === INTEGER_LIMBS) throw tooLarge(value);
    floats[at + 2 + count] = Number(rest & limbMask);
  }
  floats[at] = value > 0n ? 1 : value < 0n ? -1 : 0;
  floats[at + 1] = count;
}

/** Reads one. Throws `ValueOutOfRange` if the kernel says that it does not fit. */
export function readInteger(floats: Float64Array, at: number): bigint {
  const sign = floats[at];
  if (Number.isNaN(sign)) throw tooLarge('a result');
  let value = 0n;
  for (let limb = floats[at + 1] - 1; limb >= 0; limb--) value = (value << limbBits) | BigInt(floats[at + 2 + limb]);
  return BigInt(sign) * value;
}

function tooLarge(what: bigint | string): MargridError {
  return new MargridError('ValueOutOfRange', `${what} does not fit into 576 bits`, { value: String(what) });
}

/** Numbers of a block: what the largest kernel uses, with its scratch. */
const blockNumbers = 32;

/**
 * Floats and numbers that a kernel of a venue's integers works on: number k stands at `numbersFrom + k INTEGER_FLOATS`.
 * The portable kernels run on it as they do in the memory of the WASM build.
 */
export class IntegerBlock {
  readonly floats: Float64Array;
  readonly #numbersFrom: number;

  constructor(numbersFrom: number, floats: readonly number[], numbers: readonly bigint[]) {
    this.floats = new Float64Array(numbersFrom + blockNumbers * INTEGER_FLOATS);
    this.#numbersFrom = numbersFrom;
    this.floats.set(floats);
    numbers.forEach((value, k) => writeInteger(this.floats, numbersFrom + k * INTEGER_FLOATS, value));
  }

  number(k: number): bigint {
    return readInteger(this.floats, this.#numbersFrom + k * INTEGER_FLOATS);
  }
}
