import { MargridError } from '../errors.ts';
import type { Quotes } from './tick-inputs.ts';
import { requireQuotes } from './valid-market.ts';

/**
 * The quotes given, the others as they were. Copies: what the caller does with its arrays afterwards is no quote.
 * Throws `OptionInvalid`.
 */
export function nextQuotes(old: Quotes, given: Partial<Quotes>, instrumentCount: number): Quotes {
  const { asOfMs, forward, impliedVolatility, indexPrice, fields } = given;
  const copies = [...(fields ?? [])].map(([name, column]) => [name, column.slice()] as const);
  const next = {
    asOfMs: asOfMs ?? old.asOfMs,
    forward: forward?.slice() ?? old.forward,
    impliedVolatility: impliedVolatility?.slice() ?? old.impliedVolatility,
    indexPrice:
      indexPrice instanceof Map ? new Map([...old.indexPrice, ...indexPrice]) : (indexPrice ?? old.indexPrice),
    fields: new Map([...(old.fields ?? []), ...copies]),
  };
  requireQuotes(next, instrumentCount);
  if (!Number.isFinite(next.asOfMs)) throw new MargridError('OptionInvalid', `asOfMs must be a time, got ${next.asOfMs}`);
  return next;
}
