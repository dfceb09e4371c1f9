import type { Book } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import type { ComponentEvidence } from '../margin/model.ts';
import { modelByName } from '../margin/registry.ts';
import type { Decimal } from '../reference/decimal.ts';
import { isRefusal, type Breakdown, type ReferenceResult } from '../reference/margin/account.ts';
import { referenceByName } from '../reference/margin/registry.ts';
import { bookAccounts } from './book-accounts.ts';

/** Where one account's numbers come from, under a model on portable kernels. Amounts are decimal texts. */
export interface ModelExplanation {
  readonly account: string;
  readonly model: string;
  readonly asOf: string;
  readonly parameters: { readonly source: string; readonly date: string };
  /** Why the account is not margined at all, or null. */
  readonly problem: string | null;
  readonly nettingSets: readonly NettingSetBreakdown[];
  readonly evidence: readonly ComponentEvidence[];
}

export interface NettingSetBreakdown {
  readonly currency: string;
  readonly refusal: string | null;
  readonly equity?: string;
  readonly initialMargin?: string;
  readonly maintenanceMargin?: string;
  readonly worstScenario?: number | null;
  readonly components?: Readonly<Record<string, string>>;
  readonly breakdown?: readonly Breakdown[];
}

export interface ModelExplainInput {
  readonly market: Market;
  readonly model: string;
  /** As in their file. */
  readonly params: unknown;
  readonly book: Book;
  readonly accountIndex: number;
}

/** The full breakdown of one account, from the model's reference. Throws `AccountUnknown`, `ModelUnknown`. */
export function explainModelAccount(input: ModelExplainInput): ModelExplanation {
  const { market, model: name, book, accountIndex } = input;
  const account = book.accountIds[accountIndex];
  if (account === undefined) {
    const message = `the book has ${book.accountIds.length} accounts, no index ${accountIndex}`;
    throw new MargridError('AccountUnknown', message);
  }
  const reference = referenceByName(name);
  if (reference === null) throw new MargridError('ModelUnknown', `the model ${name} has no reference to explain it`);
  const model = modelByName(name);
  const params = model.parseParams(input.params);
  const { source, date } = model.coverage(params);
  const [held] = bookAccounts(book, Uint32Array.of(accountIndex));
  const bad = book.quarantined.find((candidate) => candidate.accountIndex === accountIndex);
  return {
    account,
    model: name,
    asOf: new Date(market.asOfMs).toISOString(),
    parameters: { source, date },
    problem: bad?.reason ?? null,
    // What was left out of a quarantined account would be missing from its numbers.
    nettingSets:
      bad === undefined
        ? [...reference(market, params)(held)].map(([currency, result]) => breakdownOf(currency, result))
        : [],
    evidence: model.components,
  };
}

function breakdownOf(currency: string, result: ReferenceResult): NettingSetBreakdown {
  if (isRefusal(result)) return { currency, refusal: result.refusal };
  return {
    currency,
    refusal: null,
    equity: text(result.equity),
    initialMargin: text(result.initialMargin),
    maintenanceMargin: text(result.maintenanceMargin),
    worstScenario: result.worstScenario,
    components: Object.fromEntries([...result.components].map(([name, value]) => [name, text(value)])),
    breakdown: result.breakdown,
  };
}

const shownDigits = 20;

function text(value: Decimal): string {
  return value.toSignificantDigits(shownDigits).toString();
}
