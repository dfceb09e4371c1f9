import type { Instrument } from '../../../domain/instrument.ts';
import type { DeribitPmPairParams } from '../../../margin/deribit-pm/params.ts';
import { black76Delta, black76Price, type Black76Input } from '../../black76.ts';
import { Decimal, exact, maxOf, one, zero } from '../../decimal.ts';
import { edgeMultiplier, type Scenario, type VolatilityMode } from './scenarios.ts';

/** What one contract of an instrument is worth and may lose; settlement currency unless stated otherwise. */
export interface InstrumentRisk {
  readonly instrument: Instrument;
  readonly forward: Decimal;
  /** Years ACT/365; 0 for spot and perpetual. */
  readonly timeToExpiryYears: Decimal;
  /** Value of an option or of spot; null for futures, whose value depends on the entry price. */
  readonly value: Decimal | null;
  /** Base coin. Section E of docs/models/deribit-pm.md: net transaction delta for inverse options. */
  readonly delta: Decimal;
  /** Base coin of one contract, in the settlement currency: coins for inverse, coins * forward for linear. */
  readonly notional: Decimal;
  /** P&L in each scenario; extended cells weighted (sections A and B). */
  readonly cells: readonly Decimal[];
}

export interface InstrumentInput {
  readonly instrument: Instrument;
  readonly forward: Decimal;
  /** Zero where the instrument is no option. */
  readonly volatility: Decimal;
  readonly timeToExpiryYears: Decimal;
  readonly pair: DeribitPmPairParams;
  readonly scenarios: readonly Scenario[];
}

export function instrumentRisk(input: InstrumentInput): InstrumentRisk {
  const { instrument, forward, timeToExpiryYears, scenarios, pair } = input;
  const pnl = instrument.kind === 'option' ? optionPnl(input) : futurePnl(input);
  const cells = scenarios.map((scenario) => pnl(scenario).times(cellWeight(scenario, instrument, pair)));
  return {
    instrument,
    forward,
    timeToExpiryYears,
    value: valueWithoutEntry(input),
    delta: deltaPerContract(input),
    notional: instrument.payoff === 'inverse' ? baseAmount(input) : baseAmount(input).times(forward),
    cells,
  };
}

/** Base coin of one contract: contract size of an inverse future is in quote currency, of everything else in coin. */
function baseAmount({ instrument, forward }: InstrumentInput): Decimal {
  const size = exact(instrument.contractSize);
  return instrument.kind !== 'option' && instrument.payoff === 'inverse' ? size.div(forward) : size;
}

/** Section A, everything that is not an option (spot included): P&L of one contract for a price move. */
function futurePnl(input: InstrumentInput): (scenario: Scenario) => Decimal {
  const amount = baseAmount(input);
  if (input.instrument.payoff === 'inverse') {
    return ({ move }) => amount.times(one.minus(one.div(one.plus(move))));
  }
  return ({ move }) => amount.times(input.forward).times(move);
}

/** Section A, options: revaluation with Black-76, in coin for inverse. */
function optionPnl(input: InstrumentInput): (scenario: Scenario) => Decimal {
  const { instrument, forward } = input;
  const size = exact(instrument.contractSize);
  const now = black76InputOf(input);
  const rootTime = input.timeToExpiryYears.sqrt();
  const shocked = shockedVolatilities(input);
  const worth = (option: Black76Input): Decimal =>
    instrument.payoff === 'inverse' ? black76Price(option).div(option.forward) : black76Price(option);
  const worthNow = worth(now);
  return ({ move, logMultiplier, volatilityMode }) => {
    const option: Black76Input = {
      ...now,
      forward: forward.times(one.plus(move)),
      logMoneyness: now.logMoneyness.plus(logMultiplier),
      deviation: shocked[volatilityMode].times(rootTime),
    };
    return size.times(worth(option).minus(worthNow));
  };
}

function black76InputOf({ instrument, forward, volatility, timeToExpiryYears }: InstrumentInput): Black76Input {
  const strike = exact(instrument.strike!);
  return {
    forward,
    strike,
    logMoneyness: forward.div(strike).ln(),
    deviation: volatility.times(timeToExpiryYears.sqrt()),
    optionType: instrument.optionType!,
  };
}

const daysPerYear = 365;
/** The venue's volatility shock is quoted for 30 days to expiry and scaled by a power of the days to expiry. */
const vegaReferenceDays = 30;

/** Section A: the volatilities of the three modes. */
export function shockedVolatilities(input: InstrumentInput): Readonly<Record<VolatilityMode, Decimal>> {
  const { pair, volatility } = input;
  const days = maxOf(input.timeToExpiryYears.times(daysPerYear), one);
  const power = days.lessThan(vegaReferenceDays) ? pair.shortTermVegaPower : pair.longTermVegaPower;
  const scale = new Decimal(vegaReferenceDays).div(days).pow(exact(power));
  const up = volatility.times(one.plus(exact(pair.volatilityRangeUp).times(scale)));
  const down = volatility.times(one.minus(exact(pair.volatilityRangeDown).times(scale)));
  return { up: maxOf(up, exact(pair.minVolatilityForShockUp)), same: volatility, down: maxOf(down, zero) };
}

/** Section B: extended cells are scaled back to the edge of the price range; standard cells count in full. */
function cellWeight(scenario: Scenario, instrument: Instrument, pair: DeribitPmPairParams): Decimal {
  if (scenario.table === 'standard') return one;
  const { move } = scenario;
  const linear = exact(pair.extendedTableFactor).times(exact(pair.priceRange)).div(move.abs());
  return instrument.payoff === 'linear' ? linear : linear.times(one.plus(move)).div(edgeMultiplier(move, pair));
}

/** Section H: value of one option or of spot. */
function valueWithoutEntry(input: InstrumentInput): Decimal | null {
  const { instrument, forward } = input;
  const size = exact(instrument.contractSize);
  if (instrument.kind === 'spot') return size.times(forward);
  if (instrument.kind !== 'option') return null;
  const price = black76Price(black76InputOf(input));
  return size.times(instrument.payoff === 'inverse' ? price.div(forward) : price);
}

/** Section E: base coin per contract. */
function deltaPerContract(input: InstrumentInput): Decimal {
  const { instrument, forward } = input;
  if (instrument.kind !== 'option') return baseAmount(input);
  const option = black76InputOf(input);
  const delta = black76Delta(option);
  const net = instrument.payoff === 'inverse' ? delta.minus(black76Price(option).div(forward)) : delta;
  return exact(instrument.contractSize).times(net);
}

/** Section H: P&L since entry of one future or perpetual. */
export function futureValue(risk: InstrumentRisk, entryPrice: Decimal): Decimal {
  const size = exact(risk.instrument.contractSize);
  if (risk.instrument.payoff === 'linear') return size.times(risk.forward.minus(entryPrice));
  return size.times(one.div(entryPrice).minus(one.div(risk.forward)));
}
