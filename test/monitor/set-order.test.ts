import { expect, it } from 'vitest';
import { ChangeList } from '../../src/monitor/change-list.ts';
import { compareStatuses } from '../../src/monitor/compare-statuses.ts';
import { SetOrder } from '../../src/monitor/set-order.ts';
import { randomNumbers } from '../support/synthetic-book.ts';

it('brings any list of sets into order, list after list', () => {
  const random = randomNumbers(5);
  for (const capacity of [1, 31, 32, 33, 1_024, 1_025, 70_001]) {
    const order = new SetOrder(capacity);
    for (const share of [0, 0.001, 0.3, 1]) {
      const some = Array.from({ length: capacity }, (_, set) => set).filter((set) => random() < share || set === capacity - 1);
      const shuffled = some.map((set) => ({ set, key: random() })).sort((a, b) => a.key - b.key).map(({ set }) => set);
      const list = Uint32Array.from(shuffled);
      order.ascend(list);
      expect([...list]).toEqual(some);
    }
  }
});

it('finds every status that differs, four at a time, by either table of codes', () => {
  const random = randomNumbers(9);
  for (const codes of [Uint8Array.of(0, 0, 2, 3), Uint8Array.of(0, 1, 2, 3)]) {
    for (const count of [0, 1, 3, 4, 5, 400, 403]) {
      for (let round = 0; round < 30; round++) {
        const result = Uint8Array.from({ length: count + 8 }, () => Math.floor(random() * 4));
        // 254: a set that no tick has seen.
        const status = result.map((code) => (random() < 0.1 ? (random() < 0.3 ? 254 : Math.floor(random() * 4)) : codes[code]));
        const expected: [number, number][] = [];
        for (let set = 0; set < count; set++) if (codes[result[set]] !== status[set]) expected.push([set, codes[result[set]]]);
        const found: [number, number][] = [];
        compareStatuses(status, result, count, codes, (set, next) => found.push([set, next]));
        expect(found).toEqual(expected);
      }
    }
  }
});

it('keeps any number of changes', () => {
  const list = new ChangeList();
  for (let set = 0; set < 1_000; set++) list.add(3 * set, set % 3, (set + 1) % 3);
  const { set, from, to } = list.columns();
  expect([...set]).toEqual(Array.from({ length: 1_000 }, (_, each) => 3 * each));
  expect([...from]).toEqual(Array.from({ length: 1_000 }, (_, each) => each % 3));
  expect([...to]).toEqual(Array.from({ length: 1_000 }, (_, each) => (each + 1) % 3));
});
