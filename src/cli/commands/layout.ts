import { exampleCounts, renderByteMap } from '../../columns/byte-map.ts';
import { exitCodes } from '../interruption.ts';
import type { Terminal } from '../terminal.ts';

/** `margrid layout`: the byte map of the memory, as docs/ARCHITECTURE.md shows it. */
export function layout(terminal: Terminal): number {
  terminal.print(renderByteMap(exampleCounts));
  return exitCodes.ok;
}
