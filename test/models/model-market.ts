import { marketFor } from '../../bench/models/market.ts';
import { syntheticBook } from '../../bench/models/book.ts';
import type { Book, OrderColumns } from '../../src/domain/book.ts';
import type { Market } from '../../src/domain/market.ts';
import { pooledCurrencyOf } from '../../src/margin/pooled-currency.ts';
import type { PortableModel } from '../../src/margin/model.ts';
import { modelByName, modelNames } from '../../src/margin/registry.ts';
import { shippedParams } from '../../src/margin/shipped-params.ts';

/** A portable model with its shipped parameters and a market that it can margin. */
export interface ModelSetting {
  readonly model: PortableModel<unknown>;
  /** As in their file. */
  readonly params: unknown;
  readonly parsed: unknown;
  readonly market: Market;
  readonly currency: string;
}

export const portableModels: readonly string[] = modelNames().filter((name) => modelByName(name).kind === 'portable');

export function settingOf(name: string): ModelSetting {
  const model = modelByName(name);
  if (model.kind !== 'portable') throw new Error(`${name} is no portable model`);
  const params = shippedParams(name);
  const parsed = model.parseParams(params);
  const market = marketFor(model, parsed);
  return { model, params, parsed, market, currency: pooledCurrencyOf(model, parsed) ?? market.instruments[0].settlementCurrency };
}

/** A seeded book; every third account has an open order if the model margins them. */
export function bookFor({ model, market, currency }: ModelSetting, accounts: number, positions: number, seed: number): Book {
  const book = syntheticBook(market, accounts, positions, seed, currency);
  return model.ordersMargined ? { ...book, orders: ordersOf(book, market) } : book;
}

/** Orders in the first instrument of an account, a little off the market. */
function ordersOf(book: Book, market: Market): OrderColumns {
  const { accountIndex, instrumentIndex, quantity } = book.positions;
  const chosen = [...accountIndex.keys()].filter(
    (row) => accountIndex[row] % 3 === 0 && (row === 0 || accountIndex[row - 1] !== accountIndex[row]),
  );
  const priceOf = (row: number): number => {
    const instrument = instrumentIndex[row];
    const mark = market.fields?.get('markPrice')?.[instrument] ?? market.forward[instrument];
    return (market.instruments[instrument].kind === 'option' ? mark : market.forward[instrument]) * 0.99 + 0.01;
  };
  return {
    accountIndex: Uint32Array.from(chosen, (row) => accountIndex[row]),
    instrumentIndex: Uint32Array.from(chosen, (row) => instrumentIndex[row]),
    quantity: Float64Array.from(chosen, (row) => -quantity[row]),
    limitPrice: Float64Array.from(chosen, priceOf),
  };
}
