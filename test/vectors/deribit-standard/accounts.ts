import { marginAccount, type AccountMargin, type Instrument } from '../../../src/index.ts';
import { shippedParams } from '../../../src/margin/shipped-params.ts';
import { instrumentOf } from '../deribit-pme/instrument-name.ts';
import { CaseInputError, fieldsOf, numberOf, optionalNumber, type Fields } from '../fields.ts';

const model = 'deribit-sm';
/** Any time: what these cases hold does not depend on it. */
const asOfMs = Date.UTC(2026, 0, 1);
const monthMs = 30 * 24 * 3600 * 1000;

/** Rates of a case in place of the shipped ones of the product. */
interface Rates {
  readonly base: number;
  readonly perCoin: number;
}

/** What the real engine says of a perpetual or future of so many coins, entered at its mark. */
export function marginFuture(
  name: string,
  coins: number,
  mark: number,
  rates: Rates | null,
): Promise<AccountMargin> {
  const instrument = instrumentOf(name);
  if (instrument.kind === 'option' || instrument.kind === 'spot') {
    throw new CaseInputError(`input instrument must be a future or a perpetual, got '${name}'`);
  }
  const product = `${instrument.baseCurrency}_${instrument.settlementCurrency}`.toLowerCase();
  const shipped = fieldsOf(shippedParams(model));
  const own = rates === null ? {} : {
    [product]: { initial_rate: rates.base, maintenance_rate: rates.base, rate_per_coin: rates.perCoin },
  };
  const params = { ...shipped, futures: { ...fieldsOf(shipped['futures']), ...own } };
  const quantity = instrument.payoff === 'inverse' ? coins * mark : coins;
  return marginOne(instrument, quantity, mark, null, params);
}

/** A linear option with a quoted mark: neither its expiry nor its volatility matters. */
export function marginOption(fields: Fields, isCall: boolean, quantity: number): Promise<AccountMargin> {
  const instrument: Instrument = {
    name: 'OPTION',
    kind: 'option',
    payoff: 'linear',
    baseCurrency: 'ETH',
    quoteCurrency: 'USDC',
    settlementCurrency: 'USDC',
    contractSize: 1,
    expiryMs: asOfMs + monthMs,
    strike: numberOf(fields, 'strike'),
    optionType: isCall ? 'call' : 'put',
  };
  const [underlying, mark] = [numberOf(fields, 'underlying'), numberOf(fields, 'mark')];
  return marginOne(instrument, quantity, underlying, mark, shippedParams(model));
}

async function marginOne(
  instrument: Instrument,
  quantity: number,
  forward: number,
  mark: number | null,
  params: unknown,
): Promise<AccountMargin> {
  const { baseCurrency, quoteCurrency } = instrument;
  const market = {
    asOfMs,
    instruments: [instrument],
    forward: Float64Array.of(forward),
    impliedVolatility: Float64Array.of(NaN),
    indexPrice: new Map([[`${baseCurrency}_${quoteCurrency}`.toLowerCase(), forward]]),
    openInterest: new Float64Array(1),
    fields: new Map([['markPrice', Float64Array.of(mark ?? NaN)] as const]),
  };
  const positions = [{ instrument: instrument.name, quantity, entryPrice: forward }];
  const [margin] = await marginAccount({ market, model, params, positions, kernels: 'wasm' });
  if (margin.fault !== null) throw new CaseInputError(margin.fault);
  return margin;
}

/** `base` and `increasePerUnit` of a case; null if it states none. */
export function ratesOf(fields: Fields): Rates | null {
  const base = optionalNumber(fields, 'base');
  return base === null ? null : { base, perCoin: numberOf(fields, 'increasePerUnit') };
}

/** Contract of a live position: its own field, else the first contract that the note names. */
export function contractOf(fields: Fields): string {
  const { instrument, note } = fields;
  if (typeof instrument === 'string') return instrument;
  const named = typeof note === 'string' ? /\b[A-Z][A-Z0-9]*-(?:PERPETUAL|\d{1,2}[A-Z]{3}\d{2})\b/.exec(note) : null;
  if (named === null) throw new CaseInputError('input instrument must name the contract');
  return named[0];
}
