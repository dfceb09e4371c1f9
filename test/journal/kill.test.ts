import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createInterface } from 'node:readline';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { AccountEngine } from '../../src/account/account-engine.ts';
import { parseReceipt, type Receipt } from '../../src/journal/frame.ts';
import { verifyJournal } from '../../src/journal/read-journal.ts';
import { packageRoot } from '../../src/package-root.ts';
import { pick, seededRandom } from '../support/seeded-random.ts';
import { command, options } from './small-engine.ts';
import { temporaryFolder } from './temporary-folder.ts';

const folder = temporaryFolder();
const kills = 100;

/** The child and what it imports as JavaScript: starting a process that compiles first would take most of the time. */
function compiledChild(): string {
  for (const name of ['kill-child', 'small-engine']) {
    const source = readFileSync(join(packageRoot, 'test', 'journal', `${name}.ts`), 'utf8');
    const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, rewriteRelativeImportExtensions: true };
    writeFileSync(join(folder, `${name}.js`), ts.transpileModule(source, { compilerOptions }).outputText);
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  return join(folder, 'kill-child.js');
}

/**
 * When a child is killed: so many milliseconds after its start, after it acknowledged so many commands, or by itself
 * when so many are in the journal and the last is not yet acknowledged.
 */
type Moment =
  | { readonly afterMs: number }
  | { readonly afterCommands: number; readonly andMs: number }
  | { readonly unsaid: number }
  | null;

interface Life {
  readonly lines: string[];
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  readonly errors: string;
}

async function live(script: string, words: readonly string[], moment: Moment): Promise<Life> {
  const env = { ...process.env, MARGRID_BUILT: pathToFileURL(join(packageRoot, 'build', 'js', 'src')).href };
  const unsaid = moment !== null && 'unsaid' in moment ? moment.unsaid : 0;
  const child = spawn(process.execPath, [script, ...words, String(unsaid)], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = (): void => void child.kill('SIGKILL');
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  let errors = '';
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  const timer = moment !== null && 'afterMs' in moment ? setTimeout(kill, moment.afterMs) : undefined;
  const lines: string[] = [];
  let commands = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.startsWith('acknowledged')) commands++;
    if (moment === null || !('afterCommands' in moment) || commands !== moment.afterCommands) continue;
    if (moment.andMs === 0) kill();
    else setTimeout(kill, moment.andMs);
  }
  clearTimeout(timer);
  return { lines, errors, ...(await ended) };
}

/** What the parent knows for certain. */
interface Known {
  acknowledged: Receipt | null;
  /** Commands that were in the journal when the process died before it could say so. */
  repeated: number;
  torn: number;
  mended: number;
}

/** Takes note of what a child said; every acknowledged command must follow the one before. */
function note(known: Known, { lines }: Life): void {
  const before = known.acknowledged?.sequence ?? 0;
  let next = Math.max(before - 1, 1);
  for (const line of lines) {
    const [what, ...words] = line.split(' ');
    if (what === 'recovered') {
      // Nothing lost; at most the one command more that was under way, so that nothing was applied twice.
      expect([before, before + 1]).toContain(Number(words[0]));
      known.torn += Number(words[1]);
      known.mended += Number(words[2]);
    }
    if (what !== 'acknowledged') continue;
    expect(Number(words[0])).toBe(next++);
    if (Number(words[0]) <= before) {
      expect(words[1]).toBe('repeated');
      continue;
    }
    if (words[1] === 'repeated') known.repeated++;
    known.acknowledged = parseReceipt(`${words[0]}:${words[2]}`);
  }
}

async function killedRun(mirror: boolean, seed: number): Promise<Known> {
  const random = seededRandom(seed);
  const run = join(folder, `run-${seed}`);
  mkdirSync(run);
  const script = compiledChild();
  const known: Known = { acknowledged: null, repeated: 0, torn: 0, mended: 0 };
  const words = (until: number): string[] => {
    const receipt = known.acknowledged;
    return [run, mirror ? 'mirror' : 'alone', receipt === null ? '' : `${receipt.sequence}:${receipt.hash}`, String(until)];
  };
  const paths = { path: join(run, 'journal'), ...(mirror ? { mirror: join(run, 'mirror') } : {}) };
  for (let killed = 0; killed < kills; ) {
    // A third dies while it starts and recovers, the others at work: right after an acknowledgement or a while later.
    const afterCommands = 1 + Math.floor(random() * 24);
    // One in ten at the worst moment; whether others meet it is chance.
    const atWork = killed % 10 === 9 ? { unsaid: afterCommands + 2 } : { afterCommands, andMs: pick(random, [0, 0, 1, 1, 2, 3, 5]) };
    const moment = random() < 0.3 ? { afterMs: random() * 300 } : atWork;
    const life = await live(script, words(1_000_000), moment);
    expect(life.errors).toBe('');
    expect(life.signal).toBe('SIGKILL');
    killed++;
    note(known, life);
    if (known.acknowledged === null) continue;
    await verifyJournal(paths.path, { ...(mirror ? { mirror: paths.mirror! } : {}), expect: [known.acknowledged] });
  }
  // One more lives until a tick, after which there is a state hash.
  let until = known.acknowledged!.sequence + 10;
  while (until % 5 === 0 || until % 7 === 0) until++;
  const life = await live(script, words(until), null);
  expect(life).toMatchObject({ errors: '', code: 0 });
  note(known, life);
  expect(known.acknowledged!.sequence).toBe(until);
  const engine = AccountEngine.create(options());
  for (let n = 1; n <= until; n++) await engine.apply(command(n));
  expect(life.lines.at(-1)).toBe(`state ${engine.stateHash()}`);
  await engine.close();
  const report = await verifyJournal(paths.path, { expect: [known.acknowledged!] });
  expect(report).toMatchObject({ entries: until, torn: [], mended: [] });
  if (mirror) expect(readFileSync(paths.mirror!).equals(readFileSync(paths.path))).toBe(true);
  return known;
}

describe('kill -9', () => {
  // Two runs of a hundred kills each, at the same time: most of it is waiting for the disk.
  it('loses nothing acknowledged and applies nothing twice, with or without a mirror', { timeout: 300_000 }, async () => {
    const runs = await Promise.all([killedRun(false, 41), killedRun(true, 42)]);
    // Some died between the journal and the acknowledgement, by themselves if not by chance: otherwise sending again
    // would have proven nothing.
    expect(runs.reduce((sum, { repeated }) => sum + repeated, 0)).toBeGreaterThan(0);
  });
});
