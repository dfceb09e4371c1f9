import { describe, expect, it } from 'vitest';
import { contractValues } from '../../src/cascade/contract-values.ts';
import { SetValuation } from '../../src/cascade/set-valuation.ts';
import { underlyingsOf } from '../../src/cascade/underlyings.ts';
import { Engine } from '../../src/engine/engine.ts';
import { loadGoldenPortfolios, type GoldenPortfolio } from '../support/golden-portfolio.ts';

const none = new Uint32Array(0);
const nothing = new Float64Array(0);

/** Equity of the engine, and cash and the worth of positions as a cascade closes them, of every set that is margined. */
async function equities({ market, model, params, positions, cash }: GoldenPortfolio): Promise<(readonly [number, number])[]> {
  const currencies = Object.keys(cash);
  const engine = Engine.create({
    market, model, params, positionCapacity: 4_000,
    book: {
      accountIds: [], currencies, quarantined: [],
      positions: { accountIndex: none, instrumentIndex: none, quantity: nothing, entryPrice: nothing },
      cash: { accountIndex: none, currencyIndex: none, amount: nothing },
    },
  });
  try {
    engine.update({
      positions: positions.map((each) => ({ account: 'a', ...each })),
      cash: currencies.map((currency) => ({ account: 'a', currency, amount: cash[currency] })),
    });
    await engine.tick();
    const valuation = new SetValuation(engine, underlyingsOf(market));
    const [values, rates] = [contractValues(market, market), valuation.dollarRates(market.indexPrice)];
    const { equity } = engine.results;
    const held = engine.arena.views.nettingSet.cash;
    return [...equity.keys()].flatMap((set) =>
      Number.isNaN(equity[set]) ? [] : [[held[set] + valuation.worth(set, values, rates), equity[set]] as const],
    );
  } finally {
    await engine.close();
  }
}

describe('positions are closed at what the models count them for', () => {
  // Models whose equity is cash and marks; the others leave out options or take haircuts (docs/CASCADE.md).
  it.each(['binance-usdm', 'derive-srm', 'drift', 'hyperliquid', 'paradex-pm', 'paradex-xm'])('%s', async (model) => {
    const portfolios = loadGoldenPortfolios(model).filter(({ expected }) => expected !== null);
    const found = (await Promise.all(portfolios.map(equities))).flat();
    expect(found.length).toBeGreaterThan(10);
    // Sums of a few terms, the same numbers in another order.
    for (const [worth, equity] of found) expect(Math.abs(worth - equity)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(equity)));
  });
});
