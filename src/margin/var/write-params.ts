import { factorName, movesOf, requireScenarios, type ScenarioSet } from '../../scenario/scenario-set.ts';
import { section, type Section } from '../fields.ts';
import { parseVarParams } from './params.ts';
import type { VarRole } from './parse-set.ts';

/** A set of scenarios to be written into a parameter file. */
export interface VarSetSource {
  readonly name: string;
  readonly role: VarRole;
  readonly scenarios: ScenarioSet;
  /** As in the file: `{ measure, level, … }`. */
  readonly tail: Section;
}

export interface VarParamsSources {
  readonly source: string;
  /** ISO date. */
  readonly date: string;
  readonly unconfirmed: readonly string[];
  readonly sets: readonly VarSetSource[];
  /** The other fields of a parameter file; its source, date, unconfirmed and sets do not count. */
  readonly rules: unknown;
}

/**
 * A parameter file of the model `var` made of scenario sets and rules, as an object for JSON. Read back by the model's
 * own parser before it is returned: throws `ParameterInvalid`, `ScenarioInvalid`.
 */
export function varParamsFile({ source, date, unconfirmed, sets, rules }: VarParamsSources): Section {
  const file = { ...section(rules, 'rules'), source, date, unconfirmed, sets: sets.map(setSection) };
  parseVarParams(file);
  return file;
}

function setSection({ name, role, scenarios, tail }: VarSetSource): Section {
  const { factors, labels, weights, days } = requireScenarios(scenarios);
  return {
    name,
    role,
    tail,
    ...(labels === undefined ? {} : { labels }),
    ...(weights === undefined ? {} : { weights: Array.from(weights) }),
    ...(days === undefined ? {} : { days: Array.from(days) }),
    factors: factors.map((factor, index) => ({
      name: factorName(factor),
      change: factor.change,
      moves: Array.from(movesOf(scenarios, index)),
    })),
  };
}
