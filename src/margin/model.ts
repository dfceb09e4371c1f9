import type { Instrument, RiskGroup } from '../domain/instrument.ts';
import type { MarketField } from '../domain/market.ts';
import type { Scenario } from '../scenario/grid.ts';
import type { MarginKernelName, RowKernelName } from '../wasm/kernels.ts';

/** How sure a formula is. */
export type Evidence = 'confirmed' | 'stated' | 'third-party' | 'unknown';

export interface ComponentEvidence {
  readonly component: string;
  readonly evidence: Evidence;
  readonly source: string;
}

/** What a parameter object covers, for `margrid models`. */
export interface Coverage {
  /** Where and when the numbers were read. */
  readonly source: string;
  /** ISO date on which they were in force. */
  readonly date: string;
  /** What can be margined with them: `btc_usd`, `eth`, `equity` … */
  readonly covers: readonly string[];
  /** What is in the parameters, or missing from them, without being confirmed. */
  readonly unconfirmed: readonly string[];
}

/** Instruments as the engine orders them: settlement currency, risk group, linear before options, expiry, strike, type. */
export interface ModelRows {
  /** In row order. */
  readonly instruments: readonly Instrument[];
  readonly groups: readonly RiskGroup[];
  readonly expiries: readonly ExpiryRow[];
  /** Per instrument row. */
  readonly groupOf: Int32Array;
  readonly expiryOf: Int32Array;
}

/** What the market looks like at a tick, as a model needs it to set its shocks. */
export interface TickMarket extends ModelRows {
  readonly asOfMs: number;
  /** Per risk group; quote currency per base unit; NaN where unknown. */
  readonly indexPrice: Float64Array;
  /** Years ACT/365 per expiry row; 0 for instruments without expiry, negative once it has passed. */
  readonly timeYears: Float64Array;
  /** Per instrument row, as in `Market`. */
  readonly forward: Float64Array;
  readonly impliedVolatility: Float64Array;
  /** A further quote per instrument row; NaN where the market has none. */
  field(name: MarketField): Float64Array;
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
  /** `instrumentDataWidth` floats per instrument row (CONTEXT_INSTRUMENT_DATA). */
  readonly instrumentData: Float64Array;
  /** The model's own tables (CONTEXT_MODEL_FLOATS, CONTEXT_MODEL_WORDS). */
  readonly modelFloats: Float64Array;
  readonly modelWords: Int32Array;
}

/** How much memory a model on portable kernels needs. */
export interface ModelSizes {
  readonly instrumentDataWidth: number;
  readonly modelFloats: number;
  readonly modelWords: number;
  /** Floats of scratch that the margin function may use for one account. */
  readonly workFloats: number;
}

/**
 * Accounts pooled by settlement currency (each currency a netting set of its own) or as a whole, in one reporting
 * currency: then cash of other currencies must be held as a position in a spot instrument.
 */
export type Pooling<P> = { readonly kind: 'currency' } | AccountPooling<P>;

interface AccountPooling<P> {
  readonly kind: 'account';
  currency(params: P): string;
}

/** What every model declares, whatever its kernels. */
interface ModelBase<P> {
  readonly name: string;
  readonly title: string;
  /** Every component of the requirement with the evidence for its formula. */
  readonly components: readonly ComponentEvidence[];
  readonly kernel: MarginKernelName;
  readonly rowKernel: RowKernelName;
  /** Throws `ParameterInvalid` naming the field. */
  parseParams(input: unknown): P;
  coverage(params: P): Coverage;
  prepareTick(market: TickMarket, params: P, factors: TickFactors): void;
}

/** Deribit portfolio margin: scenario tables per risk group, kernel A of `assembly/revalue`. */
export interface GridModel<P> extends ModelBase<P> {
  readonly kind: 'grid';
  /** Why this risk group cannot be margined with these parameters, or null if it can. */
  refusal(group: RiskGroup, params: P): string | null;
  /**
   * The scenarios of a risk group at an index price: the same number for every group, the same spot shocks and
   * volatility directions at
   * every tick (weights and dampeners may follow the index).
   */
  scenarios(group: RiskGroup, indexPrice: number, params: P): readonly Scenario[];
  /** How the model's margins are certified between two evaluations; without it every tick evaluates every account. */
  readonly certificate?: GridCertificate<P>;
}

/** What a grid model adds to certified skipping: docs/CERTIFICATES.md. */
export interface GridCertificate<P> {
  readonly kernel: 'certifyDeribitPm';
  /** The box of every expiry row of the market, and what the passing of time moves in it: EXPIRY_SLOPE_COUNT floats each. */
  writeExpirySlopes(market: TickMarket, params: P, box: ExpiryBox, out: Float64Array): void;
}

/** How far things may move before a certificate ends, in logs. */
export interface ExpiryBox {
  /** Per expiry row, how far the time to expiry may fall. */
  readonly time: Float64Array;
  /** How far any quoted volatility may move, either way. */
  readonly volatility: number;
}

/** A model on portable kernels (`assembly/portable/margin`): its own rows, tables and reduction. */
export interface PortableModel<P> extends ModelBase<P> {
  readonly kind: 'portable';
  readonly pooling: Pooling<P>;
  /** Names of the components in the result, in the order in which the kernel writes them: camelCase. */
  readonly resultComponents: readonly string[];
  /** Reasons of the model's own faults: the kernel says FAULT_MODEL + index. */
  readonly faults: readonly string[];
  /** Segments of which the kernel gets summed rows. */
  readonly segments: 'none' | 'group' | 'expiry';
  /** Whether the model margins open orders; if not, an account that has any is refused. */
  readonly ordersMargined: boolean;
  /** Whether the entry price of options matters; if not it is dropped, so that equal books are equal. */
  readonly optionEntryPrices?: boolean;
  /** Cells of a risk array row; 1 at least. */
  scenarioCount(params: P): number;
  /** Why this instrument cannot be margined with these parameters, or null. Whoever holds it is refused with that reason. */
  refusal(instrument: Instrument, params: P): string | null;
  /** Quotes besides forward and implied volatility (and index price) that the instrument needs: a missing one is a fault. */
  requiredFields(instrument: Instrument, params: P): readonly MarketField[];
  sizes(rows: ModelRows, params: P): ModelSizes;
}

/**
 * The plug-in contract. A model says what it needs before anything runs, sets its factors at each
 * tick (`prepareTick`), and names the kernels that turn positions into requirements. Everything a model
 * declares is data;
 * the kernel is chosen once, so the hot loop has no indirect call.
 */
export type MarginModel<P> = GridModel<P> | PortableModel<P>;
