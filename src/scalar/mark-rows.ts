import { CERTIFICATE_MARKS, CERTIFICATE_SETS } from '../../assembly/portable/certificate-layout.ts';
import { firstPositionOf, positionCountOf, rowOfSlot } from '../../assembly/portable/columns.ts';
import { CONTEXT_CERTIFICATE } from '../../assembly/portable/layout.ts';
import { word, type MemoryViews } from './memory-views.ts';

/** The kernel in JavaScript: assembly/margin/listed-sets.ts documents it. */
export function markRows(memory: MemoryViews, context: number, first: number, count: number): void {
  const { i32, u8 } = memory;
  const certificate = word(memory, context, CONTEXT_CERTIFICATE);
  const list = word(memory, certificate, CERTIFICATE_SETS) >>> 2;
  const marks = word(memory, certificate, CERTIFICATE_MARKS);
  for (let place = list + first; place < list + first + count; place++) {
    const set = i32[place];
    const start = firstPositionOf(i32, context >> 2, set);
    const end = start + positionCountOf(i32, context >> 2, set);
    for (let slot = start; slot < end; slot++) {
      const mark = marks + rowOfSlot(i32, context >> 2, slot);
      if (u8[mark] === 0) u8[mark] = 1;
    }
  }
}
