/**
 * Kernels that fill the risk array, one instrument after another: `riskArray` for scenario grids, the others for their
 * model.
 */
export const rowKernelNames = [
  'riskArray',
  'slopeRows',
  'slopePoints',
  'deribitStandardRow',
  'deribitXpmRow',
  'paradexPmRow',
  'paradexXmRow',
  'timsRows',
  'regtRows',
  'derivePortfolioRows',
  'deriveSrmRows',
  'tieredRows',
  'spanRows',
  'varRows',
] as const;
export type RowKernelName = (typeof rowKernelNames)[number];

/** Kernels that turn netting sets into requirements. */
export const marginKernelNames = [
  'deribitPm',
  'revalueWorstLoss',
  'deribitStandard',
  'deribitXpm',
  'paradexPm',
  'paradexXm',
  'tims',
  'regt',
  'derivePortfolio',
  'deriveSrm',
  'tiered',
  'span',
  'varMargin',
] as const;
export type MarginKernelName = (typeof marginKernelNames)[number];

/** Kernels of netting sets of a list: first and count are places in it (certificate-layout.ts). */
export const certificateKernelNames = ['certifyDeribitPm', 'markRows'] as const;
export type CertificateKernelName = (typeof certificateKernelNames)[number];

/** Kernels of a book: over the rows of P&L, these and the screen; over its portfolios, the worst of their scenarios. */
export const bookKernelNames = ['bookRows', 'bookScreen', 'bookTails'] as const;
export type BookKernelName = (typeof bookKernelNames)[number];

/** Everything a worker can be told to run over a range; it is told the place in this list. */
export const rangeKernelNames = [
  ...rowKernelNames, ...marginKernelNames, ...certificateKernelNames, ...bookKernelNames,
] as const;
export type RangeKernelName = (typeof rangeKernelNames)[number];

/** Rows [first, first + count) of the risk array, with the scratch area of the worker. */
export type RowKernel = (context: number, first: number, count: number, scratch: number) => void;
/** A kernel for the items that a list names: its byte address, their number. */
export type ListedKernel = (context: number, list: number, count: number, scratch: number) => void;
/** Netting sets [first, first + count), with the scratch area of the worker. */
export type MarginKernel = (context: number, scratch: number, first: number, count: number) => void;

/**
 * The kernels of one engine, however they are run. Two implementations: the WASM module (`module.ts`) and the
 * JavaScript engine
 * (`scalar/`), bit-equal to each other. Arguments are addresses (bytes) and counts only.
 */
export interface Kernels
  extends Readonly<Record<RowKernelName, RowKernel>>,
    Readonly<Record<MarginKernelName | CertificateKernelName | BookKernelName, MarginKernel>> {
  /** `riskArray` of rows of a list: faster than one row after the other. */
  readonly riskArrayOf: ListedKernel;
  /** `deribitPm` of netting sets of a list: it asks for their cache lines in time. */
  readonly deribitPmOf: ListedKernel;
  /** Least and largest movement of volatilities from a reference, by segments: assembly/certify/volatility-moves.ts. */
  readonly volatilityMoves: (context: number, reference: number, segmentCount: number) => void;
  /** Writes the P&L of one portfolio of a book in every scenario of the rows now: assembly/revalue/book-tails.ts. */
  bookPnl(context: number, scratch: number, portfolio: number, cells: number): void;
  /** Writes the aggregated vectors of one netting set and group; returns 1 if it holds the group. */
  deribitPmVectors(context: number, set: number, group: number, preAggregated: number, aggregated: number): number;
}

/** Margin kernels that are JavaScript in every engine: src/host. */
export type HostKernelName = 'regt';

export function isMarginKernel(name: RangeKernelName): name is MarginKernelName {
  return (marginKernelNames as readonly string[]).includes(name);
}

export function isRowKernel(name: RangeKernelName): name is RowKernelName {
  return (rowKernelNames as readonly string[]).includes(name);
}
