import { UnreadableFileError } from './content.ts';
import { MissingBuildError } from './kernel-module.ts';
import { suites } from './registry.ts';
import { renderText } from './render-text.ts';
import { runSuites, type Report } from './report.ts';
import type { Suite } from './suite.ts';

export interface Output {
  out(line: string): void;
  err(line: string): void;
}

const exitPassed = 0;
const exitFailed = 1;
const exitUnusable = 2;
const usage = 'usage: npm run vectors -- <suite or all> <directory or file>... [--json]';

/** The whole command; returns the exit code. */
export async function vectorsCommand(args: readonly string[], output: Output): Promise<number> {
  const unknown = args.find((arg) => arg.startsWith('-') && !['--json', '--help', '-h'].includes(arg));
  if (unknown !== undefined) return refuse(output, `unknown option ${unknown}\n${usage}`);
  const json = args.includes('--json');
  const [name, ...paths] = args.filter((arg) => !arg.startsWith('-'));
  if (name === undefined || args.includes('--help') || args.includes('-h')) return listSuites(json, output);
  const chosen = name === 'all' ? suites : suites.filter((suite) => suite.name === name);
  if (chosen.length === 0) {
    return refuse(output, `no suite is called '${name}'; known: all, ${suites.map((each) => each.name).join(', ')}`);
  }
  if (paths.length === 0) return refuse(output, `name a directory or file\n${usage}`);
  try {
    return conclude(name, await runSuites(chosen, suites, paths), json, output);
  } catch (cause) {
    if (!(cause instanceof UnreadableFileError || cause instanceof MissingBuildError)) throw cause;
    return refuse(output, cause.message);
  }
}

function conclude(name: string, report: Report, json: boolean, output: Output): number {
  output.out(json ? JSON.stringify(report, jsonNumber, 1) : renderText(report));
  report.unreadable.forEach((message) => output.err(message));
  if (report.unreadable.length > 0) return exitUnusable;
  if (report.passed + report.failed === 0) {
    return refuse(output, name === 'all' ? 'no case of any suite was found' : `no case of suite ${name} was found`);
  }
  return report.failed > 0 ? exitFailed : exitPassed;
}

/** JSON has no NaN and no infinity. */
function jsonNumber(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

function listSuites(json: boolean, output: Output): number {
  const list = suites.map(({ name, description }: Suite) => ({ name, description }));
  const width = Math.max(...list.map((each) => each.name.length));
  if (json) output.out(JSON.stringify({ suites: list }, null, 1));
  else output.out([usage, ...list.map((each) => `  ${each.name.padEnd(width)}  ${each.description}`)].join('\n'));
  return exitPassed;
}

function refuse(output: Output, message: string): number {
  output.err(message);
  return exitUnusable;
}
