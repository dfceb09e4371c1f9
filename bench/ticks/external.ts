import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Arena } from '../../src/columns/arena.ts';
import { cellCountOf } from '../../src/columns/schema.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { packageRoot } from '../../src/package-root.ts';
import { writeColumnFile } from '../column-file.ts';
import { LineProcess } from '../line-process.ts';
import type { Margins, TickEntrant } from './entrant.ts';
import { tickInputColumns } from './tick-inputs.ts';

/**
 * Entrants in other languages read two files: the book, once, and the inputs of a tick, before each (not timed). Both
 * hold columns of the arena, so that all entrants see the same bytes.
 */
export interface TickFiles {
  readonly folder: string;
  readonly book: string;
  readonly tick: string;
  publish(arena: Arena): void;
  remove(): void;
}

export function openTickFiles(engine: Engine): TickFiles {
  const parent = join(packageRoot, 'build');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'bench-ticks-'));
  const [book, tick] = [join(folder, 'book.bin'), join(folder, 'tick.bin')];
  writeColumnFile(book, bookColumns(engine));
  return {
    folder,
    book,
    tick,
    publish: (arena) => writeColumnFile(tick, tickInputColumns(arena)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The order in which tick.c and numpy_tick.py read them. */
function bookColumns({ arena, nettingSetCount, positionCount }: Engine): Parameters<typeof writeColumnFile>[1] {
  const { instrument, group, nettingSet } = arena.views;
  const { scenarioCount, instrumentCount, expiryCount, groupCount } = arena.plan.counts;
  const compact = compactPositions(arena, nettingSetCount, positionCount);
  const counts = [
    nettingSetCount, positionCount, instrumentCount, expiryCount, groupCount, scenarioCount, cellCountOf(scenarioCount),
  ];
  return [
    BigInt64Array.from(counts, BigInt),
    instrument.shape, instrument.group, instrument.expiry, instrument.strike, instrument.contractSize, group.inverse,
    compact.firstPosition, compact.row, compact.quantity,
    nettingSet.cash.subarray(0, nettingSetCount),
    nettingSet.entryValue.subarray(0, nettingSetCount),
    nettingSet.addOn.subarray(0, nettingSetCount),
  ];
}

/** Without the room for updates between sets: one column of starts is enough. */
function compactPositions(arena: Arena, sets: number, positions: number): {
  firstPosition: Uint32Array; row: Uint32Array; quantity: Float64Array;
} {
  const { nettingSet, position } = arena.views;
  const firstPosition = new Uint32Array(sets + 1);
  const row = new Uint32Array(positions);
  const quantity = new Float64Array(positions);
  let to = 0;
  for (let set = 0; set < sets; set++) {
    firstPosition[set] = to;
    const first = nettingSet.firstPosition[set];
    const end = first + nettingSet.positionCount[set];
    row.set(position.row.subarray(first, end), to);
    quantity.set(position.quantity.subarray(first, end), to);
    to += end - first;
  }
  firstPosition[sets] = to;
  return { firstPosition, row, quantity };
}

export interface ExternalSettings {
  readonly name: string;
  readonly note: string;
  readonly every: number;
  readonly rehearses: boolean;
  readonly program: string;
  readonly parameters: readonly string[];
  /** Netting sets that it margins, from the first. */
  readonly sets: number;
  /** Netting sets of the whole book per one of these: its times are multiplied by it. */
  readonly scale: number;
}

/**
 * A process that prints a line when it has read the book, then answers `tick` with milliseconds and `margins` with a line
 * when it has written them. The inputs of a tick are those that were published last, whatever its quotes.
 */
export function externalEntrant(settings: ExternalSettings, files: TickFiles): TickEntrant {
  const { name, note, every, rehearses, program, parameters, sets, scale } = settings;
  const output = join(files.folder, `${name}.out`);
  const child = new LineProcess(program, [...parameters, files.book, files.tick, output]);
  return {
    name,
    label: 'same algorithm',
    note,
    every,
    rehearses,
    ready: async () => void (await child.answer()),
    exactness: 'tolerance',
    tick: async () => Number(await child.ask('tick')) * scale,
    margins: async () => {
      await child.ask('margins');
      return readMargins(output, sets);
    },
    close: () => child.close(),
  };
}

/** Equity, initial, maintenance, status. */
function readMargins(path: string, sets: number): Margins {
  const bytes = readFileSync(path);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const column = (index: number): Float64Array => new Float64Array(buffer, index * sets * 8, sets);
  return {
    equity: column(0), initialMargin: column(1), maintenanceMargin: column(2), status: new Uint8Array(buffer, 3 * sets * 8, sets),
  };
}

