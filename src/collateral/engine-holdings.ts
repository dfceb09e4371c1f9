import { FLAG_BITS } from '../../assembly/portable/layout.ts';
import type { AccountContext } from '../account/module.ts';
import type { Market } from '../domain/market.ts';
import type { BookChanges } from '../engine/book-changes.ts';
import type { Engine } from '../engine/engine.ts';
import { MargridError } from '../errors.ts';

/** How the margin engine holds an asset: as a position in a spot instrument, which the risk matrix sees, or as cash. */
export type EnginePlace =
  | { readonly kind: 'cash'; readonly currency: string }
  | { readonly kind: 'spot'; readonly instrument: number; readonly contractSize: number };

/**
 * Where an asset goes: cash, unless the model pools accounts in another currency; then a spot instrument of the asset
 * against that currency, which the market must have (`withSpotCollateral` adds it). Throws `InstrumentUnknown`.
 */
export function enginePlaceOf(market: Market, engine: Engine, asset: string): EnginePlace {
  const pooled = engine.pooledCurrency;
  if ((pooled === null || pooled === asset) && engine.currencies.includes(asset))
    return { kind: 'cash', currency: asset };
  const isHeld = ({ kind, baseCurrency, quoteCurrency }: Market['instruments'][number]): boolean =>
    kind === 'spot' && baseCurrency === asset && quoteCurrency === pooled;
  const instrument = market.instruments.findIndex(isHeld);
  if (instrument >= 0) return { kind: 'spot', instrument, contractSize: market.instruments[instrument].contractSize };
  const against = pooled === null ? 'a currency of the market' : `a spot instrument of ${asset} against ${pooled}`;
  throw new MargridError(
    'InstrumentUnknown',
    `assets.${asset}.held is engine, but the market does not have ${against}`,
    { value: asset },
  );
}

/**
 * Lets the engine hold `after` instead of `before` units of an asset, besides whatever else the account has there.
 * Unknown accounts are opened.
 */
export function holdInEngine(
  context: AccountContext,
  account: string,
  place: EnginePlace,
  before: number,
  after: number,
): void {
  if (before !== after) context.update(holdingChange(context.engine, account, place, before, after));
}

/** The same as a change of the book, for a preview. */
export function holdingChange(
  engine: Engine,
  account: string,
  place: EnginePlace,
  before: number,
  after: number,
): BookChanges {
  const sets = setsOf(engine, account);
  if (place.kind === 'cash') {
    const amount = cashOf(engine, sets, place.currency) - before + after;
    return { cash: [{ account, currency: place.currency, amount }] };
  }
  const quantity =
    quantityOf(engine, sets, place.instrument) - before / place.contractSize + after / place.contractSize;
  return { positions: [{ account, instrument: engine.market.instruments[place.instrument].name, quantity }] };
}

interface SetRange {
  readonly first: number;
  readonly end: number;
}

function setsOf(engine: Engine, account: string): SetRange {
  try {
    return engine.resultRange(account);
  } catch (error) {
    if (error instanceof MargridError && error.code === 'AccountUnknown') return { first: 0, end: 0 };
    throw error;
  }
}

function cashOf(engine: Engine, { first, end }: SetRange, currency: string): number {
  const { nettingSet } = engine.arena.views;
  const row = engine.currencies.indexOf(currency);
  for (let set = first; set < end; set++) if (nettingSet.currency[set] === row) return nettingSet.cash[set];
  return 0;
}

function quantityOf(engine: Engine, { first, end }: SetRange, instrument: number): number {
  const { nettingSet, position } = engine.arena.views;
  const row = engine.rows.rowOf[instrument];
  for (let set = first; set < end; set++) {
    const firstSlot = nettingSet.firstPosition[set];
    for (let slot = firstSlot; slot < firstSlot + nettingSet.positionCount[set]; slot++) {
      if (position.row[slot] >>> FLAG_BITS === row) return position.quantity[slot];
    }
  }
  return 0;
}
