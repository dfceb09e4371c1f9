import type { Command } from '../account/command.ts';
import type { Storable } from '../account/events.ts';
import type { AccountContext, AccountModule, ProposedTransitions, TickPlan } from '../account/module.ts';
import { BANKRUPT, LIQUIDATION } from '../account/status.ts';
import { pairOf } from '../domain/instrument.ts';
import type { Quotes } from '../engine/tick-inputs.ts';
import { MargridError } from '../errors.ts';
import { calmBreaker, stepBreaker, type BreakerState } from './breaker.ts';
import { requireOverride, requireRelease, requireSources, type Override, type QuoteKind } from './commands.ts';
import { isWithin } from './price-judge.ts';
import { QuoteWatch, type WatchTerms } from './quote-watch.ts';
import { robustIndex, type SourcePrice } from './robust-index.ts';
import { parseGuardRules, type GuardRules } from './rules.ts';

/**
 * Bad data never liquidates: quotes that cannot be trusted are taken away before the tick, so that whoever depends on
 * them is quarantined; and liquidations of an implausible part of the book wait until independent sources confirm the
 * prices, until somebody lets them through, or until time is up. Every decision is an event, every override a command.
 */
export class GuardModule implements AccountModule {
  readonly name = 'guard';
  readonly commands = {
    'guard.sources': (command: Command, context: AccountContext) => this.#takeSources(command, context),
    'guard.override': (command: Command, context: AccountContext) => this.#override(command, context),
    'guard.release': (command: Command, context: AccountContext) => this.#release(command, context),
    'guard.rules': (command: Command) => void (this.#rules = parseGuardRules(command['rules'])),
  };
  #rules: GuardRules;
  #watches: Readonly<Record<QuoteKind, QuoteWatch>> | null = null;
  /** Pair of each instrument, as a place among the pairs of the market. */
  #pairOfRow = new Int32Array(0);
  #sources = new Map<string, Record<string, SourcePrice>>();
  #overrides: Override[] = [];
  #breaker: BreakerState = calmBreaker;
  /** Index prices of the last tick that did not trip the breaker, and of this one; by pair. */
  #calmIndex: readonly number[] = [];
  #index: readonly number[] = [];
  #confirmed: readonly boolean[] = [];
  /** Forwards as multiples of their index, and volatilities: of the last calm tick, and of this one. */
  #calm: Columns = { multiples: new Float64Array(0), volatilities: new Float64Array(0) };
  #present: Columns = this.#calm;

  constructor(rules?: unknown) {
    this.#rules = parseGuardRules(rules);
  }

  attach({ market }: AccountContext): void {
    const pairs = [...market.indexPrice.keys()];
    const names = market.instruments.map(({ name }) => name);
    const { asOfMs } = market;
    this.#watches = {
      index: new QuoteWatch(pairs, asOfMs),
      forward: new QuoteWatch(names, asOfMs),
      impliedVolatility: new QuoteWatch(names, asOfMs),
      markPrice: new QuoteWatch(names, asOfMs),
      twapPrice: new QuoteWatch(names, asOfMs),
    };
    this.#pairOfRow = Int32Array.from(market.instruments, (each) => pairs.indexOf(pairOf(each.baseCurrency, each.quoteCurrency)));
  }

  beforeTick(plan: TickPlan, context: AccountContext): Quotes {
    const watches = this.#requireWatches();
    const { market, clockMs } = context;
    const { quotes, quoted, quotedPairs } = plan;
    this.#overrides = this.#overrides.filter(({ untilMs }) => untilMs >= clockMs);
    const pairs = [...market.indexPrice.keys()];
    watches.index.renew(new Set(pairs.flatMap((pair, place) => (quotedPairs.has(pair) ? [place] : []))), clockMs);
    for (const quote of instrumentQuotes) watches[quote].renew(quoted.get(quote), clockMs);
    const trustedIndex = this.#judgeIndex(pairs, quotes, context);
    const indexOf = (row: number): number => trustedIndex[this.#pairOfRow[row]] ?? 1;
    const { basisJump, volatilityJump } = this.#rules.price;
    const multiples = quotes.forward.map((price, row) => price / indexOf(row));
    const judged = watches.forward.judge(multiples, quotes.forward, this.#terms('forward', basisJump, context));
    // Not every model reads the index: without a trusted one no price of the pair is known.
    const isKnown = !trustedIndex.some(Number.isNaN);
    const forward = isKnown ? judged : judged.map((price, row) => (Number.isNaN(indexOf(row)) ? NaN : price));
    const impliedVolatility = watches.impliedVolatility.judge(quotes.impliedVolatility, quotes.impliedVolatility, {
      ...this.#terms('impliedVolatility', volatilityJump, context),
      isJudged: (row) => market.instruments[row].kind === 'option',
    });
    const fields = new Map(quotes.fields ?? []);
    for (const quote of priceFields) {
      const column = fields.get(quote);
      if (column === undefined) continue;
      // As a part of the index, from 1: a mark may be zero, and may multiply while it is small.
      const parts = column.map((price, row) => 1 + price / indexOf(row));
      fields.set(quote, watches[quote].judge(parts, column, {
        ...this.#terms(quote, basisJump, context),
        isJudged: (row) => !Number.isNaN(column[row]),
      }));
    }
    this.#present = { multiples, volatilities: impliedVolatility };
    return {
      ...quotes,
      indexPrice: new Map(pairs.map((pair, place) => [pair, trustedIndex[place]] as const)),
      forward,
      impliedVolatility,
      fields,
    };
  }

  /** Index prices by pair; NaN where not trusted. Leaves for the breaker what the sources confirm. */
  #judgeIndex(pairs: readonly string[], quotes: Quotes, context: AccountContext): Float64Array {
    const { sources: rule, price } = this.#rules;
    const prices = Float64Array.from(pairs, (pair) => quotes.indexPrice.get(pair) ?? NaN);
    const medians = pairs.map((pair) => robustIndex(this.#sources.get(pair) ?? {}, rule, context.clockMs).price);
    this.#confirmed = medians.map((middle, place) => isWithin(prices[place], middle, rule.tolerance));
    const trusted = this.#requireWatches().index.judge(prices, prices, {
      ...this.#terms('index', price.indexJump, context),
      isConfirmed: (place) => this.#confirmed[place],
      isContradicted: (place) => !Number.isNaN(medians[place]) && !this.#confirmed[place],
    });
    this.#index = [...trusted];
    return trusted;
  }

  #terms(quote: QuoteKind, jump: number, context: AccountContext): WatchTerms {
    const { maxAgeMs, acceptAfterMs } = this.#rules.price;
    const decisions = new Map(this.#overrides.filter((each) => each.quote === quote).map(({ name, decision }) => [name, decision] as const));
    return {
      nowMs: context.clockMs,
      jump,
      maxAgeMs,
      acceptAfterMs,
      isJudged: () => true,
      isConfirmed: () => false,
      isContradicted: () => false,
      decision: (name) => decisions.get(name),
      report: (kind, data) => context.emit(kind, { quote, ...data }),
    };
  }

  holdTransitions({ before: levels, to }: ProposedTransitions, context: AccountContext): ReadonlySet<number> {
    const isLiquidation = (level: number, place: number): boolean => (level === LIQUIDATION || level === BANKRUPT) && levels[place] < level;
    const places = to.flatMap((level, place) => (isLiquidation(level, place) ? [place] : []));
    const { breaker: rule } = this.#rules;
    const before = this.#breaker;
    const { outcome, state } = stepBreaker(before, places.length, context.level.length, () => this.#isConfirmed(), context.clockMs, rule);
    this.#breaker = state;
    if (outcome === 'calm' || outcome === 'confirmed') {
      this.#calmIndex = this.#index;
      this.#calm = this.#present;
    }
    const isNews = outcome === 'held' ? Number.isNaN(before.heldSinceMs) : outcome !== 'calm';
    if (isNews) context.emit(`breaker-${outcome}`, { liquidations: places.length, nettingSets: context.level.length, shareMax: rule.shareMax });
    return outcome === 'held' ? new Set(places) : new Set();
  }

  /**
   * Whether some index moved since the last calm tick, each that did is confirmed by its sources, and nothing else
   * moved so much that the index does not explain it.
   */
  #isConfirmed(): boolean {
    const { confirmMove, confirmBasis, confirmVolatility } = this.#rules.breaker;
    const moved = this.#index.flatMap((price, place) => (isWithin(price, this.#calmIndex[place] ?? NaN, confirmMove) ? [] : [place]));
    const isIndex = moved.length > 0 && moved.every((place) => this.#confirmed[place]);
    const { multiples, volatilities } = this.#present;
    return isIndex && isNear(multiples, this.#calm.multiples, confirmBasis) && isNear(volatilities, this.#calm.volatilities, confirmVolatility);
  }

  #takeSources(command: Command, { market, clockMs, emit }: AccountContext): void {
    const { pair, sources } = requireSources(command, market, clockMs);
    const all = { ...this.#sources.get(pair), ...sources };
    this.#sources.set(pair, all);
    const { leftOut } = robustIndex(all, this.#rules.sources, clockMs);
    if (Object.keys(leftOut).length > 0) emit('sources-left-out', { pair, leftOut });
  }

  #override(command: Command, { market, clockMs, emit }: AccountContext): void {
    const override = requireOverride(command, market, clockMs);
    this.#overrides = [...this.#overrides.filter(({ quote, name }) => quote !== override.quote || name !== override.name), override];
    emit('override', { ...override });
  }

  #release(command: Command, { emit }: AccountContext): void {
    const { by, reason } = requireRelease(command);
    if (Number.isNaN(this.#breaker.heldSinceMs)) {
      throw new MargridError('CommandInvalid', 'the breaker holds nothing: there is nothing to release', { column: 'kind', value: command.kind });
    }
    this.#breaker = { heldSinceMs: NaN, released: true };
    emit('breaker-override', { by, reason });
  }

  state(): Storable {
    return {
      rules: this.#rules as unknown as Storable,
      watches: Object.fromEntries(Object.entries(this.#requireWatches()).map(([quote, watch]) => [quote, watch.state()])),
      sources: [...this.#sources].map(([pair, sources]) => [pair, sources as unknown as Storable]),
      overrides: this.#overrides.map((each) => ({ ...each })),
      breaker: { ...this.#breaker },
      calmIndex: [...this.#calmIndex],
      index: [...this.#index],
      confirmed: [...this.#confirmed],
      calm: { ...this.#calm },
      present: { ...this.#present },
    };
  }

  restore(state: Storable): void {
    const { rules, watches, sources, overrides, breaker, calmIndex, index, confirmed, calm, present } = state as unknown as StoredGuard;
    const own = this.#requireWatches();
    for (const quote of Object.keys(own) as QuoteKind[]) own[quote].restore(watches[quote]);
    this.#rules = rules;
    this.#sources = new Map(sources);
    this.#overrides = [...overrides];
    this.#breaker = breaker;
    this.#calmIndex = calmIndex;
    this.#index = index;
    this.#confirmed = confirmed;
    this.#calm = calm;
    this.#present = present;
  }

  #requireWatches(): Readonly<Record<QuoteKind, QuoteWatch>> {
    if (this.#watches === null) throw new MargridError('EngineState', 'the guard is not attached to an account engine');
    return this.#watches;
  }
}

interface StoredGuard {
  readonly rules: GuardRules;
  readonly watches: Readonly<Record<QuoteKind, Storable>>;
  readonly sources: readonly (readonly [string, Record<string, SourcePrice>])[];
  readonly overrides: readonly Override[];
  readonly breaker: BreakerState;
  readonly calmIndex: readonly number[];
  readonly index: readonly number[];
  readonly confirmed: readonly boolean[];
  readonly calm: Columns;
  readonly present: Columns;
}

interface Columns {
  readonly multiples: Float64Array;
  readonly volatilities: Float64Array;
}

/** Quotes of instruments that are judged; of further quotes the prices. */
const priceFields = ['markPrice', 'twapPrice'] as const;
const instrumentQuotes = ['forward', 'impliedVolatility', ...priceFields] as const;

/** Whether no value left the band around that of before; values that are not known on either side do not count. */
function isNear(now: Float64Array, before: Float64Array, move: number): boolean {
  return now.every((value, row) => Number.isNaN(value) || !(before[row] > 0) || isWithin(value, before[row], move));
}

