import { MargridError } from '../errors.ts';

/**
 * Exceptions of a VaR series: 1 where the loss is worse than VaR (P&L < -VaR), else 0. P&L gains are positive, VaR
 * losses are; both finite. Throws `ObservationsMissing` for none, `ScenarioInvalid` for lengths that differ,
 * `ValueNotFinite` with the day.
 */
export function exceptionsOf(pnl: ArrayLike<number>, valueAtRisk: ArrayLike<number>): Uint8Array {
  requireSeries({ 'P&L': pnl, VaR: valueAtRisk });
  return Uint8Array.from({ length: pnl.length }, (_, day) => (pnl[day] < -valueAtRisk[day] ? 1 : 0));
}

/** The days of a series of exceptions, from 0; refuses what is neither 0 nor 1, and an empty series. */
export function exceptionDays(exceptions: ArrayLike<number | boolean>): number[] {
  if (exceptions.length === 0) throw new MargridError('ObservationsMissing', 'there is no day to test');
  const days: number[] = [];
  for (let day = 0; day < exceptions.length; day++) {
    const value = exceptions[day];
    if (value === true || value === 1) days.push(day);
    else if (value !== false && value !== 0) {
      throw new MargridError('ValueInvalid', `exception ${day + 1} must be 0 or 1, got ${value}`, { row: day + 1, value });
    }
  }
  return days;
}

/** Series of one length, all finite. */
export function requireSeries(series: Readonly<Record<string, ArrayLike<number>>>): void {
  const [[firstName, first], ...others] = Object.entries(series);
  if (first.length === 0) throw new MargridError('ObservationsMissing', `there is no ${firstName} to test`);
  for (const [name, values] of others) {
    if (values.length === first.length) continue;
    const message = `there are ${values.length} ${name} for ${first.length} ${firstName}`;
    throw new MargridError('ScenarioInvalid', message, { column: name, value: values.length });
  }
  for (const [name, values] of Object.entries(series)) {
    for (let day = 0; day < values.length; day++) {
      if (Number.isFinite(values[day])) continue;
      throw new MargridError('ValueNotFinite', `${name} ${day + 1} must be finite, got ${values[day]}`, {
        column: name, row: day + 1, value: values[day],
      });
    }
  }
}

/** Days and exceptions among them. Throws `OptionInvalid`. */
export function requireCounts(observations: number, exceptions: number): void {
  const isGood = Number.isInteger(observations) && Number.isInteger(exceptions) && observations >= 1;
  if (isGood && exceptions >= 0 && exceptions <= observations) return;
  throw new MargridError('OptionInvalid', `${exceptions} exceptions on ${observations} days cannot be`, {
    column: 'exceptions', value: exceptions,
  });
}

/** Expected rate of exceptions, 1 - VaR level, in (0, 1). Throws `OptionInvalid`. */
export function requireProbability(name: string, value: number): void {
  if (value > 0 && value < 1) return;
  throw new MargridError('OptionInvalid', `${name} must be in (0, 1), got ${value}`, { column: name, value });
}
