import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Storable } from '../../src/account/events.ts';
import { encode } from '../../src/journal/codec.ts';
import { noReceipt, parseReceipt } from '../../src/journal/frame.ts';
import { Journal, repairJournal } from '../../src/journal/journal.ts';
import { JournalFile } from '../../src/journal/journal-file.ts';
import { readJournal, verifyJournal } from '../../src/journal/read-journal.ts';
import { decode } from '../../src/journal/codec.ts';
import { temporaryFolder } from './temporary-folder.ts';

const folder = temporaryFolder();
let files = 0;
const newPath = (): string => join(folder, `journal-${files++}`);
const entry = (n: number): Storable => ({ n, text: `entry ${n}`, column: Float64Array.of(n, -n, NaN) });

async function written(path: string, count: number, mirror?: string): Promise<Journal> {
  const journal = await Journal.create(path, mirror === undefined ? {} : { mirror });
  for (let n = 1; n <= count; n++) await journal.append([entry(n)]);
  return journal;
}

async function valuesOf(path: string, mirror?: string): Promise<Storable[]> {
  const values: Storable[] = [];
  for await (const { payload } of readJournal(path, mirror === undefined ? {} : { mirror })) values.push(decode(payload));
  return values;
}

const entries = (count: number): Storable[] => Array.from({ length: count }, (_, index) => entry(index + 1));
const code = (name: string): unknown => expect.objectContaining({ code: name });
const locksOf = (path: string): string[] => readdirSync(folder).filter((name) => name.startsWith(`.${path.slice(folder.length + 1)}.lock.`));

/** CRC-32 (ISO 3309) bit by bit: the one that zip files use. */
function crc(bytes: Uint8Array): number {
  let rest = ~0;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
  }
  return ~rest >>> 0;
}

afterEach(() => vi.restoreAllMocks());

describe('journal file', () => {
  it('is laid out as docs/JOURNAL.md says', async () => {
    const path = newPath();
    const journal = await written(path, 2);
    await journal.close();
    const bytes = readFileSync(path);
    const header = Buffer.alloc(64);
    header.write('MRGDJRNL', 0, 'latin1');
    header.writeUInt32LE(1, 8);
    header.writeUInt32LE(crc(header.subarray(0, 60)), 60);
    let chain = Buffer.alloc(32);
    const frames = [1, 2].map((n) => {
      const payload = encode(entry(n));
      const head = Buffer.alloc(20);
      head.write('MRGE', 0, 'latin1');
      head.writeUInt32LE(payload.length, 4);
      head.writeUInt32LE(n, 8);
      head.writeUInt32LE(crc(head.subarray(0, 16)), 16);
      chain = createHash('sha256').update(Buffer.concat([chain, head, payload])).digest();
      return Buffer.concat([head, payload, chain]);
    });
    expect(bytes.equals(Buffer.concat([header, ...frames]))).toBe(true);
    expect(journal.receipt).toEqual({ sequence: 2, hash: chain.toString('hex') });
    expect(parseReceipt(`2:${chain.toString('hex')}`)).toEqual(journal.receipt);
    expect(() => parseReceipt('2:abc')).toThrow(code('OptionInvalid'));
  });

  it('gives back what was appended, by whatever calls, and goes on after a restart', async () => {
    const [path, mirror] = [newPath(), newPath()];
    const journal = await Journal.create(path, { mirror });
    await journal.append([]);
    // All at once: one write for the first, one for the others; receipts only move on to what is durable.
    const write = vi.spyOn(JournalFile.prototype, 'write');
    const calls = [journal.append([entry(1), entry(2)]), journal.append([entry(3)]), journal.append([entry(4), entry(5)])];
    expect(journal.receipt).toEqual(noReceipt);
    await Promise.all(calls);
    expect(write).toHaveBeenCalledTimes(2 * 2);
    expect(journal.receipt.sequence).toBe(5);
    await journal.close();
    await expect(journal.append([entry(6)])).rejects.toThrow(code('EngineState'));
    const again = await Journal.open(path, { mirror, expect: [journal.receipt] });
    expect(again.report).toMatchObject({ entries: 5, torn: [], mended: [] });
    await again.append([entry(6)]);
    await again.close();
    expect(await valuesOf(path)).toEqual(entries(6));
    expect(readFileSync(mirror).equals(readFileSync(path))).toBe(true);
    expect(await verifyJournal(path)).toMatchObject({ last: again.receipt, bytes: readFileSync(path).length });
  });

  it('acknowledges when both files are durable, not when they are written', async () => {
    const [path, mirror] = [newPath(), newPath()];
    const journal = await Journal.create(path, { mirror });
    const finish: (() => void)[] = [];
    vi.spyOn(JournalFile.prototype, 'makeDurable').mockImplementation(() => new Promise((resolve) => finish.push(resolve)));
    let isAcknowledged = false;
    const appended = journal.append([entry(1)]).then(() => (isAcknowledged = true));
    await vi.waitFor(() => expect(finish).toHaveLength(2));
    finish[0]();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([isAcknowledged, journal.receipt.sequence]).toEqual([false, 0]);
    finish[1]();
    await appended;
    expect(journal.receipt.sequence).toBe(1);
    await journal.close();
  });

  it('encodes at once: what changes afterwards is not journaled', async () => {
    const path = newPath();
    const journal = await Journal.create(path);
    const column = Float64Array.of(1);
    const appended = journal.append([{ column }]);
    column[0] = 2;
    await appended;
    await journal.close();
    expect(await valuesOf(path)).toEqual([{ column: Float64Array.of(1) }]);
  });

  it('takes nothing of a call with an entry that cannot be stored, and goes on', async () => {
    const path = newPath();
    const journal = await Journal.create(path);
    await expect(journal.append([entry(1), { bad: undefined, worse: new Map() as unknown as Storable }])).rejects.toThrow(/worse: a Map/);
    await journal.append([entry(1)]);
    await journal.close();
    expect(await valuesOf(path)).toEqual(entries(1));
  });

  it('can begin after an entry of another journal', async () => {
    const path = newPath();
    const base = { sequence: 41, hash: 'ab'.repeat(32) };
    const journal = await Journal.create(path, { base });
    await journal.append([entry(1)]);
    await journal.close();
    expect(await verifyJournal(path, { expect: [base] })).toMatchObject({ base, entries: 1, last: { sequence: 42 } });
    await expect(verifyJournal(path, { expect: [{ ...base, hash: 'cd'.repeat(32) }] })).rejects.toThrow(code('JournalLost'));
    await expect(verifyJournal(path, { expect: [{ sequence: 40, hash: base.hash }] })).rejects.toThrow(code('JournalLost'));
  });

  it('is created once, and must be there to be opened', async () => {
    const [path, mirror] = [newPath(), newPath()];
    await expect(Journal.open(path, { mirror })).rejects.toThrow(code('FileNotFound'));
    await expect(Journal.open(folder)).rejects.toThrow(code('FileNotFound'));
    await expect(Journal.create(path, { mirror: path })).rejects.toThrow(code('OptionInvalid'));
    await expect(Journal.create(join(folder, 'nowhere', 'journal'))).rejects.toThrow(code('FileUnwritable'));
    await (await Journal.create(mirror)).close();
    await expect(Journal.create(path, { mirror })).rejects.toThrow(/exists already/);
    expect(existsSync(path)).toBe(false);
    expect([...locksOf(path), ...locksOf(mirror)]).toEqual([]);
  });

  it('accepts nothing more after a failed write, and the next process finds what was acknowledged', async () => {
    const [path, mirror] = [newPath(), newPath()];
    const journal = await written(path, 2, mirror);
    const { receipt } = journal;
    const write = vi.spyOn(JournalFile.prototype, 'write').mockImplementation(async function fail(this: JournalFile, bytes, offset) {
      if (this.path !== mirror) return;
      // Half of the entry reaches the disk, then it is full.
      writeFileSync(mirror, Buffer.concat([readFileSync(mirror).subarray(0, offset), Buffer.from(bytes.subarray(0, 30))]));
      throw new Error('ENOSPC: no space left on device');
    });
    const failed = [journal.append([entry(3)]), journal.append([entry(4)])];
    for (const each of failed) await expect(each).rejects.toThrow(code('JournalFailed'));
    write.mockRestore();
    await expect(journal.append([entry(5)])).rejects.toThrow(/no space left/);
    expect(journal.receipt).toEqual(receipt);
    await journal.close();
    const again = await Journal.open(path, { mirror, expect: [receipt] });
    expect(again.report.torn).toEqual([{ path: mirror, offset: readFileSync(path).length, bytes: 30 }]);
    await again.append([entry(3)]);
    await again.close();
    expect(await valuesOf(path, mirror)).toEqual(entries(3));
  });
});

describe('one writer', () => {
  it('is kept among journals of one process, and between processes', async () => {
    const [path, mirror] = [newPath(), newPath()];
    const journal = await written(path, 1, mirror);
    await expect(Journal.open(path, { mirror })).rejects.toThrow(code('JournalLocked'));
    await expect(Journal.open(mirror)).rejects.toThrow(code('JournalLocked'));
    // Reading is free.
    expect(await verifyJournal(path, { mirror })).toMatchObject({ entries: 1 });
    const [own] = locksOf(path);
    await journal.close();
    expect([...locksOf(path), ...locksOf(mirror)]).toEqual([]);
    const [host, boot, pid, started] = own.slice(own.indexOf('.lock.') + 6).split('.');
    const lock = (...parts: readonly (string | number)[]): string => {
      const name = join(folder, `${own.slice(0, own.indexOf('.lock.') + 6)}${parts.join('.')}`);
      writeFileSync(name, '');
      return name;
    };
    // The parent of this process is alive, and it is not this process.
    const parent = readFileSync(`/proc/${process.ppid}/stat`, 'utf8');
    const living = lock(host, boot, process.ppid, parent.slice(parent.lastIndexOf(')') + 2).split(' ')[19]);
    await expect(Journal.open(path)).rejects.toThrow(`process ${process.ppid} on ${host} writes it`);
    rmSync(living);
    // On another machine nobody can tell.
    const elsewhere = lock('elsewhere', boot, pid, started);
    await expect(Journal.open(path)).rejects.toThrow(code('JournalLocked'));
    rmSync(elsewhere);
    // Dead: no such process (the largest number there is plus one); another that has got its number; before a restart.
    const dead = [lock(host, boot, 2 ** 22 + 1, started), lock(host, boot, process.ppid, 1), lock(host, 'before', pid, started)];
    const again = await Journal.open(path);
    expect(dead.filter(existsSync)).toEqual([]);
    await again.close();
  });
});

describe('damage', () => {
  const count = 6;
  /** A journal of six entries, and where each of them begins. */
  async function original(): Promise<{ bytes: Buffer; offsets: number[] }> {
    const path = newPath();
    await (await written(path, count)).close();
    const offsets: number[] = [];
    for await (const { offset } of readJournal(path)) offsets.push(offset);
    return { bytes: readFileSync(path), offsets };
  }

  it('a journal cut at any byte of its last entries ends with the last whole one, and a receipt finds that out', async () => {
    const { bytes, offsets } = await original();
    const [path, mirror] = [newPath(), newPath()];
    writeFileSync(path, bytes);
    const { last } = await verifyJournal(path);
    for (let length = offsets[count - 3]; length < bytes.length; length++) {
      writeFileSync(path, bytes.subarray(0, length));
      await expect(Journal.open(path, { expect: [last] })).rejects.toThrow(code('JournalLost'));
      expect(readFileSync(path).length).toBe(length);
      writeFileSync(mirror, bytes);
      const whole = offsets.filter((offset) => offset <= length).length - 1;
      const cut = length - offsets[whole];
      const alone = await repairJournal(path);
      expect(alone).toMatchObject({ entries: whole, torn: cut === 0 ? [] : [{ path, offset: offsets[whole], bytes: cut }] });
      expect(readFileSync(path).equals(bytes.subarray(0, offsets[whole]))).toBe(true);
      writeFileSync(path, bytes.subarray(0, length));
      const mended = await repairJournal(path, { mirror, expect: [last] });
      expect(mended).toMatchObject({ entries: count, torn: [], mended: [{ path, offset: offsets[whole], bytes: bytes.length - offsets[whole] }] });
      expect(readFileSync(path).equals(bytes)).toBe(true);
    }
  });

  it('any changed bit is found, with its entry, and mended from the mirror', async () => {
    const { bytes, offsets } = await original();
    const [path, mirror] = [newPath(), newPath()];
    for (let at = 0; at < bytes.length; at++) {
      const whole = offsets.filter((offset) => offset <= at).length;
      for (const flip of [1, 2, 4, 8, 16, 32, 64, 128, 255]) {
        const changed = Buffer.from(bytes);
        changed[at] ^= flip;
        writeFileSync(path, changed);
        const place = { code: 'JournalDamaged', place: { file: path, row: whole, value: whole === 0 ? 0 : offsets[whole - 1] } };
        await expect(verifyJournal(path)).rejects.toMatchObject(place);
        // Every way to damage a byte for verification, one of them for repair: that one waits for the disk.
        if (flip !== 1 << at % 8) continue;
        await expect(Journal.open(path)).rejects.toMatchObject(place);
        expect(readFileSync(path).equals(changed)).toBe(true);
        writeFileSync(mirror, bytes);
        const { mended } = await repairJournal(path, { mirror });
        expect(mended).toHaveLength(1);
        expect(readFileSync(path).equals(bytes)).toBe(true);
      }
    }
  });

  it('damage here and there in both files is mended, as long as no entry is damaged in both', async () => {
    const { bytes, offsets } = await original();
    const [path, mirror] = [newPath(), newPath()];
    const [left, right] = [Buffer.from(bytes), Buffer.from(bytes)];
    left[3] ^= 1;
    right[offsets[1] + 5] ^= 1;
    left[offsets[3] + 22] ^= 1;
    writeFileSync(path, left);
    // The end of an entry is missing besides.
    writeFileSync(mirror, right.subarray(0, bytes.length - 3));
    const { mended } = await repairJournal(path, { mirror });
    expect(mended.map(({ path: file, offset }) => [file, offset])).toEqual([
      [path, 0], [mirror, offsets[1]], [path, offsets[3]], [mirror, offsets[5]],
    ]);
    for (const each of [path, mirror]) expect(readFileSync(each).equals(bytes)).toBe(true);
    right[offsets[3] + 1] ^= 1;
    writeFileSync(path, left);
    writeFileSync(mirror, right);
    await expect(Journal.open(path, { mirror })).rejects.toMatchObject({ code: 'JournalDamaged', place: { row: 4, value: offsets[3] } });
  });

  it('a missing copy is made again', async () => {
    const { bytes } = await original();
    const [path, mirror] = [newPath(), newPath()];
    writeFileSync(mirror, bytes);
    expect((await repairJournal(path, { mirror })).mended).toEqual([{ path, offset: 0, bytes: bytes.length }]);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('an end of nothing but zeros is a write that was not completed', async () => {
    const { bytes } = await original();
    const path = newPath();
    writeFileSync(path, Buffer.concat([bytes, Buffer.alloc(5_000)]));
    const journal = await Journal.open(path);
    expect(journal.report).toMatchObject({ entries: count, torn: [{ bytes: 5_000 }] });
    await journal.append([entry(count + 1)]);
    await journal.close();
    expect(await valuesOf(path)).toEqual(entries(count + 1));
  });

  it('files that are no copies of one another are refused', async () => {
    const { bytes, offsets } = await original();
    const [path, mirror] = [newPath(), newPath()];
    writeFileSync(path, bytes.subarray(0, offsets[2]));
    writeFileSync(mirror, bytes.subarray(0, offsets[2]));
    for (const [each, n] of [[path, 3], [mirror, 4]] as const) {
      const journal = await Journal.open(each);
      await journal.append([entry(n)]);
      await journal.close();
    }
    await expect(Journal.open(path, { mirror })).rejects.toThrow(/hold different entries/);
    rmSync(mirror);
    await (await Journal.create(mirror, { base: { sequence: 7, hash: '00'.repeat(32) } })).close();
    await expect(Journal.open(path, { mirror })).rejects.toThrow(/begin at different entries/);
  });

  it('an entry that is longer than what is read at once is read whole', async () => {
    const path = newPath();
    const journal = await Journal.create(path);
    const long = { column: new Float64Array(400_000).map((_, row) => row) };
    await journal.append([entry(1), long, entry(3)]);
    await journal.close();
    const values = await valuesOf(path);
    expect(values[2]).toEqual(entry(3));
    expect(Buffer.compare(encode(values[1]), encode(long))).toBe(0);
    const { length } = readFileSync(path);
    truncateSync(path, length - 1);
    expect((await verifyJournal(path)).torn).toHaveLength(1);
  });
});
