import { formatProblem } from '../../errors.ts';
import { inspectFile, type FileInspection } from '../../io/index.ts';
import { count, table } from '../format.ts';
import { loadMarket } from '../inputs.ts';
import { exitCodes } from '../interruption.ts';
import type { Terminal } from '../terminal.ts';

export interface InspectCommandOptions {
  readonly market?: string;
  readonly rowsMax?: number;
  readonly bytesMax?: number;
  readonly json?: boolean;
}

/** `margrid inspect`: what a file holds and everything that is wrong with it. Exit code 1 if anything is. */
export async function inspect(path: string, options: InspectCommandOptions, terminal: Terminal): Promise<number> {
  const market = options.market === undefined ? undefined : await loadMarket({ market: options.market }, terminal);
  const found = await inspectFile(path, {
    ...(market === undefined ? {} : { market }),
    ...(options.rowsMax === undefined ? {} : { rowCountMax: options.rowsMax }),
    ...(options.bytesMax === undefined ? {} : { bytesMax: options.bytesMax }),
  });
  if (options.json) {
    terminal.print(JSON.stringify(found, null, 2));
    return exitCodeOf(found);
  }
  terminal.print(`${found.path}: ${found.content}${found.format === undefined ? '' : ` (${found.format})`}`);
  const facts: [string, string | number | undefined][] = [
    ['bytes', found.byteCount],
    ['rows', found.rowCount],
    ['accounts', found.accountCount],
    ['open orders', found.orderCount === 0 ? undefined : found.orderCount],
    ['instruments', found.instrumentCount],
    ['as of', found.asOf],
    ['currencies', found.currencies?.join(', ')],
    ['risk groups', found.groups?.map(({ name, instrumentCount }) => `${name} (${count(instrumentCount)})`).join(', ')],
  ];
  for (const [name, value] of facts) {
    if (value !== undefined) terminal.print(`  ${name}: ${typeof value === 'number' ? count(value) : value}`);
  }
  terminal.print(
    table([['  column', 'type', 'use'], ...found.columns.map(({ name, type, use }) => [`  ${name}`, type, use])]),
  );
  for (const { column, min, max } of found.ranges) terminal.print(`  ${column}: ${min ?? '-'} to ${max ?? '-'}`);
  for (const problem of found.problems) terminal.print(formatProblem(problem));
  if (found.problemCount > found.problems.length) {
    terminal.print(`… and ${count(found.problemCount - found.problems.length)} more`);
  }
  terminal.print(found.problemCount === 0 ? 'no problems found' : `${count(found.problemCount)} problems found`);
  return exitCodeOf(found);
}

/** A file that cannot be opened is bad usage; one with problems is a check that failed. */
function exitCodeOf(found: FileInspection): number {
  if (found.problemCount === 0) return exitCodes.ok;
  return found.problems[0]?.code === 'FileNotFound' ? exitCodes.badInput : exitCodes.checkFailed;
}
