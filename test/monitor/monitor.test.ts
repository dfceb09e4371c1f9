import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ordinaryTicks } from '../../src/generate/ordinary-ticks.ts';
import type { Market } from '../../src/domain/market.ts';
import type { BookChanges } from '../../src/engine/book-changes.ts';
import type { Quotes } from '../../src/engine/tick-inputs.ts';
import { BadInputError } from '../../src/errors.ts';
import { issuerFactoryOf, type IssuerFactory } from '../../src/monitor/issuer.ts';
import { Monitor, type MonitorOptions } from '../../src/monitor/monitor.ts';
import { withRenewal, type MonitorReport } from '../../src/monitor/report.ts';
import { packageRoot } from '../../src/package-root.ts';
import { randomNumbers } from '../support/synthetic-book.ts';
import { BruteForce, liquidationOnly, nearThresholds, params, type MonitoredBook } from '../support/monitored-book.ts';

const none = new Uint32Array(0);
const zero = new Float64Array(0);

/** The last quotes of a walk, and quotes that differ from them. */
function* ticksOf(market: Market, bp: number, seed: number, count: number): Generator<Quotes> {
  const walk = ordinaryTicks(market, bp, seed);
  for (let tick = 0; tick < count; tick++) yield walk.next().value as Quotes;
}

async function follow(
  { market, book }: MonitoredBook,
  options: Partial<MonitorOptions>,
  quotes: Iterable<Quotes>,
): Promise<MonitorReport[]> {
  const monitor = Monitor.create({ market, book, params, ...options });
  const brute = new BruteForce({ market, book, params });
  const reports: MonitorReport[] = [];
  let before: number[] = [];
  try {
    for (const each of quotes) {
      const report = await monitor.tick(each);
      const all = await brute.statuses(each);
      const expected = options.watch === 'liquidation' ? liquidationOnly(all) : all;
      expect([...monitor.statuses], `tick ${report.tick}`).toEqual(expected);
      expect(report.evaluated + report.skipped + report.quarantined).toBe(expected.length);
      expect(report.quarantined).toBe(expected.filter((status) => status === 3).length);
      const changed = expected.flatMap((status, set) => (before.length > 0 && status !== before[set] ? [set] : []));
      if (before.length > 0) {
        expect([...report.changes.set]).toEqual(changed);
        expect([...report.changes.from]).toEqual(changed.map((set) => before[set]));
        expect([...report.changes.to]).toEqual(changed.map((set) => expected[set]));
      }
      before = expected;
      reports.push(report);
    }
  } finally {
    await monitor.close();
    await brute.engine.close();
  }
  return reports;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('statuses are those of brute force, on every tick', () => {
  it('over two thousand ordinary ticks, of which few evaluate many sets', async () => {
    const given = await nearThresholds(300, 1);
    const reports = await follow(given, {}, ticksOf(given.market, 3, 5, 2_000));
    const later = reports.slice(1);
    expect(later.every(({ mode }) => mode.kind === 'certified')).toBe(true);
    const sets = later[0].evaluated + later[0].skipped + later[0].quarantined;
    // Three in ten accounts are within one per cent of a threshold: a book far nearer to it than real ones.
    expect(meanOf(later.map(({ evaluated }) => evaluated)) / sets).toBeLessThan(0.25);
    expect(later.reduce((sum, { changes }) => sum + changes.set.length, 0)).toBeGreaterThan(100);
  }, 120_000);

  it('for liquidation only, with fewer evaluations', async () => {
    const given = await nearThresholds(300, 2);
    const all = await follow(given, { watch: 'statuses' }, ticksOf(given.market, 5, 7, 400));
    const one = await follow(given, { watch: 'liquidation' }, ticksOf(given.market, 5, 7, 400));
    const evaluated = (reports: readonly MonitorReport[]): number => meanOf(reports.map((each) => each.evaluated));
    expect(evaluated(one)).toBeLessThan(0.8 * evaluated(all));
  }, 120_000);

  it('for random books and markets of any tick size, with few references', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 1e6 }),
        fc.double({ min: 0.5, max: 80, noNaN: true }),
        fc.constantFrom('liquidation', 'statuses'),
        fc.integer({ min: 2, max: 6 }),
        async (seed, bp, watch, references) => {
          const given = await nearThresholds(40 + (seed % 120), seed);
          const options = { watch, references } as const;
          await follow(given, options, ticksOf(given.market, bp, seed, 60));
        },
      ),
      { numRuns: 20, seed: 20260801 },
    );
  }, 240_000);
});

/** A walk with an event at one tick. */
function* withEvent(market: Market, count: number, change: (tick: number, quotes: Quotes) => Partial<Quotes>): Generator<Quotes> {
  let tick = 0;
  for (const quotes of ticksOf(market, 3, 11, count)) yield { ...quotes, ...change(tick++, quotes) };
}

describe('ticks that are not ordinary', () => {
  it('a crash evaluates everything once, and certificates come back', async () => {
    const given = await nearThresholds(400, 3);
    const { market } = given;
    const crash = (tick: number, { forward, indexPrice, impliedVolatility }: Quotes): Partial<Quotes> => {
      if (tick < 20) return {};
      const fall = tick === 20 ? 0.88 : 0.85;
      return {
        forward: forward.map((value) => value * fall),
        indexPrice: new Map([...indexPrice].map(([pair, value]) => [pair, value * fall] as const)),
        impliedVolatility: impliedVolatility.map((value) => value * 1.4),
      };
    };
    const reports = await follow(given, {}, withEvent(market, 80, crash));
    expect(reports[20].mode.kind).toBe('brute force');
    expect(reports[20].changes.set.length).toBeGreaterThan(50);
    expect(reports.slice(40).every(({ mode }) => mode.kind === 'certified')).toBe(true);
  }, 120_000);

  /** Prices fall by 3% at tick 20, and stay there; evaluated at the fall, and in the mean of the last ten ticks. */
  const fall = async (
    options: Partial<MonitorOptions>,
    also: (quotes: Quotes) => Partial<Quotes> = () => ({}),
  ): Promise<{ reports: MonitorReport[]; atFall: number; after: number }> => {
    const given = await nearThresholds(600, 4);
    const change = (tick: number, quotes: Quotes): Partial<Quotes> => {
      const { forward, indexPrice } = tick < 20 ? quotes : {
        forward: quotes.forward.map((price) => 0.97 * price),
        indexPrice: new Map([...quotes.indexPrice].map(([pair, value]) => [pair, 0.97 * value] as const)),
      };
      return { forward, indexPrice, ...also({ ...quotes, forward, indexPrice }) };
    };
    const reports = await follow(given, { bruteForceShare: 1, ...options }, withEvent(given.market, 60, change));
    expect(reports.slice(1).every(({ mode }) => mode.kind === 'certified')).toBe(true);
    return { reports, atFall: reports[20].evaluated, after: meanOf(reports.slice(-10).map(({ evaluated }) => evaluated)) };
  };

  it('that touch many sets at once issue to some of them, and to the others at the next ticks', async () => {
    const { reports, atFall, after } = await fall({});
    expect(reports[0].certified).toBeGreaterThan(300);
    // The least that a tick issues to, where three per cent of the book would be fewer.
    expect(Math.max(...reports.slice(1).map(({ certified }) => certified))).toBe(64);
    expect(reports.slice(20, 24).map(({ certified }) => certified)).toContain(64);
    expect(atFall).toBeGreaterThan(2 * 64);
    expect(after).toBeLessThan(atFall / 2);
  }, 60_000);

  it('the same with hardly any references: sets of one that ends take nobody’s turn', async () => {
    const { atFall, after } = await fall({ references: 2 });
    expect(after).toBeLessThan(atFall / 2);
  }, 60_000);

  it('the same where many hold bad quotes: they take nobody’s turn', async () => {
    const bad = ({ forward }: Quotes): Partial<Quotes> => ({ forward: forward.map((price, row) => (row % 16 === 7 ? NaN : price)) });
    const { reports, atFall, after } = await fall({}, bad);
    const { quarantined } = reports[59];
    expect(quarantined).toBeGreaterThan(64);
    expect(after).toBeLessThan((atFall - quarantined) / 2 + quarantined);
  }, 60_000);

  it('a spike of one instrument, there and back, touches those who hold it', async () => {
    const given = await nearThresholds(400, 4);
    for (const factor of [1.2, 0.7, 3]) {
      const spike = (tick: number, { forward, impliedVolatility }: Quotes): Partial<Quotes> => ({
        forward: forward.map((value, row) => (row === 40 && tick % 7 === 3 ? value * factor : value)),
        impliedVolatility: impliedVolatility.map((value, row) => (row === 20 && tick % 5 === 2 ? value * factor : value)),
      });
      const reports = await follow(given, {}, withEvent(given.market, 40, spike));
      expect(reports.slice(1).every(({ mode }) => mode.kind === 'certified')).toBe(true);
    }
  }, 120_000);

  it('bad quotes quarantine who holds them, and nobody else is evaluated for it', async () => {
    const given = await nearThresholds(400, 5);
    for (const bad of [NaN, 0, -1, Infinity]) {
      const broken = (tick: number, { forward, impliedVolatility }: Quotes): Partial<Quotes> => ({
        forward: forward.map((value, row) => (row === 40 && tick >= 5 && tick < 15 ? bad : value)),
        impliedVolatility: impliedVolatility.map((value, row) => (row === 30 && tick >= 9 && tick < 20 ? bad : value)),
      });
      const reports = await follow(given, {}, withEvent(given.market, 40, broken));
      expect(reports[4].quarantined).toBe(0);
      expect(reports[5].quarantined).toBeGreaterThan(0);
      expect(reports[35].quarantined).toBe(0);
      expect(reports[10].evaluated).toBeLessThan(reports[10].skipped);
    }
  }, 120_000);

  it('an index price that goes quarantines its group', async () => {
    const given = await nearThresholds(200, 6);
    const gone = (tick: number, { indexPrice }: Quotes): Partial<Quotes> =>
      tick >= 8 && tick < 12 ? { indexPrice: new Map([...indexPrice, ['btc_usd', NaN]]) } : {};
    const reports = await follow(given, {}, withEvent(given.market, 40, gone));
    expect(reports[8].quarantined).toBeGreaterThan(50);
  }, 120_000);

  it('volatilities alone, bases alone, and time alone', async () => {
    const given = await nearThresholds(300, 7);
    const { market } = given;
    const alone = function* (): Generator<Quotes> {
      const start = { ...market, fields: new Map() };
      for (let tick = 0; tick < 60; tick++)
        yield { ...start, impliedVolatility: market.impliedVolatility.map((value) => value * (1 + 0.004 * tick)) };
      for (let tick = 0; tick < 60; tick++)
        yield { ...start, forward: market.forward.map((value, row) => value * (1 + 0.0005 * tick * (row % 3))) };
      for (let tick = 0; tick < 60; tick++) yield { ...start, asOfMs: market.asOfMs + tick * 3_600_000 };
    };
    await follow(given, {}, alone());
  }, 120_000);

  it('expiries pass while the market is watched', async () => {
    const given = await nearThresholds(300, 8);
    const { market } = given;
    const firstExpiry = Math.min(...market.instruments.flatMap(({ expiryMs }) => expiryMs ?? []));
    const near = (tick: number): Partial<Quotes> => ({ asOfMs: firstExpiry - 90_000 * (40 - tick) });
    // Two accounts in five hold what expires: from then on they are evaluated on every tick.
    const reports = await follow(given, { bruteForceShare: 0.9 }, withEvent(market, 80, near));
    expect(reports[39].quarantined).toBe(0);
    expect(reports[60].quarantined).toBeGreaterThan(0);
    expect(reports[70].skipped).toBeGreaterThan(0);
  }, 120_000);
});

describe('changes of the book', () => {
  const updates = (given: MonitoredBook, tick: number): BookChanges => {
    const random = randomNumbers(tick * 7 + 1);
    const { accountIds } = given.book;
    const account = (): string => accountIds[Math.floor(random() * accountIds.length)];
    const { instruments, forward } = given.market;
    const row = Math.floor(random() * instruments.length);
    const position = {
      instrument: instruments[row].name,
      quantity: tick % 3 === 0 ? 0 : Math.round(random() * 40 - 20),
      entryPrice: forward[row],
    };
    return {
      positions: [
        { account: account(), ...position },
        { account: `new-${tick}`, ...position, quantity: 2 },
      ],
      cash: [
        { account: account(), currency: tick % 2 === 0 ? 'BTC' : 'USD', amount: Math.round(random() * 400) - 100 },
        ...(tick > 6 ? [{ account: `new-${tick - 5}`, currency: 'USD', amount: tick % 4 === 0 ? 0 : -5_000 }] : []),
      ],
      addOns: [{ account: account(), currency: 'BTC', amount: random() * 3 }],
    };
  };

  it('are seen at the next tick, also where sets open and close', async () => {
    const given = await nearThresholds(250, 9);
    const options = { ...given, params, nettingSetCapacity: 2_000, positionCapacity: 20_000 };
    const monitor = Monitor.create(options);
    const brute = new BruteForce(options);
    let tick = 0;
    for (const quotes of ticksOf(given.market, 4, 3, 150)) {
      const report = await monitor.tick(quotes);
      expect([...monitor.statuses], `tick ${tick}`).toEqual(await brute.statuses(quotes));
      if (tick > 20 && tick % 4 > 0) expect(report.skipped).toBeGreaterThan(report.evaluated);
      if (tick++ % 4 > 0) continue;
      const changes = updates(given, tick);
      monitor.update(changes);
      brute.engine.update(changes);
      expect(() => monitor.statuses).toThrow(/call tick\(\) first/);
    }
    await monitor.close();
    await brute.engine.close();
  }, 120_000);

  it('that are refused change nothing', async () => {
    const given = await nearThresholds(100, 10);
    const monitor = Monitor.create({ ...given, params });
    await monitor.tick();
    const before = [...monitor.statuses];
    const change = { account: given.book.accountIds[0], instrument: 'no such', quantity: 1 };
    expect(() => monitor.update({ positions: [change] })).toThrow(BadInputError);
    expect([...monitor.statuses]).toEqual(before);
    const report = await monitor.tick();
    expect(report.changes.set.length).toBe(0);
    await monitor.close();
  });
});

describe('certificates renewed once the statuses are known', () => {
  /** What does not depend on the clock. */
  const countsOf = ({ timingsMs: _, changes, ...counts }: MonitorReport): unknown => ({ ...counts, changed: [...changes.set] });

  it('the same reports, statuses and margins as by tick()', async () => {
    const given = await nearThresholds(400, 23);
    const whole = Monitor.create({ ...given, params });
    const parts = Monitor.create({ ...given, params });
    let issued = 0;
    for (const quotes of ticksOf(given.market, 6, 25, 150)) {
      const expected = await whole.tick(quotes);
      const evaluated = await parts.evaluate(quotes);
      expect([...parts.statuses]).toEqual([...whole.statuses]);
      expect(evaluated.certified).toBe(0);
      expect(evaluated.timingsMs.certify).toBe(0);
      const renewal = await parts.renew();
      expect(countsOf(withRenewal(evaluated, renewal))).toEqual(countsOf(expected));
      expect([...parts.asOfTick]).toEqual([...whole.asOfTick]);
      issued += Number(renewal.certified > 0);
    }
    // Some ticks issue certificates, most do not.
    expect(issued).toBeGreaterThan(10);
    expect(issued).toBeLessThan(100);
    const [account] = whole.accountIds;
    expect(parts.marginsOf(account, 'exact')).toEqual(whole.marginsOf(account, 'exact'));
    await whole.close();
    await parts.close();
  }, 60_000);

  it('milliseconds of a tick are those of both', () => {
    const timingsMs = { inputs: 1, touch: 2, riskArray: 3, margin: 4, certify: 0, shadow: 5, total: 15 };
    const report = { tick: 7, certified: 0, references: 1, timingsMs } as MonitorReport;
    const renewed = withRenewal(report, { certified: 20, references: 2, ms: 6 });
    expect(renewed).toEqual({ tick: 7, certified: 20, references: 2, timingsMs: { ...timingsMs, certify: 6, total: 21 } });
  });

  it('statuses can be read meanwhile, and nothing else can be done', async () => {
    const given = await nearThresholds(200, 26);
    const monitor = Monitor.create({ ...given, params });
    await expect(monitor.renew()).rejects.toThrow(/call tick\(\) first/);
    const report = await monitor.evaluate();
    const statuses = [...monitor.statuses];
    const account = monitor.accountIds[0];
    const renewing = monitor.renew();
    expect([...monitor.statuses]).toEqual(statuses);
    expect(monitor.statusName(0)).toBe('healthy');
    expect(monitor.thresholdNames).toEqual(['liquidation', 'margin-call']);
    expect(monitor.asOfTick[0]).toBe(report.tick);
    for (const refused of [
      () => monitor.update({}), () => monitor.marginsOf(account, 'exact'), () => monitor.marginsOf(account, 'interval'), () => monitor.healthOf(0, 0),
    ]) expect(refused).toThrow(/certificates are being renewed/);
    await expect(monitor.tick()).rejects.toThrow(/certificates are being renewed/);
    await expect(monitor.evaluate()).rejects.toThrow(/certificates are being renewed/);
    await expect(monitor.renew()).rejects.toThrow(/certificates are being renewed/);
    expect((await renewing).certified).toBe(statuses.length);
    expect(monitor.marginsOf(account, 'exact').length).toBeGreaterThan(0);
    await monitor.close();
  });

  it('once for each tick, and not after an update', async () => {
    const given = await nearThresholds(200, 27);
    const monitor = Monitor.create({ ...given, params });
    await monitor.evaluate();
    expect((await monitor.renew()).certified).toBeGreaterThan(0);
    expect(await monitor.renew()).toEqual({ certified: 0, references: 1, ms: 0 });
    monitor.update({ cash: [{ account: monitor.accountIds[0], currency: 'BTC', amount: 1 }] });
    await expect(monitor.renew()).rejects.toThrow(/call tick\(\) first/);
    await monitor.evaluate();
    await monitor.close();
    await expect(monitor.renew()).rejects.toThrow(/closed/);
  });

  it('after everything was evaluated only where the market is calm, or nothing is certified', async () => {
    const given = await nearThresholds(300, 30);
    const [quotes] = [...ticksOf(given.market, 3, 31, 1)];
    const moved = (factor: number): Partial<Quotes> => ({
      ...quotes,
      forward: quotes.forward.map((price) => factor * price),
      indexPrice: new Map([...quotes.indexPrice].map(([pair, price]) => [pair, factor * price] as const)),
    });
    const monitor = Monitor.create({ ...given, params, bruteForceShare: 0 });
    await monitor.evaluate(quotes);
    // Nobody asked for certificates at the first tick.
    const fallen = await monitor.evaluate(moved(0.9));
    expect(fallen.mode).toEqual({ kind: 'brute force', reason: 'no certificates yet' });
    expect((await monitor.renew()).certified).toBe(monitor.nettingSetCount);
    // From then on at the earliest 16 ticks later.
    for (let tick = 0; tick < 20; tick++) {
      await monitor.evaluate(moved(0.9));
      await monitor.renew();
    }
    for (const [factor, isCalm] of [[0.8, false], [0.797, true]] as const) {
      expect((await monitor.evaluate(moved(factor))).mode.kind).toBe('brute force');
      expect((await monitor.renew()).certified > 0, `${factor}`).toBe(isCalm);
    }
    await monitor.close();
  });

  it('seldom or never: statuses are right, more is evaluated', async () => {
    const given = await nearThresholds(300, 28);
    const brute = new BruteForce({ ...given, params });
    const often = [1, 7, Infinity];
    const monitors = often.map(() => Monitor.create({ ...given, params }));
    const evaluated = often.map(() => 0);
    let tick = 0;
    for (const quotes of ticksOf(given.market, 3, 29, 200)) {
      const expected = await brute.statuses(quotes);
      tick++;
      for (const [index, monitor] of monitors.entries()) {
        evaluated[index] += (await monitor.evaluate(quotes)).evaluated;
        expect([...monitor.statuses], `tick ${tick}`).toEqual(expected);
        if (tick % often[index] === 0 || (tick === 1 && index === 1)) await monitor.renew();
      }
    }
    expect(evaluated[0]).toBeLessThan(evaluated[1]);
    expect(evaluated[1]).toBeLessThan(evaluated[2]);
    for (const monitor of monitors) await monitor.close();
    await brute.engine.close();
  }, 60_000);
});

describe('margins on demand', () => {
  it('are those of the engine, bit for bit, or lie in the certified interval', async () => {
    const given = await nearThresholds(200, 11);
    const monitor = Monitor.create({ ...given, params });
    const brute = new BruteForce({ ...given, params });
    let skipped = 0;
    for (const quotes of ticksOf(given.market, 5, 9, 60)) {
      await monitor.tick(quotes);
      await brute.statuses(quotes);
      const { accountIds } = given.book;
      for (let index = 0; index < accountIds.length; index += 3) {
        const account = accountIds[index];
        const exact = brute.engine.accountMargins(account);
        const asOf = monitor.asOfTick[monitor.setsOf(account).first];
        monitor.marginsOf(account, 'interval').forEach(({ health, status, asOfTick }, set) => {
          expect(status).toBe(exact[set].status);
          const { equity, initialMargin, maintenanceMargin } = exact[set];
          // The model rounds the initial margin to nine decimals.
          const quantum = 1e-9 + 1e-12 * Math.abs(equity);
          [equity - maintenanceMargin, equity - initialMargin].forEach((own, place) => {
            expect(own).toBeGreaterThanOrEqual(health[place].low - quantum);
            expect(own).toBeLessThanOrEqual(health[place].high + quantum);
            if (asOfTick < asOf) expect(health[place].low === -Infinity || health[place].high === Infinity).toBe(true);
          });
          if (health[0].low !== health[0].high) skipped++;
        });
        expect(monitor.marginsOf(account, 'exact')).toEqual(exact);
      }
    }
    expect(skipped).toBeGreaterThan(1_000);
    await monitor.close();
    await brute.engine.close();
  }, 120_000);
});

describe('an interval', () => {
  it('of a set quarantined on input is everything', async () => {
    const given = await nearThresholds(20, 14);
    const book = { ...given.book, quarantined: [{ accountIndex: 3, reason: 'row 12: NaN' }] };
    const monitor = Monitor.create({ ...given, book, params });
    await monitor.tick();
    await monitor.tick();
    const [{ status, health }] = monitor.marginsOf(book.accountIds[3], 'interval');
    expect(status).toBe('quarantined');
    expect(health.map(({ low, high }) => [low, high])).toEqual([[-Infinity, Infinity], [-Infinity, Infinity]]);
    await monitor.close();
  });
});

describe('a monitor', () => {
  it('says why it evaluates everything: models without certificates', async () => {
    const given = await nearThresholds(80, 12);
    const path = join(packageRoot, 'data', 'params', 'hyperliquid-2026-09-27.json');
    const own: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const rows = { ...given.book, positions: { accountIndex: none, instrumentIndex: none, quantity: zero, entryPrice: zero } };
    const monitor = Monitor.create({ market: given.market, book: rows, params: own, model: 'hyperliquid' });
    const report = await monitor.tick();
    expect(report.mode).toEqual({ kind: 'brute force', reason: 'the model hyperliquid has no certificates' });
    expect(report.skipped).toBe(0);
    expect(monitor.marginsOf(given.book.accountIds[0], 'exact').length).toBeGreaterThan(0);
    await monitor.close();
  });

  it('watches thresholds of your own', async () => {
    const given = await nearThresholds(200, 13);
    const watch = [
      { name: 'bankrupt', requirementFactor: 0 },
      { name: 'warning', requirementFactor: 0.9 },
    ];
    const monitor = Monitor.create({ ...given, params, watch });
    const brute = new BruteForce({ ...given, params });
    const seen = new Set<string>();
    for (const quotes of ticksOf(given.market, 6, 2, 200)) {
      await monitor.tick(quotes);
      await brute.statuses(quotes);
      const { equity, worstCase, rollShock, deltaShock } = brute.engine.results;
      const matrix = worstCase.map((value, set) => value + rollShock[set] + deltaShock[set]);
      const expected = [...equity.keys()].map((set) => Number(equity[set] < 0) + 2 * Number(equity[set] < 0.9 * matrix[set]));
      expect([...monitor.statuses]).toEqual(expected);
      for (const status of expected) seen.add(monitor.statusName(status));
    }
    expect([...seen].sort()).toEqual(['bankrupt+warning', 'clear', 'warning']);
    await monitor.close();
    await brute.engine.close();
  }, 120_000);

  it('refuses options that make no sense, and calls out of turn', async () => {
    const given = await nearThresholds(40, 14);
    const create = (options: Partial<MonitorOptions>) => () => Monitor.create({ ...given, params, ...options });
    expect(create({ references: 1 })).toThrow(/references must be/);
    expect(create({ bruteForceShare: 2 })).toThrow(/bruteForceShare must be/);
    expect(create({ watch: [] })).toThrow(/watch must be/);
    expect(create({ watch: [{ name: 'odd', requirementFactor: NaN }] })).toThrow(/watch must be/);
    const monitor = create({})();
    expect(() => monitor.statuses).toThrow(/call tick\(\) first/);
    const running = monitor.tick();
    expect(() => monitor.update({})).toThrow(/a tick is running/);
    await running;
    expect(() => monitor.marginsOf('nobody', 'exact')).toThrow(/no account 'nobody'/);
    await monitor.close();
    await expect(monitor.tick()).rejects.toThrow(/closed/);
  });
});

describe('certificates that fail', () => {
  it('leave statuses right at the next tick', async () => {
    const given = await nearThresholds(400, 15);
    let failures = 0;
    let ticks = 0;
    const monitor = Monitor.create({ ...given, params }, (...args) => {
      const issuer = issuerFactoryOf({} as MonitorOptions)!(...args);
      const certify = async (sets: Uint32Array): Promise<void> => {
        if (ticks > 1 && ++failures % 2 === 1) throw new Error('planted');
        await issuer.certify(sets);
      };
      return { ...issuer, certify };
    });
    const brute = new BruteForce({ ...given, params });
    for (const quotes of ticksOf(given.market, 4, 21, 300)) {
      ticks++;
      const expected = await brute.statuses(quotes);
      const isPlanted = (error: Error): void => expect(error.message).toMatch(/planted/);
      if (ticks % 2 === 0) {
        const isDone = await monitor.tick(quotes).then(() => true, isPlanted);
        if (isDone === true) expect([...monitor.statuses]).toEqual(expected);
        continue;
      }
      await monitor.evaluate(quotes);
      expect([...monitor.statuses]).toEqual(expected);
      const isRenewed = await monitor.renew().then(() => true, isPlanted);
      if (isRenewed !== true) expect(() => monitor.statuses).toThrow(/call tick\(\) first/);
    }
    expect(failures).toBeGreaterThan(4);
    await monitor.close();
    await brute.engine.close();
  }, 60_000);
});

describe('shadow mode', () => {
  /** Certificates with radii that are `factor` times what they are. */
  const planted = (factor: number): IssuerFactory => (ticks, evaluation, thresholds) => {
    const issuer = issuerFactoryOf({} as MonitorOptions)!(ticks, evaluation, thresholds);
    const { radius } = ticks.setup.arena.views.certifiedSet;
    return {
      ...issuer,
      certify: async (sets) => {
        await issuer.certify(sets);
        for (const set of sets) for (let q = 4 * set; q < 4 * set + 4; q++) radius[q] = Math.min(1, radius[q] * factor);
      },
    };
  };

  it('catches loads that are a third too small', async () => {
    const given = await nearThresholds(400, 15);
    const monitor = Monitor.create({ ...given, params, shadow: true }, (ticks, evaluation, thresholds) => {
      const issuer = issuerFactoryOf({} as MonitorOptions)!(ticks, evaluation, thresholds);
      const { loads } = ticks.setup.arena.views.certifiedSet;
      return {
        ...issuer,
        certify: async (sets) => {
          await issuer.certify(sets);
          for (const set of sets) for (let each = 5 * set; each < 5 * set + 5; each++) loads[each] /= 1.5;
        },
      };
    });
    const run = async (): Promise<void> => {
      for (const quotes of ticksOf(given.market, 4, 21, 2_000)) await monitor.tick(quotes);
    };
    await expect(run()).rejects.toThrow(/netting set \d+ of account A\d+ is [a-z-]+, was taken for/);
    await monitor.close();
  }, 120_000);

  it('finds nothing over thousands of ticks', async () => {
    const given = await nearThresholds(400, 15);
    const monitor = Monitor.create({ ...given, params, shadow: true }, planted(1));
    for (const quotes of ticksOf(given.market, 4, 21, 2_000)) await monitor.tick(quotes);
    await monitor.close();
  }, 120_000);

  it('catches radii that are half as large again', async () => {
    const given = await nearThresholds(400, 15);
    const monitor = Monitor.create({ ...given, params, shadow: true }, planted(1.5));
    const run = async (): Promise<void> => {
      for (const quotes of ticksOf(given.market, 4, 21, 2_000)) await monitor.tick(quotes);
    };
    await expect(run()).rejects.toThrow(/netting set \d+ of account A\d+ is [a-z-]+, was taken for/);
    await monitor.close();
  }, 120_000);
});
