import type { OptionType } from '../../../domain/instrument.ts';
import { Decimal, maxOf, one, zero } from '../../decimal.ts';

/** An American option on a spot with continuous rate and yield; no discrete dividends. */
export interface AmericanInput {
  readonly optionType: OptionType;
  readonly spot: Decimal;
  readonly strike: Decimal;
  readonly rate: Decimal;
  readonly dividendYield: Decimal;
  readonly volatility: Decimal;
  readonly timeToExpiryYears: Decimal;
}

/** The two trees of Leisen and Reimer (1996), extrapolated in 1/steps; at least what exercise at a fixed time is worth. */
export function extrapolatedTree(input: AmericanInput, [coarse, fine]: readonly [number, number]): Decimal {
  const floor = certainValue(input);
  if (input.timeToExpiryYears.isZero()) return floor;
  const first = treeValue(input, coarse);
  const second = treeValue(input, fine);
  return maxOf(floor, second.plus(second.minus(first).times(coarse).div(fine - coarse)));
}

/**
 * Value on one tree: probability p = h(d2) of a rise, h the inversion of Peizer and Pratt; factors of a rise and a fall
 * g h(d1) / p and g h(-d1) / h(-d2), g the growth of the forward in one step.
 */
function treeValue(input: AmericanInput, steps: number): Decimal {
  const { optionType, spot, strike, rate, dividendYield, volatility, timeToExpiryYears } = input;
  const carry = rate.minus(dividendYield);
  const deviation = volatility.times(timeToExpiryYears.sqrt());
  const d1 = spot.div(strike).ln().plus(carry.times(timeToExpiryYears)).div(deviation).plus(deviation.div(2));
  const d2 = d1.minus(deviation);
  const [rises, falls] = [peizerPratt(d2, steps), peizerPratt(d2.negated(), steps)];
  const step = timeToExpiryYears.div(steps);
  const growth = carry.times(step).exp();
  const up = growth.times(peizerPratt(d1, steps)).div(rises);
  const down = growth.times(peizerPratt(d1.negated(), steps)).div(falls);
  const discount = rate.times(step).negated().exp();
  const onUp = discount.times(rises);
  const onDown = discount.times(falls);
  const exercised = (price: Decimal): Decimal => (optionType === 'call' ? price.minus(strike) : strike.minus(price));

  const powers: Decimal[] = [one];
  for (let j = 1; j <= steps; j++) powers.push(powers[j - 1].times(up).div(down));
  let lowest = spot.times(down.pow(steps));
  let values = powers.map((power) => maxOf(zero, exercised(lowest.times(power))));
  for (let i = steps - 1; i >= 0; i--) {
    lowest = lowest.div(down);
    const from = lowest;
    const next = values;
    values = Array.from({ length: i + 1 }, (_each, j) =>
      maxOf(next[j].times(onDown).plus(next[j + 1].times(onUp)), exercised(from.times(powers[j]))),
    );
  }
  return values[0];
}

/**
 * h(z) = 1/2 + sign(z)/2 sqrt(1 - e), e = exp(-(z / (n + 1/3 + 0.1/(n+1)))^2 (n + 1/6)); a small one, which the
 * subtraction would cancel, as e/2 / (1 + sqrt(1 - e)).
 */
function peizerPratt(z: Decimal, steps: number): Decimal {
  const n = new Decimal(steps);
  const scaled = z.div(n.plus(one.div(3)).plus(new Decimal('0.1').div(n.plus(1))));
  const exponent = scaled.times(scaled).times(n.plus(one.div(6)));
  const e = exponent.negated().exp();
  const sum = one.plus(one.minus(e).sqrt());
  return z.isNegative() ? e.div(sum).div(2) : sum.div(2);
}

/** The most that exercise at one time between now and expiry is worth if the price only drifts. */
function certainValue({ optionType, spot, strike, rate, dividendYield, timeToExpiryYears }: AmericanInput): Decimal {
  const worth = (time: Decimal): Decimal => {
    const gain = spot
      .times(dividendYield.times(time).negated().exp())
      .minus(strike.times(rate.times(time).negated().exp()));
    return optionType === 'call' ? gain : gain.negated();
  };
  let best = maxOf(maxOf(zero, worth(zero)), worth(timeToExpiryYears));
  const ratio = rate.isZero() ? zero : dividendYield.times(spot).div(rate.times(strike));
  if (ratio.greaterThan(zero) && !dividendYield.equals(rate)) {
    const turn = ratio.ln().div(dividendYield.minus(rate));
    if (turn.greaterThan(zero) && turn.lessThan(timeToExpiryYears)) best = maxOf(best, worth(turn));
  }
  return best;
}

/** Steps of the trees that stand in for the true price where the engine solves for the exercise boundary. */
const convergedSteps = [501, 1_003] as const;

/**
 * The American price to about 1e-6 of the strike by a method other than the engine's: trees of many steps. In doubles:
 * their rounding errors, 1e-13, are far below the error of the trees, and in decimals one price would take a minute.
 */
export function convergedTree(input: AmericanInput): Decimal {
  const floor = certainValue(input);
  if (input.timeToExpiryYears.isZero()) return floor;
  const [coarse, fine] = convergedSteps;
  const first = doubleTreeValue(input, coarse);
  const second = doubleTreeValue(input, fine);
  return maxOf(floor, new Decimal(second + ((second - first) * coarse) / (fine - coarse)));
}

function doubleTreeValue(input: AmericanInput, steps: number): number {
  const { optionType } = input;
  const [spot, strike, rate, dividendYield, volatility, time] = [
    input.spot, input.strike, input.rate, input.dividendYield, input.volatility, input.timeToExpiryYears,
  ].map(Number);
  const sign = optionType === 'call' ? 1 : -1;
  const deviation = volatility * Math.sqrt(time);
  const d1 = (Math.log(spot / strike) + (rate - dividendYield) * time) / deviation + deviation / 2;
  const tail = (z: number): number => peizerPratt(new Decimal(z), steps).toNumber();
  const [rises, falls] = [tail(d1 - deviation), tail(deviation - d1)];
  const growth = Math.exp(((rate - dividendYield) * time) / steps);
  const [up, down] = [(growth * tail(d1)) / rises, (growth * tail(-d1)) / falls];
  const discount = Math.exp((-rate * time) / steps);
  const priceAt = (i: number, j: number): number => spot * Math.exp(j * Math.log(up) + (i - j) * Math.log(down));
  const values = Float64Array.from({ length: steps + 1 }, (_each, j) => Math.max(0, sign * (priceAt(steps, j) - strike)));
  for (let i = steps - 1; i >= 0; i--) {
    let price = priceAt(i, 0);
    for (let j = 0; j <= i; j++, price *= up / down) {
      values[j] = Math.max(discount * (falls * values[j] + rises * values[j + 1]), sign * (price - strike));
    }
  }
  return values[0];
}
