// One SHA-256 over the margins of every golden portfolio of the portable models, by the built package: the same on every Node version.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { marginAccount } from '../build/js/src/index.js';

const root = new URL('../test/golden/', import.meta.url);
const hash = createHash('sha256');
const folders = readdirSync(root).filter((name) => name !== 'oracle' && name !== 'deribit-pm');
for (const folder of folders.sort()) {
  for (const file of readdirSync(new URL(`${folder}/`, root)).filter((name) => name.endsWith('.json')).sort()) {
    const { model, params, market, positions, orders, cash } = JSON.parse(readFileSync(new URL(`${folder}/${file}`, root), 'utf8'));
    const { instruments } = market;
    const column = (read) => Float64Array.from(instruments, (each) => read(each) ?? NaN);
    const names = [...new Set(instruments.flatMap(({ fields }) => Object.keys(fields ?? {})))];
    const margins = await marginAccount({
      model,
      params,
      positions,
      orders,
      cash,
      market: {
        asOfMs: market.asOfMs,
        instruments,
        forward: column(({ forward }) => forward),
        impliedVolatility: column(({ impliedVolatility }) => impliedVolatility),
        indexPrice: new Map(Object.entries(market.indexPrice ?? {})),
        openInterest: new Float64Array(instruments.length),
        fields: new Map(names.map((name) => [name, column(({ fields }) => fields?.[name])])),
      },
    });
    for (const { equity, initialMargin, maintenanceMargin, components, worstScenario, scenarioPnl } of margins) {
      hash.update(Float64Array.of(equity, initialMargin, maintenanceMargin, ...Object.values(components), worstScenario));
      hash.update(scenarioPnl);
    }
  }
}
console.log(hash.digest('hex'));
