import { describe, expect, it } from 'vitest';
import type { Instrument } from '../../src/domain/instrument.ts';
import { marginAccount, type AccountMargin } from '../../src/engine/account-margin.ts';
import { shippedParams } from '../../src/margin/shipped-params.ts';

const asOfMs = Date.UTC(2026, 2, 2);

function option(strike: number, optionType: 'call' | 'put', days: number): Instrument {
  return {
    name: `XYZ-${days}-${strike}-${optionType}`, kind: 'option', payoff: 'linear', baseCurrency: 'XYZ', quoteCurrency: 'USD',
    settlementCurrency: 'USD', contractSize: 100, expiryMs: asOfMs + days * 86_400_000, strike, optionType, exercise: 'american',
  };
}

interface Held {
  readonly instrument: Instrument;
  readonly quantity: number;
  readonly mark: number;
}

async function margin(held: readonly Held[], search: object = {}): Promise<AccountMargin> {
  const shipped = shippedParams('regt') as Record<string, object>;
  const [result] = await marginAccount({
    market: {
      asOfMs,
      instruments: held.map(({ instrument }) => instrument),
      forward: new Float64Array(held.length).fill(100),
      impliedVolatility: new Float64Array(held.length).fill(NaN),
      indexPrice: new Map([['xyz_usd', 100]]),
      openInterest: new Float64Array(held.length),
      fields: new Map([['markPrice', Float64Array.from(held, ({ mark }) => mark)]]),
    },
    model: 'regt',
    params: { ...shipped, search: { ...shipped['search'], ...search } },
    positions: held.map(({ instrument, quantity }) => ({ instrument: instrument.name, quantity })),
    cash: { USD: 1e6 },
  });
  return result;
}

/** Eight legs whose relaxation is fractional. */
const tangled: readonly Held[] = [
  [95, 'call', 30, -3, 7], [100, 'call', 30, 5, 4], [105, 'call', 60, -4, 3], [110, 'call', 60, 3, 2],
  [105, 'put', 30, -2, 6], [100, 'put', 60, 3, 4], [95, 'put', 30, 1, 1], [90, 'put', 60, -3, 1],
].map(([strike, type, days, quantity, mark]) => ({
  instrument: option(strike as number, type as 'call' | 'put', days as number),
  quantity: quantity as number,
  mark: mark as number,
}));

describe('regt in the engine', () => {
  it('refuses fractions of a contract, by its own reason', async () => {
    const result = await margin([{ instrument: option(100, 'call', 30), quantity: -0.5, mark: 3 }]);
    expect(result).toMatchObject({ status: 'quarantined', fault: 'regt margins whole option contracts only' });
  });

  it('refuses amounts that a double does not hold exactly', async () => {
    const result = await margin([{ instrument: option(100, 'call', 30), quantity: -1e9, mark: 3 }]);
    expect(result.fault).toContain('too large for exact amounts');
    const large = await margin([{ instrument: option(100, 'call', 30), quantity: -1e7, mark: 3 }]);
    expect(large.maintenanceMargin).toBe(2300 * 1e7);
  });

  it('never passes an upper bound for the least requirement: the gap says how far it may be', async () => {
    const least = await margin(tangled);
    expect(least.components['optimalityGap']).toBe(0);
    const unsearched = await margin(tangled, { cellsMax: 0 });
    const { optimalityGap } = unsearched.components;
    expect(unsearched.maintenanceMargin).toBeGreaterThan(least.maintenanceMargin);
    expect(optimalityGap).toBeGreaterThanOrEqual(unsearched.maintenanceMargin - least.maintenanceMargin);
  });

  it('has parts that add up to the maintenance requirement', async () => {
    const { components, maintenanceMargin } = await margin(tangled);
    const parts = ['naked', 'spreads', 'boxes', 'hedgedStock', 'stock', 'longOptions'];
    expect(parts.reduce((sum, part) => sum + components[part], 0)).toBeCloseTo(maintenanceMargin, 6);
  });
});
