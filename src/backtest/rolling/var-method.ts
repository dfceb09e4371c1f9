import type { Innovation } from '../../dynamic/garch-fit.ts';

/**
 * How VaR and ES of a day come from the past.
 *
 * - `historical`: every window of the lookback counts the same.
 * - `age-weighted`: weights by age, newer ones more (Boudoukh, Richardson and Whitelaw 1998).
 * - `fhs-ewma`, `fhs-garch`: returns of the lookback scaled to the volatility forecast for the day (Hull and White
 *   1998,
 *   Barone-Adesi, Giannopoulos and Vosper 1999). The GARCH(1,1) is fitted to the lookback, afresh every `refitDays`.
 * - `delta-normal`: first-order P&L, normal, without a mean; variance of the lookback's daily returns, with equal
 *   weights
 *   or exponential ones (`lambda`), times the horizon.
 */
export type VarMethod =
  | { readonly kind: 'historical' }
  | { readonly kind: 'age-weighted'; readonly lambda: number }
  | { readonly kind: 'fhs-ewma'; readonly lambda: number }
  | { readonly kind: 'fhs-garch'; readonly refitDays: number; readonly innovation: Innovation }
  | { readonly kind: 'delta-normal'; readonly lambda: number | null };

export const varMethodNames = ['historical', 'age-weighted', 'fhs-ewma', 'fhs-garch', 'delta-normal'] as const;
export type VarMethodName = (typeof varMethodNames)[number];

/** Settings where none are given: decay of weights 0.995, RiskMetrics' 0.94, a fit a month. */
export const defaultMethods: Readonly<Record<VarMethodName, VarMethod>> = {
  historical: { kind: 'historical' },
  'age-weighted': { kind: 'age-weighted', lambda: 0.995 },
  'fhs-ewma': { kind: 'fhs-ewma', lambda: 0.94 },
  'fhs-garch': { kind: 'fhs-garch', refitDays: 21, innovation: 'normal' },
  'delta-normal': { kind: 'delta-normal', lambda: null },
};

/** `historical`, `age-weighted:0.99`, `fhs-ewma:0.97`, `delta-normal:0.94`. */
export function methodText(method: VarMethod): string {
  if (method.kind === 'historical') return method.kind;
  if (method.kind === 'fhs-garch') return `${method.kind}, ${method.innovation}, fitted every ${method.refitDays} days`;
  return method.kind === 'delta-normal' && method.lambda === null ? method.kind : `${method.kind}:${method.lambda}`;
}
