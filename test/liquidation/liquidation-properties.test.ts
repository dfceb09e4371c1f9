import { describe, expect, it } from 'vitest';
import { AccountEngine } from '../../src/account/account-engine.ts';
import { Engine } from '../../src/engine/engine.ts';
import { accountHoldings } from '../../src/whatif/account-holdings.ts';
import { LiquidationModule } from '../../src/liquidation/liquidation-module.ts';
import { shortfall } from '../../src/liquidation/plan.ts';
import { shippedLiquidationStyle } from '../../src/liquidation/shipped-styles.ts';
import { parseLiquidationStyle, planLiquidation } from '../../src/liquidation/style.ts';
import { minorOf } from '../../src/money/minor-units.ts';
import { bookOf, flatParams, perpetualMarket, startMs, styleOf, type AccountText } from '../support/liquidation-book.ts';
import { between, pick, seededRandom } from '../support/seeded-random.ts';

const bases = ['BTC', 'ETH', 'SOL', 'XRP'] as const;
const prices = { BTC: 60_000, ETH: 3_000, SOL: 150, XRP: 0.6 };
const market = perpetualMarket(prices);
const params = flatParams({ BTC: 40, ETH: 25, SOL: 10, XRP: 3 });

/** An account whose balance is between -20% and 110% of its maintenance margin. */
function randomAccount(random: () => number): AccountText {
  const held = bases.filter((base) => base === 'ETH' || random() < 0.7);
  const rates = { BTC: 1 / 80, ETH: 1 / 50, SOL: 1 / 20, XRP: 1 / 6 };
  let needed = 0;
  let gains = 0;
  const positions = held.map((base) => {
    const notional = 10 ** between(random, 2, 6.5);
    const quantity = (random() < 0.5 ? -1 : 1) * Math.max(Math.round((notional / prices[base]) * 1000), 1) / 1000;
    const entry = prices[base] * between(random, 0.9, 1.1);
    needed += Math.abs(quantity) * prices[base] * rates[base];
    gains += quantity * (prices[base] - entry);
    return [base, quantity, entry] as const;
  });
  return { positions, cash: Math.round((needed * between(random, -0.2, 1.1) - gains) * 1e6) / 1e6 };
}

describe('plans of random accounts', () => {
  const styles = ['cheapest', 'paradex', 'hyperliquid', 'bybit', 'drift', 'derive', 'deribit'];

  it('2,100 plans: the target is reached or the reason given, nothing is closed twice, every step lowers what is missing', async () => {
    const random = seededRandom(11);
    const accounts = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`a${index}`, randomAccount(random)]));
    const engine = Engine.create({ market, book: bookOf(market, accounts), model: 'hyperliquid', params });
    await engine.tick();
    const before = engine.resultHash();
    const outcomes = new Map<string, number>();
    for (const name of styles) {
      const shipped = shippedLiquidationStyle(name) as { parameters: object };
      const parameters = name === 'cheapest' ? { ...shipped.parameters, evaluationsMax: 300 } : name === 'deribit' ? { ...shipped.parameters, ordersMax: 40 } : shipped.parameters;
      const style = parseLiquidationStyle({ ...shipped, parameters });
      for (const account of engine.accountIds) {
        const holdings = accountHoldings(engine, account);
        const plan = planLiquidation(style, { engine, market, params, account, currency: 'USDC', holdings });
        const [{ equity, maintenanceMargin }] = engine.preview(account, {});
        expect(plan.before).toMatchObject({ balance: equity, maintenanceMargin });
        const held = new Map([...holdings.positions].map(([instrument, { quantity }]) => [instrument, quantity] as const));
        let missing = shortfall(plan.before, plan.target);
        let afterMs = 0;
        for (const step of plan.steps) {
          expect(step.afterMs).toBeGreaterThanOrEqual(afterMs);
          afterMs = step.afterMs;
          if (step.kind !== 'takeover') expect(shortfall(step.margins, plan.target)).toBeLessThan(missing);
          missing = shortfall(step.margins, plan.target);
          for (const { instrument, quantity, cost, price } of step.trades) {
            const old = held.get(instrument) ?? 0;
            // A hedge may open a position; everything else only reduces one, and never turns it.
            if (step.kind !== 'hedge') {
              expect(Math.sign(quantity)).toBe(-Math.sign(old));
              expect(Math.abs(quantity)).toBeLessThanOrEqual(Math.abs(old) * (1 + 1e-12));
            }
            expect(cost).toBeGreaterThanOrEqual(0);
            expect(price).toBeGreaterThan(0);
            const left = old + quantity;
            held.set(instrument, Math.abs(left) < Math.abs(old) * 1e-9 ? 0 : left);
          }
        }
        expect(plan.reached).toBe(plan.reason === null);
        if (plan.reached) expect(shortfall(plan.after, plan.target)).toBeLessThanOrEqual(0);
        const outcome = plan.reason ?? (plan.steps.length === 0 ? 'nothing to do' : 'reached');
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    }
    // Plans are questions: the book is as it was.
    await engine.tick();
    expect(engine.resultHash()).toBe(before);
    expect(outcomes.get('reached')).toBeGreaterThan(500);
    expect(outcomes.get('bankrupt')).toBeGreaterThan(20);
    expect(outcomes.get('nothing to do')).toBeGreaterThan(20);
    await engine.close();
  });
});

describe('money of random liquidations', () => {
  const costs = { costs: { default: { halfSpread: 0.001, lot: 0.001, feeRate: 0.0005 } } };
  const style = styleOf('cheapest', { evaluationsMax: 60, intervalMs: 0 }, costs);

  /** Cash of all accounts, and what is outside them: minor units. */
  function total(engine: AccountEngine, { money }: LiquidationModule): bigint {
    const cash = engine.engine.accountIds.reduce((sum, account) =>
      sum + minorOf(engine.engine.heldBy(account).cash[0]?.amount ?? 0, 6, 'nearest'), 0n);
    return Object.values(money).reduce((sum, tally) => sum + (tally.get('USDC') ?? 0n), cash);
  }

  it('2,000 fills and bids conserve it to the minor unit, and contracts too', async () => {
    const random = seededRandom(23);
    let fills = 0;
    let bids = 0;
    for (let round = 0; fills + bids < 2000; round++) {
      const isAuction = round % 3 === 2;
      const module = new LiquidationModule({
        signalIntervalMs: 0, securityModule: { USDC: 1_000_000_000n },
        style: isAuction ? shippedLiquidationStyle('derive') : style,
      });
      const accounts = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`a${index}`, randomAccount(random)]));
      const makers = { maker: { cash: 1e9, positions: [['BTC', 1, 60_000]] }, taker: { cash: 1e9, positions: [] } } satisfies Record<string, AccountText>;
      const engine = AccountEngine.create({
        market, book: bookOf(market, { ...accounts, ...makers }), model: 'hyperliquid', params, modules: [module], nettingSetCapacity: 64, positionCapacity: 4096,
      });
      const conserved = total(engine, module);
      const contracts = (): number[] => bases.map((base) => engine.engine.accountIds.reduce((sum, account) =>
        sum + (engine.engine.heldBy(account).positions.find(({ instrument }) => instrument === base)?.quantity ?? 0), 0));
      const outstanding = contracts();
      let timeMs = startMs;
      const send = (kind: string, fields: object): Promise<unknown> =>
        engine.apply({ id: `${round}-${timeMs}-${fills}-${bids}`, timeMs, kind, ...fields });
      for (let step = 0; step < 4; step++) {
        timeMs += 60_000;
        const moved = Object.fromEntries(bases.map((base) => [base, prices[base] * between(random, 0.97, 1.03)]));
        await send('tick', { quotes: { forward: moved } });
        for (const { account, currency, signal, phase } of module.records) {
          const counterparty = pick(random, ['maker', 'taker']);
          if (phase === 'auction') {
            bids++;
            await send('liquidation.bid', { account, currency, bidder: counterparty, share: pick(random, [1, 0.3, 0.07]) });
          }
          for (const { instrument, quantity } of signal?.trades ?? []) {
            fills++;
            const price = moved[instrument] * between(random, 0.995, 1.005);
            const fee = String(Math.floor(random() * 1e7));
            await send('liquidation.fill', { account, currency, instrument, quantity, price, fee, signal: signal!.id, counterparty });
          }
          expect(total(engine, module)).toBe(conserved);
        }
      }
      contracts().forEach((sum, place) => expect(sum).toBeCloseTo(outstanding[place], 6));
      await engine.close();
    }
    expect(fills).toBeGreaterThan(800);
    expect(bids).toBeGreaterThan(200);
  });

  it('realises gains as whole-number arithmetic has them', async () => {
    // Prices and contracts that are whole numbers of minor units: gains are exact, and the clearing is their sum.
    const module = new LiquidationModule({ style, signalIntervalMs: 0 });
    const engine = AccountEngine.create({
      market, model: 'hyperliquid', params, modules: [module],
      book: bookOf(market, { a: { cash: 100, positions: [['BTC', 3, 59_990], ['ETH', -7, 3_005]] }, b: { cash: 5, positions: [['BTC', -2, 60_010]] } }),
    });
    await engine.apply({ id: 't', timeMs: startMs, kind: 'tick' });
    await engine.apply({ id: 'f', timeMs: startMs, kind: 'liquidation.fill', account: 'a', currency: 'USDC', instrument: 'BTC', quantity: -3, price: 60_001, counterparty: 'b' });
    // a: 3 x 11 = 33. b closes 2 at 60,001: 2 x 9 = 18, and is long 1 at 60,001.
    expect(engine.engine.heldBy('a').cash[0].amount).toBe(133);
    expect(engine.engine.heldBy('b').cash[0].amount).toBe(23);
    expect(engine.engine.heldBy('b').positions).toEqual([{ instrument: 'BTC', quantity: 1, entryPrice: 60_001 }]);
    expect(module.money.clearing.get('USDC')).toBe(-51_000_000n);
    await engine.close();
  });
});
