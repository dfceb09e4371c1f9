import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { AccountEngine } from '../../src/account/account-engine.ts';
import { loadGoldenPortfolios } from '../support/golden-portfolio.ts';
import { PoolingModule } from '../../src/pooling/pooling-module.ts';
import { bookOf, PoolingEngine } from '../support/pooling-engines.ts';

const golden = loadGoldenPortfolios('paradex-pm').filter(({ expected, market }) => expected !== null && market.instruments.length > 3);
const { market, params } = golden[0];
const names = market.instruments.filter(({ kind }) => kind !== 'spot').map(({ name }) => name);

function create(): PoolingEngine {
  const pooling = new PoolingModule();
  const entry = (name: string): number => market.forward[market.instruments.findIndex((each) => each.name === name)];
  const perpetual = market.instruments.find(({ kind }) => kind === 'perpetual')!.name;
  const held = { cash: 1e6, positions: { [perpetual]: [2, entry(perpetual)] as const } };
  const engine = AccountEngine.create({ market, book: bookOf(market, { a: held, b: held }), model: 'paradex-pm', params, modules: [pooling] });
  return new PoolingEngine(engine, pooling);
}

const engine = create();
const ready = engine.engine.apply({ id: 'tick', timeMs: market.asOfMs, kind: 'tick' });
afterAll(() => engine.engine.close());

const quantities = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: names.length, maxLength: names.length });

function scanRisk(held: readonly number[]): number {
  const positions = held.map((quantity, place) => ({ account: 'x', instrument: names[place], quantity, entryPrice: 1 })).filter(({ quantity }) => quantity !== 0);
  return positions.length === 0 ? 0 : engine.engine.engine.preview('x', { positions })[0].components['positionScanRisk'];
}

describe('scan risk of paradex-pm', () => {
  it('is subadditive and positively homogeneous (property)', async () => {
    await ready;
    expect(names.length).toBeGreaterThan(2);
    fc.assert(
      fc.property(quantities, quantities, fc.integer({ min: 2, max: 9 }), (a, b, factor) => {
        const [one, other] = [scanRisk(a), scanRisk(b)];
        // Sums of a few cells: a dozen roundings of 1.1e-16 of the gross loss, which offsets can make a thousand times the net.
        const slack = 1e-10 * (1 + one + other);
        expect(scanRisk(a.map((quantity, place) => quantity + b[place]))).toBeLessThanOrEqual(one + other + slack);
        expect(Math.abs(scanRisk(a.map((quantity) => quantity * factor)) - factor * one)).toBeLessThanOrEqual(factor * slack);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a model that margins open orders itself', () => {
  it('is asked with the order in the book, for a pool with those of all members', async () => {
    await ready;
    const name = market.instruments.find(({ kind }) => kind === 'perpetual')!.name;
    const limitPrice = market.forward[market.instruments.findIndex((each) => each.name === name)];
    let place = 0;
    const apply = (kind: string, fields: Record<string, string | string[] | number> = {}) => engine.engine.apply({ id: `c${place++}`, timeMs: market.asOfMs, kind, ...fields });
    const free = () => engine.engine.status('pool')[0].freeMargin;
    await apply('pool.form', { pool: 'pool', members: ['a', 'b'] });
    await apply('tick');
    const before = free();
    const check = engine.pooling.canPlace('a', { instrument: name, quantity: 3, limitPrice });
    expect(check).toMatchObject({ allowed: true, marginAccount: 'pool', available: before });
    await apply('order.place', { account: 'a', order: '1', instrument: name, quantity: 3, limitPrice });
    await apply('tick');
    // The model itself says what the order takes; the account engine adds nothing.
    expect(free()).toBe(check.freeMarginAfter);
    expect(engine.engine.status('pool')[0].adjustments).toMatchObject({ openOrders: 0 });
    await apply('order.place', { account: 'b', order: '1', instrument: name, quantity: 2, limitPrice });
    await apply('order.cancel', { account: 'a', order: '1' });
    await apply('order.cancel', { account: 'b', order: '1' });
    await apply('tick');
    expect(free()).toBe(before);
  });
});
