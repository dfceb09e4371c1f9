import { pairOf, type Instrument } from '../domain/instrument.ts';
import type { FactorKind, ScenarioSet } from './scenario-set.ts';

/** UTC day of an expiry, as in `RiskFactor.expiry`. */
export function expiryDay(expiryMs: number): string {
  return new Date(expiryMs).toISOString().slice(0, 10);
}

/** The nearest factor: of the pair before that of the base currency, of the expiry before that of all expiries. */
export function factorOf(scenarios: ScenarioSet, kind: FactorKind, instrument: Instrument): number {
  const { baseCurrency, quoteCurrency, expiryMs } = instrument;
  const pair = pairOf(baseCurrency, quoteCurrency);
  const expiries = expiryMs === null ? [null] : [expiryDay(expiryMs), null];
  const wanted = expiries.flatMap((expiry) => [pair, baseCurrency].map((underlying) => ({ underlying, expiry })));
  for (const { underlying, expiry } of wanted) {
    const found = scenarios.factors.findIndex(
      (factor) => factor.kind === kind && factor.underlying === underlying && factor.expiry === expiry,
    );
    if (found >= 0) return found;
  }
  return -1;
}

/** The factor that moves the value of a unit of a currency: that of its price, whatever it is quoted in; -1: none. */
export function currencyFactor(scenarios: ScenarioSet, currency: string): number {
  return scenarios.factors.findIndex(
    ({ kind, underlying, expiry }) => kind === 'price' && underlying === currency && expiry === null,
  );
}
