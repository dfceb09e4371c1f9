import { Decimal, workingDigits } from '../reference/decimal.ts';
import type { RiskNumbers } from '../reference/margin/deribit-pm/instrument-risk.ts';
import type { PricedOptions } from '../reference/margin/deribit-pm/reference-market.ts';

/** Sign, point, leading "0.000000" of numbers above 1e-7, or an exponent. */
const textBytes = workingDigits + 14;

export interface OptionTableMemory {
  /** Instruments that have a place in the table. */
  readonly instruments: Uint32Array;
  readonly scenarioCount: number;
  readonly buffer: SharedArrayBuffer;
}

export function allocateOptionTable(instruments: Uint32Array, scenarioCount: number): OptionTableMemory {
  const buffer = new SharedArrayBuffer(instruments.length * (scenarioCount + 2) * textBytes);
  return { instruments, scenarioCount, buffer };
}

/**
 * Priced options in memory that threads share: each thread prices some of them, then all read all. Numbers are kept as
 * decimal text, which loses nothing; value, delta, cells, each in a field of fixed length, padded with zero bytes.
 *
 * Writers and readers do not wait for each other: whoever uses it starts reading when all writing is done.
 */
export class OptionTable implements PricedOptions {
  readonly #bytes: Buffer;
  readonly #fieldCount: number;
  readonly #slotOf: ReadonlyMap<number, number>;

  constructor({ instruments, scenarioCount, buffer }: OptionTableMemory) {
    this.#bytes = Buffer.from(buffer);
    this.#fieldCount = scenarioCount + 2;
    this.#slotOf = new Map(Array.from(instruments, (instrumentIndex, slot) => [instrumentIndex, slot]));
  }

  store(instrumentIndex: number, { value, delta, cells }: RiskNumbers): void {
    const first = this.#slotOf.get(instrumentIndex)! * this.#fieldCount;
    [value!, delta, ...cells].forEach((number, field) => {
      const text = number.toString();
      if (text.length > textBytes) throw new RangeError(`${text} does not fit into ${textBytes} bytes`);
      this.#bytes.write(text, (first + field) * textBytes, 'latin1');
    });
  }

  load(instrumentIndex: number): RiskNumbers | null {
    const slot = this.#slotOf.get(instrumentIndex);
    if (slot === undefined || this.#bytes[slot * this.#fieldCount * textBytes] === 0) return null;
    const first = slot * this.#fieldCount;
    const cells = Array.from({ length: this.#fieldCount - 2 }, (_, scenario) => this.#number(first + 2 + scenario));
    return { value: this.#number(first), delta: this.#number(first + 1), cells };
  }

  #number(field: number): Decimal {
    const start = field * textBytes;
    const padding = this.#bytes.indexOf(0, start);
    const end = padding < 0 ? start + textBytes : Math.min(padding, start + textBytes);
    return new Decimal(this.#bytes.toString('latin1', start, end));
  }
}
