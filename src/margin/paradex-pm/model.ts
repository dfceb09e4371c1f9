import { NORMAL_CDF_ABRAMOWITZ_STEGUN, NORMAL_CDF_EXACT } from '../../../assembly/portable/black-scholes.ts';
import { exp } from '../../../assembly/portable/exp.ts';
import {
  PM_DELTA, PM_DISCOUNT, PM_FEE, PM_FUNDING, PM_HEDGED_FACTOR, PM_LIVE, PM_MAINTENANCE_FACTOR, PM_MARK, PM_NORMAL_CDF,
  PM_RATE, PM_SHOCKED, PM_SIZE, PM_SPOT, PM_STRIKE, PM_TABLE, PM_UNHEDGED_FACTOR, PM_VOLATILITY, PM_VOLATILITY_MIN,
  PM_VOLATILITY_SCALE, PM_WORD_COUNT, PM_WORK_COUNT, PM_YEARS,
} from '../../../assembly/portable/margin/paradex-pm.ts';
import { power } from '../../../assembly/portable/power.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { MarketField } from '../../domain/market.ts';
import type { Coverage, ModelRows, ModelSizes, PortableModel, TickFactors, TickMarket } from '../model.ts';
import { accountRefusal } from '../paradex/account-currency.ts';
import { takerFeeRateOf } from '../paradex/taker-fees.ts';
import { paradexPmComponents } from './evidence.ts';
import { parseParadexPmParams, type ParadexPmAsset, type ParadexPmParams } from './params.ts';

/** Paradex portfolio margin. Formulas, sources and evidence: docs/models/paradex-pm.md. */
export const paradexPm: PortableModel<ParadexPmParams> = {
  kind: 'portable',
  name: 'paradex-pm',
  title: 'Paradex portfolio margin',
  components: paradexPmComponents,
  kernel: 'paradexPm',
  rowKernel: 'paradexPmRow',
  pooling: { kind: 'account', currency: ({ currency }) => currency },
  resultComponents: [
    'scanRisk', 'deltaMinimum', 'netInitial', 'fundingProvision', 'feeProvision', 'spotBalance', 'positionScanRisk',
    'positionDeltaMinimum', 'netMaintenance', 'positionFundingProvision', 'positionFeeProvision', 'positionDeltaValue',
    'orderDeltaValue', 'longDeltaValue', 'shortDeltaValue', 'unhedgedDeltaValue', 'hedgedDeltaValue',
  ],
  faults: ['the account has an open order in a spot market: Paradex has published no margin for it'],
  segments: 'group',
  ordersMargined: true,
  parseParams: parseParadexPmParams,
  coverage,
  refusal,
  requiredFields,
  scenarioCount,
  sizes,
  prepareTick,
};

/** Tenor at which the volatility shock is the stated one, and below which the short vega power applies. */
const pivotDays = 30;
const dayMs = 86_400_000;
const minuteMs = 60_000;
/** Funding rates are quoted per eight hours. */
const fundingRateHours = 8;

function coverage({ source, date, assets, unconfirmed }: ParadexPmParams): Coverage {
  return { source, date, covers: [...assets.keys()], unconfirmed };
}

function refusal(instrument: Instrument, params: ParadexPmParams): string | null {
  const reason = accountRefusal(instrument, params.currency);
  if (reason !== null || instrument.kind === 'spot') return reason;
  if (instrument.kind === 'future') return 'Paradex has published no portfolio margin of dated futures';
  const asset = instrument.baseCurrency.toLowerCase();
  return params.assets.has(asset) ? null : `the parameters have no section assets.${asset}`;
}

function requiredFields({ kind }: Instrument): readonly MarketField[] {
  if (kind === 'perpetual') return ['delta', 'fundingRate'];
  return kind === 'option' ? ['markPrice', 'delta', 'interestRate'] : [];
}

/** Tables that are shorter than the longest are filled up with scenarios of weight 0, which never bind. */
function scenarioCount({ assets }: ParadexPmParams): number {
  return Math.max(1, ...[...assets.values()].map(({ scenarios }) => scenarios.length));
}

function sizes({ groups }: ModelRows, params: ParadexPmParams): ModelSizes {
  const count = scenarioCount(params);
  return {
    instrumentDataWidth: PM_SHOCKED + count,
    modelFloats: groups.length * (PM_TABLE + 3 * count),
    modelWords: PM_WORD_COUNT,
    workFloats: PM_WORK_COUNT + count,
  };
}

function prepareTick(market: TickMarket, params: ParadexPmParams, factors: TickFactors): void {
  const { modelFloats, modelWords, instrumentData } = factors;
  const count = scenarioCount(params);
  modelWords[PM_NORMAL_CDF] = params.normalCdf === 'exact' ? NORMAL_CDF_EXACT : NORMAL_CDF_ABRAMOWITZ_STEGUN;
  market.groups.forEach(({ baseCurrency }, group) => {
    const stride = PM_TABLE + 3 * count;
    const block = modelFloats.subarray(group * stride, (group + 1) * stride);
    fillGroup(block, market.indexPrice[group], params.assets.get(baseCurrency.toLowerCase()), count);
  });
  const width = PM_SHOCKED + count;
  market.instruments.forEach((instrument, row) => {
    fillInstrument(instrumentData.subarray(row * width, (row + 1) * width), instrument, row, market, params);
  });
}

/** Without parameters, of a group that holds spot balances only, everything is 0. */
function fillGroup(block: Float64Array, spot: number, asset: ParadexPmAsset | undefined, count: number): void {
  block.fill(0);
  block[PM_SPOT] = spot;
  if (asset === undefined) return;
  block[PM_HEDGED_FACTOR] = asset.hedgedMarginFactor;
  block[PM_UNHEDGED_FACTOR] = asset.unhedgedMarginFactor;
  block[PM_MAINTENANCE_FACTOR] = asset.mmfFactor;
  block[PM_VOLATILITY_MIN] = asset.minVolShockUp;
  asset.scenarios.forEach(({ spotShock, volShock, weight }, s) => {
    block[PM_TABLE + s] = spotShock;
    block[PM_TABLE + count + s] = volShock;
    block[PM_TABLE + 2 * count + s] = weight;
  });
}

function fillInstrument(
  data: Float64Array, instrument: Instrument, row: number, market: TickMarket, params: ParadexPmParams,
): void {
  const { kind, contractSize } = instrument;
  const spot = market.indexPrice[market.groupOf[row]];
  const isOption = kind === 'option';
  data.fill(0);
  data[PM_SIZE] = contractSize;
  data[PM_LIVE] = 1;
  data[PM_MARK] = isOption ? market.field('markPrice')[row] : market.forward[row];
  if (kind === 'spot') return;
  data[PM_DELTA] = market.field('delta')[row];
  const rate = takerFeeRateOf(instrument, params.fees);
  const optionFee = Math.min(rate * spot, params.fees.optionCap * data[PM_MARK]);
  data[PM_FEE] = contractSize * (isOption ? optionFee : rate * data[PM_MARK]);
  if (kind === 'perpetual') {
    const ofPeriod = (market.field('fundingRate')[row] * params.fundingProvisionHours) / fundingRateHours;
    data[PM_FUNDING] = contractSize * ofPeriod * spot;
  }
  if (isOption) fillOption(data, instrument, row, market, params);
}

function fillOption(
  data: Float64Array, instrument: Instrument, row: number, market: TickMarket, params: ParadexPmParams,
): void {
  const asset = params.assets.get(instrument.baseCurrency.toLowerCase());
  const leftMs = instrument.expiryMs! - market.asOfMs;
  const years = market.timeYears[market.expiryOf[row]];
  const rate = market.field('interestRate')[row];
  data[PM_LIVE] = liveFraction(leftMs, params.settlementWindowMinutes * minuteMs);
  data[PM_YEARS] = years;
  data[PM_RATE] = rate;
  data[PM_DISCOUNT] = exp(-rate * years);
  data[PM_VOLATILITY] = market.impliedVolatility[row];
  data[PM_STRIKE] = instrument.strike!;
  data[PM_VOLATILITY_SCALE] = asset === undefined ? 0 : volatilityScale(leftMs / dayMs, asset);
}

/** Part of the settlement window that is still ahead: 1 before it begins or if there is none, 0 at expiry. */
function liveFraction(leftMs: number, windowMs: number): number {
  if (windowMs === 0 || leftMs > windowMs) return 1;
  return leftMs > 0 ? leftMs / windowMs : 0;
}

/** (30 / DTE)^p, with the power of the tenor. */
function volatilityScale(days: number, asset: ParadexPmAsset): number {
  const floored = days > asset.dteFloorDays ? days : asset.dteFloorDays;
  return power(pivotDays / floored, days < pivotDays ? asset.vegaPowerShortDte : asset.vegaPowerLongDte);
}
