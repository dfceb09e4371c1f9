import { numberField, type Section } from '../../margin/fields.ts';
import { closing, PlanBuilder } from '../plan-builder.ts';
import type { LiquidationPlan } from '../plan.ts';
import type { PlanningAccount, Trade } from '../planning-account.ts';
import { portfolioBankruptcy } from '../portfolio-bankruptcy.ts';

/** All positions by the same share, at the mark, to the insurance fund, with a penalty (Paradex). */
export interface FixedStepParams {
  /** Shares are multiples of this. */
  readonly step: number;
  /** The share is the smallest after which maintenance margin / balance is below this. */
  readonly belowRatio: number;
  /** Penalty = share x this x maintenance margin before. */
  readonly penaltyRate: number;
}

export function parseFixedStep(fields: Section, path: string): FixedStepParams {
  return {
    step: numberField(fields, 'step', path, { min: 0.001, max: 1 }),
    belowRatio: numberField(fields, 'belowRatio', path, { min: 0.01, max: 1 }),
    penaltyRate: numberField(fields, 'penaltyRate', path, { min: 0, max: 10 }),
  };
}

/**
 * The smallest multiple of the step after which the ratio is below its bound; everything if none is. The penalty is at
 * most the balance: the account ends at nothing, not below.
 */
export function planFixedStep(
  account: PlanningAccount,
  { step, belowRatio, penaltyRate }: FixedStepParams,
): LiquidationPlan {
  const builder = new PlanBuilder(account, 'fixed-step');
  if (!builder.isOpen) return builder.finish('fault');
  const { holdings } = builder;
  const { maintenanceMargin } = builder.margins;
  const prices = portfolioBankruptcy(account, holdings);
  builder.showBankruptcyPrices(new Map(prices.map(({ instrument, price }) => [instrument, price] as const)));
  const steps = Math.ceil(1 / step - 1e-9);
  for (let count = 1; count <= steps; count++) {
    const share = Math.min(Number((count * step).toPrecision(12)), 1);
    const trades = account.closable(holdings).map((name) => shareOf(account, builder, name, share));
    const penalty = share * penaltyRate * maintenanceMargin;
    const { margins } = builder.tried({ trades, penalty });
    const isBelow = margins.balance > 0 && margins.maintenanceMargin / margins.balance < belowRatio;
    if (!isBelow && share < 1) continue;
    const balance = builder.tried({ trades }).margins.balance;
    const rule = `${Math.round(share * 1e6) / 1e4}% of every position`;
    const request = {
      kind: 'transfer',
      trades,
      rule,
      penalty: share < 1 ? penalty : Math.max(Math.min(penalty, balance), 0),
    } as const;
    return builder.finish(builder.add(request) ? builder.reasonWhenClosed : 'no-progress');
  }
  return builder.finish('no-progress');
}

/** A share of a position at the mark; the fee is the penalty. */
function shareOf(account: PlanningAccount, builder: PlanBuilder, name: string, share: number): Trade {
  const held = Math.abs(builder.holdings.positions.get(name)!.quantity);
  const { lot } = account.costs(name);
  const exact = held * share;
  // Up to whole lots: less would leave the ratio short of what was promised.
  const quantity = share === 1 ? held : lot > 0 ? Math.min(Math.ceil(exact / lot - 1e-9) * lot, held) : exact;
  return { ...closing(builder.holdings, name, quantity), price: account.mark(name), fee: 0 };
}
