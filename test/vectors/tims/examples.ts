import type { AccountMargin } from '../../../src/engine/account-margin.ts';
import { runBatchAsync, type BatchItem } from '../batch.ts';
import { checkAbsolute, type Check } from '../check.ts';
import { CaseInputError, decimalOf, expectedOf, fieldsOf, listOf, numberOf, optionalNumber, type Fields } from '../fields.ts';
import type { CaseOutcome } from '../suite.ts';
import { marginOf, pointsOf, replicate, type ClassHolding, type TimsRules } from './account.ts';

/** Share of the largest amount of a case: some tens of roundings. */
const tolerance = 1e-12;
const pointCount = 10;
/** Range where an example gives P&L by point but no points: any will do. */
const anyRange = { up: 0.1, down: 0.1 };
const spotOfReplica = 100;
const usualMinimum = 0.375;

interface Example {
  readonly fields: Fields;
  readonly holdings: readonly ClassHolding[];
  readonly rules: TimsRules;
  /** Field with the P&L of the account by point, if the example has any. */
  readonly pnlField: string;
}

export const exampleKinds = { shares: 'positions', minimum: 'optionContracts', classes: 'offset' } as const;

/** What kind of example it is, by the fields that it has; null if none of ours. */
export function kindOf(fields: Fields): keyof typeof exampleKinds | null {
  if (classListsOf(fields).length > 0 && exampleKinds.classes in fields) return 'classes';
  if (exampleKinds.minimum in fields) return 'minimum';
  return /^[+-]?[\d.]+ shares @ ?[\d.]+$/.test(String(fields[exampleKinds.shares])) ? 'shares' : null;
}

export function exampleCases(root: Fields): Promise<CaseOutcome[]> {
  const minimum = minimumOf(root);
  const items = listOf(root['selfMadeExamples']).map(fieldsOf).flatMap((fields, index): BatchItem<Example>[] => {
    const kind = kindOf(fields);
    if (kind === null) return [];
    const name = typeof fields['id'] === 'string' ? fields['id'] : `example ${index + 1}`;
    return [{ name, read: () => readers[kind](fields, minimum) }];
  });
  return runBatchAsync(items, (examples) => Promise.all(examples.map(({ holdings, rules }) => marginOf(holdings, rules))),
    checksOf);
}

/** `0.375 * multiplier per contract …`. */
function minimumOf(root: Fields): number {
  const text = root['minimum'];
  const found = typeof text === 'string' ? /^\s*([\d.]+)\s*\*\s*multiplier/.exec(text) : null;
  return found === null ? usualMinimum : Number(found[1]);
}

const readers: Readonly<Record<keyof typeof exampleKinds, (fields: Fields, minimum: number) => Example>> = {
  shares: (fields, minimumPerContract) => {
    const [, shares, spot] = /^([+-]?[\d.]+) shares @ ?([\d.]+)$/.exec(String(fields['positions']))!.map(Number);
    const rules = { ...rangeOf(fields), minimumPerContract, offset: null };
    return { fields, holdings: [{ symbol: 'A', spot, shares, options: [] }], rules, pnlField: 'pnl' };
  },
  minimum: (fields, minimumPerContract) => {
    const quantity = numberOf(fields, 'optionContracts');
    const worstLoss = optionalNumber(fields, 'worstLoss') ?? 0;
    const contractSize = numberOf(fields, 'multiplier');
    // Shares that lose the given amount at the lowest point, and options that are worthless at every point: sold ones,
    // since the minimum of a bought one is at most its value.
    const shares = worstLoss / (anyRange.down * spotOfReplica);
    const options = [{ optionType: 'call' as const, strike: 2 * spotOfReplica, contractSize, quantity: -quantity }];
    const rules = { ...anyRange, minimumPerContract, offset: null };
    return { fields, holdings: [{ symbol: 'A', spot: spotOfReplica, shares, options }], rules, pnlField: 'pnl' };
  },
  classes: (fields) => {
    const rules = { ...rangeOf(fields), minimumPerContract: 0, offset: numberOf(fields, 'offset') };
    const holdings = classListsOf(fields).map((name, index) => {
      const pnl = numbersOf(fields, name);
      return replicate(String.fromCharCode('A'.charCodeAt(0) + index), spotOfReplica, pointsOf(rules), pnl);
    });
    return { fields, holdings, rules, pnlField: 'pnlAfterOffset' };
  },
};

/** Names of the lists of P&L by point: `classA`, `classB` … */
function classListsOf(fields: Fields): string[] {
  return Object.keys(fields).filter((name) => /^class/.test(name) && Array.isArray(fields[name])).sort();
}

function numbersOf(fields: Fields, name: string): readonly number[] {
  const list = listOf(fields[name]);
  if (list.length !== pointCount || !list.every((value) => typeof value === 'number')) {
    throw new CaseInputError(`input ${name} must be ${pointCount} numbers`);
  }
  return list;
}

/** The range whose points are listed. */
function rangeOf(fields: Fields): Pick<TimsRules, 'up' | 'down'> {
  if (fields['points'] === undefined) return anyRange;
  const points = numbersOf(fields, 'points');
  return { up: Math.max(...points), down: -Math.min(...points) };
}

function checksOf({ fields, pnlField }: Example, margin: AccountMargin): Check[] {
  if (margin.fault !== null) throw new CaseInputError(`the account is not margined: ${margin.fault}`);
  const requirement = expectedOf(fields, 'requirement');
  const pnl = listOf(fields[pnlField]).map((value, point) => decimalOf(value, `${pnlField}[${point}]`));
  const amounts = [...margin.scenarioPnl, margin.initialMargin, ...classListsOf(fields).flatMap((name) => numbersOf(fields, name))];
  const bound = tolerance * Math.max(1, ...amounts.map(Math.abs));
  return [
    ...(requirement === null ? [] : [
      checkAbsolute('requirement', margin.initialMargin, requirement, bound),
      checkAbsolute('maintenance requirement', margin.maintenanceMargin, requirement, bound),
    ]),
    ...pnl.flatMap((expected, point) =>
      expected === null ? [] : [checkAbsolute('P&L by point', margin.scenarioPnl[point] ?? NaN, expected, bound)]),
  ];
}

/** `valuationPoints` by product type, from the ranges of `parameters.customerPM`: one share at a price of 1. */
const rangeNames = { highCap: 'highCapBroadIndex', broad: 'otherBroadIndex', equity: 'equityNarrow' } as const;

export function pointCases(root: Fields): Promise<CaseOutcome[]> {
  const ranges = fieldsOf(fieldsOf(root['parameters'])['customerPM']);
  const points = fieldsOf(root['valuationPoints']);
  const items = Object.entries(rangeNames).flatMap(([name, range]): BatchItem<Example>[] => {
    if (!Array.isArray(points[name]) || !Array.isArray(ranges[range])) return [];
    const read = (): Example => {
      const [up, down] = listOf(ranges[range]);
      if (typeof up !== 'number' || typeof down !== 'number') throw new CaseInputError(`input ${range} must be two numbers`);
      const rules = { up, down: -down, minimumPerContract: 0, offset: null };
      const holdings = [{ symbol: 'A', spot: 1, shares: 1, options: [] }];
      return { fields: { points: points[name] }, holdings, rules, pnlField: 'points' };
    };
    return [{ name: `points of ${name}`, read }];
  });
  return runBatchAsync(items, (examples) => Promise.all(examples.map(({ holdings, rules }) => marginOf(holdings, rules))),
    checksOf);
}

export function pointNames(): readonly string[] {
  return Object.keys(rangeNames);
}
