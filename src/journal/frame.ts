import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { MargridError } from '../errors.ts';

/** Names an entry of a journal: whoever knows it can tell whether the journal still holds that entry and all before. */
export interface Receipt {
  /** Number of the entry, from 1; 0 before the first. */
  readonly sequence: number;
  /** Chain hash of the entry, 64 hexadecimal digits. */
  readonly hash: string;
}

/** The receipt of an engine to which nothing has happened. */
export const noReceipt: Receipt = { sequence: 0, hash: '0'.repeat(64) };

/** SHA-256. */
export const hashBytes = 32;
/** Magic, version, sequence and hash before the first entry, checksum. */
export const fileHeaderBytes = 64;
/** Magic, payload length, sequence, checksum. */
export const frameHeaderBytes = 20;
/** Bytes of a payload at most. */
export const payloadBytesMax = 2 ** 31 - 1;

const fileMagic = Buffer.from('MRGDJRNL', 'latin1');
const frameMagic = Buffer.from('MRGE', 'latin1');
export const formatVersion = 1;

/** An entry as it stands in the file. */
export interface Frame {
  readonly header: Buffer;
  readonly payload: Uint8Array;
  readonly hash: Buffer;
}

export interface FrameHeader {
  readonly payloadBytes: number;
  readonly sequence: number;
}

/** The first 64 bytes of a journal whose first entry follows `base`. */
export function fileHeader(base: Receipt): Buffer {
  const header = Buffer.alloc(fileHeaderBytes);
  fileMagic.copy(header);
  header.writeUInt32LE(formatVersion, 8);
  header.writeBigUInt64LE(BigInt(base.sequence), 16);
  Buffer.from(base.hash, 'hex').copy(header, 24);
  header.writeUInt32LE(crc32(header.subarray(0, 60)), 60);
  return header;
}

/** What a file header says, or why it is none. */
export function parseFileHeader(header: Buffer): Receipt | string {
  if (header.length < fileHeaderBytes) return `it has only ${header.length} bytes`;
  if (!header.subarray(0, 8).equals(fileMagic)) return 'it does not begin like a journal';
  if (header.readUInt32LE(60) !== crc32(header.subarray(0, 60))) return 'the checksum of the file header is wrong';
  const version = header.readUInt32LE(8);
  if (version !== formatVersion) return `its format has version ${version}, this program reads ${formatVersion}`;
  const sequence = Number(header.readBigUInt64LE(16));
  if (!Number.isSafeInteger(sequence)) return 'its first sequence is out of range';
  return { sequence, hash: header.subarray(24, 24 + hashBytes).toString('hex') };
}

/** Throws `LimitExceeded` for a payload that is too long. */
export function frameOf(sequence: number, payload: Uint8Array, previous: Buffer): Frame {
  if (payload.length > payloadBytesMax) {
    throw new MargridError(
      'LimitExceeded',
      `entry ${sequence} has ${payload.length} bytes, at most ${payloadBytesMax} are possible`,
    );
  }
  const header = Buffer.alloc(frameHeaderBytes);
  frameMagic.copy(header);
  header.writeUInt32LE(payload.length, 4);
  header.writeBigUInt64LE(BigInt(sequence), 8);
  header.writeUInt32LE(crc32(header.subarray(0, 16)), 16);
  return { header, payload, hash: chainHash(previous, header, payload) };
}

/**
 * What the header of an entry says, or why it is none. It has a checksum of its own: a wrong length would otherwise
 * look like an entry that was not written to its end.
 */
export function parseFrameHeader(header: Buffer): FrameHeader | string {
  if (!header.subarray(0, 4).equals(frameMagic)) return 'no entry begins here';
  if (header.readUInt32LE(16) !== crc32(header.subarray(0, 16))) return "the checksum of the entry's header is wrong";
  return { payloadBytes: header.readUInt32LE(4), sequence: Number(header.readBigUInt64LE(8)) };
}

/** Covers everything before: who knows the hash of an entry knows the whole history. */
export function chainHash(previous: Buffer, header: Buffer, payload: Uint8Array): Buffer {
  return createHash('sha256').update(previous).update(header).update(payload).digest();
}

/** `12:ab34…` as on the command line. Throws `OptionInvalid`. */
export function parseReceipt(text: string): Receipt {
  const match = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text);
  if (match === null) {
    throw new MargridError(
      'OptionInvalid',
      `a receipt is a sequence, a colon and 64 hexadecimal digits, got '${text}'`,
      { value: text },
    );
  }
  return { sequence: Number(match[1]), hash: match[2] };
}
