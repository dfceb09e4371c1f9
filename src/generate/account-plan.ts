/**
 * The first draws of an account's stream: what kind of account it is, in which currencies, and how many positions it
 * has.
 */
import type { HoldableInstruments, InstrumentChoice } from './holdable-instruments.ts';
import { accountKindShares } from './position-count-tables.ts';
import type { AccountKind, PositionCountTables } from './position-count-tables.ts';
import type { RandomStream } from './random.ts';

/** Reused from account to account: there are millions. */
export interface AccountPlan {
  kind: AccountKind;
  positionCount: number;
  /** Index into the currencies of the book. */
  primaryCurrency: number;
  /** -1 if the account has positions in one settlement currency only. */
  secondaryCurrency: number;
}

export function emptyAccountPlan(): AccountPlan {
  return { kind: 'linear-only', positionCount: 0, primaryCurrency: 0, secondaryCurrency: -1 };
}

/** Share of accounts with a second settlement currency, where there is one; market makers always have. */
const secondCurrencyShare = 0.15;

/** What plans are drawn from; built once per book. */
export interface AccountPlanSource {
  readonly counts: PositionCountTables;
  /** Indices of the currencies that have futures or perpetuals, and of those that have options. */
  readonly linearCurrencies: readonly number[];
  readonly optionCurrencies: readonly number[];
  readonly instruments: HoldableInstruments;
}

export function accountPlanSource(instruments: HoldableInstruments, counts: PositionCountTables): AccountPlanSource {
  const nonEmpty = (choices: readonly InstrumentChoice[]): number[] =>
    choices.flatMap((choice, index) => (choice.instrumentIndex.length > 0 ? [index] : []));
  return {
    counts,
    instruments,
    linearCurrencies: nonEmpty(instruments.linear),
    optionCurrencies: nonEmpty(instruments.options),
  };
}

export function drawAccountPlan(plan: AccountPlan, source: AccountPlanSource, stream: RandomStream): void {
  plan.kind = accountKindAt(stream.nextFraction());
  const currencies = plan.kind === 'linear-only' ? source.linearCurrencies : source.optionCurrencies;
  const primary = stream.nextIndex(currencies.length);
  const wantsSecond = stream.nextFraction() < secondCurrencyShare || plan.kind === 'market-maker';
  const second = (primary + 1 + stream.nextIndex(Math.max(currencies.length - 1, 1))) % currencies.length;
  plan.primaryCurrency = currencies[primary]!;
  plan.secondaryCurrency = wantsSecond && second !== primary ? currencies[second] : -1;
  const counts = source.counts[plan.kind];
  plan.positionCount = Math.min(counts[stream.nextIndex(counts.length)], positionCountMax(plan, source.instruments));
  if (plan.positionCount < 2) plan.secondaryCurrency = -1;
}

function accountKindAt(fraction: number): AccountKind {
  if (fraction < accountKindShares['linear-only']) return 'linear-only';
  return fraction < accountKindShares['linear-only'] + accountKindShares.option ? 'option' : 'market-maker';
}

/** All futures there are, but only half of the options: beyond that popularity would mean nothing. */
function positionCountMax(plan: AccountPlan, instruments: HoldableInstruments): number {
  const choices = plan.kind === 'linear-only' ? instruments.linear : instruments.options;
  const second = plan.secondaryCurrency;
  const count = choices[plan.primaryCurrency].instrumentIndex.length
    + (second < 0 ? 0 : choices[second].instrumentIndex.length);
  return plan.kind === 'linear-only' ? count : Math.max(1, count >> 1);
}
