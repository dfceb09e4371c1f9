import { MargridError } from '../errors.ts';
import { allocate, weightsOf } from '../money/allocate.ts';
import { minorOf, type MinorUnits } from '../money/minor-units.ts';

/** One underlying of a pool in the scenario that binds there. Amounts in the pool's settlement currency. */
export interface BindingLoss {
  /** What the model charges for the scenario, after its dampeners and caps; >= 0. */
  readonly charged: number;
  /** Loss of each member in that scenario (minus its P&L; a hedging member's is negative). */
  readonly memberLosses: readonly number[];
}

/** What a requirement is divided by. */
export interface ShareBasis {
  readonly requirement: number;
  readonly losses: readonly BindingLoss[];
  /** Requirement of each member by itself, and the part of it that is its own worst scenarios; >= 0. */
  readonly standAlone: readonly number[];
  readonly standAloneLosses: readonly number[];
}

export interface RequirementShare {
  /** Of the binding scenarios: Euler. Negative for a member that hedges the others. */
  readonly scenario: MinorUnits;
  /** Of everything else. */
  readonly other: MinorUnits;
  readonly total: MinorUnits;
}

/**
 * Shares of the members in a pool's requirement, in whole minor units that add up to it exactly (`requirement` to the
 * nearest minor unit).
 *
 * Scenario part: per underlying the member's loss in the pool's binding scenario, times charged loss over the sum of
 * the members' losses; that ratio is 1 unless dampeners, caps or weights came between. An underlying whose members lose
 * nothing there together has no such part.
 *
 * The rest of the requirement (other charges, less offsets between underlyings) is divided by the charges that the
 * members would have by themselves besides their own worst scenarios; if there are none, by their stand-alone
 * requirements; if those are all 0 too, evenly. Each part is rounded by itself: remainders go to the largest.
 */
export function requirementShares(basis: ShareBasis, decimals: number): RequirementShare[] {
  const { requirement, losses, standAlone, standAloneLosses } = basis;
  const count = standAlone.length;
  if (count === 0) throw new MargridError('OptionInvalid', 'a requirement cannot be divided among no members');
  const exact = new Array<number>(count).fill(0);
  let charged = 0;
  for (const each of losses) {
    const sum = each.memberLosses.reduce((total, loss) => total + loss, 0);
    if (!(sum > 0 && each.charged > 0)) continue;
    const ratio = each.charged / sum;
    each.memberLosses.forEach((loss, member) => (exact[member] += loss * ratio));
    charged += each.charged;
  }
  const total = minorOf(requirement, decimals, 'nearest');
  const scenario = roundedTo(minorOf(charged, decimals, 'nearest'), exact, decimals);
  const rest = total - scenario.reduce((sum, share) => sum + share, 0n);
  const other = allocate(rest, weightsOf(otherWeights(standAlone, standAloneLosses)));
  return scenario.map((share, member) => ({ scenario: share, other: other[member], total: share + other[member] }));
}

function otherWeights(standAlone: readonly number[], standAloneLosses: readonly number[]): number[] {
  const charges = standAlone.map((requirement, member) => Math.max(requirement - standAloneLosses[member], 0));
  if (charges.some((charge) => charge > 0)) return charges;
  if (standAlone.some((requirement) => requirement > 0)) return [...standAlone];
  return standAlone.map(() => 1);
}

/**
 * Signed amounts in minor units that add up to `total`, which is their sum but for rounding: each down, and what is
 * left, unit by unit, to the largest remainders (of equal ones to the first).
 */
function roundedTo(total: MinorUnits, amounts: readonly number[], decimals: number): MinorUnits[] {
  const fine = decimals + extraDecimals;
  const unit = 10n ** BigInt(extraDecimals);
  const scaled = amounts.map((amount) => minorOf(amount, fine, 'nearest'));
  const shares = scaled.map((amount) => floorDivide(amount, unit));
  const remainders = scaled.map((amount, member) => amount - shares[member] * unit);
  let left = total - shares.reduce((sum, share) => sum + share, 0n);
  const order = shares.map((_, member) => member).sort((a, b) => compare(remainders[b], remainders[a]) || a - b);
  const step = left < 0n ? -1n : 1n;
  if (left < 0n) order.reverse();
  for (let place = 0; left !== 0n; place = (place + 1) % order.length, left -= step) shares[order[place]] += step;
  return shares;
}

/** Digits beyond a minor unit by which remainders are told apart. */
const extraDecimals = 9;

function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor < 0n ? quotient - 1n : quotient;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
