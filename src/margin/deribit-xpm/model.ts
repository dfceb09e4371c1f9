import {
  XPM_COIN_COUNT,
  XPM_CURRENCY_COUNT,
  XPM_DATA_WIDTH,
  XPM_DIRECTIONS,
  XPM_INSTRUMENT_COUNT,
  XPM_MAINTENANCE_FACTOR,
  XPM_SUM_COUNT,
  xpmCoinOfCurrency,
  xpmHaircuts,
} from '../../../assembly/portable/margin/deribit-xpm-layout.ts';
import type { Instrument } from '../../domain/instrument.ts';
import {
  equityCurrencyOf,
  unlisted,
  needsStablePrice,
  reportingCurrency,
  spotRefusal,
} from '../deribit/instrument-terms.ts';
import { matrixCellCount } from '../deribit/risk-matrix.ts';
import type { ModelRows, ModelSizes, PortableModel, TickFactors, TickMarket } from '../model.ts';
import { coinsOf, currenciesOf, type Coin } from './coins.ts';
import { deribitXpmEvidence } from './evidence.ts';
import { coverageOfDeribitXpm, matrixOf, parseDeribitXpmParams, type DeribitXpmParams } from './params.ts';
import { writeCoin, writeDirections, writeInstrument } from './tick-tables.ts';

/** Deribit portfolio margin, cross collateral (X:PM). Formulas, sources and evidence: docs/models/deribit-xpm.md. */
export const deribitXpm: PortableModel<DeribitXpmParams> = {
  name: 'deribit-xpm',
  title: 'Deribit portfolio margin, cross collateral (X:PM)',
  kind: 'portable',
  components: deribitXpmEvidence,
  kernel: 'deribitXpm',
  rowKernel: 'deribitXpmRow',
  pooling: { kind: 'account', currency: () => reportingCurrency },
  resultComponents: ['worstCase', 'rollShock', 'deltaShock', 'riskMatrixMargin', 'haircut', 'addOn'],
  faults: [],
  segments: 'group',
  ordersMargined: false,
  parseParams: parseDeribitXpmParams,
  coverage: coverageOfDeribitXpm,
  scenarioCount: (params) => matrixCellCount(params.bucketsCount),
  refusal,
  requiredFields: (instrument) => (needsStablePrice(instrument) ? ['stablePrice'] : []),
  sizes,
  prepareTick,
};

function refusal(instrument: Instrument, params: DeribitXpmParams): string | null {
  const isSpot = instrument.kind === 'spot';
  const problem = isSpot ? spotRefusal(instrument) : unlisted(instrument);
  if (problem !== null) return problem;
  if (!isSpot) {
    const matrix = matrixOf(instrument.baseCurrency.toLowerCase(), params);
    if (typeof matrix === 'string') return `the parameters have no section ${matrix}`;
  }
  const currency = equityCurrencyOf(instrument);
  if (currency === reportingCurrency.toLowerCase() || params.currencies.has(currency)) return null;
  return `the parameters have no section currency.${currency}`;
}

function sizes(rows: ModelRows, params: DeribitXpmParams): ModelSizes {
  const scenarioCount = matrixCellCount(params.bucketsCount);
  const coinCount = coinsOf(rows, params).length;
  const currencyCount = currenciesOf(rows.instruments).length;
  return {
    instrumentDataWidth: XPM_DATA_WIDTH,
    modelFloats: xpmHaircuts(scenarioCount, coinCount) + currencyCount,
    modelWords: xpmCoinOfCurrency(scenarioCount, rows.instruments.length) + currencyCount,
    workFloats: coinCount * (scenarioCount + XPM_SUM_COUNT) + currencyCount + rows.expiries.length,
  };
}

function prepareTick(market: TickMarket, params: DeribitXpmParams, factors: TickFactors): void {
  const coins = coinsOf(market, params);
  const currencies = currenciesOf(market.instruments);
  const stablePrice = market.field('stablePrice');
  const { modelFloats, modelWords } = factors;
  modelWords[XPM_COIN_COUNT] = coins.length;
  modelWords[XPM_CURRENCY_COUNT] = currencies.length;
  modelWords[XPM_INSTRUMENT_COUNT] = market.instruments.length;
  modelFloats[XPM_MAINTENANCE_FACTOR] = params.mmFactor;
  writeDirections(modelWords.subarray(XPM_DIRECTIONS), params);
  const indexes = coins.map((coin) => coinIndex(coin, market, stablePrice));
  coins.forEach((coin, position) => writeCoin(modelFloats, position, coin, indexes[position], params));
  const table = { market, params, coins, currencies, indexes, stablePrice };
  market.instruments.forEach((_, row) => writeInstrument(factors, table, row));
  writeCurrencies(factors, coins, currencies, market.instruments.length, params);
}

function writeCurrencies(
  { modelFloats, modelWords }: TickFactors,
  coins: readonly Coin[],
  currencies: readonly string[],
  instrumentCount: number,
  params: DeribitXpmParams,
): void {
  const scenarioCount = matrixCellCount(params.bucketsCount);
  currencies.forEach((currency, position) => {
    const found = params.currencies.get(currency);
    const bucket = found?.bucket ?? null;
    modelFloats[xpmHaircuts(scenarioCount, coins.length) + position] = found?.haircut ?? 0;
    modelWords[xpmCoinOfCurrency(scenarioCount, instrumentCount) + position] = coins.findIndex(
      ({ name }) => name === bucket,
    );
  });
}

/**
 * Index price of a coin in USD: of its USD pair where the market has it, else of a pair with a stable price, the first
 * in the alphabet.
 */
function coinIndex({ name, usdGroup }: Coin, market: TickMarket, stablePrice: Float64Array): number {
  if (usdGroup >= 0) return market.indexPrice[usdGroup];
  const isUsable = (row: number): boolean =>
    market.instruments[row].baseCurrency.toLowerCase() === name && stablePrice[row] > 0;
  const rows = [...market.instruments.keys()].filter(isUsable);
  const quoteOf = (row: number): string => market.instruments[row].quoteCurrency;
  const [first] = rows.sort((a, b) => (quoteOf(a) < quoteOf(b) ? -1 : quoteOf(a) > quoteOf(b) ? 1 : a - b));
  return first === undefined ? NaN : market.indexPrice[market.groupOf[first]] * stablePrice[first];
}
