import type { Instrument } from '../domain/instrument.ts';

/** A position in one instrument: signed contracts, entry price in quote currency per base unit. */
export interface PositionPart {
  readonly quantity: number;
  readonly entryPrice: number;
}

export interface NetPosition extends PositionPart {
  /**
   * What opposite positions have locked in, settlement currency: net position and this together are worth what the
   * parts are worth, at every price.
   */
  readonly realisedPnl: number;
}

/**
 * Positions of several accounts in one instrument as one position, summed in the order given.
 *
 * The entry price is the average over the parts on the side that is left (linear: weighted by contracts; inverse:
 * harmonic); what the other side closes of it is realised, as if one account had traded both. A single part stays as it
 * is, and equal entry prices stay that price: no bit changes. Options and spot realise nothing, their premium has left
 * the cash already.
 */
export function netPosition(instrument: Instrument, parts: readonly PositionPart[]): NetPosition {
  const held = parts.filter(({ quantity }) => quantity !== 0);
  if (held.length === 0) return { quantity: 0, entryPrice: 0, realisedPnl: 0 };
  if (held.length === 1) return { ...held[0], realisedPnl: 0 };
  const quantity = sum(held, (part) => part.quantity);
  const side = held.filter((part) => Math.sign(part.quantity) === Math.sign(quantity));
  const isFuture = instrument.kind === 'future' || instrument.kind === 'perpetual';
  const entryPrice = quantity === 0 ? 0 : averageEntry(instrument, side);
  const isLocked = isFuture && side.length < held.length && held.some((part) => part.entryPrice !== held[0].entryPrice);
  return { quantity, entryPrice, realisedPnl: isLocked ? lockedPnl(instrument, held, quantity, entryPrice) : 0 };
}

function averageEntry({ payoff }: Instrument, parts: readonly PositionPart[]): number {
  const [first] = parts;
  if (parts.every(({ entryPrice }) => entryPrice === first.entryPrice)) return first.entryPrice;
  const quantity = sum(parts, (part) => part.quantity);
  if (payoff === 'inverse') return quantity / sum(parts, (part) => part.quantity / part.entryPrice);
  return sum(parts, (part) => part.quantity * part.entryPrice) / quantity;
}

/** Value of the parts less that of the net position: the price drops out. */
function lockedPnl(
  { payoff, contractSize }: Instrument,
  parts: readonly PositionPart[],
  quantity: number,
  entry: number,
): number {
  if (payoff === 'inverse') {
    const left = quantity === 0 ? 0 : quantity / entry;
    return contractSize * (sum(parts, (part) => part.quantity / part.entryPrice) - left);
  }
  return contractSize * (quantity * entry - sum(parts, (part) => part.quantity * part.entryPrice));
}

function sum(parts: readonly PositionPart[], amountOf: (part: PositionPart) => number): number {
  return parts.reduce((total, part) => total + amountOf(part), 0);
}
