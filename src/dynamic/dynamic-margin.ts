import type { Command } from '../account/command.ts';
import type { ModuleEvent, Storable } from '../account/events.ts';
import type { AccountContext, AccountModule, Adjustment } from '../account/module.ts';
import { MargridError } from '../errors.ts';
import { applyTools, noToolState, type MarginItems, type ToolState } from './anti-procyclicality.ts';
import { parseDynamicRules, requireAllNamed, type DynamicRules, type UnderlyingRule } from './dynamic-margin-rules.ts';
import { procyclicality, type Procyclicality } from './procyclicality.ts';
import { readObservation, type Observed } from './observation.ts';
import { flagBits, positionSlots, underlyingRows, type UnderlyingRows } from './underlyings.ts';
import { nextVariance } from './volatility-model.ts';
import { volatilityScaler } from './volatility-scaler.ts';
import { logRatio } from '../../assembly/portable/log.ts';

/** What is known of an underlying. Plain data. */
interface UnderlyingState {
  /** Per day, the forecast for the next one. */
  readonly variance: number;
  readonly lastPrice: number | null;
  /** ISO date of the last observation. */
  readonly lastDay: string | null;
  /** Volatilities of the days before, oldest first, as many as the floor by percentile looks at. */
  readonly volatilities: readonly number[];
  readonly tools: ToolState;
  readonly items: MarginItems;
  /** Multipliers and scalers of the last days, oldest first: what procyclicality is measured on. */
  readonly multipliers: readonly number[];
  readonly scalers: readonly number[];
}

/** Days of the past that procyclicality is measured on: a trading year. */
const measuredDays = 250;

/** How an underlying stands: by what its multiplier is made of. */
export interface UnderlyingStatus {
  /** Forecast for the next day. */
  readonly volatility: number;
  /** The multiplier of requirements, itemised: base is the scaler. */
  readonly items: MarginItems;
  readonly lastDay: string | null;
}

type DynamicState = { rules: DynamicRules; underlyings: Record<string, UnderlyingState> };

/**
 * Requirements that follow the market: each day's prices (`dynamic.observe`) move the volatility of an underlying, its
 * scaler (volatility / reference volatility) goes through the anti-procyclicality tools, and what comes out multiplies
 * the model's initial and maintenance margin of whoever holds the underlying. It shows as the adjustment
 * `dynamic-margin`: (multiplier - 1) x requirement of the model, never negative. `dynamic.rules` changes the rules.
 */
export class DynamicMargin implements AccountModule {
  readonly name = 'dynamic-margin';
  readonly adjustments: readonly Adjustment[];
  readonly commands: NonNullable<AccountModule['commands']>;
  #rules: DynamicRules;
  #underlyings: Record<string, UnderlyingState>;
  #rows: UnderlyingRows | null = null;
  /** Multiplier by netting set; null: to be computed. Of the mix `largest` it changes only with book and rules. */
  #multipliers: Float64Array | null = null;

  /** `rules`: as in their file. Throws `ParameterInvalid`. */
  constructor(rules: unknown) {
    this.#rules = parseDynamicRules(rules);
    this.#underlyings = started(this.#rules, {});
    this.adjustments = [
      {
        name: this.name,
        counts: 'requirement',
        compute: (context, amounts, maintenance) => this.#compute(context, amounts, maintenance),
      },
    ];
    this.commands = {
      'dynamic.observe': (command, context) => this.#observe(command, context),
      'dynamic.report': (_command, context) => this.#report(context),
      'dynamic.rules': (command, context) => this.#changeRules(command, context),
    };
  }

  get rules(): DynamicRules {
    return this.#rules;
  }

  /** Status of every scaled underlying by name. */
  get underlyings(): Readonly<Record<string, UnderlyingStatus>> {
    return Object.fromEntries(
      Object.entries(this.#underlyings).map(([name, { variance, items, lastDay }]) => [
        name,
        { volatility: Math.sqrt(variance), items, lastDay },
      ]),
    );
  }

  /** Volatility of an underlying per day; NaN if it is not scaled. For add-ons that need one. */
  dailyVolatility(underlying: string): number {
    return Math.sqrt(this.#underlyings[underlying]?.variance ?? NaN);
  }

  /** Procyclicality of an underlying's multiplier over the last 250 observations, against its scaler alone. */
  procyclicality(underlying: string, days?: readonly number[]): Procyclicality {
    const state = this.#underlyings[underlying];
    if (state === undefined)
      throw new MargridError('OptionInvalid', `no rules scale an underlying '${underlying}'`, { value: underlying });
    return procyclicality(state.multipliers, { unmitigated: state.scalers, ...(days === undefined ? {} : { days }) });
  }

  attach({ engine }: AccountContext): void {
    this.#rows = underlyingRows(engine);
    requireAllNamed(this.#rules, this.#rows.names);
    this.#multipliers = null;
  }

  bookChanged(): void {
    this.#multipliers = null;
  }

  setsMoved(): void {
    this.#multipliers = null;
  }

  state(): Storable {
    return { rules: this.#rules, underlyings: this.#underlyings } as unknown as Storable;
  }

  restore(state: Storable): void {
    const { rules, underlyings } = state as unknown as DynamicState;
    this.#rules = rules;
    this.#underlyings = underlyings;
    this.#multipliers = null;
  }

  /** Takes a day's prices or returns: all of them or none. */
  #observe(command: Command, context: AccountContext): void {
    const observed = readObservation(command, Object.keys(this.#underlyings));
    for (const { underlying, day } of observed) {
      const { lastDay } = this.#underlyings[underlying];
      if (lastDay === null || day > lastDay) continue;
      throw new MargridError(
        'CommandInvalid',
        `day of ${underlying} must be after ${lastDay}, which is observed already, got ${day}`,
        {
          column: 'day',
          value: day,
        },
      );
    }
    const next = observed.map(
      (each) =>
        [
          each.underlying,
          afterDay(each, this.#underlyings[each.underlying], this.#rules.underlyings[each.underlying]),
        ] as const,
    );
    for (const [name, state] of next) {
      const before = this.#underlyings[name].items;
      this.#underlyings = { ...this.#underlyings, [name]: state };
      report(context, name, before, state);
    }
    this.#multipliers = null;
  }

  #report({ emit }: AccountContext): void {
    for (const underlying of Object.keys(this.#underlyings)) {
      emit('procyclicality', { underlying, ...this.procyclicality(underlying) } as unknown as ModuleEvent['data']);
    }
  }

  /** New rules; underlyings that stay keep volatility, prices and buffer. */
  #changeRules(command: Command, context: AccountContext): void {
    const rules = parseDynamicRules(command['rules']);
    requireAllNamed(rules, this.#rows!.names);
    this.#underlyings = started(rules, this.#underlyings);
    this.#rules = rules;
    this.#multipliers = null;
    context.emit('rules-changed', { source: rules.source, date: rules.date });
  }

  #compute({ engine, quotes, market }: AccountContext, amounts: Float64Array, maintenance: Float64Array): void {
    if (this.#multipliers?.length !== amounts.length || this.#rules.mix === 'notional') {
      const weights =
        this.#rules.mix === 'largest' ? null : notionals(quotes.forward, market.instruments, engine.rows.instrumentOf);
      this.#multipliers = this.#multipliersOf(positionSlots(engine), weights);
    }
    const { initialMargin, maintenanceMargin } = engine.results;
    for (let set = 0; set < amounts.length; set++) {
      const added = Math.max(this.#multipliers[set] - 1, 0);
      // Not 0 x NaN: a multiplier of 1 quarantines nobody.
      amounts[set] = added === 0 ? 0 : added * initialMargin[set];
      maintenance[set] = added === 0 ? 0 : added * maintenanceMargin[set];
    }
  }

  /** `weights`: notional of one contract by instrument row; null: the largest multiplier counts. */
  #multipliersOf(slots: ReturnType<typeof positionSlots>, weights: Float64Array | null): Float64Array {
    const { names, ofRow } = this.#rows!;
    const ofUnderlying = Float64Array.from(names, (name) => this.#underlyings[name]?.items.margin ?? 1);
    const ofInstrument = Float64Array.from(ofRow, (underlying) => ofUnderlying[underlying]);
    const { setCount, first, count, row, quantity } = slots;
    const multipliers = new Float64Array(setCount);
    for (let set = 0; set < setCount; set++) {
      const end = first[set] + count[set];
      let largest = count[set] === 0 ? 1 : 0;
      let sum = 0;
      let weightSum = 0;
      for (let slot = first[set]; slot < end; slot++) {
        const instrument = row[slot] >>> flagBits;
        largest = Math.max(largest, ofInstrument[instrument]);
        if (weights === null) continue;
        const weight = Math.abs(quantity[slot]) * weights[instrument];
        sum += weight * ofInstrument[instrument];
        weightSum += weight;
      }
      multipliers[set] = weights === null || weightSum === 0 ? largest : sum / weightSum;
    }
    return multipliers;
  }
}

/** Notional of one contract in quote currency, by instrument row: of an inverse future or perpetual its size. */
function notionals(
  forward: Float64Array,
  instruments: AccountContext['market']['instruments'],
  instrumentOf: Uint32Array,
): Float64Array {
  return Float64Array.from(instrumentOf, (index) => {
    const { contractSize, payoff, kind } = instruments[index];
    return payoff === 'inverse' && kind !== 'option' ? contractSize : contractSize * forward[index];
  });
}

/** States for the rules: as they are where there are some, at the start volatility elsewhere. */
function started(
  rules: DynamicRules,
  present: Readonly<Record<string, UnderlyingState>>,
): Record<string, UnderlyingState> {
  return Object.fromEntries(
    Object.entries(rules.underlyings).map(([name, rule]) => {
      if (Object.hasOwn(present, name)) return [name, present[name]] as const;
      const variance = rule.startVolatility * rule.startVolatility;
      const first = multiplied(rule, rule.startVolatility, [], noToolState);
      const path = { multipliers: [first.items.margin], scalers: [first.items.base] };
      return [name, { variance, lastPrice: null, lastDay: null, volatilities: [], ...first, ...path }] as const;
    }),
  );
}

/** The scaler as a margin of one, through the tools. */
function multiplied(
  rule: UnderlyingRule,
  volatility: number,
  history: readonly number[],
  before: ToolState,
): { items: MarginItems; tools: ToolState } {
  const { scaler, stressVolatility, tenYearVolatility } = rule;
  const ratio = (other: number | undefined): number | undefined =>
    other === undefined ? undefined : other / scaler.referenceVolatility;
  const base = volatilityScaler(volatility, history, scaler).value;
  const { items, state } = applyTools(
    { base, stress: ratio(stressVolatility), tenYear: ratio(tenYearVolatility) },
    before,
    rule.tools,
  );
  return { items, tools: state };
}

function afterDay(observed: Observed, state: UnderlyingState, rule: UnderlyingRule): UnderlyingState {
  const { day, price } = observed;
  const dayReturn = observed.dayReturn ?? (state.lastPrice === null ? null : logRatio(price!, state.lastPrice));
  const lastPrice = price ?? null;
  // The first price gives no return yet.
  if (dayReturn === null) return { ...state, lastPrice, lastDay: day };
  const variance = nextVariance(rule.volatility, state.variance, dayReturn);
  const kept = rule.scaler.percentileFloor?.days ?? 0;
  const history = kept === 0 ? [] : [...state.volatilities, Math.sqrt(state.variance)].slice(-kept);
  const { items, tools } = multiplied(rule, Math.sqrt(variance), history, state.tools);
  const multipliers = [...state.multipliers, items.margin].slice(-measuredDays);
  const scalers = [...state.scalers, items.base].slice(-measuredDays);
  return { variance, lastPrice, lastDay: day, volatilities: history, tools, items, multipliers, scalers };
}

function report(
  { emit }: AccountContext,
  underlying: string,
  before: MarginItems,
  { items, variance, lastDay }: UnderlyingState,
): void {
  // JSON knows no NaN: the first day has no jump.
  const jump = Number.isNaN(items.jump) ? null : items.jump;
  const data: ModuleEvent['data'] = { underlying, day: lastDay, volatility: Math.sqrt(variance), ...items, jump };
  emit('observed', data);
  if (items.bufferPhase !== before.bufferPhase) {
    emit('buffer', {
      underlying,
      day: lastDay,
      from: before.bufferPhase,
      to: items.bufferPhase,
      share: items.bufferShare,
    });
  }
  if (items.isAlarm) {
    emit('responsiveness-alarm', {
      underlying,
      day: lastDay,
      jump,
      asked: items.margin - items.limit,
      multiplier: items.margin,
    });
  }
}
