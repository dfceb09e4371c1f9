import { describe, expect, it } from 'vitest';
import { leftOut, noteHeldConstant } from '../../src/cli/held-constant.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

function notesOf(names: readonly string[]): string[] {
  const notes: string[] = [];
  noteHeldConstant(names, { note: (text: string) => notes.push(text) } as unknown as Terminal);
  return notes;
}

describe('what no scenario moves', () => {
  it('is one line, however many instruments there are', () => {
    expect(notesOf([])).toEqual([]);
    expect(notesOf(['A', 'B'])).toEqual(['price or volatility not moved, as no scenario says how: 2 instruments, A, B']);
    const [line, ...more] = notesOf(Array.from({ length: 4_616 }, (_, index) => `I${index}`));
    expect(line).toBe('price or volatility not moved, as no scenario says how: 4616 instruments, I0, I1, I2, I3, I4, …');
    expect(more).toEqual([]);
  });

  it('accounts that are left out: how many, and why the first one', () => {
    expect(leftOut(new Map())).toBe('');
    expect(leftOut(new Map([[7, 'cash in XYZ: no rate'], [9, 'other']]))).toBe('2 accounts are left out, the first because of: cash in XYZ: no rate');
  });
});
