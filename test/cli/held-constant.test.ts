import { describe, expect, it } from 'vitest';
import { noteHeldConstant } from '../../src/cli/held-constant.ts';
import { noteLeftOut } from '../../src/cli/left-out.ts';
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

  it('accounts that are left out: reason by reason, the most frequent first', () => {
    const notes: string[] = [];
    const reasons = new Map([[7, 'other'], [9, 'no rate'], [12, 'no rate']]);
    noteLeftOut(reasons, { note: (text: string) => notes.push(text) } as unknown as Terminal);
    expect(notes).toEqual(['left out: 2 accounts, no rate', 'left out: 1 account, other']);
  });
});
