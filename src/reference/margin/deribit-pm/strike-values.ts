import type { DeribitPmPairParams } from '../../../margin/deribit-pm/params.ts';
import { callDelta, deviationOf, timeValue, type Black76Terms, type Deviation } from '../../black76.ts';
import { Decimal, exact, maxOf, one, zero } from '../../decimal.ts';
import type { Scenario, VolatilityMode } from './scenarios.ts';

/** What the options of one expiry and forward have in common. */
export interface ExpiryTerms {
  readonly forward: PricedForward;
  readonly timeToExpiryYears: Decimal;
  readonly rootTime: Decimal;
  /** Factor on the volatility in each direction (section A). */
  readonly upFactor: Decimal;
  readonly downFactor: Decimal;
  readonly minVolatilityUp: Decimal;
  readonly scenarios: readonly Scenario[];
  /** The forward in each scenario. */
  readonly shockedForwards: readonly PricedForward[];
}

/** A forward and 1/forward, which turns values of inverse options into coins. */
export interface PricedForward {
  readonly price: Decimal;
  readonly inverse: Decimal;
}

/** Values of one strike that its call and its put share; quote currency per base unit. */
export interface StrikeValues {
  readonly strike: Decimal;
  readonly terms: ExpiryTerms;
  readonly timeValueNow: Decimal;
  readonly callDeltaNow: Decimal;
  /** By scenario. */
  readonly timeValues: readonly Decimal[];
}

const daysPerYear = 365;
/** The venue's volatility shock is quoted for 30 days to expiry and scaled by a power of the days to expiry. */
const vegaReferenceDays = 30;

export function expiryTerms(
  forward: Decimal,
  timeToExpiryYears: Decimal,
  pair: DeribitPmPairParams,
  scenarios: readonly Scenario[],
): ExpiryTerms {
  const days = maxOf(timeToExpiryYears.times(daysPerYear), one);
  const power = days.lessThan(vegaReferenceDays) ? pair.shortTermVegaPower : pair.longTermVegaPower;
  const scale = new Decimal(vegaReferenceDays).div(days).pow(exact(power));
  return {
    forward: pricedForward(forward),
    timeToExpiryYears,
    rootTime: timeToExpiryYears.sqrt(),
    upFactor: one.plus(exact(pair.volatilityRangeUp).times(scale)),
    downFactor: maxOf(one.minus(exact(pair.volatilityRangeDown).times(scale)), zero),
    minVolatilityUp: exact(pair.minVolatilityForShockUp),
    scenarios,
    shockedForwards: scenarios.map(({ move }) => pricedForward(forward.times(one.plus(move)))),
  };
}

export function strikeValues(strike: Decimal, volatility: Decimal, terms: ExpiryTerms): StrikeValues {
  const { forward, scenarios, shockedForwards } = terms;
  const deviations = shockedDeviations(volatility, terms);
  const now: Black76Terms = {
    forward: forward.price,
    strike,
    logMoneyness: forward.price.div(strike).ln(),
    deviation: deviations.same,
  };
  const timeValues = scenarios.map(({ index, logMultiplier, volatilityMode }) =>
    timeValue({
      forward: shockedForwards[index].price,
      strike,
      logMoneyness: now.logMoneyness.plus(logMultiplier),
      deviation: deviations[volatilityMode],
    }),
  );
  return { strike, terms, timeValueNow: timeValue(now), callDeltaNow: callDelta(now), timeValues };
}

/** Section A: the volatilities of the three modes, times the root of time. */
function shockedDeviations(volatility: Decimal, terms: ExpiryTerms): Readonly<Record<VolatilityMode, Deviation>> {
  const up = maxOf(volatility.times(terms.upFactor), terms.minVolatilityUp);
  const down = volatility.times(terms.downFactor);
  const { rootTime } = terms;
  return { up: deviationOf(up, rootTime), same: deviationOf(volatility, rootTime), down: deviationOf(down, rootTime) };
}

function pricedForward(price: Decimal): PricedForward {
  return { price, inverse: one.div(price) };
}
