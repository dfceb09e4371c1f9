import { MargridError } from '../errors.ts';
import type { ContractTerms } from './contract-value.ts';

/**
 * Accounts that hold the side opposite to a position that must be closed: parallel columns. Risk numbers; amounts in
 * settlement currency.
 */
export interface AdlCandidates {
  /** Of all candidates: those of a long position that is closed are short. */
  readonly side: 'long' | 'short';
  /** Whole lots held, > 0, at most 2^53. */
  readonly lots: Float64Array;
  /** Quote currency per base unit; NaN where unknown. */
  readonly entryPrice: Float64Array;
  /** Account value: what backs the position. */
  readonly equity: Float64Array;
  /** Value of all positions of the account at mark, without signs. */
  readonly notional: Float64Array;
  /** Price at which the position is bankrupt, if the venue keeps one per position; NaN: from the equity. */
  readonly bankruptcyPrice?: Float64Array;
}

/** At which price, and of what. */
export interface AdlMark {
  readonly terms: ContractTerms;
  /** Quote currency per base unit, > 0. */
  readonly mark: number;
}

export const adlScores = ['bitmex', 'bybit', 'hyperliquid', 'profit', 'size', 'leverage'] as const;
export type AdlScore = (typeof adlScores)[number];

/** What the scores are made of; one element per candidate. */
export interface AdlFigures {
  /** Profit by entry value, signed; NaN without an entry price. */
  readonly profitRate: Float64Array;
  /** Profit in settlement currency, signed; NaN without an entry price. */
  readonly profit: Float64Array;
  /** Value of the position at mark. */
  readonly value: Float64Array;
  /** Value by equity (or by what is left to the bankruptcy price); Infinity if nothing is left. */
  readonly effectiveLeverage: Float64Array;
}

export function adlFigures(candidates: AdlCandidates, { terms, mark }: AdlMark): AdlFigures {
  const { lots, entryPrice, equity, bankruptcyPrice } = candidates;
  const lot = amountOfLot(terms);
  const side = candidates.side === 'long' ? 1 : -1;
  const unitValue = (price: number): number => (terms.payoff === 'linear' ? price : -1 / price);
  const profitRate = new Float64Array(lots.length);
  const profit = new Float64Array(lots.length);
  const value = new Float64Array(lots.length);
  const effectiveLeverage = new Float64Array(lots.length);
  for (let i = 0; i < lots.length; i++) {
    const size = lots[i] * lot;
    const move = side * (unitValue(mark) - unitValue(entryPrice[i]));
    const bankrupt = bankruptcyPrice?.[i] ?? NaN;
    const backing = bankrupt > 0 ? side * (unitValue(mark) - unitValue(bankrupt)) * size : equity[i];
    profit[i] = size * move;
    profitRate[i] = move / Math.abs(unitValue(entryPrice[i]));
    value[i] = size * Math.abs(unitValue(mark));
    effectiveLeverage[i] = backing > 0 ? value[i] / backing : Infinity;
  }
  return { profitRate, profit, value, effectiveLeverage };
}

/** Contract sizes in one lot. */
function amountOfLot({ contractSize, lotDecimals }: ContractTerms): number {
  return contractSize / Number(10n ** BigInt(lotDecimals));
}

/**
 * Who is closed first: higher scores before lower ones. NaN (no entry price where one is needed) is no score. Of
 * BitMEX, profit per entry value times effective leverage for winners, divided by it for losers; of Bybit the product
 * for all; of Hyperliquid mark/entry (shorts: entry/mark) times position value per account value.
 */
export function adlScoreColumn(score: AdlScore, candidates: AdlCandidates, at: AdlMark): Float64Array {
  const { profitRate, profit, value, effectiveLeverage } = adlFigures(candidates, at);
  const isLong = candidates.side === 'long';
  const { entryPrice, equity, lots, notional } = candidates;
  const scoreOf = (i: number): number => {
    const rate = profitRate[i];
    switch (score) {
      case 'bitmex':
        return rate > 0 ? rate * effectiveLeverage[i] : rate / effectiveLeverage[i];
      case 'bybit':
        return rate === 0 ? 0 : rate * effectiveLeverage[i];
      case 'hyperliquid': {
        const ratio = isLong ? at.mark / entryPrice[i] : entryPrice[i] / at.mark;
        return ratio * (equity[i] > 0 ? value[i] / equity[i] : Infinity);
      }
      case 'profit':
        return profit[i];
      case 'size':
        return lots[i];
      case 'leverage':
        return equity[i] > 0 ? notional[i] / equity[i] : Infinity;
    }
  };
  return Float64Array.from(lots.keys(), scoreOf);
}

/** Candidates with a score, the highest first; equal ones in their order. */
export function ranked(scores: Float64Array): Uint32Array {
  const scored = Uint32Array.from(scores.keys()).filter((index) => !Number.isNaN(scores[index]));
  // Infinity - Infinity is NaN: equal ones are compared first.
  return scored.sort((a, b) => (scores[a] === scores[b] ? a - b : scores[b] > scores[a] ? 1 : -1));
}

/** Throws `OptionInvalid` unless the columns are parallel and lots are whole numbers. */
export function requireCandidates(candidates: AdlCandidates): void {
  const { lots, entryPrice, equity, notional } = candidates;
  const isParallel = [entryPrice, equity, notional].every((column) => column.length === lots.length);
  if (!isParallel) throw new MargridError('OptionInvalid', 'columns of ADL candidates must have one length');
  const bad = lots.findIndex((value) => !Number.isSafeInteger(value) || value < 0);
  if (bad < 0) return;
  throw new MargridError(
    'OptionInvalid',
    `lots of ADL candidate ${bad + 1} must be a whole number >= 0, got ${lots[bad]}`,
    {
      column: 'lots',
      row: bad + 1,
      value: lots[bad],
    },
  );
}
