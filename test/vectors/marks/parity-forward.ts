import type { MarkRow } from '../../support/mark-snapshot.ts';

/** Forward of an expiry from its marks. Quote currency per base unit. */
export interface ParityForward {
  readonly forward: number;
  /**
   * Farthest that a pair of marks puts it from there: marks of one snapshot are not of one instant, and no single
   * forward reproduces both marks of such a pair.
   */
  readonly uncertainty: number;
}

/** Pairs farther from the money than this count less for the forward than their rounding does. */
const nearMoney = 0.1;
/** Marks have eight decimals. */
export const markStep = 1e-8;

/**
 * Put-call parity of coin prices, C - P = 1 - K/F, solved for F: the median over the pairs near the money. The forward
 * that a venue publishes beside its marks may lag them. Null without a pair.
 */
export function parityForward(rows: readonly MarkRow[]): ParityForward | null {
  const putRows = rows.filter(({ optionType }) => optionType === 'put');
  const puts = new Map(putRows.map(({ strike, markPrice }) => [strike, markPrice] as const));
  const pairs = rows.flatMap(({ optionType, strike, markPrice }) => {
    const put = puts.get(strike);
    return optionType === 'put' || put === undefined ? [] : [{ strike, forward: strike / (1 - (markPrice - put)) }];
  });
  const rough = quantile(pairs.map(({ forward }) => forward), 0.5);
  if (rough === null) return null;
  const near = pairs.filter(({ strike }) => Math.abs(strike / rough - 1) <= nearMoney).map(({ forward }) => forward);
  const forward = quantile(near.length > 0 ? near : pairs.map((pair) => pair.forward), 0.5)!;
  const spread = Math.max(...pairs.map((pair) => Math.abs(pair.forward - forward)));
  return { forward, uncertainty: Math.max(spread, rough * markStep) };
}

function quantile(values: readonly number[], share: number): number | null {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
}
