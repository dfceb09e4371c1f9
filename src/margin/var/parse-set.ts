import { factorKinds, parseFactor, requireScenarios, type RiskFactor, type ScenarioSet } from '../../scenario/scenario-set.ts';
import { MargridError } from '../../errors.ts';
import {
  choiceField, invalid, knownFields, listField, numberField, textField, textsField, unbounded, wholeField, type Section,
} from '../fields.ts';
import { tailCoefficients, type VarTail } from './tail-coefficients.ts';

export const varRoles = ['historical', 'stressed', 'longRun', 'grid'] as const;
export type VarRole = (typeof varRoles)[number];

/** A named set of scenarios and what is taken of its P&L. */
export interface VarSet {
  readonly name: string;
  readonly role: VarRole;
  readonly scenarios: ScenarioSet;
  readonly tail: VarTail;
}

const setFields = ['name', 'role', 'tail', 'factors', 'labels', 'weights', 'days'];
const tailFields = ['measure', 'level', 'quantileType', 'side', 'multiple'];

/** Reads one set of a parameter file. Throws `ParameterInvalid` naming the field. */
export function parseSet(value: unknown, path: string): VarSet {
  const fields = knownFields(value, path, setFields);
  const columns = listField(fields, 'factors', path).map((each, index) => parseColumn(each, `${path}.factors[${index}]`));
  const count = columns[0]?.moves.length ?? 0;
  const uneven = columns.findIndex(({ moves }) => moves.length !== count);
  if (uneven >= 0 || count === 0) {
    const at = `${path}.factors[${Math.max(uneven, 0)}].moves`;
    throw invalid(at, columns[Math.max(uneven, 0)]?.moves.length ?? 0, `must have as many moves as the first factor, at least 1 (${count})`);
  }
  const labels = textsField(fields, 'labels', path);
  const weights = parseWeights(fields, path, count);
  const scenarios: ScenarioSet = {
    factors: columns.map(({ factor }) => factor),
    count,
    moves: Float64Array.from(columns.flatMap(({ moves }) => moves)),
    ...(labels.length === 0 ? {} : { labels }),
    ...(weights === null ? {} : { weights }),
    ...(fields['days'] === undefined ? {} : { days: daysOf(fields, path, count) }),
  };
  try {
    requireScenarios(scenarios);
  } catch (error) {
    if (error instanceof MargridError) throw invalid(path, error.place.value, `is no set of scenarios: ${error.message}`);
    throw error;
  }
  const tail = parseTail(fields['tail'], `${path}.tail`, weights !== null);
  if (weights === null) tailCoefficients(tail, count, `${path}.tail.level`);
  return { name: textField(fields, 'name', path), role: choiceField(fields, 'role', path, varRoles), scenarios, tail };
}

function parseColumn(value: unknown, path: string): { readonly factor: RiskFactor; readonly moves: readonly number[] } {
  const fields = knownFields(value, path, ['name', 'change', 'moves']);
  const name = textField(fields, 'name', path);
  const change = choiceField(fields, 'change', path, ['relative', 'absolute'], 'relative');
  if (!factorKinds.some((kind) => name.startsWith(`${kind}:`))) {
    throw invalid(`${path}.name`, name, `must be a factor like 'price:BTC' or 'volatility:BTC'`);
  }
  return { factor: parseFactor(name, change), moves: numbersOf(fields, 'moves', path) };
}

function numbersOf(fields: Section, name: string, path: string): readonly number[] {
  return listField(fields, name, path).map((each, index) => {
    if (typeof each !== 'number') throw invalid(`${path}.${name}[${index}]`, each, 'must be a number');
    return each;
  });
}

/** One number for all scenarios, or one for each. */
function daysOf(fields: Section, path: string, count: number): Float64Array {
  if (Array.isArray(fields['days'])) return Float64Array.from(numbersOf(fields, 'days', path));
  return new Float64Array(count).fill(numberField(fields, 'days', path, { min: 0, max: 36_500 }));
}

/** A list, or weights by age, oldest scenario first: decay^age, adding up to 1. null: all the same. */
function parseWeights(fields: Section, path: string, count: number): Float64Array | null {
  if (fields['weights'] === undefined || fields['weights'] === null) return null;
  if (Array.isArray(fields['weights'])) return Float64Array.from(numbersOf(fields, 'weights', path));
  const aged = knownFields(fields['weights'], `${path}.weights`, ['decay']);
  const decay = numberField(aged, 'decay', `${path}.weights`, { min: 0.5, max: 0.999999 });
  const weights = new Float64Array(count);
  let weight = 1;
  let sum = 0;
  for (let scenario = count - 1; scenario >= 0; scenario--) {
    weights[scenario] = weight;
    sum += weight;
    weight *= decay;
  }
  return weights.map((each) => each / sum);
}

function parseTail(value: unknown, path: string, isWeighted: boolean): VarTail {
  const fields = knownFields(value, path, tailFields);
  const measure = choiceField(fields, 'measure', path, ['valueAtRisk', 'expectedShortfall', 'worst']);
  const multiple = fields['multiple'] === undefined ? 1 : numberField(fields, 'multiple', path, { min: 0, max: unbounded });
  if (isWeighted && measure === 'worst') throw invalid(`${path}.measure`, measure, 'takes no weights');
  const isQuantile = measure === 'valueAtRisk' && !isWeighted;
  for (const [name, isAllowed] of [['quantileType', isQuantile], ['side', isQuantile], ['level', measure !== 'worst']] as const) {
    if (!isAllowed && fields[name] !== undefined) {
      throw invalid(`${path}.${name}`, fields[name], `has no meaning for ${measure}${isWeighted ? ' of weighted scenarios' : ''}`);
    }
  }
  return {
    measure,
    level: measure === 'worst' ? 1 : numberField(fields, 'level', path, { min: 0.5, max: 0.999999 }),
    quantileType: isQuantile ? wholeField(fields, 'quantileType', path, { min: 1, max: 9 }) : 0,
    side: isQuantile ? choiceField(fields, 'side', path, ['pnl', 'loss'], 'pnl') : 'pnl',
    multiple,
  };
}
