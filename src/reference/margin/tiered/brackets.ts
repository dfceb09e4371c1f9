import { exact, maxOf, sum, zero, type Decimal } from '../../decimal.ts';
import type { Breakdown } from '../account.ts';
import { line, pnlOf, type HeldAmount, type ReferenceSet } from './netting-set.ts';

/** A tier as the model's parameters have it. */
export interface ReferenceTier {
  readonly floor: number;
  readonly initialRate: number;
  readonly maintenanceRate: number;
}

/** Tiers of one contract and 1 / chosen leverage (0: none). */
export interface ContractTiers {
  readonly leverageRate: number;
  readonly tiers: readonly ReferenceTier[];
}

export interface BracketTotals {
  readonly initial: Decimal;
  readonly maintenance: Decimal;
  readonly pnl: Decimal;
  readonly notional: Decimal;
  readonly breakdown: readonly Breakdown[];
}

/** Linear positions of a set: rates of the tier that the notional is in, maintenance as the sum over tiers. */
export function bracketTotals(
  set: ReferenceSet, positions: readonly HeldAmount[], tiersOf: (each: HeldAmount) => ContractTiers,
): BracketTotals {
  const lines = positions.map((each) => bracketLine(set, each, tiersOf(each)));
  return {
    initial: sum([zero, ...lines.map(({ initial }) => initial)]),
    maintenance: sum([zero, ...lines.map(({ maintenance }) => maintenance)]),
    pnl: sum([zero, ...lines.map(({ pnl }) => pnl)]),
    notional: sum([zero, ...lines.map(({ notional }) => notional)]),
    breakdown: lines.map(({ breakdown }) => breakdown),
  };
}

function bracketLine({ currency }: ReferenceSet, held: HeldAmount, { leverageRate, tiers }: ContractTiers) {
  const notional = held.amount.abs().times(held.price);
  const tier = tiers.filter(({ floor }, place) => place === 0 || notional.gte(exact(floor))).at(-1)!;
  const rate = maxOf(exact(tier.initialRate), exact(leverageRate));
  const initial = notional.times(rate);
  const maintenance = marginalMaintenance(notional, tiers);
  const pnl = pnlOf(held);
  const breakdown = line(held.instrument.name, maintenance, currency, [
    line('notional', notional, currency),
    line('unrealised P&L', pnl, currency),
    line('initial margin rate', rate, ''),
    line('initial margin', initial, currency),
    line('maintenance margin rate of the tier', exact(tier.maintenanceRate), ''),
    line('deduction', notional.times(exact(tier.maintenanceRate)).minus(maintenance), currency),
  ]);
  return { notional, initial, maintenance, pnl, breakdown };
}

/** Every part of the notional at the rate of the tier that it lies in: what rate times notional less deduction is. */
function marginalMaintenance(notional: Decimal, tiers: readonly ReferenceTier[]): Decimal {
  return sum([zero, ...tiers.map(({ floor, maintenanceRate }, place) => {
    const end = tiers[place + 1]?.floor;
    const top = end === undefined || notional.lt(exact(end)) ? notional : exact(end);
    return maxOf(top.minus(exact(floor)), zero).times(exact(maintenanceRate));
  })]);
}
