import { CONTEXT_BYTES, CONTEXT_WORD_COUNT, SCALAR_COUNT } from '../../assembly/portable/layout.ts';
import { MargridError } from '../errors.ts';
import { limits, requireWithinLimit } from '../limits.ts';
import { cellCountOf, schema, scratchFloatsOf, type ColumnSpec, type ColumnType, type Counts } from './schema.ts';

/**
 * The arena: every column of an engine in one buffer, sized first and allocated once. Addresses are byte offsets in the
 * buffer,
 * which is the WASM memory itself, so that kernels, workers and the JavaScript engine all read the same bytes.
 */
export interface ColumnPlacement {
  readonly table: string;
  readonly column: string;
  readonly spec: ColumnSpec;
  readonly address: number;
  readonly length: number;
  readonly bytes: number;
}

export interface ArenaPlan {
  readonly counts: Counts;
  readonly scratchCount: number;
  readonly header: number;
  /** Counter of claimed chunks, alone on its cache line. */
  readonly control: number;
  readonly context: number;
  /** Per worker: what kernels need for one netting set. */
  readonly scratch: readonly number[];
  readonly columns: readonly ColumnPlacement[];
  /** First byte after the arena. */
  readonly end: number;
  /** Bytes of the arena itself, from header to end. */
  readonly bytes: number;
}

/** Columns start on cache lines: no two workers write the same line but at chunk borders. */
const alignment = 64;
export const headerBytes = 64;
const controlBytes = 64;
const elementBytes: Record<ColumnType, number> = { f64: 8, f32: 4, i32: 4, u32: 4, u8: 1 };

/** Pure: where everything goes. Throws `LimitExceeded` if the counts need more than one memory. */
export function planArena(counts: Counts, scratchCount: number, heapBase: number): ArenaPlan {
  requireWithinLimit('scenarioCountMax', counts.scenarioCount);
  requireWithinLimit('instrumentCountMax', counts.instrumentCount);
  requireWithinLimit('expiryCountMax', counts.expiryCount);
  requireWithinLimit('riskGroupCountMax', counts.groupCount);
  requireWithinLimit('currencyCountMax', counts.currencyCount);
  requireWithinLimit('nettingSetCountMax', counts.nettingSetCapacity);
  requireWithinLimit('positionCountMax', counts.positionCapacity);

  let top = alignUp(heapBase);
  const take = (bytes: number): number => {
    const address = top;
    top = alignUp(top + bytes);
    return address;
  };
  const header = take(headerBytes);
  const control = take(controlBytes);
  const context = take(CONTEXT_BYTES + SCALAR_COUNT * 8);
  const scratch = Array.from({ length: scratchCount }, () => take(scratchFloatsOf(counts) * 8));
  const columns: ColumnPlacement[] = [];
  for (const [table, { rows, columns: specs }] of Object.entries(schema)) {
    for (const [column, spec] of Object.entries(specs as Record<string, ColumnSpec>)) {
      const length = rows(counts) * (spec.width?.(counts) ?? 1);
      const bytes = length * elementBytes[spec.type];
      columns.push({ table, column, spec, address: take(bytes), length, bytes });
    }
  }
  if (!(top <= limits.memoryBytesMax)) {
    throw new MargridError(
      'LimitExceeded',
      `the book needs ${top} bytes; one engine is one WASM memory of at most ${limits.memoryBytesMax} bytes (memoryBytesMax): ` +
        'split the book into several engines (ShardedEngine)',
    );
  }
  return { counts, scratchCount, header, control, context, scratch, columns, end: top, bytes: top - header };
}

function alignUp(address: number): number {
  return Math.ceil(address / alignment) * alignment;
}

type ViewOf<T extends ColumnType> = T extends 'f64'
  ? Float64Array
  : T extends 'f32'
    ? Float32Array
  : T extends 'i32'
    ? Int32Array
    : T extends 'u32'
      ? Uint32Array
      : Uint8Array;

type TableViews<T extends { readonly columns: Readonly<Record<string, ColumnSpec>> }> = {
  readonly [C in keyof T['columns']]: ViewOf<T['columns'][C]['type']>;
};

export type Views = { readonly [T in keyof typeof schema]: TableViews<(typeof schema)[T]> };

const magic = 0x4752_4d31; // 'GRM1'
/** Raised whenever the layout changes, so that a buffer of another version is refused. */
export const layoutVersion = 1;

export const headerWords = {
  magic: 0,
  version: 1,
  tickNumber: 2,
  instrumentCount: 3,
  groupCount: 4,
  expiryCount: 5,
  cellCount: 6,
  nettingSetCount: 7,
  accountCount: 8,
} as const;

/** A plan laid over a buffer: typed views of every column. */
export class Arena {
  readonly plan: ArenaPlan;
  readonly buffer: ArrayBufferLike;
  readonly header: Int32Array;
  readonly control: Int32Array;
  readonly contextWords: Uint32Array;
  readonly contextScalars: Float64Array;
  readonly views: Views;

  constructor(plan: ArenaPlan, buffer: ArrayBufferLike) {
    if (buffer.byteLength < plan.end) {
      throw new MargridError('LimitExceeded', `arena needs ${plan.end} bytes, the memory has ${buffer.byteLength}`);
    }
    this.plan = plan;
    this.buffer = buffer;
    this.header = new Int32Array(buffer, plan.header, headerBytes / 4);
    this.control = new Int32Array(buffer, plan.control, controlBytes / 4);
    this.contextWords = new Uint32Array(buffer, plan.context, CONTEXT_WORD_COUNT);
    this.contextScalars = new Float64Array(buffer, plan.context + CONTEXT_BYTES, SCALAR_COUNT);
    this.views = viewsOf(plan, buffer);
  }

  /** Writes the header; kernels and workers may read from here on. */
  seal(): void {
    const { counts } = this.plan;
    sealHeader(this.header);
    this.header[headerWords.instrumentCount] = counts.instrumentCount;
    this.header[headerWords.groupCount] = counts.groupCount;
    this.header[headerWords.expiryCount] = counts.expiryCount;
    this.header[headerWords.cellCount] = cellCountOf(counts.scenarioCount);
  }
}

/** Marks a memory as one of this version: workers refuse any other. */
export function sealHeader(header: Int32Array): void {
  header[headerWords.magic] = magic;
  header[headerWords.version] = layoutVersion;
}

/** Throws `KernelMismatch` unless the header was sealed by this layout: a worker of another version must not touch the memory. */
export function verifyHeader(header: Int32Array): void {
  if (header[headerWords.magic] !== magic) throw new MargridError('KernelMismatch', 'not a margrid arena');
  const version = header[headerWords.version];
  if (version !== layoutVersion) {
    throw new MargridError('KernelMismatch', `arena layout is version ${version}, expected ${layoutVersion}`);
  }
}

function viewsOf(plan: ArenaPlan, buffer: ArrayBufferLike): Views {
  const tables: Record<string, Record<string, unknown>> = {};
  for (const { table, column, spec, address, length } of plan.columns) {
    (tables[table] ??= {})[column] = viewOf(spec.type, buffer, address, length);
  }
  return tables as unknown as Views;
}

function viewOf(type: ColumnType, buffer: ArrayBufferLike, address: number, length: number): ArrayBufferView {
  switch (type) {
    case 'f64':
      return new Float64Array(buffer, address, length);
    case 'f32':
      return new Float32Array(buffer, address, length);
    case 'i32':
      return new Int32Array(buffer, address, length);
    case 'u32':
      return new Uint32Array(buffer, address, length);
    case 'u8':
      return new Uint8Array(buffer, address, length);
  }
}
