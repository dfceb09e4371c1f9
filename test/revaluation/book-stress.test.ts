import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { shippedParams } from '../../src/margin/shipped-params.ts';
import { contractWorth } from '../../src/revaluation/contract-worth.ts';
import { stressBook } from '../../src/revaluation/book-stress.ts';
import { Revaluation } from '../../src/revaluation/revaluation.ts';
import { dayMs, riskBook, riskMarket, riskScenarios, rowOf, type BookRow } from '../support/risk-market.ts';

const { spot, linearPerpetual, inversePerpetual, call, inversePut, ether } = rowOf;
/** BTC falls by a half, stays, rises by a half; volatility and ETH stay. */
const halves = riskScenarios([[-0.5, 0, 0.5], [0, 0, 0], [0, 0, 0]], { labels: ['down', 'none', 'up'] });
const USD = 0;
const BTC = 1;
const ETH = 2;

/**
 * Call at the money forward, F = K = 100, sigma sqrt(T) = 0.5 sqrt(30 / 365) = 0.143346...: F (2 N(s / 2) - 1), with the
 * series of N: 2 N(x) - 1 = sqrt(2 / pi) (x - x^3 / 6 + x^5 / 40 - ...), x = s / 2 = 0.0716731...
 */
const atTheMoney = ((): number => {
  const x = (0.5 * Math.sqrt(30 / 365)) / 2;
  return 100 * Math.sqrt(2 / Math.PI) * (x - x ** 3 / 6 + x ** 5 / 40 - x ** 7 / 336 + x ** 9 / 3456);
})();

describe('equity of an account', () => {
  const equityOf = (rows: readonly Omit<BookRow, 'account'>[], cash: readonly (readonly [number, number])[] = [], currency = 'USD'): number =>
    stressBook({
      market: riskMarket(), book: riskBook(1, rows.map((row) => ({ account: 0, ...row })), cash.map(([c, amount]) => [0, c, amount] as const)),
      scenarios: halves, currency,
    }).equity;

  it.each([
    ['cash in dollars', [], [[USD, 7]], 7],
    ['cash in coins, at their rates', [], [[BTC, 2], [ETH, -3]], 2 * 100 - 3 * 10],
    ['spot at its price', [{ instrument: spot, quantity: 3 }, { instrument: ether, quantity: -2 }], [], 300 - 20],
    ['a linear future: what it gained since its entry', [{ instrument: linearPerpetual, quantity: 2, entryPrice: 90 }], [], 20],
    ['a short one', [{ instrument: linearPerpetual, quantity: -2, entryPrice: 90 }], [[USD, 50]], 30],
    // 4 contracts of 10 dollars: 40 (1/80 - 1/100) = 0.1 BTC, 10 dollars.
    ['an inverse one, in coin', [{ instrument: inversePerpetual, quantity: 4, entryPrice: 80 }], [], 10],
    ['options at their value', [{ instrument: call, quantity: -2 }], [[USD, 100]], 100 - 2 * atTheMoney],
    // By parity the put at the money is worth as much: price / F coins, times F dollars.
    ['an inverse option, in coin', [{ instrument: inversePut, quantity: 3 }], [], 3 * atTheMoney],
  ] as const)('%s', (_name, rows, cash, expected) => {
    // A handful of roundings of numbers up to 300; the option's series stops below 1e-15.
    expect(equityOf(rows, cash)).toBeCloseTo(expected, 11);
  });

  it('in another currency', () => {
    expect(equityOf([{ instrument: spot, quantity: 3 }], [[BTC, 2]], 'BTC')).toBeCloseTo(5, 14);
    expect(equityOf([{ instrument: ether, quantity: 5 }], [[USD, 50]], 'ETH')).toBeCloseTo(10, 14);
  });

  it('is the equity that the engine counts, where both mean the same: cash, inverse futures and options of one coin', async () => {
    const all = riskMarket();
    const own = [inversePerpetual, inversePut];
    const pick = (column: Float64Array): Float64Array => Float64Array.from(own, (index) => column[index]);
    const market = {
      ...all, instruments: own.map((index) => all.instruments[index]), forward: pick(all.forward),
      impliedVolatility: pick(all.impliedVolatility), openInterest: pick(all.openInterest),
    };
    const rows = [
      { account: 0, instrument: 0, quantity: 40, entryPrice: 80 }, { account: 0, instrument: 1, quantity: -3 },
      { account: 1, instrument: 0, quantity: -7, entryPrice: 130 },
    ];
    const book = riskBook(2, rows, [[0, BTC, 2.5], [1, BTC, 0.25]]);
    const stressed = stressBook({ market, book, scenarios: halves, currency: 'BTC' });
    const engine = Engine.create({ market, book, params: shippedParams('deribit-pm') });
    await engine.tick();
    const { account, currency } = engine.setKeys;
    expect([...account]).toEqual([0, 1]);
    expect(new Set(currency).size).toBe(1);
    // Roundings of both sums, of numbers up to 10.
    stressed.byAccount.equity.forEach((equity, row) => expect(engine.results.equity[row]).toBeCloseTo(equity, 13));
  });
});

describe('a book under stress, by hand', () => {
  /**
   * P&L by scenario (down, none, up), dollars:
   * A0 3 spot, 50 USD: equity 350, P&L -150, 0, 150.
   * A1 -2 linear futures entered at 90, 40 USD: equity 40 - 2 (100 - 90) = 20, P&L 100, 0, -100: insolvent by 80 going up.
   * A2 1 BTC of cash, 4 inverse futures of 10 entered at 100: equity 100. Coins fall 50; the future loses 40 (1/50 - 1/100)
   *    = 0.4 BTC at 50 = 20. Up: 50 + 40 (1/100 - 1/150) 150 = 50 + 20.
   * A3 -200 USD, 1 spot: equity -100 before anything, which a fall to -150 does not make insolvent.
   * A4 4 BTC, -300 USD: equity 100; down 200 - 300 = -100: insolvent by 100.
   */
  const market = riskMarket();
  const book = riskBook(
    5,
    [
      { account: 0, instrument: spot, quantity: 3 }, { account: 1, instrument: linearPerpetual, quantity: -2, entryPrice: 90 },
      { account: 2, instrument: inversePerpetual, quantity: 4 }, { account: 3, instrument: spot, quantity: 1 },
    ],
    [[0, USD, 50], [1, USD, 40], [2, BTC, 1], [3, USD, -200], [4, BTC, 4], [4, USD, -300]],
  );
  const groups = { names: ['odd', 'none', 'even'], groupOf: Int32Array.of(2, 0, 2, 0, -1) };
  const result = stressBook({ market, book, scenarios: halves, groups });
  const near = (actual: ArrayLike<number>, expected: readonly number[]): void =>
    // Roundings of P&L of up to 1,000.
    Array.from(actual).forEach((each, index) => expect(each, `element ${index}`).toBeCloseTo(expected[index], 11));

  it('equity and worst scenario of every account', () => {
    near(result.byAccount.equity, [350, 20, 100, -100, 100]);
    expect(result.equity).toBeCloseTo(470, 11);
    near(result.byAccount.worstPnl, [-150, -100, -70, -50, -200]);
    expect([...result.byAccount.worstScenario]).toEqual([0, 2, 0, 0, 0]);
  });

  it('P&L of the book, without netting away what one account owes', () => {
    near(result.pnl, [-150 + 100 - 70 - 50 - 200, 0, 150 - 100 + 70 + 50 + 200]);
    expect([...result.byScenario.losers]).toEqual([4, 0, 1]);
    near(result.byScenario.losses, [470, 0, 100]);
  });

  it('insolvent: below zero afterwards, not before; the deficit is theirs', () => {
    expect([...result.byScenario.insolvent]).toEqual([1, 0, 1]);
    near(result.byScenario.deficit, [100, 0, 80]);
  });

  it('the account that loses most, -1 where nobody loses', () => {
    expect([...result.byScenario.worstAccount]).toEqual([4, -1, 1]);
    near(result.byScenario.worstLoss, [200, 0, 100]);
  });

  it('groups: the sum of their members; an empty one makes nothing', () => {
    near(result.groupPnl, [50, 0, -50, 0, 0, 0, -220, 0, 220]);
  });

  it('an account that ends at exactly zero is not insolvent, one that starts there is if it loses', () => {
    const edge = riskBook(2, [{ account: 0, instrument: spot, quantity: 2 }, { account: 1, instrument: linearPerpetual, quantity: 1 }], [[0, USD, -100]]);
    const { byScenario } = stressBook({ market, book: edge, scenarios: halves });
    // A0: 200 - 100 = 100, down 100 to 0. A1: 0, down 50.
    expect([...byScenario.insolvent]).toEqual([1, 0, 0]);
    near(byScenario.deficit, [50, 0, 0]);
  });

  it('ties of the worst scenario and the worst account go to the first', () => {
    const twice = riskScenarios([[-0.1, -0.1], [0, 0], [0, 0]]);
    const same = riskBook(2, [{ account: 0, instrument: spot, quantity: 1 }, { account: 1, instrument: spot, quantity: 1 }]);
    const { byAccount, byScenario } = stressBook({ market, book: same, scenarios: twice });
    expect([...byAccount.worstScenario]).toEqual([0, 0]);
    expect([...byScenario.worstAccount]).toEqual([0, 0]);
  });

  it('time passes in a scenario: an option without time is worth its intrinsic value', () => {
    const later = riskScenarios([[0.5], [0], [0]], { days: Float64Array.of(30) });
    const { pnl, equity } = stressBook({ market, book: riskBook(1, [{ account: 0, instrument: call, quantity: 1 }]), scenarios: later });
    expect(equity + pnl[0]).toBeCloseTo(50, 11);
  });

  it('an empty book, and one with cash in dollars alone, never move', () => {
    expect([...stressBook({ market, book: riskBook(0, []), scenarios: halves }).pnl]).toEqual([0, 0, 0]);
    const { pnl, equity, byAccount } = stressBook({ market, book: riskBook(1, [], [[0, USD, 5]]), scenarios: halves });
    expect([[...pnl], equity, [...byAccount.worstPnl], [...byAccount.worstScenario]]).toEqual([[0, 0, 0], 5, [0], [0]]);
  });

  it('reports progress to the end', () => {
    const calls: (readonly [number, number])[] = [];
    stressBook({ market, book, scenarios: halves, progress: (done, total) => calls.push([done, total]) });
    expect(calls).toEqual([[0, 5], [5, 5]]);
  });
});

describe('what is left out, or stays', () => {
  const bitcoinAlone = riskScenarios([[-0.5, 0.5]]);

  it('a quarantined account counts nowhere: its reason stands instead', () => {
    const market = riskMarket();
    market.forward[rowOf.ether] = NaN;
    const rows = [{ account: 0, instrument: ether, quantity: 1 }, { account: 1, instrument: spot, quantity: 1 }, { account: 2, instrument: spot, quantity: 9 }];
    const book = riskBook(3, rows, [], { quarantined: [{ accountIndex: 2, reason: 'bad row' }] });
    const groups = { names: ['all'], groupOf: Int32Array.of(0, 0, 0) };
    const { quarantined, byAccount, byScenario, equity, pnl, groupPnl } = stressBook({ market, book, scenarios: halves, groups });
    expect([...quarantined.keys()].sort()).toEqual([0, 2]);
    expect(quarantined.get(0)).toMatch(/ETHER/);
    expect(quarantined.get(2)).toBe('bad row');
    expect([...byAccount.equity]).toEqual([NaN, 100, NaN]);
    expect([...byAccount.worstPnl]).toEqual([NaN, -50, NaN]);
    expect([...byAccount.worstScenario]).toEqual([-1, 0, -1]);
    expect([equity, [...pnl], [...groupPnl], [...byScenario.losers]]).toEqual([100, [-50, 0, 50], [-50, 0, 50], [1, 0, 0]]);
  });

  it('an instrument without a factor: who has it is left out, or it stays and is named', () => {
    const book = riskBook(1, [{ account: 0, instrument: ether, quantity: 1 }, { account: 0, instrument: call, quantity: 1 }]);
    const options = { market: riskMarket(), book, scenarios: bitcoinAlone };
    expect(stressBook(options).quarantined.get(0)).toMatch(/no scenario moves the (volatility of CALL|price of ETHER)/);
    const { heldConstant, equity } = stressBook({ ...options, unmatched: 'hold' });
    expect(heldConstant).toEqual(expect.arrayContaining(['ETHER']));
    expect(equity).toBeCloseTo(10 + atTheMoney, 11);
  });

  it('a currency that nothing says the worth of is refused: it would leave out everybody', () => {
    const options = { market: riskMarket(), book: riskBook(1, [], [[0, USD, 1]]), scenarios: halves, currency: 'DOGE' };
    expect(() => stressBook(options)).toThrow(expect.objectContaining({ code: 'CurrencyUnknown' }));
  });

  it('groups that do not fit the book are refused', () => {
    const groups = { names: ['a'], groupOf: Int32Array.of(0) };
    expect(() => stressBook({ market: riskMarket(), book: riskBook(2, []), scenarios: halves, groups }))
      .toThrow(/groups: there are 2 accounts, got 1/);
  });
});

describe('contractWorth', () => {
  it('spot, options, futures', () => {
    const market = riskMarket();
    expect([spot, ether, linearPerpetual, inversePerpetual].map((index) => contractWorth(market, index))).toEqual([100, 10, 0, 0]);
    expect(contractWorth(market, call)).toBeCloseTo(atTheMoney, 11);
    expect(contractWorth(market, inversePut)).toBeCloseTo(atTheMoney / 100, 13);
  });

  it('an option that has expired is worth its intrinsic value, one without a volatility nothing that could be said', () => {
    const market = { ...riskMarket(), asOfMs: riskMarket().asOfMs + 31 * dayMs };
    market.forward[call] = 120;
    expect(contractWorth(market, call)).toBe(20);
    const unquoted = riskMarket();
    unquoted.impliedVolatility[call] = NaN;
    expect(contractWorth(unquoted, call)).toBeNaN();
  });

  it('American options: at least the European one, the same if exercise never pays; a rate is needed', () => {
    const european = riskMarket();
    const instruments = european.instruments.map((each, index) =>
      index === call || index === inversePut ? { ...each, exercise: 'american' as const, payoff: 'linear' as const } : each,
    );
    const withRate = (rate: number) => {
      const row = (value: number): Float64Array => new Float64Array(6).fill(value);
      return { ...european, instruments, fields: new Map([['interestRate', row(rate)], ['dividendYield', row(0)]] as const) };
    };
    // Without rate or yield exercise never pays: the European price, to the accuracy of docs/AMERICAN-OPTIONS.md.
    expect(contractWorth(withRate(0), call)).toBeCloseTo(atTheMoney, 6);
    // With a rate a put is exercised early: above the European value, discounted, on the spot that the forward implies.
    const discounted = atTheMoney * (1 - 0.1 * (30 / 365));
    expect(contractWorth(withRate(0.1), inversePut)).toBeGreaterThan(discounted);
    expect(() => contractWorth({ ...european, instruments }, call)).toThrow(/CALL needs interestRate/);
  });
});

const quantity = fc.integer({ min: -400, max: 400 }).map((n) => (n === 0 ? 1 : n) / 8);
const someBook = fc.record({
  rows: fc.uniqueArray(
    fc.record({ account: fc.nat(3), instrument: fc.nat(5), quantity, entryPrice: fc.integer({ min: 50, max: 200 }) }),
    { maxLength: 14, selector: ({ account, instrument }) => account * 6 + instrument },
  ),
  cash: fc.array(fc.tuple(fc.nat(3), fc.nat(2), fc.integer({ min: -500, max: 500 })), { maxLength: 6 }),
  moves: fc.array(fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: -60, max: 60 }).map((n) => n / 100))), { minLength: 1, maxLength: 5 }),
});

describe('any book', () => {
  it('adds up: accounts to book, losses to losers, equity after is equity of the market after', () => {
    fc.assert(
      fc.property(someBook, ({ rows, cash, moves }) => {
        const market = riskMarket();
        const scenarios = riskScenarios([0, 1, 2].map((factor) => moves.map((move) => move[factor])));
        const book = riskBook(4, rows, cash);
        const result = stressBook({ market, book, scenarios });
        moves.forEach(([bitcoin, volatility, ethereum], s) => {
          // The market of the scenario, written down; equity there with the same entry prices.
          const after = riskMarket();
          for (const row of [spot, linearPerpetual, inversePerpetual, call, inversePut]) after.forward[row] *= 1 + bitcoin;
          after.forward[ether] *= 1 + ethereum;
          for (const row of [call, inversePut]) after.impliedVolatility[row] *= 1 + volatility;
          const moved = { ...after, indexPrice: new Map([['btc_usd', 100 * (1 + bitcoin)], ['eth_usd', 10 * (1 + ethereum)]]) };
          const then = stressBook({ market: moved, book, scenarios: riskScenarios([[0], [0], [0]]) });
          let [losers, losses, insolvent, deficit, worst] = [0, 0, 0, 0, 0];
          // 14 positions of up to 50 contracts worth up to 200, and coins: 2^-52 * 1e5 times some dozen roundings.
          const close = (a: number, b: number): void => expect(Math.abs(a - b)).toBeLessThan(1e-8);
          result.byAccount.equity.forEach((equity, account) => {
            const own = new Revaluation(market, scenarios).portfolioPnl(
              rows.filter((row) => row.account === account).map((row) => ({ instrument: row.instrument, quantity: row.quantity })),
              coinsOf(rows, cash, account),
            )[s];
            close(equity + own, then.byAccount.equity[account]);
            if (own < 0) [losers, losses, worst] = [losers + 1, losses - own, Math.max(worst, -own)];
            if (equity >= 0 && equity + own < 0) [insolvent, deficit] = [insolvent + 1, deficit - equity - own];
          });
          close(result.equity + result.pnl[s], then.equity);
          close(result.byScenario.losses[s], losses);
          close(result.byScenario.deficit[s], deficit);
          close(result.byScenario.worstLoss[s], worst);
          // Of P&L within rounding of zero the count could be one or the other.
          if (moves[s].some((move) => move !== 0)) expect(Math.abs(result.byScenario.losers[s] - losers)).toBeLessThanOrEqual(4);
          expect(result.byScenario.insolvent[s] === insolvent || Math.abs(result.byScenario.deficit[s] - deficit) < 1e-8).toBe(true);
        });
      }),
      { numRuns: 60, seed: 20261123 },
    );
  });
});

/** Cash and what futures gained since entry, by currency. */
function coinsOf(rows: readonly BookRow[], cash: readonly (readonly [number, number, number])[], account: number): Map<string, number> {
  const held = new Map([['USD', 0], ['BTC', 0], ['ETH', 0]]);
  const add = (currency: string, amount: number): unknown => held.set(currency, held.get(currency)! + amount);
  for (const [owner, currency, amount] of cash) if (owner === account) add(['USD', 'BTC', 'ETH'][currency], amount);
  for (const { account: owner, instrument, quantity: contracts, entryPrice = 100 } of rows) {
    if (owner !== account) continue;
    if (instrument === linearPerpetual) add('USD', contracts * (100 - entryPrice));
    if (instrument === inversePerpetual) add('BTC', contracts * 10 * (1 / entryPrice - 1 / 100));
  }
  return held;
}
