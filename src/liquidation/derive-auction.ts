import { MargridError } from '../errors.ts';
import { invalid, numberField, type Section } from '../margin/fields.ts';

/**
 * Liquidation auctions of Derive v2: the whole portfolio is offered, in parts, at a share of its value that falls with
 * time; an account worth nothing is given away with a payment of the security module that grows with time.
 *
 * Sources: derivexyz/v2-core@7736900d, src/liquidation; docs.derive.xyz, liquidations. Signs as everywhere in margrid:
 * `maintenance` below is the balance less maintenance margin, negative if the account falls short.
 */
export interface AuctionParams {
  /** Share of the value that a bidder pays at the start. */
  readonly startFraction: number;
  /** At the end of the fast part; the slow part ends at 0. */
  readonly fastEndFraction: number;
  readonly fastLengthMs: number;
  readonly slowLengthMs: number;
  readonly insolventLengthMs: number;
  /** Part of the value offered that the account pays the security module at the start. */
  readonly feeRate: number;
  /** Buffer margin is this part of the requirement below maintenance. */
  readonly bufferScale: number;
  /**
   * `to-maintenance`: from the value itself (if negative) to the balance less maintenance margin. `to-lower-bound`:
   * from nothing to `lowerBoundScale` times the buffer margin at the start, and shares are of the portfolio at the
   * start (the first version of the contracts).
   */
  readonly insolventOffer: 'to-maintenance' | 'to-lower-bound';
  readonly lowerBoundScale: number;
}

/** What the account is worth at the marks, and that less maintenance margin; settlement currency. */
export interface AuctionMargins {
  readonly markToMarket: number;
  readonly maintenance: number;
}

export interface Auction {
  readonly startMs: number;
  /** Since when the account is given away; null while it is sold. */
  readonly insolventSinceMs: number | null;
  /** Cash that bidders of this auction have paid: not part of what is offered. */
  readonly reserved: number;
  /** Where the offer of `to-lower-bound` ends. */
  readonly lowerBound: number;
  /** Part of the portfolio at the start that is still there, but for trades outside the auction. */
  readonly left: number;
}

export interface AuctionStart {
  readonly auction: Auction;
  /** Out of the account into the security module. */
  readonly fee: number;
}

/** What one bid does. Amounts in settlement currency, before rounding to minor units. */
export interface BidResult {
  /** Part of the portfolio (without reserved cash) that changes hands. */
  readonly share: number;
  readonly maxShare: number;
  readonly cashFromBidder: number;
  /** From the security module to the bidder. */
  readonly payout: number;
  /** Cash that the bidder must have. */
  readonly cashRequired: number;
  readonly auction: Auction;
  /** The account after it, at the same prices. */
  readonly after: AuctionMargins;
}

export function parseAuctionParams(fields: Section, path: string): AuctionParams {
  const share = (name: string): number => numberField(fields, name, path, { min: 0, max: 1 });
  const time = (name: string): number => numberField(fields, name, path, { min: 1, max: Number.MAX_SAFE_INTEGER });
  const offer = fields['insolventOffer'];
  if (offer !== 'to-maintenance' && offer !== 'to-lower-bound') {
    throw invalid(`${path}.insolventOffer`, offer, 'must be to-maintenance or to-lower-bound');
  }
  return {
    startFraction: share('startFraction'),
    fastEndFraction: share('fastEndFraction'),
    fastLengthMs: time('fastLengthMs'),
    slowLengthMs: time('slowLengthMs'),
    insolventLengthMs: time('insolventLengthMs'),
    feeRate: share('feeRate'),
    bufferScale: share('bufferScale'),
    insolventOffer: offer,
    lowerBoundScale:
      fields['lowerBoundScale'] === undefined ? 1 : numberField(fields, 'lowerBoundScale', path, { min: 0, max: 100 }),
  };
}

/** Buffer margin: the requirement, and a part of it more, is missing by this much (negative) or covered (>= 0). */
export function bufferMargin({ markToMarket, maintenance }: AuctionMargins, params: AuctionParams): number {
  return maintenance + params.bufferScale * (maintenance - markToMarket);
}

/** Share of its value at which the portfolio is offered: linear in two parts, then nothing. */
export function priceFraction(elapsedMs: number, params: AuctionParams): number {
  const { startFraction, fastEndFraction, fastLengthMs, slowLengthMs } = params;
  if (elapsedMs <= fastLengthMs) return startFraction - (startFraction - fastEndFraction) * (elapsedMs / fastLengthMs);
  return Math.max(fastEndFraction * (1 - (elapsedMs - fastLengthMs) / slowLengthMs), 0);
}

/**
 * The part of the portfolio whose sale at `fraction` of its value brings buffer margin to zero: BM / (BM - fraction MtM
 * - (1 - fraction) reserved), in [0, 1]; 0 where nothing is missing.
 */
export function maxProportion(
  margins: AuctionMargins,
  reserved: number,
  fraction: number,
  params: AuctionParams,
): number {
  const buffer = bufferMargin(margins, params);
  if (!(buffer < 0)) return 0;
  const denominator = buffer - fraction * margins.markToMarket - (1 - fraction) * reserved;
  return denominator < 0 ? Math.min(buffer / denominator, 1) : 1;
}

/**
 * Starts an auction. The fee is charged on the part that would be sold at full value. Throws `EngineState` above
 * maintenance.
 */
export function startAuction(margins: AuctionMargins, params: AuctionParams, nowMs: number): AuctionStart {
  if (!(margins.maintenance < 0)) {
    const message = `an auction starts below maintenance margin, the account is ${margins.maintenance} above`;
    throw new MargridError('EngineState', message, { value: margins.maintenance });
  }
  const isInsolvent = !(margins.markToMarket > 0);
  const fee = isInsolvent ? 0 : maxProportion(margins, 0, 1, params) * margins.markToMarket * params.feeRate;
  return {
    auction: {
      startMs: nowMs,
      insolventSinceMs: isInsolvent ? nowMs : null,
      reserved: 0,
      lowerBound: params.lowerBoundScale * Math.min(bufferMargin(margins, params), 0),
      left: 1,
    },
    fee,
  };
}

/** The auction as it goes on at a time: one whose portfolio without reserved cash is worth nothing gives it away. */
export function advanceAuction(
  auction: Auction,
  margins: AuctionMargins,
  params: AuctionParams,
  nowMs: number,
): Auction {
  if (auction.insolventSinceMs !== null) return auction;
  const isWorthless = !(margins.markToMarket - auction.reserved > 0);
  const isOver = nowMs - auction.startMs >= params.fastLengthMs + params.slowLengthMs;
  return isWorthless || isOver ? { ...auction, insolventSinceMs: nowMs } : auction;
}

/** Whether the auction has done what it is for: buffer margin is there (solvent), or maintenance margin (insolvent). */
export function isAuctionOver(auction: Auction, margins: AuctionMargins, params: AuctionParams): boolean {
  return (auction.insolventSinceMs === null ? bufferMargin(margins, params) : margins.maintenance) >= 0;
}

/** Value that a taker of the whole account is offered while it is given away: <= 0, what the security module pays. */
export function insolventOffer(
  auction: Auction,
  margins: AuctionMargins,
  params: AuctionParams,
  nowMs: number,
): number {
  const since = auction.insolventSinceMs ?? nowMs;
  const part = Math.min((nowMs - since) / params.insolventLengthMs, 1);
  if (params.insolventOffer === 'to-lower-bound') return part * auction.lowerBound;
  const start = Math.min(0, margins.markToMarket);
  return start + part * Math.min(margins.maintenance - start, 0);
}

/**
 * A bid for a share of the portfolio as it is. Throws `ValueOutOfRange` for a share outside (0, 1], `EngineState` if
 * the auction is over.
 */
export function bid(
  auction: Auction,
  margins: AuctionMargins,
  wanted: number,
  params: AuctionParams,
  nowMs: number,
): BidResult {
  if (!(wanted > 0 && wanted <= 1)) {
    throw new MargridError('ValueOutOfRange', `share must be in (0, 1], got ${wanted}`, {
      column: 'share',
      value: wanted,
    });
  }
  if (isAuctionOver(auction, margins, params))
    throw new MargridError('EngineState', 'the auction is over: nothing is missing');
  const now = advanceAuction(auction, margins, params, nowMs);
  return now.insolventSinceMs === null
    ? solventBid(now, margins, wanted, params, nowMs)
    : insolventBid(now, margins, wanted, params, nowMs);
}

function solventBid(
  auction: Auction,
  margins: AuctionMargins,
  wanted: number,
  params: AuctionParams,
  nowMs: number,
): BidResult {
  const { reserved } = auction;
  const fraction = priceFraction(nowMs - auction.startMs, params);
  const maxShare = maxProportion(margins, reserved, fraction, params);
  const share = Math.min(wanted, maxShare);
  const cashFromBidder = share * (margins.markToMarket - reserved) * fraction;
  const kept = (value: number): number => (value - reserved) * (1 - share) + reserved + cashFromBidder;
  return {
    share,
    maxShare,
    cashFromBidder,
    payout: 0,
    cashRequired: cashFromBidder + share * Math.abs(bufferMargin(margins, params) - reserved),
    auction: { ...auction, reserved: reserved + cashFromBidder, left: auction.left * (1 - share) },
    after: { markToMarket: kept(margins.markToMarket), maintenance: kept(margins.maintenance) },
  };
}

function insolventBid(
  auction: Auction,
  margins: AuctionMargins,
  wanted: number,
  params: AuctionParams,
  nowMs: number,
): BidResult {
  const { reserved } = auction;
  const isOfStart = params.insolventOffer === 'to-lower-bound';
  const share = isOfStart ? Math.min(wanted / auction.left, 1) : wanted;
  const payout = -(isOfStart ? share * auction.left : share) * insolventOffer(auction, margins, params, nowMs);
  const kept = (value: number): number => (value - reserved) * (1 - share) + reserved;
  return {
    share,
    maxShare: 1,
    cashFromBidder: 0,
    payout: Math.max(payout, 0),
    cashRequired: share * Math.abs(bufferMargin(margins, params) - reserved),
    auction: { ...auction, left: auction.left * (1 - share) },
    after: { markToMarket: kept(margins.markToMarket), maintenance: kept(margins.maintenance) },
  };
}
