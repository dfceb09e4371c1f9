import { describe, expect, it } from 'vitest';
import { MargridError } from '../../src/errors.ts';
import { parseSpanParams } from '../../src/margin/span/params.ts';
import { PositionalReader, type SpanFileFilter } from '../../src/span/read-positional.ts';
import { arrayLines, callLosses, futureLosses, headerLine, lineOf, spanFileLines } from '../support/span-file.ts';

function read(lines: readonly string[], filter?: SpanFileFilter) {
  const reader = new PositionalReader('test.pa2', filter);
  for (const line of lines) reader.line(line);
  return parseSpanParams(reader.finish());
}

function failure(lines: readonly string[], filter?: SpanFileFilter): MargridError {
  try {
    read(lines, filter);
  } catch (error) {
    if (error instanceof MargridError) return error;
    throw error;
  }
  throw new Error('no error');
}

/** The file with the first line that begins so changed. */
function changed(start: string, change: (line: string) => string | string[]): string[] {
  const lines = spanFileLines();
  const at = lines.findIndex((line) => line.startsWith(start));
  const replaced = change(lines[at]);
  return [...lines.slice(0, at), ...(Array.isArray(replaced) ? replaced : [replaced]), ...lines.slice(at + 1)];
}

const put = (line: string, column: number, text: string): string =>
  line.padEnd(column + text.length - 1).slice(0, column - 1) + text + line.slice(column + text.length - 1);

describe('positional risk-parameter files', () => {
  it('reads contracts with arrays, deltas, prices and names', () => {
    const { contracts, date } = read(spanFileLines());
    expect(date).toBe('2026-01-02');
    expect(contracts.map(({ name }) => name)).toEqual([
      'EXC:AB:FUT:202603', 'EXC:AB:FUT:202606', 'EXC:AB:FUT:202609', 'EXC:AB:OOF:202606:202606:C:100', 'EXC:CD:FUT:202606',
    ]);
    const call = contracts[3];
    expect(call.riskArray).toEqual({ losses: callLosses, compositeDelta: 0.55 });
    expect(call).toMatchObject({
      strike: 100, settlementPrice: 4.5, impliedVolatility: 0.2, valuation: 'premium', valueFactor: 1, expiryDate: '2026-03-20',
      month: '202606', optionMonth: '202606', optionType: 'call', priceScanRange: { up: 1200, down: 1200 },
    });
  });

  it('applies the risk exponent to arrays', () => {
    const { contracts } = read(spanFileLines());
    expect(contracts[4].riskArray!.losses).toEqual(futureLosses(300).map((loss) => loss * 10));
  });

  it('reads tiers, spreads, delivery charges, minimums and ratios', () => {
    const [first] = read(spanFileLines()).combinedCommodities;
    expect(first.intraTiers).toEqual([
      { number: 1, start: '202603', end: '202603' }, { number: 2, start: '202606', end: '202609' },
    ]);
    expect(first.intraSpreads).toEqual([
      {
        kind: 'series', priority: 1, charge: 25,
        legs: [{ period: '202603', ratio: 1, side: 'A' }, { period: '202606', ratio: 1, side: 'B' }],
      },
      { kind: 'tier', priority: 1, charge: 40, legs: [{ period: '1', ratio: 1, side: 'A' }, { period: '2', ratio: 1, side: 'B' }] },
    ]);
    expect(first.spotMonths).toEqual([{ month: '202603', chargeConsumed: 5, chargeOutright: 70 }]);
    expect(first.shortOptionMinimum).toEqual({ method: 'sum', rate: 12, tiers: [] });
    expect(first.initialRatio).toEqual({ member: 1, hedger: 1.1, speculator: 1.2 });
  });

  it('reads intercommodity spreads', () => {
    expect(read(spanFileLines()).interSpreads).toMatchObject([{
      method: 'delta', rate: 0.5, creditMethod: 'weighted', isSuper: false,
      legs: [{ combinedCommodity: 'AB', ratio: 1, side: 'A' }, { combinedCommodity: 'CD', ratio: 2, side: 'B' }],
    }]);
  });

  it('keeps the combined commodities asked for', () => {
    const { contracts, combinedCommodities, interSpreads } = read(spanFileLines(), { combinedCommodities: ['CD'] });
    expect(contracts.map(({ name }) => name)).toEqual(['EXC:CD:FUT:202606']);
    expect(combinedCommodities.map(({ code }) => code)).toEqual(['CD']);
    expect(interSpreads).toHaveLength(1);
  });

  it('has no price where the file has all nines, and the precise one where it is flagged', () => {
    const nines = changed('82EXCAB        AB        OOF', (line) => put(line, 111, '9999999'));
    expect(read(nines).contracts[3].settlementPrice).toBeNull();
    const precise = changed('81EXCAB        AB        OOF', (line) => put(put(line, 109, '00000000001234'), 123, 'Y'));
    expect(read(precise).contracts[3].settlementPrice).toBe(12.34);
  });

  it('reads signs of strikes and prices, weekly options as contracts of their own, and prices in fractions', () => {
    const negative = changed('82EXCAB        AB        OOF', (line) => put(line, 118, '--'));
    expect(read(negative).contracts[3]).toMatchObject({ strike: -100, settlementPrice: -4.5 });
    const lines = spanFileLines();
    const pair = lines.slice(-5, -3).map((line) => put(line, 45, 'W1'));
    const weekly = read([...lines.slice(0, -1), ...pair, lines.at(-1)!]);
    expect(weekly.contracts.at(-1)!.name).toBe('EXC:AB:OOF:202606:202606W1:C:100');
    const treasuries = changed('P EXCAB        FUT', (line) => put(put(line, 34, '003'), 40, 'C'))
      .map((line) => (line.startsWith('82EXCAB        AB        FUT 202603') ? put(line, 111, '0117130') : line));
    expect(read(treasuries).contracts[0].settlementPrice).toBe(117.40625);
  });

  it('reads tiers of every scanning method', () => {
    const withMethod = (method: string) =>
      read(changed('S AB', () => lineOf([1, 'S '], [3, 'AB'], [9, method], [11, '02'], [13, '01202603202603'], [27, '02202606202609'],
        [83, '3'], [104, '00000110000022']))).combinedCommodities[0];
    expect(withMethod('01')).toMatchObject({ scanTiers: [], interTiers: [], weightedPriceRiskMethod: 'scan-range' });
    expect(withMethod('10').scanTiers).toHaveLength(2);
    expect(withMethod('10').interTiers).toHaveLength(0);
    expect(withMethod('20').interTiers).toHaveLength(2);
    expect(withMethod('20').scanTiers).toHaveLength(0);
    expect(withMethod('21')).toMatchObject({ scanTiers: [{}, {}], interTiers: [{}, {}] });
    expect(withMethod('02').scanTiers.map(({ start }) => start)).toEqual(['202603', '202606', '202609']);
    expect(withMethod('30').shortOptionMinimum.tiers.map(({ rate }) => rate)).toEqual([11, 22]);
  });

  it('reads scanning-based, flat and super spreads', () => {
    const spread = (parts: readonly (readonly [number, string])[]) =>
      read(changed('6 EXC', (line) => parts.reduce((text, [column, value]) => put(text, column, value), line))).interSpreads[0];
    expect(spread([[89, '04'], [91, 'EXC'], [94, 'N'], [95, 'CD'], [20, 'N'], [110, 'S'], [111, '00200000003']])).toMatchObject({
      method: 'scanning', isSuper: true, rate: 0.5, minimumLegs: 3, target: { combinedCommodity: 'CD', ratio: 2, isRequired: false },
      legs: [{ isRequired: false }, { isRequired: true }],
    });
    expect(spread([[101, 'F']])).toMatchObject({ creditMethod: 'flat', rate: 5000 });
    expect(spread([[89, '77']]).refusal).toContain("'77'");
  });

  it('refuses what is not published instead of leaving it out', () => {
    const basis = read(changed('4 AB', (line) => put(line, 9, '11')));
    expect(basis.combinedCommodities[0].refusal).toContain('method 11');
  });

  it.each([
    ['an unknown record type', changed('1 EXC', () => 'Q EXC'), 'ValueInvalid', 2, '1-2', 'Q '],
    ['no header', spanFileLines().slice(1), 'FileFormatUnknown', 1, undefined, undefined],
    ['another format', [lineOf([1, '0 '], [36, 'U1'])], 'ValueInvalid', 1, '36-37', 'U1'],
    ['scenarios 10 to 16 missing', changed('82EXCAB', () => []), 'ValueMissing', 17, '6-15', 'AB        '],
    ['scenarios 1 to 9 missing', changed('81EXCAB', () => []), 'ValueMissing', 17, '6-15', 'AB        '],
    ['a line that is cut', changed('81EXCAB', (line) => line.slice(0, 60)), 'ValueMissing', 17, '61-65', ''],
    ['a line that is cut within a value', changed('82EXCAB', (line) => line.slice(0, 63)), 'ValueInvalid', 18, '61-65', '012'],
    ['a loss without sign', changed('81EXCAB', (line) => put(line, 60, ' ')), 'ValueInvalid', 17, '55-59', '00000'],
    ['a loss that is no number', changed('81EXCAB', (line) => put(line, 55, '00x00')), 'ValueInvalid', 17, '55-59', '00x00'],
    ['a month that is none', changed('81EXCAB', (line) => put(line, 30, '202613')), 'ValueMissing', 18, '6-15', 'AB        '],
    ['a spread of one leg', changed('E AB', (line) => line.slice(0, 34)), 'ValueInvalid', 9, '21-24', '2603'],
    ['a leg without a side', changed('C AB', (line) => put(line, 28, 'X')), 'ValueInvalid', 10, '28', 'X'],
    ['a ratio of zero', changed('C AB', (line) => put(line, 26, '00')), 'ValueOutOfRange', 10, '26-27', '00'],
    ['an unknown scanning method', changed('S AB', (line) => put(line, 9, '99')), 'ValueInvalid', 7, '9-10', '99'],
    ['arrays with decimals', changed('2 EXC AB', (line) => put(line, 36, '2')), 'ValueInvalid', 6, '36', '2'],
    ['parameters of nothing', changed('3 AB', (line) => put(line, 3, 'ZZ')), 'ValueInvalid', 8, '3-8', 'ZZ    '],
    ['arrays of nothing', changed('2 EXC CD', () => []), 'ValueInvalid', 25, '6-15', 'CD        '],
  ] as const)('%s', (_title, lines, code, row, column, value) => {
    const error = failure(lines);
    expect(error.code).toBe(code);
    expect(error.place).toMatchObject({ file: 'test.pa2', row });
    if (column !== undefined) expect(error.place.column).toBe(column);
    if (value !== undefined) expect(error.place.value).toBe(value);
    expect(error.message).toContain(`test.pa2, row ${row}`);
  });

  it('names a contract that occurs twice and a combined commodity that is not there', () => {
    const lines = spanFileLines();
    const pair = arrayLines({ product: 'CD', type: 'FUT', month: '202606', values: futureLosses(300), delta: '10000+', price: '0005000' });
    expect(failure([...lines, ...pair]).code).toBe('InstrumentDuplicate');
    expect(failure(lines, { combinedCommodities: ['NO'] }).message).toContain("no combined commodity 'NO'");
    expect(failure([]).code).toBe('FileFormatUnknown');
    expect(failure([headerLine, lines[18]]).code).toBe('ValueMissing');
  });
});
