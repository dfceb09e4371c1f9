import type { ResultColumns } from '../engine/engine.ts';

export interface RatioBucket {
  readonly label: string;
  readonly accounts: number;
  /** Of all accounts. */
  readonly share: number;
}

/**
 * Upper ends of the buckets of maintenance margin / equity. 1/1.1 is where the equity is ten percent above the
 * maintenance margin.
 */
const bounds: readonly (readonly [number, string])[] = [
  [0, 'no requirement'],
  [0.1, 'up to 10%'],
  [0.25, '10% to 25%'],
  [0.5, '25% to 50%'],
  [0.75, '50% to 75%'],
  [1 / 1.1, '75% to 90.9%'],
  [1, '90.9% to 100% (within 10% of maintenance)'],
  [Infinity, '100% and more, or equity below zero'],
];

/**
 * Accounts by their worst netting set. An account with a quarantined set has no ratio and is counted apart; the counts
 * add up to all.
 */
export function ratioDistribution(results: ResultColumns, accountCount: number): RatioBucket[] {
  const worst = new Float64Array(accountCount);
  results.accountIndex.forEach((account, set) => {
    const maintenance = results.maintenanceMargin[set];
    const equity = results.equity[set];
    const ratio =
      equity < 0 || (equity === 0 && maintenance > 0) ? Infinity : maintenance === 0 ? 0 : maintenance / equity;
    // NaN (quarantined) must win over every number.
    if (!(ratio <= worst[account])) worst[account] = Number.isNaN(worst[account]) ? NaN : ratio;
  });
  const counts = new Float64Array(bounds.length + 1);
  for (const ratio of worst) {
    const bucket = bounds.findIndex(([bound], index) => ratio <= bound && (index !== 6 || ratio < 1));
    counts[bucket < 0 ? bounds.length : bucket]++;
  }
  const labels = [...bounds.map(([, label]) => label), 'quarantined'];
  return labels.map((label, index) => ({ label, accounts: counts[index], share: counts[index] / accountCount }));
}
