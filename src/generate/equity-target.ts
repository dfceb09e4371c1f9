/**
 * How well covered accounts are: equity as a multiple of maintenance margin.
 *
 * | share of accounts | multiple              | meaning                                          |
 * | ----------------- | --------------------- | ------------------------------------------------ |
 * | 0.1%              | uniform in [0.5, 1)   | below maintenance margin                         |
 * | 2%                | uniform in [1, 1.1)   | within a tenth of it                             |
 * | 97.9%             | 1.1 + Lomax(2, 10)    | median 5.2, 1% above 91; cut off at 1,000        |
 *
 * The Lomax density at 1.1 is 0.979 · 2/10 = 0.196 per unit, next to 0.02/0.1 = 0.2 below: no step, so that how many
 * accounts a small market move pushes over an edge does not depend on which side it comes from.
 */
export const belowMaintenanceShare = 0.001;
export const nearMaintenanceShare = 0.02;
export const nearMaintenanceMultiple = 1.1;
const belowMaintenanceMultipleMin = 0.5;
const lomaxScale = 10;
const multipleMax = 1_000;
/** Keeps rounding of the cash from moving an account over the edge of its class. */
const edgeClearance = 1e-6;

/** Equity over maintenance margin at a uniform fraction in [0, 1). Ascending. */
export function equityMultiple(fraction: number): number {
  const near = belowMaintenanceShare + nearMaintenanceShare;
  if (fraction < belowMaintenanceShare) {
    const share = fraction / belowMaintenanceShare;
    return belowMaintenanceMultipleMin + (1 - edgeClearance - belowMaintenanceMultipleMin) * share;
  }
  if (fraction < near) {
    const share = (fraction - belowMaintenanceShare) / nearMaintenanceShare;
    const start = 1 + edgeClearance;
    return start + (nearMaintenanceMultiple - edgeClearance - start) * share;
  }
  return healthyMultiple((fraction - near) / (1 - near));
}

/** The upper 97.9% alone. */
export function healthyMultiple(fraction: number): number {
  const excess = lomaxScale * (1 / Math.sqrt(1 - fraction) - 1);
  return Math.min(nearMaintenanceMultiple + edgeClearance + excess, multipleMax);
}
