import { describe, expect, it } from 'vitest';
import { contentOf } from '../vectors/content.ts';
import { suites } from '../vectors/registry.ts';
import { furtherFormats, published } from './published.ts';

const textOf = (content: unknown): string => (typeof content === 'string' ? content : JSON.stringify(content));
const suitesOf = (text: string): string[] =>
  suites.filter((suite) => suite.detect(contentOf(text))).map(({ name }) => name);

describe('detection by content', () => {
  it('has a published example of every suite', () => {
    expect(suites.map(({ name }) => name).sort()).toEqual(Object.keys(published).sort());
  });

  it.each([...Object.entries(published), ...furtherFormats])('%s: its file is of this suite and no other', (name, content) => {
    expect(suitesOf(textOf(content))).toEqual([name]);
  });

  it('reads rows that are objects as well as rows that are arrays', () => {
    const row = { type: 'call', F: 1, K: 1, T: 1, sigma: 1, r: 0, price: 0 };
    expect(suitesOf(JSON.stringify({ rows: [row] }))).toEqual(['black76']);
  });

  it.each([
    ['options of no known kind', { cases: [{ type: 'call', strike: 1, spot: 1, q: 0, r: 0, t: 1, vol: 1, worth: 1 }] }],
    ['coefficients', { exp: { coefficients: [1, 0.5] }, log: [1, 2] }],
    ['another response', { result: { positions: [] } }],
    ['an empty object', {}],
    ['a list', []],
    ['prose', '# Vectors, and how they came about\n'],
    ['a table', 'date,price\n2026-01-01,1\n'],
    ['nothing', ''],
  ])('%s: no suite', (_title, content) => {
    expect(suitesOf(textOf(content))).toEqual([]);
  });

  it('refuses text that begins like JSON and is not', () => {
    expect(() => contentOf('{ "rows": [')).toThrow(SyntaxError);
  });
});
