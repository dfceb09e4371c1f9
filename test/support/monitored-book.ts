import type { Book } from '../../src/domain/book.ts';
import type { Market } from '../../src/domain/market.ts';
import { Engine, type EngineOptions } from '../../src/engine/engine.ts';
import type { Quotes } from '../../src/engine/tick-inputs.ts';
import { accountNames, bookOf, params, randomNumbers, syntheticMarket, syntheticRows } from './synthetic-book.ts';

export { params };

/** Inverse and linear options and futures, and accounts of which a few per cent are near one of their thresholds. */
export interface MonitoredBook {
  readonly market: Market;
  readonly book: Book;
}

/** Cash such that equity less maintenance or initial margin is a small share of the requirement, either way. */
export async function nearThresholds(accounts: number, seed: number): Promise<MonitoredBook> {
  const market = syntheticMarket(4, 6);
  const random = randomNumbers(seed);
  const rows = syntheticRows(market, accounts, 8, seed);
  const names = accountNames(accounts);
  const cash = new Array<number>(accounts).fill(0);
  const engine = Engine.create({ market, book: bookOf(rows, names, cash), params });
  await engine.tick();
  for (let account = 0; account < accounts; account++) {
    // Cash of even accounts is BTC, of odd ones USD: see bookOf.
    const currency = account % 2 === 0 ? 'BTC' : 'USD';
    const { first, end } = engine.resultRange(names[account]);
    if (first === end) continue;
    const margin = engine.accountMargins(names[account]).find((each) => each.currency === currency);
    if (margin === undefined) continue;
    const requirement = random() < 0.5 ? margin.initialMargin : margin.maintenanceMargin;
    const distance = (random() < 0.3 ? 0.01 : 0.6) * (random() - 0.3);
    cash[account] = requirement * (1 + distance) - margin.equity;
  }
  await engine.close();
  return { market, book: bookOf(rows, names, cash) };
}

/** Statuses of every set by an ordinary engine, tick after tick. */
export class BruteForce {
  readonly engine: Engine;

  constructor(options: EngineOptions) {
    this.engine = Engine.create(options);
  }

  async statuses(quotes: Partial<Quotes>): Promise<number[]> {
    await this.engine.tick(quotes);
    return [...this.engine.results.status];
  }
}

/** What `watch: 'liquidation'` can tell of a kernel status. */
export function liquidationOnly(statuses: readonly number[]): number[] {
  return statuses.map((status) => (status >= 2 ? status : 0));
}
