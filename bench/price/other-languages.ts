import {
  GRID_DOWN_MASK, GRID_INVERSE_MULTIPLIER, GRID_LOG_MULTIPLIER, GRID_MULTIPLIER, GRID_UP_MASK, GRID_WEIGHT, SHAPE_CALL,
  TERM_COUNT, TERM_DELTA, TERM_ROLL_FACTOR, TERM_VALUE,
} from '../../assembly/portable/layout.ts';
import type { Arena } from '../../src/columns/arena.ts';
import { cellCountOf } from '../../src/columns/schema.ts';
import type { Entrant } from '../entrant.ts';
import { nativePrograms } from '../native/programs.ts';
import { findPython, pythonEntrant } from '../python.ts';

/** Scenario classes of price.c and price.py: volatility as it is, raised, lowered. */
const [same, raised, lowered] = [0, 1, 2];

/** C and NumPy with the inputs of the arena: one risk group, options only. What cannot run goes to `missing`. */
export function otherLanguages(arena: Arena, missing: Record<string, string>): Entrant[] {
  const { instrumentCount, expiryCount, scenarioCount } = arena.plan.counts;
  const inverse = arena.views.group.inverse[0];
  const columns = inputsOf(arena);
  const native = nativePrograms(
    {
      source: 'price.c',
      note: 'options side by side, prices always as differences of Mills ratios',
      textbookNote: "options side by side, Black's formula as in textbooks",
      counts: [instrumentCount, scenarioCount, expiryCount, inverse],
      columns,
    },
    missing,
  );
  const python = findPython([]);
  if (python === null) missing['numpy-scipy'] = 'there is no python3 with NumPy and SciPy';
  const numpy = python === null ? [] : [pythonEntrant({
    name: 'numpy-scipy',
    note: "vectorised Black's formula (ndtr), in blocks; one thread",
    python,
    script: 'bench/price/price.py',
    parameters: [scenarioCount, expiryCount, inverse].map(String),
    columns,
    scale: 1,
  })];
  return [...native, ...numpy].map((entrant) => ({ ...entrant, results: async () => inLayoutOf(arena, await entrant.results()) }));
}

/** Columns of options, of expiries, of scenarios; the volatility floor. */
function inputsOf({ views, plan }: Arena): Float64Array[] {
  const { instrument, expiry, group } = views;
  const { scenarioCount } = plan.counts;
  const cells = cellCountOf(scenarioCount);
  const grid = (column: number): Float64Array => group.grid.slice(column * cells, column * cells + scenarioCount);
  const [up, down] = [maskOf(grid(GRID_UP_MASK)), maskOf(grid(GRID_DOWN_MASK))];
  return [
    Float64Array.from(instrument.shape, (shape) => (shape === SHAPE_CALL ? 1 : -1)),
    Float64Array.from(instrument.expiry), instrument.strike, instrument.contractSize, instrument.forward, instrument.volatility,
    expiry.rootTime, expiry.upFactor, expiry.downFactor,
    grid(GRID_MULTIPLIER), grid(GRID_INVERSE_MULTIPLIER), grid(GRID_LOG_MULTIPLIER), grid(GRID_WEIGHT),
    Float64Array.from(up, (isUp, cell) => (isUp ? raised : down[cell] ? lowered : same)),
    group.volatilityFloor,
  ];
}

/** Masks are 0 or all ones, which is a NaN. */
function maskOf(column: Float64Array): boolean[] {
  return Array.from(new BigInt64Array(column.buffer, column.byteOffset, column.length), (bits) => bits !== 0n);
}

/** Cells, values and deltas as kernel A writes them: padding repeats the last cell, roll factors are inputs. */
function inLayoutOf({ plan, views }: Arena, results: Float64Array): Float64Array {
  const { instrumentCount: options, scenarioCount: scenarios } = plan.counts;
  const cells = cellCountOf(scenarios);
  const all = new Float64Array(options * (cells + TERM_COUNT));
  for (let option = 0; option < options; option++) {
    const row = results.subarray(option * scenarios, (option + 1) * scenarios);
    all.fill(row[scenarios - 1], option * cells, (option + 1) * cells);
    all.set(row, option * cells);
    const at = options * cells + option * TERM_COUNT;
    all[at + TERM_VALUE] = results[options * scenarios + option];
    all[at + TERM_DELTA] = results[options * (scenarios + 1) + option];
    all[at + TERM_ROLL_FACTOR] = views.expiry.rollFactor[views.instrument.expiry[option]];
  }
  return all;
}
