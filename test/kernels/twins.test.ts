import { describe, expect, it } from 'vitest';
import * as black from '../../assembly/portable/black76.ts';
import { exp } from '../../assembly/portable/exp.ts';
import {
  IMPLIED_OK, impliedStandardDeviation, impliedVolatilityStatus,
} from '../../assembly/portable/implied-volatility.ts';
import { log } from '../../assembly/portable/log.ts';
import { erfcx, millsRatio, normalCdf, normalPdf, normalQuantile } from '../../assembly/portable/normal.ts';
import { between, pick, seededRandom } from '../support/seeded-random.ts';
import { firstDifference, KernelBench } from '../support/wasm.ts';

const count = 2001;
const edgePrices = [
  5e-324, 1e-310, 2.3e-308, 1e-300, 1e-8, 1, 99.99999999999999, 100, 100.00000000000001, 1e300, 0, -1, NaN,
];
const edgeDeviations = [
  0, 5e-324, 1e-310, 1e-20, 1e-8, black.SERIES_LIMIT * (1 - 2 ** -53), black.SERIES_LIMIT,
  1, 127, 128, 129, 1e300, NaN,
];

interface Inputs {
  readonly sign: number[];
  readonly forward: number[];
  readonly strike: number[];
  /** Standard deviation, or volatility where a kernel wants that. */
  readonly v: number[];
  readonly years: number[];
  readonly rate: number[];
}

/** Market-like options, wide ones and edge cases, in any order: neighbours take different branches. */
function randomInputs(seed: number, size = count): Inputs {
  const random = seededRandom(seed);
  const price = (): number =>
    random() < 0.1 ? pick(random, edgePrices)
      : random() < 0.2 ? 10 ** between(random, -300, 300) : 100 * Math.exp(between(random, -1, 1));
  const inputs: Inputs = { sign: [], forward: [], strike: [], v: [], years: [], rate: [] };
  for (let index = 0; index < size; index++) {
    const forward = price();
    inputs.sign.push(pick(random, [1, -1]));
    inputs.forward.push(forward);
    inputs.strike.push(random() < 0.3 ? forward * (1 + pick(random, [0, 1e-15, -1e-12, 1e-6, 0.2])) : price());
    inputs.v.push(random() < 0.1 ? pick(random, edgeDeviations) : 10 ** between(random, -4, 1));
    inputs.years.push(random() < 0.1 ? pick(random, [0, 1e-6, 5, 1e-300]) : between(random, 0, 3));
    inputs.rate.push(random() < 0.1 ? pick(random, [0, 1000, -1000]) : between(random, -0.1, 0.1));
  }
  return inputs;
}

const seeds = Array.from({ length: 20 }, (_, index) => index + 1);

describe.each(seeds)('seed %s: SIMD, scalar and JavaScript have the same bits', (seed) => {
  const inputs = randomInputs(seed);
  const rows = inputs.sign.map((sign, i) => ({
    sign, forward: inputs.forward[i], strike: inputs.strike[i],
    v: inputs.v[i], years: inputs.years[i], rate: inputs.rate[i],
  }));

  it('priceOptions', () => {
    const bench = new KernelBench();
    const columns = [inputs.sign, inputs.forward, inputs.strike, inputs.v].map((column) => bench.floats(column));
    const [simd, scalar] = [bench.floats(count), bench.floats(count)];
    bench.run('priceOptions', [...columns, simd], count);
    bench.run('priceOptionsScalar', [...columns, scalar], count);
    expect(firstDifference(simd, scalar)).toBe(-1);
    const script = rows.map(({ sign, forward, strike, v }) => black.blackPrice(sign, forward, strike, v));
    expect(firstDifference(simd, script)).toBe(-1);
  });

  it('greekOptions', () => {
    const bench = new KernelBench();
    const { sign, forward, strike, years, v, rate } = inputs;
    const columns = [sign, forward, strike, years, v, rate].map((column) => bench.floats(column));
    const simd = Array.from({ length: 9 }, () => bench.floats(count));
    const scalar = Array.from({ length: 9 }, () => bench.floats(count));
    bench.run('greekOptions', [...columns, ...simd], count);
    bench.run('greekOptionsScalar', [...columns, ...scalar], count);
    simd.forEach((column, index) => expect(firstDifference(column, scalar[index]), `output ${index}`).toBe(-1));
    const script = rows.map((row) => greeksInScript(row));
    [2, 3, 4, 5, 6, 7].forEach((output, index) =>
      expect(firstDifference(simd[output], script.map((greeks) => greeks[index])), `output ${output}`).toBe(-1));
  });

  it('impliedVolatilities', () => {
    const bench = new KernelBench();
    const prices = rows.map(({ sign, forward, strike, v }, index) =>
      index % 10 === 0 ? pick(seededRandom(index), edgePrices) : black.blackPrice(sign, forward, strike, v));
    const { sign: signs, forward: forwards, strike: strikes, years: times } = inputs;
    const columns = [signs, forwards, strikes, times, prices].map((column) => bench.floats(column));
    const [simd, scalar] = [bench.floats(count), bench.floats(count)];
    const [simdStatus, scalarStatus] = [bench.integers(count), bench.integers(count)];
    bench.run('impliedVolatilities', [...columns, simd, simdStatus], count);
    bench.run('impliedVolatilitiesScalar', [...columns, scalar, scalarStatus], count);
    expect(firstDifference(simd, scalar)).toBe(-1);
    expect(firstDifference(simdStatus, scalarStatus)).toBe(-1);
    rows.forEach(({ sign, forward, strike, years }, index) => {
      if (!(years > 0)) return;
      expect(simdStatus[index]).toBe(impliedVolatilityStatus(sign, forward, strike, prices[index]));
      const v = impliedStandardDeviation(sign, forward, strike, prices[index]);
      const volatility = v === 0 ? 0 : v / Math.sqrt(years);
      expect(Object.is(simd[index], volatility), `row ${index}: ${simd[index]} and ${volatility}`).toBe(true);
      if (simdStatus[index] === IMPLIED_OK) expect(v >= 0 && v < Infinity).toBe(true);
    });
  });
});

type Row = Record<'sign' | 'forward' | 'strike' | 'v' | 'years' | 'rate', number>;

function greeksInScript({ sign, forward, strike, v, years, rate }: Row): number[] {
  return [
    black.blackGamma(forward, strike, years, v, rate),
    black.blackVega(forward, strike, years, v, rate),
    black.blackTheta(sign, forward, strike, years, v, rate),
    black.blackRho(sign, forward, strike, years, v, rate),
    black.blackVanna(forward, strike, years, v, rate),
    black.blackVolga(forward, strike, years, v, rate),
  ];
}

it('special functions: WASM and JavaScript have the same bits', () => {
  const random = seededRandom(99);
  const edges = [0, -0, 1, -1, 0.5, 5e-324, 1e-310, 1e300, Infinity, -Infinity, NaN, 0.075, 0.925];
  const anywhere = Array.from({ length: 5000 }, () => between(random, -1, 1) * pick(random, [1, 10, 100, 1000]));
  const values = [...edges, ...anywhere];
  const functions = {
    mapExp: exp, mapLog: log, mapNormalCdf: normalCdf, mapNormalPdf: normalPdf, mapErfcx: erfcx,
    mapNormalQuantile: normalQuantile, mapMillsRatio: millsRatio,
  };
  const bench = new KernelBench();
  const input = bench.floats(values);
  for (const [name, twin] of Object.entries(functions)) {
    const output = bench.floats(values.length);
    bench.run(name, [input, output], values.length);
    expect(firstDifference(output, values.map(twin)), name).toBe(-1);
  }
  expect(bench.brokenFences()).toEqual([]);
});

describe('counts and addresses', () => {
  const counts = Array.from({ length: 10 }, (_, index) => index);

  it.each([0, 8])('every count from 0 to 9, columns %s bytes off the grid, nothing written outside', (misalign) => {
    for (const size of counts) {
      const inputs = randomInputs(size + 100, size);
      const bench = new KernelBench();
      const columnsOf = (names: readonly (keyof Inputs)[]): Float64Array[] =>
        names.map((name) => bench.floats(inputs[name], misalign));
      const outputs = (columnCount: number): Float64Array[] =>
        Array.from({ length: columnCount }, () => bench.floats(size, misalign));

      const priceInputs = columnsOf(['sign', 'forward', 'strike', 'v']);
      const prices = outputs(2);
      bench.run('priceOptions', [...priceInputs, prices[0]], size);
      bench.run('priceOptionsScalar', [...priceInputs, prices[1]], size);
      expect(firstDifference(prices[0], prices[1]), `price, count ${size}`).toBe(-1);

      const greekInputs = columnsOf(['sign', 'forward', 'strike', 'years', 'v', 'rate']);
      const [simd, scalar] = [outputs(9), outputs(9)];
      bench.run('greekOptions', [...greekInputs, ...simd], size);
      bench.run('greekOptionsScalar', [...greekInputs, ...scalar], size);
      simd.forEach((column, index) => expect(firstDifference(column, scalar[index]), `count ${size}`).toBe(-1));

      const impliedInputs = [...columnsOf(['sign', 'forward', 'strike', 'years']), prices[0]];
      const volatilities = outputs(2);
      const statuses = [bench.integers(size, misalign), bench.integers(size, misalign)];
      bench.run('impliedVolatilities', [...impliedInputs, volatilities[0], statuses[0]], size);
      bench.run('impliedVolatilitiesScalar', [...impliedInputs, volatilities[1], statuses[1]], size);
      expect(firstDifference(volatilities[0], volatilities[1]), `volatility, count ${size}`).toBe(-1);
      expect(firstDifference(statuses[0], statuses[1]), `status, count ${size}`).toBe(-1);
      expect(bench.brokenFences(), `count ${size}`).toEqual([]);
    }
  });

  it('the fence notices one element too many', () => {
    const bench = new KernelBench();
    const column = bench.floats([1, 2, 3]);
    const output = bench.floats(3);
    bench.run('mapExp', [column, output], 4);
    expect(bench.brokenFences()).toHaveLength(1);
  });

  it('the price may overwrite v', () => {
    const inputs = randomInputs(7, 9);
    const bench = new KernelBench();
    const columns = [inputs.sign, inputs.forward, inputs.strike, inputs.v].map((each) => bench.floats(each));
    const [sign, forward, strike, v] = columns;
    const apart = bench.floats(9);
    bench.run('priceOptions', [sign, forward, strike, v, apart], 9);
    bench.run('priceOptions', [sign, forward, strike, v, v], 9);
    expect(firstDifference(apart, v)).toBe(-1);
  });

  it('the comparison can fail: it sees one bit and a signed zero', () => {
    expect(firstDifference([1, 2, 3], [1, 2 + 2 ** -51, 3])).toBe(1);
    expect(firstDifference([0], [-0])).toBe(0);
    expect(firstDifference([NaN, 1], [NaN, 1])).toBe(-1);
  });
});
