import { describe, expect, it } from 'vitest';
import { buildAliasTable, drawFromAliasTable } from '../../src/generate/alias-table.ts';
import type { AliasTable } from '../../src/generate/alias-table.ts';

/** What the table gives each index, from its columns. */
function sharesOf(table: AliasTable): number[] {
  const shares = new Array<number>(table.count).fill(0);
  for (let column = 0; column < table.count; column++) {
    shares[column] += table.ownShare[column] / table.count;
    shares[table.alias[column]] += (1 - table.ownShare[column]) / table.count;
  }
  return shares;
}

describe('alias table', () => {
  const examples = [[1], [1, 1], [1, 2, 3, 4], [0, 5, 0, 5, 0], [1e-9, 1, 1e9], [0.3, 0.3, 0.3]];

  it.each(examples.map((weights) => [weights]))('keeps the weights %j', (weights) => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    sharesOf(buildAliasTable(Float64Array.from(weights))).forEach((share, index) => {
      expect(share).toBeCloseTo(weights[index] / total, 14);
    });
  });

  it('never draws weight zero, over a fine comb of fractions', () => {
    const table = buildAliasTable(Float64Array.of(0, 3, 0, 1));
    const drawn = new Set<number>();
    for (let step = 0; step < 100_000; step++) drawn.add(drawFromAliasTable(table, step / 100_000));
    expect([...drawn].sort()).toEqual([1, 3]);
  });

  it('draws three out of four times what weighs three times as much', () => {
    const table = buildAliasTable(Float64Array.of(3, 1));
    let count = 0;
    for (let step = 0; step < 1_000; step++) count += Number(drawFromAliasTable(table, step / 1_000) === 0);
    expect(count).toBe(750);
  });

  it('is uniform without weights', () => {
    expect(sharesOf(buildAliasTable(new Float64Array(4)))).toEqual([0.25, 0.25, 0.25, 0.25]);
  });
});
