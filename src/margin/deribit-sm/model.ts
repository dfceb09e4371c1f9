import type { Instrument } from '../../domain/instrument.ts';
import {
  prepareStandardTick,
  standardComponents,
  standardRefusal,
  standardSizes,
  type StandardAccounting,
} from '../deribit/standard-tick.ts';
import type { PortableModel } from '../model.ts';
import { deribitSmEvidence } from './evidence.ts';
import { coverageOfDeribitSm, parseDeribitSmParams, type DeribitSmParams } from './params.ts';

/** Deribit standard margin, segregated (S:SM). Formulas, sources and evidence: docs/models/deribit-sm.md. */
export const deribitSm: PortableModel<DeribitSmParams> = {
  name: 'deribit-sm',
  title: 'Deribit standard margin, segregated (S:SM)',
  kind: 'portable',
  components: deribitSmEvidence,
  kernel: 'deribitStandard',
  rowKernel: 'deribitStandardRow',
  pooling: { kind: 'currency' },
  resultComponents: standardComponents,
  faults: [],
  segments: 'none',
  ordersMargined: false,
  parseParams: parseDeribitSmParams,
  coverage: coverageOfDeribitSm,
  scenarioCount: () => 1,
  refusal,
  requiredFields: () => [],
  sizes: (rows) => standardSizes(rows.instruments.length, 1),
  prepareTick: (market, params, factors) => {
    factors.modelFloats[0] = 0;
    prepareStandardTick(market, params, factors, segregated);
  },
};

/** Amounts stay in the settlement currency, and there is no haircut. */
const segregated: StandardAccounting = { currencyCount: 1, conversion: () => 1, currencyOf: () => 0 };

function refusal(instrument: Instrument, params: DeribitSmParams): string | null {
  if (instrument.kind === 'spot') {
    return `segregated: a balance of ${instrument.baseCurrency} is cash of that currency, no position in another one`;
  }
  return standardRefusal(instrument, params);
}
