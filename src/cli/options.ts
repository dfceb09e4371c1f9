import { availableParallelism } from 'node:os';
import { Option, type Command } from 'commander';
import { limits } from '../limits.ts';
import { builtInName } from './built-in-name.ts';
import { collected, wholeNumber } from './option-values.ts';

export const accountsOption = (fallback: number): Option =>
  new Option('--accounts <n>', 'accounts').default(fallback).argParser(wholeNumber(1, limits.accountCountMax));
export const seedOption = (): Option =>
  new Option('--seed <n>', 'seed').default(1).argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER));
export const workersOption = (): Option =>
  new Option('--workers <n>', 'worker threads; 0: the calling thread')
    .default(availableParallelism())
    .argParser(wholeNumber(0, limits.workerCountMax));
export const marketOption = (): Option =>
  new Option('--market <file>', `market file, or '${builtInName}': the quotes shipped with margrid`).default(
    builtInName,
  );
export const jsonOption = (): Option => new Option('--json', 'machine-readable result on stdout');

export function withInputs(command: Command): Command {
  return withModel(withBook(command));
}

function withModel(command: Command): Command {
  return command
    .option('--model <name>', 'margin model', 'deribit-pm')
    .option('--params <file>', 'parameter file (JSON); default: the shipped ones');
}

const bookOption = ['--book <file>', 'book file (.parquet, .csv, .json, .ndjson, .arrow)'] as const;

export function withBook(command: Command): Command {
  return withFiles(command.addOption(marketOption()).requiredOption(...bookOption));
}

/** As `withInputs`, for commands that can do without a book file. */
export function withOptionalBook(command: Command): Command {
  return withModel(withFiles(command.addOption(marketOption()).option(...bookOption)));
}

/** How files are read, and `--json`. */
function withFiles(command: Command): Command {
  return command
    .option('--keep-going', 'quarantine bad accounts with a reason and margin the rest')
    .addOption(
      new Option('--assume <field=value>', 'a further quote (docs/FILES.md) where the market has none; repeat')
        .default([])
        .argParser(collected),
    )
    .addOption(
      new Option('--rows-max <n>', 'rows of an input file at most').argParser(wholeNumber(1, Number.MAX_SAFE_INTEGER)),
    )
    .addOption(
      new Option('--bytes-max <n>', 'bytes of an input file at most, decompressed').argParser(
        wholeNumber(1, Number.MAX_SAFE_INTEGER),
      ),
    )
    .addOption(jsonOption());
}

/** Takes the exit code of a command. */
export type Finish = (code: number) => void;
