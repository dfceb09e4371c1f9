import { MargridError } from '../errors.ts';
import { limits } from '../limits.ts';

export interface BookOptions {
  /** Number of accounts; default 1,000,000. */
  readonly accounts?: number;
  /** Integer in [0, 2^53); default 1. The same seed gives the same book. */
  readonly seed?: number;
  /** Mean number of positions over all accounts; default 12. */
  readonly meanPositions?: number;
  /** Number of the first account, from 0: a later range of a bigger book can be generated alone. Default 0. */
  readonly firstAccount?: number;
}

export type ResolvedBookOptions = Required<BookOptions>;

/** First number that no account has. Names have seven digits, `A0000001`; that of the very last, `A10000000`, has eight. */
export const accountNumberMax = 10_000_000;
/** Range in which the shape of the book (docs/BOOK-GENERATOR.md) can be kept. */
export const meanPositionsMin = 3;
export const meanPositionsMax = 30;

export function resolveBookOptions(options: BookOptions): ResolvedBookOptions {
  const { accounts = 1_000_000, seed = 1, meanPositions = 12, firstAccount = 0 } = options;
  requireInteger('accounts', accounts, 1, limits.accountCountMax);
  requireInteger('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  requireInteger('firstAccount', firstAccount, 0, accountNumberMax - accounts);
  if (!(meanPositions >= meanPositionsMin && meanPositions <= meanPositionsMax)) {
    const message = `meanPositions must be in [${meanPositionsMin}, ${meanPositionsMax}], got ${meanPositions}`;
    throw new MargridError('OptionInvalid', message, { value: meanPositions });
  }
  return { accounts, seed, meanPositions, firstAccount };
}

function requireInteger(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new MargridError('OptionInvalid', `${name} must be an integer in [${min}, ${max}], got ${value}`, { value });
}
