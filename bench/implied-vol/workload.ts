import { blackPrice } from '../../assembly/portable/black76.ts';
import { exp } from '../../assembly/portable/exp.ts';
import { impliedStandardDeviation } from '../../assembly/portable/implied-volatility.ts';
import { RandomStream } from '../../src/generate/random.ts';
import { compileBuild, createMemory, heapBaseOf, instantiate } from '../../src/wasm/module.ts';
import { entrantReports, type Entrant } from '../entrant.ts';
import { measureInTurn, timed } from '../measure.ts';
import { gccVersion } from '../native/compile.ts';
import { nativePrograms } from '../native/programs.ts';
import { roundsOf, seedOf } from '../parameters.ts';
import { findPython, pythonEntrant } from '../python.ts';
import { columnHash } from '../verify.ts';
import type { Outcome, Parameters, Workload } from '../workload.ts';

export const impliedVol: Workload = {
  name: 'implied-vol',
  title: 'implied volatilities of undiscounted European prices',
  parameters: {
    instruments: { full: 200_000, smoke: 300, least: 1, meaning: 'options' },
    seed: seedOf('the options'),
    runs: roundsOf(9),
  },
  run,
};

const optionStream = 108;
/** Strikes this many standard deviations from the forward at most: beyond, prices by the formula of the others lose digits. */
const deviationsMax = 3;
const sampleMax = 20_000;
/**
 * Of volatilities from other solvers: prices are worked out to 1e-16 of the forward by them, and at three standard
 * deviations a volatility takes that four hundred times, twenty times more for a deviation of five percent.
 */
const tolerance = 1e-9;
const nativeNote = "the same start and three steps of Halley's method, prices always as differences of Mills ratios";

const columnNames = ['sign', 'forward', 'strike', 'time', 'price', 'implied', 'status'] as const;
type ColumnName = (typeof columnNames)[number];

async function run({ instruments: count, seed, runs }: Parameters): Promise<Outcome> {
  const simd = workspaceOf(count, seed);
  const entrants = [scalarEntrant(workspaceOf(count, seed)), javascriptEntrant(simd.view, count)];
  const missing: Record<string, string> = {};
  const { sign, forward, strike, time, price } = simd.view;
  const columns = [sign, forward, strike, time, price];
  entrants.push(...nativePrograms({ source: 'implied-vol.c', note: nativeNote, counts: [count], columns }, missing));
  entrants.push(...pythonEntrants(simd.view, count, missing));
  try {
    const margrid = { name: 'margrid', run: () => timed(() => simd.run('impliedVolatilities')) };
    const timings = await measureInTurn([margrid, ...entrants], runs);
    const own = timings.get('margrid')!;
    const results = simd.view.implied;
    return {
      ...own,
      versions: { gcc: gccVersion() },
      hash: columnHash(results),
      note: 'WASM SIMD, one thread',
      throughput: { perSecond: (count / own.median) * 1_000, unit: 'volatilities' },
      entrants: await entrantReports(entrants, timings, own.median, results, { others: { limit: tolerance } }),
      missing,
      details: { nanosecondsPerVolatility: (own.median * 1e6) / count },
    };
  } finally {
    for (const entrant of entrants) await entrant.close();
  }
}

type Columns = Readonly<Record<ColumnName, Float64Array>>;

interface Workspace {
  readonly view: Columns;
  readonly run: (kernel: string) => void;
}

function workspaceOf(count: number, seed: number): Workspace {
  const module = compileBuild('single');
  const base = heapBaseOf(instantiate(module, createMemory('single', 65_536)));
  const stride = Math.ceil((count * 8) / 64) * 64;
  const first = Math.ceil(base / 64) * 64;
  const memory = createMemory('single', first + columnNames.length * stride);
  const kernels = instantiate(module, memory);
  const addresses = columnNames.map((_, index) => first + index * stride);
  const columns = columnNames.map((name, index) => [name, new Float64Array(memory.buffer, addresses[index], count)] as const);
  const view = Object.fromEntries(columns) as Record<ColumnName, Float64Array>;
  writeOptions(view, count, seed);
  return { view, run: (kernel) => void kernels[kernel](...addresses, count) };
}

function writeOptions({ sign, forward, strike, time, price }: Columns, count: number, seed: number): void {
  const random = new RandomStream();
  random.restart(seed, 0, optionStream);
  for (let index = 0; index < count; index++) {
    time[index] = 0.02 + random.nextFineFraction();
    const deviation = (0.2 + 0.6 * random.nextFineFraction()) * Math.sqrt(time[index]);
    forward[index] = 100 * (0.5 + random.nextFineFraction());
    strike[index] = forward[index] * exp(deviation * deviationsMax * (2 * random.nextFineFraction() - 1));
    // Out of the money, as quotes are.
    sign[index] = strike[index] >= forward[index] ? 1 : -1;
    price[index] = blackPrice(sign[index], forward[index], strike[index], deviation);
  }
}

function scalarEntrant({ view, run: runKernel }: Workspace): Entrant {
  return {
    name: 'wasm-scalar',
    note: 'the scalar twin in WASM, without SIMD; one thread',
    bitEqual: true,
    run: () => timed(() => runKernel('impliedVolatilitiesScalar')),
    results: async () => view.implied,
    close: async () => {},
  };
}

function javascriptEntrant({ sign, forward, strike, time, price }: Columns, count: number): Entrant {
  const implied = new Float64Array(count);
  return {
    name: 'javascript',
    note: 'the same formula in plain TypeScript, typed arrays; one thread',
    bitEqual: true,
    run: () =>
      timed(() => {
        for (let index = 0; index < count; index++) {
          const deviation = impliedStandardDeviation(sign[index], forward[index], strike[index], price[index]);
          implied[index] = deviation === 0 ? 0 : deviation / Math.sqrt(time[index]);
        }
      }),
    results: async () => implied,
    close: async () => {},
  };
}

function pythonEntrants(view: Columns, count: number, missing: Record<string, string>): Entrant[] {
  const entrants: Entrant[] = [];
  const script = 'bench/implied-vol/implied_vol.py';
  const columns = [view.sign, view.forward, view.strike, view.time, view.price];
  const numpy = findPython([]);
  if (numpy === null) missing['numpy-scipy'] = 'there is no python3 with NumPy and SciPy';
  else {
    const note = "vectorised Newton's method from the point of inflexion, in blocks; one thread";
    entrants.push(pythonEntrant({ name: 'numpy-scipy', note, python: numpy, script, parameters: ['numpy'], columns, scale: 1 }));
  }
  const quantlib = findPython(['QuantLib']);
  if (quantlib === null) missing['quantlib'] = 'there is no python3 with QuantLib, NumPy and SciPy';
  else {
    const sample = Math.min(count, sampleMax);
    const note = `blackFormulaImpliedStdDev, option by option${sample < count ? `; the first ${sample}, time scaled` : ''}`;
    const first = columns.map((column) => column.subarray(0, sample));
    const settings = { name: 'quantlib', note, python: quantlib, script, parameters: ['quantlib'] };
    entrants.push(pythonEntrant({ ...settings, columns: first, scale: count / sample }));
  }
  return entrants;
}
