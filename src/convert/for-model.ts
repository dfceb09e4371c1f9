import type { Book } from '../domain/book.ts';
import { riskGroupOf, type Instrument } from '../domain/instrument.ts';
import type { Market } from '../domain/market.ts';
import type { MarginModel } from '../margin/model.ts';
import { pooledCurrencyOf } from '../margin/pooled-currency.ts';
import { bookOfInstruments, marketOfInstruments } from '../domain/chosen-instruments.ts';
import { withQuarantined, type Converted } from './converted.ts';
import { withSpotCollateral } from './spot-collateral.ts';

/** Market and book as a model wants them: a pooled model sees cash of other currencies as spot positions. */
export function convertedForModel(market: Market, book: Book, model: MarginModel<unknown>, params: unknown): Converted {
  const reporting = pooledCurrencyOf(model, params);
  return reporting === null ? { market, book, notes: [] } : withSpotCollateral(market, book, reporting);
}

/**
 * Without the instruments that a grid model has no parameters for; who holds them or orders them is quarantined with
 * the model's reason. (`Engine.create` refuses the whole market instead; a portable model refuses account by account
 * by itself.) Null if the model margins no instrument of the market.
 */
export function withoutRefused(
  market: Market,
  book: Book,
  model: MarginModel<unknown>,
  params: unknown,
): Converted | null {
  if (model.kind === 'portable') return { market, book, notes: [] };
  const reasonOf = new Map<string, string | null>();
  const refusals = market.instruments.map((instrument) => {
    const group = riskGroupOf(instrument);
    const known = reasonOf.get(group.name);
    if (known !== undefined) return known;
    const reason = model.refusal(group, params);
    reasonOf.set(group.name, reason);
    return reason;
  });
  if (refusals.every((reason) => reason === null)) return { market, book, notes: [] };
  const kept = refusals.flatMap((reason, index) => (reason === null ? [index] : []));
  if (kept.length === 0) return null;
  const reasons = new Map<number, string>();
  for (const { accountIndex, instrumentIndex } of [book.positions, book.orders ?? noRows]) {
    instrumentIndex.forEach((index, row) => {
      const reason = refusals[index];
      if (reason !== null && !reasons.has(accountIndex[row]))
        reasons.set(accountIndex[row], refusalText(market.instruments[index], reason));
    });
  }
  return {
    market: marketOfInstruments(market, kept),
    book: { ...bookOfInstruments(book, kept), quarantined: withQuarantined(book, reasons) },
    notes: [],
  };
}

/** As the engine words it. */
function refusalText({ name }: Instrument, reason: string): string {
  return `${name}: ${reason}`;
}

const noRows = { accountIndex: new Uint32Array(0), instrumentIndex: new Uint32Array(0) };
