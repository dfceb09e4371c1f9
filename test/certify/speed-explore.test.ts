import { it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { CertificateArena } from '../support/certificate-arena.ts';
import { params, syntheticMarket, bookOf, accountNames, type Row } from '../support/synthetic-book.ts';
import { seededRandom } from '../support/seeded-random.ts';
it('speed', async () => {
  const market = syntheticMarket(10, 100);
  for (const [label, mixed] of [['options+futures', 0], ['btc mixed', 1], ['perps only', 2]] as const) {
    const random = seededRandom(3);
    const n = 20000;
    const rows: Row[] = [];
    const btcOpt = market.instruments.flatMap((x, i) => (x.kind === 'option' && x.baseCurrency === 'BTC' ? [i] : []));
    const fut = market.instruments.flatMap((x, i) => (x.kind !== 'option' ? [i] : []));
    for (let a = 0; a < n; a++) {
      const used = new Set<number>();
      const count = mixed === 2 ? 2 : 12;
      for (let i = 0; i < count; i++) {
        const from = mixed === 2 ? fut : i < 2 ? fut : mixed === 0 ? btcOpt : btcOpt;
        const instrument = from[Math.floor(random() * from.length)];
        if (used.has(instrument)) continue;
        used.add(instrument);
        rows.push({ account: a, instrument, quantity: Math.round(random() * 200 - 100) / 4 || 1, entryPrice: market.forward[instrument] });
      }
    }
    const engine = Engine.create({ market, params, book: bookOf(rows, accountNames(n)) });
    await engine.tick();
    const arena = new CertificateArena(engine);
    const h = 0.01;
    arena.writeBox({ price: h, priceRest: h / 8, volatility: 2 * h, volatilityRest: h / 4, time: h / 4 }, [{ requirement: 0, addOn: 0 }, { requirement: 0.8, addOn: 0 }, { requirement: 1, addOn: 1 }]);
    for (let i = 0; i < arena.slopeRows.length; i++) arena.slopeRows[i] = 0.1 + 0.001 * (i % 7);
    arena.slopeTerms.fill(0.2); arena.expirySlopes.fill(0.6);
    const sets = [...Array(engine.nettingSetCount).keys()].filter((s) => engine.arena.views.nettingSet.positionCount[s] > 0);
    const best: Record<string, number> = {};
    for (let round = 0; round < 8; round++) {
      for (const which of ['brute', 'certify']) {
        const t = performance.now();
        if (which === 'brute') arena.kernels.deribitPm(arena.context, engine.arena.plan.scratch[0], 0, engine.nettingSetCount);
        else arena.certify(sets);
        const ms = performance.now() - t;
        best[which] = Math.min(best[which] ?? Infinity, ms);
      }
    }
    console.log(label, 'sets', sets.length, 'brute us', (best['brute'] * 1000 / engine.nettingSetCount).toFixed(3), 'certify us', (best['certify'] * 1000 / sets.length).toFixed(3), 'ratio', (best['certify'] / sets.length / best['brute'] * engine.nettingSetCount).toFixed(2));
    engine.close();
  }
}, 600000);
