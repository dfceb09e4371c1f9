import { pairOf, type Instrument } from '../domain/instrument.ts';
import { MargridError } from '../errors.ts';
import { factorName, type FactorKind, type ScenarioSet } from '../scenario/scenario-set.ts';

/** Which factors move an instrument: rows of `ScenarioSet.factors`, -1 where nothing does. */
export interface InstrumentFactors {
  readonly price: number;
  /** Options only. */
  readonly volatility: number;
}

/** What happens to whatever no factor of the set moves: it is refused, or stays where it is and is reported. */
export type UnmatchedPolicy = 'refuse' | 'hold';

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

/** Throws `FactorMissing` if nothing moves the price or, of an option, the volatility of an instrument. */
export function instrumentFactors(
  scenarios: ScenarioSet,
  instrument: Instrument,
  unmatched: UnmatchedPolicy,
): InstrumentFactors {
  const price = factorOf(scenarios, 'price', instrument);
  const volatility = instrument.kind === 'option' ? factorOf(scenarios, 'volatility', instrument) : -1;
  const lacks = price < 0 ? 'price' : instrument.kind === 'option' && volatility < 0 ? 'volatility' : null;
  if (lacks === null || unmatched === 'hold') return { price, volatility };
  throw new MargridError(
    'FactorMissing',
    `no scenario moves the ${lacks} of ${instrument.name}: there are ${scenarios.factors.map(factorName).join(', ')}`,
    { column: lacks, value: instrument.name },
  );
}

/** `value` after the move of a factor in a scenario; unchanged if there is no factor (-1). */
export function movedValue(scenarios: ScenarioSet, factor: number, scenario: number, value: number): number {
  if (factor < 0) return value;
  const move = scenarios.moves[factor * scenarios.count + scenario];
  return scenarios.factors[factor].change === 'relative' ? value * (1 + move) : value + move;
}
