import { marginAccount, type AccountMargin } from '../../../src/engine/account-margin.ts';
import type { Instrument } from '../../../src/domain/instrument.ts';
import { MargridError } from '../../../src/errors.ts';
import { MissingBuildError } from '../kernel-module.ts';

/** A price in one class, and what is held of it. */
export interface ClassHolding {
  readonly symbol: string;
  readonly spot: number;
  readonly shares: number;
  readonly options: readonly OptionHolding[];
}

/** Options at the instant of expiry: worth their intrinsic value, so that any P&L over the points can be held. */
export interface OptionHolding {
  readonly optionType: 'call' | 'put';
  readonly strike: number;
  readonly contractSize: number;
  readonly quantity: number;
}

export interface TimsRules {
  readonly up: number;
  readonly down: number;
  readonly minimumPerContract: number;
  /** Share of gains that counts between the classes; null: they stand alone. */
  readonly offset: number | null;
}

const asOfMs = 0;
/** Options without time left have no use for it, but the market must quote one. */
const anyVolatility = 0.2;

/** The engine's margin of an account of such holdings. */
export async function marginOf(holdings: readonly ClassHolding[], rules: TimsRules): Promise<AccountMargin> {
  const listed = holdings.flatMap(listingOf);
  const market = {
    asOfMs,
    instruments: listed.map(({ instrument }) => instrument),
    forward: Float64Array.from(listed, ({ spot }) => spot),
    impliedVolatility: Float64Array.from(listed, ({ instrument }) => (instrument.kind === 'option' ? anyVolatility : NaN)),
    indexPrice: new Map(holdings.map(({ symbol, spot }) => [`${symbol.toLowerCase()}_usd`, spot] as const)),
    openInterest: new Float64Array(listed.length),
    fields: new Map([['interestRate', new Float64Array(listed.length)] as const]),
  };
  const positions = listed
    .filter(({ quantity }) => quantity !== 0)
    .map(({ instrument, quantity }) => ({ instrument: instrument.name, quantity }));
  try {
    const [margin] = await marginAccount({ market, model: 'tims', params: paramsOf(rules), positions, kernels: 'wasm' });
    return margin;
  } catch (cause) {
    if (!(cause instanceof MargridError) || cause.code !== 'KernelMismatch') throw cause;
    throw new MissingBuildError(`run npm run build first: ${cause.message}`, { cause });
  }
}

interface Listing {
  readonly instrument: Instrument;
  readonly spot: number;
  readonly quantity: number;
}

function listingOf({ symbol, spot, shares, options }: ClassHolding): Listing[] {
  const common = { payoff: 'linear', baseCurrency: symbol, quoteCurrency: 'USD', settlementCurrency: 'USD' } as const;
  const stock: Instrument = {
    ...common, name: symbol, kind: 'spot', contractSize: 1, expiryMs: null, strike: null, optionType: null,
  };
  return [
    { instrument: stock, spot, quantity: shares },
    ...options.map(({ optionType, strike, contractSize, quantity }, index): Listing => ({
      instrument: {
        ...common, name: `${symbol}-${index}`, kind: 'option', contractSize, expiryMs: asOfMs, strike, optionType,
      },
      spot,
      quantity,
    })),
  ];
}

function paramsOf({ up, down, minimumPerContract, offset }: TimsRules): unknown {
  return {
    source: 'vector file',
    date: '2026-11-22',
    reportingCurrency: 'USD',
    productTypes: { all: { up, down } },
    classes: { '*': { productType: 'all', productGroup: offset === null ? null : 'all' } },
    productGroups: offset === null ? {} : { all: { offset } },
    portfolioGroups: {},
    minimumPerContract,
    volatility: 'sticky-strike',
    american: { method: 'leisen-reimer' },
  };
}

/** The ten points of a range: five on each side. */
export function pointsOf({ up, down }: Pick<TimsRules, 'up' | 'down'>): number[] {
  return [5, 4, 3, 2, 1].map((step) => (-down * step) / 5).concat([1, 2, 3, 4, 5].map((step) => (up * step) / 5));
}

/** Options whose P&L at the points is the given one, lowest point first: puts below the spot, calls above it. */
export function replicate(symbol: string, spot: number, points: readonly number[], pnl: readonly number[]): ClassHolding {
  const half = points.length / 2;
  const above = legs('call', spot, points.slice(half), pnl.slice(half));
  const below = legs('put', spot, points.slice(0, half).toReversed(), pnl.slice(0, half).toReversed());
  return { symbol, spot, shares: 0, options: [...above, ...below] };
}

/** Piecewise linear through (0, 0) and the points, going outward: a kink at each point is an option struck there. */
function legs(
  optionType: 'call' | 'put', spot: number, points: readonly number[], pnl: readonly number[],
): OptionHolding[] {
  let slopeBefore = 0;
  return points.map((point, index) => {
    const [fromPoint, fromPnl] = index === 0 ? [0, 0] : [points[index - 1], pnl[index - 1]];
    const slope = (pnl[index] - fromPnl) / (spot * Math.abs(point - fromPoint));
    const quantity = slope - slopeBefore;
    slopeBefore = slope;
    return { optionType, strike: spot * (1 + fromPoint), contractSize: 1, quantity };
  });
}
