import { describe, expect, it } from 'vitest';
import { AccountEngine, type Outcome } from '../../src/account/account-engine.ts';
import type { Command } from '../../src/account/command.ts';
import { GuardModule } from '../../src/guard/guard-module.ts';
import { create, minute, start, tick, words } from '../support/perpetual-venue.ts';

const rules = { price: { maxAgeMs: 5 * minute, indexJump: 0.2, acceptAfterMs: 3 * minute }, breaker: { shareMax: 0.3, countMin: 2, expireAfterMs: 4 * minute } };

function guarded(cash: readonly number[]): AccountEngine {
  return create(cash, { modules: [new GuardModule(rules)] });
}

const events = ({ batch }: Outcome): string[] => batch!.events.map(({ kind, data }) => `${kind} ${JSON.stringify(data['reason'] ?? data['quote'] ?? data['liquidations'])}`);

let ids = 0;
function command(kind: string, minutes: number, fields: Record<string, unknown>): Command {
  return Object.assign({ id: `guard-${ids++}`, timeMs: start + minutes * minute, kind: `guard.${kind}` }, fields) as Command;
}
const sources = (minutes: number, price: number): Command => command('sources', minutes, { pair: 'btc_usdc', sources: { a: price, b: price * 1.001, c: price * 0.999 } });
/** Cash of ten accounts of which five are liquidated at 95: balance cash - 50 <= 47.5. */
const halfWeak = [500, 500, 500, 500, 500, 90, 90, 90, 90, 90];

describe('GuardModule', () => {
  it('quarantines who depends on a price that jumped, until it has stayed there', async () => {
    const engine = guarded([200]);
    await engine.apply(tick(0, 100));
    const jumped = await engine.apply(tick(1, 50));
    expect(events(jumped)).toEqual(['quarantined "jump"']);
    expect(words(engine, jumped)).toEqual(['account-0 healthy > quarantined: quarantined']);
    expect(words(engine, await engine.apply(tick(3.9, 51)))).toEqual([]);
    // Three minutes after the jump it is the price: 200 - 490 < 0.
    const accepted = await engine.apply(tick(4, 51));
    expect(events(accepted)).toEqual(['trusted "index"']);
    expect(words(engine, accepted)).toEqual(['account-0 quarantined > bankrupt: negative-balance']);
    await engine.close();
  });

  it('lets a price jump that independent sources confirm', async () => {
    const engine = guarded([900]);
    await engine.apply(tick(0, 100));
    await engine.apply(sources(1, 50));
    const { batch } = await engine.apply(tick(1, 50));
    expect(batch!.events).toEqual([]);
    expect(engine.status('account-0')[0]).toMatchObject({ level: 'healthy', balance: 400 });
    await engine.close();
  });

  it('does not take a price that sources contradict, although it moved little', async () => {
    const engine = guarded([200]);
    await engine.apply(tick(0, 100));
    await engine.apply(sources(1, 100));
    expect(events(await engine.apply(tick(1, 95)))).toEqual(['quarantined "contradicted"']);
    expect(engine.status('account-0')[0].level).toBe('quarantined');
    await engine.close();
  });

  it('quarantines on stale quotes, and only after their time', async () => {
    const engine = guarded([200]);
    await engine.apply(tick(0, 100));
    expect(events(await engine.apply(tick(5)))).toEqual([]);
    expect(events(await engine.apply(tick(5.01)))).toEqual(['quarantined "stale"', 'quarantined "stale"']);
    expect(events(await engine.apply(tick(6, 100)))).toEqual(['trusted "index"', 'trusted "forward"']);
    await engine.close();
  });

  it('holds mass liquidations without confirmation, and lets them through when time is up', async () => {
    const engine = guarded(halfWeak);
    await engine.apply(tick(0, 100));
    const held = await engine.apply(tick(1, 95));
    expect(events(held)).toEqual(['breaker-held 5']);
    expect(engine.counts).toMatchObject({ liquidation: 0, bankrupt: 0 });
    expect(events(await engine.apply(tick(2, 95)))).toEqual([]);
    expect(engine.counts.liquidation).toBe(0);
    const expired = await engine.apply(tick(5, 95));
    expect(events(expired)).toEqual(['breaker-expired 5']);
    expect(engine.counts.liquidation).toBe(5);
    await engine.close();
  });

  it('holds nothing that sources confirm, and nothing that somebody lets through', async () => {
    const confirmed = guarded(halfWeak);
    await confirmed.apply(tick(0, 100));
    await confirmed.apply(sources(1, 95));
    expect(events(await confirmed.apply(tick(1, 95)))).toEqual(['breaker-confirmed 5']);
    expect(confirmed.counts.liquidation).toBe(5);
    const released = guarded(halfWeak);
    await released.apply(tick(0, 100));
    await released.apply(tick(1, 95));
    const override = await released.apply(command('release', 1, { by: 'risk desk', reason: 'seen elsewhere' }));
    expect(override.batch!.events).toEqual([{ module: 'guard', kind: 'breaker-override', data: { by: 'risk desk', reason: 'seen elsewhere' } }]);
    expect(events(await released.apply(tick(1, 95)))).toEqual(['breaker-released 5']);
    expect(released.counts.liquidation).toBe(5);
    await confirmed.close();
    await released.close();
  });

  it('is armed again after a quiet tick: the second glitch is held like the first', async () => {
    const engine = guarded(halfWeak);
    await engine.apply(tick(0, 100));
    expect(events(await engine.apply(tick(1, 95)))).toEqual(['breaker-held 5']);
    await engine.apply(tick(2, 100));
    for (let quiet = 3; quiet < 60; quiet++) await engine.apply(tick(quiet, 100));
    expect(events(await engine.apply(tick(60, 95)))).toEqual(['breaker-held 5']);
    expect(engine.counts.liquidation).toBe(0);
    await engine.close();
  });

  it('refuses a release while nothing is held', async () => {
    const engine = guarded(halfWeak);
    await engine.apply(tick(0, 100));
    await expect(engine.apply(command('release', 0, { by: 'desk', reason: 'in case' }))).rejects.toThrow(/holds nothing/);
    await engine.close();
  });

  it('counts those who come out of a quarantine', async () => {
    const engine = guarded(halfWeak);
    await engine.apply(tick(0, 100));
    await engine.apply(tick(1, 50));
    expect(engine.counts.quarantined).toBe(10);
    await engine.apply(tick(2, 50));
    // Trusted after three minutes: 500 - 500 is at maintenance, 90 - 500 is negative.
    expect(events(await engine.apply(tick(4, 50)))).toEqual(['trusted "index"', 'breaker-held 10']);
    expect(engine.counts).toMatchObject({ liquidation: 0, bankrupt: 0 });
    await engine.close();
  });

  it('does not trust a print that nobody renewed, however much time has passed', async () => {
    const engine = create([200], { modules: [new GuardModule({ price: { maxAgeMs: 60 * minute, acceptAfterMs: 3 * minute } })] });
    await engine.apply(tick(0, 100));
    await engine.apply(tick(1, 50));
    await engine.apply(tick(30));
    expect(engine.status('account-0')[0].level).toBe('quarantined');
    // No price in between: what was watched is forgotten.
    await engine.apply(tick(31, null));
    await engine.apply(tick(32, 50));
    expect(engine.status('account-0')[0].level).toBe('quarantined');
    await engine.close();
  });

  it('a confirmed index does not confirm a forward that left it', async () => {
    const engine = guarded(halfWeak);
    await engine.apply(tick(0, 100));
    await engine.apply(sources(1, 100.2));
    const torn = { ...tick(1), quotes: { indexPrice: { btc_usdc: 100.2 }, forward: { BTC: 95 } } };
    expect(events(await engine.apply(torn))).toEqual(['breaker-held 5']);
    await engine.close();
  });

  it('a quote is renewed by itself only', async () => {
    const engine = guarded([200]);
    await engine.apply(tick(0, 100));
    await engine.apply({ ...tick(5.5), quotes: { indexPrice: { btc_usdc: 100 }, impliedVolatility: { BTC: 0.5 } } });
    expect(engine.status('account-0')[0].level).toBe('quarantined');
    await engine.close();
  });

  it('judges marks as parts of the index', async () => {
    const engine = guarded([200]);
    await engine.apply({ ...tick(0, 100), quotes: { indexPrice: { btc_usdc: 100 }, forward: { BTC: 100 }, fields: { markPrice: { BTC: 1 } } } });
    // From 1% of the index to 11.5%: 1.115 against 1.01 x 1.1 = 1.111.
    const jumped = await engine.apply({ ...tick(1), quotes: { indexPrice: { btc_usdc: 100 }, fields: { markPrice: { BTC: 11.5 } } } });
    expect(jumped.batch!.events).toMatchObject([{ kind: 'quarantined', data: { quote: 'markPrice', reason: 'jump', names: ['BTC'] } }]);
    await engine.close();
  });

  it('obeys overrides for their time', async () => {
    const engine = guarded([200]);
    await engine.apply(tick(0, 100));
    const override = { quote: 'index', name: 'btc_usdc', decision: 'reject', untilMs: start + 2 * minute, by: 'desk', reason: 'feed under repair' };
    await engine.apply(command('override', 0, override));
    expect(events(await engine.apply(tick(1, 100)))).toEqual(['quarantined "rejected"']);
    expect(events(await engine.apply(tick(2.1, 100)))).toEqual(['trusted "index"']);
    await engine.close();
  });

  it.each([
    ['override', { quote: 'mark' }, 'quote'],
    ['override', { quote: 'index', name: 'x' }, 'name'],
    ['override', { quote: 'forward', name: 'BTC', decision: 'maybe' }, 'decision'],
    ['override', { quote: 'forward', name: 'BTC', decision: 'accept', untilMs: 5 }, 'untilMs'],
    ['override', { quote: 'forward', name: 'BTC', decision: 'accept', untilMs: start + minute }, 'by'],
    ['release', { by: 'desk' }, 'reason'],
    ['sources', { pair: 'eth_usdc' }, 'pair'],
    ['sources', { pair: 'btc_usdc', sources: 5 }, 'sources'],
    ['sources', { pair: 'btc_usdc', sources: { a: 'x' } }, 'sources.a'],
  ])('refuses guard.%s %j, naming %s', async (kind, fields, column) => {
    const engine = guarded([200]);
    await expect(engine.apply(command(kind, 0, fields))).rejects.toMatchObject({ code: 'CommandInvalid', place: { column } });
    await engine.close();
  });

  it('goes on alike after a restart', async () => {
    const commands = [tick(0, 100), sources(1, 95), tick(1, 95), tick(2, 40), tick(3, 40), tick(6, 40)] as unknown as Command[];
    for (let cut = 1; cut < commands.length; cut++) {
      const whole = guarded(halfWeak);
      await whole.applyAll(commands.slice(0, cut));
      const restored = await AccountEngine.restore(whole.snapshot(), { modules: [new GuardModule()] });
      const [a, b] = [await whole.applyAll(commands.slice(cut)), await restored.applyAll(commands.slice(cut))];
      expect(b).toEqual(a);
      // The hash is of a tick: a command of sources leaves that of the tick before.
      expect(restored.stateHash()).toBe(whole.stateHash());
      await whole.close();
      await restored.close();
    }
  });
});
