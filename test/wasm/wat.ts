import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildName } from '../../src/wasm/module.ts';
import { packageRoot } from '../../src/package-root.ts';

export const builds: readonly BuildName[] = ['release', 'single', 'debug'];

export function buildFile(name: string): string {
  return join(packageRoot, 'build', name);
}

/** The text form that the compiler wrote beside the binary. */
export function watOf(build: BuildName): string {
  return readFileSync(buildFile(`${build}.wat`), 'utf8');
}

export interface Section {
  readonly id: number;
  readonly byteCount: number;
}

/** The sections of a binary, from its bytes: what is checked is then the file that runs, not its text. */
export function sectionsOf(bytes: Uint8Array): Section[] {
  const sections: Section[] = [];
  for (let at = 8; at < bytes.length;) {
    const id = bytes[at];
    const { value: byteCount, end } = unsignedAt(bytes, at + 1);
    sections.push({ id, byteCount });
    at = end + byteCount;
  }
  return sections;
}

/** LEB128. */
function unsignedAt(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  for (let at = start, scale = 1; ; at++, scale *= 128) {
    value += (bytes[at] & 127) * scale;
    if (bytes[at] < 128) return { value, end: at + 1 };
  }
}
