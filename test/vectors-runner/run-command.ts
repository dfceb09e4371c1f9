import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { vectorsCommand } from '../vectors/command.ts';
import type { Report } from '../vectors/report.ts';

/** A folder of files, removed after the test. Text as it is, anything else as JSON. */
export function writeFiles(files: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'margrid-vectors-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

export async function runCommand(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const exitCode = await vectorsCommand(args, { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { exitCode, stdout: out.join('\n'), stderr: err.join('\n'), lastLine: out.join('\n').split('\n').at(-1) };
}

/** Runs one file of any name through `--json`. */
export async function runContent(suite: string, content: unknown) {
  const result = await runCommand(suite, writeFiles({ x: content }), '--json');
  return { ...result, report: JSON.parse(result.stdout) as Report };
}
