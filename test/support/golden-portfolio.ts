import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AccountOrder, AccountPosition } from '../../src/engine/account-margin.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market, MarketField } from '../../src/domain/market.ts';
import { packageRoot } from '../../src/package-root.ts';

/**
 * Golden portfolios of the portable models: one account each, with market, parameters and the amounts expected, as
 * test/golden/oracle/<model>.py wrote them.
 */
export interface GoldenPortfolio {
  /** `paradex-pm/003-name`. */
  readonly name: string;
  readonly model: string;
  readonly description: string;
  readonly params: unknown;
  readonly market: Market;
  readonly positions: readonly AccountPosition[];
  readonly orders: readonly AccountOrder[];
  readonly cash: Readonly<Record<string, number>>;
  /** By netting set; null for an account that must be refused. */
  readonly expected: readonly GoldenSet[] | null;
  readonly expectedRefusal: string | null;
  readonly tolerance: { readonly relativeToScale: number; readonly reason: string };
}

/** Amounts as numbers or, where a double has too few digits, as decimal strings. What is absent is not compared. */
export interface GoldenSet {
  readonly currency: string;
  readonly equity?: number | string;
  readonly initialMargin?: number | string;
  readonly maintenanceMargin?: number | string;
  readonly components?: Readonly<Record<string, number | string>>;
  readonly worstScenario?: number;
  readonly scenarioPnl?: readonly (number | string)[];
}

interface GoldenInstrument extends Instrument {
  readonly forward: number | null;
  readonly impliedVolatility: number | null;
  readonly fields?: Readonly<Partial<Record<MarketField, number>>>;
}

interface GoldenFile {
  readonly model: string;
  readonly description: string;
  readonly params: unknown;
  readonly market: {
    readonly asOfMs: number;
    readonly indexPrice?: Readonly<Record<string, number>>;
    readonly instruments: readonly GoldenInstrument[];
  };
  readonly positions?: readonly AccountPosition[];
  readonly orders?: readonly AccountOrder[];
  readonly cash?: Readonly<Record<string, number>>;
  readonly expected?: readonly GoldenSet[];
  readonly expectedRefusal?: string;
  readonly tolerance?: GoldenPortfolio['tolerance'];
}

/**
 * 1e-12 of the account's scale (sum of absolute notionals and cash): the requirement is 1e-9, and some dozens of
 * operations on cells with errors of 4e-16 of the forward stay below this.
 */
const usualTolerance = { relativeToScale: 1e-12, reason: 'rounding of f64 arithmetic' };

const goldenRoot = join(packageRoot, 'test', 'golden');

/** Folders other than `deribit-pm` (its own format, golden.ts) and `oracle`. */
export function goldenModels(): string[] {
  return readdirSync(goldenRoot, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'oracle' && entry.name !== 'deribit-pm')
    .map(({ name }) => name)
    .sort();
}

export function loadGoldenPortfolios(model: string): GoldenPortfolio[] {
  const folder = join(goldenRoot, model);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => goldenPortfolio(`${model}/${file.slice(0, -'.json'.length)}`, readFileSync(join(folder, file), 'utf8')));
}

function goldenPortfolio(name: string, text: string): GoldenPortfolio {
  const file = JSON.parse(text) as GoldenFile;
  if (file.expected === undefined && file.expectedRefusal === undefined) throw new Error(`${name}: nothing is expected`);
  return {
    name,
    model: file.model,
    description: file.description,
    params: file.params,
    market: goldenMarket(file.market),
    positions: file.positions ?? [],
    orders: file.orders ?? [],
    cash: file.cash ?? {},
    expected: file.expected ?? null,
    expectedRefusal: file.expectedRefusal ?? null,
    tolerance: file.tolerance ?? usualTolerance,
  };
}

function goldenMarket({ asOfMs, indexPrice, instruments }: GoldenFile['market']): Market {
  const names = [...new Set(instruments.flatMap(({ fields }) => Object.keys(fields ?? {}) as MarketField[]))];
  const columnOf = (name: MarketField) => Float64Array.from(instruments, ({ fields }) => fields?.[name] ?? NaN);
  return {
    asOfMs,
    instruments: instruments.map(({ forward: _forward, impliedVolatility: _volatility, fields: _fields, ...rest }) => rest),
    forward: Float64Array.from(instruments, ({ forward }) => forward ?? NaN),
    impliedVolatility: Float64Array.from(instruments, ({ impliedVolatility }) => impliedVolatility ?? NaN),
    indexPrice: new Map(Object.entries(indexPrice ?? {})),
    openInterest: new Float64Array(instruments.length),
    fields: new Map(names.map((name) => [name, columnOf(name)] as const)),
  };
}
