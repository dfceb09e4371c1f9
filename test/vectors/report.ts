import { messageOf, readContent, UnreadableFileError, type Content } from './content.ts';
import { findFiles } from './find-files.ts';
import { MissingBuildError } from './kernel-module.ts';
import type { Suite, SuiteRun } from './suite.ts';
import { summarize, type FileSummary } from './summary.ts';

export interface Report {
  readonly files: readonly FileSummary[];
  /** Files whose format no suite knows: not counted. */
  readonly noSuite: readonly string[];
  /** Files that could not be read, with the reason. */
  readonly unreadable: readonly string[];
  readonly passed: number;
  readonly failed: number;
}

/** Runs the chosen suites over the files of their formats; files of suites that were not chosen are passed over. */
export async function runSuites(
  chosen: readonly Suite[],
  known: readonly Suite[],
  paths: readonly string[],
): Promise<Report> {
  const files: FileSummary[] = [];
  const noSuite: string[] = [];
  const unreadable: string[] = [];
  for (const file of paths.flatMap(findFiles)) {
    const content = readOrNote(file, unreadable);
    if (content === null) continue;
    if (!known.some((suite) => suite.detect(content))) noSuite.push(file);
    for (const suite of chosen.filter((each) => each.detect(content))) {
      files.push(summarize(file, suite.name, await runOne(suite, content)));
    }
  }
  const count = (side: 'passed' | 'failed'): number => files.reduce((sum, each) => sum + each[side], 0);
  return { files, noSuite, unreadable, passed: count('passed'), failed: count('failed') };
}

function readOrNote(file: string, unreadable: string[]): Content | null {
  try {
    return readContent(file);
  } catch (cause) {
    if (!(cause instanceof UnreadableFileError)) throw cause;
    unreadable.push(cause.message);
    return null;
  }
}

/** What a suite did not foresee fails the file and leaves the others to run. */
async function runOne(suite: Suite, content: Content): Promise<SuiteRun> {
  try {
    return await suite.run(content);
  } catch (cause) {
    if (cause instanceof MissingBuildError) throw cause;
    return { cases: [{ name: 'file', checks: [], problem: `suite stopped: ${messageOf(cause)}` }], notCovered: [] };
  }
}
