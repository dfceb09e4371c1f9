import type { MatrixCurrencyParams, MatrixPairParams } from '../../../margin/deribit/model-params.ts';
import { intrinsicValue } from '../../black76.ts';
import { type Decimal, exact, maxOf, minOf, one, roundToPlaces, sum, zero } from '../../decimal.ts';
import { Memo } from '../../memo.ts';
import { worstScenarioIndex } from '../deribit-pm/aggregation.ts';
import { deltaShockUsd } from '../deribit-pm/charges.ts';
import { deribitPmScenarios, type Scenario } from '../deribit-pm/scenarios.ts';
import { expiryTerms, strikeValues, type StrikeValues } from '../deribit-pm/strike-values.ts';
import { coinsOf, type Holding } from './holding.ts';

/** The extended risk matrix of one coin in USD: docs/models/deribit-xpm.md, section by section. */
export class CoinMatrix {
  readonly coin: string;
  readonly currency: MatrixCurrencyParams;
  readonly pair: MatrixPairParams;
  /** USD per coin. */
  readonly indexPrice: Decimal;
  readonly scenarios: readonly Scenario[];
  readonly #options = new Memo<number, StrikeValues>();

  constructor(
    coin: string,
    currency: MatrixCurrencyParams,
    pair: MatrixPairParams,
    indexPrice: Decimal,
    bucketsCount: number,
  ) {
    this.coin = coin;
    this.currency = currency;
    this.pair = pair;
    this.indexPrice = indexPrice;
    this.scenarios = deribitPmScenarios(pair, bucketsCount);
  }

  /** Worth of one contract, settlement currency; null for futures, whose worth depends on the entry price. */
  worth(holding: Holding, volatility: number): Decimal | null {
    if (holding.instrument.kind === 'spot') return holding.size;
    return holding.instrument.kind === 'option' ? this.#worthAt(holding, volatility, null) : null;
  }

  /** Delta of one contract in coin: net transaction delta for inverse options. */
  delta(holding: Holding, volatility: number): Decimal {
    const { instrument, size, forward } = holding;
    if (instrument.kind !== 'option') return coinsOf(holding);
    const { callDeltaNow, timeValueNow, strike } = this.#strikeValues(holding, volatility);
    const delta = instrument.optionType === 'call' ? callDeltaNow : callDeltaNow.minus(one);
    const price = timeValueNow.plus(intrinsicValue(forward, strike, instrument.optionType!));
    return size.times(instrument.payoff === 'inverse' ? delta.minus(price.div(forward)) : delta);
  }

  /** USD P&L of one contract in every scenario, the coins of inverse contracts at the shocked index; weighted. */
  cells(holding: Holding, volatility: number): readonly Decimal[] {
    const now = holding.instrument.kind === 'option' ? this.#worthAt(holding, volatility, null) : null;
    return this.scenarios.map((scenario) => {
      const shocked = one.plus(scenario.move);
      const change =
        now === null ? futureChange(holding, shocked) : this.#worthAt(holding, volatility, scenario).minus(now);
      const usd = holding.instrument.payoff === 'inverse' ? holding.usd.times(shocked) : holding.usd;
      return change.times(usd).times(this.weight(scenario));
    });
  }

  /** Share of the P&L that counts: extended moves are scaled back to the price range. */
  weight({ table, move }: Scenario): Decimal {
    if (table === 'standard') return one;
    return exact(this.pair.extendedTableFactor).times(exact(this.pair.priceRange)).div(move.abs());
  }

  /** Charge per unit of net delta of an expiry. */
  rollRate(years: Decimal): Decimal {
    const annualised = exact(this.currency.annualisedMoveRisk).times(years).exp().minus(one);
    return maxOf(exact(this.currency.minAnnualisedMove), annualised);
  }

  /** Offset and dampener of one cell of the coin's sum. */
  aggregate(cell: Decimal, { table, move }: Scenario): Decimal {
    const counted = cell.greaterThan(zero)
      ? minOf(cell.times(exact(this.currency.pnlOffset)), exact(this.currency.maxOffsetablePnl))
      : cell;
    if (table === 'standard') return counted;
    const beyond = maxOf(move.abs().div(exact(this.pair.priceRange)), one).minus(one);
    const shrunk = maxOf(counted.abs().minus(beyond.times(exact(this.currency.extendedDampener))), zero);
    return counted.isNegative() ? shrunk.negated() : shrunk;
  }

  /** `cells`: sum over positions and equity; `scale`: what equal cells may differ by is relative to it. */
  worstCase(cells: readonly Decimal[], scale: Decimal) {
    const aggregated = this.scenarios.map((scenario) => this.aggregate(cells[scenario.index], scenario));
    const worst = this.scenarios[worstScenarioIndex(aggregated, scale)];
    return { aggregated, worst, charge: roundToPlaces(maxOf(aggregated[worst.index].negated(), zero), 9) };
  }

  deltaShock(longOptions: readonly Decimal[], others: readonly Decimal[]) {
    const [d1, d2] = [sum(longOptions), sum(others)];
    return { d1, d2, ...deltaShockUsd(d1, d2, this.indexPrice, this.pair) };
  }

  /** Coin or quote currency, of one contract; `scenario` null: now. */
  #worthAt(holding: Holding, volatility: number, scenario: Scenario | null): Decimal {
    const { instrument, size } = holding;
    const values = this.#strikeValues(holding, volatility);
    const forward = scenario === null ? values.terms.forward : values.terms.shockedForwards[scenario.index];
    const timeValue = scenario === null ? values.timeValueNow : values.timeValues[scenario.index];
    const price = timeValue.plus(intrinsicValue(forward.price, values.strike, instrument.optionType!));
    return size.times(instrument.payoff === 'inverse' ? price.times(forward.inverse) : price);
  }

  #strikeValues({ instrumentIndex, instrument, forward, years }: Holding, volatility: number): StrikeValues {
    return this.#options.get(instrumentIndex, () => {
      const terms = expiryTerms(forward, years, this.pair, this.scenarios);
      return strikeValues(exact(instrument.strike!), exact(volatility), terms);
    });
  }
}

/** Coin or quote currency, of one contract of a future. */
function futureChange(holding: Holding, shocked: Decimal): Decimal {
  const coins = coinsOf(holding);
  if (holding.instrument.payoff === 'inverse') return coins.times(one.minus(one.div(shocked)));
  return coins.times(holding.forward).times(shocked.minus(one));
}
