import {
  CERTIFICATE_PER_VOLATILITY,
  CERTIFICATE_SEGMENT_ENDS,
  CERTIFICATE_SEGMENT_MOVES,
} from '../../assembly/portable/certificate-layout.ts';
import { CONTEXT_CERTIFICATE, CONTEXT_INSTRUMENT_VOLATILITY } from '../../assembly/portable/layout.ts';
import { word, type MemoryViews } from './memory-views.ts';

/** The kernel in JavaScript: assembly/certify/volatility-moves.ts documents it. */
export function volatilityMoves(memory: MemoryViews, context: number, reference: number, segmentCount: number): void {
  const { f64, u32 } = memory;
  const certificate = word(memory, context, CONTEXT_CERTIFICATE);
  const ends = word(memory, certificate, CERTIFICATE_SEGMENT_ENDS) >>> 2;
  const volatility = word(memory, context, CONTEXT_INSTRUMENT_VOLATILITY) / 8;
  const per = word(memory, certificate, CERTIFICATE_PER_VOLATILITY) / 8 + reference * u32[ends + segmentCount - 1];
  const to = word(memory, certificate, CERTIFICATE_SEGMENT_MOVES) / 8;
  let row = 0;
  for (let segment = 0; segment < segmentCount; segment++) {
    const end = u32[ends + segment];
    let low = Infinity;
    let high = -Infinity;
    for (; row < end; row++) {
      const ratio = f64[volatility + row] * f64[per + row];
      if (ratio < low) low = ratio;
      if (ratio > high) high = ratio;
    }
    f64[to + 2 * segment] = low;
    f64[to + 2 * segment + 1] = high;
  }
}
