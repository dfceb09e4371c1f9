import { Decimal } from 'decimal.js';
import { describe, expect, it } from 'vitest';
import { marginAccount, type AccountMargin } from '../../src/engine/account-margin.ts';
import { modelByName } from '../../src/margin/registry.ts';
import { isRefusal, type ReferenceMargin, type ReferenceResult } from '../../src/reference/margin/account.ts';
import { referenceByName } from '../../src/reference/margin/registry.ts';
import { goldenModels, loadGoldenPortfolios, type GoldenPortfolio, type GoldenSet } from '../support/golden-portfolio.ts';

/** Amounts of one netting set, wherever they come from. */
interface Amounts {
  readonly equity: Decimal.Value;
  readonly initialMargin: Decimal.Value;
  readonly maintenanceMargin: Decimal.Value;
  readonly component: (name: string) => Decimal.Value | undefined;
}

function expectAmounts(what: string, actual: Amounts, expected: GoldenSet, bound: number): void {
  const near = (name: string, value: Decimal.Value | undefined, wanted: number | string | undefined): void => {
    if (wanted === undefined) return;
    expect(value, `${what} ${name}`).toBeDefined();
    const allowed = Decimal.max(bound, new Decimal(wanted).abs().times(2 ** -51));
    const error = new Decimal(value!).minus(wanted).abs();
    expect(error.lte(allowed), `${what} ${name}: ${String(value)} instead of ${wanted}, bound ${String(allowed)}`).toBe(true);
  };
  near('equity', actual.equity, expected.equity);
  near('initialMargin', actual.initialMargin, expected.initialMargin);
  near('maintenanceMargin', actual.maintenanceMargin, expected.maintenanceMargin);
  for (const [name, wanted] of Object.entries(expected.components ?? {})) near(name, actual.component(name), wanted);
}

function expectEngine(what: string, actual: AccountMargin, expected: GoldenSet, bound: number): void {
  expect(actual.fault, what).toBeNull();
  expectAmounts(what, { ...actual, component: (name) => actual.components[name] }, expected, bound);
  if (expected.worstScenario !== undefined) expect(actual.worstScenario, `${what} worstScenario`).toBe(expected.worstScenario);
  expected.scenarioPnl?.forEach((wanted, index) => {
    const error = new Decimal(actual.scenarioPnl[index]).minus(wanted).abs().toNumber();
    expect(error, `${what} scenarioPnl[${index}]`).toBeLessThanOrEqual(bound);
  });
}

/** Result of the reference per netting set currency. */
function referenceResults(golden: GoldenPortfolio): ReadonlyMap<string, ReferenceResult> {
  const reference = referenceByName(golden.model);
  if (reference === null) throw new Error(`the model ${golden.model} has no reference`);
  const indexOf = (name: string): number => golden.market.instruments.findIndex((each) => each.name === name);
  const { positions, orders } = golden;
  return reference(golden.market, modelByName(golden.model).parseParams(golden.params))({
    positions: positions.map(({ instrument, quantity, entryPrice }) => ({
      instrumentIndex: indexOf(instrument),
      quantity,
      entryPrice: entryPrice ?? 0,
    })),
    orders: orders.map(({ instrument, quantity, limitPrice }) => ({
      instrumentIndex: indexOf(instrument),
      quantity,
      limitPrice,
    })),
    cash: new Map(Object.entries(golden.cash)),
  });
}

function expectReference(golden: GoldenPortfolio): ReadonlyMap<string, ReferenceMargin> {
  const results = referenceResults(golden);
  const margins = new Map<string, ReferenceMargin>();
  for (const expected of golden.expected!) {
    const result = results.get(expected.currency);
    expect(result, `reference has ${expected.currency}`).toBeDefined();
    if (isRefusal(result!)) throw new Error(`the reference refuses: ${result.refusal}`);
    margins.set(expected.currency, result!);
    const bound = golden.tolerance.relativeToScale * result!.scale.toNumber();
    expectAmounts(`reference ${expected.currency}`, { ...result!, component: (name) => result!.components.get(name) }, expected, bound);
  }
  return margins;
}

const marginsOf = (golden: GoldenPortfolio, kernels: 'wasm' | 'javascript'): Promise<AccountMargin[]> =>
  marginAccount({ ...golden, kernels });

describe.each(goldenModels())('golden portfolios of %s', (model) => {
  it('exist', () => {
    expect(loadGoldenPortfolios(model).length).toBeGreaterThan(0);
  });

  it.each(loadGoldenPortfolios(model))('$name', async (golden) => {
    const margins = await marginsOf(golden, 'wasm');
    expect(await marginsOf(golden, 'javascript')).toEqual(margins);
    if (golden.expected === null) {
      const faults = margins.map(({ fault }) => fault).filter((fault) => fault !== null);
      expect(faults.length).toBeGreaterThan(0);
      expect(faults.join('; ')).toContain(golden.expectedRefusal);
      const refusals = [...referenceResults(golden).values()].filter(isRefusal);
      expect(refusals.map(({ refusal }) => refusal).join('; ')).toContain(golden.expectedRefusal);
      return;
    }
    const references = expectReference(golden);
    for (const expected of golden.expected) {
      const actual = margins.find(({ currency }) => currency === expected.currency);
      expect(actual, `engine has ${expected.currency}`).toBeDefined();
      const scale = references.get(expected.currency)!.scale.toNumber();
      expectEngine(expected.currency, actual!, expected, golden.tolerance.relativeToScale * scale);
    }
  });
});
