import {
  CATEGORY_BITS,
  CERTIFICATE_CATEGORIES,
  CERTIFICATE_HELD,
  CERTIFICATE_MARKS,
  CERTIFICATE_SETS,
  HELD_NOTHING,
  HELD_SEVERAL,
} from '../../assembly/portable/certificate-layout.ts';
import { firstPositionOf, groupOfRow, positionCountOf, rowOfSlot } from '../../assembly/portable/columns.ts';
import { CONTEXT_CERTIFICATE } from '../../assembly/portable/layout.ts';
import { word, type MemoryViews } from './memory-views.ts';

/** The kernel in JavaScript: assembly/margin/listed-sets.ts documents it. */
export function markRows(memory: MemoryViews, context: number, first: number, count: number): void {
  const { i32, u8 } = memory;
  const certificate = word(memory, context, CONTEXT_CERTIFICATE);
  const list = word(memory, certificate, CERTIFICATE_SETS) >>> 2;
  const marks = word(memory, certificate, CERTIFICATE_MARKS);
  const categories = word(memory, certificate, CERTIFICATE_CATEGORIES);
  const held = word(memory, certificate, CERTIFICATE_HELD) >>> 2;
  for (let place = list + first; place < list + first + count; place++) {
    const set = i32[place];
    const start = firstPositionOf(i32, context >> 2, set);
    const end = start + positionCountOf(i32, context >> 2, set);
    let mask = 0;
    for (let slot = start; slot < end; slot++) {
      const row = rowOfSlot(i32, context >> 2, slot);
      if (u8[marks + row] === 0) u8[marks + row] = 1;
      mask |= u8[categories + row];
    }
    i32[held + set] = start === end ? HELD_NOTHING : heldBy(memory, context, start, end, mask);
  }
}

/** Positions of a set are in the order of their risk groups. */
function heldBy({ i32 }: MemoryViews, context: number, start: number, end: number, mask: number): number {
  const group = groupOfRow(i32, context >> 2, rowOfSlot(i32, context >> 2, start));
  const last = groupOfRow(i32, context >> 2, rowOfSlot(i32, context >> 2, end - 1));
  return last === group ? (group << CATEGORY_BITS) | mask : HELD_SEVERAL;
}
