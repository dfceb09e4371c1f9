import {
  bid, bufferMargin, maxProportion, MargridError, priceFraction, startAuction, type Auction, type AuctionMargins,
  type AuctionParams, type BidResult,
} from '../../../src/index.ts';
import { checkAbsolute, checkRelative, type Check } from '../check.ts';
import { CaseInputError, expectedOf, fieldsOf, listOf, numberOf, optionalNumber, type Fields } from '../fields.ts';

/**
 * Published figures are doubles of an 18-digit fixed-point computation; what remains after a bid is a difference of
 * amounts of a few hundred, exact to 1e-13 of them.
 */
const relativeTolerance = 1e-12;
const absoluteTolerance = 1e-9;
const secondMs = 1000;

function paramsOf(fields: Fields, isToLowerBound: boolean): AuctionParams {
  const fastLengthMs = numberOf(fields, 'fastAuctionLength') * secondMs;
  return {
    startFraction: numberOf(fields, 'startingMtMPercentage'),
    fastEndFraction: numberOf(fields, 'fastAuctionCutoffPercentage'),
    fastLengthMs,
    slowLengthMs: numberOf(fields, 'slowAuctionLength') * secondMs,
    // The first version of the contracts counts down to a lower bound over the fast auction (docs/VECTORS.md).
    insolventLengthMs: isToLowerBound ? fastLengthMs : numberOf(fields, 'insolventAuctionLength') * secondMs,
    feeRate: numberOf(fields, 'liquidatorFeeRate'),
    bufferScale: numberOf(fields, 'bufferMarginPercentage'),
    insolventOffer: isToLowerBound ? 'to-lower-bound' : 'to-maintenance',
    lowerBoundScale: 1,
  };
}

/** One auction: its bids in order, each from the state that the file states. */
export function checkAuction(shared: Fields, fields: Fields): Check[] {
  const actions = listOf(fields['actions']).map(fieldsOf);
  const lowerBound = actions.map(({ expected }) => optionalNumber(fieldsOf(expected), 'insolventLowerBound') ?? 0).find((bound) => bound !== 0) ?? 0;
  const params = paramsOf(shared, lowerBound !== 0);
  const startMs = (optionalNumber(fields, 'startTime') ?? 0) * secondMs;
  const checks = checkFee(fields, actions, params);
  let isInsolvent = false;
  let left = 1;
  actions.forEach((action, place) => {
    const margins = marginsOf(action);
    // Worth nothing: given away from the start of the auction on.
    isInsolvent ||= !(margins.markToMarket > 0);
    const reserved = optionalNumber(action, 'reservedCashBefore') ?? 0;
    const auction: Auction = { startMs, insolventSinceMs: isInsolvent ? startMs : null, reserved, lowerBound, left };
    const nowMs = startMs + numberOf(action, 'elapsedSec') * secondMs;
    const result = bidOf(auction, margins, numberOf(action, 'percentWanted'), params, nowMs);
    left = result.auction.left;
    checks.push(...checkBid(`bid ${place + 1}`, action, auction, margins, result, params, nowMs));
  });
  return checks;
}

function bidOf(auction: Auction, margins: AuctionMargins, share: number, params: AuctionParams, nowMs: number): BidResult {
  try {
    return bid(auction, margins, share, params, nowMs);
  } catch (cause) {
    if (!(cause instanceof MargridError)) throw cause;
    throw new CaseInputError(cause.message);
  }
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
  auction: Auction,
  margins: AuctionMargins,
  result: BidResult,
  params: AuctionParams,
  nowMs: number,
): Check[] {
  const expected = fieldsOf(action['expected']);
  const isSolvent = auction.insolventSinceMs === null;
  const checks: Check[] = [];
  const compare = (field: string, actual: number): void => {
    const value = expectedOf(expected, field);
    if (value !== null) checks.push(checkAbsolute(`${name}: ${field}`, actual, value, absoluteTolerance));
  };
  const fraction = expectedOf(action, 'discountPercentage');
  const elapsedMs = nowMs - auction.startMs;
  if (fraction !== null) checks.push(checkRelative(`${name}: price fraction`, priceFraction(elapsedMs, params), fraction, relativeTolerance));
  compare('bufferMargin', bufferMargin(margins, params));
  // Nothing is sold of an insolvent account: the file has zeros for the solvent part then.
  compare('maxProportion', isSolvent ? result.maxShare : 0);
  compare('cashFromBidder', result.cashFromBidder);
  compare('percentTaken', isSolvent ? result.share : 0);
  compare('postMtM', result.after.markToMarket);
  compare('postMM', result.after.maintenance);
  compare('postBM', bufferMargin(result.after, params));
  const left = isSolvent ? maxProportion(result.after, result.auction.reserved, priceFraction(elapsedMs, params), params) : 0;
  // A buffer margin of nothing is a rounding above or below it: the largest part is then of its size.
  compare('postFMax', left);
  // Payments are negative in the file.
  compare('smPayout', -result.payout);
  return checks;
}
