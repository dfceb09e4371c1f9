import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Book } from '../../src/domain/book.ts';
import type { Market } from '../../src/domain/market.ts';
import { planBookMemory } from '../../src/revaluation/book-memory.ts';
import { Revaluation } from '../../src/revaluation/revaluation.ts';
import { bookRisk, type BookRisk, type BookRiskOptions } from '../../src/risk/book-risk.ts';
import { explainAccountRisk } from '../../src/risk/explain-account-risk.ts';
import { measureConventions, type ConventionName } from '../../src/risk/conventions.ts';
import { riskMeasures } from '../../src/risk/measures.ts';
import { riskBook, riskMarket, riskScenarios, rowOf, type BookRow } from '../support/risk-market.ts';

const { spot, linearPerpetual, inversePerpetual, call, ether } = rowOf;
const flat = (count: number): number[] => Array.from({ length: count }, () => 0);
const falls = Array.from({ length: 100 }, (_, s) => -0.004 * (s + 1));

/** P&L of one account from the definition: cash and gains since entry first, then positions in market order. */
function naivePnl(market: Market, book: Book, revaluation: Revaluation, account: number): Float64Array {
  const { accountIndex, instrumentIndex, quantity, entryPrice } = book.positions;
  const held = [...accountIndex.keys()].filter((row) => accountIndex[row] === account)
    .sort((a, b) => instrumentIndex[a] - instrumentIndex[b]);
  const cash = new Map(book.currencies.map((currency) => [currency, 0]));
  book.cash.amount.forEach((amount, row) => {
    const currency = book.currencies[book.cash.currencyIndex[row]];
    if (book.cash.accountIndex[row] === account) cash.set(currency, cash.get(currency)! + amount);
  });
  for (const row of held) {
    const { kind, payoff, contractSize, settlementCurrency } = market.instruments[instrumentIndex[row]];
    if (kind !== 'perpetual') continue;
    const forward = market.forward[instrumentIndex[row]];
    const gain = payoff === 'inverse'
      ? contractSize * (1 / entryPrice[row] - 1 / forward)
      : contractSize * (forward - entryPrice[row]);
    cash.set(settlementCurrency, cash.get(settlementCurrency)! + quantity[row] * gain);
  }
  return revaluation.portfolioPnl(held.map((row) => ({ instrument: instrumentIndex[row], quantity: quantity[row] })), cash);
}

function expectNaive(risk: BookRisk, options: BookRiskOptions): void {
  const { market, book, scenarios, convention } = options;
  const revaluation = new Revaluation(market, scenarios, { kernels: 'javascript' });
  book.accountIds.forEach((_, account) => {
    const pnl = naivePnl(market, book, revaluation, account);
    const measures = riskMeasures(pnl, risk.levels, {
      ...(convention === undefined ? {} : { convention }),
      ...(scenarios.weights === undefined ? {} : { weights: scenarios.weights }),
    });
    measures.forEach(({ valueAtRisk, expectedShortfall }, level) => {
      expect(risk.accounts.valueAtRisk[level][account]).toBe(valueAtRisk);
      expect(risk.accounts.expectedShortfall[level][account]).toBe(expectedShortfall);
    });
    const worst = Math.min(...pnl);
    expect(risk.accounts.worstPnl[account]).toBe(worst);
    expect(risk.accounts.worstScenario[account]).toBe(pnl.indexOf(worst));
  });
}

const accountCount = 6;
const move = fc.double({ min: -0.5, max: 0.5, noNaN: true });
const amount = fc.integer({ min: -5_000, max: 5_000 }).map((cents) => (cents === 0 ? 1 : cents) / 100);
const randomRun = fc.integer({ min: 20, max: 130 }).chain((count) => fc.record({
  moves: fc.array(fc.array(move, { minLength: count, maxLength: count }), { minLength: 3, maxLength: 3 }),
  rows: fc.uniqueArray(
    fc.record({ account: fc.nat(accountCount - 1), instrument: fc.nat(5), quantity: amount, entryPrice: fc.integer({ min: 50, max: 150 }) }),
    { selector: ({ account, instrument }) => account * 6 + instrument, maxLength: 25 },
  ),
  cash: fc.uniqueArray(fc.tuple(fc.nat(accountCount - 1), fc.nat(2), amount), {
    selector: ([account, currency]) => account * 3 + currency, maxLength: 9,
  }),
  tile: fc.integer({ min: 1, max: 6 }).map((eights) => 8 * eights),
  block: fc.integer({ min: 2, max: 60 }),
  chunk: fc.integer({ min: 1, max: 7 }),
  ages: fc.shuffledSubarray(Array.from({ length: count }, (_, index) => index), { minLength: count }),
}));

describe('bookRisk', () => {
  it('gives what can be worked out by hand', async () => {
    // BTC falls by 0.4%, 0.8%, …, 39.6%, and once by 50%.
    const moves = falls.map((each, s) => (s === 99 ? -0.5 : each));
    const book = riskBook(3, [
      { account: 0, instrument: spot, quantity: 1 },
      { account: 1, instrument: spot, quantity: -2 },
      { account: 2, instrument: linearPerpetual, quantity: 1, entryPrice: 80 },
    ], [[0, 0, 1_000]]);
    const scenarios = riskScenarios([moves], { labels: moves.map((_, s) => `day ${s}`) });
    const risk = await bookRisk({ market: riskMarket(), book, scenarios, levels: [0.99, 0.95] });
    // One coin at 100. The worst of 100: 50; the fifth worst: 38.4; ES: the mean of the five.
    expect(risk.accounts.valueAtRisk[0][0]).toBeCloseTo(50, 12);
    expect(risk.accounts.valueAtRisk[1][0]).toBeCloseTo(38.4, 12);
    expect(risk.accounts.expectedShortfall[1][0]).toBeCloseTo((50 + 39.6 + 39.2 + 38.8 + 38.4) / 5, 12);
    expect(risk.labelOf(risk.accounts.worstScenario[0])).toBe('day 99');
    // Two coins short gain throughout: at least 0.8, so VaR is negative.
    expect(risk.accounts.worstPnl[1]).toBeCloseTo(0.8, 12);
    expect(risk.accounts.valueAtRisk[0][1]).toBeCloseTo(-0.8, 12);
    // The dollar future has gained 20: that is dollars, which do not move.
    expect(risk.accounts.valueAtRisk[0][2]).toBeCloseTo(50, 12);
    // Mean: 0.4 * (1 + … + 99) and 50, over 100.
    expect(risk.accounts.expectedPnl[0]).toBeCloseTo(-(0.4 * 4_950 + 50) / 100, 10);
    // The book: 1 - 2 coins and one future, which cancel.
    expect(risk.bookPnl.every((each) => Math.abs(each) < 1e-12)).toBe(true);
    expect(risk.counts).toEqual({ accounts: 3, evaluated: 3, quarantined: 0 });
  });

  it('what an inverse future has gained moves with the coin', async () => {
    const book = riskBook(1, [{ account: 0, instrument: inversePerpetual, quantity: 40, entryPrice: 80 }]);
    const scenarios = riskScenarios([[-0.2, 0.25, ...flat(98)]]);
    const risk = await bookRisk({ market: riskMarket(), book, scenarios, pnlOf: ['A0'] });
    const pnl = risk.accountPnl.get('A0')!;
    // Gained: 400 USD * (1/80 - 1/100) = 1 BTC. At 80 it loses 1 BTC, worth 80, and the coin gained loses 20.
    expect(pnl[0]).toBeCloseTo(-100, 10);
    // At 125: 400 * (1/100 - 1/125) = 0.8 BTC, worth 100, and the coin gained gains 25.
    expect(pnl[1]).toBeCloseTo(125, 10);
    expect(risk.accounts.worstPnl[0]).toBe(pnl[0]);
  });

  it('is the sorted full vector, for random books, kernels, tiles, blocks and chunks', async () => {
    const conventions = fc.constantFrom<ConventionName>('acerbi-tasche', 'hull', 'ore', 'numpy', 'upper-loss');
    await fc.assert(fc.asyncProperty(randomRun, conventions, async ({ moves, rows, cash, tile, block, chunk }, convention) => {
      const book = riskBook(accountCount, rows, cash);
      const base = { market: riskMarket(), book, scenarios: riskScenarios(moves), convention, levels: [0.9, 0.8] };
      const risk = await bookRisk({ ...base, sizes: { tile, block, chunk } });
      expectNaive(risk, base);
      const other = await bookRisk({ ...base, kernels: 'javascript' });
      expect(other.accounts).toEqual(risk.accounts);
      expect([other.book, other.bookPnl]).toEqual([risk.book, risk.bookPnl]);
    }), { numRuns: 60 });
  });

  it('weights: as deep as the weights ask', async () => {
    const decays = fc.double({ min: 0.7, max: 0.999, noNaN: true });
    await fc.assert(fc.asyncProperty(randomRun, decays, async ({ moves, rows, cash, tile, block, chunk, ages }, decay) => {
      const raw = ages.map((age) => Array.from({ length: age }).reduce((each: number) => each * decay, 1));
      const sum = raw.reduce((before, each) => before + each, 0);
      const scenarios = riskScenarios(moves, { weights: Float64Array.from(raw, (each) => each / sum) });
      const base = { market: riskMarket(), book: riskBook(accountCount, rows, cash), scenarios, levels: [0.95, 0.8] };
      expectNaive(await bookRisk({ ...base, sizes: { tile, block, chunk } }), base);
    }), { numRuns: 60 });
  });

  it('weights: selects again where the worst scenarios weigh next to nothing', async () => {
    // The 150 worst of 200 days weigh 1e-4 together: the first pass keeps fewer.
    const days = Array.from({ length: 200 }, (_, s) => -0.002 * (s + 1));
    const weights = Float64Array.from(days, (_, s) => (s < 50 ? (1 - 1e-4) / 50 : 1e-4 / 150));
    const book = riskBook(1, [{ account: 0, instrument: spot, quantity: 1 }]);
    const risk = await bookRisk({ market: riskMarket(), book, scenarios: riskScenarios([days], { weights }), levels: [0.99] });
    expect(risk.deepened).toBe(2);
    // The worst of the fifty that weigh 2% each falls by 10%.
    expect(risk.accounts.valueAtRisk[0][0]).toBeCloseTo(10, 10);
  });

  it('follows equal values that reach beyond the tail to their end', async () => {
    const days = Array.from({ length: 200 }, (_, s) => (s < 150 ? -0.1 : 0.1));
    const book = riskBook(1, [{ account: 0, instrument: spot, quantity: 1 }]);
    const base = { market: riskMarket(), book, scenarios: riskScenarios([days]), convention: 'ore' } as const;
    const risk = await bookRisk(base);
    expect(risk.deepened).toBe(2);
    expectNaive(risk, base);
  });

  it('an account without anything has no risk, and the first scenario as its worst', async () => {
    const risk = await bookRisk({ market: riskMarket(), book: riskBook(2, []), scenarios: riskScenarios([flat(300)]) });
    expect([...risk.accounts.valueAtRisk[0], ...risk.accounts.expectedShortfall[1]]).toEqual([0, 0, 0, 0]);
    expect([...risk.accounts.worstScenario]).toEqual([0, 0]);
  });

  it('takes every named convention', async () => {
    const days = Array.from({ length: 137 }, (_, s) => ((s * 53) % 137) / 300 - 0.2);
    const book = riskBook(2, [{ account: 0, instrument: spot, quantity: 1 }, { account: 1, instrument: call, quantity: -3 }]);
    const base = { market: riskMarket(), book, scenarios: riskScenarios([days, flat(137)]), levels: [0.95] };
    for (const convention of Object.keys(measureConventions) as ConventionName[]) {
      expectNaive(await bookRisk({ ...base, convention }), { ...base, convention });
    }
  });
});

describe('groups', () => {
  const rows: BookRow[] = [
    { account: 0, instrument: spot, quantity: 3 }, { account: 1, instrument: spot, quantity: -1 },
    { account: 2, instrument: ether, quantity: 5 }, { account: 3, instrument: call, quantity: 2 },
  ];
  const base = { market: riskMarket(), book: riskBook(4, rows), scenarios: riskScenarios([falls, flat(100), falls]) };

  it('net their accounts', async () => {
    const risk = await bookRisk({ ...base, groups: { names: ['pool', 'other', 'empty'], groupOf: Int32Array.of(0, 0, 1, -1) } });
    // Two coins at 100 and five at 10, and the worst of 100 falls by 40%.
    expect(risk.groups!.valueAtRisk[0][0]).toBeCloseTo(80, 10);
    expect(risk.groups!.valueAtRisk[0][1]).toBeCloseTo(20, 10);
    expect(risk.groups!.valueAtRisk[0][2]).toBe(0);
    expect([...risk.groups!.members]).toEqual([2, 1, 0]);
    expect([...risk.book.members]).toEqual([4]);
    expect(risk.book.worstPnl[0]).toBe(Math.min(...risk.bookPnl));
  });

  it('gain what their accounts gain together, cash and futures too', async () => {
    const partition = fc.array(fc.integer({ min: -1, max: 2 }), { minLength: accountCount, maxLength: accountCount });
    await fc.assert(fc.asyncProperty(randomRun, partition, async ({ moves, rows: held, cash }, groupOf) => {
      const book = riskBook(accountCount, held, cash);
      const groups = { names: ['a', 'b', 'c'], groupOf: Int32Array.from(groupOf) };
      const scenarios = riskScenarios(moves);
      const risk = await bookRisk({
        market: riskMarket(), book, scenarios, groups, pnlOf: book.accountIds, levels: [0.9],
      });
      const worstOf = (accounts: readonly number[]): number => Math.min(...Array.from({ length: scenarios.count }, (_, s) =>
        accounts.reduce((sum, account) => sum + risk.accountPnl.get(`A${account}`)![s], 0)));
      const all = groupOf.map((_, account) => account);
      // Rounding of thousands of units at prices of 100, added up in another order.
      groups.names.forEach((_, group) =>
        expect(risk.groups!.worstPnl[group]).toBeCloseTo(worstOf(all.filter((account) => groupOf[account] === group)), 6));
      expect(risk.book.worstPnl[0]).toBeCloseTo(worstOf(all), 6);
    }), { numRuns: 40 });
  });

  it.each([
    [{ names: ['one'], groupOf: Int32Array.of(0) }, 'there are 4 accounts, got 1'],
    [{ names: ['one'], groupOf: Int32Array.of(0, 1, 0, 0) }, 'account 2 must be in a group below 1 or -1, got 1'],
    [{ names: ['one', 'one'], groupOf: Int32Array.of(0, 1, 0, 0) }, 'a name occurs twice'],
  ])('refuses %j', async (groups, message) => {
    await expect(bookRisk({ ...base, groups })).rejects.toThrow(message);
  });
});

describe('quarantine', () => {
  const rows: BookRow[] = [
    { account: 0, instrument: spot, quantity: 1 }, { account: 1, instrument: ether, quantity: 1 },
    { account: 2, instrument: call, quantity: 1 }, { account: 3, instrument: spot, quantity: 2 },
  ];

  it('concerns those who hold what cannot be priced, and leaves them out of group and book', async () => {
    const market = riskMarket();
    market.impliedVolatility[call] = NaN;
    const book = riskBook(4, rows, [], { quarantined: [{ accountIndex: 3, reason: 'row 7 has no quantity' }] });
    const groups = { names: ['all'], groupOf: new Int32Array(4) };
    // No factor moves ETH.
    const risk = await bookRisk({ market, book, scenarios: riskScenarios([falls, flat(100)]), groups });
    expect([...risk.accounts.quarantined]).toEqual([0, 1, 1, 1]);
    expect(risk.reasonOf(0)).toBeNull();
    expect(risk.reasonOf(1)).toMatch(/position in ETHER: no scenario moves the price of ETHER/);
    expect(risk.reasonOf(2)).toMatch(/position in CALL: the volatility of CALL must be > 0 and finite, got NaN/);
    expect(risk.reasonOf(3)).toBe('row 7 has no quantity');
    expect([...risk.accounts.valueAtRisk[0]].map(Number.isNaN)).toEqual([false, true, true, true]);
    expect(risk.counts).toEqual({ accounts: 4, evaluated: 1, quarantined: 3 });
    expect([risk.groups!.members[0], risk.groups!.quarantinedMembers[0]]).toEqual([4, 3]);
    expect(risk.bookPnl[99]).toBeCloseTo(-40, 10);
    expect(risk.groups!.worstPnl[0]).toBe(risk.bookPnl[99]);
  });

  it('cash in a currency of which no price says what it is worth', async () => {
    const book = riskBook(2, [], [[0, 1, 5], [1, 0, 5]], { currencies: ['USD', 'XYZ'] });
    const risk = await bookRisk({ market: riskMarket(), book, scenarios: riskScenarios([falls]) });
    expect(risk.reasonOf(0)).toMatch(/cash in XYZ: no index price of the market says what XYZ is worth/);
    expect(risk.reasonOf(1)).toBeNull();
  });

  it('what no factor moves may stay where it is', async () => {
    const options = { market: riskMarket(), book: riskBook(4, rows), scenarios: riskScenarios([falls]), unmatched: 'hold' } as const;
    const risk = await bookRisk(options);
    expect(risk.heldConstant).toEqual(['CALL', 'ETHER']);
    expect(risk.accounts.worstPnl[1]).toBe(0);
    expect(risk.counts.quarantined).toBe(0);
  });
});

describe('refusals', () => {
  const book = riskBook(1, [{ account: 0, instrument: spot, quantity: 1 }]);
  const base = { market: riskMarket(), book, scenarios: riskScenarios([[-0.1, 0.1]]), levels: [0.5] };

  it('too few scenarios for a level', async () => {
    await expect(bookRisk({ ...base, levels: [0.99] })).rejects.toMatchObject({ code: 'ObservationsMissing' });
    const worst = await bookRisk({ ...base, levels: [0.99], beyondSample: 'worst' });
    expect(worst.accounts.valueAtRisk[0][0]).toBeCloseTo(10, 10);
    const weighted = { ...base, scenarios: riskScenarios([[-0.1, 0.1]], { weights: Float64Array.of(0.25, 0.75) }) };
    await expect(bookRisk({ ...weighted, levels: [0.76] })).rejects.toThrow(/the lightest of 2 weighs 0.25/);
    expect((await bookRisk({ ...weighted, levels: [0.75] })).accounts.valueAtRisk[0][0]).toBeCloseTo(10, 10);
    const worstOf = await bookRisk({ ...weighted, levels: [0.76], beyondSample: 'worst' });
    expect(worstOf.accounts.valueAtRisk[0][0]).toBeCloseTo(10, 10);
  });

  it.each([
    [{ levels: [] }, 'at least one level'],
    [{ levels: [1] }, 'level must be in (0, 1), got 1'],
    [{ pnlOf: ['B'] }, "the book has no account 'B'"],
    [{ sizes: { tile: 3 } }, 'tile must be a multiple of 8'],
  ])('%j', async (options, message) => {
    await expect(bookRisk({ ...base, ...options })).rejects.toThrow(message);
  });

  it('two positions of one account in one instrument', async () => {
    const twice = riskBook(1, [{ account: 0, instrument: spot, quantity: 1 }, { account: 0, instrument: spot, quantity: 2 }]);
    await expect(bookRisk({ ...base, book: twice })).rejects.toThrow('account A0 has two positions in SPOT');
  });

  it('stops when it is told to', async () => {
    await expect(bookRisk({ ...base, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'Interrupted' });
  });
});

describe('memory and progress', () => {
  const counts = {
    portfolioCount: 100_001, positionCount: 1_300_000, rowCount: 1_000, scenarioCount: 2_500, tailCapacity: 63, workers: 2,
  };

  it('takes what the formula says, and no more for more scenarios', () => {
    const { tile, screenTile, block, chunk: c, screenChunk, candidates, end } = planBookMemory(counts, {}, 0);
    const { portfolioCount: p, positionCount: n, rowCount: r, tailCapacity: k, workers } = counts;
    const screened = 2 * Math.ceil(block / 64) * 64 * (screenChunk + 1);
    const perWorker = 16 * tile + 32 * c + screened + 4 * block + 18 * candidates + 24 * (block + k + 4);
    const screen = 2 * r * Math.ceil(block / screenTile) * screenTile;
    const formula = 14 * p + 18 * n + 16 * k * p + 20 * r + 8 * r * block + screen + 12 * block + workers * perWorker;
    expect(candidates).toBe(block + 2 * k * c);
    expect(end).toBeLessThan(formula + 64 * (16 + 16 * workers));
    expect(end).toBeGreaterThan(formula);
    expect(planBookMemory({ ...counts, scenarioCount: 1_000_000 }, { block: 2_520 }, 0).end).toBeLessThan(1.01 * end);
  });

  it('refuses what does not fit, and says what to do', () => {
    const run = (): unknown => planBookMemory({ ...counts, scenarioCount: 1_000_000, tailCapacity: 10_001 }, {}, 0);
    expect(run).toThrow(/memoryBytesMax\): split the book, or ask for levels nearer to 1/);
  });

  it('progress goes block by block and ends with everything done', async () => {
    const seen: number[] = [];
    await bookRisk({
      market: riskMarket(), book: riskBook(5, [{ account: 4, instrument: spot, quantity: 1 }]), scenarios: riskScenarios([falls]),
      sizes: { tile: 8, block: 32 }, onProgress: ({ done, total }) => seen.push(done / total),
    });
    expect([...new Set(seen)]).toEqual([0.32, 0.64, 0.96, 1]);
  });
});

describe('explainAccountRisk', () => {
  const book = riskBook(2, [
    { account: 1, instrument: spot, quantity: 1 }, { account: 1, instrument: ether, quantity: -2 },
    { account: 1, instrument: inversePerpetual, quantity: 2, entryPrice: 80 },
  ], [[1, 0, 7]]);
  const scenarios = riskScenarios([falls, flat(100), falls], { labels: falls.map((_, s) => `day ${s}`) });
  const base = { market: riskMarket(), book, scenarios };

  it('names the tail and what every holding adds to it', async () => {
    const explained = explainAccountRisk({ ...base, account: 'A1', level: 0.975 });
    const risk = await bookRisk({ ...base, levels: [0.975], pnlOf: ['A1'] });
    expect(explained.pnl).toEqual(risk.accountPnl.get('A1'));
    // 2.5 of 100 scenarios: two whole and half of the third.
    expect(explained.tail.map(({ label }) => label)).toEqual(['day 99', 'day 98', 'day 97']);
    [0.4, 0.4, 0.2].forEach((share, place) => expect(explained.tail[place].share).toBeCloseTo(share, 12));
    expect(explained.holdings).toEqual(['USD', 'BTC', 'SPOT', 'INVERSE', 'ETHER']);
    const { total, components } = explained.contributions;
    expect(total).toBeCloseTo(risk.accounts.expectedShortfall[0][1], 12);
    expect(components.reduce((sum, each) => sum + each, 0)).toBe(total);
    // Mean fall of the tail: 0.4 * 40% + 0.4 * 39.6% + 0.2 * 39.2%; dollars do not move, two ether short at 10 gain.
    const fall = 0.4 * 0.4 + 0.4 * 0.396 + 0.2 * 0.392;
    expect(components[0]).toBe(0);
    expect(components[2]).toBeCloseTo(100 * fall, 10);
    expect(components[4]).toBeCloseTo(-20 * fall, 10);
  });

  it('refuses an account that is not there', () => {
    expect(() => explainAccountRisk({ ...base, account: 'B', level: 0.9 })).toThrow("the book has no account 'B'");
  });
});
