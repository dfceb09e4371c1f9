/**
 * A whole book from a Parquet file: generate one, read it back, margin it on two threads, write the margins, compare
 * with the reference.
 * Needs the optional package @duckdb/node-api.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Engine,
  engineRowsOf,
  generateMarginedBook,
  loadBuiltInMarket,
  parseDeribitPmParams,
  readBook,
  reconcileBook,
  renderReconciliation,
  shippedParams,
  writeBook,
  writeTable,
} from 'margrid';

const folder = await mkdtemp(join(tmpdir(), 'margrid-'));
const { market } = loadBuiltInMarket();
const params = shippedParams();
const made = await generateMarginedBook(market, { accounts: 2_000, seed: 7 }, { params });
await writeBook(join(folder, 'book.parquet'), made.book, market);
await made.engine.close();

const { book, rowCount } = await readBook(join(folder, 'book.parquet'), market, { keepGoing: true });
const engine = Engine.create({ market, book, params, workers: 2 });
const { totals, timingsMs } = await engine.tick();
console.log(
  `${rowCount} rows, ${engine.nettingSetCount} netting sets in ${timingsMs.total.toFixed(1)} ms`,
  totals.counts,
);

const { results } = engine;
await writeTable(join(folder, 'margins.parquet'), {
  rowCount: engine.nettingSetCount,
  columns: [
    { name: 'account', type: 'string', values: Array.from(results.accountIndex, (index) => engine.accountIds[index]) },
    { name: 'equity', type: 'f64', values: results.equity },
    { name: 'initial_margin', type: 'f64', values: results.initialMargin },
  ],
});

const report = reconcileBook({
  market,
  params: parseDeribitPmParams(params),
  book,
  engineRows: engineRowsOf(results, engine.currencies, book.currencies),
  sample: 20,
  seed: 1,
});
console.log(renderReconciliation(report));
await engine.close();
await rm(folder, { recursive: true });
if (!report.isReconciled) process.exitCode = 1;
