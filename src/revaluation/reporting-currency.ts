import { dollarRate, dollars } from '../domain/dollar-rates.ts';
import type { Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import { currencyFactor, everyOtherCurrency, hasPriceFactor, rateOf } from '../scenario/factor-lookup.ts';
import { movesOf, scenarioLabel, type RiskFactor, type ScenarioSet } from '../scenario/scenario-set.ts';

/**
 * The scenarios with the moves of rates into the currency of the P&L. Price factors of currencies are in dollars: that
 * is the rate where dollars are reported in and nothing moves them, and the set is returned as it is. Else a factor per
 * currency is added: (moved price / price) / (moved price / price of the reporting currency) - 1, in dollars, and one
 * for everything that has no price factor, which then moves against the reporting currency. Throws `ScenarioInvalid` if
 * a scenario makes the reporting currency worthless.
 */
export function scenariosIn(market: Market, scenarios: ScenarioSet, currency: string): ScenarioSet {
  const own = currencyFactor(scenarios, currency);
  const unit = dollarRate(market, currency)?.rate ?? NaN;
  const currencies = scenarios.factors.filter(({ kind, underlying, expiry }) =>
    kind === 'price' && expiry === null && underlying !== currency && dollarRate(market, underlying) !== null);
  const isDollar = own < 0 && (unit === 1 || currencies.every(({ change }) => change === 'relative'));
  if (isDollar || Number.isNaN(unit)) return scenarios;
  const reporting = ratios(market, scenarios, own);
  const bad = reporting.findIndex((ratio) => !(ratio > 0 && ratio < Infinity));
  if (bad >= 0) {
    const label = scenarioLabel(scenarios, bad);
    const message = `scenario ${label} makes a ${currency}, in which P&L is measured, worth nothing`;
    throw new MargridError('ScenarioInvalid', message, { row: bad + 1, column: currency, value: reporting[bad] - 1 });
  }
  const added = [...currencies.map(({ underlying }) => underlying), everyOtherCurrency];
  const factors = added.map((name): RiskFactor => (
    { kind: 'price', underlying: rateOf(name), expiry: null, change: 'relative' }
  ));
  const moves = new Float64Array(scenarios.moves.length + added.length * scenarios.count);
  moves.set(scenarios.moves);
  added.forEach((name, place) => {
    const factor = name === everyOtherCurrency ? -1 : currencyFactor(scenarios, name);
    const rates = ratios(market, scenarios, factor).map((ratio, s) => ratio / reporting[s] - 1);
    moves.set(rates, scenarios.moves.length + place * scenarios.count);
  });
  return { ...scenarios, factors: [...scenarios.factors, ...factors], moves };
}

/** Moved price over price, in dollars, by scenario; ones without a factor. */
function ratios(market: Market, scenarios: ScenarioSet, factor: number): Float64Array {
  if (factor < 0) return new Float64Array(scenarios.count).fill(1);
  const { change, underlying } = scenarios.factors[factor];
  const price = dollarRate(market, underlying)?.rate ?? NaN;
  return movesOf(scenarios, factor).map((move) => (change === 'relative' ? 1 + move : (price + move) / price));
}

/** Whether a scenario set says how the rate of a currency moves: dollars and the reporting currency may stay. */
export function isRateKnown(scenarios: ScenarioSet, currency: string, reporting: string): boolean {
  return currency === reporting || dollars.includes(currency) || hasPriceFactor(scenarios, currency);
}
