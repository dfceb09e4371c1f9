import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyTransitions, type Storable } from '../../src/account/events.ts';
import { MargridError } from '../../src/errors.ts';
import { decode, encode, encodeParts } from '../../src/journal/codec.ts';

const bytes = (value: Storable): number[] => [...encode(value)];

/** Bit patterns of doubles: NaN payloads, infinities, subnormals, both zeros all come up. */
const anyDouble = fc
  .oneof(
    fc.bigInt(0n, 2n ** 64n - 1n),
    fc.constantFrom(0n, 1n << 63n, 0x7ffn << 52n, 0xfffn << 52n, (0x7ffn << 52n) + 1n, (0xfffn << 52n) + 7n),
  )
  .map((bits) => new Float64Array(BigUint64Array.of(bits).buffer)[0]);
const anyText = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)));
const column = fc.oneof(
  fc.array(anyDouble).map((list) => Float64Array.from(list)),
  fc.array(fc.nat(2 ** 32 - 1)).map((list) => Uint32Array.from(list)),
  fc.array(fc.integer()).map((list) => Int32Array.from(list)),
  fc.uint8Array(),
  fc.array(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)).map((list) => BigInt64Array.from(list)),
);
const { storable } = fc.letrec<{ storable: Storable }>((tie) => ({
  storable: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, -0, NaN, Infinity, -Infinity, 2 ** 51, -(2 ** 51), 2 ** 53, 5e-324),
    fc.double(), fc.integer(), fc.maxSafeInteger(), fc.bigInt(), anyText, column,
    fc.array(anyText), fc.array(tie('storable')),
    fc.dictionary(fc.oneof(anyText, fc.nat(30).map(String), fc.constantFrom('__proto__', 'constructor', '4294967295')), tie('storable')),
  ),
}));

describe('codec', () => {
  it('writes what docs/JOURNAL.md says', () => {
    expect(bytes(null)).toEqual([0]);
    expect(bytes([true, false])).toEqual([13, 2, 2, 1]);
    // Zigzag: 0, -1, 1, -2 are 0, 1, 2, 3; 150 is 300 = 2 x 128 + 44.
    expect(bytes([0, -1, 150])).toEqual([13, 3, 3, 0, 3, 1, 3, 172, 2]);
    expect(bytes(-0)).toEqual([4, 0, 0, 0, 0, 0, 0, 0, 128]);
    expect(bytes(1.5)).toEqual([4, 0, 0, 0, 0, 0, 0, 248, 63]);
    expect(bytes(NaN)).toEqual([4, 0, 0, 0, 0, 0, 0, 248, 127]);
    expect(bytes('aé')).toEqual([5, 3, 97, 195, 169]);
    expect(bytes('\ud800')).toEqual([6, 1, 0, 216]);
    // -258 = -(1 x 256 + 2): two bytes, negative.
    expect(bytes(-258n)).toEqual([7, 5, 2, 1]);
    expect(bytes(Uint32Array.of(1, 258))).toEqual([9, 2, 1, 0, 0, 0, 2, 1, 0, 0]);
    expect(bytes(['ab', 'c'])).toEqual([14, 2, 1, 2, 1, 5, 3, 97, 98, 99]);
    expect(bytes([{ a: 1 }, { a: 2, b: undefined }])).toEqual([13, 2, 15, 1, 0, 5, 1, 97, 3, 2, 15, 1, 1, 3, 4]);
  });

  it('gives back every value, bit for bit, and every value has one encoding', () => {
    fc.assert(
      fc.property(storable, (value) => {
        const encoded = encode(value);
        const decoded = decode(encoded);
        expect(decoded).toEqual(value);
        expect(Buffer.compare(encode(decoded), encoded)).toBe(0);
        expect(Buffer.compare(Buffer.concat(encodeParts(value)), encoded)).toBe(0);
      }),
      { numRuns: 3_000 },
    );
  });

  it('keeps the order of fields and drops those that are undefined', () => {
    const decoded = decode(encode({ b: 1, a: 2, none: undefined, c: [undefined as unknown as null].slice(1) }));
    expect(JSON.stringify(decoded)).toBe('{"b":1,"a":2,"c":[]}');
    expect(bytes({ a: 1, b: 2 })).not.toEqual(bytes({ b: 2, a: 1 }));
    expect(bytes({ a: 1, b: undefined })).toEqual(bytes({ a: 1 }));
  });

  it('writes columns beyond the shared size without a copy, and every NaN alike', () => {
    const long = new Float64Array(20_000).fill(1);
    expect(encodeParts([long]).some((part) => part.buffer === long.buffer)).toBe(true);
    const odd = new Float64Array(20_000).fill(2);
    new BigUint64Array(odd.buffer)[7] = 0xfff8_0000_0000_0123n;
    const plain = new Float64Array(20_000).fill(2);
    plain[7] = NaN;
    expect(Buffer.compare(encode(odd), encode(plain))).toBe(0);
    expect(new BigUint64Array(odd.buffer)[7]).toBe(0xfff8_0000_0000_0123n);
  });

  it('refuses what is no value, naming the field', () => {
    const cycle: Storable[] = [];
    cycle.push(cycle);
    const cases: [unknown, string][] = [
      [undefined, 'value: undefined'],
      [{ a: [1, undefined] }, 'a.1: undefined'],
      [{ a: { b: new Map() } }, 'a.b: a Map'],
      [[new Date(0)], '0: a Date'],
      [{ f: () => 1 }, 'f: '],
      [new Float32Array(1), 'value: a Float32Array'],
      [cycle, 'is nested deeper than 128'],
    ];
    for (const [value, message] of cases) {
      expect(() => encode(value as Storable)).toThrow(message);
      expect(() => encode(value as Storable)).toThrow(expect.objectContaining({ code: 'ValueInvalid' }));
    }
  });

  it('refuses bytes that it would not write', () => {
    const cases: Record<string, number[]> = {
      'no bytes': [],
      'an unknown tag': [16],
      'bytes left over': [0, 0],
      'a padded number': [3, 128, 0],
      'an integer out of range': [3, 255, 255, 255, 255, 255, 255, 255, 127],
      'a number without end': [3, 255, 255, 255, 255, 255, 255, 255, 255, 255],
      'a whole number as fraction': [4, 0, 0, 0, 0, 0, 0, 240, 63],
      'another NaN': [4, 1, 0, 0, 0, 0, 0, 248, 127],
      'another NaN in a column': [8, 1, 1, 0, 0, 0, 0, 0, 248, 127],
      'no UTF-8': [5, 1, 255],
      'UTF-8 of a surrogate': [5, 3, 237, 160, 128],
      'units without need': [6, 1, 97, 0],
      'minus zero as bigint': [7, 1],
      'a padded bigint': [7, 4, 1, 0],
      'a column longer than the bytes': [8, 255, 255, 255, 255, 7],
      'a list longer than the bytes': [13, 255, 255, 255, 255, 7],
      'strings in a plain list': [13, 1, 5, 1, 97],
      'strings of no text': [14, 1, 1, 1, 3, 2],
      'strings longer than their text': [14, 1, 1, 2, 5, 1, 97],
      'strings shorter than their text': [14, 1, 1, 1, 5, 2, 97, 97],
      'lengths too wide': [14, 1, 2, 1, 0, 5, 1, 97],
      'no strings': [14, 0, 1, 5, 0],
      'an unknown field name': [15, 1, 1, 0],
      'the same field twice': [15, 2, 0, 5, 1, 97, 0, 1, 0],
      'a name written twice': [13, 2, 15, 1, 0, 5, 1, 97, 0, 15, 1, 0, 5, 1, 97, 0],
      'index fields out of order': [15, 2, 0, 5, 1, 97, 0, 0, 5, 1, 49, 0],
      'nested too deep': [...Array.from({ length: 129 }, () => [13, 1]).flat(), 0],
    };
    for (const [name, list] of Object.entries(cases)) {
      expect(() => decode(Uint8Array.from(list)), name).toThrow(expect.objectContaining({ code: 'EncodingInvalid' }));
    }
  });

  it('of any bytes gives a value that has just these bytes, or an error', () => {
    const requireStrict = (input: Uint8Array): void => {
      let value: Storable;
      try {
        value = decode(input);
      } catch (error) {
        expect(error).toBeInstanceOf(MargridError);
        expect((error as MargridError).code).toBe('EncodingInvalid');
        return;
      }
      expect(Buffer.compare(encode(value), input)).toBe(0);
    };
    // Small bytes are tags, counts and lengths: they get further than even ones.
    const likely = fc.array(fc.oneof(fc.nat(16), fc.nat(255)), { maxLength: 40 }).map((list) => Uint8Array.from(list));
    fc.assert(fc.property(likely, requireStrict), { numRuns: 30_000 });
    const changed = fc.tuple(storable, fc.nat(), fc.nat(255)).map(([value, place, byte]) => {
      const encoded = Uint8Array.from(encode(value));
      encoded[place % encoded.length] = byte;
      return encoded;
    });
    fc.assert(fc.property(changed, requireStrict), { numRuns: 10_000 });
  });

  it('holds 53,000 transitions in 108 bytes each', () => {
    const transitions = emptyTransitions(53_000);
    // 2 rows of 4 bytes and one of 1 byte, 3 of 1 byte, 3 of 4, 11 amounts of 8: the columns of TransitionColumns.
    const perTransition = 4 + 4 * 1 + 3 * 4 + 11 * 8;
    const encoded = encode({ transitions: transitions as unknown as Storable });
    expect(encoded.length - 53_000 * perTransition).toBeGreaterThan(0);
    expect(encoded.length - 53_000 * perTransition).toBeLessThan(500);
  });
});
