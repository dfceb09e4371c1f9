import {
  dateField,
  invalid,
  knownFields,
  numberField,
  section,
  textField,
  textsField,
  type Section,
} from '../margin/fields.ts';
import { parseCosts, type CostTable } from './costs.ts';
import { parseAuctionParams, type AuctionParams } from './derive-auction.ts';
import type { LiquidationPlan, LiquidationTarget } from './plan.ts';
import { PlanningAccount, type PlanningInput } from './planning-account.ts';
import { planAuction } from './styles/auction.ts';
import { parseBlockLimits, planBlockLimits, type BlockLimitsParams } from './styles/block-limits.ts';
import { parseCheapest, planCheapest, type CheapestParams } from './styles/cheapest.ts';
import {
  parseClosedFormTransfer,
  planClosedFormTransfer,
  type ClosedFormTransferParams,
} from './styles/closed-form-transfer.ts';
import { parseDeltaHedge, planDeltaHedge, type DeltaHedgeParams } from './styles/delta-hedge.ts';
import { parseFixedStep, planFixedStep, type FixedStepParams } from './styles/fixed-step.ts';
import { parseFullOrder, planFullOrder, type FullOrderParams } from './styles/full-order.ts';
import { parseTierLadder, planTierLadder, type TierLadderParams } from './styles/tier-ladder.ts';

/** How a liquidation goes on, with the numbers of a venue. */
export type StyleRule =
  | { readonly kind: 'cheapest'; readonly params: CheapestParams }
  | { readonly kind: 'fixed-step'; readonly params: FixedStepParams }
  | { readonly kind: 'full-order'; readonly params: FullOrderParams }
  | { readonly kind: 'tier-ladder'; readonly params: TierLadderParams }
  | { readonly kind: 'closed-form-transfer'; readonly params: ClosedFormTransferParams }
  | { readonly kind: 'block-limits'; readonly params: BlockLimitsParams }
  | { readonly kind: 'auction'; readonly params: AuctionParams }
  | { readonly kind: 'delta-hedge'; readonly params: DeltaHedgeParams };

/** A file of data/liquidation. */
export interface LiquidationStyle {
  readonly venue: string;
  readonly source: string;
  readonly date: string;
  readonly unconfirmed: readonly string[];
  readonly target: LiquidationTarget;
  readonly costs: CostTable;
  readonly rule: StyleRule;
}

const kinds = [
  'cheapest',
  'fixed-step',
  'full-order',
  'tier-ladder',
  'closed-form-transfer',
  'block-limits',
  'auction',
  'delta-hedge',
];

/** Reads a style as in its file. Throws `ParameterInvalid` naming the field. */
export function parseLiquidationStyle(input: unknown): LiquidationStyle {
  const names = ['venue', 'source', 'date', 'unconfirmed', 'target', 'costs', 'style', 'parameters'];
  const root = knownFields(section(input, 'style'), '', names);
  return {
    venue: textField(root, 'venue', ''),
    source: textField(root, 'source', ''),
    date: dateField(root, 'date', ''),
    unconfirmed: textsField(root, 'unconfirmed', ''),
    target: parseTarget(root['target']),
    costs: parseCosts(root['costs']),
    rule: parseRule(root['style'], section(root['parameters'], 'parameters'), 'parameters'),
  };
}

export function parseTarget(input: unknown): LiquidationTarget {
  const fields = section(input, 'target');
  const { requirement } = fields;
  if (requirement !== 'initial' && requirement !== 'maintenance')
    throw invalid('target.requirement', requirement, 'must be initial or maintenance');
  return { requirement, multiple: numberField(fields, 'multiple', 'target', { min: 0.01, max: 1_000 }) };
}

function parseRule(kind: unknown, fields: Section, path: string): StyleRule {
  switch (kind) {
    case 'cheapest':
      return { kind, params: parseCheapest(fields, path) };
    case 'fixed-step':
      return { kind, params: parseFixedStep(fields, path) };
    case 'full-order':
      return { kind, params: parseFullOrder(fields, path) };
    case 'tier-ladder':
      return { kind, params: parseTierLadder(fields, path) };
    case 'closed-form-transfer':
      return { kind, params: parseClosedFormTransfer(fields, path) };
    case 'block-limits':
      return { kind, params: parseBlockLimits(fields, path) };
    case 'auction':
      return { kind, params: parseAuctionParams(fields, path) };
    case 'delta-hedge':
      return { kind, params: parseDeltaHedge(fields, path) };
    default:
      throw invalid('style', kind, `must be one of ${kinds.join(', ')}`);
  }
}

/** What to plan for: costs and target are the style's unless given. */
export type PlanRequest = Omit<PlanningInput, 'costs' | 'target'> & Partial<Pick<PlanningInput, 'costs' | 'target'>>;

/**
 * The plan by which a style brings one netting set back to its target. Every margin in it is an evaluation of the
 * engine's model; the book stays as it is. Throws `OptionInvalid` where the style does not fit the model.
 */
export function planLiquidation(style: LiquidationStyle, request: PlanRequest): LiquidationPlan {
  const account = new PlanningAccount({ costs: style.costs, target: style.target, ...request });
  const { rule } = style;
  switch (rule.kind) {
    case 'cheapest':
      return planCheapest(account, rule.params);
    case 'fixed-step':
      return planFixedStep(account, rule.params);
    case 'full-order':
      return planFullOrder(account, rule.params);
    case 'tier-ladder':
      return planTierLadder(account, rule.params);
    case 'closed-form-transfer':
      return planClosedFormTransfer(account, rule.params);
    case 'block-limits':
      return planBlockLimits(account, rule.params);
    case 'auction':
      return planAuction(account, rule.params);
    case 'delta-hedge':
      return planDeltaHedge(account, rule.params);
  }
}
