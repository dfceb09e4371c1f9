import { RandomStream } from '../../src/generate/random.ts';
import { americanPrices, type AmericanColumns, type AmericanOptions } from '../../src/pricing/american.ts';
import { entrantReports, type Entrant } from '../entrant.ts';
import { measureInTurn, timed } from '../measure.ts';
import { roundsOf, seedOf } from '../parameters.ts';
import { findPython, pythonEntrant } from '../python.ts';
import { gccVersion } from '../native/compile.ts';
import { nativePrograms } from '../native/programs.ts';
import { columnHash } from '../verify.ts';
import type { Outcome, Parameters, Workload } from '../workload.ts';

export const american: Workload = {
  name: 'american',
  title: 'American options from their exercise boundaries (Andersen, Lake and Offengenden), the accurate scheme',
  parameters: {
    instruments: { full: 4_000, smoke: 40, least: 1, meaning: 'options, each with a boundary of its own' },
    seed: seedOf('the options'),
    runs: roundsOf(9),
  },
  run,
};

const optionStream = 109;
const strike = 100;
const daysPerYear = 365;
/** Options of the entrants that take long. */
const sampleMax = 500;
const ofStrike = { size: strike, name: 'the strike' };
/**
 * QuantLib: the accuracy that both schemes are made for is better than this. C: the same fixed point after as many
 * iterations from starting values with ten digits.
 */
const tolerances = { quantlib: { limit: 1e-6, scale: ofStrike }, others: { limit: 1e-9, scale: ofStrike } };

async function run({ instruments: count, seed, runs }: Parameters): Promise<Outcome> {
  const options = optionsOf(count, seed);
  let results: Float64Array = new Float64Array(0);
  const sample = Math.min(count, sampleMax);
  const entrants = [javascriptEntrant(firstOf(options, sample), count / sample)];
  const missing: Record<string, string> = {};
  entrants.push(...nativeEntrants(options, missing));
  const quantlib = findPython(['QuantLib']);
  if (quantlib === null) missing['quantlib'] = 'there is no python3 with QuantLib, NumPy and SciPy';
  else {
    entrants.push(pythonEntrant({
      name: 'quantlib',
      note: `QdFpAmericanEngine, its accurate scheme, from Python${sampledNote(sample, count)}`,
      python: quantlib,
      script: 'bench/american/american.py',
      parameters: [],
      columns: columnsOf(firstOf(options, sample)),
      scale: count / sample,
    }));
  }
  try {
    const margrid = { name: 'margrid', run: () => timed(() => (results = americanPrices(options))) };
    const timings = await measureInTurn([margrid, ...entrants], runs);
    const own = timings.get('margrid')!;
    return {
      ...own,
      versions: { gcc: gccVersion() },
      hash: columnHash(results),
      note: 'WASM, one thread, columns copied in and out',
      throughput: { perSecond: (count / own.median) * 1_000, unit: 'options' },
      entrants: await entrantReports(entrants, timings, own.median, results, tolerances),
      missing,
      details: { microsecondsPerOption: (own.median * 1e3) / count },
    };
  } finally {
    for (const entrant of entrants) await entrant.close();
  }
}

/** Whole days to expiry, as QuantLib has dates; spots within 30% of the strike. */
function optionsOf(count: number, seed: number): AmericanColumns {
  const random = new RandomStream();
  random.restart(seed, 0, optionStream);
  const column = (draw: () => number): Float64Array => Float64Array.from({ length: count }, draw);
  return {
    optionType: Array.from({ length: count }, (_, index) => (index % 2 === 0 ? 'put' : 'call')),
    spot: column(() => strike * (0.7 + 0.6 * random.nextFineFraction())),
    strike: new Float64Array(count).fill(strike),
    timeToExpiryYears: column(() => (20 + random.nextIndex(700)) / daysPerYear),
    volatility: column(() => 0.15 + 0.45 * random.nextFineFraction()),
    rate: column(() => 0.01 + 0.06 * random.nextFineFraction()),
    dividendYield: column(() => 0.01 + 0.06 * random.nextFineFraction()),
  };
}

function firstOf(options: AmericanColumns, count: number): AmericanColumns {
  const { optionType, spot, strike: strikes, timeToExpiryYears, volatility, rate, dividendYield } = options;
  const cut = (column: Float64Array): Float64Array => column.subarray(0, count);
  return {
    optionType: optionType.slice(0, count),
    spot: cut(spot),
    strike: cut(strikes),
    timeToExpiryYears: cut(timeToExpiryYears),
    volatility: cut(volatility),
    rate: cut(rate),
    dividendYield: cut(dividendYield),
  };
}

function columnsOf({ optionType, spot, timeToExpiryYears, volatility, rate, dividendYield, ...rest }: AmericanColumns): Float64Array[] {
  const sign = Float64Array.from(optionType, (type) => (type === 'call' ? 1 : -1));
  const days = timeToExpiryYears.map((years) => Math.round(years * daysPerYear));
  return [sign, spot, rest.strike, days, volatility, rate, dividendYield];
}

function nativeEntrants(options: AmericanColumns, missing: Record<string, string>): Entrant[] {
  const { optionType, spot, strike: strikes, timeToExpiryYears, volatility, rate, dividendYield } = options;
  const sign = Float64Array.from(optionType, (type) => (type === 'call' ? 1 : -1));
  return nativePrograms(
    {
      source: 'american.c',
      note: 'the same scheme; with intrinsics the same table of the normal distribution, else Mills ratio and exponential',
      counts: [spot.length],
      columns: [sign, spot, strikes, timeToExpiryYears, volatility, rate, dividendYield],
    },
    missing,
  );
}

function sampledNote(sample: number, count: number): string {
  return sample < count ? `; the first ${sample} options, time scaled` : '';
}

function javascriptEntrant(options: AmericanColumns, scale: number): Entrant {
  const settings: AmericanOptions = { kernels: 'javascript' };
  const sample = options.spot.length;
  let results: Float64Array = new Float64Array(0);
  return {
    name: 'javascript',
    note: `the same formula in plain TypeScript, one thread${sampledNote(sample, sample * scale)}`,
    bitEqual: true,
    run: () => timed(() => (results = americanPrices(options, settings))) * scale,
    results: async () => results,
    close: async () => {},
  };
}
