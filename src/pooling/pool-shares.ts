import type { Engine } from '../engine/engine.ts';
import { decimalsOf, type DecimalsByCurrency, type MinorUnits } from '../money/minor-units.ts';
import { holdingsIn, type AccountHoldings } from './account-holdings.ts';
import { requirementShares, type BindingLoss, type RequirementShare } from './requirement-shares.ts';
import { byUnderlying, lossIn, underlyingMargin, type UnderlyingMargin } from './scenario-losses.ts';

/** Initial and maintenance margin of one netting set. */
export interface Requirements {
  readonly initialMargin: number;
  readonly maintenanceMargin: number;
}

/** Shares of one pool in one settlement currency. Amounts in minor units of the currency. */
export interface PoolShares {
  readonly pool: string;
  readonly currency: string;
  readonly decimals: number;
  readonly initialMargin: MinorUnits;
  readonly maintenanceMargin: MinorUnits;
  /** In member order; their shares add up to the pool's requirement exactly. */
  readonly members: readonly MemberShare[];
}

export interface MemberShare {
  readonly account: string;
  /** By itself: what the member would need without the pool; NaN if unknown. */
  readonly standAlone: Requirements;
  readonly initialMargin: RequirementShare;
  readonly maintenanceMargin: RequirementShare;
}

export interface SharedPool {
  readonly engine: Engine;
  readonly pool: string;
  readonly members: readonly string[];
  /** Requirements with all adjustments; zeros where the account has nothing in the currency. */
  readonly requirementsOf: (account: string, currency: string) => Requirements;
  readonly decimals?: DecimalsByCurrency;
}

/** Divides the pool's requirement among its members, by `requirementShares`, at the quotes of the last tick. */
export function poolShares(shared: SharedPool, currency: string): PoolShares {
  const { engine, pool, members, requirementsOf } = shared;
  const decimals = decimalsOf(currency, shared.decimals);
  const whole = underlyingMargins(engine, holdingsIn(engine, pool), currency);
  const parts = members.map((member) => byUnderlying(engine, holdingsIn(engine, member), currency));
  const alone = parts.map((positions) => [...positions.values()].map((each) => underlyingMargin(engine, each)));
  const standAlone = members.map((member) => requirementsOf(member, currency));
  const losses = [...whole].map(([underlying, { scenario, charged }]): BindingLoss => {
    const memberLosses = parts.map((positions) =>
      scenario < 0 ? 0 : lossIn(engine, positions.get(underlying) ?? new Map(), scenario),
    );
    return { charged, memberLosses };
  });
  const required = requirementsOf(pool, currency);
  const sharesOf = (kind: keyof Requirements): RequirementShare[] => {
    const scaled = losses.map((each, place) => ({ ...each, charged: chargedFor([...whole.values()][place], kind) }));
    const standAloneLosses = alone.map((margins) => margins.reduce((sum, each) => sum + chargedFor(each, kind), 0));
    const basis = {
      requirement: required[kind],
      losses: scaled,
      standAlone: standAlone.map((each) => each[kind]),
      standAloneLosses,
    };
    return requirementShares(basis, decimals);
  };
  const initial = sharesOf('initialMargin');
  const maintenance = sharesOf('maintenanceMargin');
  const sum = (shares: readonly RequirementShare[]): MinorUnits =>
    shares.reduce((total, share) => total + share.total, 0n);
  return {
    pool,
    currency,
    decimals,
    initialMargin: sum(initial),
    maintenanceMargin: sum(maintenance),
    members: members.map((account, member) => ({
      account,
      standAlone: standAlone[member],
      initialMargin: initial[member],
      maintenanceMargin: maintenance[member],
    })),
  };
}

function underlyingMargins(engine: Engine, holdings: AccountHoldings, currency: string): Map<string, UnderlyingMargin> {
  const underlyings = byUnderlying(engine, holdings, currency);
  return new Map([...underlyings].map(([name, positions]) => [name, underlyingMargin(engine, positions)] as const));
}

/**
 * The loss counts in maintenance margin as the underlying's own requirement does: at maintenance over initial margin.
 */
function chargedFor({ charged, initialMargin, maintenanceMargin }: UnderlyingMargin, kind: keyof Requirements): number {
  if (kind === 'initialMargin' || charged === 0) return charged;
  return Math.min(charged * (maintenanceMargin / initialMargin), maintenanceMargin);
}
