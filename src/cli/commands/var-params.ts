import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Option, type Command } from 'commander';
import { MargridError } from '../../errors.ts';
import { readScenarios } from '../../history/scenario-file.ts';
import { section, textsField, type Section } from '../../margin/fields.ts';
import type { VarRole } from '../../margin/var/parse-set.ts';
import { varParamsFile, type VarSetSource } from '../../margin/var/write-params.ts';
import { shippedParams } from '../../margin/shipped-params.ts';
import { factorName } from '../../scenario/scenario-set.ts';
import { exitCodes } from '../interruption.ts';
import { collected } from '../option-values.ts';
import { readJson } from '../read-json.ts';
import type { Terminal } from '../terminal.ts';

export interface VarParamsOptions {
  readonly scenarios: readonly string[];
  readonly stress: readonly string[];
  readonly longRun: readonly string[];
  readonly grid: readonly string[];
  readonly tail: string;
  readonly stressTail: string;
  readonly rules?: string;
  readonly source: string;
  readonly date: string;
  readonly unconfirmed: readonly string[];
  readonly out: string;
}

/** `margrid var-params`: a parameter file of the model var from scenario files. */
export async function varParams(options: VarParamsOptions, terminal: Terminal): Promise<number> {
  if (options.scenarios.length === 0) throw new MargridError('OptionInvalid', '--scenarios names no file');
  const tail = tailOf('--tail', options.tail);
  const stressTail = tailOf('--stress-tail', options.stressTail);
  const files: readonly (readonly [VarRole, readonly string[], Section])[] = [
    ['historical', options.scenarios, tail],
    ['stressed', options.stress, stressTail],
    ['longRun', options.longRun, tail],
    ['grid', options.grid, { measure: 'worst' }],
  ];
  const sets: VarSetSource[] = [];
  for (const [role, paths, measure] of files) {
    for (const path of paths) sets.push(await setOf(role, path, measure));
  }
  const { rules, unconfirmed } = options.rules === undefined
    ? shippedRules(sets, terminal)
    : { rules: await readJson(options.rules, 'rules'), unconfirmed: [] };
  const file = varParamsFile({ ...options, sets, rules, unconfirmed: [...options.unconfirmed, ...unconfirmed] });
  await write(options.out, `${JSON.stringify(file)}\n`);
  for (const { name, role, scenarios } of sets) {
    terminal.print(`${role} ${name}: ${scenarios.count} scenarios of ${scenarios.factors.length} factors`);
  }
  terminal.print(`written to ${options.out}`);
  return exitCodes.ok;
}

/**
 * The rules of the shipped file for factors that the historical sets have, and what is to be said of them: they are made
 * up, whatever the scenarios are.
 */
function shippedRules(sets: readonly VarSetSource[], terminal: Terminal): { rules: Section; unconfirmed: readonly string[] } {
  const shipped = section(shippedParams('var'), 'parameters');
  const historical = sets.filter(({ role }) => role === 'historical');
  const known = new Set(historical.flatMap(({ scenarios }) => scenarios.factors.map(factorName)));
  const floors = Object.entries(section(shipped['riskFactors'], 'riskFactors'));
  for (const [name] of floors) {
    if (!known.has(name)) terminal.note(`no historical set has ${name}: its floor in the shipped rules is left out`);
  }
  const said = textsField(shipped, 'unconfirmed', '').filter((text) => !text.startsWith('set'));
  return {
    rules: { ...shipped, riskFactors: Object.fromEntries(floors.filter(([name]) => known.has(name))) },
    unconfirmed: said.map((text) => `rules of the shipped file: ${text}`),
  };
}

/** The set is called as the file is, without what follows the first dot. */
async function setOf(role: VarRole, path: string, tail: Section): Promise<VarSetSource> {
  const scenarios = await readScenarios(path);
  // Weighted scenarios have one VaR: that of no Hyndman-Fan type.
  const weighted = Object.fromEntries(Object.entries(tail).filter(([field]) => field === 'measure' || field === 'level'));
  const name = basename(path).split('.')[0];
  return { name, role, scenarios, tail: scenarios.weights === undefined ? tail : weighted };
}

/** `es:0.975`, `var:0.99` (type 6), `var:0.99:5`, `var:0.99:1:loss`, `worst`. */
function tailOf(option: string, text: string): Section {
  const [measure, level, type = '6', side = 'pnl', ...more] = text.split(':');
  const isNumber = level !== undefined && level.trim() !== '' && Number.isFinite(Number(level));
  if (measure === 'worst' && level === undefined) return { measure };
  if (measure === 'es' && isNumber && text.split(':').length === 2) return { measure: 'expectedShortfall', level: Number(level) };
  if (measure === 'var' && isNumber && /^[1-9]$/.test(type) && more.length === 0) {
    return { measure: 'valueAtRisk', level: Number(level), quantileType: Number(type), side };
  }
  throw new MargridError('OptionInvalid', `${option} is 'es:0.975', 'var:0.99:6', 'var:0.99:1:loss' or 'worst', got '${text}'`, {
    value: text,
  });
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (cause) {
    throw new MargridError('FileUnwritable', `${path}: cannot be written: ${(cause as Error).message}`, { file: path });
  }
}

/** The command and its options. */
export function addVarParams(program: Command, terminal: Terminal, finish: (code: number) => void): void {
  const files = (flags: string, description: string): Option =>
    new Option(flags, description).default([]).argParser(collected);
  program
    .command('var-params')
    .summary('parameters of the model var from scenarios')
    .description('a parameter file of the model var from scenario files (margrid scenarios)')
    .addOption(files('--scenarios <file>', 'historical scenarios; repeat for sub-samples'))
    .addOption(files('--stress <file>', 'stressed scenarios'))
    .addOption(files('--long-run <file>', 'scenarios at the volatility of the long run'))
    .addOption(files('--grid <file>', 'scenarios of which the worst is a floor'))
    .option('--tail <measure>', "of historical and long-run sets: 'es:0.975', 'var:0.99:6'", 'es:0.975')
    .option('--stress-tail <measure>', 'of stressed sets', 'worst')
    .option('--rules <file>', 'JSON with the other fields of a parameter file; default: those of the shipped one, made up')
    .requiredOption('--source <text>', 'where the scenarios come from')
    .requiredOption('--date <date>', 'on which they are in force, 2026-11-23')
    .addOption(files('--unconfirmed <text>', 'what is not confirmed; repeat'))
    .requiredOption('--out <file>', 'parameter file (JSON)')
    .action(async (options: VarParamsOptions) => finish(await varParams(options, terminal)));
}
