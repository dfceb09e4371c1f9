import { marginAccount, MargridError, shippedParams, type Instrument, type Market } from '../../../src/index.ts';
import { CaseInputError } from '../fields.ts';
import { dayMs, type Leg, type RegtCase } from './legs.ts';

export interface Requirement {
  readonly initial: number;
  readonly maintenance: number;
}

/** Rates of stock with which a broker checks an order during the day: its maintenance rates. */
export interface StockRates {
  readonly longInitial: number;
  readonly shortInitial: number;
}

/** Margins a case with the shipped parameters, on the WASM engine. */
export async function requirementOf(regtCase: RegtCase, rates: StockRates | null = null): Promise<Requirement> {
  const shipped = shippedParams('regt') as Record<string, object>;
  const params = { ...shipped, stock: { ...shipped['stock'], ...rates } };
  const market = marketOf(regtCase);
  const positions = regtCase.legs.map(({ quantity }, index) => ({ instrument: market.instruments[index].name, quantity }));
  const held = positions.filter(({ quantity }) => quantity !== 0);
  try {
    const [margin] = await marginAccount({ market, model: 'regt', params, positions: held, kernels: 'wasm' });
    if (margin === undefined) throw new CaseInputError('nothing is held');
    if (margin.fault !== null) throw new CaseInputError(margin.fault);
    return { initial: margin.initialMargin, maintenance: margin.maintenanceMargin };
  } catch (cause) {
    if (cause instanceof MargridError) throw new CaseInputError(cause.message);
    throw cause;
  }
}

function marketOf({ spot, multiplier, isBroadIndex, legs }: RegtCase): Market {
  const base = isBroadIndex ? 'SPX' : 'XYZ';
  const expiries = legs.filter(({ kind }) => kind !== 'stock').map(({ expiryMs }) => expiryMs);
  const instruments = legs.map((leg, index) => instrumentOf(leg, index, base, multiplier));
  return {
    asOfMs: Math.min(...expiries, Date.UTC(2100, 0)) - dayMs,
    instruments,
    forward: new Float64Array(legs.length).fill(spot),
    impliedVolatility: new Float64Array(legs.length).fill(NaN),
    indexPrice: new Map([[`${base}_USD`.toLowerCase(), spot]]),
    openInterest: new Float64Array(legs.length),
    fields: new Map([['markPrice', Float64Array.from(legs, ({ price }) => price)]]),
  };
}

function instrumentOf({ kind, strike, expiryMs }: Leg, index: number, base: string, multiplier: number): Instrument {
  const own = { name: `${base}-${index + 1}`, baseCurrency: base, quoteCurrency: 'USD', settlementCurrency: 'USD' };
  const isStock = kind === 'stock';
  return {
    ...own,
    kind: isStock ? 'spot' : 'option',
    payoff: 'linear',
    contractSize: isStock ? 1 : multiplier,
    expiryMs: isStock ? null : expiryMs,
    strike: isStock ? null : strike,
    optionType: isStock ? null : kind,
    exercise: base === 'SPX' ? 'european' : 'american',
  };
}
