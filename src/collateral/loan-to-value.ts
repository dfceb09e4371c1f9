import type { LtvBands } from './collateral-rules.ts';

/** Where an account stands between its collateral and its loans, from good to bad. The numbers stand in snapshots. */
export const ltvBandNames = ['none', 'within-initial', 'above-initial', 'margin-call', 'liquidation'] as const;
export type LtvBand = (typeof ltvBandNames)[number];

/**
 * Loans / assets at market prices; 0 without loans, Infinity for loans without assets, NaN where a price is missing.
 */
export function loanToValue(owed: number, owned: number): number {
  if (owed === 0) return 0;
  return owned > 0 || Number.isNaN(owned) ? owed / owned : Infinity;
}

/** Place in `ltvBandNames`: a band is reached at its number, the initial one is left above it. NaN: none is known. */
export function ltvBandOf(ratio: number, bands: LtvBands): number {
  if (!(ratio > 0)) return 0;
  if (ratio >= bands.liquidation) return 4;
  if (ratio >= bands.marginCall) return 3;
  return ratio > bands.initial ? 2 : 1;
}

/**
 * Value of assets to sell so that loans / assets falls to `target`, when of each unit sold `fee` is kept: assets A and
 * loans L become A - x and L - (1 - fee) x, hence x = (L - target A) / (1 - fee - target); 0 if it is there already.
 * `target` < 1 - fee.
 */
export function saleToTarget(owed: number, owned: number, target: number, fee: number): number {
  return Math.max((owed - target * owned) / (1 - fee - target), 0);
}
