import { DATA_LOSSES } from '../../../assembly/portable/margin/span-layout.ts';
import type { PortableModel } from '../model.ts';
import { indexOf } from './contract-index.ts';
import { mismatch } from './contract-match.ts';
import { spanComponents } from './evidence.ts';
import type { SpanCombinedCommodity, SpanParams } from './parameters.ts';
import { parseSpanParams } from './params.ts';
import { spanTables, writeContractData } from './tables.ts';

/** CME SPAN with risk arrays. Formulas, sources and evidence: docs/models/span.md. */
export const span: PortableModel<SpanParams> = {
  name: 'span',
  kind: 'portable',
  title: 'SPAN (risk arrays, full order of combination)',
  components: spanComponents,
  rowKernel: 'spanRows',
  kernel: 'span',
  pooling: { kind: 'currency' },
  segments: 'group',
  ordersMargined: false,
  faults: [],
  resultComponents: [
    'scanRisk',
    'intracommodityCharge',
    'spotCharge',
    'intercommodityCredit',
    'shortOptionMinimum',
    'riskRequirement',
    'longOptionValue',
    'shortOptionValue',
    'netOptionValue',
    'timeRisk',
    'priceRisk',
    'weightedPriceRisk',
    'netDelta',
    'contractsWithoutPrice',
  ],

  parseParams: parseSpanParams,

  coverage: ({ source, date, combinedCommodities, unconfirmed }) => ({
    source,
    date,
    covers: combinedCommodities.map(({ code }) => code),
    unconfirmed,
  }),

  scenarioCount: ({ scenarios }) => scenarios.length,

  refusal: (instrument, params) => {
    const { contracts, combinedCommodities, refusals } = indexOf(params);
    const contract = contracts.get(instrument.name);
    if (contract === undefined) return 'the risk-parameter file has no contract of this name';
    const commodity = combinedCommodities.get(contract.combinedCommodity)!;
    return (
      refusals.get(commodity.code) ?? mismatch(instrument, contract, commodity.currency) ?? noScanRange(commodity, params)
    );
  },

  requiredFields: () => [],

  sizes: (rows, params) => {
    const { words, floats, workFloats } = spanTables(rows, params);
    return {
      instrumentDataWidth: DATA_LOSSES + params.scenarios.length,
      modelFloats: floats.length,
      modelWords: words.length,
      workFloats,
    };
  },

  prepareTick: (market, params, factors) => {
    const rows = market.instruments;
    const { words, floats } = spanTables(market, params);
    factors.modelWords.set(words);
    factors.modelFloats.set(floats);
    const { contracts } = indexOf(params);
    const width = DATA_LOSSES + params.scenarios.length;
    rows.forEach((instrument, row) => {
      const contract = contracts.get(instrument.name);
      if (contract === undefined) return;
      const years = market.timeYears[market.expiryOf[row]];
      writeContractData(factors.instrumentData.subarray(row * width, (row + 1) * width), contract, instrument, years);
    });
  },
};

/** A weighted price risk that is the scan range needs one. */
function noScanRange({ code, weightedPriceRiskMethod }: SpanCombinedCommodity, params: SpanParams): string | null {
  const { weightedPriceRisk } = params.options;
  const method = weightedPriceRisk === 'file' ? weightedPriceRiskMethod : weightedPriceRisk;
  if (method !== 'scan-range' || indexOf(params).withScanRange.has(code)) return null;
  return `the weighted price risk of ${code} is its price scan range, which the file does not have`;
}
