import { describe, expect, it } from 'vitest';
import type { Storable } from '../../src/account/events.ts';
import { bookOf, LedgerBench, type Cash, type Holding } from './lifecycle-market.ts';

const entries = LedgerBench.entries;
const names = ['alice', 'bob'];
const cash: readonly Cash[] = names.flatMap((name) => [[name, 'BTC', 10], [name, 'USD', 100_000]] as const);

async function adjusted(holdings: readonly Holding[], fields: Record<string, Storable>, cleared = true) {
  const bench = new LedgerBench(bookOf(names, holdings, cash));
  const outcome = await bench.apply('ledger.adjust', fields);
  bench.requireConserved();
  const booked = entries(outcome).filter((each) => !each.startsWith('opening'));
  if (cleared) names.forEach((name) => expect(bench.position(name, fields['instrument'] as string)).toEqual([0, 0]));
  const held = (instrument: string) => names.map((name) => bench.position(name, instrument));
  await bench.engine.close();
  return { booked, held };
}

describe('ledger.adjust', () => {
  it('splits options 2:1 into twice as many at half the strike', async () => {
    const { booked, held } = await adjusted([['alice', 'SPX-C', 3, 0], ['bob', 'SPX-C', -3, 0]], { adjustment: 'split', instrument: 'SPX-C', to: 'SPX-C-45', ratio: [2, 1] });
    expect([booked, held('SPX-C-45')]).toEqual([[], [[6, 0], [-6, 0]]]);
  });

  it('splits options 3:2 into as many on 150 at two thirds of the strike', async () => {
    const { held } = await adjusted([['alice', 'SPX-C', 3, 0], ['bob', 'SPX-C', -3, 0]], { adjustment: 'split', instrument: 'SPX-C', to: 'SPX-C-60', ratio: [3, 2] });
    expect(held('SPX-C-60')).toEqual([[3, 0], [-3, 0]]);
  });

  it('reverse splits options 1:10 into as many on 10 at ten times the strike', async () => {
    const { held } = await adjusted([['alice', 'SPX-C', 3, 0], ['bob', 'SPX-C', -3, 0]], { adjustment: 'split', instrument: 'SPX-C', to: 'SPX-C-900', ratio: [1, 10] });
    expect(held('SPX-C-900')).toEqual([[3, 0], [-3, 0]]);
  });

  it('reverse splits the stock and pays out fractions', async () => {
    // 1237 / 10 = 123.7: 123 shares and 0.7 x 981 = 686.7. The short of 25: -2 and -0.5 x 981 = -490.5.
    const fields = { adjustment: 'split', instrument: 'SPX', to: 'SPX-NEW', ratio: [1, 10], lot: 1, cashPrice: 981 };
    const { booked, held } = await adjusted([['alice', 'SPX', 1237, 0], ['bob', 'SPX', -25, 0]], fields);
    expect(booked).toEqual(['cash-in-lieu alice USD 686700000', 'cash-in-lieu bob USD -490500000', 'cash-in-lieu house/clearing USD -196200000']);
    expect(held('SPX-NEW')).toEqual([[123, 0], [-2, 0]]);
  });

  it('pays fractions of futures their gain, not their notional', async () => {
    // 1.23 of 50 are 12.3 of 5; 0.3 x 5 x (100 - 97) = 4.5. The short from 98: -0.3 x 5 x 2 = -3.
    const linear = { adjustment: 'contract-size', instrument: 'SPX-FUT', to: 'SPX-FUT-5', lot: 1, cashPrice: 100 };
    const { booked, held } = await adjusted([['alice', 'SPX-FUT', 1.23, 97], ['bob', 'SPX-FUT', -1.23, 98]], linear);
    expect(booked).toEqual(['cash-in-lieu alice USD 4500000', 'cash-in-lieu bob USD -3000000', 'cash-in-lieu house/clearing USD -1500000']);
    expect(held('SPX-FUT-5')).toEqual([[12, 97], [-12, 98]]);
    // 25 of 10 are 2.5 of 100 dollars; half of one: 50 x (1 / 40,000 - 1 / 50,000) = 0.00025 BTC.
    const inverse = { adjustment: 'contract-size', instrument: 'BTC-FUT', to: 'BTC-FUT-100', lot: 1, cashPrice: 50_000 };
    expect((await adjusted([['alice', 'BTC-FUT', 25, 40_000]], inverse)).booked[0]).toBe('cash-in-lieu alice BTC 25000');
  });

  it('changes contract sizes and keeps what is held', async () => {
    const linear = await adjusted([['alice', 'SPX-FUT', 2, 97], ['bob', 'SPX-FUT', -2, 98]], { adjustment: 'contract-size', instrument: 'SPX-FUT', to: 'SPX-FUT-5' });
    expect(linear.held('SPX-FUT-5')).toEqual([[20, 97], [-20, 98]]);
    const inverse = await adjusted([['alice', 'BTC-FUT', 250, 40_000]], { adjustment: 'contract-size', instrument: 'BTC-FUT', to: 'BTC-FUT-100' });
    expect(inverse.held('BTC-FUT-100')).toEqual([[25, 40_000], [0, 0]]);
  });

  it('splits futures with their entry prices and merges with what is there, realising what is closed', async () => {
    // 2 x 50 at 96, split 2:1: 200 units at 48 are 40 contracts of 5. alice is short 10 of those at 50: 10 close:
    // -10 x 5 x (48 - 50) = 100. 30 are left at 48.
    const { booked, held } = await adjusted([['alice', 'SPX-FUT', 2, 96], ['alice', 'SPX-FUT-5', -10, 50]], { adjustment: 'split', instrument: 'SPX-FUT', to: 'SPX-FUT-5', ratio: [2, 1] });
    expect(booked).toEqual(['realised alice USD 100000000', 'realised house/clearing USD -100000000']);
    expect(held('SPX-FUT-5')).toEqual([[30, 48], [0, 0]]);
  });

  it('lowers strikes by a special dividend, from 12.50 per contract on', async () => {
    const fields = { adjustment: 'special-dividend', instrument: 'SPX-C', to: 'SPX-C-88', dividend: 2 };
    const { held } = await adjusted([['alice', 'SPX-C', 1, 0], ['bob', 'SPX-C', -1, 0]], fields);
    expect(held('SPX-C-88')).toEqual([[1, 0], [-1, 0]]);
    // Costco, 2012: a dividend of 7 dollars on 100 shares; 0.10 on 100 is 10 dollars: too little.
    await expect(adjusted([], { ...fields, dividend: 0.1 })).rejects.toThrow(/10 per contract is below 12.5/);
    const stock = await adjusted([['alice', 'SPX', 150, 0], ['bob', 'SPX', -150, 0]], { adjustment: 'special-dividend', instrument: 'SPX', dividend: 2 }, false);
    expect(stock.booked).toEqual(['dividend alice USD 300000000', 'dividend bob USD -300000000']);
  });

  it('renames, and cancels orders in the old name', async () => {
    const bench = new LedgerBench(bookOf(names, [['alice', 'SPX', 5, 0]], cash));
    await bench.apply('book', { changes: { orders: [{ account: 'bob', instrument: 'SPX', quantity: 1, limitPrice: 1 }] } as unknown as Storable });
    await bench.apply('ledger.adjust', { adjustment: 'symbol', instrument: 'SPX', to: 'SPX-NEW' });
    expect(bench.position('alice', 'SPX-NEW')).toEqual([5, 0]);
    expect(bench.engine.engine.exportBook().orders).toBeUndefined();
    await bench.engine.close();
  });

  it('refuses terms that are not those of the adjustment', async () => {
    const refused: [Record<string, Storable>, RegExp][] = [
      [{ adjustment: 'split', instrument: 'SPX-C', to: 'SPX-C-60', ratio: [2, 1] }, /strike is 60, not 45/],
      [{ adjustment: 'split', instrument: 'SPX-C', to: 'SPX-P', ratio: [2, 1] }, /optionType is put, not call/],
      [{ adjustment: 'symbol', instrument: 'SPX-FUT', to: 'SPX-FUT-5' }, /contract size is 5, not 50/],
      [{ adjustment: 'split', instrument: 'BTC-FUT', to: 'BTC-FUT-100', ratio: [2, 1] }, /inverse contract is on money/],
      [{ adjustment: 'split', instrument: 'SPX-C', to: 'SPX-C', ratio: [2, 1] }, /to must be another instrument/],
      [{ adjustment: 'split', instrument: 'SPX-C', to: 'SPX-C-45', ratio: [2] }, /ratio must be two numbers/],
      [{ adjustment: 'split', instrument: 'SPX', to: 'SPX-NEW', ratio: [1, 10], lot: 1 }, /cashPrice must be/],
      [{ adjustment: 'merger', instrument: 'SPX', to: 'SPX-NEW' }, /adjustment must be one of split, contract-size, symbol, special-dividend, got "merger"/],
      [{ adjustment: 'contract-size', instrument: 'SPX-C', to: 'SPX-C-45' }, /strike is 45, not 90/],
    ];
    for (const [fields, message] of refused) await expect(adjusted([['alice', 'SPX-C', 1, 0]], fields, false)).rejects.toThrow(message);
  });
});
