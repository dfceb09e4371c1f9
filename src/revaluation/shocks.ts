import { pairOf, type Instrument } from '../domain/instrument.ts';
import { MargridError } from '../errors.ts';
import { factorOf, isQuotedInMoving } from '../scenario/factor-lookup.ts';
import { factorName, type ScenarioSet } from '../scenario/scenario-set.ts';

export { currencyFactor, expiryDay, factorOf } from '../scenario/factor-lookup.ts';

/** Which factors move an instrument: rows of `ScenarioSet.factors`, -1 where nothing does. */
export interface InstrumentFactors {
  readonly price: number;
  /** Options only. */
  readonly volatility: number;
}

/** What happens to whatever no factor of the set moves: it is refused, or stays where it is and is reported. */
export type UnmatchedPolicy = 'refuse' | 'hold';

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
  const pair = pairOf(instrument.baseCurrency, instrument.quoteCurrency);
  const isCross = lacks === 'price' && isQuotedInMoving(scenarios, instrument);
  const why = isCross ? `; it is quoted in ${instrument.quoteCurrency}, so that it takes price:${pair}` : '';
  throw new MargridError(
    'FactorMissing',
    `no scenario moves the ${lacks} of ${instrument.name}: there are ${scenarios.factors.map(factorName).join(', ')}${why}`,
    { column: lacks, value: instrument.name },
  );
}

/** `value` after the move of a factor in a scenario; unchanged if there is no factor (-1). */
export function movedValue(scenarios: ScenarioSet, factor: number, scenario: number, value: number): number {
  if (factor < 0) return value;
  const move = scenarios.moves[factor * scenarios.count + scenario];
  return scenarios.factors[factor].change === 'relative' ? value * (1 + move) : value + move;
}
