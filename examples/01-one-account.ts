/**
 * One account: a short Bitcoin put, hedged with the perpetual, margined at the quotes that ship with margrid; then the
 * full breakdown of
 * its number from the decimal reference.
 */
import {
  Engine,
  explainAccount,
  loadBuiltInMarket,
  parseDeribitPmParams,
  renderExplanation,
  shippedParams,
  type Book,
} from 'margrid';

const { market } = loadBuiltInMarket();
const params = shippedParams();
const indexOf = (name: string): number => market.instruments.findIndex((instrument) => instrument.name === name);

const book: Book = {
  accountIds: ['alice'],
  currencies: ['BTC', 'USD'],
  positions: {
    accountIndex: Uint32Array.of(0, 0),
    instrumentIndex: Uint32Array.of(indexOf('BTC-25DEC26-60000-P'), indexOf('BTC-PERPETUAL')),
    quantity: Float64Array.of(-2, -4_000), // contracts: 2 puts sold; 4,000 × 10 USD of the perpetual sold
    entryPrice: Float64Array.of(0, 62_700),
  },
  cash: { accountIndex: Uint32Array.of(0), currencyIndex: Uint32Array.of(0), amount: Float64Array.of(1) },
  quarantined: [],
};

const engine = Engine.create({ market, book, params });
await engine.tick();
const { equity, initialMargin, maintenanceMargin } = engine.results;
console.log(`equity ${equity[0]} BTC, initial margin ${initialMargin[0]}, maintenance margin ${maintenanceMargin[0]}`);
console.log(renderExplanation(explainAccount({ market, params: parseDeribitPmParams(params), book, accountIndex: 0 })));
await engine.close();
