import type { Instrument } from '../../domain/instrument.ts';
import {
  equityCurrencyOf,
  needsStablePrice,
  reportingCurrency,
  spotRefusal,
  usdPerUnit,
} from '../deribit/instrument-terms.ts';
import { prepareStandardTick, standardComponents, standardRefusal, standardSizes } from '../deribit/standard-tick.ts';
import type { ModelSizes, PortableModel, TickFactors, TickMarket } from '../model.ts';
import { deribitXsmEvidence } from './evidence.ts';
import { coverageOfDeribitXsm, parseDeribitXsmParams, type DeribitXsmParams } from './params.ts';

/** Deribit standard margin, cross collateral (X:SM). Formulas, sources and evidence: docs/models/deribit-xsm.md. */
export const deribitXsm: PortableModel<DeribitXsmParams> = {
  name: 'deribit-xsm',
  title: 'Deribit standard margin, cross collateral (X:SM)',
  kind: 'portable',
  components: deribitXsmEvidence,
  kernel: 'deribitStandard',
  rowKernel: 'deribitStandardRow',
  pooling: { kind: 'account', currency: () => reportingCurrency },
  resultComponents: [...standardComponents, 'haircut'],
  faults: [],
  segments: 'none',
  ordersMargined: false,
  parseParams: parseDeribitXsmParams,
  coverage: coverageOfDeribitXsm,
  scenarioCount: () => 1,
  refusal,
  requiredFields: (instrument) => (needsStablePrice(instrument) ? ['stablePrice'] : []),
  sizes: (rows): ModelSizes => standardSizes(rows.instruments.length, currenciesOf(rows.instruments).length),
  prepareTick,
};

/** Currencies of the balances, in the order of the instruments. */
function currenciesOf(instruments: readonly Instrument[]): readonly string[] {
  return [...new Set(instruments.map(equityCurrencyOf))];
}

function refusal(instrument: Instrument, params: DeribitXsmParams): string | null {
  const isSpot = instrument.kind === 'spot';
  const problem = isSpot ? spotRefusal(instrument) : standardRefusal(instrument, params);
  if (problem !== null) return problem;
  const currency = equityCurrencyOf(instrument);
  if (currency === reportingCurrency.toLowerCase() || params.collateral.has(currency)) return null;
  return `the parameters have no section collateral.${currency}`;
}

function prepareTick(market: TickMarket, params: DeribitXsmParams, factors: TickFactors): void {
  const currencies = currenciesOf(market.instruments);
  const stablePrice = market.field('stablePrice');
  currencies.forEach((currency, index) => {
    factors.modelFloats[index] = params.collateral.get(currency)?.haircut ?? 0;
  });
  prepareStandardTick(market, params, factors, {
    currencyCount: currencies.length,
    conversion: (row) =>
      usdPerUnit(market.instruments[row], market.indexPrice[market.groupOf[row]], stablePrice[row]),
    currencyOf: (row) => currencies.indexOf(equityCurrencyOf(market.instruments[row])),
  });
}
