import { Option, type Command } from 'commander';
import { MargridError } from '../errors.ts';
import type { FactorModel, Marginal } from '../montecarlo/model.ts';
import { sobolScrambles, type SobolScramble } from '../montecarlo/sobol.ts';
import { parametricMethods, type ParametricMethod } from '../risk/parametric/portfolio-risk.ts';
import { scenarioMoments, type ScenarioMoments } from '../risk/scenario-moments.ts';
import type { ScenarioSet } from '../scenario/scenario-set.ts';
import { seedOption } from './options.ts';
import { wholeNumber } from './option-values.ts';
import type { HistoryMethod } from './scenario-source.ts';

export const varMethods = ['full', ...parametricMethods, 'monte-carlo'] as const;
export type VarMethod = (typeof varMethods)[number];

export const revaluationChoices = ['full', 'delta-gamma-vega', 'interpolated', 'delta-gamma'] as const;

/** How figures are made of scenarios, as commander gives it. */
export interface VarMethodTexts {
  readonly method: VarMethod;
  readonly revaluation: (typeof revaluationChoices)[number];
  readonly covariance: 'sample' | 'ewma';
  readonly mean: 'zero' | 'sample';
  /** `normal`, `t:DEGREES`, `jump:INTENSITY,MEAN,SD`. */
  readonly model: string;
  readonly marginals?: string;
  readonly commonJumps?: boolean;
  readonly draw: 'log' | 'relative';
  readonly paths: number;
  readonly seed: number;
  readonly generator: 'philox' | 'sobol';
  readonly scramble?: SobolScramble;
  readonly antithetic?: boolean;
  readonly control: 'none' | 'delta';
  readonly repairCorrelation?: boolean;
  /** Options that were given on the command line, by their names in this object. */
  readonly given: ReadonlySet<string>;
}

const pathsMax = 2 ** 32 - 1;

export function addMethodOptions(command: Command): void {
  command
    .addOption(new Option('--method <name>', 'how (docs/VAR.md)').choices(varMethods).default('full'))
    .addOption(
      new Option('--revaluation <how>', 'delta-gamma-vega, interpolated: of --method full; delta-gamma: of monte-carlo')
        .choices(revaluationChoices)
        .default('full'),
    );
  addCovarianceOptions(command);
  command
    .option('--model <model>', 'how factors move together: normal, t:DEGREES, jump:INTENSITY,MEAN,SD', 'normal')
    .option('--marginals <list>', 'monte-carlo: normal, t:DEGREES or empirical; one, or one per factor')
    .option('--common-jumps', 'monte-carlo: all factors jump together')
    .addOption(new Option('--draw <returns>', 'monte-carlo: what is drawn').choices(['log', 'relative']).default('log'))
    .option('--paths <n>', 'monte-carlo: paths', wholeNumber(1, pathsMax), 100_000)
    .addOption(seedOption())
    .addOption(new Option('--generator <name>', 'monte-carlo').choices(['philox', 'sobol']).default('philox'))
    .addOption(new Option('--scramble <name>', 'of Sobol points (default: matrix)').choices(sobolScrambles))
    .option('--antithetic', 'monte-carlo: pairs of opposite paths')
    .addOption(new Option('--control <variate>', 'monte-carlo').choices(['none', 'delta']).default('none'))
    .option('--repair-correlation', 'monte-carlo: take the nearest correlation matrix that is one, and say how near');
}

export function addCovarianceOptions(command: Command): void {
  command
    .addOption(
      new Option('--covariance <estimator>', 'of the moves of the scenarios; ewma takes --lambda (default 0.94)')
        .choices(['sample', 'ewma'])
        .default('sample'),
    )
    .addOption(
      new Option('--mean <mean>', 'what moves are measured from and expected to be').choices(['zero', 'sample']).default('zero'),
    );
}

/** Options that were written on the command line. */
export function givenOptions(command: Command): ReadonlySet<string> {
  const names = command.options.map((option) => option.attributeName());
  return new Set(names.filter((name) => command.getOptionValueSource(name) === 'cli'));
}

const ofFull: readonly VarMethod[] = ['full'];
const ofMonteCarlo: readonly VarMethod[] = ['monte-carlo'];
const ofModels: readonly VarMethod[] = [...parametricMethods, 'monte-carlo'];

/** Methods that an option is about; those that are not here are about all. */
const methodsOf: Readonly<Record<string, readonly VarMethod[]>> = {
  convention: ofFull, beyondSample: ofFull, parts: ofFull, outPools: ofFull, kernels: ofFull,
  workers: ['full', 'monte-carlo'], revaluation: ['full', 'monte-carlo'],
  covariance: ofModels, mean: ofModels, model: ['delta-normal', 'monte-carlo'],
  marginals: ofMonteCarlo, commonJumps: ofMonteCarlo, draw: ofMonteCarlo, paths: ofMonteCarlo, seed: ofMonteCarlo,
  generator: ofMonteCarlo, scramble: ofMonteCarlo, antithetic: ofMonteCarlo, control: ofMonteCarlo, repairCorrelation: ofMonteCarlo,
};

const methodsByRevaluation: Readonly<Record<VarMethodTexts['revaluation'], readonly VarMethod[]>> = {
  full: varMethods, 'delta-gamma-vega': ofFull, interpolated: ofFull, 'delta-gamma': ofMonteCarlo,
};

/** An option that the method would not notice is an error. Throws `OptionInvalid`. */
export function requireFitting({ method, revaluation, generator, given }: VarMethodTexts): void {
  for (const name of given) {
    const methods = methodsOf[name];
    if (methods?.includes(method) === false) throw foreign(optionName(name), methods, method);
  }
  const methods = methodsByRevaluation[revaluation];
  if (!methods.includes(method)) throw foreign(`--revaluation ${revaluation}`, methods, method);
  if (given.has('scramble') && generator !== 'sobol') {
    throw new MargridError('OptionInvalid', '--scramble is about --generator sobol');
  }
}

const optionName = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

function foreign(option: string, methods: readonly VarMethod[], method: VarMethod): MargridError {
  return new MargridError('OptionInvalid', `${option} is about --method ${methods.join(', ')}, not ${method}`, { value: method });
}

/** Comma-separated confidence levels. Throws `OptionInvalid`. */
export function levelsOf(text: string): number[] {
  const levels = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (levels.every((level) => level > 0 && level < 1)) return levels;
  throw new MargridError('OptionInvalid', `--level must be numbers in (0, 1), comma-separated, got '${text}'`, { value: text });
}

export const levelName = (level: number): string => `${Number((level * 100).toPrecision(12))}`;

interface CovarianceTexts extends Pick<VarMethodTexts, 'covariance' | 'mean'> {
  readonly lambda?: number;
  readonly simulation: HistoryMethod;
}

/** Means and covariance of the scenarios as the options say. Throws `OptionInvalid` and what `scenarioMoments` throws. */
export function momentsOf(
  scenarios: ScenarioSet,
  { covariance, mean, lambda, simulation }: CovarianceTexts,
  returns: 'moves' | 'log' = 'moves',
): ScenarioMoments {
  if (covariance === 'ewma' && simulation !== 'historical') {
    throw new MargridError('OptionInvalid', `--covariance ewma weighs days that --simulation ${simulation} has weighed already`, {
      value: simulation,
    });
  }
  const isWeighted = covariance === 'ewma' && lambda !== undefined;
  return scenarioMoments(scenarios, { estimator: covariance, mean, returns, ...(isWeighted ? { lambda } : {}) });
}

/** `normal`, `t:5`, `jump:0.1,-0.05,0.03`, with marginals. Throws `OptionInvalid`. */
export function factorModelOf({ model, marginals, commonJumps }: VarMethodTexts, factors: number): FactorModel {
  const refuse = (message: string): MargridError => new MargridError('OptionInvalid', message, { value: model });
  const own = marginals === undefined ? {} : { marginals: marginalsOf(marginals, factors) };
  const isJump = model.startsWith('jump:');
  if (commonJumps === true && !isJump) throw refuse(`--common-jumps is about --model jump, not ${model}`);
  if (model === 'normal') return { kind: 'normal', ...own };
  if (model.startsWith('t:')) return { kind: 'student-t', degrees: degreesOf('--model', model), ...own };
  const numbers = isJump ? model.slice(5).split(',').map((part) => (part.trim() === '' ? NaN : Number(part))) : [];
  if (numbers.length !== 3 || !numbers.every(Number.isFinite)) {
    throw refuse(`--model must be normal, t:DEGREES or jump:INTENSITY,MEAN,SD, got '${model}'`);
  }
  if (marginals !== undefined) throw refuse('--marginals cannot be combined with --model jump');
  const [intensity, mean, sd] = numbers;
  return { kind: 'jump-diffusion', jumps: { intensity, mean, sd, common: commonJumps ?? false } };
}

function marginalsOf(text: string, factors: number): readonly Marginal[] {
  const each = text.split(',').map((part): Marginal => {
    const name = part.trim();
    if (name === 'normal' || name === 'empirical') return name;
    if (name.startsWith('t:')) return { degrees: degreesOf('--marginals', name) };
    throw new MargridError('OptionInvalid', `--marginals must be normal, t:DEGREES or empirical, got '${name}'`, { value: name });
  });
  if (each.length === 1) return Array.from({ length: factors }, () => each[0]);
  if (each.length === factors) return each;
  throw new MargridError('OptionInvalid', `--marginals must be one or ${factors}, one for each factor, got ${each.length}`, {
    value: text,
  });
}

export function degreesOf(option: string, text: string): number {
  const degrees = text.slice(2).trim() === '' ? NaN : Number(text.slice(2));
  if (degrees > 0 && degrees < Infinity) return degrees;
  throw new MargridError('OptionInvalid', `${option}: t needs degrees of freedom > 0, as in t:5, got '${text}'`, { value: text });
}

/** What is drawn in a table of methods: whether a method is one of the parametric ones. */
export function isParametric(method: VarMethod): method is ParametricMethod {
  return (parametricMethods as readonly string[]).includes(method);
}
