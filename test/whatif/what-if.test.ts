import { describe, expect, it } from 'vitest';
import type { AccountMargin } from '../../src/engine/account-margin.ts';
import { Engine } from '../../src/engine/engine.ts';
import { shippedParams } from '../../src/margin/shipped-params.ts';
import { cheapestHedge, type HedgeOptions } from '../../src/whatif/cheapest-hedge.ts';
import { holdingsOf, type Holdings } from '../../src/whatif/holdings.ts';
import type { Leg } from '../../src/whatif/legs.ts';
import { whatIf, type Previewing, type WhatIfAccount } from '../../src/whatif/what-if.ts';
import { bookOf, market } from '../convert/dollar-book.ts';

const params = shippedParams();
const quoted = market();
const book = bookOf({
  accountIds: ['other', 'a'],
  positions: [
    [0, 0, 7, 40_000],
    [1, 0, 1_000, 48_000],
    [1, 2, -3],
    [1, 3, -2],
  ],
  cash: [
    [1, 0, 2],
    [1, 1, 50_000],
  ],
});

async function account(): Promise<WhatIfAccount & { readonly engine: Engine }> {
  const engine = Engine.create({ market: quoted, book, params });
  await engine.tick();
  return { engine, account: 'a', holdings: holdingsOf(book, quoted, 1), params };
}

const legs: readonly Leg[] = [
  { kind: 'trade', instrument: 'BTC-PERP', quantity: -1_500, price: 49_000 },
  { kind: 'trade', instrument: 'BTC-DEC-60000-C', quantity: 2 },
  { kind: 'remove', instrument: 'SPX-DEC-7000-P' },
];

describe('whatIf', () => {
  it('is what the engine says of the account once the trades are booked', async () => {
    const what = await account();
    const hash = what.engine.stateHash();
    const result = whatIf(what, legs);
    expect(what.engine.stateHash()).toBe(hash);
    expect(result.before.sets).toEqual(what.engine.accountMargins('a'));
    const { positions, cash } = result.holdings;
    what.engine.update({
      positions: quoted.instruments.map(({ name }) => ({
        account: 'a',
        instrument: name,
        ...(positions.get(name) ?? { quantity: 0, entryPrice: 1 }),
      })),
      cash: [...cash].map(([currency, amount]) => ({ account: 'a', currency, amount })),
    });
    await what.engine.tick();
    expect(result.after.sets).toEqual(what.engine.accountMargins('a'));
    // 1,000 contracts closed at 49,000, 500 short from there.
    expect(positions.get('BTC-PERP')).toEqual({ quantity: -500, entryPrice: 49_000 });
    expect(positions.get('BTC-DEC-60000-C')).toEqual({ quantity: -1, entryPrice: 0 });
    expect(positions.has('SPX-DEC-7000-P')).toBe(false);
  });

  it('adds up the netting sets in dollars', async () => {
    const { before } = whatIf(await account(), []);
    const [btc, usd] = before.sets;
    expect([btc.currency, usd.currency]).toEqual(['BTC', 'USD']);
    expect(before.initialMargin).toBe(btc.initialMargin * 50_000 + usd.initialMargin);
    expect(before.equity).toBe(btc.equity * 50_000 + usd.equity);
    expect(before.maintenanceMargin).toBe(btc.maintenanceMargin * 50_000 + usd.maintenanceMargin);
  });

  it('trades at the mark leave the equity alone; a trade away from it shows', async () => {
    const what = await account();
    const atMark: Leg[] = [
      { kind: 'trade', instrument: 'BTC-PERP', quantity: -1_700 },
      { kind: 'trade', instrument: 'BTC-DEC-60000-C', quantity: 2 },
      { kind: 'trade', instrument: 'SPX-DEC-7000-P', quantity: 5 },
      { kind: 'remove', instrument: 'SPX-DEC-7000-P' },
    ];
    for (const { alone, inOrder } of whatIf(what, atMark).legs) {
      expect([alone.equity, inOrder.equity]).toEqual([expect.closeTo(0, 6), expect.closeTo(0, 6)]);
    }
    // 100 contracts bought 1,000 below the mark: 1,000 (1/49,000 - 1/50,000) BTC at 50,000 dollars.
    const cheap = whatIf(what, [{ kind: 'trade', instrument: 'BTC-PERP', quantity: 100, price: 49_000 }]);
    expect(cheap.change.equity).toBeCloseTo(1_000 * (1 / 49_000 - 1 / 50_000) * 50_000, 6);
  });

  it('legs in order add up to the change; alone each starts from the account as it is', async () => {
    const what = await account();
    // So long that the loss is no longer where the calls lose.
    const long: Leg = { kind: 'trade', instrument: 'BTC-PERP', quantity: 20_000 };
    const ordered = [long, ...legs.slice(1)];
    const { before, after, change, legs: effects } = whatIf(what, ordered);
    const sum = effects.reduce((total, { inOrder }) => total + inOrder.initialMargin, 0);
    expect(sum).toBeCloseTo(change.initialMargin, 6);
    expect(change.initialMargin).toBe(after.initialMargin - before.initialMargin);
    effects.forEach(({ alone }, place) => {
      expect(alone).toEqual(whatIf(what, [ordered[place]]).change);
    });
    expect(effects[0].alone).toEqual(effects[0].inOrder);
    // Two calls fewer to lose on save more alone than beside the perpetual.
    expect(effects[1].alone.initialMargin).toBeLessThan(-10_000);
    expect(effects[1].inOrder.initialMargin).toBeGreaterThan(-1_000);
  });

  it('a change that the model refuses says why', async () => {
    const order: Leg = { kind: 'order', instrument: 'BTC-PERP', quantity: 1, limitPrice: 40_000 };
    const { before, after, change } = whatIf(await account(), [order]);
    expect(before.fault).toBeNull();
    expect([after.status, after.initialMargin, change.initialMargin]).toEqual(['quarantined', NaN, NaN]);
    expect(after.fault).toContain('open orders');
  });
});

/** An engine whose initial margin is a function of the perpetuals held; it counts how often it is asked. */
function invented(marginOf: (contracts: number) => number): WhatIfAccount & { asked(): number } {
  let asked = 0;
  const engine: Previewing = {
    market: quoted,
    modelName: 'deribit-pm',
    preview: (_account, { positions = [] }): AccountMargin[] => {
      asked += 1;
      const initialMargin = marginOf(positions.find(({ instrument }) => instrument === 'BTC-PERP')?.quantity ?? 0);
      const status = Number.isNaN(initialMargin) ? 'quarantined' : 'healthy';
      return [
        {
          currency: 'USD',
          equity: 0,
          initialMargin,
          maintenanceMargin: 0,
          components: {},
          worstScenario: -1,
          scenarioPnl: new Float64Array(0),
          status,
          fault: status === 'healthy' ? null : 'refused',
        },
      ];
    },
  };
  const holdings: Holdings = { positions: new Map(), orders: new Map(), cash: new Map() };
  return { engine, account: 'a', holdings, params, asked: () => asked };
}

function hedgeOf(marginOf: (contracts: number) => number, options: Partial<HedgeOptions> = {}) {
  const what = invented(marginOf);
  const { hedges, unhedged } = cheapestHedge(what, { instruments: ['BTC-PERP'], max: 1_000, ...options });
  return { ...hedges[0], unhedged, asked: what.asked() };
}

describe('cheapestHedge', () => {
  it('finds the lowest point of a V, to the lot', () => {
    const { quantity, initialMargin, unhedged, saving, notional, savingPerNotional, evaluations, asked } = hedgeOf(
      (contracts) => 500 + Math.abs(contracts + 437),
    );
    // 437 contracts of 10 dollars.
    expect([quantity, initialMargin, unhedged, saving, notional]).toEqual([-437, 500, 937, 437, 4_370]);
    expect(savingPerNotional).toBe(0.1);
    expect(evaluations).toBe(asked);
    expect(asked).toBeLessThan(400);
  });

  it('is not caught in the first of two valleys', () => {
    const valleys = (contracts: number): number =>
      Math.min(100 + Math.abs(contracts - 60), 40 + 2 * Math.abs(contracts - 811));
    expect(hedgeOf(valleys).quantity).toBe(811);
    expect(hedgeOf(valleys, { max: 500 }).quantity).toBe(60);
  });

  it('agrees with trying everything, where the range is small: whatever the shape', () => {
    const ragged = (contracts: number): number => 100 + ((contracts * 7_919) % 101) + (contracts % 3 === 0 ? 0 : 5);
    const all = Array.from({ length: 129 }, (_, place) => place - 64);
    const lowest = Math.min(...all.map(ragged));
    const found = hedgeOf(ragged, { max: 64 });
    expect(found.initialMargin).toBe(lowest);
    expect(Math.abs(found.quantity)).toBe(Math.min(...all.filter((n) => ragged(n) === lowest).map(Math.abs)));
    expect(found.evaluations).toBe(129);
  });

  it('trades nothing if nothing helps, and the least of what helps equally', () => {
    const { quantity, saving, notional, savingPerNotional } = hedgeOf((contracts) => 10 + Math.abs(contracts));
    expect([quantity, saving, notional, savingPerNotional]).toEqual([0, 0, 0, 0]);
    expect(hedgeOf((contracts) => (contracts <= -30 ? 5 : 9)).quantity).toBe(-30);
    expect(hedgeOf(() => 9).quantity).toBe(0);
  });

  it('keeps to lots and to the maximum', () => {
    const slope = (contracts: number): number => 2_000 - contracts;
    expect(hedgeOf(slope, { max: 100 }).quantity).toBe(100);
    expect(hedgeOf(slope, { max: 100, lot: 30 })).toMatchObject({ quantity: 90, max: 90 });
    expect(hedgeOf((contracts) => Math.abs(contracts - 0.34), { max: 1, lot: 0.1 }).quantity).toBe(0.3);
    expect(() => hedgeOf(slope, { lot: 0 })).toThrow('the lot must be > 0');
    expect(() => hedgeOf(slope, { max: NaN })).toThrow('must be >= 0');
    const unknown = expect.objectContaining({ code: 'InstrumentUnknown' }) as Error;
    expect(() => hedgeOf(slope, { instruments: ['NOPE'] })).toThrow(unknown);
  });

  it('does not choose a quantity with which the account is refused', () => {
    expect(hedgeOf((contracts) => (contracts > 200 ? NaN : 1_000 - contracts)).quantity).toBe(200);
    expect(hedgeOf(() => NaN)).toMatchObject({ quantity: 0, unhedged: NaN });
  });

  it('lowers the margin of a real account, and orders the instruments by what is left', async () => {
    const what = await account();
    const { unhedged, hedges } = cheapestHedge(what, { instruments: ['SPX-DEC-7000-P', 'BTC-DEC', 'BTC-PERP'] });
    expect(unhedged).toBe(whatIf(what, []).before.initialMargin);
    expect(hedges.map(({ initialMargin }) => initialMargin)).toEqual(
      hedges.map(({ initialMargin }) => initialMargin).sort((a, b) => a - b),
    );
    for (const { instrument, quantity, initialMargin, saving } of hedges) {
      expect(saving).toBeGreaterThan(0);
      const { after } = whatIf(what, [{ kind: 'trade', instrument, quantity }]);
      expect(after.initialMargin).toBe(initialMargin);
      for (const step of [-1, 1]) {
        if (quantity + step === 0) continue;
        const near = whatIf(what, [{ kind: 'trade', instrument, quantity: quantity + step }]);
        expect(near.after.initialMargin).toBeGreaterThanOrEqual(initialMargin);
      }
    }
    // The two puts that were sold are bought back.
    expect(hedges.find(({ instrument }) => instrument === 'SPX-DEC-7000-P')!.quantity).toBe(2);
    // Twice the gross notional: 1,000 · 10 + 3 · 52,000 + 2 · 100 · 7,500 dollars, of 10 dollars each.
    expect(hedges.find(({ instrument }) => instrument === 'BTC-PERP')!.max).toBe(333_200);
  });
});
