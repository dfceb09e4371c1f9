/**
 * Instruments: what can be held. Plain immutable values; knows no memory and no file.
 *
 * Quantities are signed contracts (+ long, - short). What one contract is worth depends on the payoff:
 *
 * | kind, payoff              | contractSize            | P&L of one contract for a price move P0 -> P1          |
 * | ------------------------- | ----------------------- | ------------------------------------------------------ |
 * | spot, linear future       | base units              | contractSize * (P1 - P0), settlement currency = quote  |
 * | inverse future, perpetual | quote units (e.g. USD)  | contractSize * (1/P0 - 1/P1), in base coin             |
 * | linear European option    | base units              | contractSize * (V1 - V0), V in quote currency          |
 * | inverse European option   | base units              | contractSize * (V1/F1 - V0/F0), in base coin           |
 */
export type InstrumentKind = 'spot' | 'future' | 'perpetual' | 'option';
export type Payoff = 'linear' | 'inverse';
export type OptionType = 'call' | 'put';

export interface Instrument {
  /** Unique within a market, e.g. `BTC-28AUG26-60000-C`. */
  readonly name: string;
  readonly kind: InstrumentKind;
  readonly payoff: Payoff;
  /** The underlying, e.g. `BTC`, `SPX`. */
  readonly baseCurrency: string;
  /** What prices and strikes are quoted in, e.g. `USD`. */
  readonly quoteCurrency: string;
  /** What P&L is paid in: the base coin for inverse, the quote currency for linear. */
  readonly settlementCurrency: string;
  /** > 0; unit in the table above. */
  readonly contractSize: number;
  /** UTC milliseconds; null for spot and perpetual. */
  readonly expiryMs: number | null;
  /** Quote currency per base unit, > 0; null unless an option. */
  readonly strike: number | null;
  /** null unless an option. */
  readonly optionType: OptionType | null;
  /** Absent: European. */
  readonly exercise?: 'european' | 'american';
}

/** Positions net inside a risk group: one currency pair, one settlement currency. */
export interface RiskGroup {
  /** `base_settlement` in lower case, as venues name it: `btc_btc`, `eth_usdc`, `spx_usd`. */
  readonly name: string;
  /** `base_quote` in lower case: `btc_usd`. Parameters and index prices are per pair. */
  readonly pair: string;
  readonly baseCurrency: string;
  readonly quoteCurrency: string;
  readonly settlementCurrency: string;
}

export function pairOf(baseCurrency: string, quoteCurrency: string): string {
  return `${baseCurrency}_${quoteCurrency}`.toLowerCase();
}

export function riskGroupOf(instrument: Instrument): RiskGroup {
  const { baseCurrency, quoteCurrency, settlementCurrency } = instrument;
  return {
    name: `${baseCurrency}_${settlementCurrency}`.toLowerCase(),
    pair: pairOf(baseCurrency, quoteCurrency),
    baseCurrency,
    quoteCurrency,
    settlementCurrency,
  };
}

/** Base units that one contract is at a price of them. */
export function baseUnitsOf({ payoff, kind, contractSize }: Instrument, price: number): number {
  return payoff === 'inverse' && kind !== 'option' ? contractSize / price : contractSize;
}

export function isLinearShape(kind: InstrumentKind): boolean {
  return kind !== 'option';
}
