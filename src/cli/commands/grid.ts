import { instrumentUnderlyings } from '../../domain/held-underlyings.ts';
import type { Book } from '../../domain/book.ts';
import { MargridError } from '../../errors.ts';
import { gridScenarios, type AxisPoints, type GridScenarios } from '../../history/grid-scenarios.ts';
import { writeTable } from '../../io/index.ts';
import type { Chart } from '../../report/chart.ts';
import { axisPercent } from '../../report/chart.ts';
import { gridHeatmapChart } from '../../report/grid-heatmap.ts';
import { stressBook } from '../../revaluation/book-stress.ts';
import type { UnmatchedPolicy } from '../../revaluation/shocks.ts';
import { amount, table } from '../format.ts';
import { bookOfAccount } from '../../whatif/holdings.ts';
import { loadBook, loadMarket, requireAccount, requireWritable, type FileOptions } from '../inputs.ts';
import { noteHeldConstant } from '../held-constant.ts';
import { exitCodes } from '../interruption.ts';
import { noteLeftOut } from '../left-out.ts';
import { requirePictures, writePictures, type PictureOptions } from '../pictures.ts';
import type { Terminal } from '../terminal.ts';

export interface GridCommandOptions extends FileOptions, PictureOptions {
  readonly account?: string;
  readonly price: string;
  readonly volatility?: string;
  readonly days?: string;
  /** Comma-separated; default: everything that is held. */
  readonly underlying?: string;
  readonly volatilityMoves: 'relative' | 'absolute';
  readonly currency: string;
  readonly unmatched: UnmatchedPolicy;
  readonly out?: string;
  readonly json?: boolean;
}

/** `margrid grid`: P&L of a book, or of one account, over moves of price, volatility and time. */
export async function grid(options: GridCommandOptions, terminal: Terminal, signal: AbortSignal): Promise<number> {
  requireWritable(options.out);
  requirePictures(options);
  const axes = {
    price: pointsOf('--price', options.price),
    ...(options.volatility === undefined ? {} : { volatility: pointsOf('--volatility', options.volatility) }),
    ...(options.days === undefined ? {} : { days: pointsOf('--days', options.days) }),
  };
  const market = await loadMarket(options, terminal);
  const { book: whole } = await loadBook(options, market);
  const { account } = options;
  const book =
    account === undefined ? whole : bookOfAccount(whole, requireAccount(whole, { book: options.book, account }));
  const scenarios = gridScenarios(axes, {
    underlyings: underlyingsOf(options, market, book),
    change: { volatility: options.volatilityMoves },
  });
  terminal.stage(`revaluing in ${scenarios.count} scenarios`);
  const { currency, unmatched } = options;
  const result = stressBook({ market, book, scenarios, currency, unmatched });
  terminal.stage(null);
  noteHeldConstant(result.heldConstant, terminal);
  noteLeftOut(result.quarantined, terminal);
  if (options.out !== undefined) await writeGrid(options.out, scenarios, result.pnl, signal);
  const slices = slicesOf(scenarios, result.pnl);
  if (options.json) {
    const { pnl, quarantined } = result;
    terminal.print(JSON.stringify({
      currency, account: options.account ?? null, axes: scenarios.axes, equity: result.equity, pnl: [...pnl],
      quarantined: quarantined.size, heldConstant: result.heldConstant,
    }));
  } else {
    for (const slice of slices) printSlice(slice, currency, terminal);
  }
  const charts = (): Chart[] => slices.map((slice) => gridHeatmapChart({ ...slice, currency }));
  const facts = [['book', options.book], ['account', options.account ?? 'all'], ['scenarios', String(scenarios.count)]] as const;
  await writePictures(options, () => ({ title: 'P&L grid', facts, sections: charts() }), terminal);
  return exitCodes.ok;
}

/** `-0.3:0.3:0.05` (from, to, step) or a list. */
function pointsOf(option: string, text: string): AxisPoints {
  const isRange = text.includes(':');
  const numbers = text.split(isRange ? ':' : ',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (numbers.every(Number.isFinite) && (!isRange || numbers.length === 3)) {
    const [from, to, step] = numbers;
    return isRange ? { from, to, step } : numbers;
  }
  throw new MargridError('OptionInvalid', `${option} must be a list or FROM:TO:STEP, got '${text}'`, { value: text });
}

function underlyingsOf({ underlying }: GridCommandOptions, market: Parameters<typeof instrumentUnderlyings>[0], book: Book): readonly string[] {
  if (underlying !== undefined) return underlying.split(',').map((name) => name.trim());
  const { priced } = instrumentUnderlyings(market, book);
  if (priced.length > 0) return priced;
  throw new MargridError('OptionInvalid', 'the book holds nothing that a price moves');
}

/** One table of prices by volatilities for every number of days. */
interface Slice {
  readonly days: number;
  readonly priceMoves: readonly number[];
  readonly volatilityMoves: readonly number[];
  readonly pnl: Float64Array;
}

/** Scenarios run by days, then price, then volatility, which is the fastest. */
function slicesOf({ axes }: GridScenarios, pnl: Float64Array): Slice[] {
  const valuesOf = (kind: string): readonly number[] => axes.find(({ name }) => name.startsWith(kind))?.values ?? [0];
  const [days, priceMoves, volatilityMoves] = ['days', 'price', 'volatility'].map(valuesOf);
  const size = priceMoves.length * volatilityMoves.length;
  return days.map((each, place) => ({
    days: each,
    priceMoves,
    volatilityMoves,
    pnl: Float64Array.from({ length: size }, (_, cell) => {
      const [volatility, price] = [Math.floor(cell / priceMoves.length), cell % priceMoves.length];
      return pnl[place * size + price * volatilityMoves.length + volatility];
    }),
  }));
}

function printSlice({ days, priceMoves, volatilityMoves, pnl }: Slice, currency: string, terminal: Terminal): void {
  if (days !== 0) terminal.print(`after ${days} days`);
  const rows = priceMoves.map((move, price) => [
    axisPercent(move),
    ...volatilityMoves.map((_, volatility) => amount(pnl[volatility * priceMoves.length + price], 2)),
  ]);
  terminal.print(table([[`price \\ vol, ${currency}`, ...volatilityMoves.map(axisPercent)], ...rows]));
}

/** One row per scenario: a column per axis, and the P&L. */
async function writeGrid(path: string, { axes, count, labels }: GridScenarios, pnl: Float64Array, signal: AbortSignal): Promise<void> {
  const strides = axes.map((_, axis) => axes.slice(axis + 1).reduce((product, { values }) => product * values.length, 1));
  const columns = axes.map(({ name, values }, axis) => ({
    name,
    type: 'f64' as const,
    values: Float64Array.from({ length: count }, (_, s) => values[Math.floor(s / strides[axis]) % values.length]),
  }));
  const label = { name: 'label', type: 'string' as const, values: labels ?? [] };
  await writeTable(path, { rowCount: count, columns: [label, ...columns, { name: 'pnl', type: 'f64', values: pnl }] }, { signal });
}
