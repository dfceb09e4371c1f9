import type { Engine } from '../../src/engine/engine.ts';

/**
 * Bytes of the arena, exact; and the resident set of the process, which also holds everything else that the
 * benchmark needs.
 */
export function bookMemory(engine: Engine): Record<string, number> {
  const { plan } = engine.arena;
  const positions = engine.positionCount;
  const accounts = engine.accountIds.length;
  const tableBytes = (name: string): number =>
    plan.columns.filter(({ table }) => table === name).reduce((sum, { bytes }) => sum + bytes, 0);
  const { positionCapacity, nettingSetCapacity } = plan.counts;
  return {
    arenaBytes: plan.bytes,
    arenaBytesPerPosition: plan.bytes / positions,
    arenaBytesPerAccount: plan.bytes / accounts,
    /** By capacity: the arena keeps room for updates. */
    positionColumnBytesPerSlot: tableBytes('position') / positionCapacity,
    nettingSetColumnBytesPerSlot: (tableBytes('nettingSet') + tableBytes('result')) / nettingSetCapacity,
    residentBytes: process.memoryUsage().rss,
  };
}
