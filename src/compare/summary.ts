import { statusNames, type StatusName } from '../engine/totals.ts';
import { refusedStatus } from './account-sums.ts';
import type { Comparison, ModelColumn } from './compare-models.ts';

/** Sums of one model over a set of accounts, US dollars. */
export interface ModelTotals {
  readonly label: string;
  readonly equity: number;
  readonly initialMargin: number;
  readonly maintenanceMargin: number;
  /** Initial margin over that of the first model; NaN where that is 0. */
  readonly ratioToFirst: number;
  /**
   * Sum of the initial margins of positions and orders alone, and the share of it that is left after netting; over the
   * accounts all of whose legs the model margins alone.
   */
  readonly standAlone?: number;
  readonly ratioToStandAlone?: number;
}

/** A model beside the first one, over the accounts that both margin. */
export interface PairTotals {
  readonly accounts: number;
  readonly initialMargin: number;
  /** Of the first model. */
  readonly firstInitialMargin: number;
  readonly ratio: number;
}

export interface ReasonCount {
  /** Without the name of the instrument it is about, so that equal reasons are counted together. */
  readonly reason: string;
  readonly accounts: number;
}

export interface ModelSummary {
  readonly label: string;
  readonly model: string;
  readonly reportingCurrency: string | null;
  /** Accounts by status; `quarantined` are the refused ones. */
  readonly counts: Readonly<Record<StatusName, number>>;
  /** Most frequent first. */
  readonly reasons: readonly ReasonCount[];
  readonly besideFirst: PairTotals;
  readonly notes: readonly string[];
}

export interface ComparisonSummary {
  readonly models: readonly ModelSummary[];
  /** Accounts that every model margins: totals of these alone compare like with like. */
  readonly commonAccounts: number;
  readonly common: readonly ModelTotals[];
}

/** `instrumentNames` tell a reason from the instrument that it is about. */
export function summarise(comparison: Comparison, instrumentNames: ReadonlySet<string>): ComparisonSummary {
  const { models, accountIds } = comparison;
  const common = marginedByAll(models, accountIds.length);
  const first = sumOf(models[0].initialMargin, common);
  return {
    models: models.map((column) => ({
      label: column.label,
      model: column.model,
      reportingCurrency: column.reportingCurrency,
      counts: countsOf(column),
      reasons: reasonsOf(column, instrumentNames),
      besideFirst: pairOf(models[0], column),
      notes: column.notes,
    })),
    commonAccounts: common.length,
    common: models.map((column) => totalsOf(column, common, first)),
  };
}

function marginedByAll(models: readonly ModelColumn[], accountCount: number): number[] {
  const all = Array.from({ length: accountCount }, (_, account) => account);
  return all.filter((account) => models.every(({ status }) => status[account] !== refusedStatus));
}

function pairOf(first: ModelColumn, column: ModelColumn): PairTotals {
  const both = marginedByAll([first, column], first.status.length);
  const initialMargin = sumOf(column.initialMargin, both);
  const firstInitialMargin = sumOf(first.initialMargin, both);
  return { accounts: both.length, initialMargin, firstInitialMargin, ratio: ratio(initialMargin, firstInitialMargin) };
}

function totalsOf(column: ModelColumn, accounts: readonly number[], first: number): ModelTotals {
  const initialMargin = sumOf(column.initialMargin, accounts);
  const totals = {
    label: column.label,
    equity: sumOf(column.equity, accounts),
    initialMargin,
    maintenanceMargin: sumOf(column.maintenanceMargin, accounts),
    ratioToFirst: ratio(initialMargin, first),
  };
  if (column.standAlone === undefined) return totals;
  const { standAlone } = column;
  const whole = accounts.filter((account) => !Number.isNaN(standAlone[account]));
  const sum = sumOf(standAlone, whole);
  return { ...totals, standAlone: sum, ratioToStandAlone: ratio(sumOf(column.initialMargin, whole), sum) };
}

function sumOf(values: Float64Array, accounts: readonly number[]): number {
  return accounts.reduce((sum, account) => sum + values[account], 0);
}

/** NaN where there is nothing to compare with. */
export function ratio(value: number, to: number): number {
  return to === 0 ? NaN : value / to;
}

function countsOf({ status }: ModelColumn): Record<StatusName, number> {
  const counts = { healthy: 0, 'margin-call': 0, liquidation: 0, quarantined: 0 };
  for (const index of status) counts[statusNames[index]]++;
  return counts;
}

function reasonsOf({ reasons }: ModelColumn, instrumentNames: ReadonlySet<string>): ReasonCount[] {
  const counts = new Map<string, number>();
  for (const reason of reasons.values()) {
    const kind = withoutInstrument(reason, instrumentNames);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts]
    .map(([reason, accounts]) => ({ reason, accounts }))
    .sort((a, b) => b.accounts - a.accounts || (a.reason < b.reason ? -1 : 1));
}

/** `BTC-PERP: no parameters` → `no parameters`; `a price of BTC-PERP is bad` → `a price of an instrument is bad`. */
function withoutInstrument(reason: string, instrumentNames: ReadonlySet<string>): string {
  const at = reason.indexOf(': ');
  if (at > 0 && instrumentNames.has(reason.slice(0, at))) return reason.slice(at + 2);
  return reason
    .split(' ')
    .map((word) => (instrumentNames.has(word) ? 'an instrument' : word))
    .join(' ');
}
