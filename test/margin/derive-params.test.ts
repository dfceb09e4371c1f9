import { describe, expect, it } from 'vitest';
import { MargridError } from '../../src/errors.ts';
import { modelByName } from '../../src/margin/registry.ts';
import { shippedParams } from '../../src/margin/shipped-params.ts';

interface Grid {
  readonly scenarios: readonly { readonly spotShock: number; readonly dampeningFactor: number }[];
}

type Tree = Record<string | number, unknown>;

/** Every value of a parameter object that is no object: its keys, and the path that an error must name. */
function leavesOf(tree: unknown, keys: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof tree !== 'object' || tree === null) return [keys];
  const isList = Array.isArray(tree);
  return Object.entries(tree).flatMap(([key, value]) => leavesOf(value, [...keys, isList ? Number(key) : key]));
}

const pathOf = (keys: readonly (string | number)[]): string =>
  keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('').slice(1);

/** The parameters with one value replaced; `undefined` removes it. */
function withValue(params: unknown, keys: readonly (string | number)[], value: unknown): unknown {
  const copy = structuredClone(params) as Tree;
  const inner = keys.slice(0, -1).reduce((at, key) => at[key] as Tree, copy);
  if (value === undefined) delete inner[keys.at(-1)!];
  else inner[keys.at(-1)!] = value;
  return copy;
}

function errorOf(model: string, params: unknown): MargridError | null {
  try {
    modelByName(model).parseParams(params);
    return null;
  } catch (cause) {
    return cause as MargridError;
  }
}

/** Every field once: of the managers the first, of the scenarios the first; notes are only texts. */
function isChecked([section, name, , index]: readonly (string | number)[]): boolean {
  if (section === 'unconfirmed') return false;
  return !(section === 'managers' && name !== 'eth') && !(typeof index === 'number' && index > 0);
}

describe.each(['derive-pmrm', 'derive-pmrm1', 'derive-srm'])('parameters of %s', (model) => {
  const params = shippedParams(model);
  const leaves = leavesOf(params).filter(isChecked);

  it('are read as shipped, with date, source and what is unconfirmed', () => {
    const parsed = modelByName(model).parseParams(params);
    const coverage = modelByName(model).coverage(parsed);
    expect(coverage.covers.slice(0, 2)).toEqual(['eth', 'btc']);
    expect(coverage.date).toBe('2026-01-15');
    expect(coverage.source).toContain('docs.derive.xyz');
    expect(coverage.unconfirmed.length).toBeGreaterThan(0);
  });

  const named = leaves.map((keys) => [pathOf(keys), keys] as const);

  it.each(named)('%s: wrong or missing is refused by name', (path, keys) => {
    for (const wrong of [-5000, NaN, 'wrong', null, undefined]) {
      // A date and texts are as good as any other text, and a currency name is not checked against a list.
      if (wrong === 'wrong' && ['source', 'currency'].includes(path)) continue;
      if (wrong === 'wrong' && path.endsWith('.baseAsset')) continue;
      const error = errorOf(model, withValue(params, keys, wrong));
      expect(error, `${path} = ${String(wrong)}`).toBeInstanceOf(MargridError);
      expect(error!.code).toBe('ParameterInvalid');
      expect(error!.message).toContain(path);
    }
  });

  it('need a section of managers or markets that is not empty', () => {
    const name = model === 'derive-srm' ? 'markets' : 'managers';
    expect(errorOf(model, withValue(params, [name], {}))!.message).toContain(name);
    expect(errorOf(model, 'text')!.code).toBe('ParameterInvalid');
  });
});

describe('scenarios of derive-pmrm', () => {
  const params = shippedParams('derive-pmrm');
  const scenarios = ['managers', 'eth', 'scenarios'];

  it('have no skew scenario that moves spot: the venue refuses one too', () => {
    for (const volShock of ['Linear', 'Abs']) {
      const wrong = withValue(params, [...scenarios, 0], { spotShock: 1.18, volShock, dampeningFactor: 1 });
      expect(errorOf('derive-pmrm', wrong)!.message).toContain('managers.eth.scenarios[0].spotShock must be 1');
      const right = withValue(params, [...scenarios, 0], { spotShock: 1, volShock, dampeningFactor: 1 });
      expect(errorOf('derive-pmrm', right)).toBeNull();
    }
  });

  it('are at least one, and no more than 256', () => {
    const many = Array.from({ length: 257 }, () => ({ spotShock: 1, volShock: 'None', dampeningFactor: 1 }));
    for (const wrong of [[], many]) {
      expect(errorOf('derive-pmrm', withValue(params, scenarios, wrong))!.message).toContain('managers.eth.scenarios');
    }
  });

  it('are the documented grid: 23 rows, 8 tails, 2 skew rows for ETH and BTC', () => {
    const { managers } = params as { readonly managers: Readonly<Record<string, Grid>> };
    expect(managers['eth'].scenarios.length).toBe(33);
    const tails = managers['eth'].scenarios.filter(({ dampeningFactor }) => dampeningFactor !== 1);
    expect(tails.map(({ spotShock }) => spotShock)).toEqual([0.34, 0.67, 1.5, 2, 3, 4, 5, 6]);
    expect(managers['btc'].scenarios).toEqual(managers['eth'].scenarios);
  });

  it('of PMRM know no skew and no dampening', () => {
    const first = ['managers', 'eth', 'scenarios', 0, 'volShock'];
    expect(errorOf('derive-pmrm1', withValue(shippedParams('derive-pmrm1'), first, 'Linear'))!.message)
      .toContain('must be one of Up, None, Down');
  });
});
