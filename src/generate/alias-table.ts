/**
 * Draws an index with given probabilities in constant time: alias method of Walker (1977) as built by Vose (1991).
 *
 * One random fraction gives both the column (its integer part after scaling) and the side of the column (the rest).
 */
export interface AliasTable {
  readonly count: number;
  /** Share of each column that belongs to the column itself; the rest belongs to `alias`. */
  readonly ownShare: Float64Array;
  readonly alias: Int32Array;
}

/** Weights >= 0; if all are zero, every index is as likely as any other. */
export function buildAliasTable(weights: Float64Array): AliasTable {
  const count = weights.length;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const ownShare = weights.map((weight) => (total > 0 ? (weight / total) * count : 1));
  const alias = Int32Array.from(weights, (_weight, index) => index);
  const small: number[] = [];
  const large: number[] = [];
  for (let index = 0; index < count; index++) (ownShare[index] < 1 ? small : large).push(index);
  while (small.length > 0 && large.length > 0) {
    const receiver = small.pop()!;
    const giver = large[large.length - 1];
    alias[receiver] = giver;
    ownShare[giver] -= 1 - ownShare[receiver];
    if (ownShare[giver] < 1) small.push(large.pop()!);
  }
  // What is left differs from 1 by rounding only. An index of weight zero cannot be left: its column was given away
  // first.
  for (const index of [...small, ...large]) ownShare[index] = 1;
  return { count, ownShare, alias };
}

/** `fraction` in [0, 1). */
export function drawFromAliasTable(table: AliasTable, fraction: number): number {
  const scaled = fraction * table.count;
  const column = Math.floor(scaled);
  return scaled - column < table.ownShare[column] ? column : table.alias[column];
}
