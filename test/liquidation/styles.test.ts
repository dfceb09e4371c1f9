import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { accountHoldings } from '../../src/whatif/account-holdings.ts';
import { liquidationStyleNames, shippedLiquidationStyle } from '../../src/liquidation/shipped-styles.ts';
import { parseLiquidationStyle, planLiquidation } from '../../src/liquidation/style.ts';
import { loadBuiltInMarket } from '../../src/chain/built-in-market.ts';
import { shippedParams } from '../../src/margin/shipped-params.ts';
import { bookOf, flatParams, perpetualMarket, planOf, styleOf, type AccountText } from '../support/liquidation-book.ts';

const flat = flatParams({ BTC: 10, ETH: 10 });
const market = perpetualMarket({ BTC: 100, ETH: 50 });
const noCosts = { costs: { default: {} } };

describe('fixed step (Paradex)', () => {
  // The worked example of fern/pages/risk-system/liquidations.mdx: maintenance 1% of notional, mark 54,800 and 3,400.
  const alice = {
    market: perpetualMarket({ BTC: 54_800, ETH: 3_400 }), model: 'hyperliquid', params: flatParams({ BTC: 50, ETH: 50 }),
    account: { cash: 1000, positions: [['BTC', 0.1, 60_000], ['ETH', -1, 3000]] } as AccountText,
  };

  it('gives the published example: 40%, penalty 17.76, ratio 85.6%', async () => {
    const plan = await planOf({ ...alice, style: shippedLiquidationStyle('paradex') as object });
    expect(plan.before.balance).toBeCloseTo(80, 10);
    expect(plan.before.maintenanceMargin).toBeCloseTo(88.8, 10);
    expect(plan.steps).toHaveLength(1);
    expect(plan.steps[0].trades.map(({ instrument, quantity, price }) => [instrument, Number(quantity.toFixed(12)), price])).toEqual([
      ['BTC', -0.04, 54_800], ['ETH', 0.4, 3400],
    ]);
    expect(plan.fee).toBeCloseTo(17.76, 10);
    expect(plan.after.balance).toBeCloseTo(62.24, 10);
    expect(plan.after.maintenanceMargin).toBeCloseTo(53.28, 10);
    expect(plan.reached).toBe(true);
  });

  it('takes 60% with the rate of the text, 70%: 35.52 / (80 - 37.296) = 83.2%', async () => {
    const style = shippedLiquidationStyle('paradex') as { parameters: object };
    const plan = await planOf({ ...alice, style: { ...style, parameters: { ...style.parameters, penaltyRate: 0.7 } } });
    expect(plan.fee).toBeCloseTo(37.296, 10);
    expect(plan.after.maintenanceMargin / plan.after.balance).toBeCloseTo(0.8318, 4);
  });

  it('ends at nothing where the balance does not pay the penalty', async () => {
    // 100% would cost 44.4 of penalty; 20 are there.
    const plan = await planOf({ ...alice, account: { ...alice.account, cash: 940 }, style: shippedLiquidationStyle('paradex') as object });
    expect(plan.steps[0].rule).toBe('100% of every position');
    expect(plan.fee).toBeCloseTo(20, 10);
    expect(plan.after.balance).toBeCloseTo(0, 10);
  });
});

describe('full order (Hyperliquid)', () => {
  const style = styleOf('full-order', { largeNotional: 100_000, firstShare: 0.2, cooldownMs: 30_000, backstopRatio: 2 / 3 }, noCosts);
  const plan = (cash: number, btc: number) =>
    planOf({ market, model: 'hyperliquid', params: flat, style, account: { cash, positions: [['BTC', btc, 100], ['ETH', 10, 50]] } });

  it.each([
    // BTC 1,000 contracts: 100,000 is not above 100,000. Maintenance 5,000 + 25.
    ['whole position at the limit', 5000, 1000, [['BTC', -1000, 0]]],
    // Above it 20% first, which is enough: maintenance 4,004 + 25.
    ['20% is enough', 5000, 1001, [['BTC', -200.2, 0]]],
    // 3,900 covers neither 5,030 nor 4,029: the rest 30 s later; ETH stays.
    ['the rest after the cooldown', 3900, 1001, [['BTC', -200.2, 0], ['BTC', -800.8, 30_000]]],
  ])('%s', async (_, cash, btc, expected) => {
    const { steps, reached } = await plan(cash, btc);
    expect(steps.map(({ trades, afterMs }) => [trades[0].instrument, Number(trades[0].quantity.toFixed(9)), afterMs])).toEqual(expected);
    expect(reached).toBe(true);
  });

  it('gives everything to the backstop below two thirds of maintenance margin, at prices that leave nothing', async () => {
    // Maintenance 50 + 25 = 75, two thirds 50. Balance 49: two thirds of it with BTC: 100 - 32.667 / 10.
    const taken = await plan(49, 10);
    expect(taken).toMatchObject({ reached: false, reason: 'taken-over' });
    expect(taken.steps.map(({ kind }) => kind)).toEqual(['takeover']);
    const prices = taken.steps[0].trades.map(({ instrument, price }) => [instrument, price] as const);
    expect(prices[0][1]).toBeCloseTo(100 - (49 * 2) / 3 / 10, 10);
    expect(prices[1][1]).toBeCloseTo(50 - 49 / 3 / 10, 10);
    expect(taken.after.balance).toBeCloseTo(0, 10);
    expect(taken.after.maintenanceMargin).toBe(0);
  });
});

describe('tier ladder (Bybit, Binance, OKX)', () => {
  const style = (lastTier: string, lot = 0) => styleOf('tier-ladder', {
    tierFloors: { btc: [0, 50_000, 250_000], default: [0] }, intervalMs: 500, lastTier,
  }, { costs: { default: { lot } } });
  const plan = (cash: number, lastTier = 'close', lot = 0) =>
    planOf({ market, model: 'hyperliquid', params: flat, style: style(lastTier, lot), account: { cash, positions: [['BTC', -4000, 100], ['ETH', 10, 50]] } });

  it.each([
    // 400,000 of notional, maintenance 20,000 + 25. Down to 250,000: 12,525. Down to 50,000: 2,525. Then 25.
    [12_525, [1500], true],
    [12_524, [1500, 2000], true],
    [2_524, [1500, 2000, 500], true],
    [24, [1500, 2000, 500, -10], false],
  ])('with a balance of %d', async (cash, expected, stillOwes) => {
    const { steps, after } = await plan(cash);
    expect(steps.map(({ trades }) => trades[0].quantity)).toEqual(expected);
    expect(after.maintenanceMargin > 0).toBe(stillOwes);
    expect(steps.map(({ afterMs }) => afterMs)).toEqual(expected.map((_, place) => place * 500));
  });

  it('keeps whole lots, and never more than the tier below', async () => {
    // 250,000 are 2,500 contracts: in lots of 300 at most 2,400 stay.
    const { steps } = await plan(12_524, 'close', 300);
    expect(steps[0].trades[0].quantity).toBe(1600);
  });

  it('gives the lowest tiers to the venue at their bankruptcy prices', async () => {
    const { steps, after } = await plan(2_524, 'takeover');
    expect(steps.map(({ kind }) => kind)).toEqual(['close', 'close', 'takeover']);
    // What is left: 500 BTC short (maintenance 2,500) and 10 ETH (25), sharing 2,524 of balance 100 : 1.
    expect(steps[2].trades[0].price).toBeCloseTo(100 + (2524 * 100) / 101 / 500, 9);
    expect(after.balance).toBeCloseTo(0, 8);
  });
});

describe('closed-form transfer (Drift)', () => {
  // Maintenance 5% (500), buffer 2% (200), liquidator 1% (10,000), no insurance fee; all of the shortage at once.
  const parameters = {
    liquidatorFee: 10_000, liquidatorFeeMax: 10_000, insuranceFeeMax: 0, marginBuffer: 200, initialPart: 10_000, durationSlots: 100,
    slotMs: 400, callEverySlots: 10,
  };
  const plan = (cash: number, more: object = {}) => planOf({
    market, model: 'hyperliquid', params: flat, style: styleOf('closed-form-transfer', { ...parameters, ...more }, noCosts),
    account: { cash, positions: [['BTC', 100, 100]] },
  });

  it('transfers base = shortage / (price x (ratio - fee)), at the oracle price less the fee', async () => {
    // 10,000 of notional: 500 and 200 of buffer against 490: 210 short. 210 / (100 x (7% - 1%)) = 35.
    const { steps, after, reached } = await plan(490);
    expect(steps[0].trades[0].quantity).toBeCloseTo(-35, 6);
    expect(steps[0].trades[0].price).toBeCloseTo(99, 12);
    // 35 x 1 of fee: 455, against 65 x 100 x 7% = 455: maintenance with the buffer, exactly.
    expect(after.balance).toBeCloseTo(455, 6);
    expect(reached).toBe(true);
  });

  it('starts with a part of the shortage that grows with slots', async () => {
    // 10% at once: 3.5; ten slots later 20% of what was short at first less what is freed (210: 21 freed, 42 allowed).
    const { steps } = await plan(490, { initialPart: 1000 });
    expect(steps[0].trades[0].quantity).toBeCloseTo(-3.5, 6);
    expect(steps[1].afterMs).toBe(4000);
    expect(steps[1].trades[0].quantity).toBeCloseTo(-3.5, 3);
    expect(steps.length).toBeGreaterThan(4);
  });

  it('takes everything at once below 50 of shortage', async () => {
    // 700 - 651 = 49 short: 49 / 6 = 8.1667.
    const { steps } = await plan(651, { initialPart: 1000 }).then((each) => each);
    expect(steps).toEqual([]);
    const short = await plan(499.9, { initialPart: 1000, marginBuffer: 0 });
    // 0.1 / (100 x (5% - 1%)) = 0.025.
    expect(short.steps[0].trades[0].quantity).toBeCloseTo(-0.025, 6);
  });
});

describe('block limits (dYdX)', () => {
  const params = {
    source: 'made up', date: '2026-08-01',
    liquidityTiers: { large: { initialMarginPpm: 100_000, maintenanceFractionPpm: 500_000, openInterestLowerCap: 0, openInterestUpperCap: 0 } },
    markets: { btc: { atomicResolution: -6, priceExponent: -3, liquidityTier: 'large' } },
  };
  const parameters = {
    bankruptcyAdjustmentPpm: 1_000_000, spreadToMaintenanceMarginRatioPpm: 1_500_000, maxLiquidationFeePpm: 15_000,
    minPositionNotional: 1000, maxPositionPortionPpm: 100_000, maxNotional: 100_000, maxInsuranceLost: 1_000_000, blockMs: 1000,
    blocksMax: 100,
  };
  const plan = (cash: number, quantity: number, costs: object = {}, more: object = {}) => planOf({
    market, model: 'dydx', params, style: styleOf('block-limits', { ...parameters, ...more }, { costs: { default: costs } }),
    account: { cash, positions: [['BTC', quantity, 100]] },
  });

  it.each([
    // 5% of maintenance. 40,000 of notional: 10% a block; 500,000: no more than 100,000 would be 10% of 1,000,000.
    ['a tenth of the position', 400, 1999, -40],
    ['no less than 1,000', 50, 249, -10],
    ['no more than 100,000', 20_000, 99_999, -1000],
  ])('closes %s', async (_, quantity, cash, expected) => {
    const { steps } = await plan(cash, quantity);
    expect(steps[0].trades[0].quantity).toBeCloseTo(expected, 9);
  });

  it('pays the fund what the fill is better than the bankruptcy price, at most 1.5%', async () => {
    // 400 at 100, balance 1,999 of 2,000: bankruptcy 100 - 1,999 / 400 = 95.0025. 40 sold at 100: 4,000 less 3,800.1; fee 60.
    const { steps } = await plan(1999, 400);
    expect(steps[0].trades[0]).toMatchObject({ fee: 60 });
    expect(steps[0].trades[0].bankruptcyPrice).toBeCloseTo(95.0025, 9);
    // (40,000 - (1 - 1,999 / 2,000) x 1.5 x 2,000) / 400
    expect(steps[0].trades[0].limitPrice).toBeCloseTo((40_000 - 1.5) / 400, 9);
  });

  it('does not fill below the fillable price', async () => {
    // 0.5% of spread: 99.5 is worse than 99.996.
    expect(await plan(1999, 400, { halfSpread: 0.005 })).toMatchObject({ steps: [], reached: false, reason: 'limit' });
  });

  it('needs the model dydx', async () => {
    const style = styleOf('block-limits', parameters);
    await expect(planOf({ market, model: 'hyperliquid', params: flat, style, account: { cash: 1, positions: [['BTC', 1, 100]] } }))
      .rejects.toThrow('in the integers of the model dydx');
  });
});

describe('auction (Derive)', () => {
  it('offers the part that brings buffer margin to nothing', async () => {
    // Balance 100 against 200 of maintenance; MM -100, buffer margin -100 - 0.2 x 200 = -140. Fee 140 / 240 x 100 x 2%.
    const plan = await planOf({
      market, model: 'hyperliquid', params: flat,
      style: styleOf('auction', {
        startFraction: 0.98, fastEndFraction: 0.8, fastLengthMs: 100_000, slowLengthMs: 14_400_000, insolventLengthMs: 600_000,
        feeRate: 0.02, bufferScale: 0.2, insolventOffer: 'to-maintenance',
      }),
      account: { cash: 100, positions: [['BTC', 40, 100]] },
    });
    const fee = ((100 * 140) / 240) * 0.02;
    const worth = 100 - fee;
    const buffer = worth - 200 + 0.2 * -200;
    const share = buffer / (buffer - 0.98 * worth);
    expect(plan.fee).toBeCloseTo(fee, 12);
    expect(plan.after.balance).toBeCloseTo(worth * (1 - share) + worth * share * 0.98, 10);
    // By the engine: maintenance of what is left, and buffer margin is gone.
    expect(plan.after.maintenanceMargin).toBeCloseTo(200 * (1 - share), 10);
    expect(plan.after.balance - 1.2 * plan.after.maintenanceMargin).toBeCloseTo(0, 10);
    expect(plan.reached).toBe(true);
  });
});

describe('delta hedge first (Deribit)', () => {
  it('hedges with the perpetual on a real option book, and reaches the target without closing options', async () => {
    const { market: real } = loadBuiltInMarket();
    const params = shippedParams('deribit-pm');
    const call = real.instruments.findIndex(({ optionType, strike, settlementCurrency }) => optionType === 'call' && settlementCurrency === 'BTC' && strike !== null);
    const book = {
      accountIds: ['alice'], currencies: ['BTC'], quarantined: [],
      positions: { accountIndex: Uint32Array.of(0), instrumentIndex: Uint32Array.of(call), quantity: Float64Array.of(-10), entryPrice: Float64Array.of(0) },
      cash: { accountIndex: Uint32Array.of(0), currencyIndex: Uint32Array.of(0), amount: Float64Array.of(100) },
    };
    const engine = Engine.create({ market: real, book, model: 'deribit-pm', params });
    await engine.tick();
    const [{ equity, maintenanceMargin }] = engine.accountMargins('alice');
    // Cash such that the balance is just below maintenance margin.
    engine.update({ cash: [{ account: 'alice', currency: 'BTC', amount: 100 - (equity - maintenanceMargin * 0.99) }] });
    await engine.tick();
    const request = { engine, market: real, params, account: 'alice', currency: 'BTC', holdings: accountHoldings(engine, 'alice') };
    const plan = planLiquidation(parseLiquidationStyle(shippedLiquidationStyle('deribit')), request);
    expect(plan.steps[0].kind).toBe('hedge');
    expect(plan.steps[0].trades[0].instrument).toContain('PERPETUAL');
    // Short calls: the hedge buys.
    expect(plan.steps[0].trades[0].quantity).toBeGreaterThan(0);
    expect(plan.reached).toBe(true);
    expect(plan.steps.every(({ kind }) => kind === 'hedge')).toBe(true);
    await engine.close();
  });
});

describe('style files', () => {
  it.each(liquidationStyleNames)('%s is complete, dated and sourced', (name) => {
    const style = parseLiquidationStyle(shippedLiquidationStyle(name));
    expect(style.source.length).toBeGreaterThan(10);
    expect(style.unconfirmed.length).toBeGreaterThan(0);
  });

  it.each([
    [{ style: 'ladder' }, 'style must be one of'],
    [{ target: { requirement: 'margin', multiple: 1 } }, 'target.requirement'],
    [{ target: { requirement: 'initial', multiple: 0 } }, 'target.multiple'],
    [{ parameters: { step: 0, belowRatio: 0.9, penaltyRate: 0.5 } }, 'parameters.step'],
    [{ parameters: { step: 0.2, penaltyRate: 0.5 } }, 'parameters.belowRatio'],
    [{ style: 'tier-ladder', parameters: { tierFloors: { btc: [0, 5, 5] }, intervalMs: 0, lastTier: 'close' } }, 'tierFloors.btc'],
    [{ style: 'tier-ladder', parameters: { tierFloors: {}, intervalMs: 0, lastTier: 'sell' } }, 'parameters.lastTier'],
    [{ style: 'auction', parameters: { insolventOffer: 'none' } }, 'parameters.insolventOffer'],
    [{ date: 'today' }, 'date'],
    [{ penalty: 1 }, 'penalty'],
  ])('refuses %j', (change, path) => {
    expect(() => parseLiquidationStyle({ ...(shippedLiquidationStyle('paradex') as object), ...change })).toThrow(path);
  });

  it('knows which styles ship', () => {
    expect(() => shippedLiquidationStyle('mtgox')).toThrow("there is no liquidation style 'mtgox'");
  });

  it('plans nothing for an account that cannot be margined', async () => {
    const bad = perpetualMarket({ BTC: NaN, ETH: 50 });
    for (const name of liquidationStyleNames.filter((each) => each !== 'dydx')) {
      const engine = Engine.create({ market: bad, book: bookOf(bad, { alice: { cash: 1, positions: [['BTC', 1, 100]] } }), model: 'hyperliquid', params: flat });
      await engine.tick();
      const request = { engine, market: bad, params: flat, account: 'alice', currency: 'USDC', holdings: accountHoldings(engine, 'alice') };
      const plan = planLiquidation(parseLiquidationStyle(shippedLiquidationStyle(name)), request);
      expect([name, plan.steps.length, plan.reached, plan.reason]).toEqual([name, 0, false, 'fault']);
      await engine.close();
    }
  });
});
