import type { EngineOptions } from '../engine/engine.ts';
import type { PartialStage, PartialTicks } from '../engine/partial-ticks.ts';
import { modelByName } from '../margin/registry.ts';
import type { HealthFactors } from './box.ts';
import type { CertificateIssuer } from './certifier.ts';
import type { Evaluation } from './evaluation.ts';
import { SlopeTables } from './slope-tables.ts';

/** Microseconds that certificates take on a quiet machine: only how stages are handed out depends on them. */
const cost = { set: 1.5, position: 0.15 };
/** Chunks of about so many microseconds: few enough to claim, and all threads finish together. */
const chunkCost = 24;
const chunkSetsMax = 128;
/** Handing out a stage would take longer. */
const inlineCost = 24;
/** As `tiny` and `short` in src/engine/pool.ts. */
const tinyCost = 256;
const shortCost = 12_000;

export type IssuerFactory = (
  ticks: PartialTicks,
  evaluation: Evaluation,
  thresholds: readonly HealthFactors[],
) => CertificateIssuer;

/** Who computes certificates for the model, or null: then every tick evaluates everything. */
export function issuerFactoryOf({ model = 'deribit-pm' }: EngineOptions): IssuerFactory | null {
  const chosen = modelByName(model);
  if (chosen.kind !== 'grid' || chosen.certificate === undefined) return null;
  const { kernel } = chosen.certificate;
  return (ticks, evaluation, thresholds) => {
    const { arena } = ticks.setup;
    const { certifyList } = arena.views.certifiedSet;
    const tables = new SlopeTables(ticks, evaluation, thresholds);
    return {
      slopes: (boxSize, rows, asOfMs) => tables.prepare(boxSize, rows, asOfMs),
      certify: async (sets) => {
        certifyList.set(sets);
        await ticks.stage({ kernel, ...dispatchOf(sets, arena.views.nettingSet.positionCount) });
      },
    };
  };
}

/** How certificates are handed out: a set may have one position, or thousands. */
export function dispatchOf(sets: Uint32Array, positionCount: Uint32Array): Omit<PartialStage, 'kernel'> {
  let positions = 0;
  for (const set of sets) positions += positionCount[set];
  const itemCount = sets.length;
  const total = cost.set * itemCount + cost.position * positions;
  const chunkItems = Math.min(Math.max(Math.floor((itemCount * chunkCost) / Math.max(total, cost.set)), 1), chunkSetsMax);
  const haste = total <= tinyCost ? 'tiny' : total <= shortCost ? 'short' : 'patient';
  return { itemCount, chunkItems, inlineItems: total <= inlineCost ? itemCount : 0, haste };
}

export function noCertificates({ model = 'deribit-pm' }: EngineOptions): string {
  return `the model ${model} has no certificates`;
}
