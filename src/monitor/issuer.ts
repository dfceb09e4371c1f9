import type { PartialTicks } from '../engine/partial-ticks.ts';
import { writeBox, type HealthFactors } from './box.ts';
import type { CertificateIssuer } from './certifier.ts';
import type { Evaluation } from './evaluation.ts';

const certifyChunk = 128;
const inlineSets = 64;

/** Certificates by the kernels of the model. */
export function kernelIssuer(
  ticks: PartialTicks,
  evaluation: Evaluation,
  thresholds: readonly HealthFactors[],
): CertificateIssuer {
  const { arena } = ticks.setup;
  const { certifyList } = arena.views.certifiedSet;
  return {
    writeExpirySlopes: () => {},
    slopes: async (boxSize, sets) => {
      writeBox(arena, boxSize, thresholds);
      await evaluation.runRows('slopeRows' as 'riskArray', sets);
    },
    certify: async (sets) => {
      certifyList.set(sets);
      const kernel = 'certifyDeribitPm' as 'deribitPm';
      await ticks.stage({ kernel, itemCount: sets.length, chunkItems: certifyChunk, inlineItems: inlineSets });
    },
  };
}
