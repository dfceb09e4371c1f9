import type { Instrument } from '../../../domain/instrument.ts';
import type { DeribitPmPairParams } from '../../../margin/deribit-pm/params.ts';
import { intrinsicValue } from '../../black76.ts';
import { type Decimal, exact, one } from '../../decimal.ts';
import { edgeMultiplier, type Scenario } from './scenarios.ts';
import type { PricedForward, StrikeValues } from './strike-values.ts';

/** What one contract of an instrument is worth and may lose; settlement currency unless stated otherwise. */
export interface InstrumentRisk extends RiskNumbers {
  readonly instrument: Instrument;
  readonly forward: Decimal;
  /** Years ACT/365; 0 for spot and perpetual. */
  readonly timeToExpiryYears: Decimal;
  /** Base coin of one contract, in the settlement currency: coins for inverse, coins * forward for linear. */
  readonly notional: Decimal;
}

/** The part that takes pricing. */
export interface RiskNumbers {
  /** Value of an option or of spot; null for futures, whose value depends on the entry price. */
  readonly value: Decimal | null;
  /** Base coin. Section E of docs/models/deribit-pm.md: net transaction delta for inverse options. */
  readonly delta: Decimal;
  /** P&L in each scenario; extended cells weighted (sections A and B). */
  readonly cells: readonly Decimal[];
}

/** Section A, options: revaluation with Black-76, in coin for inverse. `weights`: section B, by scenario. */
export function optionNumbers(
  { contractSize, optionType, payoff }: Instrument,
  { strike, terms, timeValueNow, callDeltaNow, timeValues }: StrikeValues,
  weights: readonly Decimal[],
): RiskNumbers {
  const size = exact(contractSize);
  const isInverse = payoff === 'inverse';
  const worth = ({ price, inverse }: PricedForward, timeValue: Decimal): Decimal => {
    const inQuote = timeValue.plus(intrinsicValue(price, strike, optionType!));
    return isInverse ? inQuote.times(inverse) : inQuote;
  };
  const worthNow = worth(terms.forward, timeValueNow);
  const deltaNow = optionType === 'call' ? callDeltaNow : callDeltaNow.minus(one);
  const cells = terms.shockedForwards.map((forward, scenario) => {
    const pnl = size.times(worth(forward, timeValues[scenario]).minus(worthNow));
    return weights[scenario].equals(one) ? pnl : pnl.times(weights[scenario]);
  });
  return {
    value: size.times(worthNow),
    delta: size.times(isInverse ? deltaNow.minus(worthNow) : deltaNow),
    cells,
  };
}

/** Sections A, E and H for everything that is not an option, spot included. */
export function linearNumbers(
  instrument: Instrument,
  forward: Decimal,
  scenarios: readonly Scenario[],
  weights: readonly Decimal[],
): RiskNumbers {
  const amount = baseAmount(instrument, forward);
  const pnl = ({ move }: Scenario): Decimal =>
    instrument.payoff === 'inverse'
      ? amount.times(one.minus(one.div(one.plus(move))))
      : amount.times(forward).times(move);
  return {
    value: instrument.kind === 'spot' ? exact(instrument.contractSize).times(forward) : null,
    delta: amount,
    cells: scenarios.map((scenario) => pnl(scenario).times(weights[scenario.index])),
  };
}

export function notionalOf(instrument: Instrument, forward: Decimal): Decimal {
  const amount = baseAmount(instrument, forward);
  return instrument.payoff === 'inverse' ? amount : amount.times(forward);
}

/** Base coin of one contract: contract size of an inverse future is in quote currency, of everything else in coin. */
function baseAmount(instrument: Instrument, forward: Decimal): Decimal {
  const size = exact(instrument.contractSize);
  return instrument.kind !== 'option' && instrument.payoff === 'inverse' ? size.div(forward) : size;
}

/** Section B: extended cells are scaled back to the edge of the price range; standard cells count in full. */
export function cellWeight(scenario: Scenario, payoff: Instrument['payoff'], pair: DeribitPmPairParams): Decimal {
  if (scenario.table === 'standard') return one;
  const { move } = scenario;
  const linear = exact(pair.extendedTableFactor).times(exact(pair.priceRange)).div(move.abs());
  return payoff === 'linear' ? linear : linear.times(one.plus(move)).div(edgeMultiplier(move, pair));
}

/** Section H: P&L since entry of one future or perpetual. */
export function futureValue(risk: InstrumentRisk, entryPrice: Decimal): Decimal {
  const size = exact(risk.instrument.contractSize);
  if (risk.instrument.payoff === 'linear') return size.times(risk.forward.minus(entryPrice));
  return size.times(one.div(entryPrice).minus(one.div(risk.forward)));
}
