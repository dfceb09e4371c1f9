import { pooledCurrencyOf } from '../margin/pooled-currency.ts';
import { dollarRate } from '../domain/dollar-rates.ts';
import type { Market } from '../domain/market.ts';
import type { AccountMargin } from '../engine/account-margin.ts';
import type { BookChanges } from '../engine/book-changes.ts';
import { statusNames, type StatusName } from '../engine/totals.ts';
import { modelByName } from '../margin/registry.ts';
import { changesBetween, type Holdings } from './holdings.ts';
import { withLeg, type Leg, type Terms } from './legs.ts';

/** The part of an `Engine` that is needed. */
export interface Previewing {
  readonly market: Market;
  readonly modelName: string;
  preview(account: string, changes: Omit<BookChanges, 'addOns'>): AccountMargin[];
}

/** An account whose margin can be asked for as it would be. */
export interface WhatIfAccount {
  readonly engine: Previewing;
  readonly account: string;
  /** What the engine's book has for the account (`holdingsOf`). */
  readonly holdings: Holdings;
  /** As in the parameter file: a model says which quotes it values options with, and what it pools accounts in. */
  readonly params: unknown;
}

/** Margin of the whole account; in US dollars at the index prices. NaN if the account is refused. */
export interface Requirement {
  readonly equity: number;
  readonly initialMargin: number;
  readonly maintenanceMargin: number;
  readonly status: StatusName;
  /** Why the account is refused, or null. */
  readonly fault: string | null;
  /** Netting set by netting set, each in its own currency. */
  readonly sets: readonly AccountMargin[];
}

export interface MarginChange {
  readonly equity: number;
  readonly initialMargin: number;
  readonly maintenanceMargin: number;
}

export interface LegEffect {
  readonly leg: Leg;
  /** The account with this leg and no other, less the account as it is. */
  readonly alone: MarginChange;
  /** The account with the legs up to this one, less the account with those before it: the legs add up to the change. */
  readonly inOrder: MarginChange;
}

export interface WhatIf {
  readonly before: Requirement;
  readonly after: Requirement;
  readonly change: MarginChange;
  readonly legs: readonly LegEffect[];
  /** What the account holds afterwards. */
  readonly holdings: Holdings;
}

/** Margin before and after some legs, and what each of them adds. Throws `InstrumentUnknown`, `OptionInvalid`. */
export function whatIf(what: WhatIfAccount, legs: readonly Leg[]): WhatIf {
  const terms = termsOf(what);
  const before = requirementOf(what, what.holdings);
  let holdings = what.holdings;
  let soFar = before;
  const effects = legs.map((leg) => {
    const alone = requirementOf(what, withLeg(what.holdings, leg, terms));
    holdings = withLeg(holdings, leg, terms);
    const next = requirementOf(what, holdings);
    const effect = { leg, alone: changeOf(before, alone), inOrder: changeOf(soFar, next) };
    soFar = next;
    return effect;
  });
  return { before, after: soFar, change: changeOf(before, soFar), legs: effects, holdings };
}

export function termsOf({ engine, params }: WhatIfAccount): Terms {
  const model = modelByName(engine.modelName);
  const parsed = model.parseParams(params);
  return {
    market: engine.market,
    reportingCurrency: pooledCurrencyOf(model, parsed),
    usesMarkPrice: (instrument) =>
      model.kind === 'portable' && model.requiredFields(instrument, parsed).includes('markPrice'),
  };
}

/** What the model requires of the account if it holds this. */
export function requirementOf({ engine, account, holdings }: WhatIfAccount, held: Holdings): Requirement {
  const sets = engine.preview(account, changesBetween(account, holdings, held));
  const sum = { equity: 0, initialMargin: 0, maintenanceMargin: 0 };
  let worst = 0;
  let fault: string | null = null;
  for (const set of sets) {
    const rate = dollarRate(engine.market, set.currency);
    if (rate === null) fault ??= `no index price says what ${set.currency} is worth in USD`;
    if (set.status === 'quarantined') fault ??= set.fault ?? 'quarantined';
    sum.equity += set.equity * (rate?.rate ?? NaN);
    sum.initialMargin += set.initialMargin * (rate?.rate ?? NaN);
    sum.maintenanceMargin += set.maintenanceMargin * (rate?.rate ?? NaN);
    worst = Math.max(worst, statusNames.indexOf(set.status));
  }
  if (fault === null) return { ...sum, status: statusNames[worst], fault, sets };
  return { equity: NaN, initialMargin: NaN, maintenanceMargin: NaN, status: 'quarantined', fault, sets };
}

function changeOf(before: Requirement, after: Requirement): MarginChange {
  return {
    equity: after.equity - before.equity,
    initialMargin: after.initialMargin - before.initialMargin,
    maintenanceMargin: after.maintenanceMargin - before.maintenanceMargin,
  };
}
