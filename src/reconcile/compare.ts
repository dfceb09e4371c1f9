import { Decimal, exact } from '../reference/decimal.ts';
import type { NettingSetBreakdown } from '../reference/margin/deribit-pm/breakdown.ts';
import { amountColumns, statusCodes, statusName, type AmountColumn } from './engine-rows.ts';
import type { Breach, ColumnReport, RowName } from './report.ts';
import type { EngineRow } from './sampled-account.ts';
import {
  acceptedValues,
  notionalTolerance,
  toleranceRules,
  type AcceptedValues,
  type ReconciledColumn,
} from './tolerance.ts';

const reportedColumns: readonly ReconciledColumn[] = [...amountColumns, 'worstScenario', 'status', 'fault', 'row'];
const keptBreaches = 1_000;

/** Plain values: what a thread hands back. */
export interface ComparisonResult {
  readonly columns: readonly ColumnReport[];
  /** The first ones. */
  readonly breaches: readonly Breach[];
  readonly comparedAccountCount: number;
  readonly comparedNettingSetCount: number;
  readonly quarantinedCount: number;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Collects the comparison of one netting set after the other. Nothing is read but what is handed in. */
export class Comparison {
  readonly #columns = new Map<ReconciledColumn, Mutable<ColumnReport>>();
  readonly #breaches: Breach[] = [];
  readonly #mmFactor: Decimal;
  comparedAccountCount = 0;
  comparedNettingSetCount = 0;
  quarantinedCount = 0;

  constructor(mmFactor: number) {
    this.#mmFactor = exact(mmFactor);
    for (const column of reportedColumns) this.#columns.set(column, emptyColumn(column));
  }

  get result(): ComparisonResult {
    const { comparedAccountCount, comparedNettingSetCount, quarantinedCount } = this;
    const columns = [...this.#columns.values()];
    return { columns, breaches: this.#breaches, comparedAccountCount, comparedNettingSetCount, quarantinedCount };
  }

  /** What another comparison found in accounts that come after those compared here. */
  add(later: ComparisonResult): void {
    this.comparedAccountCount += later.comparedAccountCount;
    this.comparedNettingSetCount += later.comparedNettingSetCount;
    this.quarantinedCount += later.quarantinedCount;
    for (const column of later.columns) addColumn(this.#column(column.column), column);
    this.#breaches.push(...later.breaches.slice(0, keptBreaches - this.#breaches.length));
  }

  /** Engine row `row` against the reference's netting set of the same account and currency. */
  compare(name: RowName, row: EngineRow, set: NettingSetBreakdown): void {
    this.#column('row').comparedCount += 1;
    this.#compareFault(name, row, set.problem !== null);
    if (set.problem !== null || row.status === statusCodes.quarantined) {
      this.#compareQuarantine(name, row.status, set);
      return;
    }
    this.comparedNettingSetCount += 1;
    const accepted = acceptedValues(set, this.#mmFactor);
    for (const column of amountColumns) this.#compareAmount(name, column, row[column], set, accepted);
    this.#compareWorstScenario(name, row.worstScenario, set, accepted);
    this.#compareStatus(name, row.status, set, accepted);
  }

  /** The input of the account is bad, so the engine must not have margined it. */
  compareQuarantinedRow(name: RowName, row: EngineRow, reason: string): void {
    this.#column('row').comparedCount += 1;
    this.#compareFault(name, row, true);
    this.#column('status').comparedCount += 1;
    this.quarantinedCount += 1;
    if (row.status === statusCodes.quarantined) return;
    const engine = statusName(row.status);
    this.#breach('status', { ...name, engine, reference: reason, accepted: 'quarantined' });
  }

  missingRow(name: RowName): void {
    this.#column('row').comparedCount += 1;
    this.#breach('row', { ...name, engine: null, reference: 'a netting set', accepted: 'one row' });
  }

  surplusRow(name: RowName, row: EngineRow): void {
    this.#column('row').comparedCount += 1;
    this.#breach('row', { ...name, engine: `row ${row.row}`, reference: 'no such netting set', accepted: 'no row' });
  }

  #compareFault(name: RowName, row: EngineRow, isExpected: boolean): void {
    this.#column('fault').comparedCount += 1;
    const fault = row.fault;
    if (fault !== 0 === isExpected) return;
    const [reference, accepted] = isExpected ? ['bad input', 'not 0'] : ['good input', '0'];
    this.#breach('fault', { ...name, engine: fault, reference, accepted });
  }

  #compareQuarantine(name: RowName, status: number, set: NettingSetBreakdown): void {
    this.#column('status').comparedCount += 1;
    this.quarantinedCount += 1;
    if (set.problem !== null && status === statusCodes.quarantined) return;
    const reference = set.problem === null ? set.status : `quarantined: ${set.problem}`;
    this.#breach('status', { ...name, engine: statusName(status), reference, accepted: set.status });
  }

  #compareAmount(
    name: RowName,
    columnName: AmountColumn,
    engine: number,
    set: NettingSetBreakdown,
    accepted: AcceptedValues,
  ): void {
    const column = this.#column(columnName);
    column.comparedCount += 1;
    const reference = set[columnName];
    const { low, high } = accepted.amounts[columnName];
    const describe = (): Breach => ({
      ...name,
      column: columnName,
      engine: Number.isFinite(engine) ? engine : String(engine),
      reference: reference.toSignificantDigits(20).toString(),
      accepted: `${low.toSignificantDigits(20)} .. ${high.toSignificantDigits(20)}`,
    });
    if (!Number.isFinite(engine)) {
      this.#breach(columnName, describe());
      return;
    }
    const value = exact(engine);
    const error = value.minus(reference).abs();
    recordError(column, name, error, reference, set.notional);
    const isAccepted = value.greaterThanOrEqualTo(low) && value.lessThanOrEqualTo(high);
    if (!isAccepted) this.#breach(columnName, describe());
    else if (error.greaterThan(flipThreshold(set, reference))) column.roundingFlipCount += 1;
  }

  #compareWorstScenario(name: RowName, engine: number, set: NettingSetBreakdown, accepted: AcceptedValues): void {
    const isOpen = accepted.worstScenarios.size > 1;
    const choice = { engine, reference: set.worstScenario, isAccepted: accepted.worstScenarios.has(engine) };
    this.#compareDecision(name, 'worstScenario', isOpen, choice, [...accepted.worstScenarios].join(' or '));
  }

  #compareStatus(name: RowName, code: number, set: NettingSetBreakdown, accepted: AcceptedValues): void {
    const engine = statusName(code);
    const isAccepted = [...accepted.statuses].some((status) => status === engine);
    const choice = { engine, reference: set.status, isAccepted };
    this.#compareDecision(name, 'status', accepted.statuses.size > 1, choice, [...accepted.statuses].join(' or '));
  }

  #compareDecision(
    name: RowName,
    columnName: 'worstScenario' | 'status',
    isOpen: boolean,
    choice: { engine: number | string; reference: number | string; isAccepted: boolean },
    acceptedText: string,
  ): void {
    const { engine, reference, isAccepted } = choice;
    const column = this.#column(columnName);
    column.comparedCount += 1;
    if (isOpen) column.undecidedCount += 1;
    if (engine === reference) return;
    if (isOpen && isAccepted) column.undecidedDifferentCount += 1;
    else this.#breach(columnName, { ...name, engine, reference: String(reference), accepted: acceptedText });
  }

  #column(column: ReconciledColumn): Mutable<ColumnReport> {
    return this.#columns.get(column)!;
  }

  #breach(column: ReconciledColumn, breach: Omit<Breach, 'column'>): void {
    this.#column(column).breachCount += 1;
    if (this.#breaches.length < keptBreaches) this.#breaches.push({ ...breach, column });
  }
}

function emptyColumn(column: ReconciledColumn): Mutable<ColumnReport> {
  const isAmount = (amountColumns as readonly string[]).includes(column);
  return {
    column,
    ...toleranceRules[column],
    comparedCount: 0,
    worstAbsoluteError: isAmount ? 0 : null,
    worstErrorToNotional: isAmount ? 0 : null,
    worstErrorToValue: isAmount ? 0 : null,
    worstAccount: null,
    roundingFlipCount: 0,
    undecidedCount: 0,
    undecidedDifferentCount: 0,
    breachCount: 0,
  };
}

/** Of equal errors the first keeps its place, as when all accounts are compared one after the other. */
function addColumn(column: Mutable<ColumnReport>, later: ColumnReport): void {
  if ((later.worstErrorToNotional ?? 0) > (column.worstErrorToNotional ?? 0)) column.worstAccount = later.worstAccount;
  for (const error of ['worstAbsoluteError', 'worstErrorToNotional', 'worstErrorToValue'] as const) {
    if (column[error] !== null) column[error] = Math.max(column[error], later[error] ?? 0);
  }
  column.comparedCount += later.comparedCount;
  column.roundingFlipCount += later.roundingFlipCount;
  column.undecidedCount += later.undecidedCount;
  column.undecidedDifferentCount += later.undecidedDifferentCount;
  column.breachCount += later.breachCount;
}

function recordError(
  column: Mutable<ColumnReport>,
  name: RowName,
  error: Decimal,
  reference: Decimal,
  notional: Decimal,
): void {
  column.worstAbsoluteError = Math.max(column.worstAbsoluteError!, error.toNumber());
  if (!reference.isZero()) {
    column.worstErrorToValue = Math.max(column.worstErrorToValue!, error.div(reference).abs().toNumber());
  }
  if (notional.isZero()) return;
  const toNotional = error.div(notional).toNumber();
  if (toNotional > column.worstErrorToNotional!) {
    column.worstErrorToNotional = toNotional;
    column.worstAccount = name;
  }
}

/** Accepted errors beyond the plain tolerance (and the last place of cash and amount) are flips of a rounding. */
function flipThreshold(set: NettingSetBreakdown, reference: Decimal): Decimal {
  const lastPlaces = set.cash.abs().plus(reference.abs()).times('1e-14');
  return set.notional.times(notionalTolerance).plus(lastPlaces);
}
