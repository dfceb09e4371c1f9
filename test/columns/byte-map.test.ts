import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exampleCounts, renderByteMap } from '../../src/columns/byte-map.ts';
import { Arena, headerWords, planArena, verifyHeader } from '../../src/columns/arena.ts';
import { packageRoot } from '../../src/package-root.ts';

describe('byte map', () => {
  it('of the documentation is the one of the code', () => {
    const text = readFileSync(join(packageRoot, 'docs', 'ARCHITECTURE.md'), 'utf8');
    const [, shown] = /<!-- byte map -->\n([\s\S]*?)\n<!-- end of byte map -->/.exec(text) ?? [];
    expect(shown).toBe(renderByteMap(exampleCounts));
  });

  it('columns do not overlap and are aligned', () => {
    const { columns } = planArena(exampleCounts, 2, 1_234);
    for (let i = 1; i < columns.length; i++) {
      expect(columns[i].address % 64).toBe(0);
      expect(columns[i].address).toBeGreaterThanOrEqual(columns[i - 1].address + columns[i - 1].bytes);
    }
  });

  it('takes at most 16 bytes per position and 200 bytes per account, plus tables', () => {
    const { columns } = planArena(exampleCounts, 2, 0);
    const bytesOf = (table: string): number =>
      columns.filter((each) => each.table === table).reduce((sum, each) => sum + each.bytes, 0);
    expect(bytesOf('position') / exampleCounts.positionCapacity).toBeLessThanOrEqual(16);
    expect((bytesOf('nettingSet') + bytesOf('result') + bytesOf('chunk')) / 1_000_000).toBeLessThanOrEqual(200);
  });

  it('a memory of another layout is refused', () => {
    const plan = planArena({ ...exampleCounts, nettingSetCapacity: 8, positionCapacity: 8, instrumentCount: 4 }, 1, 0);
    const arena = new Arena(plan, new ArrayBuffer(plan.end));
    expect(() => verifyHeader(arena.header)).toThrow(/not a margrid arena/);
    arena.seal();
    expect(() => verifyHeader(arena.header)).not.toThrow();
    arena.header[headerWords.version]++;
    expect(() => verifyHeader(arena.header)).toThrow(/arena layout is version \d+, expected/);
  });
});
