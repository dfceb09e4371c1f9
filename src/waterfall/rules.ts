import {
  choiceField,
  flagField,
  invalid,
  knownFields,
  listField,
  numberField,
  textField,
  textsField,
  unbounded,
  type Section,
} from '../margin/fields.ts';
import { adlScores } from './adl-rank.ts';
import type { AdlRule } from './adl-allocation.ts';

/** In which order a loss is borne, and how far each bears it. */
export interface WaterfallRules {
  readonly venue: string;
  /** ISO date of the rules. */
  readonly asOf: string;
  readonly sources: readonly string[];
  /** Statements that no public source confirms. */
  readonly unconfirmed: readonly string[];
  readonly steps: readonly WaterfallStep[];
  readonly insuranceFund: InsuranceFundRule;
  readonly adl: AdlRules;
  readonly socialisedLoss: SocialisedLossRule;
}

export const waterfallSteps = ['insurance-fund', 'adl', 'socialised-loss'] as const;
export type WaterfallStep = (typeof waterfallSteps)[number];

export interface InsuranceFundRule {
  /**
   * Instruments whose fund is their own, which pays for nothing else; `all`: every one. The others share their
   * currency's.
   */
  readonly isolated: readonly string[] | 'all';
  /** Most that is paid for one bankruptcy; settlement currency, Infinity: no limit. */
  readonly perEvent: number;
  /** Most that is paid for one instrument in one window. */
  readonly perMarket: number;
  /** Most that is paid in one window. */
  readonly perWindow: number;
  /** Length of the windows, which start at multiples of it since 1970. */
  readonly windowMs: number;
  /** Whether part of a position may be taken over if the fund cannot bear the loss of all of it. */
  readonly partial: boolean;
}

export interface AdlRules {
  readonly rule: AdlRule;
  readonly eligible: 'profitable' | 'any';
  /** At which price positions are closed against each other; `previous-mark`: of the tick before. */
  readonly price: 'bankruptcy' | 'mark' | 'previous-mark';
  /** Contracts that are closed are multiples of it; 0: of a lot. */
  readonly lotSize: number;
}

export const socialisedLossMethods = [
  'none',
  'equity',
  'winners',
  'open-interest',
  'deposits',
  'withdrawal-fee',
] as const;

export interface SocialisedLossRule {
  /**
   * `equity`: pro rata to positive equity. `winners`: to the profits of the session. `open-interest`: per unit of base,
   * of everybody in the instrument (Drift). `deposits`: pro rata to cash (Drift, spot). `withdrawal-fee`: a debt of the
   * venue, paid off by a part of withdrawals (Derive, Paradex).
   */
  readonly method: (typeof socialisedLossMethods)[number];
  /** Nobody pays more than this part of what he is charged by (equity, profit, cash); in [0, 1]. */
  readonly mostPart: number;
  /** Of `withdrawal-fee`: the fee is debt / (debt + deposits), or debt / deposits (Paradex's worked example). */
  readonly feeOf: 'debt-and-deposits' | 'deposits';
  /** Of `winners`: UTC time of day at which a session starts, milliseconds. */
  readonly sessionStartMs: number;
}

const dayMs = 86_400_000;

/** Rules as in their file. Throws `ParameterInvalid` naming the field. */
export function parseWaterfallRules(input: unknown): WaterfallRules {
  const root = knownFields(input, '', [
    'venue',
    'asOf',
    'sources',
    'unconfirmed',
    'steps',
    'insuranceFund',
    'adl',
    'socialisedLoss',
  ]);
  return {
    venue: textField(root, 'venue', ''),
    asOf: textField(root, 'asOf', ''),
    sources: textsField(root, 'sources', ''),
    unconfirmed: textsField(root, 'unconfirmed', ''),
    steps: stepsOf(root),
    insuranceFund: fundOf(root['insuranceFund'] ?? {}),
    adl: adlOf(root['adl'] ?? {}),
    socialisedLoss: socialisedOf(root['socialisedLoss'] ?? {}),
  };
}

function stepsOf(root: Section): WaterfallStep[] {
  const steps = listField(root, 'steps', '').map((value, place) => oneOf(value, `steps[${place}]`, waterfallSteps));
  const twice = steps.find((step, place) => steps.indexOf(step) !== place);
  if (twice !== undefined) throw invalid('steps', twice, 'must name each step once');
  return steps;
}

function fundOf(input: unknown): InsuranceFundRule {
  const path = 'insuranceFund';
  const fields = knownFields(input, path, ['isolated', 'perEvent', 'perMarket', 'perWindow', 'windowMs', 'partial']);
  const limit = (name: string): number =>
    (fields[name] ?? null) === null ? Infinity : numberField(fields, name, path, { min: 0, max: unbounded });
  return {
    isolated: fields['isolated'] === 'all' ? 'all' : textsField(fields, 'isolated', path),
    perEvent: limit('perEvent'),
    perMarket: limit('perMarket'),
    perWindow: limit('perWindow'),
    windowMs:
      fields['windowMs'] === undefined
        ? dayMs
        : numberField(fields, 'windowMs', path, { min: 1, max: Number.MAX_SAFE_INTEGER }),
    partial: flagField(fields, 'partial', path, true),
  };
}

function adlOf(input: unknown): AdlRules {
  const path = 'adl';
  const fields = knownFields(input, path, ['rule', 'score', 'weight', 'eligible', 'price', 'lotSize']);
  return {
    rule: ruleOf(fields, path),
    eligible: choiceField(fields, 'eligible', path, ['profitable', 'any'], 'profitable'),
    price: choiceField(fields, 'price', path, ['bankruptcy', 'mark', 'previous-mark'], 'bankruptcy'),
    lotSize: fields['lotSize'] === undefined ? 0 : numberField(fields, 'lotSize', path, { min: 0, max: unbounded }),
  };
}

function ruleOf(fields: Section, path: string): AdlRule {
  const kind = choiceField(fields, 'rule', path, ['queue', 'pro-rata', 'water-filling', 'random'], 'pro-rata');
  if (kind === 'queue') return { kind, score: choiceField(fields, 'score', path, adlScores, 'bitmex') };
  if (kind === 'pro-rata')
    return { kind, weight: choiceField(fields, 'weight', path, ['size', 'profit', 'equity'], 'size') };
  return { kind };
}

function socialisedOf(input: unknown): SocialisedLossRule {
  const path = 'socialisedLoss';
  const fields = knownFields(input, path, ['method', 'mostPart', 'feeOf', 'sessionStartMs']);
  const number = (name: string, fallback: number, max: number): number =>
    fields[name] === undefined ? fallback : numberField(fields, name, path, { min: 0, max });
  return {
    method: choiceField(fields, 'method', path, socialisedLossMethods, 'none'),
    mostPart: number('mostPart', 1, 1),
    feeOf: choiceField(fields, 'feeOf', path, ['debt-and-deposits', 'deposits'], 'debt-and-deposits'),
    sessionStartMs: number('sessionStartMs', 0, dayMs - 1),
  };
}

function oneOf<T extends string>(value: unknown, path: string, names: readonly T[]): T {
  const found = names.find((name) => name === value);
  if (found === undefined) throw invalid(path, value, `must be one of ${names.join(', ')}`);
  return found;
}
