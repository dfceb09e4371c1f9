import type { Book } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import { modelByName } from '../margin/registry.ts';
import { exact } from '../reference/decimal.ts';
import { isRefusal, type ReferenceMargin, type ReferenceResult } from '../reference/margin/account.ts';
import { referenceByName } from '../reference/margin/registry.ts';
import { bookAccounts } from './book-accounts.ts';
import { statusCodes } from './engine-rows.ts';
import { sampleAccounts } from './sample.ts';
import { notionalTolerance } from './tolerance.ts';

/** The engine's results, as much of them as is compared: one row per netting set. */
export interface ModelRowsToReconcile {
  readonly accountIndex: Uint32Array;
  readonly currencyIndex: Uint8Array;
  readonly equity: Float64Array;
  readonly initialMargin: Float64Array;
  readonly maintenanceMargin: Float64Array;
  readonly status: Uint8Array;
  readonly componentNames: readonly string[];
  readonly components: Float64Array;
}

export interface ModelReconcileInput {
  readonly market: Market;
  /** A model on portable kernels; `deribit-pm` has `reconcileBook`. */
  readonly model: string;
  /** As in their file. */
  readonly params: unknown;
  readonly book: Book;
  readonly rows: ModelRowsToReconcile;
  /** Names of the currency rows of `rows`. */
  readonly currencies: readonly string[];
  readonly sample: number | 'all';
  readonly seed: number;
  readonly onProgress?: (comparedCount: number) => void;
}

export interface ModelColumnReport {
  readonly column: string;
  readonly comparedCount: number;
  readonly worstAbsoluteError: number;
  /** Relative to the sum of absolute notionals and cash of the netting set. */
  readonly worstErrorToScale: number;
  /** Where that is; null if every error is zero. */
  readonly worstAccount: string | null;
  readonly breachCount: number;
}

export interface ModelBreach {
  readonly account: string;
  readonly currency: string;
  readonly column: string;
  readonly engine: string;
  readonly reference: string;
}

export interface ModelReconciliation {
  readonly model: string;
  readonly isReconciled: boolean;
  readonly seed: number;
  readonly accountCount: number;
  readonly comparedAccountCount: number;
  readonly comparedNettingSetCount: number;
  /** Netting sets that both sides leave out. */
  readonly quarantinedCount: number;
  readonly elapsedMs: number;
  readonly rule: string;
  readonly columns: readonly ModelColumnReport[];
  readonly breachCount: number;
  readonly breaches: readonly ModelBreach[];
}

const keptBreaches = 1_000;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * Recomputes a sample of the book in decimals, with the reference of the model, and compares equity, both margins and
 * every component: within 1e-9 of the netting set's scale; and whether the account is margined at all.
 */
export function reconcileModel(input: ModelReconcileInput): ModelReconciliation {
  const startedAt = performance.now();
  const reference = referenceByName(input.model);
  if (reference === null) {
    throw new MargridError('ModelUnknown', `the model ${input.model} has no reference to reconcile with`);
  }
  const margin = reference(input.market, modelByName(input.model).parseParams(input.params));
  const sampled = sampleAccounts(input.book.accountIds.length, input.sample, input.seed);
  const comparison = new ModelComparison(input, sampled);
  bookAccounts(input.book, sampled).forEach((account, slot) => {
    comparison.compareAccount(sampled[slot], margin(account));
    input.onProgress?.(slot + 1);
  });
  return comparison.report(performance.now() - startedAt);
}

class ModelComparison {
  readonly #input: ModelReconcileInput;
  readonly #rowsOf: ReadonlyMap<number, readonly number[]>;
  readonly #bad: ReadonlySet<number>;
  readonly #columns = new Map<string, Mutable<ModelColumnReport>>();
  readonly #breaches: ModelBreach[] = [];
  #breachCount = 0;
  #accounts = 0;
  #sets = 0;
  #quarantined = 0;

  constructor(input: ModelReconcileInput, sampled: Uint32Array) {
    this.#input = input;
    const rowsOf = new Map(Array.from(sampled, (account) => [account, [] as number[]] as const));
    input.rows.accountIndex.forEach((account, row) => rowsOf.get(account)?.push(row));
    this.#rowsOf = rowsOf;
    this.#bad = new Set(input.book.quarantined.map(({ accountIndex }) => accountIndex));
  }

  compareAccount(account: number, results: ReadonlyMap<string, ReferenceResult>): void {
    this.#accounts++;
    const rows = this.#rowsOf.get(account)!;
    const { currencies, rows: engine } = this.#input;
    const currencyOf = (row: number): string => currencies[engine.currencyIndex[row]];
    for (const row of rows) {
      const result = this.#bad.has(account) ? { refusal: 'bad input' } : results.get(currencyOf(row));
      this.#compareSet(account, currencyOf(row), row, result);
    }
    for (const [currency, result] of results) {
      if (rows.some((row) => currencyOf(row) === currency)) continue;
      this.#breach(account, currency, 'row', 'no row', isRefusal(result) ? result.refusal : 'a netting set');
    }
  }

  #compareSet(account: number, currency: string, row: number, result: ReferenceResult | undefined): void {
    const { rows: engine } = this.#input;
    const isQuarantined = engine.status[row] === statusCodes.quarantined;
    if (result === undefined || isRefusal(result)) {
      if (isQuarantined) this.#quarantined++;
      else this.#breach(account, currency, 'status', 'margined', result?.refusal ?? 'no such netting set');
      return;
    }
    if (isQuarantined) {
      this.#breach(account, currency, 'status', 'quarantined', 'margined');
      return;
    }
    this.#sets++;
    for (const column of ['equity', 'initialMargin', 'maintenanceMargin'] as const) {
      this.#compareAmount({ account, currency, column }, engine[column][row], result[column], result);
    }
    engine.componentNames.forEach((column, index) => {
      const amount = engine.components[row * engine.componentNames.length + index];
      const expected = result.components.get(column);
      if (expected === undefined) this.#breach(account, currency, column, String(amount), 'no such component');
      else this.#compareAmount({ account, currency, column }, amount, expected, result);
    });
  }

  #compareAmount(
    place: { readonly account: number; readonly currency: string; readonly column: string },
    engine: number,
    expected: ReferenceMargin['equity'],
    { scale }: ReferenceMargin,
  ): void {
    const column = this.#column(place.column);
    column.comparedCount++;
    const error = Number.isFinite(engine) ? exact(engine).minus(expected).abs() : exact(Number.MAX_VALUE);
    const toScale = scale.isZero() ? 0 : error.div(scale).toNumber();
    column.worstAbsoluteError = Math.max(column.worstAbsoluteError, error.toNumber());
    if (toScale > column.worstErrorToScale) {
      column.worstErrorToScale = toScale;
      column.worstAccount = this.#input.book.accountIds[place.account];
    }
    const lastPlaces = expected.abs().times(2 ** -51);
    if (error.lessThanOrEqualTo(scale.times(notionalTolerance).plus(lastPlaces))) return;
    this.#breach(place.account, place.currency, place.column, String(engine), expected.toSignificantDigits(20).toString());
  }

  #column(name: string): Mutable<ModelColumnReport> {
    let column = this.#columns.get(name);
    if (column === undefined) {
      column = {
        column: name,
        comparedCount: 0,
        worstAbsoluteError: 0,
        worstErrorToScale: 0,
        worstAccount: null,
        breachCount: 0,
      };
      this.#columns.set(name, column);
    }
    return column;
  }

  #breach(account: number, currency: string, column: string, engine: string, reference: string): void {
    this.#breachCount++;
    this.#column(column).breachCount++;
    if (this.#breaches.length === keptBreaches) return;
    this.#breaches.push({ account: this.#input.book.accountIds[account], currency, column, engine, reference });
  }

  report(elapsedMs: number): ModelReconciliation {
    return {
      model: this.#input.model,
      // A comparison of nothing shows nothing.
      isReconciled: this.#breachCount === 0 && this.#sets > 0,
      seed: this.#input.seed,
      accountCount: this.#input.book.accountIds.length,
      comparedAccountCount: this.#accounts,
      comparedNettingSetCount: this.#sets,
      quarantinedCount: this.#quarantined,
      elapsedMs,
      rule: `${notionalTolerance.toString()} of the sum of absolute notionals and cash of the netting set`,
      columns: [...this.#columns.values()],
      breachCount: this.#breachCount,
      breaches: this.#breaches,
    };
  }
}
