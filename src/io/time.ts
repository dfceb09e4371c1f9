/**
 * Times of files. A time before 1971 or after 2300 is taken for what it nearly always is: seconds or microseconds that
 * were read as milliseconds. /
 */
const timeMinMs = Date.UTC(1971, 0, 1);
const timeMaxMs = Date.UTC(2300, 0, 1);

const isoPattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3})0*)?)?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/i;

/** UTC milliseconds of an ISO-8601 text; one without a zone means UTC. Undefined if it is no such text. */
export function parseIsoTime(text: string): number | undefined {
  const match = isoPattern.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = match;
  const ms = Date.UTC(+year, +month - 1, +day, +hour, +minute, +second, +fraction.padEnd(3, '0'));
  // Date.UTC rolls 31 February over into March: such a date is an error, not another day.
  const date = new Date(ms);
  const rolled = date.getUTCDate() !== +day || date.getUTCMonth() !== +month - 1 || date.getUTCHours() !== +hour;
  if (rolled || +minute > 59 || +second > 59) return undefined;
  const offset = zoneMinutes(zone);
  return offset === undefined ? undefined : ms - offset * 60_000;
}

function zoneMinutes(zone: string): number | undefined {
  if (zone.toUpperCase() === 'Z') return 0;
  const hours = +zone.slice(1, 3);
  const minutes = +zone.slice(3).replace(':', '');
  if (hours > 15 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

export function isPlausibleTime(ms: number): boolean {
  return Number.isInteger(ms) && ms >= timeMinMs && ms < timeMaxMs;
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
