import { invalidField } from '../account/command-fields.ts';
import type { Command } from '../account/command.ts';
import type { Market } from '../domain/market.ts';
import type { SourcePrice } from './robust-index.ts';

export const quoteKinds = ['index', 'forward', 'impliedVolatility', 'markPrice', 'twapPrice'] as const;
export type QuoteKind = (typeof quoteKinds)[number];

/** What somebody decided about one quote, for a time. */
export interface Override {
  readonly quote: QuoteKind;
  /** Pair of an index price, instrument of the others. */
  readonly name: string;
  readonly decision: 'accept' | 'reject';
  readonly untilMs: number;
  readonly by: string;
  readonly reason: string;
}

/** Prices of a pair at independent places: `sources` name → price, or { price, timeMs }. */
export function requireSources(
  command: Command,
  { indexPrice }: Market,
  nowMs: number,
): { pair: string; sources: Record<string, SourcePrice> } {
  const { pair, sources } = command;
  if (typeof pair !== 'string' || !indexPrice.has(pair))
    throw invalidField('pair', pair, 'must be a pair of the market');
  if (typeof sources !== 'object' || sources === null || Array.isArray(sources))
    throw invalidField('sources', sources, 'must be an object of prices');
  const prices = Object.entries(sources as Record<string, unknown>).map(([name, given]) => {
    const { price, timeMs } =
      typeof given === 'object' && given !== null ? (given as Partial<SourcePrice>) : { price: given, timeMs: nowMs };
    // A bad price is kept: it counts as left out, and its source is named.
    if (typeof price !== 'number' && price !== null)
      throw invalidField(`sources.${name}`, price, 'must be a price or null');
    if (typeof timeMs !== 'number' || !Number.isFinite(timeMs))
      throw invalidField(`sources.${name}.timeMs`, timeMs, 'must be UTC milliseconds');
    return [name, { price: price ?? NaN, timeMs: timeMs }] as const;
  });
  return { pair: pair, sources: Object.fromEntries(prices) };
}

export function requireOverride(command: Command, market: Market, nowMs: number): Override {
  const { quote, name, decision, untilMs } = command;
  if (!quoteKinds.includes(quote as QuoteKind))
    throw invalidField('quote', quote, `must be one of ${quoteKinds.join(', ')}`);
  const isKnown =
    quote === 'index' ? market.indexPrice.has(name as string) : market.instruments.some((each) => each.name === name);
  if (!isKnown)
    throw invalidField(
      'name',
      name,
      quote === 'index' ? 'must be a pair of the market' : 'must be an instrument of the market',
    );
  if (decision !== 'accept' && decision !== 'reject')
    throw invalidField('decision', decision, "must be 'accept' or 'reject'");
  if (typeof untilMs !== 'number' || !(untilMs >= nowMs))
    throw invalidField('untilMs', untilMs, `must be a time not before ${nowMs}`);
  return {
    quote: quote as QuoteKind,
    name: name as string,
    decision: decision,
    untilMs: untilMs,
    ...requireRelease(command),
  };
}

/** Who decided, and why: no override without both. */
export function requireRelease({ by, reason }: Command): { by: string; reason: string } {
  if (typeof by !== 'string' || by === '') throw invalidField('by', by, 'must say who decided');
  if (typeof reason !== 'string' || reason === '') throw invalidField('reason', reason, 'must say why');
  return { by: by, reason: reason };
}
