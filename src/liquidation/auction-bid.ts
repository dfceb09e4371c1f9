import type { BookChanges, PositionChange } from '../engine/book-changes.ts';
import { MargridError } from '../errors.ts';
import { amountOf, decimalsOf, minorOf, type DecimalsByCurrency, type MinorUnits } from '../money/minor-units.ts';
import type { HeldPosition, Holdings } from '../whatif/holdings.ts';
import { withLeg } from '../whatif/legs.ts';
import { bid, type Auction, type AuctionMargins, type AuctionParams, type BidResult } from './derive-auction.ts';
import { cashChanges, cashOf } from './fill.ts';
import type { PlanningAccount } from './planning-account.ts';

/** A bid as it is to be booked: everything that it needs to know. */
export interface AuctionBid {
  /** The account that is sold. */
  readonly account: PlanningAccount;
  readonly margins: AuctionMargins;
  readonly auction: Auction;
  /** Cash that earlier bidders paid: not for sale. */
  readonly reserved: MinorUnits;
  readonly params: AuctionParams;
  readonly bidder: string;
  readonly bidderHeld: Holdings;
  /** Part of the portfolio that the bidder wants, in (0, 1]. */
  readonly share: number;
  readonly nowMs: number;
  readonly decimals: DecimalsByCurrency;
}

/** Money that a bid moves: minor units of the set's currency. Account + bidder + module + clearing = 0. */
export interface BidPostings {
  readonly account: MinorUnits;
  readonly bidder: MinorUnits;
  /** Of the security module: <= 0. */
  readonly module: MinorUnits;
  /** Gains that the bidder realises where the positions offset his own. */
  readonly clearing: MinorUnits;
  /** What the bidder paid, reserved in the account. */
  readonly paid: MinorUnits;
}

export interface BookedBid {
  readonly result: BidResult;
  readonly changes: BookChanges;
  readonly postings: BidPostings;
}

/** Books a bid. Throws what `bid` throws, and `ValueOutOfRange` if the bidder has less cash than a bid takes. */
export function bookBid(request: AuctionBid): BookedBid {
  const { account, auction, margins, params, nowMs, bidder, bidderHeld, decimals } = request;
  const { currency, holdings, account: sold } = account.input;
  const result = bid(auction, margins, request.share, params, nowMs);
  const places = decimalsOf(currency, decimals);
  const paid = minorOf(result.cashFromBidder, places, 'up');
  const payout = minorOf(result.payout, places, 'down');
  const required = minorOf(result.cashRequired, places, 'up');
  const bidderCash = cashOf(bidderHeld, currency, decimals);
  if (bidderCash < required) {
    const message = `bidder ${bidder} needs ${amountOf(required, places)} ${currency} of cash for this bid, has ${amountOf(bidderCash, places)}`;
    throw new MargridError('ValueOutOfRange', message, { column: 'bidder', value: bidder });
  }
  const free = cashOf(holdings, currency, decimals) - request.reserved;
  // Cash for sale goes by the same share; a debt, too. Rounded in favour of the account.
  const cashPart = result.share === 1 ? free : minorOf(amountOf(free, places) * result.share, places, 'down');
  const moved = movedPositions(request, result.share);
  const realised = moved.realised === 0 ? 0n : minorOf(moved.realised, places, 'down');
  const postings = {
    account: paid - cashPart,
    bidder: cashPart + payout - paid + realised,
    module: -payout,
    clearing: -realised,
    paid,
  };
  const changes = {
    positions: moved.positions,
    cash: [
      ...cashChanges(sold, holdings, new Map([[currency, postings.account]]), decimals),
      ...cashChanges(bidder, bidderHeld, new Map([[currency, postings.bidder]]), decimals),
    ],
  };
  return { result, changes, postings };
}

/**
 * Positions by the share. A future goes at the account's entry price: with the position goes the gain or loss on it,
 * which the value that the bid is a part of contains. Options and spot are their whole value.
 */
function movedPositions(
  { account, bidder, bidderHeld }: AuctionBid,
  share: number,
): { positions: PositionChange[]; realised: number } {
  const { holdings, account: sold } = account.input;
  const positions: PositionChange[] = [];
  let held: Holdings = { ...bidderHeld, cash: new Map() };
  for (const [instrument, position] of holdings.positions) {
    if (!account.isOfSet(instrument)) continue;
    const quantity = share === 1 ? position.quantity : position.quantity * share;
    positions.push({
      account: sold,
      instrument,
      quantity: position.quantity - quantity,
      entryPrice: position.entryPrice,
    });
    held = received(account, held, instrument, quantity, position);
    const own = held.positions.get(instrument) ?? { quantity: 0, entryPrice: 0 };
    positions.push({ account: bidder, instrument, ...own });
  }
  return { positions, realised: held.cash.get(account.input.currency) ?? 0 };
}

function received(
  account: PlanningAccount,
  held: Holdings,
  instrument: string,
  quantity: number,
  { entryPrice }: HeldPosition,
): Holdings {
  const { kind } = account.instrument(instrument);
  if (kind === 'future' || kind === 'perpetual') {
    return withLeg(held, { kind: 'trade', instrument, quantity, price: entryPrice }, account.terms);
  }
  const old = held.positions.get(instrument);
  const total = (old?.quantity ?? 0) + quantity;
  const positions = new Map(held.positions);
  if (total === 0) positions.delete(instrument);
  else positions.set(instrument, { quantity: total, entryPrice: old?.entryPrice ?? entryPrice });
  return { ...held, positions };
}
