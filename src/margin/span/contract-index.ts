import type { SpanCombinedCommodity, SpanContract, SpanParams, SpanTier } from './parameters.ts';

/** Contracts and combined commodities by name; made once per parameter object. */
export interface SpanIndex {
  readonly contracts: ReadonlyMap<string, SpanContract>;
  readonly combinedCommodities: ReadonlyMap<string, SpanCombinedCommodity>;
  /** Reason why a combined commodity cannot be margined, by code. */
  readonly refusals: ReadonlyMap<string, string>;
  /** Codes of those that have a price scan range. */
  readonly withScanRange: ReadonlySet<string>;
}

const indexes = new WeakMap<SpanParams, SpanIndex>();

export function indexOf(params: SpanParams): SpanIndex {
  let index = indexes.get(params);
  if (index === undefined) {
    index = {
      contracts: new Map(params.contracts.map((contract) => [contract.name, contract])),
      combinedCommodities: new Map(params.combinedCommodities.map((each) => [each.code, each])),
      refusals: refusalsOf(params),
      withScanRange: new Set(
        params.contracts.flatMap(({ combinedCommodity, priceScanRange }) =>
          priceScanRange === null ? [] : [combinedCommodity],
        ),
      ),
    };
    indexes.set(params, index);
  }
  return index;
}

/** Its own reason, or that of an intercommodity spread it is a leg of. */
function refusalsOf(params: SpanParams): Map<string, string> {
  const refusals = new Map<string, string>();
  for (const { code, refusal } of params.combinedCommodities) if (refusal !== null) refusals.set(code, refusal);
  for (const spread of params.interSpreads) {
    if (spread.refusal === null) continue;
    for (const { combinedCommodity } of spread.legs) {
      if (!refusals.has(combinedCommodity)) refusals.set(combinedCommodity, spread.refusal);
    }
  }
  return refusals;
}

/**
 * Whether a contract month (`CCYYMM`, then a day or week code) lies in a tier. Bounds without a day code cover the
 * whole month.
 */
export function isInTier(month: string, { start, end }: Pick<SpanTier, 'start' | 'end'>): boolean {
  return month.slice(0, start.length) >= start && month.slice(0, end.length) <= end;
}
