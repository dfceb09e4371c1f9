import { describe, expect, it } from 'vitest';
import { historySources, type SourceText } from '../../src/cli/history-sources.ts';

/** `prices a.csv`: an option and its text. */
const texts = (...parts: readonly string[]): SourceText[] =>
  parts.map((part) => {
    const at = part.indexOf(' ');
    return { option: part.slice(0, at) as SourceText['option'], text: part.slice(at + 1) };
  });
const factorsOf = (...parts: readonly string[]): unknown =>
  historySources(texts(...parts)).map(({ path, factors }) => [path, factors.map(({ factor, column }) => `${factor.kind} ${factor.underlying} ${column}`)]);

describe('files of price histories', () => {
  it('one file: the order of its options does not matter', () => {
    const parts = ['date-column day', 'factor price:A=a', 'prices p.csv', 'missing-text .', 'factor volatility:A=v*0.01'];
    const [forwards] = historySources(texts(...parts));
    expect(forwards).toMatchObject({ path: 'p.csv', dateColumn: 'day', missingText: '.' });
    expect(forwards.factors).toMatchObject([{ column: 'a', scale: 1 }, { column: 'v', scale: 0.01 }]);
    const [backwards] = historySources(texts(...parts.reverse()));
    expect(backwards).toEqual({ ...forwards, factors: [...forwards.factors].reverse() });
  });

  it('several files: each has the options after it, and those before the first unless it says otherwise', () => {
    const sources = historySources(texts(
      'date-format dmy', 'intraday last', 'prices p.csv', 'factor price:A=a', 'date-format iso', 'prices q.csv', 'factor price:B=B', 'symbol-column s', 'value-column v',
    ));
    expect(sources).toMatchObject([
      { path: 'p.csv', dateFormat: 'iso', intraday: 'last' },
      { path: 'q.csv', dateFormat: 'dmy', intraday: 'last', symbolColumn: 's', valueColumn: 'v' },
    ]);
    expect(sources[0]).not.toHaveProperty('symbolColumn');
  });

  it('a factor names its file: one of --prices, or another read like the one before it', () => {
    expect(factorsOf('prices p.csv', 'factor price:A=a', 'factor price:B=b@q.csv', 'factor price:C=c@q.csv')).toEqual([
      ['p.csv', ['price A a']], ['q.csv', ['price B b', 'price C c']],
    ]);
    expect(factorsOf('prices p.csv', 'factor price:B=b@q.csv', 'prices q.csv', 'factor price:A=a@p.csv')).toEqual([
      ['p.csv', ['price A a']], ['q.csv', ['price B b']],
    ]);
    const [, other] = historySources(texts('date-column day', 'prices p.csv', 'factor price:A=a', 'factor price:B=b@q.csv', 'date-format mdy'));
    expect(other).toMatchObject({ path: 'q.csv', dateColumn: 'day', dateFormat: 'mdy' });
    const [, near] = historySources(texts('prices p.csv', 'factor price:A=a', 'intraday last', 'factor price:B=b@r.csv', 'prices q.csv', 'factor price:C=c'));
    expect(near.path).toBe('q.csv');
    expect(historySources(texts('prices p.csv', 'factor price:A=a', 'intraday last', 'factor price:B=b@r.csv', 'prices q.csv', 'factor price:C=c'))[2])
      .toMatchObject({ path: 'r.csv', intraday: 'last' });
    expect(factorsOf('factor price:B=b*0.5@q@1.csv')).toEqual([['q@1.csv', ['price B b']]]);
  });

  it.each([
    [[], /--prices must name/],
    [['prices p.csv'], /p\.csv: say what its columns are, as in --factor/],
    [['prices p.csv', 'factor price:A=a', 'prices q.csv'], /q\.csv: say what its columns are/],
    [['factor price:A=a', 'prices p.csv', 'prices q.csv'], /--factor price:A=a must follow the --prices/],
    [['factor price:A=a'], /or name its file: price:A=a@FILE/],
    [['prices p.csv', 'intraday all', 'factor price:A=a'], /--intraday must be one of refuse, last, times, got 'all'/],
    [['prices p.csv', 'date-format ymd', 'factor price:A=a'], /--date-format must be one of iso, mdy, dmy/],
    [['prices p.csv', 'factor close'], /a factor is FACTOR=COLUMN/],
  ])('%j is refused', (parts, message) => {
    expect(() => historySources(texts(...parts))).toThrow(message);
  });
});
