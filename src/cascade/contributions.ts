import type { Engine } from '../engine/engine.ts';
import { RandomStream } from '../generate/random.ts';
import { MargridError } from '../errors.ts';
import { contractValues } from './contract-values.ts';
import type { CascadeResult } from './result.ts';
import type { CascadeScenario } from './scenario.ts';
import { SetValuation } from './set-valuation.ts';
import { simulateCascade } from './simulate.ts';
import { underlyingsOf } from './underlyings.ts';

export interface ContributionOptions {
  /** Accounts with the largest liquidated notional that are looked at. */
  readonly top: number;
  /** Share of the account's positions that is taken away; 1 (default): the account is removed, 0.5: halved. */
  readonly removed?: number;
  /** Orders in which the accounts are added one by one; 0 (default): no Shapley values. */
  readonly permutations?: number;
  readonly seed?: number;
}

/** What a cascade would have been without an account: outcome with it less outcome without it. US dollars. */
export interface Contribution {
  readonly account: string;
  /** What it was liquidated for itself. */
  readonly ownNotional: number;
  /** Difference of the liquidated notional, and what of it is other accounts'. */
  readonly notional: number;
  readonly contagion: number;
  readonly liquidatedAccounts: number;
  readonly deficit: number;
  readonly amplification: number | null;
  /** Share of the liquidated notional by Shapley over the accounts looked at; null without permutations. */
  readonly shapley: number | null;
}

const permutationPurpose = 19;

/**
 * Systemic contribution of the largest liquidated accounts by leaving each out: its positions are closed before the
 * shock at the marks, without impact, so that its equity is cash, and the cascade is run again. Exact for the account,
 * but not additive: of two accounts that both push a price over an edge each may get all of it or nothing. Shapley
 * values (means over random orders of adding the accounts, those not yet added being out) add up to the effect of all
 * together.
 */
export async function contributions(
  engine: Engine,
  scenario: CascadeScenario,
  base: CascadeResult,
  { top, removed = 1, permutations = 0, seed = 1 }: ContributionOptions,
): Promise<Contribution[]> {
  if (!(removed > 0 && removed <= 1)) {
    throw new MargridError('OptionInvalid', `contributions: removed must be in (0, 1], got ${removed}`, {
      column: 'removed',
      value: removed,
    });
  }
  const accounts = largestAccounts(base.notionalOfAccount, top);
  const without = (left: readonly number[]): Promise<CascadeResult> => cascadeWithout(engine, scenario, left, removed);
  const shapley = permutations > 0 ? await shapleyValues(accounts, without, { permutations, seed }) : null;
  const found: Contribution[] = [];
  for (const [place, account] of accounts.entries()) {
    const result = await without([account]);
    const notional = base.notional - result.notional;
    const own = base.notionalOfAccount[account] - result.notionalOfAccount[account];
    found.push({
      account: engine.accountIds[account],
      ownNotional: base.notionalOfAccount[account],
      notional,
      contagion: notional - own,
      liquidatedAccounts: base.liquidatedAccounts - result.liquidatedAccounts,
      deficit: base.deficit - result.deficit,
      amplification: base.amplification === null ? null : base.amplification - result.amplification!,
      shapley: shapley?.[place] ?? null,
    });
  }
  return found;
}

/** Largest first; of equals the first of the book. */
function largestAccounts(notional: Float64Array, top: number): number[] {
  const liquidated: number[] = [];
  notional.forEach((amount, account) => {
    if (amount > 0) liquidated.push(account);
  });
  return liquidated.sort((a, b) => notional[b] - notional[a] || a - b).slice(0, top);
}

async function cascadeWithout(
  engine: Engine,
  scenario: CascadeScenario,
  accounts: readonly number[],
  removed: number,
): Promise<CascadeResult> {
  const valuation = new SetValuation(engine, underlyingsOf(engine.market));
  const marks = contractValues(engine.market, engine.market);
  const rates = valuation.dollarRates(engine.market.indexPrice);
  const sets = [...accounts].sort((a, b) => a - b).flatMap((account) => {
    const { first, end } = engine.resultRange(engine.accountIds[account]);
    return Array.from({ length: end - first }, (_, index) => first + index);
  });
  const { cash } = engine.arena.views.nettingSet;
  const undo = engine.reduceSets({
    sets: Uint32Array.from(sets),
    keep: new Float64Array(sets.length).fill(1 - removed),
    cash: Float64Array.from(sets, (set) => cash[set] + removed * valuation.worth(set, marks, rates)),
  });
  try {
    return await simulateCascade(engine, scenario);
  } finally {
    engine.undoReductions(undo);
  }
}

/** Mean increase of the liquidated notional as each account comes in, over random orders. */
async function shapleyValues(
  accounts: readonly number[],
  without: (left: readonly number[]) => Promise<CascadeResult>,
  { permutations, seed }: { permutations: number; seed: number },
): Promise<Float64Array> {
  const values = new Float64Array(accounts.length);
  const known = new Map<string, number>();
  const notionalOf = async (isIn: readonly boolean[]): Promise<number> => {
    const key = isIn.map(Number).join('');
    if (!known.has(key)) known.set(key, (await without(accounts.filter((_, place) => !isIn[place]))).notional);
    return known.get(key)!;
  };
  const stream = new RandomStream();
  for (let index = 0; index < permutations; index++) {
    stream.restart(seed, index, permutationPurpose);
    const isIn = accounts.map(() => false);
    let before = await notionalOf(isIn);
    for (const place of shuffled(accounts.length, stream)) {
      isIn[place] = true;
      const after = await notionalOf(isIn);
      values[place] += (after - before) / permutations;
      before = after;
    }
  }
  return values;
}

/** Fisher and Yates. */
function shuffled(count: number, stream: RandomStream): number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = stream.nextIndex(last + 1);
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}
