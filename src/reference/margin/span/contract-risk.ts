import type { Instrument } from '../../../domain/instrument.ts';
import type { Market } from '../../../domain/market.ts';
import { yearMs } from '../../../domain/market.ts';
import type { SpanContract, SpanGeneration, SpanParams, SpanRange } from '../../../margin/span/parameters.ts';
import { black76Delta, black76Input, black76Price } from '../../black76.ts';
import { Decimal, exact, maxOf, one, sum, zero } from '../../decimal.ts';

/** One long contract in decimals: its losses, deltas and value. docs/models/span.md, sections A and B. */
export interface ContractRisk {
  readonly contract: SpanContract;
  readonly losses: readonly Decimal[];
  /** Deltas of the combined commodity. */
  readonly delta: Decimal;
  /** Price of an option; null: the file has none. */
  readonly optionPrice: Decimal | null;
  /** Value of a price move of 1. */
  readonly valueFactor: Decimal;
  /** Price of a future or physical. */
  readonly forward: Decimal | null;
}

/** Text: why it has no risk. */
export function contractRisk(
  contract: SpanContract,
  instrument: Instrument,
  row: number,
  market: Market,
  params: SpanParams,
): ContractRisk | string {
  const forward = market.forward[row];
  const volatility = market.impliedVolatility[row];
  const isOption = contract.optionType !== null;
  const bad = `a price or volatility of ${instrument.name} is bad`;
  if (!isOption && !Number.isFinite(forward)) return bad;
  const valueFactor = exact(instrument.contractSize);
  const scale = exact(contract.deltaScale);
  if (contract.riskArray !== null) {
    return {
      contract,
      losses: contract.riskArray.losses.map(exact),
      delta: exact(contract.riskArray.compositeDelta).times(scale),
      optionPrice: contract.settlementPrice === null ? null : exact(contract.settlementPrice),
      valueFactor,
      forward: isOption ? null : exact(forward),
    };
  }
  if (!Number.isFinite(forward) || (isOption && !(volatility > 0 && volatility < Infinity))) return bad;
  const years = instrument.expiryMs === null ? zero : exact(instrument.expiryMs).minus(market.asOfMs).div(yearMs);
  if (years.isNegative()) return bad;
  const made = new GeneratedArray(contract, exact(forward), isOption ? exact(volatility) : zero, years);
  return {
    contract,
    losses: params.scenarios.map((scenario) => made.loss(scenario, valueFactor)),
    delta: made.compositeDelta(params).times(scale),
    optionPrice: isOption ? (contract.settlementPrice === null ? made.now : exact(contract.settlementPrice)) : null,
    valueFactor,
    forward: isOption ? null : exact(forward),
  };
}

type Scenario = SpanParams['scenarios'][number];

/** Section B. */
class GeneratedArray {
  readonly #contract: SpanContract;
  readonly #generation: SpanGeneration;
  readonly #forward: Decimal;
  readonly #volatility: Decimal;
  readonly #later: Decimal;
  readonly #laterDiscount: Decimal;
  /** Present value of the option. */
  readonly now: Decimal;

  constructor(contract: SpanContract, forward: Decimal, volatility: Decimal, years: Decimal) {
    this.#contract = contract;
    this.#generation = contract.generation!;
    this.#forward = forward;
    this.#volatility = volatility;
    const rate = exact(this.#generation.interestRate);
    this.#later = maxOf(years.minus(exact(this.#generation.lookAhead)), zero);
    this.#laterDiscount = rate.times(this.#later).negated().exp();
    this.now =
      contract.optionType === null
        ? zero
        : rate.times(years).negated().exp().times(this.#price(forward, volatility, years));
  }

  loss(scenario: Scenario, valueFactor: Decimal): Decimal {
    const { extremeMultiplier, extremeCover, futureScale, futureDrift, rounding } = this.#generation;
    const share = scenario.isExtreme
      ? exact(extremeMultiplier).times(scenario.priceMove < 0 ? -1 : 1)
      : exact(scenario.priceMove);
    const weight = exact(scenario.isExtreme ? extremeCover : scenario.weight);
    const move = this.#move(share);
    const gain =
      this.#contract.optionType === null
        ? move.times(exact(futureScale)).minus(exact(futureDrift))
        : this.#laterDiscount
            .times(this.#price(this.#forward.plus(move), this.#shocked(scenario.volatilityMove), this.#later))
            .minus(this.now);
    const loss = gain.times(valueFactor).times(weight).negated();
    if (rounding === 0) return loss;
    const unit = exact(rounding);
    return loss.div(unit).toDecimalPlaces(0, Decimal.ROUND_HALF_UP).times(unit);
  }

  compositeDelta({ deltaPoints }: SpanParams): Decimal {
    if (this.#contract.optionType === null) return one;
    return sum(
      deltaPoints.map(({ priceMove, weight }) => {
        const shocked = this.#forward.plus(this.#move(exact(priceMove)));
        return exact(weight).times(this.#laterDiscount).times(this.#delta(shocked));
      }),
    );
  }

  #move(share: Decimal): Decimal {
    return share.times(rangeOf(this.#contract.priceScanRange!, share)).div(exact(this.#contract.valueFactor));
  }

  #shocked(volatilityMove: number): Decimal {
    const share = exact(volatilityMove);
    const range = share.times(rangeOf(this.#generation.volatilityScan, share));
    const isRelative = this.#generation.volatilityScanIs === 'relative';
    const shocked = isRelative ? this.#volatility.times(range.plus(1)) : this.#volatility.plus(range);
    return maxOf(shocked, zero);
  }

  /** Undiscounted. At a price of zero or below a call is worth nothing and a put its intrinsic value. */
  #price(forward: Decimal, volatility: Decimal, years: Decimal): Decimal {
    const optionType = this.#contract.optionType!;
    const strike = exact(this.#contract.strike!);
    if (!forward.greaterThan(0)) return optionType === 'call' ? zero : strike.minus(forward);
    return black76Price(black76Input(forward, strike, volatility, years, optionType));
  }

  #delta(forward: Decimal): Decimal {
    const optionType = this.#contract.optionType!;
    if (!forward.greaterThan(0)) return optionType === 'call' ? zero : one.negated();
    const strike = exact(this.#contract.strike!);
    return black76Delta(black76Input(forward, strike, this.#volatility, this.#later, optionType));
  }
}

function rangeOf({ up, down }: SpanRange, share: Decimal): Decimal {
  return exact(share.isNegative() ? down : up);
}
