import { MargridError } from '../errors.ts';
import type { ScenarioLoss } from './default-fund.ts';
import type { MarketMove } from './stress-quotes.ts';

export interface ReverseStressOptions {
  /** What the fund has; reporting currency. */
  readonly fund: number;
  /** What must stay within it: the losses of the covered members, or of all. */
  readonly measure: 'covered' | 'total';
  /** The move of size one: prices move by `spot`, volatilities by `volatility`, times the size. */
  readonly direction: MarketMove;
  /** Sizes in (0, most] are searched; default 1. */
  readonly most?: number;
  /** Sizes that are tried before the first that breaks is narrowed down; default 20. */
  readonly scan?: number;
  /** The size found and the largest one below it that holds are at most so far apart; default 1e-4. */
  readonly resolution?: number;
}

export interface ReverseStress {
  /** The smallest size found at which losses exceed the fund; null: none up to `most`. */
  readonly size: number | null;
  readonly move: MarketMove | null;
  readonly loss: number | null;
  /** The largest size below it that was tried and holds, and the loss there. */
  readonly holdsAt: number;
  readonly lossHeld: number;
  /** Places of the members that lose most, the largest first. */
  readonly largest: readonly number[];
  readonly evaluations: number;
}

/**
 * The smallest move along a ray that breaks the fund. A scan of equal steps finds the first step at whose end losses
 * exceed the fund: losses need not grow with the move (a hedge may come in), so bisection over the whole range could
 * miss the first break. That step is then halved until the resolution is met. A break that begins and ends between two
 * sizes of the scan is not seen: `scan` says how fine it is.
 */
export async function reverseStress(
  lossAt: (move: MarketMove) => Promise<ScenarioLoss>,
  { fund, measure, direction, most = 1, scan = 20, resolution = 1e-4 }: ReverseStressOptions,
): Promise<ReverseStress> {
  require(fund >= 0 && Number.isFinite(fund), 'fund', fund, 'a number >= 0');
  require(most > 0 && Number.isFinite(most), 'most', most, 'a number > 0');
  require(Number.isInteger(scan) && scan >= 1, 'scan', scan, 'a whole number >= 1');
  require(resolution > 0, 'resolution', resolution, 'a number > 0');
  let evaluations = 0;
  const evaluate = async (size: number): Promise<ScenarioLoss> => {
    evaluations++;
    return lossAt({ ...direction, spot: direction.spot * size, volatility: direction.volatility * size });
  };
  let holds = { size: 0, loss: (await evaluate(0))[measure] };
  for (let step = 1; step <= scan; step++) {
    let breaks = { size: (most * step) / scan, at: await evaluate((most * step) / scan) };
    if (breaks.at[measure] <= fund) {
      holds = { size: breaks.size, loss: breaks.at[measure] };
      continue;
    }
    while (breaks.size - holds.size > resolution) {
      const size = (holds.size + breaks.size) / 2;
      const at = await evaluate(size);
      if (at[measure] > fund) breaks = { size, at };
      else holds = { size, loss: at[measure] };
    }
    const { size, at } = breaks;
    return {
      size,
      move: at.move,
      loss: at[measure],
      holdsAt: holds.size,
      lossHeld: holds.loss,
      largest: at.largest,
      evaluations,
    };
  }
  return { size: null, move: null, loss: null, holdsAt: holds.size, lossHeld: holds.loss, largest: [], evaluations };
}

function require(isGood: boolean, column: string, value: number, rule: string): void {
  if (!isGood) throw new MargridError('OptionInvalid', `${column} must be ${rule}, got ${value}`, { column, value });
}
