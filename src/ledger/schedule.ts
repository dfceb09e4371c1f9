import { MargridError } from '../errors.ts';

/** Times at a fixed step from the start of the UTC day: funding, settlement. */
export interface Schedule {
  /** Divides a day. */
  readonly everyMs: number;
  /** First time of the day. */
  readonly offsetMs: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** 00:00, 08:00 and 16:00 UTC: the usual interval of perpetuals. */
export const eightHourly: Schedule = { everyMs: 8 * hourMs, offsetMs: 0 };
/** 08:00 UTC: daily settlement and expiries of Deribit. */
export const dailyAtEight: Schedule = { everyMs: dayMs, offsetMs: 8 * hourMs };

/** Throws `OptionInvalid` naming the field. */
function requireSchedule({ everyMs, offsetMs }: Schedule): void {
  const refuse = (column: string, value: number, rule: string): never => {
    throw new MargridError('OptionInvalid', `${column} of a schedule ${rule}, got ${value}`, { column, value });
  };
  if (!Number.isSafeInteger(everyMs) || everyMs <= 0 || dayMs % everyMs !== 0)
    refuse('everyMs', everyMs, 'must divide a day');
  if (!Number.isSafeInteger(offsetMs) || offsetMs < 0 || offsetMs >= everyMs)
    refuse('offsetMs', offsetMs, `must be in [0, ${everyMs})`);
}

/** First time of the schedule after `timeMs`. */
export function nextTime(schedule: Schedule, timeMs: number): number {
  requireSchedule(schedule);
  const { everyMs, offsetMs } = schedule;
  return (Math.floor((timeMs - offsetMs) / everyMs) + 1) * everyMs + offsetMs;
}

/** Times of the schedule in (fromMs, toMs]. */
export function timesBetween(schedule: Schedule, fromMs: number, toMs: number): number[] {
  const times: number[] = [];
  for (let time = nextTime(schedule, fromMs); time <= toMs; time += schedule.everyMs) times.push(time);
  return times;
}
