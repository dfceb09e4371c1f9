import type { Instrument } from '../domain/instrument.ts';

/** An order that rests in the book. */
export interface OpenOrder {
  readonly id: string;
  readonly instrument: string;
  /** Signed contracts that remain to be filled: buy > 0. */
  readonly quantity: number;
  /** Quote currency per base unit. */
  readonly limitPrice: number;
}

/** All orders of an account in one instrument on one side: they fill together or not at all. */
export interface OrderSide {
  readonly instrument: Instrument;
  readonly orders: readonly OpenOrder[];
}

/** Orders of one risk group by instrument and side: in the order in which instruments appear, buys first. */
export function orderSides(orders: readonly OpenOrder[], instrumentOf: (name: string) => Instrument): OrderSide[] {
  const names = [...new Set(orders.map(({ instrument }) => instrument))];
  return names.flatMap((name) => {
    const placed = orders.filter(({ instrument }) => instrument === name);
    const sides = [placed.filter(({ quantity }) => quantity > 0), placed.filter(({ quantity }) => quantity < 0)];
    return sides.filter((side) => side.length > 0).map((side) => ({ instrument: instrumentOf(name), orders: side }));
  });
}

/**
 * Largest value of `evaluate` over subsets of the sides that may fill; the empty one, which is worth `none`, among
 * them. Up to `exactSides` sides every subset is tried: exact for requirements that are convex in what is filled.
 * With more, all sides that a rise of the price or the volatility helps or hurts, as venues do; then each side is
 * added or taken away in turn if that is worse still. Never less than the worst of those.
 */
export function worstFills(
  sides: readonly OrderSide[],
  none: number,
  evaluate: (filled: readonly OpenOrder[]) => number,
  exactSides: number,
): number {
  let worst = none;
  const tried = new Set<string>();
  const attempt = (isFilled: readonly boolean[]): boolean => {
    const key = isFilled.map(Number).join('');
    if (!isFilled.includes(true) || tried.has(key)) return false;
    tried.add(key);
    const value = evaluate(sides.filter((_, place) => isFilled[place]).flatMap(({ orders }) => orders));
    // Not a number is worse than any: nothing is known of the account then.
    const isWorse = Number.isNaN(value) || value > worst;
    if (isWorse) worst = value;
    return isWorse;
  };
  if (sides.length <= exactSides) {
    for (let subset = 1; subset < 1 << sides.length; subset++)
      attempt(sides.map((_, place) => ((subset >> place) & 1) === 1));
    return worst;
  }
  let best: readonly boolean[] = sides.map(() => false);
  for (const subset of directedSubsets(sides)) if (attempt(subset)) best = subset;
  for (let place = 0; place < sides.length; place++) {
    const flipped = best.map((isFilled, index) => (index === place ? !isFilled : isFilled));
    if (attempt(flipped)) best = flipped;
  }
  return worst;
}

/** Everything; and what gains from a rise, from a fall, from more and from less volatility, and from pairs of those. */
function directedSubsets(sides: readonly OrderSide[]): boolean[][] {
  const deltas = sides.map(
    ({ instrument, orders }) => (instrument.optionType === 'put' ? -1 : 1) * Math.sign(orders[0].quantity),
  );
  const vegas = sides.map(({ instrument, orders }) =>
    instrument.kind === 'option' ? Math.sign(orders[0].quantity) : 0,
  );
  const subsets = [sides.map(() => true)];
  for (const sign of [1, -1]) {
    subsets.push(deltas.map((delta) => delta === sign));
    subsets.push(vegas.map((vega) => vega === sign));
    for (const other of [1, -1]) {
      // Linear orders have no vega: they go with either sign.
      subsets.push(deltas.map((delta, place) => delta === sign && (vegas[place] === 0 || vegas[place] === other)));
    }
  }
  return subsets;
}
