import type { EngineOptions } from '../engine/engine.ts';
import type { PartialTicks } from '../engine/partial-ticks.ts';
import { modelByName } from '../margin/registry.ts';
import { timeShape, writeBox, type HealthFactors } from './box.ts';
import type { CertificateIssuer } from './certifier.ts';
import type { Evaluation } from './evaluation.ts';

const certifyChunk = 128;
/** So few certificates are computed on the calling thread. */
const inlineSets = 64;

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
    return {
      slopes: async (boxSize, sets) => {
        writeBox(arena, boxSize, thresholds);
        ticks.writeExpirySlopes(timeShape * boxSize);
        await evaluation.runRows('slopeRows', sets);
      },
      certify: async (sets) => {
        certifyList.set(sets);
        await ticks.stage({ kernel, itemCount: sets.length, chunkItems: certifyChunk, inlineItems: inlineSets });
      },
    };
  };
}

export function noCertificates({ model = 'deribit-pm' }: EngineOptions): string {
  return `the model ${model} has no certificates`;
}
