import { describe, expect, it } from 'vitest';
import { AccountEngine } from '../../src/account/account-engine.ts';
import type { Command } from '../../src/account/command.ts';
import { shippedWaterfall } from '../../src/waterfall/venue-rules.ts';
import { WaterfallModule } from '../../src/waterfall/waterfall-module.ts';
import { bookOf, flatParams, perpetualMarket, startMs, type AccountText } from '../support/liquidation-book.ts';

/** Incidents of funds and deleveraging: what happened, and what this engine does with the same. Sources: docs/INCIDENTS.md. */

const dollar = 1_000_000n;
const lots = 100_000_000n;

interface Venue {
  readonly engine: AccountEngine;
  readonly module: WaterfallModule;
  /** Ticks at a price; data of the events of a kind. */
  readonly tick: (price: number) => Promise<(kind: string) => readonly Readonly<Record<string, unknown>>[]>;
  readonly held: (account: string) => { readonly cash: number; readonly quantity: number };
}

function venue(base: string, price: number, accounts: Readonly<Record<string, AccountText>>, rules: unknown, funds: Readonly<Record<string, bigint>>): Venue {
  const module = new WaterfallModule({ rules, funds });
  const market = perpetualMarket({ [base]: price });
  const engine = AccountEngine.create({ market, book: bookOf(market, accounts), model: 'hyperliquid', params: flatParams({ [base]: 10 }), modules: [module] });
  let ticks = 0;
  return {
    engine, module,
    tick: async (forward) => {
      const quotes = { forward: { [base]: forward }, indexPrice: { [`${base.toLowerCase()}_usdc`]: forward } };
      const command = { id: `tick-${ticks}`, timeMs: startMs + 60_000 * ticks++, kind: 'tick', quotes } satisfies Command;
      const { batch } = await engine.apply(command);
      return (kind) => batch!.events.filter((event) => event.kind === kind).map(({ data }) => data);
    },
    held: (account) => {
      const { cash, positions } = engine.engine.heldBy(account);
      return { cash: cash[0]?.amount ?? 0, quantity: positions[0]?.quantity ?? 0 };
    },
  };
}

describe('Hyperliquid, JELLY, 26 March 2025: a pumped short fell to a backstop whose other collateral kept deleveraging away', () => {
  const accounts: Readonly<Record<string, AccountText>> = {
    attacker: { cash: 250, positions: [['JELLY', -1000, 1]] },
    'long-600': { cash: 1000, positions: [['JELLY', 600, 1]] },
    'long-400': { cash: 1000, positions: [['JELLY', 400, 1]] },
  };
  const rulesOf = (isolated: readonly string[]): unknown => ({ ...(shippedWaterfall('pro-rata') as object), insuranceFund: { isolated, partial: true } });

  it('the fund of the market pays what it has, the rest is deleveraged at once, and other funds are not touched', async () => {
    const { tick, held, module, engine } = venue('JELLY', 1, accounts, rulesOf(['JELLY']), { USDC: 1_000_000n * dollar, 'USDC/JELLY': 50n * dollar });
    const events = await tick(1.5);
    // 250 - 500 = -250: bankrupt at 1.25. 50 pays for a fifth, 200 contracts; 800 cost 200, of 600 : 400.
    expect(events('insurance-fund')).toMatchObject([{ fund: 'USDC/JELLY', lots: -200n * lots, price: 1.25, amount: 50n * dollar, limit: 'balance' }]);
    expect(events('adl')).toMatchObject([{ lots: -800n * lots, price: 1.25, unfilled: 0n }]);
    expect(events('adl')[0]['amounts']).toEqual(BigInt64Array.of(120n * dollar, 80n * dollar));
    expect([module.fundBalance('USDC'), module.fundBalance('USDC/JELLY')]).toEqual([1_000_000n * dollar, 0n]);
    // 1,000 + 480 x 0.25 and 1,000 + 320 x 0.25.
    expect([held('long-600'), held('long-400')]).toEqual([{ cash: 1120, quantity: 120 }, { cash: 1080, quantity: 80 }]);
    // It goes on to 2: the backstop is short 200 from 1.5, and no more.
    await tick(2);
    expect(engine.status('liquidator')[0].balance).toBe(-100);
    await engine.close();
  });

  it('with one fund for everything the whole position is the venue’s: that is what happened', async () => {
    const { tick, held, module, engine } = venue('JELLY', 1, accounts, rulesOf([]), { USDC: 1_000_000n * dollar });
    const events = await tick(1.5);
    expect(events('adl')).toEqual([]);
    expect(module.fundBalance('USDC')).toBe(999_750n * dollar);
    expect(held('liquidator').quantity).toBe(-1000);
    await tick(2);
    expect(engine.status('liquidator')[0].balance).toBe(-500);
    await engine.close();
  });
});

describe('Hyperliquid, 10 October 2025: deleveraging by queue took more from winners than was missing', () => {
  /** long is bankrupt at 85: 100 - 150 = -50. Two winners with 150 of profit each, one of them levered. */
  const accounts: Readonly<Record<string, AccountText>> = {
    long: { cash: 100, positions: [['BTC', 10, 100]] },
    calm: { cash: 5000, positions: [['BTC', 10, 100]] },
    levered: { cash: 100, positions: [['BTC', -10, 100]] },
    careful: { cash: 1000, positions: [['BTC', -10, 100]] },
  };
  const hyperliquid = shippedWaterfall('hyperliquid') as { readonly adl: object };

  async function crash(rules: unknown) {
    const { tick, held, engine, module } = venue('BTC', 100, accounts, rules, {});
    await tick(92);
    const events = await tick(85);
    const [{ deficit, counterparties }] = events('default') as readonly { deficit: bigint; counterparties: bigint }[];
    const [{ amounts }] = events('adl') as readonly { amounts: BigInt64Array }[];
    const left = { levered: held('levered'), careful: held('careful') };
    await engine.close();
    return { deficit, excess: counterparties - deficit, amounts: [...amounts], fund: module.fundBalance('USDC'), left };
  }

  it('the venue’s rule, the mark before and one after the other: 20 too much, all from one', async () => {
    // 10 x (92 - 85) = 70 for a deficit of 50. Ranks 100/85 x 850/250 = 4 and 100/85 x 850/1,150 = 0.87.
    expect(await crash(hyperliquid)).toEqual({
      deficit: 50n * dollar, excess: 20n * dollar, amounts: [70n * dollar], fund: 20n * dollar,
      left: { levered: { cash: 180, quantity: 0 }, careful: { cash: 1000, quantity: -10 } },
    });
  });

  it('at the bankruptcy price not a minor unit too much, still all from one', async () => {
    expect(await crash({ ...hyperliquid, adl: { ...hyperliquid.adl, price: 'bankruptcy' } })).toEqual({
      deficit: 50n * dollar, excess: 0n, amounts: [50n * dollar], fund: 0n,
      left: { levered: { cash: 200, quantity: 0 }, careful: { cash: 1000, quantity: -10 } },
    });
  });

  it('pro rata the same amount from both, and both keep half of their position', async () => {
    // 5 each at 90: 5 x 5 = 25.
    expect(await crash(shippedWaterfall('pro-rata'))).toEqual({
      deficit: 50n * dollar, excess: 0n, amounts: [25n * dollar, 25n * dollar], fund: 0n,
      left: { levered: { cash: 150, quantity: -5 }, careful: { cash: 1050, quantity: -5 } },
    });
  });
});
