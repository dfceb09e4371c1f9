import { marginAccount, type AccountMargin, type AccountPosition, type Instrument } from '../../../src/index.ts';
import { shippedParams } from '../../../src/margin/shipped-params.ts';
import { instrumentOf } from '../deribit-pme/instrument-name.ts';
import { CaseInputError, fieldsOf, listOf, numberOf, optionalNumber, type Fields } from '../fields.ts';

/** A position of the snapshot: contracts of one unit, entered at its mark (the equities hold the profit already). */
interface Held {
  readonly instrument: Instrument;
  readonly quantity: number;
  readonly mark: number;
  /** Base coin. */
  readonly delta: number;
}

/** An account as the venue reported it, and what that says of prices. */
export interface Snapshot {
  readonly held: readonly Held[];
  /** By lower-case currency: units. */
  readonly equity: ReadonlyMap<string, number>;
  /** By lower-case currency: USD per unit. */
  readonly price: ReadonlyMap<string, number>;
  readonly params: unknown;
}

const asOfMs = Date.UTC(2026, 0, 1);
const generalFields = new Set(['mm_factor', 'buckets_count']);

export function readSnapshot(root: Fields): Snapshot {
  const snapshot = fieldsOf(root['snapshot']);
  const units = fieldsOf(snapshot['equity']);
  const equity = new Map(Object.keys(units).map((name) => [name.toLowerCase(), numberOf(units, name)] as const));
  const held = listOf(snapshot['positions']).map((each) => readPosition(fieldsOf(each)));
  return { held, equity, price: pricesOf(snapshot, held), params: paramsOf(fieldsOf(root['params'])) };
}

/** Inverse: `size_usd` and `delta_<coin>`; linear: `size_<coin>` and `delta_total_<quote>`. */
function readPosition(fields: Fields): Held {
  const { instrument: name } = fields;
  if (typeof name !== 'string') throw new CaseInputError('input instrument must be a name');
  const instrument = instrumentOf(name);
  if (instrument.kind !== 'perpetual' && instrument.kind !== 'future') {
    throw new CaseInputError(`${name}: a snapshot says too little of options and spot`);
  }
  const coin = instrument.baseCurrency.toLowerCase();
  if (instrument.payoff === 'inverse') {
    const delta = numberOf(fields, `delta_${coin}`);
    const size = Math.abs(numberOf(fields, 'size_usd'));
    return { instrument, quantity: Math.sign(delta) * size, mark: size / Math.abs(delta), delta };
  }
  const quantity = numberOf(fields, `size_${coin}`);
  const value = numberOf(fields, `delta_total_${instrument.quoteCurrency.toLowerCase()}`);
  return { instrument, quantity, mark: Math.abs(value / quantity), delta: quantity };
}

/**
 * A margin balance is the equity of the account in that currency: its price is `total_equity_usd` divided by it. The
 * price of a coin that has none follows from `total_delta_total_usd`, the deltas of all positions in USD (linear ones
 * at their marks); without that it is the mark of its inverse position.
 */
function pricesOf(snapshot: Fields, held: readonly Held[]): Map<string, number> {
  const total = numberOf(snapshot, 'total_equity_usd');
  const prices = new Map<string, number>();
  for (const name of Object.keys(snapshot)) {
    const currency = /^(\w+)_margin_balance$/.exec(name)?.[1];
    if (currency !== undefined) prices.set(currency.toLowerCase(), total / numberOf(snapshot, name));
  }
  const unknown = held.filter(({ instrument: { payoff, baseCurrency } }) =>
    payoff === 'inverse' && !prices.has(baseCurrency.toLowerCase()));
  const coins = new Set(unknown.map(({ instrument }) => instrument.baseCurrency.toLowerCase()));
  const totalDelta = optionalNumber(snapshot, 'total_delta_total_usd');
  if (coins.size === 1 && totalDelta !== null) {
    const rest = held.filter((each) => !unknown.includes(each)).map(({ instrument, quantity, mark, delta }) =>
      instrument.payoff === 'linear'
        ? quantity * mark * priceIn(prices, instrument.quoteCurrency)
        : delta * priceIn(prices, instrument.baseCurrency));
    const delta = unknown.reduce((sum, each) => sum + each.delta, 0);
    prices.set([...coins][0], (totalDelta - rest.reduce((sum, each) => sum + each, 0)) / delta);
  }
  for (const { instrument, mark } of unknown) {
    const coin = instrument.baseCurrency.toLowerCase();
    if (!prices.has(coin)) prices.set(coin, mark);
  }
  return prices;
}

function priceIn(prices: ReadonlyMap<string, number>, currency: string): number {
  const price = currency.toUpperCase() === 'USD' ? 1 : prices.get(currency.toLowerCase());
  if (price === undefined) throw new CaseInputError(`nothing in the snapshot says what ${currency} is worth in USD`);
  return price;
}

/** The shipped parameters with what the file states, e.g. `eth_price_range`. */
function paramsOf(stated: Fields): unknown {
  const params = structuredClone(shippedParams('deribit-xpm')) as Record<string, Record<string, unknown>>;
  for (const name of Object.keys(stated)) {
    const value = numberOf(stated, name);
    if (generalFields.has(name)) params['general'][name] = value;
    else {
      const [, coin, field] = /^([a-z0-9]+)_(\w+)$/.exec(name) ?? [];
      const sections = [params['currency'][coin], params['currency_pair'][`${coin}_usd`]].map(fieldsOf);
      const section = sections.find((each) => field in each);
      if (section === undefined) throw new CaseInputError(`input params.${name} is no parameter that is known`);
      (section as Record<string, unknown>)[field] = value;
    }
  }
  return params;
}

/** The account through the real engine: equities as spot holdings against USD. */
export async function marginSnapshot({ held, equity, price, params }: Snapshot): Promise<AccountMargin> {
  const holdings = [...equity].map(([currency, units]) => ({
    instrument: spotOf(currency),
    units,
    usd: priceIn(price, currency),
  }));
  const instruments = [...held.map(({ instrument }) => instrument), ...holdings.map(({ instrument }) => instrument)];
  const stablePrice = instruments.map(({ kind, payoff, quoteCurrency }) =>
    kind !== 'spot' && payoff === 'linear' ? priceIn(price, quoteCurrency) : NaN);
  const market = {
    asOfMs,
    instruments,
    forward: Float64Array.from([...held.map(({ mark }) => mark), ...holdings.map(({ usd }) => usd)]),
    impliedVolatility: new Float64Array(instruments.length).fill(NaN),
    indexPrice: new Map(instruments.map(({ baseCurrency, quoteCurrency }, index) => {
      const known = price.get(baseCurrency.toLowerCase()) ?? held[index].mark;
      return [`${baseCurrency}_${quoteCurrency}`.toLowerCase(), known] as const;
    })),
    openInterest: new Float64Array(instruments.length),
    fields: new Map([['stablePrice', Float64Array.from(stablePrice)] as const]),
  };
  const positions: AccountPosition[] = [
    ...held.map(({ instrument, quantity, mark }) => ({ instrument: instrument.name, quantity, entryPrice: mark })),
    ...holdings
      .filter(({ units }) => units !== 0)
      .map(({ instrument, units }) => ({ instrument: instrument.name, quantity: units })),
  ];
  const [margin] = await marginAccount({ market, model: 'deribit-xpm', params, positions, kernels: 'wasm' });
  if (margin.fault !== null) throw new CaseInputError(margin.fault);
  return margin;
}

function spotOf(currency: string): Instrument {
  const baseCurrency = currency.toUpperCase();
  return {
    name: `${baseCurrency}/USD`,
    kind: 'spot',
    payoff: 'linear',
    baseCurrency,
    quoteCurrency: 'USD',
    settlementCurrency: 'USD',
    contractSize: 1,
    expiryMs: null,
    strike: null,
    optionType: null,
  };
}
