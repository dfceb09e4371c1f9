import {
  XM_DATA_WIDTH, XM_FEE_CAP, XM_FEE_RATE, XM_IMF_BASE, XM_LONG_ITM, XM_MARK, XM_MMF_FACTOR, XM_OPTION_INITIAL,
  XM_OPTION_MAINTENANCE, XM_PREMIUM_MULTIPLIER, XM_SHORT_ITM, XM_SHORT_OTM, XM_SHORT_PUT_CAP, XM_SIZE, XM_SPOT,
  XM_STRIKE, XM_YEARS,
} from '../../../assembly/portable/margin/paradex-xm.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { MarketField } from '../../domain/market.ts';
import type { Coverage, ModelRows, ModelSizes, PortableModel, TickFactors, TickMarket } from '../model.ts';
import { accountRefusal } from '../paradex/account-currency.ts';
import { takerFeeRateOf } from '../paradex/taker-fees.ts';
import { paradexXmComponents } from './evidence.ts';
import {
  parseParadexXmParams, type ParadexXmDelta1, type ParadexXmOption, type ParadexXmOptionSide, type ParadexXmParams,
} from './params.ts';

/** Paradex cross margin. Formulas, sources and evidence: docs/models/paradex-xm.md. */
export const paradexXm: PortableModel<ParadexXmParams> = {
  kind: 'portable',
  name: 'paradex-xm',
  title: 'Paradex cross margin',
  components: paradexXmComponents,
  kernel: 'paradexXm',
  rowKernel: 'paradexXmRow',
  pooling: { kind: 'account', currency: ({ currency }) => currency },
  resultComponents: [
    'netInitial', 'feeProvision', 'openLoss', 'spotBalance', 'netMaintenance', 'positionFeeProvision', 'openNotional',
    'buyOpenNotional', 'sellOpenNotional',
  ],
  faults: ['the account has an open order in a spot market: Paradex has published no margin for it'],
  segments: 'none',
  ordersMargined: true,
  parseParams: parseParadexXmParams,
  coverage,
  refusal,
  requiredFields,
  scenarioCount: () => 1,
  sizes,
  prepareTick,
};

function coverage({ source, date, assets, markets, unconfirmed }: ParadexXmParams): Coverage {
  return { source, date, covers: [...assets.keys(), ...markets.keys()], unconfirmed };
}

function delta1ParamsOf({ name, baseCurrency }: Instrument, params: ParadexXmParams): ParadexXmDelta1 | null {
  return params.markets.get(name)?.delta1 ?? params.assets.get(baseCurrency.toLowerCase())?.delta1 ?? null;
}

function optionParamsOf({ name, baseCurrency }: Instrument, params: ParadexXmParams): ParadexXmOption | null {
  return params.markets.get(name)?.option ?? params.assets.get(baseCurrency.toLowerCase())?.option ?? null;
}

function refusal(instrument: Instrument, params: ParadexXmParams): string | null {
  const reason = accountRefusal(instrument, params.currency);
  if (reason !== null || instrument.kind === 'spot') return reason;
  const asset = instrument.baseCurrency.toLowerCase();
  if (instrument.kind === 'option') {
    if (optionParamsOf(instrument, params) !== null) return null;
    return `the parameters have no section assets.${asset}.option_cross_margin_params`;
  }
  if (delta1ParamsOf(instrument, params) !== null) return null;
  return `the parameters have no section assets.${asset}.delta1_cross_margin_params`;
}

function requiredFields({ kind }: Instrument): readonly MarketField[] {
  return kind === 'option' ? ['markPrice'] : [];
}

function sizes(_rows: ModelRows, _params: ParadexXmParams): ModelSizes {
  return { instrumentDataWidth: XM_DATA_WIDTH, modelFloats: 0, modelWords: 0, workFloats: 0 };
}

function prepareTick(market: TickMarket, params: ParadexXmParams, factors: TickFactors): void {
  market.instruments.forEach((instrument, row) => {
    const data = factors.instrumentData.subarray(row * XM_DATA_WIDTH, (row + 1) * XM_DATA_WIDTH);
    fillInstrument(data, instrument, row, market, params);
  });
}

function fillInstrument(
  data: Float64Array, instrument: Instrument, row: number, market: TickMarket, params: ParadexXmParams,
): void {
  const { kind, contractSize, strike } = instrument;
  data.fill(0);
  data[XM_SIZE] = contractSize;
  data[XM_MARK] = kind === 'option' ? market.field('markPrice')[row] : market.forward[row];
  data[XM_YEARS] = market.timeYears[market.expiryOf[row]];
  if (kind === 'spot') return;
  data[XM_FEE_RATE] = takerFeeRateOf(instrument, params.fees);
  data[XM_FEE_CAP] = params.fees.optionCap;
  if (kind === 'option') {
    data[XM_SPOT] = market.indexPrice[market.groupOf[row]];
    data[XM_STRIKE] = strike!;
    const option = optionParamsOf(instrument, params);
    if (option === null) return;
    fillSide(data.subarray(XM_OPTION_INITIAL), option.imf);
    fillSide(data.subarray(XM_OPTION_MAINTENANCE), option.mmf);
    return;
  }
  const delta1 = delta1ParamsOf(instrument, params);
  if (delta1 === null) return;
  data[XM_IMF_BASE] = delta1.imfBase;
  data[XM_MMF_FACTOR] = delta1.mmfFactor;
}

function fillSide(data: Float64Array, side: ParadexXmOptionSide): void {
  data[XM_PREMIUM_MULTIPLIER] = side.premiumMultiplier;
  data[XM_LONG_ITM] = side.longItm;
  data[XM_SHORT_ITM] = side.shortItm;
  data[XM_SHORT_OTM] = side.shortOtm;
  data[XM_SHORT_PUT_CAP] = side.shortPutCap;
}
