import { BadInputError, MargridError } from '../errors.ts';
import {
  numberOfCell, ProblemLog, readRawTable, requireColumn, shown, writeTable, type RawCell, type ResultColumn,
} from '../io/index.ts';
import {
  factorName, movesOf, parseFactor, requireScenarios, type RiskFactor, type ScenarioSet,
} from '../scenario/scenario-set.ts';

/** Columns beside the factors; all of them are optional. */
const ownColumns = ['label', 'weight', 'days'] as const;
/** After the name of a factor whose moves are absolute. */
const absoluteMark = ' absolute';

/** The column of a factor: `price:BTC`, or `volatility:BTC absolute`. */
function columnOf(factor: RiskFactor): string {
  return factorName(factor) + (factor.change === 'absolute' ? absoluteMark : '');
}

/**
 * Writes a set as a table: a row per scenario; `label`, `weight` and `days` if the set has them; a column per factor,
 * absolute ones marked. Reading it back gives the same bits. Throws `ScenarioInvalid`, `FileFormatUnknown`,
 * `FileUnwritable`.
 */
export async function writeScenarios(path: string, scenarios: ScenarioSet, signal?: AbortSignal): Promise<void> {
  const { factors, count, labels, weights, days } = requireScenarios(scenarios);
  const broken = labels?.findIndex((label) => label === '' || /[\r\n]/.test(label)) ?? -1;
  if (broken >= 0) {
    const message =
      `the label of scenario ${broken + 1} is ${shown(labels![broken])}: a file needs labels of one line, not empty`;
    throw new MargridError('ScenarioInvalid', message, { row: broken + 1, column: 'label', value: labels![broken] });
  }
  const columns: ResultColumn[] = [
    ...(labels === undefined ? [] : [{ name: 'label', type: 'string' as const, values: labels }]),
    ...(weights === undefined ? [] : [{ name: 'weight', type: 'f64' as const, values: weights }]),
    ...(days === undefined ? [] : [{ name: 'days', type: 'f64' as const, values: days }]),
    ...factors.map(
      (factor, row) => ({ name: columnOf(factor), type: 'f64' as const, values: movesOf(scenarios, row) }),
    ),
  ];
  await writeTable(path, { rowCount: count, columns }, { ...(signal === undefined ? {} : { signal }) });
}

/**
 * Reads a table of scenarios: CSV (also .csv.gz), Parquet, JSON, NDJSON, Arrow. Throws `BadInputError` with file, row,
 * column and value for a column that is no factor and a cell that is no number, `ScenarioInvalid` (with the file) for a
 * move, weight or time that cannot be.
 */
export async function readScenarios(path: string): Promise<ScenarioSet> {
  const table = await readRawTable(path, (names) => names);
  const { rowCount: count } = table;
  const names = table.names.filter((name) => !(ownColumns as readonly string[]).includes(name));
  const factors = names.map((name) => factorOf(path, name));
  if (factors.length === 0) {
    const message = `no column is a risk factor; there are ${table.names.slice(0, 40).join(', ')}`;
    throw new BadInputError([{ code: 'ColumnMissing', file: path, message }]);
  }
  const problems = new ProblemLog(path);
  const moves = new Float64Array(count * factors.length);
  names.forEach((name, row) => moves.set(numbersOf(problems, name, requireColumn(table, name).cells), row * count));
  const own = (name: 'weight' | 'days'): Float64Array | undefined => {
    const column = table.columns.get(name);
    return column === undefined ? undefined : numbersOf(problems, name, column.cells);
  };
  const weights = own('weight');
  const days = own('days');
  const labels = table.columns.get('label')?.cells.map((cell, row) => labelOf(problems, cell, row));
  problems.throwIfAny();
  try {
    return requireScenarios({
      factors, count, moves,
      ...(weights === undefined ? {} : { weights }),
      ...(days === undefined ? {} : { days }),
      ...(labels === undefined ? {} : { labels }),
    });
  } catch (cause) {
    if (!(cause instanceof MargridError)) throw cause;
    throw new BadInputError([{ ...cause.place, code: cause.code, file: path, message: cause.message }]);
  }
}

function factorOf(path: string, column: string): RiskFactor {
  const isAbsolute = column.endsWith(absoluteMark);
  try {
    return parseFactor(
      isAbsolute ? column.slice(0, -absoluteMark.length) : column, isAbsolute ? 'absolute' : 'relative',
    );
  } catch {
    const message = `a column is ${ownColumns.join(', ')} or a risk factor like price:BTC or ` +
      `volatility:BTC${absoluteMark}, got ${shown(column)}`;
    throw new BadInputError([{ code: 'ScenarioInvalid', file: path, column, value: column, message }]);
  }
}

function numbersOf(log: ProblemLog, column: string, cells: readonly RawCell[]): Float64Array {
  return Float64Array.from(cells, (cell, row) => {
    const isMissing = cell === null || cell === '';
    const value = isMissing ? undefined : numberOfCell(cell);
    if (value !== undefined && Number.isFinite(value)) return value;
    const code = isMissing ? 'ValueMissing' : value === undefined ? 'ValueInvalid' : 'ValueNotFinite';
    log.add(code, `must be a finite number, got ${shown(cell)}`, { row: row + 1, column, value: cell });
    return NaN;
  });
}

function labelOf(log: ProblemLog, cell: RawCell, row: number): string {
  if (cell === null || cell === '') {
    log.add('ValueMissing', `must be a text, got ${shown(cell)}`, { row: row + 1, column: 'label', value: cell });
  }
  return String(cell);
}
