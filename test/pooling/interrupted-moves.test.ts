import { describe, expect, it } from 'vitest';
import { AccountEngine } from '../../src/account/account-engine.ts';
import { MarginRegimes } from '../../src/pooling/margin-regimes.ts';
import { bookOf, perpetualMarket, perpetualParams, start } from '../support/pooling-engines.ts';

const held = { cash: 200, positions: { BTC: [10, 100] } } as const;
const at = (minutes: number) => start + minutes * 60_000;
const tick = (minutes: number, BTC: number) =>
  ({ id: `tick-${minutes}`, timeMs: at(minutes), kind: 'tick', quotes: { forward: { BTC }, indexPrice: { btc_usdc: BTC } } }) as const;
const move = { id: 'm', timeMs: at(2), account: 'alice', to: 'loose' };

/** Two regimes after a move of alice that broke off once the new one had taken her in. */
async function interrupted(): Promise<{ engines: { strict: AccountEngine; loose: AccountEngine }; regimes: MarginRegimes }> {
  const market = perpetualMarket();
  const engine = (accounts: Parameters<typeof bookOf>[1]) =>
    AccountEngine.create({ market, book: bookOf(market, accounts), model: 'hyperliquid', params: perpetualParams, nettingSetCapacity: 64 });
  const engines = { strict: engine({ alice: held }), loose: engine({}) };
  const regimes = new MarginRegimes(engines);
  await regimes.apply(tick(1, 100));
  const apply = engines.strict.apply.bind(engines.strict);
  engines.strict.apply = () => Promise.reject(new Error('power cut'));
  await expect(regimes.move(move)).rejects.toThrow('power cut');
  engines.strict.apply = apply;
  return { engines, regimes };
}

describe('a move between regimes that was interrupted', () => {
  it('is finished before the next command, by whichever object holds the engines then', async () => {
    const { engines } = await interrupted();
    const again = new MarginRegimes(engines);
    expect(again.regimeOf('alice')).toBe('loose');
    await again.apply(tick(3, 100));
    expect(engines.strict.status('alice')).toEqual([]);
    expect(again.status('alice')).toMatchObject({ regime: 'loose', sets: [{ level: 'healthy', balance: 200, initialMargin: 100 }] });
  });

  it('asks nothing again: at 85 she could not move any more', async () => {
    for (const isRestarted of [false, true]) {
      const { engines, regimes } = await interrupted();
      // Both engines saw the fall; 200 - 10 x 15 = 50 against 85.
      for (const engine of Object.values(engines)) await engine.apply(tick(3, 85));
      const now = isRestarted ? new MarginRegimes(engines) : regimes;
      await now.move({ ...move, timeMs: at(4) });
      await now.apply(tick(5, 85));
      expect(engines.strict.status('alice')).toEqual([]);
      expect(now.status('alice')).toMatchObject({ regime: 'loose', sets: [{ balance: 50 }] });
    }
  });

  it('happens once: sent again after she has moved back, it does nothing', async () => {
    const { regimes, engines } = await interrupted();
    await regimes.move({ id: 'back', timeMs: at(3), account: 'alice', to: 'strict' });
    await regimes.move(move);
    expect(regimes.regimeOf('alice')).toBe('strict');
    expect(engines.loose.status('alice')).toEqual([]);
    expect(new MarginRegimes(engines).regimeOf('alice')).toBe('strict');
  });
});
