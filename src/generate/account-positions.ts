/** What an account holds: futures and perpetuals, single options, vertical spreads, straddles and strangles. */
import type { AccountPlan } from './account-plan.ts';
import type { HoldableInstruments, OptionSeries } from './holdable-instruments.ts';
import type { PositionWriter } from './position-writer.ts';
import type { RandomStream } from './random.ts';

const longShareOfLinear = 0.55;
const longShareOfOptions = 0.5;
/** Share of option holders with one future or perpetual beside the options, and how many market makers have. */
const hedgedShare = 0.4;
const marketMakerHedgeCount = 3;
/**
 * Of the draws of an option holder: bought and sold legs of one type, and calls with puts. The rest are single
 * options.
 */
const verticalShare = 0.3;
const strangleShare = 0.15;
/** The legs of a spread are at most this many listed strikes apart. */
const legDistanceMax = 6;
/** Share of the draws that go to the second currency of an account that has one. */
const secondCurrencyDrawShare = 0.3;
const marketMakerSizeFactor = 5;

export interface AccountSources {
  readonly instruments: HoldableInstruments;
  readonly stream: RandomStream;
  readonly writer: PositionWriter;
}

/** Writes exactly `plan.positionCount` positions. */
export function writeAccountPositions(plan: AccountPlan, sources: AccountSources): void {
  const end = sources.writer.positionCount + plan.positionCount;
  if (plan.kind === 'linear-only') {
    while (sources.writer.positionCount < end) addLinear(plan, sources, 1);
    return;
  }
  const sizeFactor = plan.kind === 'market-maker' ? marketMakerSizeFactor : 1;
  addHedges(plan, sources, sizeFactor);
  let isSecondDue = plan.secondaryCurrency >= 0;
  let isPrimaryDue = true;
  while (sources.writer.positionCount < end) {
    // The first draw is in the primary currency and the next in the secondary one, so that both are held.
    const isSecond = !isPrimaryDue && plan.secondaryCurrency >= 0
      && (isSecondDue || sources.stream.nextFraction() < secondCurrencyDrawShare);
    if (isSecond) isSecondDue = false;
    isPrimaryDue = false;
    addOptions(plan, isSecond, end - sources.writer.positionCount - (isSecondDue ? 1 : 0), sizeFactor, sources);
  }
}

function addLinear(plan: AccountPlan, { instruments, stream, writer }: AccountSources, sizeFactor: number): boolean {
  const isSecond = plan.secondaryCurrency >= 0 && stream.nextFraction() < secondCurrencyDrawShare;
  const first = isSecond ? plan.secondaryCurrency : plan.primaryCurrency;
  let instrumentIndex = writer.drawInstrument(instruments.linear[first]);
  if (instrumentIndex < 0 && plan.secondaryCurrency >= 0) {
    const other = isSecond ? plan.primaryCurrency : plan.secondaryCurrency;
    instrumentIndex = writer.drawInstrument(instruments.linear[other]);
  }
  if (instrumentIndex < 0) return false;
  const quantity = writer.drawQuantity(instrumentIndex, true, sizeFactor);
  writer.add(instrumentIndex, stream.nextFraction() < longShareOfLinear ? quantity : -quantity, true);
  return true;
}

/** Leaves room for at least one option per currency. */
function addHedges(plan: AccountPlan, sources: AccountSources, sizeFactor: number): void {
  const isHedged = sources.stream.nextFraction() < hedgedShare;
  const wanted = plan.kind === 'market-maker' ? marketMakerHedgeCount : Number(isHedged);
  const room = plan.positionCount - (plan.secondaryCurrency >= 0 ? 2 : 1);
  for (let hedge = 0; hedge < Math.min(wanted, room); hedge++) {
    if (!addLinear(plan, sources, sizeFactor)) return;
  }
}

function addOptions(
  plan: AccountPlan, isSecond: boolean, room: number, sizeFactor: number, sources: AccountSources,
): void {
  const { instruments, stream, writer } = sources;
  const [currency, otherCurrency] = isSecond
    ? [plan.secondaryCurrency, plan.primaryCurrency]
    : [plan.primaryCurrency, plan.secondaryCurrency];
  let instrumentIndex = writer.drawInstrument(instruments.options[currency]);
  if (instrumentIndex < 0) {
    // One currency is used up. The plan takes at most half of both together, so the other one is not.
    instrumentIndex = writer.drawInstrument(instruments.options[otherCurrency]);
  }
  const quantity = writer.drawQuantity(instrumentIndex, false, sizeFactor);
  const signed = stream.nextFraction() < longShareOfOptions ? quantity : -quantity;
  writer.add(instrumentIndex, signed, false);
  const strategy = stream.nextFraction();
  if (room < 2 || strategy >= verticalShare + strangleShare) return;
  const isVertical = strategy < verticalShare;
  const leg = drawLeg(instruments.series, instrumentIndex, isVertical, stream);
  if (leg >= 0 && !writer.isHeld(leg)) writer.add(leg, isVertical ? -signed : signed, false);
}

/**
 * The second leg: a few strikes away, of the same type for a vertical spread, else of the other type; -1 if none is
 * there.
 */
function drawLeg(series: OptionSeries, instrumentIndex: number, isVertical: boolean, stream: RandomStream): number {
  const distance = isVertical ? 1 + stream.nextIndex(legDistanceMax) : stream.nextIndex(legDistanceMax + 1);
  const isUp = stream.nextInt32() < 0;
  const own = series.slotOfInstrument[instrumentIndex];
  const slot = isVertical ? own : series.twin[own];
  if (slot < 0) return -1;
  const leg = isUp ? slot + distance : slot - distance;
  return leg >= series.first[slot] && leg < series.end[slot] ? series.instrumentIndex[leg] : -1;
}
