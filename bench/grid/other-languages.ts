import type { Entrant } from '../entrant.ts';
import { nativePrograms } from '../native/programs.ts';
import { findPython, pythonEntrant } from '../python.ts';
import type { GridPortfolio } from './portfolio.ts';

export interface GridLanguages {
  /** C, on the whole portfolio. */
  readonly native: readonly Entrant[];
  /** On its first options. */
  readonly numpy: readonly Entrant[];
  readonly missing: Readonly<Record<string, string>>;
}

/** C and NumPy, as far as compiler, processor and packages are there. */
export function otherLanguages(portfolio: GridPortfolio, sample: GridPortfolio): GridLanguages {
  const missing: Record<string, string> = {};
  const { count } = portfolio.columns;
  const native = nativePrograms(
    {
      source: 'grid.c',
      note: 'scenarios side by side, blocks of scenarios in the first-level cache',
      textbookNote: "scenarios side by side, Black's formula as in textbooks",
      counts: [count, portfolio.scenarios.count],
      columns: inputsOf(portfolio),
    },
    missing,
  );
  const python = findPython([]);
  if (python === null) {
    missing['numpy-scipy'] = 'there is no python3 with NumPy and SciPy';
    return { native, numpy: [], missing };
  }
  const first = sample.columns.count;
  const numpy = pythonEntrant({
    name: 'numpy-scipy',
    note: `vectorised Black's formula (ndtr), in blocks; one thread${first < count ? `; the first ${first} options, time scaled` : ''}`,
    python,
    script: 'bench/grid/grid.py',
    parameters: [String(sample.scenarios.count)],
    columns: inputsOf(sample),
    scale: count / first,
  });
  return { native, numpy: [numpy], missing };
}

/** Ten columns of options, then the moves of price and of volatility. */
function inputsOf({ columns, quantities, scenarios }: GridPortfolio): Float64Array[] {
  const { sign, inverse, contractSize, forward, strike, volatility, years, currencyRate, currencyFactor } = columns;
  return [
    Float64Array.from(sign), Float64Array.from(inverse), contractSize, forward, strike, volatility, years, currencyRate,
    Float64Array.from(currencyFactor), quantities, scenarios.moves,
  ];
}
