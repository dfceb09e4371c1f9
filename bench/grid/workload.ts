import type { gridPnl as GridPnl, GridPnlOptions } from '../../src/revaluation/grid-pnl.ts';
import { importBuilt } from '../built-package.ts';
import { entrantReport, entrantReports, type Tolerance } from '../entrant.ts';
import { measureInTurn, type Pass } from '../measure.ts';
import { gccVersion } from '../native/compile.ts';
import { roundsOf, seedOf } from '../parameters.ts';
import { columnHash, compareColumns, requireEqual } from '../verify.ts';
import type { EntrantReport, Outcome, Parameters, Timing, Workload } from '../workload.ts';
import { otherLanguages } from './other-languages.ts';
import { firstOptions, gridPortfolio, type GridPortfolio } from './portfolio.ts';

export const grid: Workload = {
  name: 'grid',
  title: 'one portfolio of distinct options, full revaluation in every scenario, never materialised',
  parameters: {
    instruments: { full: 1_000_000, smoke: 5_000, least: 1, meaning: 'distinct options' },
    scenarios: { full: 1_000, smoke: 13, least: 1, meaning: 'moves of price and volatility' },
    workers: { full: 1, smoke: 1, least: 1, meaning: 'threads; 1: the calling one' },
    seed: seedOf('options and scenarios'),
    runs: roundsOf(3),
  },
  run,
};

/** Option prices of the JavaScript entrant: seconds of work. */
const sampleCellsMax = 8_192_000;

/**
 * Of P&L from other arithmetic, relative to the largest: prices are within 1e-16 of the forward, and the P&L of a portfolio
 * of longs and shorts is some hundredths of the sum of forwards.
 */
function toleranceOf(pnl: Float64Array): Record<string, Tolerance> {
  const size = pnl.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return { others: { limit: 1e-11, scale: { size, name: 'the largest P&L' } } };
}

/** A way of doing the work, and what came out last. */
interface Gridder extends Pass {
  readonly portfolio: GridPortfolio;
  pnl: Float64Array;
  bytes: number;
}

async function run(parameters: Parameters, progress: (line: string) => void): Promise<Outcome> {
  const { instruments, scenarios, workers } = parameters;
  const { gridPnl } = await importBuilt<{ gridPnl: typeof GridPnl }>('src/revaluation/grid-pnl');
  progress('generating the portfolio');
  const portfolio = gridPortfolio(parameters);
  const sampleCount = Math.min(instruments, Math.max(1, Math.floor(sampleCellsMax / scenarios)));
  const sample = firstOptions(portfolio, sampleCount);
  const margrid = gridder('margrid', portfolio, 1, gridPnl, { workers: workers > 1 ? workers : 0 });
  const scale = instruments / sampleCount;
  const entrants = [
    gridder('javascript', sample, scale, gridPnl, { kernels: 'javascript' }),
    gridder('margrid-one-thread', sample, scale, gridPnl, {}),
  ];
  const others = otherLanguages(portfolio, sample);
  const external = [...others.native, ...others.numpy];
  progress(`measuring ${entrants.length + external.length + 1} entrants in turn`);
  try {
    const timings = await measureInTurn([margrid, ...entrants, ...external], parameters.runs);
    const own = timings.get('margrid')!;
    const cells = instruments * scenarios;
    const [, oneThread] = entrants;
    return {
      ...own,
      versions: { gcc: gccVersion() },
      hash: columnHash(margrid.pnl),
      note: workers > 1 ? `WASM SIMD, ${workers} worker threads` : 'WASM SIMD, the calling thread',
      throughput: { perSecond: ((cells / own.median) * 1_000) / workers, unit: 'option prices per core' },
      entrants: {
        ...reportsOf(entrants, timings, own, sampleCount === instruments ? margrid.pnl : null, scale),
        ...(await entrantReports(others.native, timings, own.median, margrid.pnl, toleranceOf(margrid.pnl))),
        ...(await entrantReports(others.numpy, timings, own.median, oneThread.pnl, toleranceOf(oneThread.pnl))),
      },
      missing: others.missing,
      details: {
        nanosecondsPerPrice: (own.median * 1e6 * workers) / cells,
        bytes: margrid.bytes,
        sampleOptions: sampleCount,
        javascriptOverOneThread: timings.get('javascript')!.median / timings.get('margrid-one-thread')!.median,
      },
    };
  } finally {
    for (const entrant of external) await entrant.close();
  }
}

function gridder(
  name: string,
  portfolio: GridPortfolio,
  scale: number,
  gridPnl: typeof GridPnl,
  options: GridPnlOptions,
): Gridder {
  const { columns, quantities, scenarios } = portfolio;
  const own: Gridder = {
    name,
    portfolio,
    pnl: new Float64Array(0),
    bytes: 0,
    run: async () => {
      const start = performance.now();
      const result = await gridPnl(columns, quantities, scenarios, options);
      own.pnl = result.pnl;
      own.bytes = result.bytes;
      return (performance.now() - start) * scale;
    },
  };
  return own;
}

/** Both entrants must agree bit for bit, and with margrid's own result where they did all of the work. */
function reportsOf(
  [javascript, oneThread]: readonly Gridder[],
  timings: ReadonlyMap<string, Timing>,
  own: Timing,
  whole: Float64Array | null,
  scale: number,
): Record<string, EntrantReport> {
  const expected = whole ?? oneThread.pnl;
  const sampled = scale === 1 ? '' : `; the first ${javascript.portfolio.columns.count} options, time scaled`;
  const report = ({ name, pnl }: Gridder, note: string): EntrantReport => {
    const comparison = compareColumns(pnl, expected);
    requireEqual(name, comparison);
    return entrantReport(timings.get(name)!, own.median, columnHash(pnl), comparison, `${note}${sampled}`);
  };
  return {
    javascript: report(javascript, 'the same operations in JavaScript on typed arrays; one thread'),
    'margrid-one-thread': report(oneThread, 'the calling thread'),
  };
}
