import { exp } from '../../../assembly/portable/exp.ts';
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
import { power } from '../../../assembly/portable/power.ts';
import type { RiskGroup } from '../../domain/instrument.ts';
import type { Scenario, VolatilityDirection } from '../../scenario/grid.ts';
import type { Coverage, ExpiryRow, GridModel, TickFactors, TickMarket } from '../model.ts';
import { deribitPmComponents } from './evidence.ts';
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
};

/** Extended table: price moves, volatility up only (section B). */
const extendedMoves = [-0.66, -0.33, 0.5, 1, 2, 3, 4, 5] as const;
/** Order inside one price move (section A). */
const volatilityOrder: readonly VolatilityDirection[] = ['up', 'same', 'down'];
/** Tenor at which the volatility shock is the stated range; also where the vega power changes. */
const pivotDays = 30;
/** Days to expiry below which the volatility shock grows no further. */
const daysToExpiryMin = 1;
const daysPerYear = 365;

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
  const rows: Scenario[] = [];
  for (let bucket = -params.bucketsCount; bucket <= params.bucketsCount; bucket++) {
    const spotShock = (range * bucket) / params.bucketsCount;
    for (const volatility of volatilityOrder) rows.push({ spotShock, volatility, weight: 1, dampener: 0 });
  }
  for (const move of extendedMoves) {
    const edge = 1 + (move < 0 ? -range : range);
    const size = Math.abs(move);
    const scaled = (pair.extendedTableFactor * range) / size;
    const weight = inverse ? ((1 + move) * scaled) / edge : scaled;
    const excess = size / range > 1 ? size / range - 1 : 0;
    const dampenerUsd = excess * currency.extendedDampener;
    rows.push({
      spotShock: move,
      volatility: 'up',
      weight,
      dampener: inverse ? dampenerUsd / (edge * indexPrice) : dampenerUsd,
    });
  }
  return rows;
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
    const scale = volatilityScale(years, pair);
    factors.upFactor[index] = 1 + pair.volatilityRangeUp * scale;
    const down = 1 - pair.volatilityRangeDown * scale;
    factors.downFactor[index] = down > 0 ? down : 0;
    factors.rollFactor[index] = rollFactorOf(expiry, years, currency);
  });
}

/** (30/DTE)^p, with the power of the tenor (section A). */
function volatilityScale(years: number, pair: DeribitPmPairParams): number {
  const days = years * daysPerYear > daysToExpiryMin ? years * daysPerYear : daysToExpiryMin;
  return power(pivotDays / days, days < pivotDays ? pair.shortTermVegaPower : pair.longTermVegaPower);
}

/** Section E. Spot has no expiry to roll. */
function rollFactorOf(expiry: ExpiryRow, years: number, currency: DeribitPmCurrencyParams): number {
  if (expiry.kind === 'spot') return 0;
  const annualised = exp(currency.annualisedMoveRisk * years) - 1;
  return annualised > currency.minAnnualisedMove ? annualised : currency.minAnnualisedMove;
}
