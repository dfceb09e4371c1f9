import { dollars } from '../domain/dollar-rates.ts';
import { pairOf, type Instrument } from '../domain/instrument.ts';
import type { FactorKind, ScenarioSet } from './scenario-set.ts';

/** UTC day of an expiry, as in `RiskFactor.expiry`. */
export function expiryDay(expiryMs: number): string {
  return new Date(expiryMs).toISOString().slice(0, 10);
}

/**
 * The nearest factor: of the pair before that of the base currency, of the expiry before that of all expiries. A price
 * in a currency that moves itself (ETH in BTC) is no price in dollars: only the factor of the pair moves it.
 */
export function factorOf(scenarios: ScenarioSet, kind: FactorKind, instrument: Instrument): number {
  const { baseCurrency, quoteCurrency, expiryMs } = instrument;
  const pair = pairOf(baseCurrency, quoteCurrency);
  const expiries = expiryMs === null ? [null] : [expiryDay(expiryMs), null];
  const underlyings = kind === 'price' && isQuotedInMoving(scenarios, instrument) ? [pair] : [pair, baseCurrency];
  const wanted = expiries.flatMap((expiry) => underlyings.map((underlying) => ({ underlying, expiry })));
  for (const { underlying, expiry } of wanted) {
    const found = scenarios.factors.findIndex(
      (factor) => factor.kind === kind && factor.underlying === underlying && factor.expiry === expiry,
    );
    if (found >= 0) return found;
  }
  return -1;
}

/** Whether what an instrument is quoted in is no dollar and has a price factor. */
export function isQuotedInMoving(scenarios: ScenarioSet, { quoteCurrency }: Instrument): boolean {
  return !dollars.includes(quoteCurrency) && hasPriceFactor(scenarios, quoteCurrency);
}

/** Whether a factor moves the price of a currency, as a whole. */
export function hasPriceFactor(scenarios: ScenarioSet, currency: string): boolean {
  return scenarios.factors.some(
    ({ kind, underlying, expiry }) => kind === 'price' && underlying === currency && expiry === null,
  );
}

/** Of `rateOf`: every currency that has no factor. */
export const everyOtherCurrency = '*';

/** What a factor moves that is the rate of a currency into that of the P&L; no file can name it: it has a blank. */
export function rateOf(currency: string): string {
  return `rate ${currency}`;
}

/**
 * The factor that moves the value of a unit of a currency: of its rate, if P&L is measured in a currency that moves,
 * else that of its price, whatever it is quoted in; -1: none.
 */
export function currencyFactor(scenarios: ScenarioSet, currency: string): number {
  for (const wanted of [rateOf(currency), rateOf(everyOtherCurrency), currency]) {
    const found = scenarios.factors.findIndex(
      ({ kind, underlying, expiry }) => kind === 'price' && underlying === wanted && expiry === null,
    );
    if (found >= 0) return found;
  }
  return -1;
}
