import * as layout from '../../../assembly/portable/margin/var-layout.ts';
import { power } from '../../../assembly/portable/power.ts';
import { currencyFactor, factorOf } from '../../scenario/factor-lookup.ts';
import { factorName, movesOf } from '../../scenario/scenario-set.ts';
import type { ModelRows } from '../model.ts';
import { classesOf, type VarClass } from './classes.ts';
import { breakTail, type RiskFactorFloor, type VarParams } from './params.ts';
import type { VarSet } from './parse-set.ts';
import { tailCoefficients, tailShareOf, weightedCapacity } from './tail-coefficients.ts';

const roleCodes = {
  historical: layout.VAR_ROLE_HISTORICAL,
  stressed: layout.VAR_ROLE_STRESSED,
  longRun: layout.VAR_ROLE_LONG_RUN,
  grid: layout.VAR_ROLE_GRID,
} as const;

/** Model words and floats of `var`, as var-layout.ts gives them. They depend on no quote. */
export interface VarTables {
  readonly words: readonly number[];
  readonly floats: readonly number[];
  readonly classCount: number;
  readonly groupCount: number;
  /** Room for a tail, or for what the correlation break sorts. */
  readonly tailFloats: number;
  /** Of the set that single positions are measured by. */
  readonly rowCapacity: number;
}

/** Floats in order of writing; `at` is where the next one goes. */
class FloatWriter {
  readonly floats: number[] = [];

  get at(): number {
    return this.floats.length;
  }

  /** Returns where the numbers start. */
  write(numbers: ArrayLike<number>): number {
    const start = this.at;
    for (let i = 0; i < numbers.length; i++) this.floats.push(numbers[i]);
    return start;
  }
}

export function varTables(rows: ModelRows, params: VarParams): VarTables {
  const { sets, correlationBreak, liquidity } = params;
  const { classes, groupOffsets } = classesOf(rows, params);
  const writer = new FloatWriter();
  writer.write(scalarsOf(params));
  writer.write(groupOffsets);
  const atClasses = writer.write(classes.flatMap(({ threshold, rate }) => [threshold, rate]));
  const atTable = writer.write((liquidity?.table ?? []).flat());
  const noDays = writer.write(new Float64Array(Math.max(...sets.map(({ scenarios }) => scenarios.count))));
  const windowTail = correlationBreak === null ? null : breakTail(correlationBreak.level);
  const window = windowTail === null
    ? []
    : tailCoefficients(windowTail, correlationBreak!.window, 'correlationBreak.level');
  const atWindow = writer.write(window);
  let first = 0;
  const written = sets.map((set) => {
    const own = writeSet(writer, set, first, noDays, windowTail);
    first += set.scenarios.count;
    return { ...own, moves: movesStarts(writer, set, params) };
  });
  const counts = sets.map(({ scenarios, role }) => (windowTail !== null && role === 'historical' ? scenarios.count : 0));
  const firstHistorical = sets.findIndex(({ role }) => role === 'historical');
  const setWords = written.flatMap(({ words }) => words);
  const atClassGroups = layout.VAR_SETS + setWords.length;
  const words = [
    sets.length, classes.length, groupOffsets.length, params.combination.rule === 'blend' ? 1 : 0,
    params.combination.subSamples === 'max' ? 1 : 0, correlationBreak?.window ?? 0,
    correlationBreak?.step ?? 0, window.length, atWindow, liquidity?.table.length ?? 0, atClasses, atTable,
    atClassGroups, atClassGroups + classes.length, firstHistorical, ...setWords, ...classes.map(({ group }) => group),
  ];
  for (const word of rowWords(rows, sets, written.map(({ moves }) => moves), classes)) words.push(word);
  return {
    words,
    floats: writer.floats,
    classCount: classes.length,
    groupCount: groupOffsets.length,
    tailFloats: Math.max(...counts, ...written.map(({ capacity }) => 2 * capacity)),
    rowCapacity: written[firstHistorical].capacity,
  };
}

function scalarsOf(params: VarParams): Float64Array {
  const { combination, antiProcyclicality: tools, correlationBreak, diversification, liquidity, bidAsk } = params;
  const scalars = new Float64Array(layout.VAR_GROUPS);
  scalars[layout.VAR_HISTORICAL_WEIGHT] = combination.historicalWeight;
  scalars[layout.VAR_STRESSED_WEIGHT] = combination.stressedWeight;
  scalars[layout.VAR_APC_STRESS] = tools.stressWeight;
  scalars[layout.VAR_APC_BUFFER] = tools.buffer;
  scalars[layout.VAR_LONG_RUN_MULTIPLE] = tools.longRunMultiple;
  scalars[layout.VAR_GRID_MULTIPLE] = params.gridMultiple;
  scalars[layout.VAR_MAINTENANCE] = params.maintenanceFraction;
  scalars[layout.VAR_ACCOUNT_OFFSET] = diversification.account;
  scalars[layout.VAR_VOLATILITY_MINIMUM] = params.volatilityMinimum;
  scalars[layout.VAR_NET_FLOOR] = liquidity?.netFloor ?? 0;
  scalars[layout.VAR_SPREAD_MULTIPLE] = bidAsk?.multiple ?? 0;
  scalars[layout.VAR_BREAK_SCALE] = correlationBreak?.scale ?? 0;
  scalars[layout.VAR_BREAK_FLOOR] = correlationBreak?.floor ?? 0;
  scalars[layout.VAR_BREAK_CAP] = correlationBreak?.cap ?? 0;
  return scalars;
}

interface WrittenSet {
  readonly words: readonly number[];
  readonly capacity: number;
}

/** Numbers of a set but its moves; `first`: its first scenario among those of all sets. */
function writeSet(
  writer: FloatWriter,
  { role, scenarios, tail }: VarSet,
  first: number,
  noDays: number,
  windowTail: ReturnType<typeof breakTail> | null,
): WrittenSet {
  const { count, weights, days } = scenarios;
  const coefficients = weights === undefined ? tailCoefficients(tail, count, 'level') : [];
  const capacity = weights === undefined ? coefficients.length : weightedCapacity(weights, tail.level);
  const measure = weights === undefined ? 0 : tail.measure === 'valueAtRisk' ? 1 : 2;
  const numbers = writer.write(weights ?? coefficients);
  const scalars = writer.write([tail.multiple, tailShareOf(tail.level)]);
  const ofDays = days === undefined ? noDays : writer.write(days);
  const isWindowed = windowTail !== null && role === 'historical';
  const ofBreak = isWindowed ? tailCoefficients(windowTail, count, 'correlationBreak.level') : [];
  const atBreak = writer.write(ofBreak);
  const words = [
    roleCodes[role], first, count, capacity, measure, numbers, scalars, ofDays, atBreak, ofBreak.length,
  ];
  return { words, capacity };
}

/** Where the moves of each factor of a set start: multiplier and addend of every scenario. */
function movesStarts(writer: FloatWriter, { role, scenarios }: VarSet, { riskFactors }: VarParams): readonly number[] {
  return scenarios.factors.map((factor, index) => {
    const floor = role === 'historical' ? riskFactors.get(factorName(factor)) : undefined;
    const multiple = floor === undefined ? 1 : moveMultiple(floor);
    const moves = new Float64Array(2 * scenarios.count);
    movesOf(scenarios, index).forEach((move, scenario) => {
      const isRelative = factor.change === 'relative';
      moves[2 * scenario] = isRelative ? (multiple === 1 ? 1 + move : power(1 + move, multiple)) : 1;
      moves[2 * scenario + 1] = isRelative ? 0 : multiple * move;
    });
    return writer.write(moves);
  });
}

/** What a floor on volatility and a buffer make of the moves of a risk factor (of relative ones: of their logarithms). */
function moveMultiple({ volatility, longRunVolatility, floor, buffer }: RiskFactorFloor): number {
  const floored = (floor * longRunVolatility) / volatility;
  return (floored > 1 ? floored : 1) * (1 + buffer);
}

/** Class of every row, and where the moves of its factors start; of an expiry they are looked up once. */
function* rowWords(
  rows: ModelRows,
  sets: readonly VarSet[],
  starts: readonly (readonly number[])[],
  classes: readonly VarClass[],
): Generator<number> {
  const classOf = new Map(classes.map(({ name }, index) => [name, index] as const));
  const known = new Map<number, readonly number[]>();
  for (let row = 0; row < rows.instruments.length; row++) {
    const instrument = rows.instruments[row];
    yield classOf.get(instrument.baseCurrency.toLowerCase())!;
    const expiry = rows.expiryOf[row];
    let factors = known.get(expiry);
    if (factors === undefined) {
      factors = sets.flatMap(({ scenarios }, set) => {
        const start = (factor: number): number => (factor < 0 ? -1 : starts[set][factor]);
        return [
          start(factorOf(scenarios, 'price', instrument)),
          start(factorOf(scenarios, 'volatility', instrument)),
          start(currencyFactor(scenarios, instrument.settlementCurrency)),
        ];
      });
      known.set(expiry, factors);
    }
    yield* factors;
  }
}
