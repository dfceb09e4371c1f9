import { invalid, listField, numberField, section, unbounded, type Section } from '../fields.ts';

/** A tier of notional: from its floor on, at these rates. */
export interface Tier {
  /** Quote currency. */
  readonly floor: number;
  /** Fraction of notional. */
  readonly initialRate: number;
  readonly maintenanceRate: number;
  /** Quote currency taken off notional times maintenance rate, so that the requirement has no step. */
  readonly deduction: number;
}

/** How a venue writes a tier. */
export interface TierFields {
  readonly floor: string;
  /** Of the rates, or of the largest leverage, which implies them. */
  read(fields: Section, path: string): { readonly initialRate: number; readonly maintenanceRate: number };
  /** The deduction, if the venue states it; checked against the other tiers. */
  readonly deduction?: string;
}

/** Stated deductions are rounded to whole units of quote currency or cents. */
const deductionTolerance = 1e-6;

/** Tiers in rising order from a floor of zero. Throws `ParameterInvalid`. */
export function parseTiers(parent: Section, name: string, path: string, names: TierFields): readonly Tier[] {
  const list = listField(parent, name, path);
  const tiers: Tier[] = [];
  list.forEach((value, index) => {
    const place = `${path}.${name}[${index}]`;
    const fields = section(value, place);
    const floor = numberField(fields, names.floor, place, { min: 0, max: unbounded });
    const rates = names.read(fields, place);
    const deduction = deductionOf(tiers.at(-1), floor, rates.maintenanceRate, place, names.floor);
    tiers.push({ floor, ...rates, deduction });
    if (names.deduction !== undefined && fields[names.deduction] !== undefined) {
      const stated = numberField(fields, names.deduction, place, { min: 0, max: unbounded });
      const computed = tiers[index].deduction;
      if (!(Math.abs(stated - computed) <= deductionTolerance * Math.max(1, computed))) {
        const rule = `must be ${computed}, which makes the requirement continuous`;
        throw invalid(`${place}.${names.deduction}`, stated, rule);
      }
    }
  });
  if (tiers.length === 0) throw invalid(`${path}.${name}`, [], 'must have a tier');
  return tiers;
}

/** deduction + floor (rate - rate of the tier below): the requirement is continuous at the floor. */
function deductionOf(below: Tier | undefined, floor: number, rate: number, path: string, name: string): number {
  if (below === undefined) {
    if (floor !== 0) throw invalid(`${path}.${name}`, floor, 'must be 0 for the first tier');
    return 0;
  }
  if (!(floor > below.floor)) throw invalid(`${path}.${name}`, floor, `must be above ${below.floor}`);
  if (!(rate >= below.maintenanceRate)) {
    throw invalid(path, rate, `must have a rate of at least ${below.maintenanceRate}`);
  }
  return below.deduction + floor * (rate - below.maintenanceRate);
}

/** 1 / leverage that accounts have chosen; 0 if the field is absent. */
export function leverageRate(fields: Section, path: string): number {
  if (fields['leverage'] === undefined || fields['leverage'] === null) return 0;
  return 1 / numberField(fields, 'leverage', path, { min: 1, max: 1000 });
}

/** Of an instrument that has no tiers in a model that has. */
export const noTiers: readonly Tier[] = [];
