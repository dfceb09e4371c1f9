import { MargridError } from '../errors.ts';
import { allocate, weightsOf } from '../money/allocate.ts';
import { divide, minorOf, type MinorUnits } from '../money/minor-units.ts';

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
 * requirements; if those are all 0 too, evenly. Each part is rounded by itself: what is left goes to the largest
 * remainders.
 */
export function requirementShares(basis: ShareBasis, decimals: number): RequirementShare[] {
  const { requirement, losses, standAlone, standAloneLosses } = basis;
  const count = standAlone.length;
  if (count === 0) throw new MargridError('OptionInvalid', 'a requirement cannot be divided among no members');
  const scenario = new Array<MinorUnits>(count).fill(0n);
  for (const { charged, memberLosses } of losses) {
    if (!(charged > 0)) continue;
    const shares = signedShares(minorOf(charged, decimals, 'nearest'), memberLosses);
    shares.forEach((share, member) => (scenario[member] += share));
  }
  const rest = minorOf(requirement, decimals, 'nearest') - scenario.reduce((sum, share) => sum + share, 0n);
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
 * Divides an amount in proportion to losses of either sign whose sum is a loss, exactly: each share is rounded down,
 * and what is left goes, unit by unit, to the largest remainders (of equal ones to the first). Nothing to anybody if
 * the sum is none.
 */
function signedShares(amount: MinorUnits, losses: readonly number[]): MinorUnits[] {
  const weights = weightsOf(losses.map(Math.abs)).map((weight, member) => (losses[member] < 0 ? -weight : weight));
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  if (total <= 0n) return losses.map(() => 0n);
  const shares = weights.map((weight) => divide(amount * weight, total, 'down'));
  const remainders = weights.map((weight, member) => amount * weight - shares[member] * total);
  const left = Number(amount - shares.reduce((sum, share) => sum + share, 0n));
  const order = shares.map((_, member) => member).sort((a, b) => compare(remainders[b], remainders[a]) || a - b);
  for (const member of order.slice(0, left)) shares[member]++;
  return shares;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
