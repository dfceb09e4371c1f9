import { it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { CertificateArena } from '../support/certificate-arena.ts';
import { attacks, movedQuotes, radiusOf, sidesOf } from '../support/certificate-attack.ts';
import { certificateMarket, certificateParams, certificateRows, type BookKind } from '../support/certificate-market.ts';
import { accountNames, bookOf } from '../support/synthetic-book.ts';
import { pick, seededRandom } from '../support/seeded-random.ts';

const kinds: BookKind[] = ['perpetual', 'hedge', 'options', 'mixed', 'groups'];
const thresholds = [{ requirement: 0, addOn: 0 }, { requirement: 0.8, addOn: 0 }, { requirement: 1, addOn: 1 }, { requirement: 0.8 / 0.9, addOn: 0 }];
const boxes = [0.004, 0.02, 0.05].map((h) => ({ price: h, priceRest: h / 8, volatility: 2 * h, volatilityRest: h / 4, time: h / 4 }));
it('explore', async () => {
  for (const shocked of [false, true]) for (const box of boxes) {
    const market = certificateMarket();
    const params = certificateParams(shocked);
    const random = seededRandom(7);
    const accountKinds = Array.from({ length: 100 }, (_, i) => kinds[i % kinds.length]);
    const rows = certificateRows(market, accountKinds, 11);
    const engine = Engine.create({ market, params, book: bookOf(rows, accountNames(100), Array.from({ length: 100 }, () => 0)) });
    await engine.tick();
    const { nettingSet } = engine.arena.views;
    const sets = [...Array(engine.nettingSetCount).keys()].filter((s) => nettingSet.positionCount[s] > 0);
    // cash near a threshold
    const r = engine.results;
    for (const set of sets) {
      const { requirement, addOn } = pick(random, thresholds);
      const matrix = r.worstCase[set] + r.rollShock[set] + r.deltaShock[set];
      const gap = (0.3 + random()) * box.price * Math.max(matrix, 1e-6) * 6 * (random() < 0.6 ? 1 : -1) * pick(random, [1, 0.2, 0.05]);
      nettingSet.addOn[set] = matrix * 0.1;
      nettingSet.cash[set] += requirement * matrix + addOn * nettingSet.addOn[set] + gap - r.equity[set];
    }
    await engine.tick();
    const reference = engine.quotes;
    const arena = new CertificateArena(engine);
    arena.prepare(engine, params, box, thresholds);
    const t0 = performance.now();
    arena.certify(sets);
    const certifyMs = performance.now() - t0;
    const sides = sets.map((set) => sidesOf(engine, set, thresholds, 0.8));
    const stats = new Map<string, { n: number; zero: number; one: number; ratios: number[]; viol: number; crossings: number }>();
    let points = 0;
    for (const [i, set] of sets.entries()) {
      const kind = accountKinds[nettingSet.account[set]];
      const s = stats.get(kind) ?? { n: 0, zero: 0, one: 0, ratios: [], viol: 0, crossings: 0 };
      stats.set(kind, s);
      for (let q = 0; q < 4; q++) {
        const radius = radiusOf(arena, set, q);
        s.n++;
        if (radius === 0) { s.zero++; continue; }
        if (radius === 1) { s.one++; }
        let other = q;
        const quad = (group: number) => kind === 'groups' && group % 2 === 1 ? other : q;
        let first = 4;
        for (const against of [1, -1]) for (const m of attacks(engine, set, against, random, 3)) {
          other = Math.floor(random() * 4);
          const crossed = async (t: number) => {
            points++;
            await engine.tick(movedQuotes(engine, reference, arena.expirySlopes, box, t, quad, m));
            const now = sidesOf(engine, set, thresholds, 0.8);
            return now.some((v, k) => v !== sides[i][k]);
          };
          if (await crossed(radius * 0.999999)) { s.viol++; console.log('VIOLATION', kind, set, q, radius, JSON.stringify(m)); }
          let hi = Math.min(first, Math.max(radius * 4, 0.01));
          if (radius < 1 && radius > 1e-4 && await crossed(hi)) {
            let lo = 0;
            for (let b = 0; b < 14; b++) { const mid = (lo + hi) / 2; if (await crossed(mid)) hi = mid; else lo = mid; }
            first = Math.min(first, hi);
          }
        }
        if (radius < 1 && first < 4) s.ratios.push(first / radius);
      }
    }
    console.log('shocked', shocked, 'box', box.price, 'points', points, 'certify us/set', (certifyMs * 1000 / sets.length).toFixed(2));
    for (const [k, s] of stats) {
      const sorted = s.ratios.sort((a, b) => a - b);
      console.log(k, 'n', s.n, 'zero', s.zero, 'one', s.one, 'viol', s.viol, 'ratios', sorted.length, 'min', sorted[0]?.toFixed(4), 'median', sorted[sorted.length >> 1]?.toFixed(3), 'mean', (sorted.reduce((a, b) => a + b, 0) / sorted.length).toFixed(3), 'max', sorted.at(-1)?.toFixed(2));
    }
    engine.close?.();
  }
}, 600_000);
