import { parseArgs } from 'node:util';
import { MargridError } from '../src/errors.ts';
import { parameterNames, type ParameterName, type Parameters, type Workload } from './workload.ts';
import { workloadByName } from './workloads.ts';

export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'list'; readonly json: boolean }
  | { readonly kind: 'compare'; readonly commits: readonly [string, string]; readonly json: boolean }
  | {
      readonly kind: 'run';
      readonly workload: Workload;
      readonly parameters: Parameters;
      readonly json: boolean;
      readonly record: boolean;
    };

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
  const workload = workloadByName(first);
  requireCount(first, rest, 0);
  return { kind: 'run', workload, parameters: parametersOf(workload, values), json, record: values['record'] === true };
}

function parse(words: readonly string[]): { values: Flags; positionals: string[] } {
  const numbers = Object.fromEntries(parameterNames.map((name) => [name, { type: 'string' as const }]));
  const switchNames = ['json', 'record', 'smoke', 'help'];
  const switches = Object.fromEntries(switchNames.map((name) => [name, { type: 'boolean' as const }]));
  try {
    return parseArgs({ args: [...words], options: { ...numbers, ...switches }, allowPositionals: true, strict: true });
  } catch (cause) {
    throw new MargridError('OptionInvalid', (cause as Error).message);
  }
}

function requireCount(command: string, rest: readonly string[], count: number): void {
  if (rest.length === count) return;
  const wanted = count === 0 ? 'no further words' : `${count} commits`;
  const got = rest.length === 0 ? 'none' : rest.join(' ');
  throw new MargridError('OptionInvalid', `${command} takes ${wanted}, got ${got}`);
}

function refuseRunFlags(command: string, values: Flags): void {
  const unwanted = [...parameterNames, 'record', 'smoke'].find((name) => values[name] !== undefined);
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
  const value = /^\d+$/.test(String(text)) ? Number(text) : NaN;
  if (!(Number.isSafeInteger(value) && value >= spec.least)) {
    const message = `--${name} must be a whole number, at least ${spec.least}, got ${text}`;
    throw new MargridError('OptionInvalid', message, { value: text });
  }
  return value;
}
