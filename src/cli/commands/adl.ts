import { MargridError } from '../../errors.ts';
import { parseCsvRecord } from '../../io/index.ts';
import { allocateAdl, type AdlRule } from '../../waterfall/adl-allocation.ts';
import {
  adlFigures,
  adlScoreColumn,
  adlScores,
  ranked,
  type AdlCandidates,
  type AdlScore,
} from '../../waterfall/adl-rank.ts';
import { lotsOf, quantityOf, type ContractTerms } from '../../waterfall/contract-value.ts';
import { amount, table } from '../format.ts';
import { exitCodes } from '../interruption.ts';
import { readText } from '../read-text.ts';
import type { Terminal } from '../terminal.ts';

export interface AdlCommandOptions {
  readonly positions: string;
  readonly instrument: string;
  readonly quantity: number;
  readonly rule: string;
  readonly mark?: number;
  readonly payoff: 'linear' | 'inverse';
  readonly contractSize: number;
  readonly lot: number;
  readonly eligible: 'profitable' | 'any';
  readonly seed: number;
  readonly json?: boolean;
}

const lotDecimals = 8;
const shownRows = 20;

/** Rules by the name that the command line has for them. */
export const adlRuleNames: readonly string[] = [
  ...adlScores.map((score) =>
    score === 'leverage' || score === 'size' || score === 'profit' ? `queue-${score}` : score,
  ),
  'pro-rata-size',
  'pro-rata-profit',
  'pro-rata-equity',
  'water-filling',
  'random',
];

interface PositionRow {
  readonly account: string;
  readonly quantity: number;
  readonly entryPrice: number;
  readonly markPrice: number;
  readonly equity: number;
  readonly notional: number;
}

/** `margrid adl`: who is closed against a position, and how much of what he holds. */
export async function adl(options: AdlCommandOptions, terminal: Terminal): Promise<number> {
  const { quantity, instrument, contractSize, payoff, eligible, seed } = options;
  const rows = (await readPositions(options.positions, instrument)).filter((row) => row.quantity * quantity < 0);
  const mark = options.mark ?? rows[0]?.markPrice ?? NaN;
  if (!(mark > 0))
    throw new MargridError(
      'OptionInvalid',
      `there is no mark price of ${instrument}: give --mark or a column mark_price`,
      { column: 'mark' },
    );
  const terms: ContractTerms = { payoff, contractSize, lotDecimals, moneyDecimals: 8 };
  const candidates = candidatesOf(rows, quantity > 0 ? 'short' : 'long', mark, terms);
  const { rule, score } = ruleOf(options.rule);
  const at = { terms, mark };
  const step = lotsOf(options.lot, lotDecimals);
  const lots = lotsOf(Math.abs(quantity), lotDecimals);
  const { lots: closed, unfilled } = allocateAdl({ candidates, at, rule, lots, eligible, step, seed });
  const scores = adlScoreColumn(score, candidates, at);
  const { profit } = adlFigures(candidates, at);
  const result = [...ranked(scores)].map((row, place) => ({
    rank: place + 1,
    account: rows[row].account,
    quantity: rows[row].quantity,
    score: finite(scores[row]),
    profit: finite(profit[row]),
    closed: quantityOf(BigInt(closed[row]), lotDecimals),
  }));
  const summary = {
    instrument,
    quantity,
    rule: options.rule,
    mark,
    unfilled: quantityOf(unfilled, lotDecimals),
    candidates: result.length,
  };
  if (options.json) {
    terminal.print(JSON.stringify({ ...summary, score, accounts: result }, null, 2));
    return exitCodes.ok;
  }
  terminal.print(
    `${instrument}: ${amount(quantity)} closed against ${result.length} accounts at mark ${amount(mark)}, rule ${options.rule}; ${amount(summary.unfilled)} left`,
  );
  const shown = result
    .slice(0, shownRows)
    .map((row) => [row.account, String(row.rank), amount(row.score ?? NaN), amount(row.quantity), amount(row.closed)]);
  if (shown.length > 0) terminal.print(table([['account', 'rank', score, 'holds', 'closed'], ...shown]));
  return exitCodes.ok;
}

/** JSON has no Infinity. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function ruleOf(name: string): { readonly rule: AdlRule; readonly score: AdlScore } {
  if (name === 'water-filling') return { rule: { kind: name }, score: 'leverage' };
  if (name === 'random') return { rule: { kind: name }, score: 'size' };
  if (name.startsWith('pro-rata-')) {
    const weight = (['size', 'profit', 'equity'] as const).find((each) => name === `pro-rata-${each}`)!;
    return { rule: { kind: 'pro-rata', weight }, score: weight === 'profit' ? 'profit' : 'size' };
  }
  const score = adlScores.find((each) => each === name || `queue-${each}` === name)!;
  return { rule: { kind: 'queue', score }, score };
}

function candidatesOf(
  rows: readonly PositionRow[],
  side: 'long' | 'short',
  mark: number,
  terms: ContractTerms,
): AdlCandidates {
  const lots = Float64Array.from(rows, ({ quantity }) => Number(lotsOf(Math.abs(quantity), lotDecimals)));
  const value = (quantity: number): number => {
    const size = Math.abs(quantity) * terms.contractSize;
    return terms.payoff === 'linear' ? size * mark : size / mark;
  };
  return {
    side,
    lots,
    entryPrice: Float64Array.from(rows, ({ entryPrice }) => entryPrice),
    equity: Float64Array.from(rows, ({ equity }) => equity),
    // Without a column, the position is all that the account holds.
    notional: Float64Array.from(rows, ({ notional, quantity }) =>
      Number.isNaN(notional) ? value(quantity) : notional,
    ),
  };
}

/** A CSV with account, instrument, quantity, entry_price, equity, and maybe mark_price and notional. */
async function readPositions(file: string, instrument: string): Promise<PositionRow[]> {
  const lines = (await readText(file, 'positions')).split(/\r?\n/).filter((line) => line !== '');
  const header = parseCsvRecord(lines[0] ?? '') ?? [];
  for (const column of ['account', 'instrument', 'quantity', 'entry_price', 'equity']) {
    if (!header.includes(column))
      throw new MargridError('ColumnMissing', `${file}: there is no column ${column}`, { file, column });
  }
  const cells = lines.slice(1).map((line) => parseCsvRecord(line) ?? []);
  return cells.flatMap((record, index): PositionRow[] => {
    const cellOf = (column: string): string => record[header.indexOf(column)] ?? '';
    if (cellOf('instrument') !== instrument) return [];
    const number = (column: string, isNeeded: boolean): number => {
      const cell = cellOf(column);
      const value = cell === '' ? NaN : Number(cell);
      if (Number.isFinite(value) || (cell === '' && !isNeeded)) return value;
      throw new MargridError('ValueInvalid', `${file}, row ${index + 1}: ${column} must be a number, got '${cell}'`, {
        file,
        row: index + 1,
        column,
        value: cell,
      });
    };
    return [
      {
        account: cellOf('account'),
        quantity: number('quantity', true),
        entryPrice: number('entry_price', false),
        equity: number('equity', true),
        markPrice: number('mark_price', false),
        notional: number('notional', false),
      },
    ];
  });
}
