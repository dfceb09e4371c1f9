import type { Book } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import { Engine } from '../engine/engine.ts';
import { convertedForModel, withoutRefused } from '../convert/for-model.ts';
import { pooledCurrencyOf } from '../margin/pooled-currency.ts';
import { modelByName } from '../margin/registry.ts';
import { accountSums, allRefused, refusedStatus, type AccountSums } from './account-sums.ts';
import { dollarRate, type DollarRate } from '../domain/dollar-rates.ts';
import { legBook, legCountOf } from './legs-alone.ts';

/** One column of a comparison: a model with its parameters, and the book as its venue would list it. */
export interface ComparedModel {
  /** Name of the column; unique. */
  readonly label: string;
  /** Name in the registry. */
  readonly model: string;
  /** As in the parameter file. */
  readonly params: unknown;
  readonly market: Market;
  /** The same accounts in the same order for all models. */
  readonly book: Book;
}

export interface CompareOptions {
  /** At least one; the first is the one that the others are compared with. */
  readonly models: readonly ComparedModel[];
  /** The market whose index prices turn every amount into US dollars: the same for all models. */
  readonly market: Market;
  readonly workers?: number;
  /** Margin every position and order alone as well; default true. */
  readonly standAlone?: boolean;
  /** Told before each model. */
  readonly onModel?: (label: string) => void;
}

/** What one model says about every account, in US dollars. */
export interface ModelColumn extends AccountSums {
  readonly label: string;
  readonly model: string;
  /** Reporting currency of a pooled model; null if it margins each settlement currency by itself. */
  readonly reportingCurrency: string | null;
  /**
   * Sum of the initial margins of the account's positions and orders, each as an account of its own: what netting is
   * measured against. NaN for a refused account; undefined if it was not asked for.
   */
  readonly standAlone?: Float64Array;
  /** What was added or decided to margin the book under this model. */
  readonly notes: readonly string[];
}

export interface Comparison {
  readonly currency: 'USD';
  readonly rates: readonly DollarRate[];
  readonly accountIds: readonly string[];
  readonly models: readonly ModelColumn[];
}

/**
 * The same book under several models, account by account. Models run one after the other, so the memory of one engine
 * is enough. Throws what `Engine.create` throws.
 */
export async function compareModels(options: CompareOptions): Promise<Comparison> {
  const rates = new Map<string, DollarRate | null>();
  const rateOf = (currency: string): DollarRate | null => {
    if (!rates.has(currency)) rates.set(currency, dollarRate(options.market, currency));
    return rates.get(currency)!;
  };
  const models: ModelColumn[] = [];
  for (const compared of options.models) {
    options.onModel?.(compared.label);
    models.push(await columnOf(compared, options, rateOf));
  }
  return {
    currency: 'USD',
    rates: [...rates.values()].filter((rate) => rate !== null),
    accountIds: options.models[0].book.accountIds,
    models,
  };
}

type RateOf = (currency: string) => DollarRate | null;

async function columnOf(compared: ComparedModel, options: CompareOptions, rateOf: RateOf): Promise<ModelColumn> {
  const model = modelByName(compared.model);
  const params = model.parseParams(compared.params);
  const { label } = compared;
  const known = { label, model: model.name, reportingCurrency: pooledCurrencyOf(model, params) };
  const accounts = compared.book.accountIds.length;
  const accepted = withoutRefused(compared.market, compared.book, model, params);
  if (accepted === null) {
    const nothing = allRefused(accounts, 'the model has parameters for no instrument of the market');
    return { ...known, ...nothing, ...standAloneOf(options, new Float64Array(accounts).fill(NaN)), notes: [] };
  }
  const { market, book, notes } = convertedForModel(accepted.market, accepted.book, model, params);
  const base = { model: model.name, params: compared.params, workers: options.workers ?? 0 };
  const sums = await margined({ ...base, market, book }, (engine) => accountSums(engine, rateOf));
  if (options.standAlone === false) return { ...known, ...sums, notes };
  const alone = new Float64Array(accounts);
  const legs = legCountOf(accepted.book);
  for (let from = 0; from < legs; from += legsAtOnce) {
    const part = legBook(accepted.book, from, Math.min(legsAtOnce, legs - from));
    const margins = await margined({ ...base, market: accepted.market, book: part.book }, (engine) =>
      accountSums(engine, rateOf),
    );
    margins.initialMargin.forEach((margin, leg) => (alone[part.ownerOf[leg]] += margin));
  }
  sums.status.forEach((status, account) => {
    if (status === refusedStatus) alone[account] = NaN;
  });
  return { ...known, ...sums, standAlone: alone, notes };
}

function standAloneOf(options: CompareOptions, standAlone: Float64Array): { standAlone?: Float64Array } {
  return options.standAlone === false ? {} : { standAlone };
}

/** An engine of this many one-leg accounts takes about 200 MB. */
const legsAtOnce = 500_000;

async function margined<Result>(
  options: Parameters<typeof Engine.create>[0],
  read: (engine: Engine) => Result,
): Promise<Result> {
  const engine = Engine.create(options);
  try {
    await engine.tick();
    return read(engine);
  } finally {
    await engine.close();
  }
}
