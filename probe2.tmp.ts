import { rollingBacktest } from './src/backtest/rolling/rolling-backtest.ts';
import { rollingReport } from './src/backtest/rolling/rolling-report.ts';
import { defaultMethods, varMethodNames } from './src/backtest/rolling/var-method.ts';
import { weightedPortfolio } from './src/backtest/rolling/weights-market.ts';
import { readMarketHistory } from './src/history/read-market-history.ts';
import { parseFactorColumn } from './src/history/read-market-history.ts';
const history = await readMarketHistory([{ path: '../shared/data/crypto-etf-daily/adj_close.csv.gz', factors: ['price:BTC=BTC-USD', 'price:ETH=ETH-USD'].map(parseFactorColumn) }], { mismatch: 'intersect' });
console.log(history.dates.length);
const { market, holdings } = weightedPortfolio(new Map([['BTC', 600], ['ETH', 400]]));
for (const h of [1, 10]) for (const name of varMethodNames) {
  const t0 = performance.now();
  const run = rollingBacktest({ market, holdings, history, method: defaultMethods[name], levels: [0.975, 0.99], horizonDays: h });
  const t1 = performance.now();
  const r = rollingReport(run);
  const t2 = performance.now();
  console.log(h, r.method, r.days, (t1 - t0).toFixed(0), (t2 - t1).toFixed(0), 'ms');
  for (const l of r.levels) console.log('   ', l.level, l.exceptions.length, l.coverage.toFixed(4), l.meanValueAtRisk.toFixed(2), l.meanExpectedShortfall.toFixed(2), l.tests.kupiec, l.tests.conditional, l.tests.duration, l.tests.trafficLight.zone, JSON.stringify(l.z2).slice(0, 220));
}
