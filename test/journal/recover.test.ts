import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AccountEngine } from '../../src/account/account-engine.ts';
import type { Storable } from '../../src/account/events.ts';
import { decode } from '../../src/journal/codec.ts';
import { noReceipt, type Receipt } from '../../src/journal/frame.ts';
import { Journal } from '../../src/journal/journal.ts';
import { readJournal } from '../../src/journal/read-journal.ts';
import { recover, type RecoverOptions } from '../../src/journal/recover.ts';
import { readSnapshot, writeSnapshot } from '../../src/journal/snapshot-file.ts';
import { command, meter, options } from './small-engine.ts';
import { temporaryFolder } from './temporary-folder.ts';

const folder = temporaryFolder();
let files = 0;
const newPath = (): string => join(folder, `file-${files++}`);
const code = (name: string): unknown => expect.objectContaining({ code: name });
/**
 * Bytes between those that are cut at or changed where each takes an engine or two: every kind of field is met, and every
 * bit, as 7 and 8 have no common factor. test/journal/journal.test.ts takes all bytes, without an engine.
 */
const stride = 7;
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

interface Undisturbed {
  readonly snapshotPath: string;
  readonly journalPath: string;
  readonly mirror: string;
  readonly journal: Buffer;
  /** After each command, from none on. */
  readonly hashes: string[];
  readonly receipts: Receipt[];
  /** Where each entry begins; last, the end. */
  readonly offsets: number[];
}

/** An engine with snapshot, journal and mirror that applies commands 1 to `count`, with the snapshot after `snapshotAt`. */
async function undisturbed(count: number, snapshotAt: number): Promise<Undisturbed> {
  const [snapshotPath, journalPath, mirror] = [newPath(), newPath(), newPath()];
  const journal = await Journal.create(journalPath, { mirror });
  const engine = AccountEngine.create({ ...options(), journal });
  const hashes: string[] = [''];
  const receipts: Receipt[] = [journal.receipt];
  const snapshotIf = async (n: number): Promise<void> => {
    if (n === snapshotAt) await writeSnapshot(snapshotPath, engine.snapshot(), journal.receipt);
  };
  await snapshotIf(0);
  for (const n of range(1, count)) {
    await engine.apply(command(n));
    receipts.push(journal.receipt);
    await snapshotIf(n);
    hashes.push(stateOf(engine));
  }
  await engine.close();
  await journal.close();
  const offsets: number[] = [];
  for await (const { offset } of readJournal(journalPath)) offsets.push(offset);
  const bytes = readFileSync(journalPath);
  return { snapshotPath, journalPath, mirror, journal: bytes, hashes, receipts, offsets: [...offsets, bytes.length] };
}

/** State hash where there is one: not between a change of the book and the next tick. */
function stateOf(engine: AccountEngine): string {
  try {
    return engine.stateHash();
  } catch {
    return '';
  }
}

/** Recovers, returns how far it came and the state hash, closes. */
async function recovered(from: RecoverOptions): Promise<{ sequence: number; hash: string; replayed: number }> {
  const { engine, journal, replayed } = await recover({ ...from, modules: [meter()] });
  const found = { sequence: engine.sequence, hash: stateOf(engine), replayed };
  await engine.close();
  await journal.close();
  return found;
}

describe('snapshot file', () => {
  const state: Storable = { names: ['a', 'b'], column: Float64Array.of(1, NaN), amount: 12n };
  const receipt = { sequence: 12, hash: 'ab'.repeat(32) };

  it('gives back state and receipt, and replaces the one before', async () => {
    const path = newPath();
    await writeSnapshot(path, { old: true }, noReceipt);
    await writeSnapshot(path, state, receipt);
    expect(await readSnapshot(path)).toEqual({ state, receipt });
    await expect(writeSnapshot(path, new Map() as unknown as Storable, receipt)).rejects.toThrow(code('ValueInvalid'));
    expect(await readSnapshot(path)).toEqual({ state, receipt });
    await expect(writeSnapshot(join(folder, 'nowhere', 'x'), state, receipt)).rejects.toThrow(code('FileUnwritable'));
    await expect(readSnapshot(newPath())).rejects.toThrow(code('FileNotFound'));
  });

  it('is refused if it is cut anywhere, or any bit of it changed', async () => {
    const path = newPath();
    await writeSnapshot(path, state, receipt);
    const bytes = readFileSync(path);
    for (let at = 0; at < bytes.length; at++) {
      writeFileSync(path, bytes.subarray(0, at));
      await expect(readSnapshot(path)).rejects.toThrow(code('SnapshotInvalid'));
      for (const flip of [1, 2, 4, 8, 16, 32, 64, 128, 255]) {
        const changed = Buffer.from(bytes);
        changed[at] ^= flip;
        writeFileSync(path, changed);
        await expect(readSnapshot(path)).rejects.toThrow(code('SnapshotInvalid'));
      }
    }
    writeFileSync(path, Buffer.concat([bytes, Buffer.of(0)]));
    await expect(readSnapshot(path)).rejects.toThrow(code('SnapshotInvalid'));
  });
});

describe('recover', () => {
  it('gives the state of the undisturbed run, from a snapshot at any time, and goes on alike', async () => {
    const { hashes } = await undisturbed(60, 0);
    for (const snapshotAt of [0, 1, 5, 6, 7, 31, 48]) {
      const { snapshotPath, journalPath, mirror } = await undisturbed(48, snapshotAt);
      const recovery = await recover({ snapshotPath, journalPath, mirror, modules: [meter()] });
      expect(recovery.replayed).toBe(48 - snapshotAt);
      expect(stateOf(recovery.engine)).toBe(hashes[48]);
      // Sent again because its sender does not know: answered, not applied.
      expect(await recovery.engine.apply(command(48))).toEqual({ sequence: 48, repeated: true, batch: null });
      for (const n of range(49, 60)) await recovery.engine.apply(command(n));
      expect(stateOf(recovery.engine)).toBe(hashes[60]);
      await recovery.engine.close();
      await recovery.journal.close();
      expect(await recovered({ snapshotPath, journalPath, mirror })).toMatchObject({ sequence: 60, hash: hashes[60] });
    }
  });

  it('a journal cut anywhere in its last entries: nothing is lost with a mirror, without one a receipt tells', { timeout: 300_000 }, async () => {
    const { snapshotPath, journalPath, mirror, journal, offsets, hashes, receipts } = await undisturbed(31, 28);
    for (let length = offsets[29]; length < journal.length; length += stride) {
      writeFileSync(journalPath, journal.subarray(0, length));
      const whole = offsets.filter((offset) => offset <= length).length - 1;
      if (length % 2 === 0) {
        await expect(recovered({ snapshotPath, journalPath, expect: receipts[31] })).rejects.toThrow(code('JournalLost'));
      } else {
        // What was acknowledged up to the cut is there, and no other state.
        const alone = await recovered({ snapshotPath, journalPath, expect: receipts[whole] });
        expect(alone).toEqual({ sequence: whole, hash: hashes[whole], replayed: whole - 28 });
        writeFileSync(journalPath, journal.subarray(0, length));
      }
      const both = await recovered({ snapshotPath, journalPath, mirror, expect: receipts[31] });
      expect(both).toEqual({ sequence: 31, hash: hashes[31], replayed: 3 });
      expect(readFileSync(journalPath).equals(journal)).toBe(true);
    }
  });

  it('a journal with a changed byte anywhere in its last entries is refused, and mended from its mirror', { timeout: 300_000 }, async () => {
    const { snapshotPath, journalPath, mirror, journal, offsets, hashes } = await undisturbed(31, 28);
    for (let at = offsets[29]; at < journal.length; at += stride) {
      const changed = Buffer.from(journal);
      changed[at] ^= 1 << at % 8;
      writeFileSync(journalPath, changed);
      await expect(recovered({ snapshotPath, journalPath })).rejects.toThrow(code('JournalDamaged'));
      expect(readFileSync(journalPath).equals(changed)).toBe(true);
      expect((await recovered({ snapshotPath, journalPath, mirror })).hash).toBe(hashes[31]);
    }
  });

  it('a journal that ends before the snapshot, or does not reach back to it, has lost entries', async () => {
    const { snapshotPath, journalPath, journal, offsets, receipts } = await undisturbed(34, 20);
    writeFileSync(journalPath, journal.subarray(0, offsets[18]));
    await expect(recovered({ snapshotPath, journalPath })).rejects.toThrow(code('JournalLost'));
    rmSync(journalPath);
    await (await Journal.create(journalPath, { base: receipts[25] })).close();
    await expect(recovered({ snapshotPath, journalPath })).rejects.toThrow(code('JournalLost'));
    rmSync(journalPath);
    const next = await Journal.create(journalPath, { base: receipts[25] });
    await next.append([{ command: command(26) as unknown as Storable, batch: null }]);
    await next.close();
    await expect(recovered({ snapshotPath, journalPath })).rejects.toThrow(/begins with entry 26, the snapshot needs entry 21/);
    rmSync(journalPath);
    // A new journal may begin with the snapshot.
    await (await Journal.create(journalPath, { base: receipts[20] })).close();
    expect((await recovered({ snapshotPath, journalPath })).sequence).toBe(20);
    await expect(recovered({ snapshotPath, journalPath: newPath() })).rejects.toThrow(code('FileNotFound'));
  });

  it('a snapshot with the receipt of another entry is refused', async () => {
    const { snapshotPath, journalPath, receipts } = await undisturbed(12, 8);
    const { state } = await readSnapshot(snapshotPath);
    await writeSnapshot(snapshotPath, state, receipts[7]);
    await expect(recovered({ snapshotPath, journalPath })).rejects.toThrow(code('SnapshotInvalid'));
    await writeSnapshot(snapshotPath, state, { ...receipts[8], hash: receipts[7].hash });
    await expect(recovered({ snapshotPath, journalPath })).rejects.toThrow(code('JournalLost'));
  });

  it('events that come out otherwise are an error that names the entry and the field', async () => {
    const { snapshotPath, journalPath } = await undisturbed(16, 0);
    const rewritten = async (change: (entry: Record<string, Storable>, n: number) => Storable): Promise<string> => {
      const path = newPath();
      const journal = await Journal.create(path);
      let n = 0;
      for await (const { payload } of readJournal(journalPath)) {
        await journal.append([change(decode(payload) as Record<string, Storable>, ++n)]);
      }
      await journal.close();
      return path;
    };
    const batchOf = (entry: Record<string, Storable>): Record<string, Storable> => entry['batch'] as Record<string, Storable>;
    const cases: [(entry: Record<string, Storable>, n: number) => Storable, RegExp][] = [
      [(entry, n) => {
        const { balanceAfter } = batchOf(entry)['transitions'] as { balanceAfter: Float64Array };
        if (n === 9) balanceAfter[1] += 1e-9;
        return entry;
      }, /entry 9: batch\.transitions\.balanceAfter\.1 was \S+, is now \S+/],
      [(entry, n) => {
        if (n === 14) ((batchOf(entry)['events'] as Record<string, Storable>[])[0]['data'] as Record<string, Storable>)['total'] = 5n;
        return entry;
      }, /entry 14: batch\.events\.0\.data\.total was 5, is now \d+/],
      [(entry, n) => (n === 9 ? { command: entry['command'], batch: { ...batchOf(entry), note: 1 } } : entry), /entry 9: batch\.note was 1, is now nothing/],
      [(entry, n) => (n === 9 ? { batch: entry['batch'], command: entry['command'] } : entry), /entry 9: the fields are in another order/],
      [(entry, n) => (n === 4 ? { ...entry, command: { ...(entry['command'] as object), kind: 'nonsense' } } : entry), /entry 4: the command fails: there is no command 'nonsense'/],
      [(entry, n) => (n === 4 ? null : entry), /entry 4: the command fails: id of a command/],
      [(entry, n) => {
        const { id } = command(3);
        return n === 4 ? { ...entry, command: { ...(entry['command'] as object), id } } : entry;
      }, /entry 4: a command with the same id was applied before/],
    ];
    for (const [change, message] of cases) {
      const path = await rewritten(change);
      await expect(recovered({ snapshotPath, journalPath: path })).rejects.toThrow(message);
      await expect(recovered({ snapshotPath, journalPath: path })).rejects.toThrow(code('ReplayDiffers'));
    }
  });
});
