import { pairOf, timeToExpiryYears, type Instrument, type Market } from '../../../src/index.ts';
import { CaseInputError, fieldsOf, isFields, numberOf, optionalNumber, type Fields } from '../fields.ts';
import { evaluateImplied } from '../pricing-kernels.ts';
import { futureNameOf, instrumentOf } from './instrument-name.ts';

/** The simulated portfolio of one response, as the engine takes it. */
export interface Portfolio {
  readonly market: Market;
  /** Signed contracts, parallel to the market's instruments; 0 where the response lists an empty position. */
  readonly quantity: Float64Array;
}

interface Leg {
  readonly instrument: Instrument;
  readonly quantity: number;
  readonly forward: number;
  readonly volatility: number;
  readonly indexPrice: number;
}

/** Throws `CaseInputError` naming the input that is missing. */
export function readPortfolio(result: Fields): Portfolio {
  const general = fieldsOf(fieldsOf(result['model_params'])['general']);
  const asOfMs = numberOf(general, 'timestamp');
  const positions = fieldsOf(result['portfolio'])['position'];
  if (!isFields(positions)) throw new CaseInputError('input portfolio.position is missing');
  const legs = Object.keys(positions).flatMap((name) => readLeg(result, name, numberOf(positions, name), asOfMs));
  return {
    quantity: Float64Array.from(legs, ({ quantity }) => quantity),
    market: {
      asOfMs,
      instruments: legs.map(({ instrument }) => instrument),
      forward: Float64Array.from(legs, ({ forward }) => forward),
      impliedVolatility: Float64Array.from(legs, ({ volatility }) => volatility),
      indexPrice: new Map(legs.map(({ instrument, indexPrice }) =>
        [pairOf(instrument.baseCurrency, instrument.quoteCurrency), indexPrice] as const)),
      openInterest: new Float64Array(legs.length),
    },
  };
}

/** None for an empty position, whatever its name: it takes part in nothing. */
function readLeg(result: Fields, name: string, position: number, asOfMs: number): Leg[] {
  if (position === 0) return [];
  const instrument = withQuote(instrumentOf(name), fieldsOf(fieldsOf(result['model_params'])['currency_pair']));
  const ticker = fieldsOf(fieldsOf(result['ticker'])[name]);
  const indexPrice = indexPriceOf(result, instrument, ticker);
  const spotPrice = instrument.kind === 'spot' ? indexPrice : null;
  const forward = instrument.kind === 'option'
    ? forwardOf(result, name, ticker, indexPrice)
    : positive(`mark_price of ${name}`, optionalNumber(ticker, 'mark_price') ?? spotPrice);
  const isInverseFuture = instrument.payoff === 'inverse' && instrument.kind !== 'option';
  return [{
    instrument,
    // Positions are in base coin: an inverse future of n USD is n / mark of them.
    quantity: isInverseFuture ? position * forward : position,
    forward,
    volatility: instrument.kind === 'option' ? volatilityOf(instrument, ticker, forward, asOfMs) : NaN,
    indexPrice,
  }];
}

/** The parameters of a linear contract may be those of the dollar pair: the response says by what it lists. */
function withQuote(instrument: Instrument, pairs: Fields): Instrument {
  const has = (quote: string): boolean => pairOf(instrument.baseCurrency, quote) in pairs;
  return !has(instrument.quoteCurrency) && has('USD') ? { ...instrument, quoteCurrency: 'USD' } : instrument;
}

function indexPriceOf(result: Fields, { name, baseCurrency, quoteCurrency }: Instrument, ticker: Fields): number {
  const pair = pairOf(baseCurrency, quoteCurrency);
  const price = optionalNumber(fieldsOf(result['index_price']), pair) ?? optionalNumber(ticker, 'index_price');
  return positive(`index_price.${pair} (for ${name})`, price);
}

/** Mark of the future of the same expiry, else what the ticker calls the underlying price, else the index. */
function forwardOf(result: Fields, name: string, ticker: Fields, indexPrice: number): number {
  const future = fieldsOf(fieldsOf(result['ticker'])[futureNameOf(name)]);
  return positive(
    `forward of ${name}`,
    optionalNumber(future, 'mark_price') ?? optionalNumber(ticker, 'underlying_price') ?? indexPrice,
  );
}

/** `mark_iv` in percent, else what the mark price implies: in coin for inverse options. */
function volatilityOf(instrument: Instrument, ticker: Fields, forward: number, asOfMs: number): number {
  const percent = optionalNumber(ticker, 'mark_iv');
  if (percent !== null) return positive(`mark_iv of ${instrument.name}`, percent) / 100;
  const mark = positive(`mark_iv or mark_price of ${instrument.name}`, optionalNumber(ticker, 'mark_price'));
  const [implied] = evaluateImplied([{
    sign: instrument.optionType === 'call' ? 1 : -1,
    forward,
    strike: instrument.strike!,
    years: timeToExpiryYears(instrument, asOfMs),
    price: instrument.payoff === 'inverse' ? mark * forward : mark,
  }]);
  return positive(`volatility implied by the mark_price of ${instrument.name}`, implied.volatility);
}

function positive(what: string, value: number | null): number {
  if (value !== null && value > 0 && value < Infinity) return value;
  throw new CaseInputError(`input ${what} must be a positive number, got ${String(value ?? 'nothing')}`);
}
