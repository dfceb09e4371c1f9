import type { Instrument } from '../domain/instrument.ts';
import type { Holdings } from '../whatif/holdings.ts';
import type { PlanningAccount } from './planning-account.ts';

/** A position with the price at which it must be taken over if the account is to end at nothing. */
export interface PositionBankruptcy {
  readonly instrument: string;
  readonly quantity: number;
  /** Its part of the account's maintenance margin, in [0, 1]: its part of the balance, too. */
  readonly share: number;
  /** Quote currency per base unit; null if the position would have to be given away with a payment. */
  readonly price: number | null;
}

/**
 * Bankruptcy prices of a whole portfolio, as dYdX v4 distributes them: closing everything at the marks leaves the
 * balance; closing position i at a price that costs `share_i` of the balance, for every i, leaves nothing. The shares
 * are those of the positions' maintenance margins, each margined alone (by notional where no position needs any). A
 * negative balance turns it round: prices better for the account than the marks, which somebody else must pay.
 */
export function portfolioBankruptcy(account: PlanningAccount, holdings: Holdings): PositionBankruptcy[] {
  const names = account.closable(holdings);
  const { balance, fault } = account.margins(account.withoutOrders(holdings));
  if (fault !== null)
    return names.map((name) => ({
      instrument: name,
      quantity: holdings.positions.get(name)!.quantity,
      share: 0,
      price: null,
    }));
  const alone = names.map((name) => maintenanceAlone(account, holdings, name));
  const total = alone.reduce((sum, each) => sum + each, 0);
  const weights =
    total > 0 ? alone : names.map((name) => account.notional(name, holdings.positions.get(name)!.quantity));
  const sum = weights.reduce((whole, each) => whole + each, 0);
  return names.map((name, place) => {
    const { quantity } = holdings.positions.get(name)!;
    const share = sum > 0 ? weights[place] / sum : 0;
    const price = priceLosing(
      account.instrument(name),
      quantity,
      account.mark(name),
      account.forward(name),
      balance * share,
    );
    return { instrument: name, quantity, share, price };
  });
}

/** Maintenance margin that the position would need if the account held nothing else; 0 if it is unknown. */
export function maintenanceAlone(account: PlanningAccount, holdings: Holdings, name: string): number {
  const positions = new Map([[name, holdings.positions.get(name)!]]);
  const { maintenanceMargin, fault } = account.margins({ ...holdings, positions, orders: new Map() });
  return fault === null ? Math.max(maintenanceMargin, 0) : 0;
}

/**
 * Price at which closing `quantity` contracts yields `loss` (settlement currency) less than at the mark; null if none >
 * 0.
 */
export function priceLosing(
  instrument: Instrument,
  quantity: number,
  mark: number,
  forward: number,
  loss: number,
): number | null {
  const { kind, payoff, contractSize } = instrument;
  const size = quantity * contractSize;
  const isInverseFuture = payoff === 'inverse' && kind !== 'option';
  // Inverse: the value of a contract in coin is -size / price, so 1 / price takes the loss.
  const price = isInverseFuture
    ? 1 / (1 / mark + loss / size)
    : mark - (loss / size) * (payoff === 'inverse' ? forward : 1);
  return price > 0 && price < Infinity ? price : null;
}
