import {
  GROUP_DELTA_SHOCK_MAX,
  GROUP_DELTA_SHOCK_SLOPE,
  GROUP_DELTA_SHOCK_THRESHOLD,
  GROUP_DELTA_TO_SETTLEMENT,
  GROUP_PNL_OFFSET,
  GROUP_PNL_OFFSET_CAP,
  GROUP_USD_TO_SETTLEMENT,
  SCALAR_MAINTENANCE_FACTOR,
} from '../../../assembly/portable/layout.ts';
import type { RiskGroup } from '../../domain/instrument.ts';
import type { Scenario } from '../../scenario/grid.ts';
import { dampenerUsd, matrixCells, rollRate, volatilityFactors } from '../deribit/risk-matrix.ts';
import type { Coverage, GridModel, TickFactors, TickMarket } from '../model.ts';
import { deribitPmComponents } from './evidence.ts';
import { writeExpirySlopes } from './expiry-slopes.ts';
import {
  parseDeribitPmParams,
  type DeribitPmCurrencyParams,
  type DeribitPmPairParams,
  type DeribitPmParams,
} from './params.ts';

/** Deribit portfolio margin, segregated (S:PM). Formulas, sources and evidence: docs/models/deribit-pm.md. */
export const deribitPm: GridModel<DeribitPmParams> = {
  kind: 'grid',
  name: 'deribit-pm',
  title: 'Deribit portfolio margin, segregated (S:PM)',
  components: deribitPmComponents,
  kernel: 'deribitPm',
  rowKernel: 'riskArray',
  parseParams: parseDeribitPmParams,
  coverage,
  refusal,
  scenarios,
  prepareTick,
  certificate: { kernel: 'certifyDeribitPm', writeExpirySlopes },
};

function coverage({ source, timestampMs, pairs }: DeribitPmParams): Coverage {
  return {
    source,
    date: new Date(timestampMs).toISOString().slice(0, 10),
    covers: [...pairs.keys()].sort(),
    unconfirmed: deribitPmComponents
      .filter(({ evidence }) => evidence !== 'confirmed')
      .map(({ component, evidence }) => `${component} (${evidence})`),
  };
}

/** Base and quote of the parameters that the group needs; null with the reason if they are missing. */
function refusal(group: RiskGroup, params: DeribitPmParams): string | null {
  const base = group.baseCurrency.toLowerCase();
  if (!params.currencies.has(base)) return `the parameters have no section currency.${base}`;
  if (!params.pairs.has(group.pair)) return `the parameters have no section currency_pair.${group.pair}`;
  return null;
}

function isInverse(group: RiskGroup): boolean {
  return group.settlementCurrency === group.baseCurrency;
}

function paramsOf(
  group: RiskGroup,
  params: DeribitPmParams,
): { currency: DeribitPmCurrencyParams; pair: DeribitPmPairParams } {
  return { currency: params.currencies.get(group.baseCurrency.toLowerCase())!, pair: params.pairs.get(group.pair)! };
}

function scenarios(group: RiskGroup, indexPrice: number, params: DeribitPmParams): readonly Scenario[] {
  const { currency, pair } = paramsOf(group, params);
  const range = pair.priceRange;
  const inverse = isInverse(group);
  return matrixCells(params.bucketsCount, range).map(({ move, volatility, isExtended }) => {
    if (!isExtended) return { spotShock: move, volatility, weight: 1, dampener: 0 };
    const edge = 1 + (move < 0 ? -range : range);
    const scaled = (pair.extendedTableFactor * range) / Math.abs(move);
    const usd = dampenerUsd(move, range, currency);
    return {
      spotShock: move,
      volatility,
      weight: inverse ? ((1 + move) * scaled) / edge : scaled,
      dampener: inverse ? usd / (edge * indexPrice) : usd,
    };
  });
}

function prepareTick(market: TickMarket, params: DeribitPmParams, factors: TickFactors): void {
  factors.scalars[SCALAR_MAINTENANCE_FACTOR] = params.mmFactor;
  market.groups.forEach((group, index) => {
    const { currency, pair } = paramsOf(group, params);
    const indexPrice = market.indexPrice[index];
    const inverse = isInverse(group);
    const scalars = factors.groupScalars(index);
    factors.volatilityFloor[index] = pair.minVolatilityForShockUp;
    scalars[GROUP_DELTA_TO_SETTLEMENT] = inverse ? 1 : indexPrice;
    scalars[GROUP_USD_TO_SETTLEMENT] = inverse ? 1 / indexPrice : 1;
    scalars[GROUP_DELTA_SHOCK_THRESHOLD] = pair.deltaTotalLiqShockThreshold;
    scalars[GROUP_DELTA_SHOCK_SLOPE] = pair.mInc;
    scalars[GROUP_DELTA_SHOCK_MAX] = pair.maxDeltaShock;
    scalars[GROUP_PNL_OFFSET] = currency.pnlOffset;
    scalars[GROUP_PNL_OFFSET_CAP] = inverse ? currency.maxOffsetablePnl / indexPrice : currency.maxOffsetablePnl;
  });
  market.expiries.forEach((expiry, index) => {
    const { currency, pair } = paramsOf(market.groups[expiry.group], params);
    const years = market.timeYears[index];
    const shock = volatilityFactors(years, pair);
    factors.upFactor[index] = shock.up;
    factors.downFactor[index] = shock.down;
    factors.rollFactor[index] = rollRate(expiry.kind, years, currency);
  });
}
