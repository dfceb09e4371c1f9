import { coverageBacktest } from './src/backtest/coverage/coverage-backtest.ts';
import { modelNames } from './src/margin/registry.ts';
import { shippedParams } from './src/margin/shipped-params.ts';
import { readPriceHistory } from './src/io/index.ts';
const h = await readPriceHistory('../shared/data/crypto-etf-daily/adj_close.csv.gz', { priceColumn: 'BTC-USD' });
const n = Number(process.argv[2] ?? 300);
for (const name of modelNames()) {
  const t0 = performance.now();
  const run = await coverageBacktest({ models: [{ label: name, model: name, params: shippedParams(name) }], path: { dates: h.dates.slice(0, n), prices: h.prices.slice(0, n) } });
  const [m] = run.models;
  console.log(name, m.listing, m.currency, ((performance.now() - t0) / run.dates.length).toFixed(2), 'ms/day');
  for (const p of m.portfolios) {
    let x = 0, im = 0, cov = 0;
    for (let i = 0; i < run.dates.length; i++) { if (p.loss[i] > p.cover[i] * (1 + 1e-9)) x++; im += p.initialMargin[i] / m.notional[i]; cov += p.cover[i] / m.notional[i]; }
    console.log('  ', p.portfolio, p.legs, 'exceed', x, 'im', (im / run.dates.length).toFixed(4), 'cover', (cov / run.dates.length).toFixed(4), [...p.refusals].slice(0, 2));
  }
  for (const r of m.refused) console.log('   REFUSED', r.portfolio, r.reason.slice(0, 160));
}
