import type { Storable } from '../account/events.ts';
import { Decoder } from './decoder.ts';
import { Encoder } from './encoder.ts';

/**
 * Values as bytes (docs/JOURNAL.md). The same value has the same bytes on every machine: a field order is part of the
 * value, absent and undefined fields are the same, there is one NaN, and -0 is not 0. Throws `ValueInvalid`, naming the
 * field, for what is no `Storable`.
 */
export function encode(value: Storable): Uint8Array {
  const parts = encodeParts(value);
  return parts.length === 1 ? parts[0] : Buffer.concat(parts);
}

/** The same in pieces, without a copy of large columns: to be written before they change. */
export function encodeParts(value: Storable): readonly Uint8Array[] {
  const encoder = new Encoder();
  encoder.write(value);
  return encoder.finish();
}

/** The value in bytes of `encode`. Throws `EncodingInvalid`, whatever else the bytes are. */
export function decode(bytes: Uint8Array): Storable {
  const decoder = new Decoder(bytes);
  const value = decoder.read();
  decoder.end();
  return value;
}
