import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bankruptcyPrices } from '../../src/waterfall/bankruptcy-prices.ts';
import { cappedShares, wholeShares } from '../../src/waterfall/capped-shares.ts';
import { gainOf, priceOfGain, type ContractTerms } from '../../src/waterfall/contract-value.ts';
import { runWaterfall, type BankruptAccount, type BankruptPosition, type WaterfallVenue } from '../../src/waterfall/default-waterfall.ts';
import { InsuranceFunds } from '../../src/waterfall/insurance-fund.ts';
import { parseWaterfallRules } from '../../src/waterfall/rules.ts';
import { depositLoss, openInterestLoss, proRataLoss, withdrawalFee, withdrawalFeeRate } from '../../src/waterfall/socialised-loss.ts';
import { shippedWaterfall, waterfallVenues } from '../../src/waterfall/venue-rules.ts';
import { parseWaterfallSettings } from '../../src/waterfall/waterfall-settings.ts';

const linear: ContractTerms = { payoff: 'linear', contractSize: 1, lotDecimals: 0, moneyDecimals: 6 };
const inverse: ContractTerms = { payoff: 'inverse', contractSize: 10, lotDecimals: 0, moneyDecimals: 8 };
const dollar = 1_000_000n;

describe('contract values', () => {
  it('are exact in minor units, decimals taken as they print', () => {
    // 3 x (0.3 - 0.1) = 0.6, which is no sum of doubles.
    expect(gainOf(linear, 3n, 0.1, 0.3, 'down')).toBe(600_000n);
    // 1,000 x 10 USD from 50,000 to 40,000: 10,000 / 50,000 - 10,000 / 40,000 = -0.05 BTC.
    expect(gainOf(inverse, 1_000n, 50_000, 40_000, 'down')).toBe(-5_000_000n);
    // A third of a satoshi more rounds down for a long and up (in size) for a short.
    expect([gainOf(inverse, 1n, 30_000, 60_000, 'down'), gainOf(inverse, -1n, 30_000, 60_000, 'down')]).toEqual([16_666n, -16_667n]);
  });

  it('know the price at which a position gains an amount', () => {
    expect(priceOfGain(linear, 10n, 85, 50n * dollar)).toBe(90);
    expect(priceOfGain(linear, -10n, 115, 50n * dollar)).toBe(110);
    // 1,000 inverse contracts: 10,000 (1/40,000 - 1/p) = 0.05 at p = 50,000.
    expect(priceOfGain(inverse, 1_000n, 40_000, 5_000_000n)).toBeCloseTo(50_000, 6);
    expect(priceOfGain(linear, -10n, 10, 100n * dollar)).toBe(null);
  });
});

describe('bankruptcy prices', () => {
  it('divide the deficit by notional, so that closing there leaves nothing', () => {
    // Notional 850 and 150: 100 is 85 and 15. Prices 85 + 8.5 and, short 15 at 10: 10 - 1.
    const positions = [{ terms: linear, lots: 10n, markPrice: 85 }, { terms: linear, lots: -15n, markPrice: 10 }];
    const { carried, left } = bankruptcyPrices(positions, 100n * dollar);
    expect(carried).toEqual([{ bankruptcyPrice: 93.5, loss: 85n * dollar }, { bankruptcyPrice: 9, loss: 15n * dollar }]);
    expect(left).toBe(0n);
  });

  it('keep prices above zero and say what no position can carry', () => {
    // A short of 10 at 10 can lose at most its notional of 100, less one unit.
    const { carried, left } = bankruptcyPrices([{ terms: linear, lots: -10n, markPrice: 10 }], 130n * dollar);
    expect(carried[0].loss).toBe(100n * dollar - 1n);
    expect(carried[0].bankruptcyPrice).toBeGreaterThan(0);
    expect(left).toBe(30n * dollar + 1n);
  });
});

describe('shares', () => {
  it('respect caps and hand on what is above them', () => {
    expect(cappedShares(100n, [1n, 1n, 2n], [10n, 100n, 30n])).toEqual({ shares: [10n, 60n, 30n], left: 0n });
    expect(cappedShares(100n, [1n, 0n], [40n, 100n])).toEqual({ shares: [40n, 0n], left: 60n });
  });

  it('near real targets add up and stay below caps', () => {
    expect(wholeShares(7n, Float64Array.of(1.4, 3.5, 2.1), Float64Array.of(9, 9, 9)).shares).toEqual([1n, 4n, 2n]);
    fc.assert(fc.property(fc.array(fc.tuple(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.integer({ min: 0, max: 2_000_000 })), { maxLength: 20 }), fc.bigInt({ min: 0n, max: 30_000_000n }), (rows, total) => {
      const caps = Float64Array.from(rows, ([, cap]) => cap);
      const { shares, left } = wholeShares(total, Float64Array.from(rows, ([target]) => target), caps);
      const sum = shares.reduce((all, share) => all + share, 0n);
      expect(sum + left).toBe(total);
      shares.forEach((share, i) => expect(share >= 0n && share <= BigInt(caps[i])).toBe(true));
      const room = caps.reduce((all, cap) => all + BigInt(cap), 0n);
      expect(left).toBe(total > room ? total - room : 0n);
    }), { numRuns: 2_000 });
  });
});

describe('socialised losses', () => {
  it('Derive: 100,000 of debt against 1,000,000 of deposits is a fee of 9.09%', () => {
    expect(withdrawalFeeRate(100_000n, 1_000_000n, 'debt-and-deposits')).toBeCloseTo(1 / 11, 14);
    expect(withdrawalFee(110_000n, 100_000n, 1_000_000n, 'debt-and-deposits')).toBe(10_000n);
    expect(withdrawalFee(1n, 100_000n, 1_000_000n, 'debt-and-deposits')).toBe(1n);
    expect([withdrawalFee(5n, 0n, 10n, 'debt-and-deposits'), withdrawalFee(5n, 3n, 0n, 'deposits')]).toEqual([0n, 0n]);
  });

  it('Paradex: 1,000 of 4,000 is 20% by the text and 25% by the example', () => {
    expect(withdrawalFeeRate(1_000n, 4_000n, 'debt-and-deposits')).toBe(0.2);
    expect(withdrawalFeeRate(1_000n, 4_000n, 'deposits')).toBe(0.25);
  });

  it('Deribit: winners pay pro rata to profits, nobody more than his', () => {
    expect(proRataLoss(100n, [300n, 100n], [300n, 100n])).toEqual({ payments: [75n, 25n], left: 0n, excess: 0n });
    expect(proRataLoss(500n, [300n, 100n], [300n, 100n])).toEqual({ payments: [300n, 100n], left: 100n, excess: 0n });
  });

  it('Drift: the cumulative funding rate takes a loss by base units, rounded up', () => {
    // 10 quote (1e-6) over 3 + 2 base (1e-9): ceil(10e6 x 1e9 / 5e9) = 2,000,000, times 1,000 in the rate's precision.
    const { payments, fundingDelta, excess } = openInterestLoss(10_000_000n, [3_000_000_000n], [2_000_000_000n]);
    expect([fundingDelta, payments, excess]).toEqual([2_000_000_000n, [6_000_000n, 4_000_000n], 0n]);
    // 10 over 3: 3.33...: everybody pays a little more, the fund gets it.
    const uneven = openInterestLoss(10n, [1_000_000_000n, 1_000_000_000n], [1_000_000_000n]);
    expect([uneven.fundingDelta, uneven.payments, uneven.excess]).toEqual([4_000n, [4n, 4n, 4n], 2n]);
    // 4 per 1e9: 1.33 and 10.67 are rounded up.
    expect(openInterestLoss(10n, [333_333_333n, 2_666_666_667n], [])).toMatchObject({ payments: [2n, 11n], excess: 3n });
    expect(openInterestLoss(10n, [], [])).toMatchObject({ left: 10n });
  });

  it('Drift: deposits shrink by the cumulative interest', () => {
    // 25 of 100 deposited: interest 1e10 falls by 2.5e9; 60 and 40 lose 15 and 10.
    expect(depositLoss(25n, [60n, 40n])).toMatchObject({ payments: [15n, 10n], interestDelta: 2_500_000_000n, left: 0n, excess: 0n });
    expect(depositLoss(130n, [60n, 40n])).toMatchObject({ payments: [60n, 40n], left: 30n });
    expect(depositLoss(5n, [])).toMatchObject({ payments: [], left: 5n });
  });
});

/** A venue whose counterparties take up to a number of lots, and whose others pay up to an amount. */
function venue(fund: bigint, taken: bigint, paid: bigint, rules = parseWaterfallRules(shippedWaterfall('pro-rata'))): WaterfallVenue {
  const funds = new InsuranceFunds(rules.insuranceFund);
  funds.add('USDC', fund);
  return {
    funds,
    deleverage: (_position, lots) => [{ holder: 0, lots: lots < taken ? lots : taken }],
    socialise: (_instrument, amount) => (amount < paid ? 0n : amount - paid),
  };
}

const long: BankruptPosition = { instrument: 'BTC', terms: linear, lots: 10n, markPrice: 85, bankruptcyPrice: 90 };
const account: BankruptAccount = { account: 'a', currency: 'USDC', positions: [long], deficit: 50n * dollar };

describe('insurance funds', () => {
  it('count what they have paid for the limits, per event, market and window', () => {
    const rule = { isolated: ['ETH'], perEvent: 10, perMarket: 6, perWindow: 15, windowMs: 1_000, partial: true } as const;
    const funds = new InsuranceFunds(rule);
    funds.add('USDC', 100n * dollar);
    funds.startWindow(1_500);
    expect(funds.available('USDC', 'BTC', 0n)).toEqual({ amount: 6n * dollar, limit: 'per-market' });
    funds.pay('USDC', 'BTC', 6n * dollar);
    expect(funds.available('USDC', 'BTC', 6n * dollar)).toEqual({ amount: 0n, limit: 'per-market' });
    expect(funds.available('USDC', null, 6n * dollar)).toEqual({ amount: 4n * dollar, limit: 'per-event' });
    expect(funds.available('USDC', null, 0n)).toEqual({ amount: 9n * dollar, limit: 'per-window' });
    expect(funds.available('USDC', 'ETH', 0n)).toEqual({ amount: 0n, limit: 'balance' });
    funds.startWindow(1_999);
    expect(funds.available('USDC', null, 0n).amount).toBe(9n * dollar);
    funds.startWindow(2_000);
    expect(funds.available('USDC', null, 0n)).toEqual({ amount: 10n * dollar, limit: 'per-event' });
    expect(() => funds.add('USDC', -95n * dollar)).toThrow('fund USDC has 94000000 minor units, 95000000 cannot be taken');
  });
});

describe('runWaterfall', () => {
  const rules = parseWaterfallRules(shippedWaterfall('pro-rata'));

  it('goes from fund to counterparties to everybody to the venue itself', () => {
    // 4 of 10 by the fund's 20, 3 by counterparties for 15, 10 of the remaining 15 by everybody.
    const { entries, bornBy } = runWaterfall(account, rules, venue(20n * dollar, 3n, 10n * dollar));
    expect(bornBy).toEqual({ fund: 20n * dollar, counterparties: 15n * dollar, socialised: 10n * dollar, uncovered: 5n * dollar });
    expect(entries.map(({ step }) => step)).toEqual(['insurance-fund', 'adl', 'socialised-loss', 'takeover', 'uncovered']);
    expect(entries[3]).toMatchObject({ lots: 3n, price: 85 });
  });

  it('takes what positions cannot carry as cash', () => {
    const { entries, bornBy } = runWaterfall({ ...account, deficit: 60n * dollar }, rules, venue(100n * dollar, 0n, 0n));
    expect(bornBy.fund).toBe(60n * dollar);
    expect(entries[1]).toEqual({ step: 'insurance-fund', instrument: null, fund: 'USDC', amount: 10n * dollar, limit: null });
  });

  it('refuses an account that has no deficit', () => {
    expect(() => runWaterfall({ ...account, deficit: 0n }, rules, venue(0n, 0n, 0n))).toThrow('account a is not bankrupt');
  });

  it('always adds up, whatever venue, fund and losses', () => {
    const positionOf = fc.record({
      lots: fc.bigInt({ min: -1_000n, max: 1_000n }), mark: fc.integer({ min: 1, max: 500 }), price: fc.integer({ min: 1, max: 500 }), before: fc.integer({ min: 1, max: 500 }),
    });
    fc.assert(fc.property(
      fc.array(positionOf, { maxLength: 5 }), fc.constantFrom(...waterfallVenues()), fc.bigInt({ min: 0n, max: 200_000n * dollar }), fc.bigInt({ min: 0n, max: 800n }),
      fc.bigInt({ min: 0n, max: 200_000n * dollar }), fc.bigInt({ min: 1n, max: 500_000n * dollar }),
      (rows, name, fund, taken, paid, deficit) => {
        const chosen = parseWaterfallRules(shippedWaterfall(name));
        const positions = rows.map(({ lots, mark, price, before }, i) => ({ instrument: `I${i}`, terms: linear, lots, markPrice: mark, bankruptcyPrice: price, previousMarkPrice: before }));
        const at = venue(fund, taken, paid, chosen);
        const { entries, bornBy } = runWaterfall({ ...account, positions, deficit }, chosen, at);
        expect(bornBy.fund + bornBy.counterparties + bornBy.socialised + bornBy.uncovered).toBe(deficit);
        expect(at.funds.balance('USDC')).toBe(fund - bornBy.fund);
        expect(bornBy.uncovered >= 0n && bornBy.socialised >= 0n).toBe(true);
        const closed = new Map<string, bigint>();
        for (const entry of entries) if ('lots' in entry) closed.set(entry.instrument, (closed.get(entry.instrument) ?? 0n) + entry.lots);
        positions.forEach(({ instrument, lots }) => expect(closed.get(instrument) ?? 0n).toBe(lots));
      },
    ), { numRuns: 3_000 });
  });
});

describe('rules', () => {
  it('of every venue that ships can be read', () => {
    expect(waterfallVenues()).toEqual(['bitmex', 'bybit', 'deribit', 'derive', 'drift', 'drift-spot', 'dydx', 'hyperliquid', 'paradex', 'pro-rata', 'water-filling']);
    for (const name of waterfallVenues()) {
      const rules = parseWaterfallRules(shippedWaterfall(name));
      expect(rules.venue).toBe(name);
      expect(rules.sources.length).toBeGreaterThan(0);
    }
    expect(() => shippedWaterfall('nowhere')).toThrow("no waterfall ships for 'nowhere'");
  });

  it('name the field that is wrong', () => {
    const rules = shippedWaterfall('bitmex') as Record<string, object>;
    expect(() => parseWaterfallRules({ ...rules, adl: { rule: 'lottery' } })).toThrow('adl.rule must be one of queue, pro-rata, water-filling, random, got "lottery"');
    expect(() => parseWaterfallRules({ ...rules, insuranceFund: { perEvnt: 1 } })).toThrow('insuranceFund.perEvnt is not known');
    expect(() => parseWaterfallRules({ ...rules, steps: ['adl', 'adl'] })).toThrow('steps must name each step once');
    expect(() => parseWaterfallRules({ ...rules, socialisedLoss: { method: 'winners', mostPart: 2 } })).toThrow('socialisedLoss.mostPart must be a number in [0, 1], got 2');
  });

  it('stand in a settings file by name or in full', () => {
    expect(parseWaterfallSettings({ rules: 'dydx', funds: { USDC: '5' } })).toMatchObject({ rules: { venue: 'dydx' }, funds: { USDC: 5n } });
    expect(() => parseWaterfallSettings({ rules: 'dydx', funds: { USDC: 5 } })).toThrow('waterfall.funds.USDC must be minor units as a text, got 5');
    expect(() => parseWaterfallSettings({})).toThrow('waterfall.rules');
    expect(() => parseWaterfallSettings({ rules: 'dydx', fonds: {} })).toThrow('waterfall.fonds is not known');
  });
});
