import { readdirSync, readFileSync } from 'node:fs';
import type { Book } from '../../src/domain/book.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import { parseDeribitPmParams, type DeribitPmParams } from '../../src/margin/deribit-pm/params.ts';

/**
 * Golden portfolios: one account each, with the market, the parameters and every intermediate amount expected.
 *
 * Files: test/golden/<model>/NNN-name.json, written by test/golden/oracle. Expected amounts are decimal strings,
 * because a JSON number would be a 64-bit float; whatever a file does not state is not checked (published responses
 * state only some amounts).
 */
export interface GoldenCase {
  /** File name without its extension: `021-extended-dampener-partial`. */
  readonly name: string;
  readonly source: string;
  readonly proves: string;
  readonly market: Market;
  readonly params: DeribitPmParams;
  /** The same parameters as they stand in the file: what the engine takes. */
  readonly rawParams: unknown;
  /** One account, `golden`. */
  readonly book: Book;
  /** The same account for the reference: what `referenceDeribitPm` takes beside market and params. */
  readonly account: GoldenAccount;
  readonly expected: { readonly nettingSets: readonly GoldenNettingSet[] };
  /** Absolute, for published numbers with few digits; undefined for the oracle's, which have 32 digits. */
  readonly tolerance: number | undefined;
}

export interface GoldenAccount {
  readonly positions: readonly { instrumentIndex: number; quantity: number; entryPrice: number }[];
  readonly cash: ReadonlyMap<string, number>;
  readonly addOn: ReadonlyMap<string, number>;
}

export interface GoldenNettingSet {
  readonly settlementCurrency: string;
  readonly equity?: string;
  readonly worstCase?: string;
  readonly rollShock?: string;
  readonly deltaShock?: string;
  readonly riskMatrixMargin?: string;
  readonly initialMargin?: string;
  readonly maintenanceMargin?: string;
  readonly marginRatio?: string | null;
  readonly status?: 'healthy' | 'margin-call' | 'liquidation';
  /** 0-based. */
  readonly worstScenario?: number;
  readonly notional?: string;
  readonly positions?: readonly { name: string; valuePerContract: string; value: string; delta: string }[];
  readonly groups: readonly GoldenGroup[];
}

export interface GoldenGroup {
  readonly name: string;
  readonly pair: string;
  readonly worstCaseUnrounded?: string;
  readonly worstCase?: string;
  readonly worstScenario?: number;
  readonly rollShock?: string;
  readonly rollShocks?: readonly { expiryMs: number | null; netDelta: string; rate: string; charge: string }[];
  readonly deltaShock?: string;
  readonly deltaShockSteps?: { d1: string; d2: string; d: string; usd: string };
  readonly instruments?: readonly {
    name: string;
    cellsPerContract?: readonly string[];
    /** Times quantity. */
    cells?: readonly string[];
  }[];
  readonly preAggregated?: readonly string[];
  readonly aggregated?: readonly string[];
}

type InstrumentRow = Instrument & { readonly forward: number; readonly impliedVolatility: number | null };

interface GoldenFile {
  readonly source: string;
  readonly proves: string;
  readonly tolerance?: number;
  readonly params: unknown;
  readonly market: {
    readonly asOfMs: number;
    readonly indexPrice: Readonly<Record<string, number>>;
    readonly instruments: readonly InstrumentRow[];
  };
  readonly positions: readonly { instrument: string; quantity: number; entryPrice: number }[];
  readonly cash: Readonly<Record<string, number>>;
  readonly addOn?: Readonly<Record<string, number>>;
  readonly expected: { readonly nettingSets: readonly GoldenNettingSet[] };
}

/** Every case of the model's folder, in file order. */
export function loadGoldenCases(model: 'deribit-pm'): GoldenCase[] {
  const folder = new URL(`../golden/${model}/`, import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith('.json')).sort();
  return files.map((file) => goldenCase(file.replace(/\.json$/, ''), readGolden(new URL(file, folder))));
}

function readGolden(url: URL): GoldenFile {
  return JSON.parse(readFileSync(url, 'utf8')) as GoldenFile;
}

function goldenCase(name: string, file: GoldenFile): GoldenCase {
  const instruments = file.market.instruments.map(({ forward: _, impliedVolatility: __, ...instrument }) => instrument);
  const market: Market = {
    asOfMs: file.market.asOfMs,
    instruments,
    forward: Float64Array.from(file.market.instruments, (row) => row.forward),
    impliedVolatility: Float64Array.from(file.market.instruments, (row) => row.impliedVolatility ?? NaN),
    indexPrice: new Map(Object.entries(file.market.indexPrice)),
    openInterest: new Float64Array(instruments.length),
  };
  const account: GoldenAccount = {
    positions: file.positions.map(({ instrument, quantity, entryPrice }) => ({
      instrumentIndex: instruments.findIndex((candidate) => candidate.name === instrument),
      quantity,
      entryPrice,
    })),
    cash: new Map(Object.entries(file.cash)),
    addOn: new Map(Object.entries(file.addOn ?? {})),
  };
  return {
    name,
    source: file.source,
    proves: file.proves,
    market,
    params: parseDeribitPmParams(file.params),
    rawParams: file.params,
    book: singleAccountBook(market, account),
    account,
    expected: file.expected,
    tolerance: file.tolerance,
  };
}

/** The account as a book; currencies are those of its positions and cash, in order of appearance. */
function singleAccountBook(market: Market, { positions, cash }: GoldenAccount): Book {
  const settled = positions.map(({ instrumentIndex }) => market.instruments[instrumentIndex].settlementCurrency);
  const currencies = [...new Set([...settled, ...cash.keys()])];
  return {
    accountIds: ['golden'],
    currencies,
    positions: {
      accountIndex: new Uint32Array(positions.length),
      instrumentIndex: Uint32Array.from(positions, (position) => position.instrumentIndex),
      quantity: Float64Array.from(positions, (position) => position.quantity),
      entryPrice: Float64Array.from(positions, (position) => position.entryPrice),
    },
    cash: {
      accountIndex: new Uint32Array(cash.size),
      currencyIndex: Uint32Array.from([...cash.keys()], (currency) => currencies.indexOf(currency)),
      amount: Float64Array.from(cash.values()),
    },
    quarantined: [],
  };
}
