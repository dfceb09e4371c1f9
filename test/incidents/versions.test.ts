import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AccountEngine } from '../../src/account/account-engine.ts';
import type { Storable } from '../../src/account/events.ts';
import type { AccountModule } from '../../src/account/module.ts';
import { headerWords, verifyHeader } from '../../src/columns/arena.ts';
import { Journal } from '../../src/journal/journal.ts';
import { recover } from '../../src/journal/recover.ts';
import { writeSnapshot } from '../../src/journal/snapshot-file.ts';
import { packageRoot } from '../../src/package-root.ts';
import { createMemory, instantiate } from '../../src/wasm/module.ts';
import { command, meter, options } from '../journal/small-engine.ts';
import { temporaryFolder } from '../journal/temporary-folder.ts';

/** An incident of versions: what happened, and what this engine does when the same reaches it. Sources: docs/INCIDENTS.md. */

const folder = temporaryFolder();
const code = (name: string): unknown => expect.objectContaining({ code: name });

/** The meter of an older release: it reports one more than it counts. */
function staleMeter(): AccountModule {
  const current = meter();
  const add = current.commands!['meter.add'];
  return {
    ...current,
    commands: {
      'meter.add': (given, context) =>
        add(given, { ...context, emit: (kind, data) => context.emit(kind, { ...data, total: (data['total'] as bigint) + 1n }) }),
    },
  };
}

describe('Knight, 1 August 2012: one of eight servers still ran code of an earlier release', () => {
  it('a machine whose code does something else than the journal says does not take over', async () => {
    const [snapshotPath, journalPath] = [join(folder, 'snapshot'), join(folder, 'journal')];
    const journal = await Journal.create(journalPath);
    const engine = AccountEngine.create({ ...options(), journal });
    await writeSnapshot(snapshotPath, engine.snapshot(), journal.receipt);
    for (let n = 1; n <= 10; n++) await engine.apply(command(n));
    const { sequence } = engine;
    await engine.close();
    await journal.close();
    // Command 7 is the first that the meter has to do with.
    await expect(recover({ snapshotPath, journalPath, modules: [staleMeter()] })).rejects.toMatchObject({ code: 'ReplayDiffers', place: { row: 7 } });
    const recovery = await recover({ snapshotPath, journalPath, modules: [meter()] });
    expect(recovery.engine.sequence).toBe(sequence);
    await recovery.engine.close();
    await recovery.journal.close();
  });

  it('a state of another version, or of other modules, is refused', async () => {
    const engine = AccountEngine.create(options());
    const snapshot = engine.snapshot() as Readonly<Record<string, Storable>>;
    await engine.close();
    for (const version of [0, 2, null, '1']) {
      await expect(AccountEngine.restore({ ...snapshot, version }, { modules: [meter()] })).rejects.toThrow(code('SnapshotInvalid'));
    }
    for (const modules of [[], [{ ...meter(), name: 'meter-2' }]]) {
      await expect(AccountEngine.restore(snapshot, { modules })).rejects.toThrow(code('SnapshotInvalid'));
    }
    await (await AccountEngine.restore(snapshot, { modules: [meter()] })).close();
  });

  it('workers of another version do not touch the memory', async () => {
    const engine = AccountEngine.create(options());
    const header = engine.engine.arena.header.slice();
    await engine.close();
    expect(() => verifyHeader(header)).not.toThrow();
    for (const word of [headerWords.magic, headerWords.version]) {
      for (const change of [-1, 1]) {
        const other = header.slice();
        other[word] += change;
        expect(() => verifyHeader(other)).toThrow(code('KernelMismatch'));
      }
    }
  });

  it('kernels are those on record by their hash, and nothing that wants more than memory is run as one', () => {
    const recorded = readFileSync(join(packageRoot, 'test', 'wasm', 'release.sha256'), 'utf8').split(/\s+/)[0];
    expect(createHash('sha256').update(readFileSync(join(packageRoot, 'build', 'release.wasm'))).digest('hex')).toBe(recorded);
    // (module (import "env" "old" (func)))
    const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 11, 1, 3, 101, 110, 118, 3, 111, 108, 100, 0, 0];
    const module = new WebAssembly.Module(Uint8Array.from(bytes));
    expect(() => instantiate(module, createMemory('single', 65_536))).toThrow(code('KernelMismatch'));
  });
});
