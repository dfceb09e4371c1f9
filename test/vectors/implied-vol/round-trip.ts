import { runBatch, type BatchItem } from '../batch.ts';
import { checkAbsolute, type Check } from '../check.ts';
import { CaseInputError, fieldsOf, isFields, listOf, numberOf, type Fields } from '../fields.ts';
import { evaluateImplied, evaluateMap, evaluatePrices, type OptionInput } from '../pricing-kernels.ts';
import { caseOf, type CaseOutcome, type SuiteRun } from '../suite.ts';

/**
 * Grids of QuantLib's implied volatility tests: price at a volatility, imply it again. The expected value is the
 * volatility itself.
 */
const grids = ['grid_testImpliedVol', 'grid_LiRS_SOR'] as const;

export function isRoundTrip(root: Fields): boolean {
  return grids.some((name) => isFields(root[name])) || isFields(root['bachelier']);
}

export function runRoundTrip(root: Fields): SuiteRun {
  const notCovered = isFields(root['bachelier']) ? ['bachelier: volatilities of the normal model'] : [];
  return {
    cases: [
      ...gridCases('grid_testImpliedVol', root, spotGrid),
      ...gridCases('grid_LiRS_SOR', root, displacedGrid),
    ],
    notCovered,
  };
}

interface GridPoint {
  readonly name: string;
  readonly input: OptionInput;
  readonly discount: number;
  /** What the tolerance is of: `volatility`, or `deviation` (volatility times root of time). */
  readonly quantity: 'volatility' | 'deviation';
  readonly tolerance: number;
}

function gridCases(grid: (typeof grids)[number], root: Fields, build: (fields: Fields) => GridPoint[]): CaseOutcome[] {
  if (!isFields(root[grid])) return [];
  let points: GridPoint[] = [];
  const built = caseOf(grid, () => {
    points = build(fieldsOf(root[grid]));
    return [];
  });
  if (built.problem !== null) return [built];
  const items: BatchItem<GridPoint>[] = points.map((point) => ({ name: `${grid} ${point.name}`, read: () => point }));
  return runBatch(items, roundTrip, checkPoint);
}

function roundTrip(points: readonly GridPoint[]) {
  const pricesAt = (fraction: number): number[] => evaluatePrices(points.map(({ input }) => ({
    sign: input.sign,
    forward: input.forward,
    strike: input.strike,
    deviation: input.volatility * fraction * Math.sqrt(input.years),
  })));
  const prices = pricesAt(1);
  const halves = pricesAt(0.5);
  const implied = evaluateImplied(points.map(({ input }, index) => ({ ...input, price: prices[index] })));
  return points.map(({ discount }, index) => ({
    // The rule of the test: a price that hardly moves with the volatility is skipped.
    skipped: Math.abs(prices[index] - halves[index]) * discount <= 1e-12,
    volatility: implied[index].volatility,
  }));
}

function checkPoint(point: GridPoint, { skipped, volatility }: ReturnType<typeof roundTrip>[number]): Check[] {
  if (skipped) return [];
  const scale = point.quantity === 'deviation' ? Math.sqrt(point.input.years) : 1;
  return [checkAbsolute(point.quantity, volatility * scale, point.input.volatility * scale, point.tolerance)];
}

function spotGrid(fields: Fields): GridPoint[] {
  const tolerance = numberOf(fields, 'tol');
  const axes = ['strikes', 'days_act360', 'spots', 'q', 'r', 'vols'].map((name) => numbersOf(fields, name));
  return product([signsOf(fields), ...axes]).map(([sign, strike, days, spot, q, r, volatility]) => {
    const years = days / 360;
    const [growth, discount] = evaluateExp([(r - q) * years, -r * years]);
    return {
      name: `${sign > 0 ? 'call' : 'put'} K ${strike} days ${days} S ${spot} q ${q} r ${r} vol ${volatility}`,
      input: { sign: sign, forward: spot * growth, strike: strike, years, volatility: volatility, rate: 0 },
      discount: discount,
      quantity: 'volatility',
      tolerance,
    };
  });
}

/** Displaced Black: forward and strike both shifted. */
function displacedGrid(fields: Fields): GridPoint[] {
  const source = fieldsOf(fields['forward_from']);
  const years = yearsOf(source['t']);
  const [growth] = evaluateExp([(numberOf(source, 'r') - numberOf(source, 'q')) * years]);
  const forward = numberOf(source, 's0') * growth;
  const volatility = numberOf(fields, 'vol');
  const tolerance = numberOf(fields, 'tol_stddev');
  const axes = [[1, -1], numbersOf(fields, 'strikes'), numbersOf(fields, 'displacements')];
  return product(axes).map(([sign, strike, displacement]) => ({
    name: `${sign > 0 ? 'call' : 'put'} K ${strike} displacement ${displacement}`,
    input: { sign: sign, forward: forward + displacement, strike: strike + displacement, years, volatility, rate: 0 },
    discount: 1,
    quantity: 'deviation',
    tolerance,
  }));
}

const expCache = new Map<number, number>();

/** Growth factors repeat all over a grid: each is worked out once. */
function evaluateExp(values: readonly number[]): number[] {
  const fresh = values.filter((value) => !expCache.has(value));
  evaluateMap('mapExp', fresh).forEach((result, index) => expCache.set(fresh[index], result));
  return values.map((value) => expCache.get(value)!);
}

/** `15 months Act/365F from 2017-07-12`, or a number of years. */
function yearsOf(value: unknown): number {
  if (typeof value === 'number') return value;
  const match = /^(\d+) months Act\/365F? from (\d{4})-(\d{2})-(\d{2})$/.exec(String(value));
  if (match === null) throw new CaseInputError(`input t is not understood: ${JSON.stringify(value)}`);
  const [months, year, month, day] = match.slice(1).map(Number);
  const start = Date.UTC(year, month - 1, day);
  return (Date.UTC(year, month - 1 + months, day) - start) / 86_400_000 / 365;
}

function signsOf(fields: Fields): number[] {
  return listOf(fields['types']).map((type) => (type === 'put' ? -1 : 1));
}

function numbersOf(fields: Fields, name: string): number[] {
  const values = fields[name];
  if (Array.isArray(values) && values.every((value) => typeof value === 'number')) return values;
  throw new CaseInputError(`input ${name} must be a list of numbers`);
}

function product(axes: readonly (readonly number[])[]): number[][] {
  return axes.reduce<number[][]>((rows, axis) => rows.flatMap((row) => axis.map((value) => [...row, value])), [[]]);
}
