import { weightsOf } from '../money/allocate.ts';
import { decimalsOf, minorOf, type MinorUnits } from '../money/minor-units.ts';
import type { BookView } from './book-view.ts';
import type { SocialisedLossRule } from './rules.ts';
import { depositLoss, openInterestLoss, proRataLoss } from './socialised-loss.ts';

/** What everybody pays of a loss, and what nobody does. */
export interface Payments {
  readonly sets: Uint32Array;
  readonly amounts: BigInt64Array;
  readonly left: MinorUnits;
  /** Paid beyond the loss (rates are rounded up): for the insurance fund. */
  readonly excess: MinorUnits;
}

export interface LossToSocialise {
  readonly currency: string;
  /** Market row of the instrument that caused it; null: cash. */
  readonly instrument: number | null;
  readonly amount: MinorUnits;
}

/** What the module knows of the accounts besides the book. */
export interface PayerFacts {
  /** Equity of every netting set when the session started; NaN: not there yet. */
  readonly sessionEquity: Float64Array;
  /** What a netting set has paid at this tick already. */
  readonly charged: ReadonlyMap<number, MinorUnits>;
  readonly isExcluded: (set: number) => boolean;
}

/**
 * Who pays a loss, and how much: netting sets of its currency with something to charge them by, at most `mostPart` of
 * it at one tick. Losses of cash under `open-interest` have no instrument and go by equity.
 */
export function paymentsOf(
  loss: LossToSocialise,
  rule: SocialisedLossRule,
  view: BookView,
  facts: PayerFacts,
): Payments {
  const { balance } = view.context;
  const decimals = decimalsOf(loss.currency);
  const base = (set: number): number => {
    if (rule.method === 'deposits') return view.cashOf(set);
    return rule.method === 'winners' ? balance[set] - facts.sessionEquity[set] : balance[set];
  };
  const sets: number[] = [];
  const weights: number[] = [];
  const caps: bigint[] = [];
  for (let set = 0; set < view.setCount; set++) {
    if (facts.isExcluded(set) || view.currencyOf(set) !== loss.currency) continue;
    const weight = base(set);
    // Nobody is charged into the red, whatever his profit was, and nobody whose balance is unknown (quarantined).
    const most = Math.min(weight, balance[set]) * rule.mostPart;
    if (!(most > 0)) continue;
    const cap = minorOf(most, decimals, 'down') - (facts.charged.get(set) ?? 0n);
    if (cap <= 0n) continue;
    sets.push(set);
    weights.push(weight);
    caps.push(cap);
  }
  if (rule.method === 'open-interest' && loss.instrument !== null)
    return byOpenInterest(loss, loss.instrument, sets, caps, view);
  if (rule.method === 'deposits') {
    const deposits = weights.map((weight) => minorOf(weight, decimals, 'down'));
    return capped(sets, depositLoss(loss.amount, deposits).payments, caps, loss.amount);
  }
  const { payments, left } = proRataLoss(loss.amount, weightsOf(weights), caps);
  return { sets: Uint32Array.from(sets), amounts: BigInt64Array.from(payments), left, excess: 0n };
}

function byOpenInterest(
  loss: LossToSocialise,
  instrument: number,
  sets: readonly number[],
  caps: readonly bigint[],
  view: BookView,
): Payments {
  const lots = sets.map((set) => view.positionsOf(set).find((held) => held.instrument === instrument)?.lots ?? 0n);
  const holding = sets.map((_, place) => place).filter((place) => lots[place] !== 0n);
  // Longs and shorts pay alike: the kernel wants them apart only to add them up.
  const longs = holding.filter((place) => lots[place] > 0n);
  const shorts = holding.filter((place) => lots[place] < 0n);
  const { payments } = openInterestLoss(
    loss.amount,
    longs.map((place) => lots[place]),
    shorts.map((place) => -lots[place]),
  );
  const places = [...longs, ...shorts];
  return capped(
    places.map((place) => sets[place]),
    payments,
    places.map((place) => caps[place]),
    loss.amount,
  );
}

/** Payments by a rate, none above its cap. */
function capped(
  sets: readonly number[],
  payments: readonly bigint[],
  caps: readonly bigint[],
  loss: MinorUnits,
): Payments {
  const amounts = payments.map((payment, place) => (payment < caps[place] ? payment : caps[place]));
  const paid = amounts.reduce((sum, amount) => sum + amount, 0n);
  return {
    sets: Uint32Array.from(sets),
    amounts: BigInt64Array.from(amounts),
    left: paid < loss ? loss - paid : 0n,
    excess: paid > loss ? paid - loss : 0n,
  };
}
