import * as layout from '../../../assembly/portable/margin/derive-srm-layout.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { yearMs, type MarketField } from '../../domain/market.ts';
import type { MarginModel, TickFactors, TickMarket } from '../model.ts';
import { deriveSrmComponents } from './evidence.ts';
import { parseDeriveSrmParams, type DeriveSrmMarket, type DeriveSrmParams } from './params.ts';

/** Derive standard margin. Formulas, sources and evidence: docs/models/derive-srm.md. */
export const deriveSrm: MarginModel<DeriveSrmParams> = {
  name: 'derive-srm',
  title: 'Derive standard margin',
  components: deriveSrmComponents,
  kind: 'portable',
  kernel: 'deriveSrm',
  rowKernel: 'deriveSrmRows',
  pooling: { kind: 'account', currency: (params) => params.currency },
  resultComponents: [
    'optionMaintenance',
    'optionInitial',
    'perpMaintenance',
    'perpInitial',
    'baseMaintenance',
    'baseInitial',
    'depegContingency',
    'oracleContingency',
  ],
  faults: ['the account is short of a base asset, for which standard margin has no published rule'],
  segments: 'none',
  ordersMargined: false,
  scenarioCount: () => 1,
  refusal,
  requiredFields,
  sizes: (rows, params) => ({
    instrumentDataWidth: layout.INSTRUMENT_DATA_WIDTH,
    modelFloats: params.markets.size * layout.MARKET_FLOATS,
    modelWords: rows.instruments.length * layout.ROW_WORDS,
    workFloats: layout.WORK_COUNT,
  }),
  parseParams: parseDeriveSrmParams,
  coverage: ({ source, date, markets, unconfirmed }) => ({ source, date, covers: [...markets.keys()], unconfirmed }),
  prepareTick,
};

const sectionOf = { spot: 'base', perpetual: 'perp', option: 'option' } as const;

function refusal(instrument: Instrument, params: DeriveSrmParams): string | null {
  if (instrument.payoff !== 'linear' || instrument.settlementCurrency !== params.currency) {
    return `only linear instruments settled in ${params.currency} are margined`;
  }
  if (instrument.exercise === 'american') return 'american exercise has no place in the model';
  if (instrument.kind === 'future') return 'dated futures have no margin rule in the parameters';
  const base = instrument.baseCurrency.toLowerCase();
  const needed = sectionOf[instrument.kind];
  const market = params.markets.get(base);
  const isMissing = market === undefined || market[needed] === null;
  return isMissing ? `the parameters have no section markets.${base}.${needed}` : null;
}

function requiredFields(instrument: Instrument): readonly MarketField[] {
  if (instrument.kind === 'spot') return ['indexConfidence', 'stablePrice'];
  if (instrument.kind === 'perpetual') return ['confidence', 'indexConfidence', 'stablePrice'];
  return ['confidence', 'volatilityConfidence', 'indexConfidence', 'stablePrice'];
}

const kinds = { spot: layout.KIND_BASE, perpetual: layout.KIND_PERPETUAL, option: layout.KIND_OPTION } as const;

function prepareTick(market: TickMarket, params: DeriveSrmParams, factors: TickFactors): void {
  const names = [...params.markets.keys()];
  names.forEach((name, index) => {
    const first = index * layout.MARKET_FLOATS;
    fillMarket(params.markets.get(name)!, factors.modelFloats.subarray(first, first + layout.MARKET_FLOATS));
  });
  market.instruments.forEach((instrument, row) => {
    const words = row * layout.ROW_WORDS;
    factors.modelWords[words + layout.ROW_KIND] =
      instrument.kind === 'future' ? layout.KIND_PERPETUAL : kinds[instrument.kind];
    // Refused instruments have no market; accounts that hold them never reach the kernel.
    const index = names.indexOf(instrument.baseCurrency.toLowerCase());
    factors.modelWords[words + layout.ROW_MARKET] = Math.max(index, 0);
    fillInstrument(market, params, row, factors.instrumentData);
  });
}

/** Products that the market does not have are refused before their zeros are read. */
function fillMarket({ perp, option, base, oracle }: DeriveSrmMarket, floats: Float64Array): void {
  floats[layout.MARKET_PERPETUAL_MAINTENANCE] = perp?.mmPerpReq ?? 0;
  floats[layout.MARKET_PERPETUAL_INITIAL] = perp?.imPerpReq ?? 0;
  floats[layout.MARKET_MAX_SPOT] = option?.maxSpotReq ?? 0;
  floats[layout.MARKET_MIN_SPOT] = option?.minSpotReq ?? 0;
  floats[layout.MARKET_CALL_MAINTENANCE] = option?.mmCallSpotReq ?? 0;
  floats[layout.MARKET_PUT_MAINTENANCE] = option?.mmPutSpotReq ?? 0;
  floats[layout.MARKET_PUT_MARK_MAINTENANCE] = option?.MMPutMtMReq ?? 0;
  floats[layout.MARKET_UNPAIRED_INITIAL] = option?.unpairedIMScale ?? 0;
  floats[layout.MARKET_UNPAIRED_MAINTENANCE] = option?.unpairedMMScale ?? 0;
  floats[layout.MARKET_PUT_OFFSET] = option?.mmOffsetScale ?? 0;
  floats[layout.MARKET_PERPETUAL_THRESHOLD] = oracle.perpThreshold;
  floats[layout.MARKET_OPTION_THRESHOLD] = oracle.optionThreshold;
  floats[layout.MARKET_BASE_THRESHOLD] = oracle.baseThreshold;
  floats[layout.MARKET_ORACLE_SCALE] = oracle.OCFactor;
  floats[layout.MARKET_BASE_MAINTENANCE] = base?.marginFactor ?? 0;
  floats[layout.MARKET_BASE_INITIAL] = base === null ? 0 : base.marginFactor * base.IMScale;
}

/** A confidence outside [0, 1] is bad data. */
function confidenceOf(value: number): number {
  return value >= 0 && value <= 1 ? value : NaN;
}

function fillInstrument(market: TickMarket, params: DeriveSrmParams, row: number, data: Float64Array): void {
  const { kind, expiryMs } = market.instruments[row];
  const first = row * layout.INSTRUMENT_DATA_WIDTH;
  const own = confidenceOf(market.field('confidence')[row]);
  const volatility = confidenceOf(market.field('volatilityConfidence')[row]);
  data[first + layout.DATA_CONFIDENCE] = kind === 'option' ? Math.min(own, volatility) : own;
  data[first + layout.DATA_SPOT_CONFIDENCE] = confidenceOf(market.field('indexConfidence')[row]);
  data[first + layout.DATA_SPOT] = market.indexPrice[market.groupOf[row]]!;
  data[first + layout.DATA_ROOT_TIME] =
    expiryMs === null ? 0 : Math.sqrt(Math.max(expiryMs - market.asOfMs, 0) / yearMs);
  const depeg = params.depeg.threshold - market.field('stablePrice')[row];
  data[first + layout.DATA_DEPEG] = depeg <= 0 ? 0 : depeg * params.depeg.depegFactor;
}
