import {
  dateField,
  invalid,
  listField,
  numberField,
  section,
  textField,
  textsField,
  unbounded,
  type Section,
} from '../fields.ts';

/** Parameters of TIMS (customer portfolio margin, risk-based haircuts). Meaning and formulas: docs/models/tims.md. */
export interface TimsParams {
  /** Where the numbers were read. */
  readonly source: string;
  /** ISO date. */
  readonly date: string;
  readonly unconfirmed: readonly string[];
  /** In which accounts are margined; every instrument must settle in it. */
  readonly reportingCurrency: string;
  /** By name. */
  readonly productTypes: ReadonlyMap<string, PriceRange>;
  /** By lower-case symbol of the underlying; `*` stands for every one that is not listed. */
  readonly classes: ReadonlyMap<string, TimsClass>;
  readonly productGroups: ReadonlyMap<string, ProductGroup>;
  readonly portfolioGroups: ReadonlyMap<string, PortfolioGroup>;
  /** Reporting currency per contract and unit of its multiplier; of options and futures. */
  readonly minimumPerContract: number;
  readonly american: AmericanPricing;
}

/** Largest moves of the underlying, as positive fractions. */
export interface PriceRange {
  readonly up: number;
  readonly down: number;
}

export interface TimsClass {
  readonly productType: string;
  /** null: no offset against other classes. */
  readonly productGroup: string | null;
}

export interface ProductGroup {
  /** Share of a class's gain that counts against losses of the others, at the same point. */
  readonly offset: number;
  /** null: no offset against other product groups. */
  readonly portfolioGroup: string | null;
}

export interface PortfolioGroup {
  readonly offset: number;
}

/** How American options are priced: docs/AMERICAN-OPTIONS.md. */
export interface AmericanPricing {
  readonly method: TimsAmericanMethod;
  /** Steps of the two trees of `leisen-reimer`, odd. */
  readonly steps: readonly [number, number];
}

export const timsAmericanMethods = ['leisen-reimer', 'qdfp-fast', 'qdfp-accurate', 'qdfp-precise'] as const;
export type TimsAmericanMethod = (typeof timsAmericanMethods)[number];

/** What `classes` calls every underlying that it does not list. */
export const anyClass = '*';
const share = { min: 0, max: 1 };

/** Reads and validates a parameter object. Throws `ParameterInvalid` naming the field and its value. */
export function parseTimsParams(input: unknown): TimsParams {
  const root = section(input, 'parameters');
  const volatility = textField(root, 'volatility', '');
  if (volatility !== 'sticky-strike') throw invalid('volatility', volatility, "must be 'sticky-strike'");
  const params: TimsParams = {
    source: textField(root, 'source', ''),
    date: dateField(root, 'date', ''),
    unconfirmed: textsField(root, 'unconfirmed', ''),
    reportingCurrency: textField(root, 'reportingCurrency', ''),
    productTypes: mapOf(root, 'productTypes', (name) => name, parseRange),
    classes: mapOf(root, 'classes', (name) => name.toLowerCase(), parseClass),
    productGroups: mapOf(root, 'productGroups', (name) => name, parseProductGroup),
    portfolioGroups: mapOf(root, 'portfolioGroups', (name) => name, (fields, path) => ({
      offset: numberField(fields, 'offset', path, share),
    })),
    minimumPerContract: numberField(root, 'minimumPerContract', '', { min: 0, max: unbounded }),
    american: parseAmerican(section(root['american'], 'american')),
  };
  checkNames(params);
  return params;
}

/** The class of an underlying; undefined if the parameters have none. */
export function classOf(params: TimsParams, baseCurrency: string): TimsClass | undefined {
  return params.classes.get(baseCurrency.toLowerCase()) ?? params.classes.get(anyClass);
}

function mapOf<T>(
  root: Section,
  name: string,
  keyOf: (key: string) => string,
  parse: (fields: Section, path: string) => T,
): ReadonlyMap<string, T> {
  const entries = Object.entries(section(root[name], name));
  return new Map(entries.map(([key, value]) => {
    const path = `${name}.${key}`;
    return [keyOf(key), parse(section(value, path), path)];
  }));
}

function parseRange(fields: Section, path: string): PriceRange {
  return {
    up: numberField(fields, 'up', path, { min: 1e-6, max: 10 }),
    down: numberField(fields, 'down', path, { min: 1e-6, max: 0.99 }),
  };
}

function parseClass(fields: Section, path: string): TimsClass {
  return {
    productType: textField(fields, 'productType', path),
    productGroup: nameOrNull(fields, 'productGroup', path),
  };
}

function parseProductGroup(fields: Section, path: string): ProductGroup {
  return {
    offset: numberField(fields, 'offset', path, share),
    portfolioGroup: nameOrNull(fields, 'portfolioGroup', path),
  };
}

/** Absent means the same as null. */
function nameOrNull(fields: Section, name: string, path: string): string | null {
  return fields[name] === undefined || fields[name] === null ? null : textField(fields, name, path);
}

function parseAmerican(fields: Section): AmericanPricing {
  const method = textField(fields, 'method', 'american');
  const known = timsAmericanMethods.find((name) => name === method);
  if (known === undefined) {
    throw invalid('american.method', method, `must be one of ${timsAmericanMethods.join(', ')}`);
  }
  if (fields['steps'] === undefined) return { method: known, steps: [51, 103] };
  const steps = listField(fields, 'steps', 'american');
  const isOdd = (value: unknown): value is number =>
    typeof value === 'number' && value >= 11 && value <= 1_001 && value % 2 === 1;
  const [coarse, fine] = steps;
  if (steps.length !== 2 || !isOdd(coarse) || !isOdd(fine) || coarse >= fine) {
    throw invalid('american.steps', steps, 'must be two odd numbers in [11, 1001], the smaller first');
  }
  return { method: known, steps: [coarse, fine] };
}

/** Every name that a class or group refers to must exist. */
function checkNames({ classes, productTypes, productGroups, portfolioGroups }: TimsParams): void {
  for (const [name, { productType, productGroup }] of classes) {
    if (!productTypes.has(productType)) {
      throw invalid(`classes.${name}.productType`, productType, 'must be one of productTypes');
    }
    if (productGroup !== null && !productGroups.has(productGroup)) {
      throw invalid(`classes.${name}.productGroup`, productGroup, 'must be one of productGroups');
    }
  }
  for (const [name, { portfolioGroup }] of productGroups) {
    if (portfolioGroup !== null && !portfolioGroups.has(portfolioGroup)) {
      throw invalid(`productGroups.${name}.portfolioGroup`, portfolioGroup, 'must be one of portfolioGroups');
    }
  }
}
