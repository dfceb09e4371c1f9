import type { AccountMargin } from '../../../src/index.ts';
import { checkAbsolute, type Check } from '../check.ts';
import { CaseInputError, decimalOf, fieldsOf, numberOf, type Fields } from '../fields.ts';

/** The contracts count in 18-digit fixed point and the test files in doubles: 1e-9 is what both agree on. */
const tolerance = 1e-9;
/** Expected values that were cut to integers. */
const integerTolerance = 1;

/** |error| <= 1e-9 max(1, |expected|); nothing if the file does not say. */
export function checkAmount(quantity: string, actual: number, value: unknown, scale = 1): Check[] {
  const expected = decimalOf(value, quantity)?.times(scale) ?? null;
  if (expected === null) return [];
  return [checkAbsolute(quantity, actual, expected, tolerance * Math.max(1, expected.abs().toNumber()))];
}

export function checkInteger(quantity: string, actual: number, value: unknown): Check[] {
  const expected = decimalOf(value, quantity);
  return expected === null ? [] : [checkAbsolute(quantity, actual, expected, integerTolerance)];
}

/** What the venue calls margin: equity less the requirement, below 0 where it is not met. */
export interface Balances {
  readonly equity: number;
  readonly initial: number;
  readonly maintenance: number;
  readonly component: (name: string) => number;
  readonly scenarioPnl: (index: number) => number;
}

/** An account without anything has zeros. */
export function balancesOf(margin: AccountMargin | null): Balances {
  if (margin === null) return { equity: 0, initial: 0, maintenance: 0, component: () => 0, scenarioPnl: () => 0 };
  return {
    equity: margin.equity,
    initial: margin.equity - margin.initialMargin,
    maintenance: margin.equity - margin.maintenanceMargin,
    component: (name) => margin.components[name] ?? NaN,
    scenarioPnl: (index) => margin.scenarioPnl[index] ?? NaN,
  };
}

/** A field that must be there. */
export function sectionIn(fields: Fields, name: string): Fields {
  const value = fieldsOf(fields[name]);
  if (Object.keys(value).length === 0) throw new CaseInputError(`input ${name} is missing`);
  return value;
}

/** A number, or a decimal string. */
export function amountIn(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))) return Number(value);
  return numberOf(fields, name);
}

/** An integer of 18 decimals, as the contracts write numbers. */
export function fixedIn(fields: Fields, name: string): number {
  return fromFixed(amountIn(fields, name));
}

export function fromFixed(value: number): number {
  return value / 1e18;
}
