import { afterEach, describe, expect, it } from 'vitest';
// Worker threads run built files, so this test uses the built package throughout.
import { Engine, type EngineOptions } from '../../build/js/src/index.js';
import { accountNames, bookOf, params, syntheticMarket, syntheticRows } from '../support/synthetic-book.ts';

const market = syntheticMarket();
const accounts = 9_000;
const book = bookOf(syntheticRows(market, accounts, 30, 20260801), accountNames(accounts));

const open: Engine[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((engine) => engine.close()));
});

async function hashes(options: Partial<EngineOptions>): Promise<{ state: string; result: string }> {
  const engine = Engine.create({ market, book, params, ...options });
  open.push(engine);
  await engine.tick();
  return { state: engine.stateHash(), result: engine.resultHash() };
}

describe('same input, same bits', () => {
  it('does not depend on the number of workers', async () => {
    const one = await hashes({ workers: 1 });
    expect(await hashes({ workers: 2 })).toEqual(one);
    expect(await hashes({ workers: 3 })).toEqual(one);
  });

  it('is the same in the non-shared build, the debug build and the JavaScript engine', async () => {
    const shared = await hashes({ workers: 1 });
    expect(await hashes({ workers: 0 })).toEqual(shared);
    expect(await hashes({ kernels: 'wasm-debug' })).toEqual(shared);
    expect(await hashes({ kernels: 'javascript' })).toEqual(shared);
    expect(await hashes({ kernels: 'javascript', workers: 2 })).toEqual(shared);
  });

  it('depends on the last bit of one quantity', async () => {
    const one = await hashes({});
    const quantity = book.positions.quantity.slice();
    quantity[0] = quantity[0] * (1 + Number.EPSILON);
    const changed = await hashes({ book: { ...book, positions: { ...book.positions, quantity } } });
    expect(changed.state).not.toBe(one.state);
    expect(changed.result).not.toBe(one.result);
  });

  it('does not depend on the order of the input rows', async () => {
    const { positions } = book;
    const order = [...positions.quantity.keys()].reverse();
    const shuffled = {
      accountIndex: Uint32Array.from(order, (p) => positions.accountIndex[p]),
      instrumentIndex: Uint32Array.from(order, (p) => positions.instrumentIndex[p]),
      quantity: Float64Array.from(order, (p) => positions.quantity[p]),
      entryPrice: Float64Array.from(order, (p) => positions.entryPrice[p]),
    };
    expect(await hashes({ book: { ...book, positions: shuffled } })).toEqual(await hashes({}));
  });
});
