import type { Terminal } from './terminal.ts';

/** Instruments that are named; --json has all of them. */
const namedMax = 5;

/** Says that a factor of some instruments is missing (`--unmatched hold`), in one line however many they are. */
export function noteHeldConstant(names: readonly string[], terminal: Terminal): void {
  if (names.length === 0) return;
  const more = names.length > namedMax ? ', …' : '';
  const some = names.slice(0, namedMax).join(', ');
  terminal.note(`price or volatility not moved, as no scenario says how: ${names.length} instruments, ${some}${more}`);
}
