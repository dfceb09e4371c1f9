import { describe, expect, it } from 'vitest';
import { parseChain } from '../../src/chain/parse-chain.ts';
import { readChainFile } from '../../src/chain/read-chain-file.ts';
import { BadInputError, MargridError } from '../../src/errors.ts';
import { column, rowOf, tinyChain } from '../support/tiny-chain.ts';
import type { TinyChainFile } from '../support/tiny-chain.ts';

function parse(chain: unknown) {
  return parseChain(JSON.stringify(chain), 'tiny.json');
}

function errorOf(chain: unknown): MargridError {
  try {
    parse(chain);
  } catch (error) {
    return error as MargridError;
  }
  throw new Error('expected parseChain to throw');
}

describe('parseChain', () => {
  it('reads header, futures and options', () => {
    const chain = parse(tinyChain('inverse'));
    expect(chain.asOfMs).toBe(Date.UTC(2026, 6, 1, 20));
    expect(chain.spotPrice).toBeNull();
    expect(chain.futures).toEqual([
      { row: 1, expiryMs: null, bid: 99.5, ask: 100.5, openInterest: 5000 },
      { row: 2, expiryMs: Date.UTC(2026, 11, 31, 8), bid: 99.9, ask: 100.1, openInterest: 250 },
    ]);
    expect(chain.options).toHaveLength(10);
    expect(chain.options[1]).toMatchObject({ row: 2, strike: 96, optionType: 'put', openInterest: 7 });
  });

  it('cuts a time to whole milliseconds', () => {
    const chain = { ...tinyChain(), asOf: '2026-08-01T17:58:04.320987Z' };
    expect(parse(chain).asOfMs).toBe(Date.UTC(2026, 7, 1, 17, 58, 4, 320));
    expect(parse({ ...chain, asOf: '2026-08-01T17:58:04.3Z' }).asOfMs).toBe(Date.UTC(2026, 7, 1, 17, 58, 4, 300));
  });

  it('keeps a missing bid, ask or open interest as null', () => {
    const chain = tinyChain();
    rowOf(chain, 96, 'C').splice(column.bid, 3, null, null, null);
    expect(parse(chain).options[0]).toMatchObject({ bid: null, ask: null, openInterest: null });
  });

  it('refuses text that is no JSON, and JSON of another kind', () => {
    expect(() => parseChain('{"format":', 'cut.json')).toThrow(expect.objectContaining({ code: 'FileUnreadable' }));
    expect(errorOf([1, 2]).code).toBe('FileUnreadable');
    expect(errorOf({ format: 'other' }).code).toBe('FileFormatUnknown');
    expect(errorOf({ ...tinyChain(), formatVersion: 2 }).code).toBe('FileFormatUnknown');
  });

  it.each<[string, (chain: TinyChainFile) => void, object]>([
    ['text price', (c) => { rowOf(c, 96, 'P')[column.bid] = '3'; },
      { code: 'ColumnTypeWrong', row: 2, column: 'bid', value: '3' }],
    ['negative ask', (c) => { rowOf(c, 98, 'C')[column.ask] = -1; },
      { code: 'ValueOutOfRange', row: 3, column: 'ask', value: -1 }],
    ['zero strike', (c) => { c.options.rows[4][column.strike] = 0; },
      { code: 'ValueOutOfRange', row: 5, column: 'strike' }],
    ['no strike', (c) => { c.options.rows[4][column.strike] = null; },
      { code: 'ValueMissing', row: 5, column: 'strike' }],
    ['bad date', (c) => { c.options.rows[0][column.expiry] = '2026-02-30'; },
      { code: 'ValueInvalid', row: 1, column: 'expiry' }],
    ['bad type', (c) => { c.options.rows[0][column.optionType] = 'call'; },
      { code: 'ValueInvalid', column: 'optionType' }],
    ['duplicate', (c) => { c.options.rows[9][column.optionType] = 'C'; }, { code: 'InstrumentDuplicate', row: 10 }],
    ['duplicate future', (c) => { c.futures.rows = [[null, 1, 2, 3], [null, 1, 2, 3]]; },
      { code: 'InstrumentDuplicate', row: 2 }],
    ['short row', (c) => { c.options.rows[5].pop(); }, { code: 'ValueInvalid', row: 6 }],
    ['no column', (c) => { c.options.columns[3] = 'best_bid'; }, { code: 'ColumnMissing', column: 'bid' }],
    ['no table', (c) => { c.options = null as never; }, { code: 'ValueInvalid', column: 'options' }],
    ['time with offset', (c) => { c.asOf = '2026-08-01T17:58:04+02:00'; }, { code: 'ValueInvalid', column: 'asOf' }],
    ['impossible time', (c) => { c.asOf = '2026-08-01T27:58:04Z'; }, { code: 'ValueInvalid', column: 'asOf' }],
    ['payoff', (c) => { c.payoff = 'quanto'; }, { code: 'ValueInvalid', column: 'payoff', value: 'quanto' }],
    ['hour', (c) => { c.expiryTime.hour = 24; }, { code: 'ValueInvalid', column: 'expiryTime.hour' }],
    ['missing field', (c) => { delete c.contractSize; }, { code: 'ValueMissing', column: 'contractSize.option' }],
    ['zero spot', (c) => { c.spotPrice = 0; }, { code: 'ValueInvalid', column: 'spotPrice' }],
  ])('names file, row, column and value: %s', (_name, spoil, expected) => {
    const chain = tinyChain();
    spoil(chain);
    const error = errorOf(chain) as BadInputError;
    expect(error).toBeInstanceOf(BadInputError);
    expect(error.problems[0]).toMatchObject({ file: 'tiny.json', ...expected });
  });

  it('lists all problems at once', () => {
    const chain = tinyChain();
    rowOf(chain, 96, 'P')[column.bid] = '3';
    rowOf(chain, 98, 'C')[column.ask] = -1;
    const error = errorOf(chain) as BadInputError;
    expect(error.problemCount).toBe(2);
    expect(error.message).toBe('tiny.json, row 2, column bid: bid of options must be a number, got 3 [ColumnTypeWrong]'
      + ' (and 1 more problems)');
  });
});

describe('readChainFile', () => {
  it('names a file that is not there', () => {
    expect(() => readChainFile('no/such/chain.json')).toThrow(expect.objectContaining({ code: 'FileNotFound' }));
  });
});
