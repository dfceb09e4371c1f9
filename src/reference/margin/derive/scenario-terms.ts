import { yearMs } from '../../../domain/market.ts';
import type { DeriveManager, DeriveScenario } from '../../../margin/derive-portfolio/terms.ts';
import { Decimal, exact, maxOf, minOf, one, zero } from '../../decimal.ts';
import { optionValue } from './option-value.ts';
import type { Held } from './quotes.ts';

/** What the options of one expiry share. */
export interface ExpiryTerms {
  readonly seconds: Decimal;
  readonly years: Decimal;
  readonly rate: Decimal;
  /** Mark discount. */
  readonly discount: Decimal;
  /** Multiply the discounted value of the expiry where it is >= 0, and where it is negative. */
  readonly positive: Decimal;
  readonly negative: Decimal;
  /** Multipliers of the volatility. */
  readonly up: Decimal;
  readonly down: Decimal;
  /** Share of the basis move that counts. */
  readonly basisFactor: Decimal;
}

const pivotSeconds = 30 * 86_400;
const settlementSeconds = 1800;

export function expiryTerms(option: Held, asOfMs: number, manager: DeriveManager): ExpiryTerms {
  const { volShock, margin, basisContingency: basis } = manager;
  const leftMs = maxOf(exact(option.instrument.expiryMs! - asOfMs), zero);
  const seconds = leftMs.div(1000);
  const years = leftMs.div(yearMs);
  const rate = maxOf(option.quote('interestRate'), zero);
  const discount = manager.discountsMark ? rate.times(years).negated().exp() : one;
  const long = rate.times(exact(margin.longRateMultScale)).plus(exact(margin.longRateAddScale));
  const short = rate.times(exact(margin.shortRateMultScale)).plus(exact(margin.shortRateAddScale));
  const tenor = maxOf(seconds, exact(volShock.dteFloor));
  const power = seconds.lessThanOrEqualTo(pivotSeconds) ? volShock.shortTermPower : volShock.longTermPower;
  const size = new Decimal(pivotSeconds).div(tenor).pow(exact(power));
  return {
    seconds,
    years,
    rate,
    discount,
    positive: exact(margin.longBaseStaticDiscount).times(long.times(years).negated().exp()),
    negative: minOf(one.div(discount), exact(margin.shortBaseStaticDiscount).times(short.times(years).exp())),
    up: one.plus(exact(volShock.volRangeUp).times(size)),
    down: maxOf(zero, one.minus(exact(volShock.volRangeDown).times(size))),
    basisFactor: exact(basis.basisContAddFactor).plus(exact(basis.basisContMultFactor).times(years)),
  };
}

/** Undiscounted value of the options of one expiry. */
export function expiryValue(
  options: readonly Held[],
  terms: ExpiryTerms,
  manager: DeriveManager,
  scenario: Pick<DeriveScenario, 'spotShock' | 'volShock'>,
): Decimal {
  return options.reduce((total, option) => {
    const forward = shockedForward(option, terms, exact(scenario.spotShock));
    const volatility = shockedVolatility(option, terms, manager, scenario.volShock);
    const { strike, optionType } = option.instrument;
    return total.plus(option.units.times(optionValue(forward, exact(strike!), volatility, terms.years, optionType!)));
  }, zero);
}

/** A shock moves only the part of the forward that is not settled yet. */
function shockedForward(option: Held, { seconds }: ExpiryTerms, multiplier: Decimal): Decimal {
  const elapsed = maxOf(new Decimal(settlementSeconds).minus(seconds), zero);
  const fixed = option.optionalQuote('settledForward') ?? option.price.times(elapsed).div(settlementSeconds);
  return option.price.minus(fixed).times(multiplier).plus(fixed);
}

function shockedVolatility(
  option: Held,
  terms: ExpiryTerms,
  manager: DeriveManager,
  volShock: DeriveScenario['volShock'],
): Decimal {
  if (volShock === 'Up') return maxOf(exact(manager.volShock.minVolUpShock), option.volatility.times(terms.up));
  if (volShock === 'Down') return option.volatility.times(terms.down);
  if (volShock === 'None') return option.volatility;
  return option.volatility.times(skewMultiplier(option, terms, manager, volShock));
}

function skewMultiplier(
  option: Held,
  { years }: ExpiryTerms,
  { skewShock }: DeriveManager,
  kind: 'Linear' | 'Abs',
): Decimal {
  const isLinear = kind === 'Linear';
  const rootTime = years.sqrt();
  const moneyness = exact(option.instrument.strike!).div(option.price).ln();
  const k = isLinear ? moneyness : moneyness.abs();
  const cBase = exact(isLinear ? skewShock.linearCBase : skewShock.absCBase);
  const cap = cBase.times(rootTime).plus(exact(isLinear ? skewShock.linearBaseCap : skewShock.absBaseCap));
  const volatility = exact(skewShock.volParamStatic).plus(rootTime.times(exact(skewShock.volParamScale)));
  const width = maxOf(exact(skewShock.minKStar), rootTime.times(exact(skewShock.widthScale)).times(volatility));
  const change = k.times(cap).div(width);
  return one.plus(k.greaterThanOrEqualTo(0) ? minOf(change, cap) : maxOf(change, cap.negated()));
}
