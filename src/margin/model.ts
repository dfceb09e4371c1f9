import type { RiskGroup } from '../domain/instrument.ts';
import type { Scenario } from '../scenario/grid.ts';
import type { MarginKernelName } from '../wasm/kernels.ts';

/** How sure a formula is. */
export type Evidence = 'confirmed' | 'stated' | 'third-party' | 'unknown';

export interface ComponentEvidence {
  readonly component: string;
  readonly evidence: Evidence;
  readonly source: string;
}

/** What the market looks like at a tick, as a model needs it to set its shocks. */
export interface TickMarket {
  readonly groups: readonly RiskGroup[];
  /** Per risk group; quote currency per base unit. */
  readonly indexPrice: Float64Array;
  readonly expiries: readonly ExpiryRow[];
  /** Years ACT/365 per expiry row; 0 for instruments without expiry, negative once it has passed. */
  readonly timeYears: Float64Array;
}

/** An expiry of one risk group. Spot and perpetuals have rows of their own. */
export interface ExpiryRow {
  readonly group: number;
  readonly kind: 'spot' | 'perpetual' | 'dated';
  readonly expiryMs: number | null;
}

/** Columns that a model fills once per tick, before any kernel runs. */
export interface TickFactors {
  /** Per expiry row: multipliers of the mark volatility in an up and a down scenario. */
  readonly upFactor: Float64Array;
  readonly downFactor: Float64Array;
  /** Per expiry row: charge per unit of net delta. */
  readonly rollFactor: Float64Array;
  /** Per risk group: least volatility of an up scenario. */
  readonly volatilityFloor: Float64Array;
  /** Scalars of one risk group, for the model's own kernel. */
  readonly groupScalars: (group: number) => Float64Array;
  /** Scalars of the model, for its own kernel. */
  readonly scalars: Float64Array;
}

/**
 * The plug-in contract. A model says what it needs before anything runs (`scenarios`, once per risk group), sets its
 * factors at each
 * tick (`prepareTick`), and names the kernel that turns positions and risk arrays into requirements. Everything a model
 * declares is data;
 * the kernel is chosen once, so the hot loop has no indirect call.
 */
export interface MarginModel<P> {
  readonly name: string;
  readonly title: string;
  /** Every component of the requirement with the evidence for its formula. */
  readonly components: readonly ComponentEvidence[];
  readonly kernel: MarginKernelName;
  /** Throws `ParameterInvalid` naming the field. */
  parseParams(input: unknown): P;
  /** Why this risk group cannot be margined with these parameters, or null if it can. */
  refusal(group: RiskGroup, params: P): string | null;
  /**
   * The scenarios of a risk group at an index price: the same number for every group, the same spot shocks and
   * volatility directions at
   * every tick (weights and dampeners may follow the index).
   */
  scenarios(group: RiskGroup, indexPrice: number, params: P): readonly Scenario[];
  prepareTick(market: TickMarket, params: P, factors: TickFactors): void;
}
