/**
 * `npm run bench -- <workload> …`: results on standard output, everything else on standard error. Exit code 2: bad
 * usage.
 */
import { MargridError } from '../src/errors.ts';
import { parseCommandLine, type Command } from './command-line.ts';
import { compareCommits } from './compare.ts';
import { appendRecord, readRecords } from './records.ts';
import { renderComparison, renderHelp, renderList, renderReport } from './render.ts';
import { runWorkload } from './run-workload.ts';
import { readSuiteFile, type SuiteLine } from './suite/lines.ts';
import { writeBenchmarkReport } from './suite/report.ts';
import { runInProcess, runSuite } from './suite/run.ts';
import { workloads } from './workloads.ts';

const usageErrors = new Set(['OptionInvalid', 'LimitExceeded']);

try {
  await perform(parseCommandLine(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof MargridError && usageErrors.has(error.code) ? 2 : 1;
}

async function perform(command: Command): Promise<void> {
  switch (command.kind) {
    case 'help':
      return print(renderHelp(workloads));
    case 'list':
      if (command.json) return printJson(workloads.map(({ name, title, parameters }) => ({ name, title, parameters })));
      return print(renderList(workloads));
    case 'compare': {
      const runs = compareCommits(readRecords(), ...command.commits);
      return command.json ? printJson(runs) : print(renderComparison(runs));
    }
    case 'suite':
      return performSuite(command);
    case 'report': {
      const written = await writeBenchmarkReport(readSuiteFile(command.source), command.source, command.path);
      return print(written.map((path) => `${path}\n`).join(''));
    }
    case 'run': {
      const { workload, parameters, json, record } = command;
      const report = await runWorkload(workload, parameters, progress);
      if (json) printJson(report);
      else print(renderReport(report));
      if (record) progress(`recorded in ${appendRecord(report)}`);
    }
  }
}

/** A workload that failed does not end the others, but the exit code is 1. */
async function performSuite({ entries, smoke, file, json }: Command & { kind: 'suite' }): Promise<void> {
  const lines: SuiteLine[] = [];
  const onLine = (line: SuiteLine): void => {
    lines.push(line);
    if (!json && line.kind === 'workload') print(`${renderReport(line.report)}\n`);
    if (line.kind === 'failed') process.stderr.write(`bench: ${line.workload}: ${line.error}\n`);
  };
  // Twenty minutes without a word would be too long even for a log file.
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const failed = await runSuite({ entries, smoke, file, runEntry: (entry) => runInProcess(entry), progress: log, onLine });
  if (json) printJson(lines);
  progress(`written to ${file}`);
  if (failed > 0) process.exitCode = 1;
}

function print(text: string): void {
  process.stdout.write(text);
}

function printJson(value: unknown): void {
  print(`${JSON.stringify(value, null, 2)}\n`);
}

/** Only for people: a log file needs no progress. */
function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`${line}\n`);
}
