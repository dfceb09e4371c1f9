import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** A Chromium on this machine (`MARGRID_CHROMIUM`, else on the path); null if there is none. */
export function findChromium(): string | null {
  const given = process.env['MARGRID_CHROMIUM'];
  if (given !== undefined) return existsSync(given) ? given : null;
  for (const name of names) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      // Not under this name.
    }
  }
  return null;
}
