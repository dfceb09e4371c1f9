import type { Instrument } from '../../domain/instrument.ts';
import { equityCurrencyOf } from '../deribit/instrument-terms.ts';
import type { ModelRows } from '../model.ts';
import { matrixOf, type CoinMatrix, type DeribitXpmParams } from './params.ts';

/** A coin with a risk matrix: every group of it nets there, whatever it settles in. */
export interface Coin extends CoinMatrix {
  /** Lower case. */
  readonly name: string;
  /** Risk group whose index is that of the coin against USD; -1 if there is none. */
  readonly usdGroup: number;
}

/** Coins of the matrices that the instruments can touch, in the order of the instruments. */
export function coinsOf(rows: ModelRows, params: DeribitXpmParams): readonly Coin[] {
  const names = rows.instruments.flatMap((instrument) => {
    const bucket = params.currencies.get(equityCurrencyOf(instrument))?.bucket ?? null;
    const base = instrument.kind === 'spot' ? null : instrument.baseCurrency.toLowerCase();
    return [base, bucket].filter((name) => name !== null);
  });
  return [...new Set(names)].flatMap((name) => {
    const matrix = matrixOf(name, params);
    if (typeof matrix === 'string') return [];
    return [{ name, ...matrix, usdGroup: rows.groups.findIndex(({ pair }) => pair === `${name}_usd`) }];
  });
}

/** Currencies whose equity an account may have, in the order of the instruments. */
export function currenciesOf(instruments: readonly Instrument[]): readonly string[] {
  return [...new Set(instruments.map(equityCurrencyOf))];
}
