/**
 * A stream: every tick new prices, between ticks new positions and cash; who needs a margin call is told as it happens. At the
 * end the book is loaded
 * afresh: the hash says that nothing was lost on the way.
 */
import {
  Engine,
  generateMarginedBook,
  loadBuiltInMarket,
  shippedParams,
  statusNames,
  type PositionChange,
} from 'margrid';

const { market } = loadBuiltInMarket();
const params = shippedParams();
const { engine } = await generateMarginedBook(market, { accounts: 5_000, seed: 3 }, { params });
await engine.tick();
let before = new Map<string, string>();

const statuses = (): Map<string, string> => {
  const { accountIndex, currencyIndex, status } = engine.results;
  const rows = Array.from(status, (code, set): [string, string] => [
    `${engine.accountIds[accountIndex[set]]} ${engine.currencies[currencyIndex[set]]}`,
    statusNames[code],
  ]);
  return new Map(rows);
};
before = statuses();

let forward = market.forward;
for (let tick = 1; tick <= 5; tick++) {
  // Bitcoin falls by half a percent a tick; ten accounts now hold 500 contracts.
  const down = 0.995;
  forward = forward.map((price, index) => (market.instruments[index].baseCurrency === 'BTC' ? price * down : price));
  const bitcoin = market.indexPrice.get('btc_usd')! * down ** tick;
  // Each change is the position as it shall be, not the trade that leads there.
  const positions = Array.from({ length: 10 }, (_, i): PositionChange => ({
    account: engine.accountIds[tick * 100 + i],
    instrument: 'BTC-PERPETUAL',
    quantity: 500,
    entryPrice: bitcoin,
  }));
  engine.update({ positions });
  const { timingsMs } = await engine.tick({
    forward,
    indexPrice: new Map([...market.indexPrice, ['btc_usd', bitcoin]]),
  });
  const after = statuses();
  const changed = [...after].filter(([row, status]) => before.get(row) !== status);
  console.log(
    `tick ${tick}: ${timingsMs.total.toFixed(1)} ms, ${changed.length} changes of status`,
    changed.slice(0, 3),
  );
  before = after;
}

const rebuilt = Engine.create({ market, book: engine.exportBook(), params });
await rebuilt.tick({
  forward,
  indexPrice: new Map([...market.indexPrice, ['btc_usd', market.indexPrice.get('btc_usd')! * 0.995 ** 5]]),
});
console.log(rebuilt.stateHash() === engine.stateHash() ? 'same hash as a book loaded afresh' : 'HASHES DIFFER');
if (rebuilt.stateHash() !== engine.stateHash()) process.exitCode = 1;
await engine.close();
await rebuilt.close();
