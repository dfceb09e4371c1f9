import {
  driftFundingToSocialise,
  driftInterestToSocialise,
  DRIFT_RESULT,
} from '../../assembly/portable/margin/drift-liquidation.ts';
import { divide, type MinorUnits } from '../money/minor-units.ts';
import { cappedShares, type CappedShares } from './capped-shares.ts';
import { IntegerBlock } from '../money/integer-block.ts';

/** Decimals of Drift's cumulative funding rate per unit of base, and of the divisor that payments have besides. */
const fundingScale = 10n ** 9n;
const fundingRounding = 1000n;

/** What everybody pays of a loss. */
export interface SocialisedLoss {
  readonly payments: readonly MinorUnits[];
  /** What nobody pays. */
  readonly left: MinorUnits;
  /** Paid beyond the loss because a rate per unit is rounded up: for the insurance fund. */
  readonly excess: MinorUnits;
}

/**
 * Pro rata to weights >= 0 (equity, profits of the session), nobody more than his cap. Deribit: weights and caps are
 * the profits of that day's winners.
 */
export function proRataLoss(loss: MinorUnits, weights: readonly bigint[], caps: readonly MinorUnits[]): SocialisedLoss {
  const { shares, left }: CappedShares = cappedShares(loss, weights, caps);
  return { payments: shares, left, excess: 0n };
}

/**
 * Drift, perpetuals: the loss goes into the cumulative funding rate of the market, so that everybody pays by the base
 * units he holds, long or short. `lots` are sizes > 0, long and short alike; the rate is Drift's own integer (rounded
 * up), payments are rounded up, and what they bring beyond the loss is excess. Nothing is paid if nobody holds
 * anything.
 */
export function openInterestLoss(
  loss: MinorUnits,
  longLots: readonly bigint[],
  shortLots: readonly bigint[],
): SocialisedLoss & { readonly fundingDelta: bigint } {
  const held = [...longLots, ...shortLots];
  const total = held.reduce((sum, lots) => sum + lots, 0n);
  if (total === 0n) return { payments: [], left: loss, excess: 0n, fundingDelta: 0n };
  const block = new IntegerBlock(
    0,
    [],
    [loss, longLots.reduce((sum, lots) => sum + lots, 0n), shortLots.reduce((sum, lots) => sum + lots, 0n)],
  );
  driftFundingToSocialise(block.floats, 0);
  const fundingDelta = block.number(DRIFT_RESULT);
  return {
    ...paidInOrder(
      loss,
      held.map((lots) => divide(lots * fundingDelta, fundingScale * fundingRounding, 'up')),
    ),
    fundingDelta,
  };
}

/**
 * Drift, spot: the cumulative deposit interest falls, so that every deposit shrinks by the same part. `interest` is the
 * cumulative deposit interest (Drift counts 1e10 for one).
 */
export function depositLoss(
  loss: MinorUnits,
  deposits: readonly MinorUnits[],
  interest = 10n ** 10n,
): SocialisedLoss & { readonly interestDelta: bigint } {
  const total = deposits.reduce((sum, deposit) => sum + deposit, 0n);
  const covered = loss < total ? loss : total;
  const block = new IntegerBlock(0, [], [covered, total, interest]);
  driftInterestToSocialise(block.floats, 0);
  const interestDelta = block.number(DRIFT_RESULT);
  const shares = deposits.map((deposit) => {
    const share = divide(deposit * interestDelta, interest, 'up');
    return share < deposit ? share : deposit;
  });
  const { payments, excess } = paidInOrder(covered, shares);
  return { payments, left: loss - covered, excess, interestDelta };
}

/** Amounts that are charged by a rate: together at least the loss. */
function paidInOrder(loss: MinorUnits, payments: readonly MinorUnits[]): SocialisedLoss {
  const paid = payments.reduce((sum, payment) => sum + payment, 0n);
  return paid < loss ? { payments, left: loss - paid, excess: 0n } : { payments, left: 0n, excess: paid - loss };
}

/**
 * Part of a withdrawal that pays off the venue's debt. Derive: debt / (debt + deposits), so that the last to leave pays
 * no more than the first. Paradex's text has the same quotient (bankruptcy / (total + bankruptcy)), its worked example
 * bankruptcy / total: `deposits`.
 */
export function withdrawalFeeRate(
  debt: MinorUnits,
  deposits: MinorUnits,
  feeOf: 'debt-and-deposits' | 'deposits',
): number {
  const base = feeOf === 'deposits' ? deposits : debt + deposits;
  if (debt <= 0n || base <= 0n) return 0;
  return debt < base ? Number((debt * 10n ** 15n) / base) / 1e15 : 1;
}

/** The fee of a withdrawal: rounded up, never more than the debt or the withdrawal. */
export function withdrawalFee(
  amount: MinorUnits,
  debt: MinorUnits,
  deposits: MinorUnits,
  feeOf: 'debt-and-deposits' | 'deposits',
): MinorUnits {
  const base = feeOf === 'deposits' ? deposits : debt + deposits;
  if (debt <= 0n || base <= 0n || amount <= 0n) return 0n;
  const fee = divide(amount * debt, base, 'up');
  const most = amount < debt ? amount : debt;
  return fee < most ? fee : most;
}
