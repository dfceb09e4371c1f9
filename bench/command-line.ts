import { parseArgs } from 'node:util';
import { MargridError } from '../src/errors.ts';
import { parameterNames, type ParameterName, type Parameters, type Workload } from './workload.ts';
import { planSuite, type SuiteEntry } from './suite/plan.ts';
import { workloadByName } from './workloads.ts';

export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'list'; readonly json: boolean }
  | { readonly kind: 'compare'; readonly commits: readonly [string, string]; readonly json: boolean }
  | {
      readonly kind: 'suite';
      readonly entries: readonly SuiteEntry[];
      readonly smoke: boolean;
      readonly file: string;
      readonly json: boolean;
    }
  | { readonly kind: 'report'; readonly source: string; readonly path: string }
  | {
      readonly kind: 'run';
      readonly workload: Workload;
      readonly parameters: Parameters;
      readonly json: boolean;
      readonly record: boolean;
    };

/** Where the suite writes, and where its report goes, unless told. */
const suiteFile = 'build/suite.ndjson';
const reportFile = 'docs/BENCHMARKS.md';

type Flags = Partial<Record<string, string | boolean>>;

/** Throws `OptionInvalid` with what is wrong and what would be right. */
export function parseCommandLine(words: readonly string[]): Command {
  const { values, positionals } = parse(words);
  const [first, ...rest] = positionals;
  const json = values['json'] === true;
  if (values['help'] === true || first === undefined || first === 'help') return { kind: 'help' };
  if (first === 'list') {
    requireCount('list', rest, 0);
    refuseRunFlags('list', values);
    return { kind: 'list', json };
  }
  if (first === 'compare') {
    requireCount('compare', rest, 2);
    refuseRunFlags('compare', values);
    return { kind: 'compare', commits: [rest[0], rest[1]], json };
  }
  if (first === 'suite') return suiteCommand(rest, values);
  if (first === 'report') return reportCommand(rest, values);
  const workload = workloadByName(first);
  requireCount(first, rest, 0);
  refuse(first, values, ['out', 'only']);
  return { kind: 'run', workload, parameters: parametersOf(workload, values), json, record: values['record'] === true };
}

function suiteCommand(rest: readonly string[], values: Flags): Command {
  requireCount('suite', rest, 0);
  refuse('suite', values, ['record']);
  const smoke = values['smoke'] === true;
  const only = typeof values['only'] === 'string' ? values['only'].split(',') : null;
  const given = parameterNames.flatMap((name) => {
    const text = values[name];
    return text === undefined ? [] : [[name, wholeNumber(name, text, 0)] as const];
  });
  const entries = planSuite({ smoke, only, given: Object.fromEntries(given) });
  return { kind: 'suite', entries, smoke, file: String(values['out'] ?? suiteFile), json: values['json'] === true };
}

function reportCommand(rest: readonly string[], values: Flags): Command {
  requireCount('report', rest, 1);
  refuse('report', values, [...parameterNames, 'record', 'smoke', 'only', 'json']);
  return { kind: 'report', source: rest[0], path: String(values['out'] ?? reportFile) };
}

function parse(words: readonly string[]): { values: Flags; positionals: string[] } {
  const numbers = Object.fromEntries(parameterNames.map((name) => [name, { type: 'string' as const }]));
  const texts = Object.fromEntries(['out', 'only'].map((name) => [name, { type: 'string' as const }]));
  const switchNames = ['json', 'record', 'smoke', 'help'];
  const switches = Object.fromEntries(switchNames.map((name) => [name, { type: 'boolean' as const }]));
  try {
    return parseArgs({ args: [...words], options: { ...numbers, ...texts, ...switches }, allowPositionals: true, strict: true });
  } catch (cause) {
    throw new MargridError('OptionInvalid', (cause as Error).message);
  }
}

function requireCount(command: string, rest: readonly string[], count: number): void {
  if (rest.length === count) return;
  const wanted = count === 0 ? 'no further words' : count === 1 ? 'one file of the suite' : `${count} commits`;
  const got = rest.length === 0 ? 'none' : rest.join(' ');
  throw new MargridError('OptionInvalid', `${command} takes ${wanted}, got ${got}`);
}

function refuseRunFlags(command: string, values: Flags): void {
  refuse(command, values, [...parameterNames, 'record', 'smoke', 'out', 'only']);
}

function refuse(command: string, values: Flags, names: readonly string[]): void {
  const unwanted = names.find((name) => values[name] !== undefined);
  if (unwanted === undefined) return;
  throw new MargridError('OptionInvalid', `${command} takes no --${unwanted}`);
}

function parametersOf(workload: Workload, values: Flags): Parameters {
  const smoke = values['smoke'] === true;
  const entries = parameterNames.map((name) => [name, valueOf(workload, name, values[name], smoke)] as const);
  return Object.fromEntries(entries) as Record<ParameterName, number>;
}

function valueOf(workload: Workload, name: ParameterName, text: string | boolean | undefined, smoke: boolean): number {
  const spec = workload.parameters[name];
  if (spec === undefined) {
    if (text === undefined) return 0;
    const known = Object.keys(workload.parameters).map((each) => `--${each}`).join(' ');
    throw new MargridError('OptionInvalid', `${workload.name} takes no --${name}; its parameters are ${known}`);
  }
  if (text === undefined) return smoke ? spec.smoke : spec.full;
  return wholeNumber(name, text, spec.least);
}

function wholeNumber(name: ParameterName, text: string | boolean, least: number): number {
  const value = /^\d+$/.test(String(text)) ? Number(text) : NaN;
  if (!(Number.isSafeInteger(value) && value >= least)) {
    const message = `--${name} must be a whole number, at least ${least}, got ${text}`;
    throw new MargridError('OptionInvalid', message, { value: text });
  }
  return value;
}
