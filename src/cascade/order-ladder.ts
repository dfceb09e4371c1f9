import { MargridError } from '../errors.ts';
import type { ImpactCurve } from './impact.ts';

/** Depth of an order book as it stood before the shock: [price, size in base units] per level, best price first. */
export interface OrderLadder {
  readonly bids: readonly (readonly [number, number])[];
  readonly asks: readonly (readonly [number, number])[];
  /** Mid price that the levels stand around. */
  readonly mid: number;
  /**
   * `follows` (default): makers quote around the shocked price, levels keep their distance in proportion. `rests`:
   * orders stay where they are; those that the shock has run over are gone.
   */
  readonly anchor?: 'follows' | 'rests';
}

/** One side as multiples of the shocked price, with the size up to and including each level. */
interface Side {
  readonly factor: Float64Array;
  readonly through: Float64Array;
  /** Beyond the last level: ratio of prices and size of a step. */
  readonly ratio: number;
  readonly step: number;
}

/**
 * The price of the last unit that a market order of a given size gets, and the mean price of a part of it. Beyond the
 * last level the book goes on as it ended: the last size at the last ratio of prices, again and again.
 */
export function ladderImpact(ladder: OrderLadder, shockFactor: number): ImpactCurve {
  requireLevels('bids', ladder.bids, -1, ladder.mid);
  requireLevels('asks', ladder.asks, 1, ladder.mid);
  const base = ladder.anchor === 'rests' ? ladder.mid * shockFactor : ladder.mid;
  const [bids, asks] = [sideOf(ladder.bids, ladder.mid, base, -1), sideOf(ladder.asks, ladder.mid, base, 1)];
  const sideAt = (volume: number): Side => (volume >= 0 ? bids : asks);
  const mean = (from: number, to: number): number => {
    if (from === to) return priceAt(sideAt(to), Math.abs(to));
    if (from * to < 0) {
      const share = Math.abs(from) / (Math.abs(from) + Math.abs(to));
      return share * mean(from, 0) + (1 - share) * mean(0, to);
    }
    const [low, high] = [Math.min(Math.abs(from), Math.abs(to)), Math.max(Math.abs(from), Math.abs(to))];
    return areaBetween(sideAt(from + to), low, high) / (high - low);
  };
  return { after: (volume) => (volume === 0 ? 1 : priceAt(sideAt(volume), Math.abs(volume))), mean };
}

function requireLevels(column: 'bids' | 'asks', levels: OrderLadder['bids'], direction: 1 | -1, mid: number): void {
  const refuse = (row: number, value: unknown, rule: string): never => {
    throw new MargridError(
      'OptionInvalid',
      `depth: ${column}, level ${row + 1} ${rule}, got ${JSON.stringify(value)}`,
      {
        column,
        row: row + 1,
        value,
      },
    );
  };
  if (!(mid > 0 && mid < Infinity))
    throw new MargridError('OptionInvalid', `depth: mid must be a price, got ${mid}`, {
      column: 'mid',
      value: mid,
    });
  if (levels.length === 0) refuse(0, null, 'is missing: an order book needs one at least');
  levels.forEach((level, row) => {
    const [price, size] = level;
    if (!(price > 0 && price < Infinity && size > 0 && size < Infinity))
      refuse(row, level, 'must be a price > 0 and a size > 0');
    const isOrdered = row === 0 ? direction * (price - mid) >= 0 : direction * (price - levels[row - 1][0]) > 0;
    if (!isOrdered)
      refuse(
        row,
        level,
        `must lie ${direction < 0 ? 'below' : 'above'} the one before it, and the first beside the mid`,
      );
  });
}

function sideOf(levels: OrderLadder['bids'], mid: number, base: number, direction: 1 | -1): Side {
  const kept = levels.filter(([price]) => direction * (price - base) >= 0);
  const [lastPrice, step] = levels[levels.length - 1];
  // All orders run over by the shock: the last one's size is what is quoted at the new price.
  const quoted = kept.length > 0 ? kept : [[base, step] as const];
  const through = new Float64Array(quoted.length);
  quoted.forEach(([, size], level) => (through[level] = (level === 0 ? 0 : through[level - 1]) + size));
  const ratio = lastPrice / (levels.length === 1 ? mid : levels[levels.length - 2][0]);
  return { factor: Float64Array.from(quoted, ([price]) => price / base), through, ratio, step };
}

/** No walk goes on below this share of the shocked price, or above its inverse. */
const lowestFactor = 1e-3;

function priceAt(side: Side, volume: number): number {
  const { factor, through } = side;
  // First level whose orders reach the volume.
  let [low, high] = [0, through.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (through[middle] >= volume) high = middle;
    else low = middle + 1;
  }
  if (low < factor.length) return factor[low];
  return walkBeyond(side, volume).price;
}

function walkBeyond(side: Side, volume: number): { readonly price: number; readonly area: number } {
  const { ratio, step } = side;
  let reached = side.through[side.through.length - 1];
  let price = side.factor[side.factor.length - 1];
  let area = 0;
  while (reached < volume && ratio !== 1 && price * ratio >= lowestFactor && price * ratio <= 1 / lowestFactor) {
    price *= ratio;
    area += Math.min(step, volume - reached) * price;
    reached += step;
  }
  if (reached < volume) area += (volume - reached) * price;
  return { price, area };
}

/** Sum of size x price over the part of an order between two volumes. */
function areaBetween(side: Side, from: number, to: number): number {
  const areaTo = (volume: number): number => {
    let [area, before] = [0, 0];
    for (let level = 0; level < side.factor.length && before < volume; level++) {
      area += (Math.min(side.through[level], volume) - before) * side.factor[level];
      before = side.through[level];
    }
    return volume > before ? area + walkBeyond(side, volume).area : area;
  };
  return areaTo(to) - areaTo(from);
}
