import * as certificate from '../../assembly/portable/certificate-layout.ts';
import { certificateScratchFloatsOf } from '../../assembly/portable/certify/scratch.ts';
import * as layout from '../../assembly/portable/layout.ts';
import { riskArrayWorkFloats } from '../../assembly/portable/risk-array-work.ts';

/**
 * The data dictionary: every column of the arena with its type, unit and writer. The byte map in docs/ARCHITECTURE.md
 * is printed
 * from this table, and a test says that it is current.
 */
export type ColumnType = 'f64' | 'f32' | 'i32' | 'u32' | 'u8';
export type ColumnWriter = 'load' | 'update' | 'tick' | 'kernel A' | 'kernels B-D' | 'certificates';

export interface ColumnSpec {
  readonly type: ColumnType;
  /** Unit and meaning. */
  readonly doc: string;
  readonly writer: ColumnWriter;
  /** Word of the context block that holds the column's address. */
  readonly contextWord: number | null;
  /** Word of the certificate block that holds it. */
  readonly certificateWord?: number;
  /** Elements per row of the table; 1 unless given. */
  readonly width?: (counts: Counts) => number;
}

/** Sizes of everything, fixed when the arena is planned. */
export interface Counts {
  readonly scenarioCount: number;
  readonly instrumentCount: number;
  readonly expiryCount: number;
  readonly groupCount: number;
  readonly currencyCount: number;
  /** Capacity, not the present count: book updates move within it. */
  readonly nettingSetCapacity: number;
  readonly positionCapacity: number;
  /** What a model on portable kernels needs besides; nothing for the others. */
  readonly model: ModelCounts;
  /** Whether there is room for certificates, which the monitor needs. */
  readonly certified?: boolean;
  /** Reference markets that certificates may be of at once; with `certified`. */
  readonly referenceCount?: number;
}

/** Sizes of the columns that only models on portable kernels have. */
export interface ModelCounts {
  readonly instrumentDataWidth: number;
  readonly floatCount: number;
  readonly wordCount: number;
  readonly componentCount: number;
  /** Floats of scratch for the margin function. */
  readonly workCount: number;
  readonly segmentLevel: number;
  /** Rows of cells of one account at most. */
  readonly segmentCount: number;
  /** 1 if kernels read entry and limit prices. */
  readonly priceWidth: number;
}

export const noModelCounts: ModelCounts = {
  instrumentDataWidth: 0,
  floatCount: 0,
  wordCount: 0,
  componentCount: 0,
  workCount: 0,
  segmentLevel: layout.SEGMENT_NONE,
  segmentCount: 0,
  priceWidth: 0,
};

/** Floats of one worker's scratch area. */
export function scratchFloatsOf({ scenarioCount, model, certified }: Counts): number {
  const cells = cellCountOf(scenarioCount);
  const grid = Math.max(cells + layout.SUM_COUNT, certified === true ? certificateScratchFloatsOf(cells) : 0);
  const portable = outFloatsOf(model) + cells + evenOf(model.workCount) + model.segmentCount * cells;
  return Math.max(grid, portable, riskArrayWorkFloats(cells));
}

/** Floats of the output block of a portable margin function; the vector, the work area and the segment rows follow. */
export function outFloatsOf({ componentCount }: ModelCounts): number {
  return layout.OUT_COMPONENTS + evenOf(componentCount);
}

/** Vectors of two lanes start on even floats. */
function evenOf(count: number): number {
  return count + (count % 2);
}

/** Cells per risk array row: the scenario count rounded up to whole vectors of two lanes. */
export function cellCountOf(scenarioCount: number): number {
  return scenarioCount + (scenarioCount % 2);
}

export function chunkCountOf(nettingSetCount: number): number {
  return Math.ceil(nettingSetCount / layout.CHUNK_SET_COUNT);
}

/** Bytes of one chunk's totals: counts, then sums per currency, padded to a cache line. */
export function chunkTotalsBytesOf(currencyCount: number): number {
  return Math.ceil((layout.TOTALS_COUNT_BYTES + currencyCount * layout.TOTALS_SUM_COUNT * 8) / 64) * 64;
}

/** Rows of a table of certificates: none unless asked for. */
function certifiedRows(rows: (counts: Counts) => number): (counts: Counts) => number {
  return (counts) => (counts.certified === true ? rows(counts) : 0);
}

type TypedColumn<T extends ColumnType> = ColumnSpec & { readonly type: T };

function column<T extends ColumnType>(
  type: T,
  contextWord: number | null,
  writer: ColumnWriter,
  doc: string,
): TypedColumn<T> {
  return { type, doc, writer, contextWord };
}

export const schema = {
  instrument: {
    rows: (counts: Counts) => counts.instrumentCount,
    columns: {
      shape: column('i32', layout.CONTEXT_INSTRUMENT_SHAPE, 'load', '0 spot, 1 future or perpetual, 2 call, 3 put'),
      group: column('i32', layout.CONTEXT_INSTRUMENT_GROUP, 'load', 'risk group row'),
      expiry: column('i32', layout.CONTEXT_INSTRUMENT_EXPIRY, 'load', 'expiry row'),
      strike: column(
        'f64',
        layout.CONTEXT_INSTRUMENT_STRIKE,
        'load',
        'quote currency per base unit; 0 unless an option',
      ),
      contractSize: column(
        'f64',
        layout.CONTEXT_INSTRUMENT_SIZE,
        'load',
        'base units; quote units for inverse futures',
      ),
      forward: column(
        'f64',
        layout.CONTEXT_INSTRUMENT_FORWARD,
        'tick',
        'forward or mark, quote currency per base unit',
      ),
      volatility: column(
        'f64',
        layout.CONTEXT_INSTRUMENT_VOLATILITY,
        'tick',
        'per square root of a year; options only',
      ),
    },
  },
  expiry: {
    rows: (counts: Counts) => counts.expiryCount,
    columns: {
      rootTime: column(
        'f64',
        layout.CONTEXT_EXPIRY_SQRT_TIME,
        'tick',
        'square root of years to expiry; NaN once passed',
      ),
      upFactor: column('f64', layout.CONTEXT_EXPIRY_UP_FACTOR, 'tick', 'volatility up shock, multiplier'),
      downFactor: column('f64', layout.CONTEXT_EXPIRY_DOWN_FACTOR, 'tick', 'volatility down shock, multiplier'),
      rollFactor: column('f64', layout.CONTEXT_EXPIRY_ROLL_FACTOR, 'tick', 'roll shock, fraction of delta'),
    },
  },
  group: {
    rows: (counts: Counts) => counts.groupCount,
    columns: {
      inverse: column('i32', layout.CONTEXT_GROUP_INVERSE, 'load', '1 if settled in the base coin'),
      indexPrice: column('f64', layout.CONTEXT_GROUP_INDEX_PRICE, 'tick', 'quote currency per base unit'),
      volatilityFloor: column('f64', layout.CONTEXT_GROUP_VOLATILITY_FLOOR, 'tick', 'least up-shocked volatility'),
      grid: {
        ...column('f64', layout.CONTEXT_GRID, 'tick', 'scenario tables: eight rows of cells per group'),
        width: (counts: Counts) => layout.GRID_COLUMN_COUNT * cellCountOf(counts.scenarioCount),
      },
      scalars: {
        ...column('f64', layout.CONTEXT_GROUP_SCALARS, 'tick', 'model scalars of the group'),
        width: () => layout.GROUP_SCALAR_COUNT,
      },
    },
  },
  riskArray: {
    rows: (counts: Counts) => counts.instrumentCount,
    columns: {
      row: {
        ...column('f64', layout.CONTEXT_RISK_ARRAY, 'kernel A', 'P&L per scenario, settlement currency per contract'),
        width: (counts: Counts) => cellCountOf(counts.scenarioCount),
      },
      terms: {
        ...column(
          'f64',
          layout.CONTEXT_TERMS,
          'kernel A',
          'per contract: value, delta, amount of the shock class, roll factor',
        ),
        width: () => layout.TERM_COUNT,
      },
    },
  },
  nettingSet: {
    rows: (counts: Counts) => counts.nettingSetCapacity,
    columns: {
      account: column('u32', null, 'update', 'account row'),
      firstPosition: column('u32', layout.CONTEXT_SET_FIRST_POSITION, 'update', 'first position slot'),
      positionCount: column('u32', layout.CONTEXT_SET_POSITION_COUNT, 'update', 'positions'),
      currency: column('u8', layout.CONTEXT_SET_CURRENCY, 'update', 'settlement currency row'),
      fault: column('u8', layout.CONTEXT_SET_FAULT, 'update', '0, or the input fault that quarantines the set'),
      cash: column('f64', layout.CONTEXT_SET_CASH, 'update', 'settlement currency, signed'),
      entryValue: column(
        'f64',
        layout.CONTEXT_SET_ENTRY_VALUE,
        'update',
        'what the futures are worth less their marks: constant',
      ),
      addOn: column('f64', layout.CONTEXT_SET_ADD_ON, 'update', 'added to initial margin: open orders and the like'),
      orderCount: column('u32', layout.CONTEXT_SET_ORDER_COUNT, 'update', 'open orders, in the slots after the positions'),
    },
  },
  position: {
    rows: (counts: Counts) => counts.positionCapacity,
    columns: {
      row: column('u32', layout.CONTEXT_POSITION_ROW, 'update', 'instrument row above four flag bits'),
      quantity: column('f64', layout.CONTEXT_POSITION_QUANTITY, 'update', 'signed contracts'),
      price: {
        ...column('f64', layout.CONTEXT_POSITION_PRICE, 'update', 'entry price, of an order its limit; portable models'),
        width: (counts: Counts) => counts.model.priceWidth,
      },
    },
  },
  result: {
    rows: (counts: Counts) => counts.nettingSetCapacity,
    columns: {
      equity: column('f64', layout.CONTEXT_RESULT_EQUITY, 'kernels B-D', 'settlement currency, signed'),
      initialMargin: column('f64', layout.CONTEXT_RESULT_INITIAL, 'kernels B-D', 'settlement currency, >= 0'),
      maintenanceMargin: column('f64', layout.CONTEXT_RESULT_MAINTENANCE, 'kernels B-D', 'settlement currency, >= 0'),
      worstCase: column(
        'f64',
        layout.CONTEXT_RESULT_WORST_CASE,
        'kernels B-D',
        'worst scenario loss, settlement currency',
      ),
      rollShock: column('f64', layout.CONTEXT_RESULT_ROLL_SHOCK, 'kernels B-D', 'settlement currency'),
      deltaShock: column('f64', layout.CONTEXT_RESULT_DELTA_SHOCK, 'kernels B-D', 'settlement currency'),
      worstScenario: column(
        'i32',
        layout.CONTEXT_RESULT_WORST_SCENARIO,
        'kernels B-D',
        'scenario of the largest group loss; -1 if none loses',
      ),
      status: column(
        'u8',
        layout.CONTEXT_RESULT_STATUS,
        'kernels B-D',
        '0 healthy, 1 margin call, 2 liquidation, 3 quarantined',
      ),
      fault: column(
        'u8',
        layout.CONTEXT_RESULT_FAULT,
        'kernels B-D',
        '0 none, 1 input, 2 market data, 3 refused, 4 input missing, from 16 the model, from 192 a component',
      ),
      components: {
        ...column('f64', layout.CONTEXT_RESULT_COMPONENTS, 'kernels B-D', 'components of a portable model'),
        width: (counts: Counts) => counts.model.componentCount,
      },
    },
  },
  model: {
    rows: () => 1,
    columns: {
      floats: {
        ...column('f64', layout.CONTEXT_MODEL_FLOATS, 'tick', "the model's own tables"),
        width: (counts: Counts) => counts.model.floatCount,
      },
      words: {
        ...column('i32', layout.CONTEXT_MODEL_WORDS, 'tick', "the model's own tables"),
        width: (counts: Counts) => counts.model.wordCount,
      },
    },
  },
  modelInstrument: {
    rows: (counts: Counts) => counts.instrumentCount,
    columns: {
      data: {
        ...column('f64', layout.CONTEXT_INSTRUMENT_DATA, 'tick', 'inputs and terms of a portable model'),
        width: (counts: Counts) => counts.model.instrumentDataWidth,
      },
      fault: column('i32', layout.CONTEXT_INSTRUMENT_FAULT, 'tick', '0, or the fault of whoever holds the instrument'),
    },
  },
  chunk: {
    rows: (counts: Counts) => chunkCountOf(counts.nettingSetCapacity),
    columns: {
      totals: {
        ...column('f64', layout.CONTEXT_CHUNK_TOTALS, 'kernels B-D', 'per chunk: counts by status, sums per currency'),
        width: (counts: Counts) => chunkTotalsBytesOf(counts.currencyCount) / 8,
      },
    },
  },
  certificate: {
    rows: certifiedRows(() => 1),
    columns: {
      block: {
        ...column('f64', layout.CONTEXT_CERTIFICATE, 'certificates', 'what certificate kernels are asked: words, box, thresholds'),
        width: () => certificate.CERTIFICATE_BYTES / 8 + certificate.CERTIFICATE_FLOAT_COUNT,
      },
    },
  },
  certifiedInstrument: {
    rows: certifiedRows((counts) => counts.instrumentCount),
    columns: {
      slopeRow: {
        ...column('f32', null, 'certificates', 'slopes of the cells in each box: middle and radius, in price and volatility'),
        certificateWord: certificate.CERTIFICATE_SLOPE_ROWS,
        width: (counts: Counts) =>
          certificate.SLOPE_TABLE_COUNT * certificate.slopeFloatsOf(cellCountOf(counts.scenarioCount)),
      },
      slopeTerms: {
        ...column('f64', null, 'certificates', 'slopes of value and delta in each box'),
        certificateWord: certificate.CERTIFICATE_SLOPE_TERMS,
        width: () => certificate.SLOPE_TABLE_COUNT * certificate.SLOPE_TERM_COUNT,
      },
      list: column('u32', null, 'tick', 'instrument rows of a list stage'),
      mark: {
        ...column('u8', null, 'tick', '1: a set of the list stage holds it'),
        certificateWord: certificate.CERTIFICATE_MARKS,
      },
      category: {
        ...column('u8', null, 'certificates', 'bit of its category at the reference that is being made'),
        certificateWord: certificate.CERTIFICATE_CATEGORIES,
      },
      segmentEnd: {
        ...column('u32', null, 'load', 'per segment of instruments: where it ends'),
        certificateWord: certificate.CERTIFICATE_SEGMENT_ENDS,
      },
      segmentMoves: {
        ...column('f64', null, 'certificates', 'per segment: least and largest volatility / that at the reference'),
        certificateWord: certificate.CERTIFICATE_SEGMENT_MOVES,
        width: () => 2,
      },
      perVolatility: {
        ...column('f64', null, 'certificates', 'per reference, all rows: 1 / volatility there, NaN: not measured'),
        certificateWord: certificate.CERTIFICATE_PER_VOLATILITY,
        width: (counts: Counts) => counts.referenceCount ?? 0,
      },
    },
  },
  certifiedExpiry: {
    rows: certifiedRows((counts) => counts.expiryCount),
    columns: {
      slopes: {
        ...column('f64', null, 'certificates', 'what the passing of time moves'),
        certificateWord: certificate.CERTIFICATE_EXPIRY_SLOPES,
        width: () => certificate.EXPIRY_SLOPE_COUNT,
      },
    },
  },
  certifiedSet: {
    rows: certifiedRows((counts) => counts.nettingSetCapacity),
    columns: {
      radius: {
        ...column('f32', null, 'certificates', 'per quadrant: share of the box that is certified'),
        certificateWord: certificate.CERTIFICATE_RADIUS,
        width: () => certificate.QUADRANT_COUNT,
      },
      loads: {
        ...column('f32', null, 'certificates', 'per kind of movement: what the whole box uses up, as a share of the health'),
        certificateWord: certificate.CERTIFICATE_LOADS,
        width: () => certificate.LOAD_COUNT,
      },
      health: {
        ...column('f64', null, 'certificates', 'per threshold: health at the reference, settlement currency'),
        certificateWord: certificate.CERTIFICATE_HEALTH,
        width: () => certificate.THRESHOLD_COUNT_MAX,
      },
      held: {
        ...column('i32', null, 'tick', 'risk group and categories of what it holds, when a list stage had it last'),
        certificateWord: certificate.CERTIFICATE_HELD,
      },
      certifyList: {
        ...column('u32', null, 'certificates', 'netting sets to certify'),
        certificateWord: certificate.CERTIFICATE_LIST,
      },
      list: {
        ...column('u32', null, 'tick', 'netting sets of a list stage'),
        certificateWord: certificate.CERTIFICATE_SETS,
      },
    },
  },
} as const satisfies Record<string, TableSpec>;

export interface TableSpec {
  readonly rows: (counts: Counts) => number;
  readonly columns: Readonly<Record<string, ColumnSpec>>;
}
