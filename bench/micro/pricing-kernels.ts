import { blackPrice } from '../../assembly/portable/black76.ts';
import {
  IMPLIED_OK, impliedStandardDeviation, impliedVolatilityStatus,
} from '../../assembly/portable/implied-volatility.ts';
import { RandomStream } from '../../src/generate/random.ts';
import { compileBuild, createMemory, heapBaseOf, instantiate, type KernelExports } from '../../src/wasm/module.ts';
import type { MicroKernel, MicroVariant } from './kernel.ts';

const pricingStream = 104;
const columnNames = [
  'sign', 'forward', 'strike', 'time', 'volatility', 'rate', 'deviation', 'price', 'implied', 'status',
  'greekPrice', 'delta', 'gamma', 'vega', 'theta', 'rho', 'vanna', 'volga', 'netDelta',
] as const;
type ColumnName = (typeof columnNames)[number];

interface Columns {
  readonly kernels: KernelExports;
  readonly count: number;
  readonly at: Readonly<Record<ColumnName, number>>;
  readonly view: Readonly<Record<ColumnName, Float64Array>>;
}

/** The batch kernels for option prices, greeks and implied volatilities. */
export function pricingKernels(count: number, seed: number): MicroKernel[] {
  const columns = writeColumns(count, seed);
  priceInJavaScript(columns);
  return [pricesKernel(columns), impliedKernel(columns), greeksKernel(columns)];
}

function writeColumns(count: number, seed: number): Columns {
  const module = compileBuild('single');
  const base = heapBaseOf(instantiate(module, createMemory('single', 65_536)));
  const stride = Math.ceil((count * 8) / 64) * 64;
  const first = Math.ceil(base / 64) * 64;
  const memory = createMemory('single', first + columnNames.length * stride);
  const addresses = columnNames.map((name, index) => [name, first + index * stride] as const);
  const at = Object.fromEntries(addresses) as Record<ColumnName, number>;
  const view = Object.fromEntries(
    columnNames.map((name) => [name, new Float64Array(memory.buffer, at[name], count)]),
  ) as Record<ColumnName, Float64Array>;
  const random = new RandomStream();
  random.restart(seed, 0, pricingStream);
  for (let index = 0; index < count; index++) {
    view.sign[index] = index % 2 === 0 ? 1 : -1;
    view.forward[index] = 100;
    view.strike[index] = 100 * (0.7 + 0.6 * random.nextFineFraction());
    view.time[index] = 0.02 + random.nextFineFraction();
    view.volatility[index] = 0.2 + 0.6 * random.nextFineFraction();
    view.rate[index] = 0.05 * random.nextFineFraction();
    view.deviation[index] = view.volatility[index] * Math.sqrt(view.time[index]);
  }
  return { kernels: instantiate(module, memory), count, at, view };
}

function priceInJavaScript({ view, count }: Columns): void {
  const { sign, forward, strike, deviation, price } = view;
  for (let index = 0; index < count; index++) {
    price[index] = blackPrice(sign[index], forward[index], strike[index], deviation[index]);
  }
}

function pricesKernel(columns: Columns): MicroKernel {
  const { kernels, count, at, view } = columns;
  const addresses = [at.sign, at.forward, at.strike, at.deviation, at.price, count];
  const results = (): Float64Array => view.price.slice();
  return {
    name: 'priceOptions',
    unit: 'options',
    units: count,
    variants: [
      { name: 'simd', pass: () => void kernels['priceOptions'](...addresses), results },
      { name: 'scalar', pass: () => void kernels['priceOptionsScalar'](...addresses), results },
      { name: 'javascript', pass: () => priceInJavaScript(columns), results },
    ],
  };
}

function impliedKernel({ kernels, count, at, view }: Columns): MicroKernel {
  const addresses = [at.sign, at.forward, at.strike, at.time, at.price, at.implied, at.status, count];
  const results = (): Float64Array => view.implied.slice();
  const inJavaScript = (): void => {
    const { sign, forward, strike, time, price, implied } = view;
    for (let index = 0; index < count; index++) {
      const status = impliedVolatilityStatus(sign[index], forward[index], strike[index], price[index]);
      const deviation = impliedStandardDeviation(sign[index], forward[index], strike[index], price[index]);
      implied[index] = status !== IMPLIED_OK ? NaN : deviation === 0 ? 0 : deviation / Math.sqrt(time[index]);
    }
  };
  return {
    name: 'impliedVolatilities',
    unit: 'options',
    units: count,
    variants: [
      { name: 'simd', pass: () => void kernels['impliedVolatilities'](...addresses), results },
      { name: 'scalar', pass: () => void kernels['impliedVolatilitiesScalar'](...addresses), results },
      { name: 'javascript', pass: inJavaScript, results },
    ],
  };
}

function greeksKernel({ kernels, count, at, view }: Columns): MicroKernel {
  const outputs = ['greekPrice', 'delta', 'gamma', 'vega', 'theta', 'rho', 'vanna', 'volga', 'netDelta'] as const;
  const inputs = [at.sign, at.forward, at.strike, at.time, at.volatility, at.rate];
  const addresses = [...inputs, ...outputs.map((name) => at[name]), count];
  const results = (): Float64Array => {
    const all = new Float64Array(outputs.length * count);
    outputs.forEach((name, index) => all.set(view[name], index * count));
    return all;
  };
  const variant = (name: MicroVariant['name'], kernel: string): MicroVariant => ({
    name,
    pass: () => void kernels[kernel](...addresses),
    results,
  });
  return {
    name: 'greekOptions',
    unit: 'options',
    units: count,
    variants: [variant('simd', 'greekOptions'), variant('scalar', 'greekOptionsScalar')],
  };
}
