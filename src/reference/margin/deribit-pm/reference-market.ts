import { riskGroupOf, type RiskGroup } from '../../../domain/instrument.ts';
import { yearMs, type Market } from '../../../domain/market.ts';
import type { DeribitPmParams } from '../../../margin/deribit-pm/params.ts';
import { type Decimal, exact, maxOf, zero } from '../../decimal.ts';
import { groupTerms, type GroupTerms } from './group-terms.ts';
import { instrumentRisk, type InstrumentRisk } from './instrument-risk.ts';
import { deribitPmScenarios, type Scenario } from './scenarios.ts';

/**
 * A market under one set of parameters. Cells are computed once per instrument and kept: they cost milliseconds in
 * decimals, and thousands of accounts hold the same instruments.
 */
export class ReferenceMarket {
  readonly market: Market;
  readonly params: DeribitPmParams;
  readonly #risks = new Map<number, InstrumentRisk>();
  readonly #problems = new Map<number, string | null>();
  readonly #terms = new Map<string, GroupTerms>();
  readonly #rollRates = new Map<string, Decimal>();
  readonly #scenarios = new Map<string, readonly Scenario[]>();

  constructor(market: Market, params: DeribitPmParams) {
    this.market = market;
    this.params = params;
  }

  /** Why positions in this instrument cannot be margined, or null. */
  problem(instrumentIndex: number): string | null {
    const known = this.#problems.get(instrumentIndex);
    if (known !== undefined) return known;
    const found = findProblem(this.market, this.params, instrumentIndex);
    this.#problems.set(instrumentIndex, found);
    return found;
  }

  /** The instrument must have no problem. */
  risk(instrumentIndex: number): InstrumentRisk {
    const known = this.#risks.get(instrumentIndex);
    if (known) return known;
    const instrument = this.market.instruments[instrumentIndex];
    const { pair, scenarios } = this.terms(instrumentIndex);
    const risk = instrumentRisk({
      instrument,
      forward: exact(this.market.forward[instrumentIndex]),
      volatility: instrument.kind === 'option' ? exact(this.market.impliedVolatility[instrumentIndex]) : zero,
      timeToExpiryYears: yearsTo(instrument.expiryMs, this.market.asOfMs),
      pair,
      scenarios,
    });
    this.#risks.set(instrumentIndex, risk);
    return risk;
  }

  /** Terms of the instrument's risk group. */
  terms(instrumentIndex: number): GroupTerms {
    const group = riskGroupOf(this.market.instruments[instrumentIndex]);
    const key = groupKey(group);
    const known = this.#terms.get(key);
    if (known) return known;
    const terms = groupTerms(
      group,
      exact(this.market.indexPrice.get(group.pair)!),
      this.params.currencies.get(group.baseCurrency.toLowerCase())!,
      this.params.pairs.get(group.pair)!,
      this.#scenariosOf(group.pair),
    );
    this.#terms.set(key, terms);
    return terms;
  }

  /** Section E of docs/models/deribit-pm.md: max(min_annualised_move, exp(annualised_move_risk * T) - 1). */
  rollRate(terms: GroupTerms, expiryMs: number | null): Decimal {
    const key = `${groupKey(terms.group)} ${expiryMs}`;
    const known = this.#rollRates.get(key);
    if (known) return known;
    const years = yearsTo(expiryMs, this.market.asOfMs);
    const annualised = exact(terms.currency.annualisedMoveRisk).times(years).exp().minus(1);
    const rate = maxOf(exact(terms.currency.minAnnualisedMove), annualised);
    this.#rollRates.set(key, rate);
    return rate;
  }

  #scenariosOf(pairName: string): readonly Scenario[] {
    const known = this.#scenarios.get(pairName);
    if (known) return known;
    const scenarios = deribitPmScenarios(this.params.pairs.get(pairName)!, this.params.bucketsCount);
    this.#scenarios.set(pairName, scenarios);
    return scenarios;
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
    if (!(volatility >= 0 && Number.isFinite(volatility))) return `${name}: the implied volatility is ${volatility}`;
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
