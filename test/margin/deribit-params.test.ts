import { describe, expect, it } from 'vitest';
import { MargridError } from '../../src/errors.ts';
import { modelByName } from '../../src/margin/registry.ts';
import { shippedParams } from '../../src/margin/shipped-params.ts';

type Tree = Record<string, unknown>;
type Path = readonly string[];

const copyOf = (model: string): Tree => structuredClone(shippedParams(model)) as Tree;

/** The parameters of a model with one value replaced; `undefined` removes it. */
function changed(model: string, path: Path, value: unknown): Tree {
  const tree = copyOf(model);
  const owner = path.slice(0, -1).reduce<Tree>((node, name) => node[name] as Tree, tree);
  if (value === undefined) delete owner[path.at(-1)!];
  else owner[path.at(-1)!] = value;
  return tree;
}

/** The error that parsing gives; fails if there is none. */
function errorOf(model: string, params: unknown): MargridError {
  try {
    modelByName(model).parseParams(params);
  } catch (error) {
    expect(error).toBeInstanceOf(MargridError);
    return error as MargridError;
  }
  throw new Error('the parameters were taken');
}

function numberPaths(node: unknown, path: Path = []): Path[] {
  if (typeof node === 'number') return [path];
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return [];
  return Object.entries(node).flatMap(([name, value]) => numberPaths(value, [...path, name]));
}

describe.each(['deribit-sm', 'deribit-xsm', 'deribit-xpm'])('parameters of %s', (model) => {
  it('the shipped file is taken and says what it covers', () => {
    const found = modelByName(model);
    const { source, date, covers, unconfirmed } = found.coverage(found.parseParams(shippedParams(model)));
    expect(source.length).toBeGreaterThan(20);
    expect(date).toBe('2026-02-16');
    expect(covers.length).toBeGreaterThan(2);
    expect(unconfirmed.length).toBeGreaterThan(0);
  });

  const paths = numberPaths(shippedParams(model)).map((path) => [path.join('.'), path] as const);

  it.each(paths)('%s: a text, a negative number, nothing and NaN are refused by name', (name, path) => {
    for (const value of ['0.1', -1, null, undefined, NaN, [1]]) {
      const error = errorOf(model, changed(model, path, value));
      expect(error.code).toBe('ParameterInvalid');
      expect(error.message).toContain(name);
    }
  });

  it('a section that is no object is refused by name', () => {
    for (const name of Object.keys(copyOf(model))) {
      if (['source', 'date', 'unconfirmed'].includes(name)) continue;
      expect(errorOf(model, changed(model, [name], 7)).message).toContain(name);
      expect(errorOf(model, changed(model, [name], undefined)).message).toContain(name);
    }
    expect(errorOf(model, 'text').message).toContain('parameters');
  });

  it('notes that are no texts are refused by name', () => {
    expect(errorOf(model, changed(model, ['unconfirmed'], [1])).message).toContain('unconfirmed[0]');
  });
});

describe('ranges', () => {
  it.each([
    ['deribit-sm', ['futures', 'btc_btc', 'initial_rate'], 1.01],
    ['deribit-sm', ['futures', 'btc_btc', 'rate_per_coin'], 1.01],
    ['deribit-sm', ['options', 'btc_btc', 'maintenance_rate'], 1.01],
    ['deribit-xsm', ['collateral', 'steth', 'haircut'], 1.01],
    ['deribit-xpm', ['currency', 'usdc', 'haircut'], 1.01],
    ['deribit-xpm', ['currency_pair', 'btc_usd', 'price_range'], 1],
    ['deribit-xpm', ['general', 'mm_factor'], 1.01],
    ['deribit-xpm', ['general', 'buckets_count'], 2.5],
    ['deribit-xpm', ['general', 'vol_scenarios_count'], 5],
  ])('%s %s: %s is out of range', (model, path, value) => {
    expect(errorOf(model, changed(model, path, value)).message).toContain(path.join('.'));
  });

  it('a date is a date', () => {
    expect(errorOf('deribit-sm', changed('deribit-sm', ['date'], '16 Feb 2026')).message).toContain('date');
    expect(errorOf('deribit-xsm', changed('deribit-xsm', ['source'], '')).message).toContain('source');
  });
});

describe('what nobody has published', () => {
  const xpm = (path: Path, value: unknown) => errorOf('deribit-xpm', changed('deribit-xpm', path, value));

  it('correlation between coins', () => {
    const error = xpm(['currency', 'btc', 'correlation_set'], true);
    expect(error.code).toBe('ComponentUnknown');
    expect(error.message).toContain('currency.btc.correlation_set');
    expect(xpm(['currency', 'usdc', 'correlation_set'], true).code).toBe('ComponentUnknown');
  });

  it('an impact of the equity on one side only', () => {
    expect(xpm(['currency', 'btc', 'equity_side_impact'], 'up').message).toContain('currency.btc.equity_side_impact');
    expect(xpm(['currency', 'usdc', 'equity_side_impact'], undefined).message).toContain('currency.usdc');
  });

  it('a bucket without a matrix', () => {
    expect(xpm(['currency', 'steth', 'bucket'], 'sol').message).toContain('currency.sol');
    expect(xpm(['currency', 'steth', 'bucket'], 3).message).toContain('currency.steth.bucket');
    expect(xpm(['currency', 'usdc', 'equity_side_impact'], 'both').message).toContain('currency.usdc');
    expect(xpm(['currency_pair', 'eth_usd'], undefined).message).toContain('currency_pair.eth_usd');
  });
});
