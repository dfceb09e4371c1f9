import { allocateAdl } from './adl-allocation.ts';
import { adlScoreColumn, ranked, type AdlCandidates } from './adl-rank.ts';
import type { BookView } from './book-view.ts';
import type { Deleveraged } from './default-waterfall.ts';
import type { AdlRules } from './rules.ts';

/** Everybody who holds one side of one instrument: columns that shrink as positions are closed. */
interface Side {
  /** Netting sets. */
  readonly sets: Uint32Array;
  readonly candidates: AdlCandidates;
  /** By rank, if the rule has one; fixed for the tick, as venues rank before they close. */
  order: Uint32Array | null;
}

/**
 * The accounts of the engine's book that a bankrupt position can be closed against: all that hold the opposite side,
 * but bankrupt and quarantined ones, those without equity and the liquidator. Found in one scan of the book's columns
 * for all instruments that a tick needs.
 */
export class Counterparties {
  readonly #view: BookView;
  readonly #rules: AdlRules;
  readonly #sides = new Map<string, Side>();
  readonly #found = new Map<number, { readonly sets: number[]; readonly slots: number[] }>();
  readonly #isExcluded: (set: number) => boolean;

  constructor(view: BookView, rules: AdlRules, instruments: ReadonlySet<number>, isExcluded: (set: number) => boolean) {
    this.#view = view;
    this.#rules = rules;
    this.#isExcluded = isExcluded;
    this.#scan(instruments);
  }

  #scan(instruments: ReadonlySet<number>): void {
    const { engine, balance } = this.#view.context;
    const { firstPosition, positionCount } = engine.arena.views.nettingSet;
    for (const instrument of instruments) this.#found.set(instrument, { sets: [], slots: [] });
    for (let set = 0; set < engine.nettingSetCount; set++) {
      // Bankrupt is who has a negative balance, quarantined whose balance is unknown.
      if (!(balance[set] > 0) || this.#isExcluded(set)) continue;
      for (let slot = firstPosition[set]; slot < firstPosition[set] + positionCount[set]; slot++) {
        const found = this.#found.get(this.#view.instrumentAt(slot));
        if (found === undefined) continue;
        found.sets.push(set);
        found.slots.push(slot);
      }
    }
  }

  /** Closes lots (> 0) of the side opposite to a long (short) position. */
  close(instrument: number, isLong: boolean, lots: bigint, mark: number, seed: number): Deleveraged[] {
    const side = this.#side(instrument, isLong ? 'short' : 'long', mark);
    const { candidates, sets, order } = side;
    const { rule, eligible, lotSize } = this.#rules;
    const at = { terms: this.#view.terms(instrument), mark };
    const step =
      lotSize === 0 ? 1n : BigInt(Math.max(1, Math.round(lotSize * Number(10n ** BigInt(this.#view.lotDecimals)))));
    const given = { candidates, at, rule, lots, eligible, step, seed, ...(order === null ? {} : { order }) };
    const { lots: closed } = allocateAdl(given);
    const result: Deleveraged[] = [];
    closed.forEach((taken, place) => {
      if (taken === 0) return;
      candidates.lots[place] -= taken;
      result.push({ holder: sets[place], lots: BigInt(taken) });
    });
    return result;
  }

  #side(instrument: number, side: 'long' | 'short', mark: number): Side {
    const key = `${instrument} ${side}`;
    let known = this.#sides.get(key);
    if (known === undefined) this.#sides.set(key, (known = this.#columns(instrument, side, mark)));
    return known;
  }

  #columns(instrument: number, side: 'long' | 'short', mark: number): Side {
    const { sets, slots } = this.#found.get(instrument) ?? { sets: [], slots: [] };
    const { balance } = this.#view.context;
    const held = slots.map((slot) => this.#view.heldAt(slot));
    const places = held.flatMap(({ lots }, place) => (lots !== 0n && lots > 0n === (side === 'long') ? [place] : []));
    const { rule } = this.#rules;
    const needsNotional = rule.kind === 'water-filling' || (rule.kind === 'queue' && rule.score === 'leverage');
    const candidates: AdlCandidates = {
      side,
      lots: Float64Array.from(places, (place) => Math.abs(Number(held[place].lots))),
      entryPrice: Float64Array.from(places, (place) => held[place].entryPrice),
      equity: Float64Array.from(places, (place) => balance[sets[place]]),
      notional: Float64Array.from(places, (place) => (needsNotional ? this.#view.notionalOf(sets[place]) : 0)),
    };
    const at = { terms: this.#view.terms(instrument), mark };
    const order = rule.kind === 'queue' ? ranked(adlScoreColumn(rule.score, candidates, at)) : null;
    return { sets: Uint32Array.from(places, (place) => sets[place]), candidates, order };
  }
}
