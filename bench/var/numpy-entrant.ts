import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FLAG_BITS } from '../../assembly/portable/layout.ts';
import type { Book } from '../../src/domain/book.ts';
import { dollarRate } from '../../src/domain/dollar-rates.ts';
import { timeToExpiryYears, type Market } from '../../src/domain/market.ts';
import { packageRoot } from '../../src/package-root.ts';
import { portfoliosOf } from '../../src/revaluation/book-portfolios.ts';
import { BookRows } from '../../src/revaluation/book-rows.ts';
import { currencyFactor, instrumentFactors } from '../../src/revaluation/shocks.ts';
import { sortHoldings } from '../../src/revaluation/sorted-holdings.ts';
import type { ScenarioSet } from '../../src/scenario/scenario-set.ts';
import { writeColumnFile } from '../column-file.ts';
import type { Entrant } from '../entrant.ts';
import { outputOf } from '../machine.ts';
import { programEntrant } from '../program-entrant.ts';

export interface VarInputs {
  readonly market: Market;
  readonly book: Book;
  readonly scenarios: ScenarioSet;
  readonly levels: readonly number[];
}

/** `NumPy 2.4.6, SciPy 1.17.1, Python 3.13.1`, or null: then the entrant is left out. */
export function numpyVersions(): string | null {
  const program = 'import sys, numpy, scipy; print(f"NumPy {numpy.__version__}, SciPy {scipy.__version__}, Python {sys.version.split()[0]}")';
  return outputOf('python3', ['-c', program]);
}

/** bench/var/numpy_var.py with the same inputs in a file of their own. `close` removes every file. */
export function numpyEntrant(inputs: VarInputs, versions: string): Entrant {
  const parent = join(packageRoot, 'build');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'bench-numpy-'));
  const [input, output] = [join(folder, 'book.bin'), join(folder, 'measures.bin')];
  try {
    writeInputs(inputs, input);
  } catch (cause) {
    rmSync(folder, { recursive: true, force: true });
    throw cause;
  }
  return programEntrant({
    name: 'numpy-scipy',
    note: `${versions}: vectorised Black-76 (ndtr), CSR times dense in blocks, partition; one thread, positions sorted for it`,
    bitEqual: false,
    program: 'python3',
    parameters: [join('bench', 'var', 'numpy_var.py'), input, output],
    output,
    folder,
    scale: 1,
  });
}

/** Counts, levels, moves, terms of the rows, positions: in the order in which numpy_var.py reads them. */
function writeInputs({ market, book, scenarios, levels }: VarInputs, path: string): void {
  const holdings = sortHoldings(book, market);
  const rows = new BookRows(market, scenarios, holdings.currencies, holdings.isHeld, {});
  const { firstPosition, entry, quantity } = portfoliosOf(book, market, holdings, rows, null);
  const accounts = book.accountIds.length;
  const entries = firstPosition[accounts];
  const terms = termsOf(market, scenarios, holdings.currencies, rows);
  const counts = [accounts, rows.count, holdings.currencies.length, scenarios.count, scenarios.factors.length, entries, levels.length];
  writeColumnFile(path, [
    BigInt64Array.from(counts, BigInt), Float64Array.from(levels), scenarios.moves, ...terms,
    firstPosition.slice(0, accounts + 1), entry.slice(0, entries).map((each) => each >>> FLAG_BITS), quantity.slice(0, entries),
  ]);
}

/** One column per term: 0 linear, 1 inverse, 2 linear option, 3 inverse option, 4 currency. */
function termsOf(market: Market, scenarios: ScenarioSet, currencies: readonly string[], rows: BookRows): Float64Array[] {
  const columns = Array.from({ length: 11 }, () => new Float64Array(rows.count));
  const write = (row: number, values: readonly number[]): void => values.forEach((value, column) => (columns[column][row] = value));
  const rateOf = (currency: string): number => dollarRate(market, currency)!.rate;
  currencies.forEach((currency, index) => {
    if (rows.currencyRow[index] < 0) return;
    write(rows.currencyRow[index], [4, 0, 0, 0, 0, 0, 0, rateOf(currency), -1, -1, currencyFactor(scenarios, currency)]);
  });
  market.instruments.forEach((instrument, index) => {
    if (rows.instrumentRow[index] < 0) return;
    const { kind, payoff, contractSize, optionType, strike, settlementCurrency } = instrument;
    const factors = instrumentFactors(scenarios, instrument, 'refuse');
    write(rows.instrumentRow[index], [
      (payoff === 'inverse' ? 1 : 0) + (kind === 'option' ? 2 : 0), optionType === 'put' ? -1 : 1, contractSize,
      market.forward[index], strike ?? 0, market.impliedVolatility[index], timeToExpiryYears(instrument, market.asOfMs),
      rateOf(settlementCurrency), factors.price, factors.volatility, currencyFactor(scenarios, settlementCurrency),
    ]);
  });
  return columns;
}
