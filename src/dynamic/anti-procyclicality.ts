import { MargridError } from '../errors.ts';
import type { AntiProcyclicalityRules, BufferRule, SpeedLimitRule } from './anti-procyclicality-rules.ts';

/** `full`, or on its way: `released` while it pays for a rise, `exhausted` at nothing, `rebuilding` after it. */
export type BufferPhase = 'full' | 'released' | 'exhausted' | 'rebuilding';

/** What the tools remember from day to day. Plain data: it can be stored. */
export interface ToolState {
  /** Bases of the last `referenceDays`, oldest first. */
  readonly recentBases: readonly number[];
  /** Part of the base that is in the buffer; null before the first day. */
  readonly bufferShare: number | null;
  readonly bufferPhase: BufferPhase;
  /** Margin before floor and speed limit on the day before; null before the first day. */
  readonly buffered: number | null;
  /** Margin of the day before; null before the first day. */
  readonly margin: number | null;
  /** Days in a row on which the margin was below the base. */
  readonly shortfallDays: number;
}

export const noToolState: ToolState = {
  recentBases: [],
  bufferShare: null,
  bufferPhase: 'full',
  buffered: null,
  margin: null,
  shortfallDays: 0,
};

/** What the tools need of a day; any unit. A tool without its input is an error, not a tool that does nothing. */
export interface ToolInputs {
  /** Margin without any tool, >= 0. */
  readonly base: number;
  /** Margin at the stressed period; needed by `stress`. */
  readonly stress?: number | undefined;
  /** Margin at the volatility of ten years; needed by `floor`. */
  readonly tenYear?: number | undefined;
}

/** The margin of a day, by what it is made of: base + stress + buffer + floor + limit = margin, up to rounding. */
export interface MarginItems {
  readonly base: number;
  /** What the weight of the stressed period adds; negative if that asks for less. */
  readonly stress: number;
  readonly buffer: number;
  /** What the floor adds. */
  readonly floor: number;
  /** What the speed limit takes off, <= 0. */
  readonly limit: number;
  readonly margin: number;
  readonly bufferShare: number;
  readonly bufferPhase: BufferPhase;
  readonly isAtFloor: boolean;
  /**
   * What the tools ask for before the speed limit, as a multiple of the margin of the day before; NaN on the first day.
   */
  readonly jump: number;
  readonly isAlarm: boolean;
}

export interface ToolStep {
  readonly items: MarginItems;
  readonly state: ToolState;
}

/**
 * One day of margin with tools, in this order: the stressed weight blends base and stress; the buffer comes on top; the
 * floor holds from below; the speed limit, last, from above.
 *
 * Throws `ValueOutOfRange` for an input that is missing, not finite or negative, naming it.
 */
export function applyTools(inputs: ToolInputs, state: ToolState, rules: AntiProcyclicalityRules): ToolStep {
  const base = requireAmount(inputs.base, 'base');
  const weight = rules.stress?.weight ?? 0;
  const blended =
    rules.stress === undefined ? base : (1 - weight) * base + weight * requireAmount(inputs.stress, 'stress');
  const { share, phase } = bufferOf(base, blended, state, rules.buffer);
  const buffered = blended * (1 + share);
  const floor = rules.floor === undefined ? 0 : rules.floor.multiple * requireAmount(inputs.tenYear, 'tenYear');
  const target = Math.max(buffered, floor);
  const margin = limitedMargin(target, base, state, rules.speedLimit);
  const jump = state.margin === null ? NaN : state.margin > 0 ? target / state.margin : target > 0 ? Infinity : 1;
  const referenceDays = rules.buffer?.referenceDays ?? 0;
  return {
    items: {
      base,
      stress: blended - base,
      buffer: buffered - blended,
      floor: target - buffered,
      limit: margin - target,
      margin,
      bufferShare: share,
      bufferPhase: phase,
      isAtFloor: floor > buffered,
      jump,
      isAlarm: rules.alarm !== undefined && jump > rules.alarm.above,
    },
    state: {
      recentBases: referenceDays === 0 ? [] : [...state.recentBases, base].slice(-referenceDays),
      bufferShare: rules.buffer === undefined ? null : share,
      bufferPhase: phase,
      buffered,
      margin,
      shortfallDays: margin < base ? state.shortfallDays + 1 : 0,
    },
  };
}

function requireAmount(value: number | undefined, name: string): number {
  if (value !== undefined && value >= 0 && value < Infinity) return value;
  throw new MargridError(
    'ValueOutOfRange',
    `${name} must be a finite number >= 0 for the tools that are configured, got ${value}`,
    {
      column: name,
      value,
    },
  );
}

interface Buffer {
  readonly share: number;
  readonly phase: BufferPhase;
}

/** The buffer is full on the first day. Between `rebuildAtMost` and `releaseAbove` it stays as it is. */
function bufferOf(base: number, blended: number, state: ToolState, rule: BufferRule | undefined): Buffer {
  if (rule === undefined) return { share: 0, phase: 'full' };
  const before = Math.min(state.bufferShare ?? rule.fraction, rule.fraction);
  const { recentBases } = state;
  const reference = recentBases.reduce((sum, each) => sum + each, 0) / recentBases.length;
  if (base > rule.releaseAbove * reference) {
    const share =
      rule.release === 'linear'
        ? linearShare(base / reference, before, rule)
        : absorbedShare(blended, before, state.buffered);
    return { share, phase: share === 0 ? 'exhausted' : share < before ? 'released' : state.bufferPhase };
  }
  if (before >= rule.fraction) return { share: rule.fraction, phase: 'full' };
  if (!(base <= rule.rebuildAtMost * reference)) return { share: before, phase: state.bufferPhase };
  const share = Math.min(before + rule.rebuildPerDay, rule.fraction);
  return { share, phase: share === rule.fraction ? 'full' : 'rebuilding' };
}

/** What is left when the margin stands still: less and less while the base rises, never more than before. */
function absorbedShare(blended: number, before: number, buffered: number | null): number {
  if (buffered === null || blended === 0) return before;
  return Math.min(Math.max(buffered / blended - 1, 0), before);
}

function linearShare(multiple: number, before: number, { fraction, releaseAbove, exhaustedAt }: BufferRule): number {
  const left = Math.min(Math.max((exhaustedAt - multiple) / (exhaustedAt - releaseAbove), 0), 1);
  return Math.min(fraction * left, before);
}

/** A margin of zero limits nothing: from nothing any rise is infinite. */
function limitedMargin(target: number, base: number, state: ToolState, rule: SpeedLimitRule | undefined): number {
  if (rule === undefined || state.margin === null || state.margin <= 0) return target;
  const limited = Math.min(target, state.margin * (1 + rule.perDay));
  const covered = state.shortfallDays >= rule.shortfallDaysMax ? base : base * (1 - rule.shortfallMax);
  return Math.min(Math.max(limited, covered), target);
}
