import type { OptionLeg } from './class-position.ts';
import { maximumLoss } from './spread-loss.ts';

/** A spread that cannot be split in two of together the same loss, `times` times. */
export interface SpreadPiece {
  /** Indexes of option legs, with the contracts of each in one spread. */
  readonly legs: readonly { readonly leg: number; readonly contracts: number }[];
  readonly times: number;
  /** Units, of all of them. */
  readonly loss: number;
}

/**
 * A spread group in pieces that a reader knows: as a whole if it has a name; else pairs are taken out as long as the losses
 * still add up to the group's, which leaves what offsets itself together.
 */
export function spreadPieces(options: readonly OptionLeg[], indexes: readonly number[], counts: ArrayLike<number>): SpreadPiece[] {
  const left = Array.from(counts);
  const legs = indexes.map((index) => options[index]);
  const whole = restOf(indexes, legs, left);
  if (whole === null || spreadName(options, whole) !== null) return whole === null ? [] : [whole];
  const pieces: SpreadPiece[] = [];
  for (let split = takePair(legs, left); split !== null; split = takePair(legs, left)) {
    const { short, long, times, loss } = split;
    pieces.push({ legs: [short, long].map((at) => ({ leg: indexes[at], contracts: 1 })), times, loss });
  }
  const rest = restOf(indexes, legs, left);
  return rest === null ? pieces : [...pieces, rest];
}

/** What is left as one piece; null if nothing is. */
function restOf(indexes: readonly number[], legs: readonly OptionLeg[], left: readonly number[]): SpreadPiece | null {
  const times = left.reduce(greatestCommonDivisor, 0);
  if (times === 0) return null;
  const rest = indexes.flatMap((leg, at) => (left[at] === 0 ? [] : [{ leg, contracts: left[at] / times }]));
  return { legs: rest, times, loss: maximumLoss(legs, left) };
}

/** Takes a pair out of `left` as often as it occurs, if that changes nothing about the sum of the losses. */
function takePair(legs: readonly OptionLeg[], left: number[]): { short: number; long: number; times: number; loss: number } | null {
  const whole = maximumLoss(legs, left);
  for (const [short, shortLeg] of legs.entries()) {
    for (const [long, longLeg] of legs.entries()) {
      if (shortLeg.count > 0 || longLeg.count < 0 || shortLeg.isCall !== longLeg.isCall) continue;
      const times = Math.min(left[short], left[long]);
      if (times === 0) continue;
      const loss = maximumLoss([shortLeg, longLeg], [times, times]);
      const rest = left.map((count, at) => (at === short || at === long ? count - times : count));
      if (loss + maximumLoss(legs, rest) !== whole) continue;
      left.splice(0, left.length, ...rest);
      return { short, long, times, loss };
    }
  }
  return null;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** What the field calls a spread; null if it has no name. */
export function spreadName(options: readonly OptionLeg[], { legs }: SpreadPiece): string | null {
  const parts = legs
    .map(({ leg, contracts }) => ({ ...options[leg], signed: Math.sign(options[leg].count) * contracts }))
    .sort((a, b) => a.strike - b.strike || a.expiry - b.expiry || Number(a.isCall) - Number(b.isCall));
  const isOneExpiry = parts.every(({ expiry }) => expiry === parts[0].expiry);
  const calls = parts.filter(({ isCall }) => isCall);
  if (calls.length === 0 || calls.length === parts.length) {
    const type = calls.length === 0 ? 'put' : 'call';
    if (parts.length === 2) return pairName(parts, type, isOneExpiry);
    return isOneExpiry ? winged(parts.map(({ signed }) => signed).join(), type) : null;
  }
  return parts.length === 4 && calls.length === 2 && isOneExpiry ? ironName(parts) : null;
}

interface Part {
  readonly isCall: boolean;
  readonly strike: number;
  readonly expiry: number;
  readonly signed: number;
}

function pairName(parts: readonly Part[], type: string, isOneExpiry: boolean): string {
  const [low, high] = parts as [Part, Part];
  if (isOneExpiry) return `${low.signed > 0 ? 'bull' : 'bear'} ${type} spread`;
  return low.strike === high.strike ? `${type} calendar spread` : `${type} diagonal spread`;
}

function winged(pattern: string, type: string): string | null {
  const names: Readonly<Record<string, string>> = {
    '1,-2,1': `long ${type} butterfly`,
    '-1,2,-1': `short ${type} butterfly`,
    '1,-1,-1,1': `long ${type} condor`,
    '-1,1,1,-1': `short ${type} condor`,
  };
  return names[pattern] ?? null;
}

function ironName(parts: readonly Part[]): string | null {
  const [lowPut, highPut] = parts.filter(({ isCall }) => !isCall) as [Part, Part];
  const [lowCall, highCall] = parts.filter(({ isCall }) => isCall) as [Part, Part];
  if (parts.some(({ signed }) => Math.abs(signed) !== 1)) return null;
  if (lowPut.strike === lowCall.strike && highPut.strike === highCall.strike && lowPut.signed !== lowCall.signed) {
    return lowCall.signed > 0 ? 'long box' : 'short box';
  }
  if (highPut.strike > lowCall.strike || lowPut.signed === highPut.signed || lowCall.signed === highCall.signed) return null;
  if (highPut.signed !== lowCall.signed) return null;
  const body = highPut.strike === lowCall.strike ? 'butterfly' : 'condor';
  return highPut.signed < 0 ? `iron ${body}` : `reverse iron ${body}`;
}
