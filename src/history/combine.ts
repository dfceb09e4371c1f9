import { MargridError } from '../errors.ts';
import { factorName, movesOf, requireScenarios, scenarioLabel, type ScenarioSet } from '../scenario/scenario-set.ts';

/** A set as a part of another one. */
export interface WeightedSet {
  readonly set: ScenarioSet;
  /** Share of the probability, >= 0; those of all sets are divided by their sum. Absent (all of them): the counts. */
  readonly weight?: number;
  /** Put before the labels. */
  readonly prefix?: string;
}

/**
 * Several sets as one, in the order given: historical and stressed ones, with a weight each. All must have the same
 * factors, in any order. Throws `FactorMissing`, `ScenarioInvalid`, `OptionInvalid` for weights that are none.
 */
export function combineScenarios(parts: readonly WeightedSet[]): ScenarioSet {
  if (parts.length === 0) throw new MargridError('ScenarioInvalid', 'there is no set of scenarios to combine');
  const [{ set: model }] = parts;
  const count = parts.reduce((sum, { set }) => sum + set.count, 0);
  const moves = new Float64Array(model.factors.length * count);
  const shares = sharesOf(parts, count);
  const isPlain = parts.every(({ set, weight }) => weight === undefined && set.weights === undefined);
  const weights = new Float64Array(count);
  const days = new Float64Array(count);
  const labels: string[] = [];
  let start = 0;
  parts.forEach(({ set, prefix = '' }, part) => {
    const rows = rowsLike(model, set);
    rows.forEach((row, factor) => moves.set(movesOf(set, row), factor * count + start));
    for (let scenario = 0; scenario < set.count; scenario++) {
      weights[start + scenario] = shares[part] * (set.weights?.[scenario] ?? 1 / set.count);
      days[start + scenario] = set.days?.[scenario] ?? 0;
      labels.push(prefix + scenarioLabel(set, scenario));
    }
    start += set.count;
  });
  const passesTime = parts.some(({ set }) => set.days !== undefined);
  return requireScenarios({
    factors: model.factors, count, moves, labels,
    ...(isPlain ? {} : { weights }),
    ...(passesTime ? { days } : {}),
  });
}

function sharesOf(parts: readonly WeightedSet[], count: number): number[] {
  const given = parts.filter(({ weight }) => weight !== undefined);
  if (given.length === 0) return parts.map(({ set }) => set.count / count);
  const sum = given.reduce((total, { weight }) => total + weight!, 0);
  const isGood = given.length === parts.length && given.every(
    ({ weight }) => weight! >= 0 && weight! < Infinity,
  ) && sum > 0;
  if (isGood) return parts.map(({ weight }) => weight! / sum);
  const shown = parts.map(({ weight }) => weight ?? 'none').join(', ');
  const message = `either every set has a weight >= 0, one of them > 0, or none has; got ${shown}`;
  throw new MargridError('OptionInvalid', message, {
    column: 'weight', value: shown,
  });
}

/** Rows of a set in the order of the factors of another one. */
function rowsLike({ factors }: ScenarioSet, set: ScenarioSet): number[] {
  const rows = factors.map((factor) =>
    set.factors.findIndex((each) => factorName(each) === factorName(factor) && each.change === factor.change),
  );
  const lost = rows.findIndex((row) => row < 0);
  if (lost < 0 && set.factors.length === factors.length) return rows;
  const described = (of: ScenarioSet): string =>
    of.factors.map((each) => `${factorName(each)} ${each.change}`).join(', ');
  const message = `sets with different factors: ${described({ ...set, factors })}; ${described(set)}`;
  throw new MargridError('FactorMissing', message, {
    column: 'factors',
    value: lost < 0 ? factorName(set.factors[factors.length] ?? set.factors[0]) : factorName(factors[lost]),
  });
}
