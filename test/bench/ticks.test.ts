import { describe, expect, it } from 'vitest';
import { loadBuiltInMarket } from '../../src/chain/built-in-market.ts';
import { gccVersion, whyMissing } from '../../bench/native/compile.ts';
import { findPython } from '../../bench/python.ts';
import { runWorkload, smokeParameters } from '../../bench/run-workload.ts';
import { loadTickBook } from '../../bench/ticks/books.ts';
import type { CertifiedDetails } from '../../bench/ticks/certified.ts';
import { compareMargins, type Margins, type TickEntrant } from '../../bench/ticks/entrant.ts';
import { measureTicks } from '../../bench/ticks/measure.ts';
import { crashFeed, walkFeed, type TickQuotes } from '../../bench/ticks/quotes.ts';
import type { Report } from '../../bench/workload.ts';
import { workloadByName } from '../../bench/workloads.ts';

const size = { accounts: 400, positions: 6, instruments: 400, seed: 3 };

function smoke(name: string, changes = {}): Promise<Report> {
  const workload = workloadByName(name);
  return runWorkload(workload, { ...smokeParameters(workload), ...changes });
}

describe('the books of the ticks', () => {
  it('retail: one to four futures or perpetuals, one account in twenty with options', async () => {
    const { market, book, engine } = await loadTickBook('retail', size, 0);
    await engine.close();
    const counts = new Uint32Array(size.accounts);
    const options = new Uint32Array(size.accounts);
    book.positions.accountIndex.forEach((account, row) => {
      counts[account]++;
      options[account] += Number(market.instruments[book.positions.instrumentIndex[row]].kind === 'option');
    });
    const withOptions = options.filter((count) => count > 0).length;
    expect(withOptions).toBeGreaterThan(0);
    expect(withOptions).toBeLessThan(0.08 * size.accounts);
    const small = counts.filter((count) => count <= 3).length;
    expect(small).toBeGreaterThan(0.75 * size.accounts);
    expect(Math.min(...counts)).toBeGreaterThan(0);
    expect(book.accountIds).toHaveLength(size.accounts);
  });

  it('options: every account has some, as many positions as asked for on average', async () => {
    const { market, book, engine } = await loadTickBook('options', { accounts: 2_000, positions: 12, instruments: 13_126, seed: 3 }, 0);
    await engine.close();
    const { accountIndex, instrumentIndex } = book.positions;
    const holders = new Set(accountIndex.filter((_, row) => market.instruments[instrumentIndex[row]].kind === 'option'));
    expect(holders.size).toBe(2_000);
    expect(accountIndex.length / 2_000).toBeGreaterThan(9);
    expect(accountIndex.length / 2_000).toBeLessThan(15);
  });
});

describe('the quotes of the ticks', () => {
  const { market } = loadBuiltInMarket();

  it('walk: the same for the same seed, moves of the size asked for', () => {
    const [first, again, other] = [walkFeed(market, 3, 1), walkFeed(market, 3, 1), walkFeed(market, 3, 2)];
    // The arrays of a tick are those of the tick before.
    const start = first().forward.slice();
    expect(again().forward).toEqual(start);
    expect(other().forward).not.toEqual(start);
    const ticks = Array.from({ length: 400 }, () => first());
    const returns = ticks.slice(1).map((tick, index) => tick.indexPrice.get('btc_usd')! / ticks[index].indexPrice.get('btc_usd')! - 1);
    const deviation = Math.sqrt(returns.reduce((sum, each) => sum + each * each, 0) / returns.length);
    // 400 draws estimate a standard deviation within 3.5% (one sigma): four sigma.
    expect(deviation / 3e-4).toBeGreaterThan(0.86);
    expect(deviation / 3e-4).toBeLessThan(1.14);
  });

  it('crash: all prices fall by the move, and are back at the next tick', () => {
    const feed = crashFeed(market, 2_000);
    const [fall, back] = [feed(), feed()];
    expect(fall.forward[0] / market.forward[0]).toBeCloseTo(0.8, 12);
    expect(fall.indexPrice.get('spx_usd')! / market.indexPrice.get('spx_usd')!).toBeCloseTo(0.8, 12);
    expect(back.forward).toEqual(market.forward);
  });
});

describe('comparing margins', () => {
  const margrid: Margins = {
    equity: Float64Array.of(10, -1), initialMargin: Float64Array.of(2, 3), maintenanceMargin: Float64Array.of(1, 2),
    status: Uint8Array.of(0, 2),
  };
  const entrant = (exactness: TickEntrant['exactness']): TickEntrant => ({
    name: 'rival', label: 'same algorithm', note: '', every: 1, exactness, tick: async () => 1, margins: async () => margrid,
    close: async () => {},
  });
  const changed = (changes: Partial<Margins>): Margins => ({ ...margrid, ...changes });

  it('takes what is equal, and rounding where it is allowed', () => {
    expect(compareMargins(entrant('bits'), margrid, margrid)).toMatchObject({ equal: true, verified: 'same hash' });
    const rounded = changed({ equity: Float64Array.of(10 + 1e-12, -1) });
    const { equal, verified } = compareMargins(entrant('tolerance'), rounded, margrid);
    expect(equal).toBe(false);
    expect(verified).toMatch(/^statuses identical, margins within 1\.\de-13$/);
    expect(() => compareMargins(entrant('bits'), rounded, margrid)).toThrow('bit for bit');
  });

  it('refuses wrong margins and wrong statuses', () => {
    const wrong = changed({ maintenanceMargin: Float64Array.of(1.001, 2) });
    expect(() => compareMargins(entrant('tolerance'), wrong, margrid)).toThrow('netting set 0 maintenanceMargin 1.001');
    const poisoned = changed({ equity: Float64Array.of(NaN, -1) });
    expect(() => compareMargins(entrant('tolerance'), poisoned, margrid)).toThrow('equity NaN');
    const called = changed({ status: Uint8Array.of(1, 2) });
    expect(() => compareMargins(entrant('statuses'), called, margrid)).toThrow('netting set 0 status 1');
    expect(compareMargins(entrant('liquidations'), called, margrid).verified).toBe('liquidation sets identical');
    const missed = changed({ status: Uint8Array.of(0, 0) });
    expect(() => compareMargins(entrant('liquidations'), missed, margrid)).toThrow('netting set 1');
  });

  it('says that it compared a sample', () => {
    const first = { equity: Float64Array.of(10), initialMargin: Float64Array.of(2), maintenanceMargin: Float64Array.of(1), status: Uint8Array.of(0) };
    expect(compareMargins(entrant('bits'), first, margrid).verified).toBe('same hash, first 1 netting sets');
  });

  it('compares at every tick, not only at the last of a round', async () => {
    // Of a round's ten ticks, and of the first, cold one.
    const wrongAt = async (wrong: number): Promise<unknown> => {
      let tick = -1;
      const missed = changed({ status: Uint8Array.of(0, 0) });
      const rival: TickEntrant = { ...entrant('statuses'), every: 'tick', margins: async () => (++tick === wrong ? missed : margrid) };
      const honest: TickEntrant = { ...entrant('bits'), name: 'margrid', every: 'tick' };
      return measureTicks([honest, rival], walkFeed(loadBuiltInMarket().market, 3, 1), 1, 10, () => {});
    };
    for (const wrong of [0, 5, 10, 14, 20]) await expect(wrongAt(wrong)).rejects.toThrow('rival gives netting set 1 status 0');
    await expect(wrongAt(21)).resolves.toBeDefined();
  });

  it('reports the largest difference of all ticks compared, not that of the last', async () => {
    // Compared at the cold tick and at the last of each round: one to warm up, two measured. The first of those is off.
    let tick = -1;
    const rounded = changed({ equity: Float64Array.of(10 + 1e-11, -1) });
    const rival: TickEntrant = {
      ...entrant('tolerance'), every: 'tick', margins: async () => (++tick === 20 ? rounded : margrid),
    };
    const honest: TickEntrant = { ...entrant('bits'), name: 'margrid', every: 'tick' };
    const measured = await measureTicks([honest, rival], walkFeed(loadBuiltInMarket().market, 3, 1), 2, 10, () => {});
    // 1e-11 of ten, as far as ten itself can say: spacing 1.8e-15.
    const { equal, maxRelativeDifference } = measured.get('rival')!.comparison;
    expect(equal).toBe(false);
    expect(maxRelativeDifference).toBeGreaterThan(0.999e-12);
    expect(maxRelativeDifference).toBeLessThan(1.001e-12);
  });

  it('compares with what margrid gave at that tick, not with what it gives now', async () => {
    // All healthy at even ticks; at odd ones the second set is to be liquidated. One column, written over at each tick.
    const walker = (name: string): TickEntrant => {
      let tick = 0;
      const status = new Uint8Array(2);
      return {
        ...entrant('statuses'), name, every: 'tick',
        tick: async () => {
          status[1] = 2 * (tick++ % 2);
          return 1;
        },
        margins: async () => ({ ...margrid, status }),
      };
    };
    const feed = walkFeed(loadBuiltInMarket().market, 3, 1);
    await expect(measureTicks([walker('margrid'), walker('rival')], feed, 1, 10, () => {})).resolves.toBeDefined();
  });
});

describe('the ticks', () => {
  it('lets each entrant do its ticks of a round in one turn, slow ones in every third round', async () => {
    const order: string[] = [];
    const published: number[] = [];
    const margins: Margins = {
      equity: new Float64Array(1), initialMargin: new Float64Array(1), maintenanceMargin: new Float64Array(1), status: new Uint8Array(1),
    };
    const entrant = (name: string, every: TickEntrant['every'], rehearses: boolean): TickEntrant => ({
      name, label: 'same algorithm', note: '', every, rehearses, exactness: 'bits', close: async () => {},
      tick: async ({ asOfMs, forward }) => {
        expect(forward[0]).toBe(asOfMs);
        order.push(`${name}${asOfMs}`);
        return 1;
      },
      margins: async () => margins,
    });
    let now = 0;
    const [forward, impliedVolatility, indexPrice] = [new Float64Array(1), new Float64Array(1), new Map<string, number>()];
    // As a walk does: every tick in the arrays of the one before.
    const feed = (): TickQuotes => {
      forward[0] = now;
      return { asOfMs: now++, forward, impliedVolatility, indexPrice };
    };
    const entrants = [entrant('a', 'tick', false), entrant('b', 'tick', false), entrant('c', 1, true), entrant('d', 3, false)];
    const measured = await measureTicks(entrants, feed, 4, 3, ({ asOfMs }) => published.push(asOfMs));
    // Tick 0 is cold, four rounds of three warm up, the last three of them all but the slow; the measured begin at 13.
    const [cold, first, second] = [order.slice(0, 4), order.slice(4, 10), order.slice(10, 18)];
    expect(cold).toEqual(['a0', 'b0', 'c0', 'd0']);
    expect(first).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3']);
    expect(second).toEqual(['a4', 'a5', 'a6', 'b4', 'b5', 'b6', 'c5', 'c6']);
    expect(order.slice(26 + 8, 26 + 17)).toEqual(['a13', 'a14', 'a15', 'b13', 'b14', 'b15', 'c14', 'c15', 'd15']);
    const ticks = (name: string): string[] => order.filter((each) => each.startsWith(name)).map((each) => each.slice(1));
    expect(ticks('b')).toEqual(Array.from({ length: 25 }, (_, tick) => String(tick)));
    expect(ticks('d')).toEqual(['0', '15', '24']);
    expect(published).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24]);
    expect([...measured.values()].map(({ timing }) => timing.samples.length)).toEqual([12, 12, 4, 2]);
  });

  it('names every entrant, as measured or as missing', async () => {
    const { entrants, missing = {}, details } = await smoke('tick-crash');
    const names = [
      'margrid-one-worker', 'wasm-scalar', 'typescript-tuned', 'javascript-engine',
      'margrid-certified-liquidation', 'margrid-certified-liquidation-one-worker',
      'margrid-certified-statuses', 'margrid-certified-statuses-one-worker',
      'c-gcc', 'c-128', 'c-avx512', 'c-avx512-two-threads', 'numpy-scipy', 'quantlib-numpy', 'quantlib-per-position',
    ];
    expect([...Object.keys(entrants), ...Object.keys(missing)].sort()).toEqual(names.sort());
    expect('c-gcc' in entrants).toBe(gccVersion() !== null);
    expect('c-avx512' in entrants).toBe(whyMissing('avx512f') === null);
    expect('numpy-scipy' in entrants).toBe(findPython([]) !== null);
    expect(entrants['margrid-certified-statuses'].verified).toBe('statuses identical at every tick');
    expect(entrants['margrid-certified-liquidation'].verified).toBe('liquidation sets identical at every tick');
    const certified = Object.entries(details['certified'] as Record<string, CertifiedDetails>);
    expect(certified.map(([name]) => name).sort()).toEqual(names.filter((name) => name.startsWith('margrid-certified')).sort());
    for (const [name, { statuses }] of certified) {
      // As many ticks as of the whole, each of them sooner.
      const { samples } = entrants[name];
      expect(statuses.samples.length).toBe(samples.length);
      statuses.samples.forEach((known, index) => expect(known, name).toBeLessThan(samples[index]));
      expect(statuses.cold).toBeLessThan(entrants[name].cold);
      expect(statuses.meanMs).toBeCloseTo(statuses.samples.reduce((sum, each) => sum + each, 0) / samples.length, 12);
    }
    for (const name of ['margrid-one-worker', 'wasm-scalar', 'typescript-tuned', 'javascript-engine']) {
      expect(entrants[name].verified, name).toMatch(/^same hash.* at every tick$/);
    }
  });

  it('have one hash for one seed', async () => {
    const [first, other] = [await smoke('tick-ordinary'), await smoke('tick-ordinary', { seed: 2 })];
    expect(first.entrants['typescript-tuned'].hash).toBe(first.hash);
    expect(other.hash).not.toBe(first.hash);
  });
});
