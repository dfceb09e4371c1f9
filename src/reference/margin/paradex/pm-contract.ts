import type { Market } from '../../../domain/market.ts';
import type { ParadexPmAsset, ParadexPmParams, ParadexPmScenario } from '../../../margin/paradex-pm/params.ts';
import { handbookNormalCdf } from '../../abramowitz-stegun.ts';
import { blackScholesPrice } from '../../black-scholes.ts';
import { Decimal, exact, maxOf, one, zero } from '../../decimal.ts';
import { normalCdf } from '../../normal-cdf.ts';
import type { ParadexContract } from './account-value.ts';
import { QuoteProblem, Quotes, requireAccountInstrument } from './quotes.ts';

/** An instrument under portfolio margin; everything of one base unit. */
export interface PmContract extends ParadexContract {
  readonly base: string;
  /** Null for spot, which is outside the scan. */
  readonly risk: PmRisk | null;
}

export interface PmRisk {
  readonly asset: ParadexPmAsset;
  readonly spot: Decimal;
  readonly delta: Decimal;
  readonly fee: Decimal;
  /** What a long base unit pays over the provision's period. */
  readonly funding: Decimal;
  /** Share of the settlement window that is still ahead. */
  readonly live: Decimal;
  /** By scenario of the asset. */
  readonly shocked: readonly Decimal[];
}

const pivotDays = 30;
const dayMs = 86_400_000;
const minuteMs = 60_000;

export function pmContract(market: Market, index: number, params: ParadexPmParams): PmContract {
  const quotes = new Quotes(market, index);
  const { name, kind, baseCurrency } = quotes.instrument;
  requireAccountInstrument(quotes.instrument, params.currency);
  const base = baseCurrency.toLowerCase();
  if (kind === 'spot') {
    const mark = quotes.mark();
    return { name, kind, base, size: quotes.size, mark, notional: mark, risk: null };
  }
  if (kind === 'future') throw new QuoteProblem(`${name}: Paradex has published no portfolio margin of dated futures`);
  const asset = params.assets.get(base);
  if (asset === undefined) throw new QuoteProblem(`${name}: the parameters have no section assets.${base}`);
  const spot = quotes.spot();
  const mark = quotes.mark();
  const common = { asset, spot, delta: quotes.field('delta'), fee: quotes.fee(params.fees) };
  const risk = kind === 'perpetual'
    ? {
      ...common,
      funding: quotes.field('fundingRate').times(exact(params.fundingProvisionHours)).div(8).times(spot),
      live: one,
      shocked: asset.scenarios.map(({ spotShock }) => shockedPerpetual(spot, mark, spotShock)),
    }
    : { ...common, funding: zero, ...optionRisk(quotes, asset, params) };
  return { name, kind, base, size: quotes.size, mark, notional: maxOf(mark, spot), risk };
}

/** The index price moves, the basis stays. */
function shockedPerpetual(spot: Decimal, mark: Decimal, spotShock: number): Decimal {
  const basis = mark.minus(spot).div(spot);
  return spot.times(one.plus(exact(spotShock))).times(one.plus(basis));
}

function optionRisk(quotes: Quotes, asset: ParadexPmAsset, params: ParadexPmParams): Pick<PmRisk, 'live' | 'shocked'> {
  const leftMs = quotes.leftMs()!;
  const days = new Decimal(leftMs).div(dayMs);
  const scale = volatilityScale(days, asset);
  const option = {
    optionType: quotes.instrument.optionType!,
    strike: quotes.strike(),
    years: days.div(365),
    rate: quotes.field('interestRate'),
  };
  const spot = quotes.spot();
  const volatility = quotes.volatility();
  const cdf = params.normalCdf === 'exact' ? normalCdf : handbookNormalCdf;
  const windowMs = exact(params.settlementWindowMinutes).times(minuteMs);
  return {
    live: windowMs.isZero() || windowMs.lessThan(leftMs) ? one : new Decimal(leftMs).div(windowMs),
    shocked: asset.scenarios.map((scenario) => blackScholesPrice({
      ...option,
      spot: spot.times(one.plus(exact(scenario.spotShock))),
      volatility: shockedVolatility(volatility, scale, scenario, asset),
    }, cdf)),
  };
}

/** (30 / DTE)^p with the power of the tenor. */
function volatilityScale(days: Decimal, asset: ParadexPmAsset): Decimal {
  const power = exact(days.lessThan(pivotDays) ? asset.vegaPowerShortDte : asset.vegaPowerLongDte);
  return new Decimal(pivotDays).div(maxOf(exact(asset.dteFloorDays), days)).pow(power);
}

function shockedVolatility(
  volatility: Decimal, scale: Decimal, { volShock }: ParadexPmScenario, asset: ParadexPmAsset,
): Decimal {
  const shocked = volatility.times(one.plus(exact(volShock).times(scale)));
  return maxOf(shocked, volShock > 0 ? exact(asset.minVolShockUp) : zero);
}
