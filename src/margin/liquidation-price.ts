import * as closedForm from '../../assembly/portable/margin/liquidation.ts';
import {
  TIER_DEDUCTION, TIER_FLOATS, TIER_FLOOR, TIER_INITIAL_RATE, TIER_MAINTENANCE_RATE,
} from '../../assembly/portable/margin/tiered-layout.ts';
import type { Tier } from './tiered/tier.ts';

/** A linear position. */
export interface PositionTerms {
  readonly side: 'long' | 'short';
  /** Base units, > 0. */
  readonly amount: number;
  /** Quote currency per base unit. */
  readonly entry: number;
}

/** What the rest of a cross margin account adds; absent: nothing. */
export interface OtherPositions {
  readonly otherMaintenance?: number;
  readonly otherPnl?: number;
}

/** One of the closed forms, with what it needs. Amounts in quote currency, rates as fractions. */
export type LiquidationTerms =
  /** Wallet balance against maintenance of one bracket (`cum` is its deduction). Isolated: no other positions. */
  | (PositionTerms & OtherPositions & {
      readonly form: 'bracket';
      readonly wallet: number;
      readonly maintenanceRate: number;
      readonly deduction?: number;
    })
  /** The same when the bracket follows the notional. */
  | (PositionTerms & OtherPositions & {
      readonly form: 'tiers';
      readonly wallet: number;
      readonly tiers: readonly Tier[];
      readonly mark: number;
    })
  /** Gate and OKX, isolated: maintenance and closing fee on the notional at liquidation. */
  | (PositionTerms & {
      readonly form: 'isolated';
      readonly margin: number;
      readonly maintenanceRate: number;
      readonly takerFee?: number;
    })
  /** Bybit linear, isolated: maintenance on the entry value. */
  | (PositionTerms & { readonly form: 'entry-value'; readonly margin: number; readonly maintenanceRate: number })
  /** Hyperliquid: what is available above maintenance at the price `at` (default: the entry). */
  | (PositionTerms & {
      readonly form: 'available';
      readonly accountValue: number;
      readonly otherMaintenance?: number;
      readonly maintenanceRate: number;
      readonly at?: number;
    })
  /**
   * dYdX and Drift: collateral without the position (its entry value taken off), requirement as a rate on the price;
   * `exposure` (default: the amount) counts open orders in the worst case.
   */
  | (PositionTerms & {
      readonly form: 'collateral';
      readonly balance: number;
      readonly otherMaintenance?: number;
      readonly otherPnl?: number;
      readonly maintenanceRate: number;
      readonly exposure?: number;
    });

/**
 * Liquidation price by the venue's closed form; null if there is none above zero. Which venue uses which form:
 * docs/models. `solveLiquidationPrice` finds it for any account of any model.
 */
export function liquidationPrice(terms: LiquidationTerms): number | null {
  const side = sideOf(terms);
  const price = priceOf(terms, side);
  return price > 0 && price < Infinity ? price : null;
}

function priceOf(terms: LiquidationTerms, side: number): number {
  const { amount, entry } = terms;
  switch (terms.form) {
    case 'bracket': {
      const { wallet, otherMaintenance = 0, otherPnl = 0, deduction = 0, maintenanceRate } = terms;
      return closedForm.bracketLiquidationPrice(
        wallet, otherMaintenance, otherPnl, deduction, side, amount, entry, maintenanceRate,
      );
    }
    case 'tiers': {
      const { tiers, wallet, otherMaintenance = 0, otherPnl = 0, mark } = terms;
      return closedForm.tieredLiquidationPrice(
        tierTable(tiers), 0, tiers.length, wallet, otherMaintenance, otherPnl, side, amount, entry, mark,
      );
    }
    case 'isolated':
      return closedForm.isolatedLiquidationPrice(
        side, entry, terms.margin, amount, terms.maintenanceRate + (terms.takerFee ?? 0),
      );
    case 'entry-value':
      return closedForm.entryValueLiquidationPrice(side, entry, terms.margin, amount, terms.maintenanceRate);
    case 'available': {
      const { accountValue, otherMaintenance = 0, maintenanceRate, at = entry } = terms;
      const available = accountValue - otherMaintenance - amount * at * maintenanceRate;
      return closedForm.availableLiquidationPrice(side, at, available, amount, maintenanceRate);
    }
    case 'collateral': {
      const { balance, otherMaintenance = 0, otherPnl = 0, maintenanceRate, exposure = amount } = terms;
      const collateral = balance + otherPnl - side * amount * entry;
      return closedForm.collateralLiquidationPrice(
        collateral, otherMaintenance, side, amount, exposure, maintenanceRate,
      );
    }
  }
}

/** A position on margin of its own: linear with its amount, inverse at a leverage. */
export type BankruptcyTerms =
  | (PositionTerms & { readonly payoff: 'linear'; readonly margin: number })
  | { readonly payoff: 'inverse'; readonly side: 'long' | 'short'; readonly entry: number; readonly leverage: number };

/** Price at which the position's margin is used up; null if no price does that. */
export function bankruptcyPrice(terms: BankruptcyTerms): number | null {
  const side = sideOf(terms);
  const price = terms.payoff === 'linear'
    ? closedForm.linearBankruptcyPrice(side, terms.entry, terms.margin, terms.amount)
    : closedForm.inverseBankruptcyPrice(side, terms.entry, terms.leverage);
  return price > 0 && price < Infinity ? price : null;
}

function sideOf({ side }: { readonly side: 'long' | 'short' }): number {
  return side === 'long' ? 1 : -1;
}

function tierTable(tiers: readonly Tier[]): Float64Array {
  const table = new Float64Array(tiers.length * TIER_FLOATS);
  tiers.forEach((tier, place) => {
    const at = place * TIER_FLOATS;
    table[at + TIER_FLOOR] = tier.floor;
    table[at + TIER_INITIAL_RATE] = tier.initialRate;
    table[at + TIER_MAINTENANCE_RATE] = tier.maintenanceRate;
    table[at + TIER_DEDUCTION] = tier.deduction;
  });
  return table;
}
