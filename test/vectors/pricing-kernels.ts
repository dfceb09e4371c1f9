import { runColumnKernel } from './kernel-module.ts';

/** Exports of the WASM build that map one column to another. */
export type MapKernel = 'mapExp' | 'mapLog' | 'mapNormalCdf' | 'mapNormalPdf' | 'mapNormalQuantile' | 'mapErfcx';

export interface PriceInput {
  /** 1 call, -1 put. */
  readonly sign: number;
  readonly forward: number;
  readonly strike: number;
  /** Volatility times the root of the time to expiry. */
  readonly deviation: number;
}

export interface OptionInput {
  readonly sign: number;
  readonly forward: number;
  readonly strike: number;
  readonly years: number;
  readonly volatility: number;
  /** Continuous, per year. */
  readonly rate: number;
}

/** Discounted; meanings and units in assembly/price/greeks.ts. */
export interface Greeks {
  readonly price: number;
  readonly delta: number;
  readonly gamma: number;
  readonly vega: number;
  readonly theta: number;
  readonly rho: number;
  readonly vanna: number;
  readonly volga: number;
  readonly netTransactionDelta: number;
}

export interface ImpliedInput {
  readonly sign: number;
  readonly forward: number;
  readonly strike: number;
  readonly years: number;
  /** Undiscounted. */
  readonly price: number;
}

export interface Implied {
  readonly volatility: number;
  /** One of the IMPLIED codes of assembly/portable/implied-volatility.ts. */
  readonly status: number;
}

export function evaluateMap(kernel: MapKernel, values: readonly number[]): number[] {
  return values.length === 0 ? [] : Array.from(runColumnKernel(kernel, [Float64Array.from(values)], 1)[0].floats);
}

/** Undiscounted prices. */
export function evaluatePrices(inputs: readonly PriceInput[]): number[] {
  if (inputs.length === 0) return [];
  const columns = columnsOf(inputs, ['sign', 'forward', 'strike', 'deviation']);
  return Array.from(runColumnKernel('priceOptions', columns, 1)[0].floats);
}

/** The order in which the kernel writes its columns. */
const greekColumns = [
  'price', 'delta', 'gamma', 'vega', 'theta', 'rho', 'vanna', 'volga', 'netTransactionDelta',
] as const satisfies readonly (keyof Greeks)[];

export function evaluateGreeks(inputs: readonly OptionInput[]): Greeks[] {
  if (inputs.length === 0) return [];
  const columns = columnsOf(inputs, ['sign', 'forward', 'strike', 'years', 'volatility', 'rate']);
  const written = runColumnKernel('greekOptions', columns, greekColumns.length);
  return inputs.map((_input, row) => Object.fromEntries(
    greekColumns.map((name, index) => [name, written[index].floats[row]]),
  ) as unknown as Greeks);
}

export function evaluateImplied(inputs: readonly ImpliedInput[]): Implied[] {
  if (inputs.length === 0) return [];
  const columns = columnsOf(inputs, ['sign', 'forward', 'strike', 'years', 'price']);
  const [volatility, status] = runColumnKernel('impliedVolatilities', columns, 2);
  return inputs.map((_input, row) => ({ volatility: volatility.floats[row], status: status.integers[row] }));
}

function columnsOf<T>(inputs: readonly T[], names: readonly (keyof T)[]): Float64Array[] {
  return names.map((name) => Float64Array.from(inputs, (input) => input[name] as number));
}
