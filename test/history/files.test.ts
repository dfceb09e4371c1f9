import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factorName, parseFactor, parseFactorColumn, readMarketHistory, readScenarios, valuesOf, writeScenarios, writeTable, type ScenarioSet } from '../../src/index.ts';
import { errorOf, temporaryDirectory } from '../io/fixtures.ts';

const files = temporaryDirectory();
function file(name: string, text: string): string {
  const path = files.path(name);
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}
const factors = ['price:A=a', 'volatility:A=v*0.01'].map(parseFactorColumn);

describe('price histories', () => {
  it.each(['wide.csv', 'wide.csv.gz'])('reads %s: a column per factor, scaled', async (name) => {
    const path = file(name, 'date,v,other,a\n2026-01-01,20,x,1.5\n2026-01-02,25,y,1.25\n');
    const history = await readMarketHistory([{ path, factors }]);
    expect(history.dates).toEqual(['2026-01-01', '2026-01-02']);
    expect([...valuesOf(history, 0)]).toEqual([1.5, 1.25]);
    expect([...valuesOf(history, 1)]).toEqual([0.2, 0.25]);
    expect(history.factors.map(factorName)).toEqual(['price:A', 'volatility:A']);
  });

  it.each(['parquet', 'json', 'ndjson', 'arrow'])('reads a long %s: rows of a symbol, in any mixture', async (extension) => {
    const path = files.path(`long.${extension}`);
    await writeTable(path, { rowCount: 4, columns: [
      { name: 'symbol', type: 'string', values: ['B', 'A', 'A', 'B'] },
      { name: 'date', type: 'string', values: ['2026-01-01', '2026-01-01', '2026-01-02', '2026-01-02'] },
      { name: 'close', type: 'f64', values: Float64Array.of(7, 1, 1 / 3, 8) },
    ] });
    const history = await readMarketHistory([{ path, symbolColumn: 'symbol', factors: [parseFactorColumn('price:A=A'), parseFactorColumn('price:B=B')] }]);
    expect([...history.values]).toEqual([1, 1 / 3, 7, 8]);
    const error = await errorOf(readMarketHistory([{ path, symbolColumn: 'symbol', factors: [parseFactorColumn('price:A=C')] }]));
    expect(error.message).toMatch(/column symbol: no row has this symbol; there are B, A/);
  });

  const lacking = 'date,a,v\n2026-01-01,1,20\n2026-01-02,2,\n2026-01-03,3,\n2026-01-04,,22\n2026-01-05,5,23\n';

  it('mismatched dates are refused by default: which, how many', async () => {
    const error = await errorOf(readMarketHistory([{ path: file('lacking.csv', lacking), factors }]));
    expect(error.code).toBe('HistoryMisaligned');
    expect(error.message).toMatch(/price:A \(.*lacking\.csv, a\) lacks 1 of 5 dates, 2026-01-04; volatility:A .* lacks 2 of 5 dates, 2026-01-02, 2026-01-03/);
  });

  it('or dropped, or carried for so many days, with counts', async () => {
    const path = file('lacking.csv', lacking);
    const common = await readMarketHistory([{ path, factors }], { mismatch: 'intersect' });
    expect(common.dates).toEqual(['2026-01-01', '2026-01-05']);
    expect(common.alignment).toMatchObject({ droppedDates: 3, series: [{ dropped: 2, carried: 0, unquoted: 1 }, { dropped: 1, carried: 0, unquoted: 2 }] });
    const carried = await readMarketHistory([{ path, factors }], { mismatch: 'carry', carryDaysMax: 1 });
    expect(carried.dates).toEqual(['2026-01-01', '2026-01-02', '2026-01-04', '2026-01-05']);
    expect([...valuesOf(carried, 1)]).toEqual([0.2, 0.2, 0.22, 0.23]);
    expect([...valuesOf(carried, 0)]).toEqual([1, 2, 3, 5]);
    expect(carried.alignment!.series.map((each) => [each.carried, each.dropped])).toEqual([[1, 1], [1, 0]]);
    expect((await errorOf(readMarketHistory([{ path, factors }], { mismatch: 'carry' }))).code).toBe('OptionInvalid');
    expect((await errorOf(readMarketHistory([{ path, factors }], { from: '2027-01-01' }))).code).toBe('ObservationsMissing');
  });

  it.each([
    ['date,a,v\n2026-01-01,1,1\n2026-01-02,0,1\n', /bad\.csv, row 2, column a: must be > 0 and finite, got "0"/],
    ['date,a,v\n2026-01-01,inf,1\n', /row 1, column a: must be > 0 and finite, got "inf"/],
    ['date,a,v\n2026-01-01,1,-2\n', /row 1, column v: must be > 0 and finite, got "-2"/],
    ['date,a,v\n2026-01-01,1,abc\n', /row 1, column v: .* got "abc"/],
    ['date,a,v\n2026-01-02,1,1\n2026-01-01,1,1\n', /row 2, column date: must be after the row before, 2026-01-02.*HistoryMisaligned/],
    ['date,a,v\n2026-01-02,1,1\n2026-01-02,1,1\n', /row 2, column date: must be after the row before/],
    ['date,a,v\n2026-02-30,1,1\n', /row 1, column date: must be a date/],
    ['date,a\n2026-02-03,1\n', /column "v" is missing; there are date, a/],
  ])('%# is refused with file, row, column and value', async (text, message) => {
    expect((await errorOf(readMarketHistory([{ path: file('bad.csv', text), factors }]))).message).toMatch(message);
  });

  it('several rows of a day: refused, the close, or each', async () => {
    const path = file('hours.csv', 'date,a,v\n2026-01-01T10:00Z,1,1\n2026-01-01T11:00Z,2,2\n');
    expect((await errorOf(readMarketHistory([{ path, factors }]))).code).toBe('HistoryMisaligned');
    expect((await readMarketHistory([{ path, factors, intraday: 'last' }])).dates).toEqual(['2026-01-01']);
    expect((await readMarketHistory([{ path, factors, intraday: 'times' }])).dates).toEqual(['2026-01-01T10:00:00Z', '2026-01-01T11:00:00Z']);
  });

  it('other ways to write dates and gaps', async () => {
    const path = file('us.csv', 'date,a,v\n1/31/2026,1,1\n2/1/2026,.,.\n12/2/2026,2,2\n');
    const history = await readMarketHistory([{ path, factors, dateFormat: 'mdy', missingText: '.' }]);
    expect(history.dates).toEqual(['2026-01-31', '2026-12-02']);
    expect((await errorOf(readMarketHistory([{ path, factors, dateFormat: 'dmy' }]))).message).toMatch(/row 1, column date: must be a date, got "1\/31\/2026"/);
  });
});

const move = fc.double({ min: -1, minExcluded: true, max: 1e6, noNaN: true });
const sets = fc.integer({ min: 1, max: 20 }).chain((count) => fc.record({
  moves: fc.array(move, { minLength: 2 * count, maxLength: 2 * count }),
  labels: fc.option(fc.array(fc.stringMatching(/^[ -~]{1,12}$/), { minLength: count, maxLength: count }), { nil: undefined }),
  days: fc.option(fc.array(fc.double({ min: 0, max: 400, noNaN: true }), { minLength: count, maxLength: count }), { nil: undefined }),
}).map(({ moves, labels, days }): ScenarioSet => ({
  factors: [parseFactor('price:BTC'), parseFactor('volatility:BTC@2026-09-25', 'absolute')], count, moves: Float64Array.from(moves),
  ...(labels === undefined ? { weights: new Float64Array(count).fill(1 / count) } : { labels }),
  ...(days === undefined ? {} : { days: Float64Array.from(days) }),
})));

describe('files of scenarios', () => {
  it.each(['csv', 'parquet', 'arrow', 'json', 'ndjson'])('%s: what is written is read back, bit for bit', async (extension) => {
    let run = 0;
    await fc.assert(fc.asyncProperty(sets, async (set) => {
      const path = files.path(`set${run++}.${extension}`);
      await writeScenarios(path, set);
      expect(await readScenarios(path)).toEqual(set);
    }), { numRuns: 12 });
  });

  it.each([
    ['label,price:A\nx,\n', /bad\.csv, row 1, column price:A: must be a finite number, got "" \[ValueMissing\]/],
    ['price:A\n0.1\nabc\n', /row 2, column price:A: .* got "abc" \[ValueInvalid\]/],
    ['price:A\ninf\n', /row 1, column price:A: .* \[ValueNotFinite\]/],
    ['price:A\n0.1\n-1\n', /bad\.csv, row 2, column price:A: .*finite and > -1, got -1 \[ScenarioInvalid\]/],
    ['price:A,price:A\n0.1,0.2\n', /"price:A" is there twice/],
    ['price:A,spot\n0.1,0.2\n', /column spot: a column is label, weight, days or a risk factor/],
    ['weight,price:A\n0.6,0.2\n0.5,0.1\n', /the weights add up to 1\.1, not 1 \[ScenarioInvalid\]/],
    ['label\nx\n', /no column is a risk factor; there are label/],
    ['price:A\n', /there is no scenario/],
  ])('%# is refused with file, row, column and value', async (text, message) => {
    expect((await errorOf(readScenarios(file('bad.csv', text)))).message).toMatch(message);
  });

  it('labels that a file cannot hold are refused', async () => {
    const set: ScenarioSet = { factors: [parseFactor('price:A')], count: 1, moves: Float64Array.of(0), labels: ['a\nb'] };
    expect((await errorOf(writeScenarios(files.path('x.csv'), set))).code).toBe('ScenarioInvalid');
  });
});
