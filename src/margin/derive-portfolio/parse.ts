import {
  dateField,
  invalid,
  listField,
  numberField,
  section,
  textField,
  textsField,
  unbounded,
  type NumberRule,
  type Section,
} from '../fields.ts';
import type { Coverage } from '../model.ts';
import type { DeriveManager, DerivePortfolioParams, DeriveScenario, DeriveVolShock } from './terms.ts';

const volShocks: readonly DeriveVolShock[] = ['Up', 'None', 'Down', 'Linear', 'Abs'];
const skewShocks: readonly DeriveVolShock[] = ['Linear', 'Abs'];
const spotShockRule: NumberRule = { min: 0, max: 1000 };
const dampeningRule: NumberRule = { min: 0, max: 1000 };
const scenarioCountMax = 256;

/** Every number of a section, by its rule: `numbersField(manager, 'margin', 'managers.eth', { imFactor: … })`. */
export function numbersField<K extends string>(
  fields: Section,
  name: string,
  path: string,
  rules: Readonly<Record<K, NumberRule>>,
): Record<K, number> {
  const inner = path === '' ? name : `${path}.${name}`;
  const values = section(fields[name], inner);
  const read = (key: K): [K, number] => [key, numberField(values, key, inner, rules[key])];
  return Object.fromEntries((Object.keys(rules) as K[]).map(read)) as Record<K, number>;
}

/** Factors, rates and fractions that must not be negative. */
export const atLeastZero: NumberRule = { min: 0, max: unbounded };
/** A share of something. */
export const fraction: NumberRule = { min: 0, max: 1 };
/** Volatility shock of both versions. */
export const volShockRules = {
  volRangeUp: atLeastZero,
  volRangeDown: atLeastZero,
  shortTermPower: { min: 0, max: 100 },
  longTermPower: { min: 0, max: 100 },
  dteFloor: atLeastZero,
};
/** Basis contingency of both versions. */
export const basisRules = {
  scenarioSpotUp: { min: 1, max: 1000 },
  scenarioSpotDown: fraction,
  basisContAddFactor: atLeastZero,
  basisContMultFactor: atLeastZero,
};

export interface ScenarioRules {
  /** PMRM_2: dampening factors and skew scenarios. */
  readonly dampened: boolean;
}

export function scenariosField(fields: Section, path: string, { dampened }: ScenarioRules): readonly DeriveScenario[] {
  const list = listField(fields, 'scenarios', path);
  if (list.length === 0 || list.length > scenarioCountMax) {
    throw invalid(`${path}.scenarios`, list.length, `must have 1 to ${scenarioCountMax} scenarios`);
  }
  return list.map((value, index) => scenarioOf(value, `${path}.scenarios[${index}]`, dampened));
}

function scenarioOf(value: unknown, path: string, dampened: boolean): DeriveScenario {
  const fields = section(value, path);
  const spotShock = numberField(fields, 'spotShock', path, spotShockRule);
  const allowed = dampened ? volShocks : volShocks.filter((name) => !skewShocks.includes(name));
  const volShock = allowed.find((name) => name === fields['volShock']);
  if (volShock === undefined) {
    throw invalid(`${path}.volShock`, fields['volShock'], `must be one of ${allowed.join(', ')}`);
  }
  if (skewShocks.includes(volShock) && spotShock !== 1) {
    throw invalid(`${path}.spotShock`, spotShock, `must be 1 for volShock ${volShock}: a skew scenario moves no spot`);
  }
  const dampeningFactor = dampened ? numberField(fields, 'dampeningFactor', path, dampeningRule) : 1;
  return { spotShock, volShock, dampeningFactor };
}

/** What both portfolio managers' files have around their managers. */
export function parsePortfolioFile(
  input: unknown,
  parseManager: (fields: Section, path: string, base: string) => DeriveManager,
): DerivePortfolioParams {
  const root = section(input, 'parameters');
  const managers = new Map<string, DeriveManager>();
  for (const [name, value] of Object.entries(section(root['managers'], 'managers'))) {
    const path = `managers.${name}`;
    managers.set(name.toLowerCase(), parseManager(section(value, path), path, name.toLowerCase()));
  }
  if (managers.size === 0) throw invalid('managers', root['managers'], 'must have one manager at least');
  const collateralOnlyManager = textField(root, 'collateralOnlyManager', '').toLowerCase();
  if (!managers.has(collateralOnlyManager)) {
    throw invalid('collateralOnlyManager', root['collateralOnlyManager'], 'must be one of managers');
  }
  return {
    source: textField(root, 'source', ''),
    date: dateField(root, 'date', ''),
    unconfirmed: textsField(root, 'unconfirmed', ''),
    currency: textField(root, 'currency', ''),
    managers,
    collateralOnlyManager,
  };
}

export function portfolioCoverage({ source, date, managers, unconfirmed }: DerivePortfolioParams): Coverage {
  return { source, date, covers: [...managers.keys()], unconfirmed };
}
