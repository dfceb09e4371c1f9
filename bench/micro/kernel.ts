/** One kernel on a fixed piece of work, in several ways that must give the same bits. */
export interface MicroKernel {
  readonly name: string;
  readonly unit: string;
  /** Units of one pass: position-scenarios, cells, options. */
  readonly units: number;
  /** The first is margrid's. */
  readonly variants: readonly MicroVariant[];
}

export interface MicroVariant {
  readonly name: 'simd' | 'scalar' | 'javascript';
  pass(): void;
  /** What the last pass wrote, copied: variants may write to the same place. */
  results(): Float64Array;
}
