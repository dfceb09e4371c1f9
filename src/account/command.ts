import type { BookChanges } from '../engine/book-changes.ts';
import type { Storable } from './events.ts';

/**
 * What an account engine is told to do. Every change of its state is a command: with the state before it and the
 * commands in order, the state after it is the same, bit for bit.
 */
export interface Command {
  /** Chosen by the sender; a command whose id was applied already is answered, not applied again. */
  readonly id: string;
  /** The engine's clock: UTC milliseconds, never before that of the command before it. */
  readonly timeMs: number;
  /** `tick`, `book`, or a kind that a module knows. */
  readonly kind: string;
  /** What belongs to the kind. */
  readonly [field: string]: Storable | undefined;
}

/**
 * Quotes that change; the others stay. By name, or a whole column in market order. JSON has no NaN: null says that a
 * price is unknown from now on.
 */
export interface QuoteChange {
  readonly forward?: PriceChange;
  readonly impliedVolatility?: PriceChange;
  readonly indexPrice?: Readonly<Record<string, number | null>>;
  readonly fields?: Readonly<Record<string, PriceChange>>;
}

export type PriceChange = Float64Array | Readonly<Record<string, number | null>>;

/** Margins all accounts at new quotes, or at the same ones at a later time. */
export interface TickCommand {
  readonly id: string;
  readonly timeMs: number;
  readonly kind: 'tick';
  readonly quotes?: QuoteChange;
}

/** Changes positions, cash, orders and add-ons. Their effect on statuses shows at the next tick. */
export interface BookCommand {
  readonly id: string;
  readonly timeMs: number;
  readonly kind: 'book';
  readonly changes: BookChanges;
}
