import { riskGroupOf, type Instrument, type Payoff, type RiskGroup } from '../../../domain/instrument.ts';
import { yearMs, type Market } from '../../../domain/market.ts';
import type { DeribitPmParams } from '../../../margin/deribit-pm/params.ts';
import { type Decimal, exact, maxOf, zero } from '../../decimal.ts';
import { Memo } from '../../memo.ts';
import { groupTerms, type GroupTerms } from './group-terms.ts';
import { cellWeight, linearNumbers, notionalOf, optionNumbers } from './instrument-risk.ts';
import type { InstrumentRisk, RiskNumbers } from './instrument-risk.ts';
import { deribitPmScenarios, type Scenario } from './scenarios.ts';
import { expiryTerms, strikeValues, type ExpiryTerms, type StrikeValues } from './strike-values.ts';

/** Options somebody has priced already, with the same market and parameters. */
export interface PricedOptions {
  /** null if this one has not been priced. */
  load(instrumentIndex: number): RiskNumbers | null;
}

const nothingPriced: PricedOptions = { load: () => null };

/**
 * A market under one set of parameters. Everything is computed when first asked for and kept: the cells of an option
 * cost a millisecond in decimals, and thousands of accounts hold the same instruments. What instruments have in common
 * (scenarios, the terms of an expiry, the time values of a strike) is computed once for all of them.
 *
 * Keys contain floats as their shortest decimal text, which is different for different floats.
 */
export class ReferenceMarket {
  readonly market: Market;
  readonly params: DeribitPmParams;
  readonly #priced: PricedOptions;
  readonly #risks = new Memo<number, InstrumentRisk>();
  readonly #problems = new Memo<number, { readonly reason: string | null }>();
  readonly #terms = new Memo<string, GroupTerms>();
  readonly #rollRates = new Memo<string, Decimal>();
  readonly #scenarios = new Memo<string, readonly Scenario[]>();
  readonly #weights = new Memo<string, readonly Decimal[]>();
  readonly #expiries = new Memo<string, ExpiryTerms>();
  readonly #strikes = new Memo<string, StrikeValues>();

  constructor(market: Market, params: DeribitPmParams, priced: PricedOptions = nothingPriced) {
    this.market = market;
    this.params = params;
    this.#priced = priced;
  }

  /** Why positions in this instrument cannot be margined, or null. */
  problem(instrumentIndex: number): string | null {
    const find = () => ({ reason: findProblem(this.market, this.params, instrumentIndex) });
    return this.#problems.get(instrumentIndex, find).reason;
  }

  /** The instrument must have no problem. */
  risk(instrumentIndex: number): InstrumentRisk {
    return this.#risks.get(instrumentIndex, () => {
      const instrument = this.market.instruments[instrumentIndex];
      const forward = exact(this.market.forward[instrumentIndex]);
      return {
        instrument,
        forward,
        timeToExpiryYears: yearsTo(instrument.expiryMs, this.market.asOfMs),
        notional: notionalOf(instrument, forward),
        ...this.#numbers(instrument, instrumentIndex, forward),
      };
    });
  }

  /** Terms of the instrument's risk group. */
  terms(instrumentIndex: number): GroupTerms {
    const group = riskGroupOf(this.market.instruments[instrumentIndex]);
    return this.#terms.get(groupKey(group), () =>
      groupTerms(
        group,
        exact(this.market.indexPrice.get(group.pair)!),
        this.params.currencies.get(group.baseCurrency.toLowerCase())!,
        this.params.pairs.get(group.pair)!,
        this.#scenariosOf(group.pair),
      ),
    );
  }

  /** Section E of docs/models/deribit-pm.md: max(min_annualised_move, exp(annualised_move_risk * T) - 1). */
  rollRate(terms: GroupTerms, expiryMs: number | null): Decimal {
    return this.#rollRates.get(`${groupKey(terms.group)} ${expiryMs}`, () => {
      const years = yearsTo(expiryMs, this.market.asOfMs);
      const annualised = exact(terms.currency.annualisedMoveRisk).times(years).exp().minus(1);
      return maxOf(exact(terms.currency.minAnnualisedMove), annualised);
    });
  }

  #numbers(instrument: Instrument, instrumentIndex: number, forward: Decimal): RiskNumbers {
    const { pair } = riskGroupOf(instrument);
    const weights = this.#weightsOf(pair, instrument.payoff);
    if (instrument.kind !== 'option') return linearNumbers(instrument, forward, this.#scenariosOf(pair), weights);
    const priced = this.#priced.load(instrumentIndex);
    return priced ?? optionNumbers(instrument, this.#strikeValuesOf(instrument, instrumentIndex, pair), weights);
  }

  #strikeValuesOf({ strike, expiryMs }: Instrument, instrumentIndex: number, pair: string): StrikeValues {
    const forward = this.market.forward[instrumentIndex];
    const volatility = this.market.impliedVolatility[instrumentIndex];
    const expiry = `${pair} ${expiryMs} ${forward}`;
    const terms = this.#expiries.get(expiry, () => {
      const years = yearsTo(expiryMs, this.market.asOfMs);
      return expiryTerms(exact(forward), years, this.params.pairs.get(pair)!, this.#scenariosOf(pair));
    });
    const key = `${expiry} ${strike} ${volatility}`;
    return this.#strikes.get(key, () => strikeValues(exact(strike!), exact(volatility), terms));
  }

  #scenariosOf(pair: string): readonly Scenario[] {
    return this.#scenarios.get(pair, () => deribitPmScenarios(this.params.pairs.get(pair)!, this.params.bucketsCount));
  }

  #weightsOf(pair: string, payoff: Payoff): readonly Decimal[] {
    const weightOf = (scenario: Scenario) => cellWeight(scenario, payoff, this.params.pairs.get(pair)!);
    return this.#weights.get(`${pair} ${payoff}`, () => this.#scenariosOf(pair).map(weightOf));
  }
}

export function groupKey(group: RiskGroup): string {
  return `${group.name} ${group.pair}`;
}

/** Years of 365 days, exactly; 0 without an expiry. */
export function yearsTo(expiryMs: number | null, asOfMs: number): Decimal {
  return expiryMs === null ? zero : exact(expiryMs).minus(exact(asOfMs)).div(yearMs);
}

/** Checks are stated positively, so that NaN fails them. */
function findProblem(market: Market, params: DeribitPmParams, instrumentIndex: number): string | null {
  const instrument = market.instruments[instrumentIndex];
  if (!instrument) return `the market has no instrument ${instrumentIndex}`;
  const { name } = instrument;
  const { pair, baseCurrency } = riskGroupOf(instrument);
  const isPositive = (value: number | null | undefined): boolean =>
    typeof value === 'number' && value > 0 && Number.isFinite(value);
  const forward = market.forward[instrumentIndex];
  if (!isPositive(forward)) return `${name}: the forward is ${forward}`;
  if (!isPositive(instrument.contractSize)) return `${name}: the contract size is ${instrument.contractSize}`;
  if (!(instrument.expiryMs === null || instrument.expiryMs >= market.asOfMs)) return `${name}: it has expired`;
  if (instrument.kind === 'option') {
    const volatility = market.impliedVolatility[instrumentIndex];
    if (!(volatility > 0 && Number.isFinite(volatility))) return `${name}: the implied volatility is ${volatility}`;
    if (!isPositive(instrument.strike)) return `${name}: the strike is ${instrument.strike}`;
    if (instrument.optionType === null || instrument.expiryMs === null) return `${name}: no option type or expiry`;
  }
  if (instrument.kind === 'spot' && instrument.payoff !== 'linear') return `${name}: spot must have a linear payoff`;
  const indexPrice = market.indexPrice.get(pair);
  if (!isPositive(indexPrice)) return `${name}: the index price of ${pair} is ${indexPrice}`;
  if (!params.pairs.has(pair)) return `${name}: no parameters for the pair ${pair}`;
  if (!params.currencies.has(baseCurrency.toLowerCase())) return `${name}: no parameters for ${baseCurrency}`;
  return null;
}
