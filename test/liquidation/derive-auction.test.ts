import { describe, expect, it } from 'vitest';
import {
  advanceAuction, bid, bufferMargin, insolventOffer, isAuctionOver, maxProportion, priceFraction, startAuction, type AuctionParams,
} from '../../src/liquidation/derive-auction.ts';

const minute = 60_000;
/** As documented: 95% to 70% in 15 minutes, to nothing in 12 hours; buffer 15%, fee 10%, insolvent within an hour. */
const params: AuctionParams = {
  startFraction: 0.95, fastEndFraction: 0.7, fastLengthMs: 15 * minute, slowLengthMs: 720 * minute, insolventLengthMs: 60 * minute,
  feeRate: 0.1, bufferScale: 0.15, insolventOffer: 'to-maintenance', lowerBoundScale: 1,
};

describe('auction', () => {
  it.each([[0, 0.95], [7.5, 0.825], [15, 0.7], [375, 0.35], [735, 0], [10_000, 0]])('after %d minutes at %d of the value', (minutes, expected) => {
    expect(priceFraction(minutes * minute, params)).toBeCloseTo(expected, 12);
  });

  it.each([
    // Value, less maintenance; buffer; largest part at 70%: BM / (BM - 0.7 MtM - 0.3 reserved).
    [100, -50, 0, -72.5, 72.5 / 142.5],
    [100, -50, 40, -72.5, 72.5 / 154.5],
    [100, 20, 0, 8, 0],
    [100, 0, 0, -15, 15 / 85],
  ])('value %d, %d to maintenance, %d reserved', (markToMarket, maintenance, reserved, buffer, share) => {
    expect(bufferMargin({ markToMarket, maintenance }, params)).toBeCloseTo(buffer, 12);
    expect(maxProportion({ markToMarket, maintenance }, reserved, 0.7, params)).toBeCloseTo(share, 12);
  });

  it('pays the security module a tenth of what would be sold at full value', () => {
    // 72.5 / 172.5 of 100, a tenth.
    expect(startAuction({ markToMarket: 100, maintenance: -50 }, params, 5).fee).toBeCloseTo(725 / 172.5, 12);
    expect(startAuction({ markToMarket: -1, maintenance: -50 }, params, 5)).toMatchObject({ fee: 0, auction: { insolventSinceMs: 5 } });
    expect(() => startAuction({ markToMarket: 100, maintenance: 0 }, params, 5)).toThrow('an auction starts below maintenance margin');
  });

  it('ends at buffer margin, an insolvent one at maintenance margin', () => {
    const { auction } = startAuction({ markToMarket: 100, maintenance: -50 }, params, 0);
    const insolvent = { ...auction, insolventSinceMs: 0 };
    expect(isAuctionOver(auction, { markToMarket: 115, maintenance: 15 }, params)).toBe(true);
    expect(isAuctionOver(auction, { markToMarket: 100, maintenance: 5 }, params)).toBe(false);
    expect(isAuctionOver(insolvent, { markToMarket: 100, maintenance: 0 }, params)).toBe(true);
    expect(() => bid(insolvent, { markToMarket: 100, maintenance: 0 }, 1, params, 1)).toThrow('the auction is over');
  });

  it('gives away what is worth nothing without its reserved cash, and what nobody bought in time', () => {
    const { auction } = startAuction({ markToMarket: 100, maintenance: -50 }, params, 0);
    expect(advanceAuction(auction, { markToMarket: 10, maintenance: -50 }, params, 1).insolventSinceMs).toBeNull();
    expect(advanceAuction({ ...auction, reserved: 10 }, { markToMarket: 10, maintenance: -50 }, params, 7).insolventSinceMs).toBe(7);
    expect(advanceAuction(auction, { markToMarket: 10, maintenance: -50 }, params, 735 * minute).insolventSinceMs).toBe(735 * minute);
  });

  it.each([
    // -20 at once, -60 after an hour: less maintenance margin is -60.
    [-20, -60, 0, -20], [-20, -60, 30, -40], [-20, -60, 60, -60], [-20, -60, 600, -60],
    // Worth something without being sold: from nothing.
    [10, -60, 30, -30],
  ])('offers value %d (%d to maintenance) after %d minutes for %d', (markToMarket, maintenance, minutes, expected) => {
    const auction = { startMs: 0, insolventSinceMs: 0, reserved: 0, lowerBound: 0, left: 1 };
    expect(insolventOffer(auction, { markToMarket, maintenance }, params, minutes * minute)).toBeCloseTo(expected, 12);
  });

  it.each([0, -0.1, 1.01, NaN])('refuses a bid for %d', (share) => {
    const { auction } = startAuction({ markToMarket: 100, maintenance: -50 }, params, 0);
    expect(() => bid(auction, { markToMarket: 100, maintenance: -50 }, share, params, 0)).toThrow('share must be in (0, 1]');
  });
});
