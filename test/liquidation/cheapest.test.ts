import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { accountHoldings } from '../../src/whatif/account-holdings.ts';
import { CloseSearch } from '../../src/liquidation/close-search.ts';
import { parseCosts, slippage } from '../../src/liquidation/costs.ts';
import { PlanningAccount } from '../../src/liquidation/planning-account.ts';
import { bookOf, flatParams, perpetualMarket, planOf, styleOf, type AccountText } from '../support/liquidation-book.ts';
import { seededRandom } from '../support/seeded-random.ts';

const free = { default: { halfSpread: 0, impact: 'none', feeRate: 0 } };
const cheapest = (costs: object, target: object = { requirement: 'maintenance', multiple: 1 }): object =>
  styleOf('cheapest', { evaluationsMax: 4000, intervalMs: 1000 }, { costs, target });

/** Notional 100 x 10 = 1,000 and 10 x 50 = 500; maintenance 5% of it. */
const market = perpetualMarket({ BTC: 100, ETH: 50 });
const params = flatParams({ BTC: 10, ETH: 10 });
const account = (cash: number, more: Partial<AccountText> = {}): AccountText =>
  ({ cash, positions: [['BTC', 10, 100], ['ETH', -10, 50]], ...more });

describe('costs', () => {
  it.each([
    // notional, volume, law, coefficient, volatility -> slippage
    [10_000, 1_000_000, 'none', 0, 0, 0.001],
    // 2/3 x 1 x 0.03 x sqrt(0.01) = 0.002
    [10_000, 1_000_000, 'square-root', 1, 0.03, 0.003],
    // 1/2 x 0.5 x 0.01 = 0.0025
    [10_000, 1_000_000, 'linear', 0.5, 0, 0.0035],
    [1e12, 1, 'linear', 100, 0, 0.95],
  ])('slippage of %d in a volume of %d, %s', (notional, dailyVolume, impact, impactCoefficient, dailyVolatility, expected) => {
    const table = parseCosts({ default: { halfSpread: 0.001, impact, impactCoefficient, dailyVolatility, dailyVolume } });
    expect(slippage(table.default, notional)).toBeCloseTo(expected, 12);
  });

  it.each([
    [{ default: { impact: 'cubic' } }, 'costs.default.impact'],
    [{ default: { halfSpread: -1 } }, 'costs.default.halfSpread'],
    [{ default: { dailyVolume: 0 } }, 'costs.default.dailyVolume'],
    [{ default: { spread: 1 } }, 'costs.default.spread'],
    [{ option: {} }, 'costs.option'],
    [{ kinds: { option: { lot: NaN } } }, 'costs.kinds.option.lot'],
  ])('refuses %j', (input, path) => {
    expect(() => parseCosts(input)).toThrow(path);
  });
});

describe('the cheapest plan', () => {
  it('does nothing for an account that needs nothing', async () => {
    const plan = await planOf({ market, model: 'hyperliquid', params, account: account(75), style: cheapest(free) });
    expect(plan).toMatchObject({ reached: true, reason: null, steps: [], before: { balance: 75, maintenanceMargin: 75 } });
  });

  it('closes what frees most margin per cost, in the fewest lots that do it', async () => {
    // Maintenance 50 + 25 = 75 against 70: 5 to free, 5% of 100 of notional. BTC costs 1%, ETH 3% of it.
    const costs = { bases: { btc: { halfSpread: 0.01, lot: 1 }, eth: { halfSpread: 0.03, lot: 1 } } };
    const plan = await planOf({ market, model: 'hyperliquid', params, account: account(70), style: cheapest(costs) });
    // A contract of BTC frees 5 and costs 1, one of ETH frees 2.5 and costs 1.5: two of BTC, for 2, against one of each,
    // for 2.5. Balance 70 - 2, maintenance 75 - 10.
    expect(plan.steps).toHaveLength(1);
    expect(plan.steps[0].trades).toMatchObject([{ instrument: 'BTC', quantity: -2, price: 99, cost: 2 }]);
    expect(plan).toMatchObject({ reached: true, reason: null, cost: 2, after: { balance: 68, maintenanceMargin: 65 } });
  });

  it('shares the closing out where impact makes one position dear', async () => {
    // Equal positions, equal impact: half of what is to be closed each (the cost is strictly convex).
    const even = perpetualMarket({ BTC: 100, ETH: 100 });
    const costs = { default: { impact: 'square-root', impactCoefficient: 1, dailyVolatility: 0.05, dailyVolume: 1e5, lot: 1 } };
    const plan = await planOf({
      market: even, model: 'hyperliquid', params, style: cheapest(costs),
      account: { cash: 800, positions: [['BTC', 100, 100], ['ETH', 100, 100]] },
    });
    const closed = plan.steps.flatMap(({ trades }) => trades).map(({ instrument, quantity }) => [instrument, -quantity] as const);
    expect(closed.map(([name]) => name).sort()).toEqual(['BTC', 'ETH']);
    expect(Math.abs(closed[0][1] - closed[1][1])).toBeLessThanOrEqual(1);
    expect(plan.reached).toBe(true);
  });

  it('cancels open orders first, and nothing more if that is enough', async () => {
    // Drift counts the worse side with open orders: 10 + 5 at 5% of 100 is 75, and 0.01 for the order; without it 50.
    const drift = {
      source: 'made up', date: '2026-08-01', unconfirmed: [], openOrderCharge: 0.01, maxPositivePnlForInitialMargin: 100, spots: {},
      perpetuals: { btc: {
        marginRatioInitial: 1000, marginRatioMaintenance: 500, imfFactor: 0, unrealizedPnlInitialAssetWeight: 10_000,
        unrealizedPnlMaintenanceAssetWeight: 10_000, unrealizedPnlImfFactor: 0,
      } },
    };
    const plan = await planOf({
      market, model: 'drift', params: drift, style: cheapest(free),
      account: { cash: 60, positions: [['BTC', 10, 100]], orders: [['BTC', 5, 100]] },
    });
    expect(plan.before).toMatchObject({ balance: 60, maintenanceMargin: 75.01 });
    expect(plan.steps.map(({ kind, trades }) => [kind, trades.length])).toEqual([['cancel-orders', 0]]);
    expect(plan).toMatchObject({ reached: true, after: { balance: 60, maintenanceMargin: 50 } });
  });

  it('does nothing where closing costs more than it frees', async () => {
    const plan = await planOf({
      market, model: 'hyperliquid', params, style: cheapest({ default: { halfSpread: 0.2, lot: 1 } }), account: account(70),
    });
    // 20 of 100 against 5.
    expect(plan).toMatchObject({ reached: false, reason: 'no-progress', steps: [] });
  });

  it('closes everything and says bankrupt where the balance does not last', async () => {
    const plan = await planOf({
      market, model: 'hyperliquid', params, style: cheapest({ default: { halfSpread: 0.001 } }), account: account(-100),
    });
    expect(plan.reached).toBe(false);
    expect(plan.reason).toBe('bankrupt');
    expect(plan.after.maintenanceMargin).toBe(0);
    // 0.1% of 1,500.
    expect(plan.cost).toBeCloseTo(1.5, 12);
  });

  it('aims at initial margin if that is the target', async () => {
    const style = cheapest({ default: { lot: 1 } }, { requirement: 'initial', multiple: 1 });
    const plan = await planOf({ market, model: 'hyperliquid', params, style, account: account(120) });
    // Initial 100 + 50 = 150; three contracts of BTC less: 120.
    expect(plan.after).toMatchObject({ balance: 120, initialMargin: 120 });
  });
});

describe('the optimiser against exhaustive search', () => {
  it('finds the least cost, but for one, on 150 random accounts of three positions', async () => {
    const random = seededRandom(7);
    const gaps: number[] = [];
    const prices = { BTC: 100, ETH: 50, SOL: 10 };
    const names = ['BTC', 'ETH', 'SOL'] as const;
    const three = perpetualMarket(prices);
    for (let round = 0; round < 150; round++) {
      const lots = names.map(() => 1 + Math.floor(random() * 8));
      const leverages = Object.fromEntries(names.map((name) => [name, 3 + Math.floor(random() * 40)]));
      const bases = Object.fromEntries(names.map((name) => [name.toLowerCase(), {
        halfSpread: random() * 0.005, impact: random() < 0.5 ? 'square-root' : 'linear', impactCoefficient: 0.5 + random(),
        dailyVolatility: 0.05, dailyVolume: 1000 + random() * 1e5, lot: 1,
      }]));
      const positions = names.map((name, place) => [name, (random() < 0.5 ? -1 : 1) * lots[place], prices[name]] as const);
      const needed = names.reduce((sum, name, place) => sum + (lots[place] * prices[name]) / (2 * leverages[name]), 0);
      const modelParams = flatParams(leverages);
      const engine = Engine.create({ market: three, book: bookOf(three, { a: { cash: needed * (0.3 + 0.65 * random()), positions } }), model: 'hyperliquid', params: modelParams });
      await engine.tick();
      const planning = new PlanningAccount({
        engine, market: three, account: 'a', currency: 'USDC', holdings: accountHoldings(engine, 'a'), params: modelParams,
        costs: parseCosts({ bases }), target: { requirement: 'maintenance', multiple: 1 },
      });
      const search = new CloseSearch(planning, planning.input.holdings, names, 4000);
      let least = Infinity;
      for (let a = 0; a <= lots[0]; a++) for (let b = 0; b <= lots[1]; b++) for (let c = 0; c <= lots[2]; c++) {
        // Not by the search's own tables: trades priced and margined afresh.
        const trades = [a, b, c].flatMap((count, place) =>
          count === 0 ? [] : [{ instrument: names[place], quantity: -Math.sign(positions[place][1]) * count }]);
        const missing = planning.shortfall(planning.margins(planning.traded(planning.input.holdings, trades)));
        const cost = trades.reduce((sum, trade) => sum + planning.estimate(trade).cost, 0);
        if (missing <= 0) least = Math.min(least, cost);
      }
      const found = search.cheapest();
      expect(found === null).toBe(least === Infinity);
      if (found !== null) {
        expect(search.missing(found)).toBeLessThanOrEqual(0);
        gaps.push(search.trades(found).reduce((sum, trade) => sum + planning.estimate(trade).cost, 0) / least - 1);
      }
      await engine.close();
    }
    expect(gaps.length).toBeGreaterThan(100);
    // Measured: 137 of 138 at the least cost, the other 7% above it (few lots, so that one more or less is much).
    expect(gaps.filter((gap) => gap > 1e-9).length).toBeLessThanOrEqual(1);
    expect(Math.max(...gaps)).toBeLessThan(0.08);
  });
});
