import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MargridError } from '../errors.ts';
import { packageRoot } from '../package-root.ts';

const folder = join(packageRoot, 'data', 'waterfall');
const filePattern = /^(.+)-(\d{4}-\d{2}-\d{2})\.json$/;

/** Venues whose waterfalls ship with the package. */
export function waterfallVenues(): string[] {
  return [...new Set(readdirSync(folder).flatMap((file) => filePattern.exec(file)?.[1] ?? []))].sort();
}

/** The latest rules of a venue, as in their file. Throws `OptionInvalid` if none ship. */
export function shippedWaterfall(venue: string): unknown {
  const files = readdirSync(folder)
    .filter((file) => filePattern.exec(file)?.[1] === venue)
    .sort();
  if (files.length === 0) {
    throw new MargridError(
      'OptionInvalid',
      `no waterfall ships for '${venue}'; there are ${waterfallVenues().join(', ')}`,
      { value: venue },
    );
  }
  return JSON.parse(readFileSync(join(folder, files[files.length - 1]), 'utf8')) as unknown;
}
