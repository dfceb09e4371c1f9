import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { Storable } from '../account/events.ts';
import { MargridError } from '../errors.ts';
import { writeAtomically } from '../io/atomic-file.ts';
import { decode, encodeParts } from './codec.ts';
import { formatVersion, hashBytes, type Receipt } from './frame.ts';

/** A state, and the journal entry after which it was taken. */
export interface Snapshot {
  readonly state: Storable;
  readonly receipt: Receipt;
}

/** Magic, version, payload length, sequence and hash of the receipt, checksum. */
const headerBytes = 64;
const magic = Buffer.from('MRGDSNAP', 'latin1');
/** What one buffer can hold. */
const payloadBytesMax = 2 ** 32 - 2 ** 16;
/** One call of the operating system reads at most 2 GiB. */
const readBytes = 2 ** 30;

/**
 * Writes a snapshot: a complete and durable one, or none; an older one under that name stays until then. Throws
 * `ValueInvalid` for a state that is no `Storable`, `FileUnwritable`, `LimitExceeded`.
 */
export async function writeSnapshot(path: string, state: Storable, receipt: Receipt): Promise<void> {
  const parts = encodeParts(state);
  const payloadBytes = parts.reduce((sum, { length }) => sum + length, 0);
  if (payloadBytes > payloadBytesMax) {
    throw new MargridError(
      'LimitExceeded',
      `${path}: the snapshot has ${payloadBytes} bytes, at most ${payloadBytesMax} are possible`,
    );
  }
  const header = headerOf(payloadBytes, receipt);
  const hash = createHash('sha256').update(header);
  await writeAtomically(path, async (temporaryPath) => {
    const handle = await open(temporaryPath, 'w');
    try {
      await handle.writeFile(header);
      for (const part of parts) {
        hash.update(part);
        await handle.writeFile(part);
      }
      await handle.writeFile(hash.digest());
    } finally {
      await handle.close();
    }
  });
}

/** Throws `FileNotFound`, `SnapshotInvalid` if a single bit is not as written. */
export async function readSnapshot(path: string): Promise<Snapshot> {
  const bytes = await bytesOf(path);
  const { payloadBytes, receipt } = parseHeader(path, bytes);
  const end = headerBytes + payloadBytes;
  if (bytes.length !== end + hashBytes) {
    throw damaged(path, `it has ${bytes.length} bytes, its header says ${end + hashBytes}`);
  }
  const hash = createHash('sha256').update(bytes.subarray(0, end)).digest();
  if (!hash.equals(bytes.subarray(end))) throw damaged(path, 'its hash is wrong');
  try {
    return { state: decode(bytes.subarray(headerBytes, end)), receipt };
  } catch (cause) {
    throw damaged(path, (cause as Error).message);
  }
}

function headerOf(payloadBytes: number, receipt: Receipt): Buffer {
  const header = Buffer.alloc(headerBytes);
  magic.copy(header);
  header.writeUInt32LE(formatVersion, 8);
  header.writeUInt32LE(payloadBytes, 12);
  header.writeBigUInt64LE(BigInt(receipt.sequence), 16);
  Buffer.from(receipt.hash, 'hex').copy(header, 24);
  header.writeUInt32LE(crc32(header.subarray(0, 60)), 60);
  return header;
}

function parseHeader(path: string, bytes: Buffer): { readonly payloadBytes: number; readonly receipt: Receipt } {
  if (bytes.length < headerBytes || !bytes.subarray(0, 8).equals(magic))
    throw damaged(path, 'it does not begin like a snapshot');
  if (bytes.readUInt32LE(60) !== crc32(bytes.subarray(0, 60)))
    throw damaged(path, 'the checksum of its header is wrong');
  const version = bytes.readUInt32LE(8);
  if (version !== formatVersion)
    throw damaged(path, `its format has version ${version}, this program reads ${formatVersion}`);
  const sequence = Number(bytes.readBigUInt64LE(16));
  return {
    payloadBytes: bytes.readUInt32LE(12),
    receipt: { sequence, hash: bytes.toString('hex', 24, 24 + hashBytes) },
  };
}

async function bytesOf(path: string): Promise<Buffer> {
  try {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      const bytes = Buffer.allocUnsafeSlow(Math.min(size, headerBytes + payloadBytesMax + hashBytes));
      for (let done = 0; done < bytes.length;) {
        const { bytesRead } = await handle.read(bytes, done, Math.min(bytes.length - done, readBytes), done);
        if (bytesRead === 0) throw damaged(path, 'it became shorter while it was read');
        done += bytesRead;
      }
      return bytes;
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof MargridError) throw cause;
    throw new MargridError('FileNotFound', `${path}: ${(cause as Error).message}`, { file: path });
  }
}

function damaged(path: string, why: string): MargridError {
  return new MargridError('SnapshotInvalid', `${path}: ${why}`, { file: path });
}
