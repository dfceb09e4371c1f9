import { describe, expect, it } from 'vitest';
import type { BookChanges } from '../../src/engine/book-changes.ts';
import { Engine } from '../../src/engine/engine.ts';
import { statusNames } from '../../src/engine/totals.ts';
import { randomNumbers } from '../support/synthetic-book.ts';
import { bookFor, portableModels, settingOf, type ModelSetting } from './model-market.ts';

const accounts = 40;

function engineOf(setting: ModelSetting, kernels: 'wasm' | 'javascript' = 'wasm'): Engine {
  const { market, params, model } = setting;
  return Engine.create({
    market,
    params,
    model: model.name,
    kernels,
    book: bookFor(setting, accounts, 5, 11),
    positionCapacity: 2_000,
  });
}

function randomChanges({ market, model, currency }: ModelSetting, random: () => number): BookChanges {
  const account = (): string => `A${Math.floor(random() * (accounts + 3))}`;
  const index = (): number => Math.floor(random() * market.instruments.length);
  const positions = Array.from({ length: 20 }, () => {
    const at = index();
    const quantity = random() < 0.4 ? 0 : Math.ceil(random() * 9) * (random() < 0.5 ? -1 : 1);
    return { account: account(), instrument: market.instruments[at].name, quantity, entryPrice: market.forward[at] };
  });
  const orders = Array.from({ length: model.ordersMargined ? 10 : 0 }, () => {
    const at = index();
    const quantity = random() < 0.3 ? 0 : Math.ceil(random() * 5) * (random() < 0.5 ? -1 : 1);
    return { account: account(), instrument: market.instruments[at].name, quantity, limitPrice: market.forward[at] };
  });
  return { positions, orders, cash: [{ account: account(), currency, amount: Math.round(random() * 1e6) }] };
}

describe.each(portableModels)('engine under %s', (name) => {
  const setting = settingOf(name);

  it('margins most accounts of a synthetic book, WASM and JavaScript bit-equal', async () => {
    const [wasm, javascript] = [engineOf(setting), engineOf(setting, 'javascript')];
    const { counts, evaluated, quarantined } = (await wasm.tick()).totals;
    await javascript.tick();
    expect(evaluated + quarantined).toBe(wasm.nettingSetCount);
    expect(counts.quarantined).toBeLessThan(wasm.nettingSetCount / 2);
    expect(wasm.stateHash()).toBe(javascript.stateHash());
  });

  it('updates equal a rebuild of the same book, orders and cash among them', async () => {
    const random = randomNumbers(2_026);
    const engine = engineOf(setting);
    for (let round = 0; round < 12; round++) engine.update(randomChanges(setting, random));
    await engine.tick();
    const { market, params } = setting;
    const rebuilt = Engine.create({ market, params, model: name, book: engine.exportBook() });
    await rebuilt.tick();
    expect(rebuilt.stateHash()).toBe(engine.stateHash());
  });

  it('previews what an update would give, and leaves everything as it was', async () => {
    const random = randomNumbers(77);
    const engine = engineOf(setting);
    await engine.tick();
    for (let round = 0; round < 6; round++) {
      const account = `A${round}`;
      const before = engine.stateHash();
      const all = randomChanges(setting, random);
      const mine = <T extends { readonly account: string }>(list: readonly T[] = []): T[] =>
        list.slice(0, 4).map((each) => ({ ...each, account }));
      const changes = { positions: mine(all.positions), orders: mine(all.orders), cash: mine(all.cash) };
      const preview = engine.preview(account, changes);
      expect(engine.stateHash()).toBe(before);
      engine.update(changes);
      await engine.tick();
      expect(preview).toEqual(engine.accountMargins(account));
    }
  });

  it('answers a question about one account with changes of that account only', async () => {
    const engine = engineOf(setting);
    await engine.tick();
    const [{ name: instrument }] = setting.market.instruments;
    const other = { account: 'A1', instrument, quantity: 1, entryPrice: 1 };
    expect(() => engine.preview('A0', { positions: [other] })).toThrow(/A0.*A1/);
  });

  it('names every missing quote: field, instrument, and only whoever holds it is left out', async () => {
    const { model, market, params, parsed } = setting;
    const required = new Set(market.instruments.flatMap((each) => model.requiredFields(each, parsed)));
    for (const field of required) {
      const index = market.instruments.findIndex((each) => model.requiredFields(each, parsed).includes(field));
      const { name: instrument } = market.instruments[index];
      const column = market.fields!.get(field)!.map((value, at) => (at === index ? NaN : value));
      const fields = new Map([...market.fields!, [field, column]]);
      const engine = Engine.create({ market: { ...market, fields }, params, model: name, book: bookFor(setting, 2, 1, 3) });
      const other = market.instruments.findIndex((_, at) => at !== index);
      engine.update({
        positions: [
          { account: 'holder', instrument, quantity: 1, entryPrice: market.forward[index] },
          {
            account: 'other',
            instrument: market.instruments[other].name,
            quantity: 1,
            entryPrice: market.forward[other],
          },
        ],
      });
      await engine.tick();
      const [holder] = engine.accountMargins('holder');
      expect(holder.status).toBe('quarantined');
      expect(holder.fault).toContain(field);
      expect(holder.fault).toContain(instrument);
      expect(engine.accountMargins('other')[0].status, field).not.toBe('quarantined');
    }
  });

  it('quarantines whoever holds an instrument without a price, and says which', async () => {
    const engine = engineOf(setting);
    await engine.tick();
    // All of them: an option whose risk array stands in a file needs no forward, a future always does.
    await engine.tick({ forward: setting.market.forward.map(() => NaN) });
    const { status } = engine.results;
    const quarantined = [...status.keys()].filter((set) => statusNames[status[set]] === 'quarantined');
    expect(quarantined.length).toBeGreaterThan(0);
    for (const set of quarantined) expect(engine.faultReason(set)).not.toBe('a sum is not finite');
  });

  it('has the same results and state after bad quotes as without them', async () => {
    const [steady, shaken] = [engineOf(setting), engineOf(setting)];
    await steady.tick();
    await shaken.tick();
    const { forward, impliedVolatility, fields } = setting.market;
    const nothing = new Map([...fields!].map(([field, column]) => [field, column.map(() => NaN)] as const));
    await shaken.tick({ forward: forward.map(() => NaN), impliedVolatility: impliedVolatility.map(() => NaN), fields: nothing });
    await shaken.tick({ forward, impliedVolatility, fields: fields! });
    expect(shaken.resultHash()).toBe(steady.resultHash());
    expect(shaken.stateHash()).toBe(steady.stateHash());
  });

  it('gives every component that it names, each a finite number', async () => {
    const engine = engineOf(setting);
    await engine.tick();
    const { componentNames, components, status } = engine.results;
    expect(componentNames).toEqual(setting.model.resultComponents);
    status.forEach((code, set) => {
      const amounts = components.subarray(set * componentNames.length, (set + 1) * componentNames.length);
      const isMargined = statusNames[code] !== 'quarantined';
      expect([...amounts].every((amount) => Number.isFinite(amount) === isMargined)).toBe(true);
    });
  });
});
