/**
 * A process that is there to be killed: recovers an account engine from snapshot and journal (makes them the first
 * time), then applies commands one after the other and says of each that it is acknowledged. Arguments: folder, whether
 * there is a mirror, the last command that was acknowledged with its hash, the command to stop after, and how many
 * commands until it kills itself, after the last of them is in the journal and before it says so (0: never).
 */
import { existsSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { command, meter, options } from './small-engine.ts';

const [folder, mirrored, acknowledged, until, unsaid] = process.argv.slice(2);
/** From the built package; the whole of it would take a process longer to load than all that it does here. */
const built = (path: string): Promise<unknown> => import(`${process.env['MARGRID_BUILT']}/${path}.js`);
const { AccountEngine } = (await built('account/account-engine')) as typeof import('../../src/account/account-engine.ts');
const { parseReceipt } = (await built('journal/frame')) as typeof import('../../src/journal/frame.ts');
const { Journal } = (await built('journal/journal')) as typeof import('../../src/journal/journal.ts');
const { recover } = (await built('journal/recover')) as typeof import('../../src/journal/recover.ts');
const { writeSnapshot } = (await built('journal/snapshot-file')) as typeof import('../../src/journal/snapshot-file.ts');

const [snapshotPath, journalPath, mirrorPath] = ['snapshot', 'journal', 'mirror'].map((name) => join(folder, name));
const copies = mirrored === 'mirror' ? { mirror: mirrorPath } : {};
/** In one call of the system: what the parent reads is whole. */
const say = (line: string): void => void writeSync(1, `${line}\n`);
const snapshotEvery = 40;

if (!existsSync(snapshotPath)) {
  // The snapshot comes last: without it nothing was ever acknowledged.
  for (const path of [journalPath, mirrorPath]) rmSync(path, { force: true });
  const journal = await Journal.create(journalPath, copies);
  const engine = AccountEngine.create(options());
  await writeSnapshot(snapshotPath, engine.snapshot(), journal.receipt);
  await journal.close();
}
const expect = acknowledged === '' ? {} : { expect: parseReceipt(acknowledged) };
const { engine, journal, report } = await recover({ snapshotPath, journalPath, ...copies, ...expect, modules: [meter()] });
// Two that were acknowledged are sent again, as a sender would that does not trust its notes.
const first = Math.max(Number(acknowledged.split(':')[0]) - 1, 1);
say(`recovered ${engine.sequence} ${report.torn.length} ${report.mended.length}`);
for (let n = first; n <= Number(until); n++) {
  const { sequence, repeated } = await engine.apply(command(n));
  if (n - first + 1 === Number(unsaid)) process.kill(process.pid, 'SIGKILL');
  say(`acknowledged ${sequence} ${repeated ? 'repeated' : 'applied'} ${journal.receipt.sequence === sequence ? journal.receipt.hash : ''}`);
  if (n % snapshotEvery === 0) await writeSnapshot(snapshotPath, engine.snapshot(), journal.receipt);
}
say(`state ${engine.stateHash()}`);
await engine.close();
await journal.close();
