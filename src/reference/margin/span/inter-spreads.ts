import type { SpanInterLeg, SpanInterSpread } from '../../../margin/span/parameters.ts';
import { type Decimal, exact, maxOf, minOf, sum, zero } from '../../decimal.ts';
import { deltaZero, type HeldCommodity } from './commodity.ts';

/** Intercommodity spreads of one account: docs/models/span.md, section F. */

export type HeldCommodities = ReadonlyMap<string, HeldCommodity>;

export function formDeltaSpread(commodities: HeldCommodities, spread: SpanInterSpread): void {
  const direction = [1, -1].find((each) => spreadCount(commodities, spread, each).greaterThan(deltaZero));
  if (direction === undefined) return;
  const count = spreadCount(commodities, spread, direction);
  const label = `intercommodity spread ${spread.priority}: ` + spread.legs.map(legText).join(' / ');
  for (const leg of spread.legs) {
    const commodity = commodities.get(leg.combinedCommodity)!;
    const used = count.times(exact(leg.ratio));
    const amount =
      spread.creditMethod === 'flat'
        ? count.times(exact(spread.rate)).div(spread.legs.length)
        : commodity.weightedPriceRisk(leg.tier).times(used).times(exact(leg.rate ?? spread.rate));
    const consumed = used.times(leg.side === 'A' ? direction : -direction);
    commodity.inter = commodity.inter.plus(amount);
    commodity.credits.push({ label, kind: 'inter', priority: spread.priority, count, amount });
    commodity.remaining = commodity.remaining.minus(consumed);
    const ofTier = leg.tier === null ? undefined : commodity.remainingByTier.get(leg.tier);
    if (ofTier !== undefined) commodity.remainingByTier.set(leg.tier!, ofTier.minus(consumed));
  }
}

function legText({ combinedCommodity, tier, ratio, side }: SpanInterLeg): string {
  return `${ratio} ${combinedCommodity}${tier === null ? '' : ` tier ${tier}`} ${side}`;
}

function spreadCount(commodities: HeldCommodities, { legs }: SpanInterSpread, direction: number): Decimal {
  const counts = legs.map(({ combinedCommodity, tier, ratio, side }) => {
    const commodity = commodities.get(combinedCommodity);
    if (commodity === undefined) return zero;
    const delta = (tier === null ? undefined : commodity.remainingByTier.get(tier)) ?? commodity.remaining;
    return delta.times(side === 'A' ? direction : -direction).div(exact(ratio));
  });
  return counts.reduce(minOf);
}

/** Members in the order of a scanning-based spread: its target, then its legs. */
function membersOf(commodities: HeldCommodities, { legs, target }: SpanInterSpread): HeldCommodity[] {
  const codes = new Set([target!.combinedCommodity, ...legs.map(({ combinedCommodity }) => combinedCommodity)]);
  return [...codes].flatMap((code) => {
    const commodity = commodities.get(code);
    return commodity === undefined || commodity.isMerged ? [] : [commodity];
  });
}

/** The members whose losses were joined, or null if the spread was not formed. `target`: opened if the account has none. */
export function joinLosses(
  commodities: HeldCommodities,
  spread: SpanInterSpread,
  openTarget: () => HeldCommodity | null,
): readonly HeldCommodity[] | null {
  const members = membersOf(commodities, spread);
  const has = (code: string): boolean => members.some(({ definition }) => definition.code === code);
  const required = [
    ...spread.legs.filter(({ isRequired }) => isRequired).map(({ combinedCommodity }) => combinedCommodity),
    ...(spread.target!.isRequired ? [spread.target!.combinedCommodity] : []),
  ];
  if (members.length < spread.minimumLegs || !required.every(has)) return null;
  const target = commodities.get(spread.target!.combinedCommodity) ?? openTarget();
  if (target === null || target.isMerged) return null;
  const joint = target.losses.map((_, scenario) => jointLoss(members.map(({ losses }) => losses[scenario]), spread, scenario));
  for (const member of members) {
    if (member === target) continue;
    member.losses = member.losses.map(() => zero);
    member.isMerged = true;
  }
  target.losses = joint;
  target.isTarget = true;
  return members;
}

function jointLoss(losses: readonly Decimal[], { points, rate }: SpanInterSpread, scenario: number): Decimal {
  const point = points.find((each) => each.scenario === scenario);
  if (point?.aggregation === 'largest') {
    const descending = [...losses].sort((a, b) => b.comparedTo(a));
    return sum(descending.slice(0, point.largestCount).map((loss) => maxOf(loss, zero)));
  }
  const share = exact(point?.rate ?? rate);
  return sum(losses.map((loss) => (loss.isNegative() ? loss.times(share) : loss)));
}

/** The deltas of the legs, in the size of the target. */
export function joinDeltas(commodities: HeldCommodities, spread: SpanInterSpread, members: readonly HeldCommodity[]): void {
  const { combinedCommodity, ratio } = spread.target!;
  const target = commodities.get(combinedCommodity)!;
  for (const member of members) {
    if (member === target) continue;
    const leg = spread.legs.find((each) => each.combinedCommodity === member.definition.code)!;
    const scale = exact(ratio).div(exact(leg.ratio));
    target.netDelta = target.netDelta.plus(member.netDelta.times(scale));
    target.remaining = target.remaining.plus(member.remaining.times(scale));
    member.netDelta = zero;
    member.remaining = zero;
  }
}
