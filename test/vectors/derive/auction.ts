import { bookBid, type BookedBid } from '../../../src/liquidation/auction-bid.ts';
import {
  bufferMargin, maxProportion, MargridError, parseCosts, PlanningAccount, priceFraction, startAuction, type Auction, type AuctionMargins,
  type AuctionParams, type Market,
} from '../../../src/index.ts';
import { checkAbsolute, checkRelative, type Check } from '../check.ts';
import { CaseInputError, expectedOf, fieldsOf, listOf, numberOf, optionalNumber, type Fields } from '../fields.ts';

/**
 * Published figures are doubles of an 18-digit fixed-point computation; what remains after a bid is a difference of
 * amounts of a few hundred, exact to 1e-13 of them.
 */
const relativeTolerance = 1e-12;
const absoluteTolerance = 1e-9;
/** What is booked is in whole minor units, 1e-6: cash, payment and cash part are rounded once each, at every bid. */
const bookedTolerance = 3e-6;
/** The margins at the start are not stated where the first bid comes later: until then options lose time value. */
const driftTolerance = 1e-4;
const secondMs = 1000;

/**
 * Insolvent auctions of the first version of the contracts (v2-core, PMRMTestBase, _getDefaultInsolventParams): from
 * nothing to 1.1 times buffer margin in 100 steps of a second. For files that do not state them.
 */
const firstVersion = { totalSteps: 100, bufferMarginScalar: 1.1 };

/** The parameters of the file; of auctions that its source has switched off those of the first version. */
function paramsOf(fields: Fields, isSwitchedOff: boolean): AuctionParams {
  const scale = optionalNumber(fields, 'bufferMarginScalar');
  const isToLowerBound = scale !== null || isSwitchedOff;
  const steps = optionalNumber(fields, 'totalSteps') ?? firstVersion.totalSteps;
  return {
    startFraction: numberOf(fields, 'startingMtMPercentage'),
    fastEndFraction: numberOf(fields, 'fastAuctionCutoffPercentage'),
    fastLengthMs: numberOf(fields, 'fastAuctionLength') * secondMs,
    slowLengthMs: numberOf(fields, 'slowAuctionLength') * secondMs,
    insolventLengthMs: (isToLowerBound ? steps : numberOf(fields, 'insolventAuctionLength')) * secondMs,
    feeRate: numberOf(fields, 'liquidatorFeeRate'),
    bufferScale: numberOf(fields, 'bufferMarginPercentage'),
    insolventOffer: isToLowerBound ? 'to-lower-bound' : 'to-maintenance',
    lowerBoundScale: scale ?? firstVersion.bufferMarginScalar,
  };
}

/** One auction: its bids in order, each booked as the command `liquidation.bid` books it, from the state the last one left. */
export function checkAuction(shared: Fields, fields: Fields): Check[] {
  const actions = listOf(fields['actions']).map(fieldsOf);
  const params = paramsOf(shared, fields['enabledUpstream'] === false);
  const startMs = (optionalNumber(fields, 'startTime') ?? 0) * secondMs;
  const checks = checkFee(fields, actions, params);
  if (actions.length === 0) return checks;
  const boundTolerance = numberOf(actions[0], 'elapsedSec') === 0 ? relativeTolerance : driftTolerance;
  let { auction } = orInputError(() => startAuction(marginsOf(actions[0]), params, startMs));
  let reserved = 0n;
  actions.forEach((action, place) => {
    const name = `bid ${place + 1}`;
    const tolerances = { bound: boundTolerance, booked: bookedTolerance * (place + 1) };
    const margins = marginsOf(action);
    const nowMs = startMs + numberOf(action, 'elapsedSec') * secondMs;
    const stated = optionalNumber(action, 'reservedCashBefore');
    if (stated !== null) checks.push(checkAbsolute(`${name}: reserved before`, auction.reserved, stated, absoluteTolerance));
    const share = numberOf(action, 'percentWanted');
    const booked = orInputError(() => bookedBid(auction, reserved, margins, share, params, nowMs));
    checks.push(...checkBid(name, action, margins, booked, params, nowMs, tolerances));
    auction = booked.result.auction;
    reserved += booked.postings.paid;
  });
  return checks;
}

function orInputError<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (cause) {
    if (!(cause instanceof MargridError)) throw cause;
    throw new CaseInputError(cause.message);
  }
}

const portfolio = 'PORTFOLIO';
const market: Market = {
  asOfMs: 0, forward: Float64Array.of(1), impliedVolatility: Float64Array.of(NaN), indexPrice: new Map([['btc_usdc', 1]]), openInterest: Float64Array.of(1),
  instruments: [{
    name: portfolio, kind: 'perpetual', payoff: 'linear', baseCurrency: 'BTC', quoteCurrency: 'USDC', settlementCurrency: 'USDC', contractSize: 1,
    expiryMs: null, strike: null, optionType: null,
  }],
};
const modelParams = {
  source: 'no margin is asked for', date: '2026-08-01', unconfirmed: [], transferRate: 0.1,
  assets: { btc: { marginTiers: [{ lowerBound: 0, maxLeverage: 10 }] } },
};

/**
 * The file states what the account is worth, not what it holds: it holds one position entered at its mark, and that
 * much cash. The margins are the file's.
 */
function bookedBid(auction: Auction, reserved: bigint, margins: AuctionMargins, share: number, params: AuctionParams, nowMs: number): BookedBid {
  const holdings = {
    positions: new Map([[portfolio, { quantity: 1, entryPrice: 1 }]]), orders: new Map(), cash: new Map([['USDC', margins.markToMarket]]),
  };
  const account = new PlanningAccount({
    engine: { market, modelName: 'hyperliquid', preview: () => [] },
    market, account: 'sold', currency: 'USDC', holdings, params: modelParams, costs: parseCosts({}, ''),
    target: { requirement: 'maintenance', multiple: 1 },
  });
  const bidderHeld = { positions: new Map(), orders: new Map(), cash: new Map([['USDC', 1e9]]) };
  return bookBid({ account, margins, auction, reserved, params, bidder: 'bidder', bidderHeld, share, nowMs, decimals: {} });
}

function marginsOf(action: Fields): AuctionMargins {
  const input = fieldsOf(action['input']);
  return { markToMarket: numberOf(input, 'mtm'), maintenance: numberOf(input, 'maintenanceMargin') };
}

/** The fee at the start, where the first bid is at the start: the account stood higher by it before. */
function checkFee(fields: Fields, actions: readonly Fields[], params: AuctionParams): Check[] {
  const fee = optionalNumber(fields, 'liquidationFee');
  const [first] = actions;
  if (fee === null || first === undefined || numberOf(first, 'elapsedSec') !== 0) return [];
  const { markToMarket, maintenance } = marginsOf(first);
  const started = startAuction({ markToMarket: markToMarket + fee, maintenance: maintenance + fee }, params, 0);
  return [checkAbsolute('fee at the start', started.fee, fee, absoluteTolerance)];
}

function checkBid(
  name: string,
  action: Fields,
  margins: AuctionMargins,
  { result, postings, changes }: BookedBid,
  params: AuctionParams,
  nowMs: number,
  tolerances: { readonly bound: number; readonly booked: number },
): Check[] {
  const expected = fieldsOf(action['expected']);
  const { auction, share, after } = result;
  const isSolvent = auction.insolventSinceMs === null;
  const isBounded = !isSolvent && params.insolventOffer === 'to-lower-bound';
  const checks: Check[] = [];
  const compare = (field: string, actual: number, tolerance = absoluteTolerance, label = field): void => {
    const value = expectedOf(expected, field);
    if (value !== null) checks.push(checkAbsolute(`${name}: ${label}`, actual, value, tolerance));
  };
  const fraction = expectedOf(action, 'discountPercentage');
  const elapsedMs = nowMs - auction.startMs;
  if (fraction !== null) checks.push(checkRelative(`${name}: price fraction`, priceFraction(elapsedMs, params), fraction, relativeTolerance));
  compare('bufferMargin', bufferMargin(margins, params));
  // Nothing is sold of an insolvent account: the file has zeros for the solvent part then.
  compare('maxProportion', isSolvent ? result.maxShare : 0);
  compare('cashFromBidder', result.cashFromBidder);
  compare('cashFromBidder', Number(postings.paid) / 1e6, tolerances.booked, 'cashFromBidder, booked');
  compare('percentTaken', isSolvent ? share : 0);
  const left = changes.positions?.find(({ account }) => account === 'sold')?.quantity ?? NaN;
  if (isSolvent) compare('percentTaken', 1 - left, absoluteTolerance, 'percentTaken, booked');
  compare('postMtM', after.markToMarket);
  compare('postMtM', margins.markToMarket + Number(postings.account) / 1e6, tolerances.booked, 'postMtM, booked');
  compare('postMM', after.maintenance);
  compare('postBM', bufferMargin(after, params));
  // A buffer margin of nothing is a rounding above or below it: the largest part is then of its size.
  compare('postFMax', isSolvent ? maxProportion(after, auction.reserved, priceFraction(elapsedMs, params), params) : 0);
  const bound = isBounded ? auction.lowerBound : 0;
  compare('insolventLowerBound', bound, Math.max(absoluteTolerance, tolerances.bound * Math.abs(bound)));
  // Payments are negative in the file.
  const payout = Number(postings.module) / 1e6;
  compare('smPayout', -result.payout, isBounded ? Math.max(absoluteTolerance, tolerances.bound * result.payout) : absoluteTolerance);
  compare('smPayout', payout, tolerances.booked + (isBounded ? tolerances.bound * Math.abs(payout) : 0), 'smPayout, booked');
  return checks;
}
