import { americanMethods, americanPrices, type AmericanColumns, type AmericanMethod } from '../../../src/pricing/american.ts';
import { MargridError } from '../../../src/errors.ts';
import { MissingBuildError } from '../kernel-module.ts';
import type { SpotOption } from '../spot-option.ts';

/** Prices of one option by every method. */
export type MethodPrices = Readonly<Record<AmericanMethod, number>>;

/** Largest absolute error per strike of 100, and the largest root mean square over a file. Reasons: docs/VECTORS.md. */
export const methodBounds: Readonly<Record<AmericanMethod, { readonly max: number; readonly rms: number }>> = {
  'leisen-reimer': { max: 3e-2, rms: 3e-3 },
  'qdfp-fast': { max: 4e-3, rms: 5e-4 },
  'qdfp-accurate': { max: 1e-3, rms: 5e-5 },
  'qdfp-precise': { max: 2e-7, rms: 2e-8 },
};

export function columnsOf(options: readonly SpotOption[]): AmericanColumns {
  const column = (read: (option: SpotOption) => number): Float64Array => Float64Array.from(options, read);
  return {
    optionType: options.map(({ sign }) => (sign > 0 ? 'call' : 'put')),
    spot: column(({ spot }) => spot),
    strike: column(({ strike }) => strike),
    timeToExpiryYears: column(({ years }) => years),
    volatility: column(({ volatility }) => volatility),
    rate: column(({ rate }) => rate),
    dividendYield: column(({ yieldRate }) => yieldRate),
  };
}

export function pricesBy(method: AmericanMethod, options: readonly SpotOption[]): Float64Array {
  return withBuild(() => americanPrices(columnsOf(options), { method }));
}

export function pricesByEveryMethod(options: readonly SpotOption[]): MethodPrices[] {
  const columns = americanMethods.map((method) => pricesBy(method, options));
  return options.map((_option, row) =>
    Object.fromEntries(americanMethods.map((method, index) => [method, columns[index][row]])) as MethodPrices,
  );
}

/** A missing build stops the run; it is no failure of a case. */
export function withBuild<T>(compute: () => T): T {
  try {
    return compute();
  } catch (cause) {
    if (!(cause instanceof MargridError) || cause.code !== 'KernelMismatch') throw cause;
    throw new MissingBuildError(`run npm run build first: ${cause.message}`, { cause });
  }
}

/** Where both boundaries of exercise matter the methods `qdfp-…` give the price of the trees. */
export function isPricedByTrees({ sign, rate, yieldRate }: SpotOption): boolean {
  const [own, other] = sign > 0 ? [yieldRate, rate] : [rate, yieldRate];
  return own < 0 && other < own;
}
