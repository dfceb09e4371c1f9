import type { Market } from '../../domain/market.ts';
import type { DeribitPmParams } from '../../margin/deribit-pm/params.ts';
import { type Decimal, exact, maxOf, roundToPlaces, sum, zero } from '../decimal.ts';
import { aggregateCell, worstScenarioIndex } from './deribit-pm/aggregation.ts';
import type {
  AccountBreakdown,
  GroupBreakdown,
  InstrumentCells,
  MarginStatus,
  NettingSetBreakdown,
  PositionBreakdown,
} from './deribit-pm/breakdown.ts';
import { deltaShock, rollShocks } from './deribit-pm/charges.ts';
import { futureValue } from './deribit-pm/instrument-risk.ts';
import { groupKey, ReferenceMarket } from './deribit-pm/reference-market.ts';

/**
 * Deribit portfolio margin of one account in decimals: docs/models/deribit-pm.md, section by section, no shortcuts.
 *
 * Shares nothing with the engine but the domain types, so that an agreement of the two is evidence.
 */
export interface ReferenceAccount {
  readonly positions: readonly ReferencePosition[];
  /** Units by settlement currency. */
  readonly cash: ReadonlyMap<string, number>;
  /** Margin for open orders, market-maker protection and spot orders, by settlement currency. */
  readonly addOn?: ReadonlyMap<string, number>;
}

export interface ReferencePosition {
  readonly instrumentIndex: number;
  /** Signed contracts. */
  readonly quantity: number;
  /** Quote per base; ignored for options and spot. */
  readonly entryPrice: number;
}

export interface ReferenceInput extends ReferenceAccount {
  readonly market: Market;
  readonly params: DeribitPmParams;
}

/** Decimals after the point of the worst case and the initial margin. */
export const roundedPlaces = 9;

/** For one account; for many, make one `ReferenceMarket` and call `referenceAccount`. */
export function referenceDeribitPm(input: ReferenceInput): AccountBreakdown {
  return referenceAccount(new ReferenceMarket(input.market, input.params), input);
}

export function referenceAccount(reference: ReferenceMarket, account: ReferenceAccount): AccountBreakdown {
  const bySettlement = new Map<string, ReferencePosition[]>();
  for (const position of account.positions) {
    const { settlementCurrency } = reference.market.instruments[position.instrumentIndex];
    const members = bySettlement.get(settlementCurrency);
    if (members) members.push(position);
    else bySettlement.set(settlementCurrency, [position]);
  }
  for (const currency of account.cash.keys()) if (!bySettlement.has(currency)) bySettlement.set(currency, []);
  const nettingSets = [...bySettlement].map(([currency, positions]) => {
    const cash = account.cash.get(currency) ?? 0;
    const addOn = account.addOn?.get(currency) ?? 0;
    const problem = amountProblem(currency, cash, addOn) ?? firstProblem(reference, positions);
    return problem === null
      ? nettingSet(reference, currency, positions, exact(cash), exact(addOn))
      : quarantinedNettingSet(currency, problem);
  });
  return { nettingSets };
}

function nettingSet(
  reference: ReferenceMarket,
  settlementCurrency: string,
  held: readonly ReferencePosition[],
  cash: Decimal,
  addOn: Decimal,
): NettingSetBreakdown {
  const positions = held.map((position) => positionBreakdown(reference, position));
  const groups = groupPositions(reference, positions).map((members) => groupBreakdown(reference, members));
  const equity = cash.plus(sum(positions.map(({ value }) => value)));
  const riskMatrixMargin = sum(groups.map((group) => group.riskMatrixMargin));
  const maintenanceMargin = exact(reference.params.mmFactor).times(riskMatrixMargin);
  const initialMarginUnrounded = riskMatrixMargin.plus(addOn);
  const initialMargin = roundToPlaces(initialMarginUnrounded, roundedPlaces);
  return {
    settlementCurrency,
    problem: null,
    cash,
    positions,
    equity,
    groups,
    worstCase: sum(groups.map((group) => group.worstCase)),
    rollShock: sum(groups.map((group) => group.rollShock)),
    deltaShock: sum(groups.map((group) => group.deltaShock)),
    riskMatrixMargin,
    addOn,
    initialMarginUnrounded,
    initialMargin,
    maintenanceMargin,
    marginRatio: equity.isZero() ? null : maintenanceMargin.div(equity),
    status: statusOf(equity, maintenanceMargin, initialMargin),
    worstScenario: worstScenarioOf(groups),
    notional: sum(positions.map(({ notional }) => notional)),
  };
}

/** Sections A to F for one risk group. */
function groupBreakdown(reference: ReferenceMarket, held: readonly PositionBreakdown[]): GroupBreakdown {
  const terms = reference.terms(held[0].instrumentIndex);
  const instruments = held.map(({ instrumentIndex, quantity }): InstrumentCells => {
    const risk = reference.risk(instrumentIndex);
    return { instrumentIndex, quantity, risk, cells: risk.cells.map((cell) => cell.times(quantity)) };
  });
  const notional = sum(held.map((position) => position.notional));
  const preAggregated = terms.scenarios.map(({ index }) => sum(instruments.map(({ cells }) => cells[index])));
  const aggregatedSteps = terms.scenarios.map((scenario) =>
    aggregateCell(preAggregated[scenario.index], scenario, terms),
  );
  const aggregated = aggregatedSteps.map((steps) => steps.aggregated);
  const worstScenario = terms.scenarios[worstScenarioIndex(aggregated, notional)];
  const worstCaseUnrounded = maxOf(aggregated[worstScenario.index].negated(), zero);
  const worstCase = roundToPlaces(worstCaseUnrounded, roundedPlaces);
  const rolls = rollShocks(reference, terms, instruments);
  const rollShock = sum(rolls.map(({ charge }) => charge));
  const deltaShockSteps = deltaShock(terms, instruments);
  return {
    group: terms.group,
    isInverse: terms.isInverse,
    indexPrice: terms.indexPrice,
    scenarios: terms.scenarios,
    instruments,
    preAggregated,
    aggregatedSteps,
    aggregated,
    worstCaseUnrounded,
    worstCase,
    worstScenario,
    rollShocks: rolls,
    rollShock,
    deltaShockSteps,
    deltaShock: deltaShockSteps.charge,
    riskMatrixMargin: worstCase.plus(rollShock).plus(deltaShockSteps.charge),
    notional,
  };
}

function positionBreakdown(reference: ReferenceMarket, position: ReferencePosition): PositionBreakdown {
  const { instrumentIndex } = position;
  const risk = reference.risk(instrumentIndex);
  const quantity = exact(position.quantity);
  const entryPrice = risk.value === null ? exact(position.entryPrice) : null;
  const valuePerContract = risk.value ?? futureValue(risk, entryPrice!);
  return {
    instrumentIndex,
    name: risk.instrument.name,
    quantity,
    entryPrice,
    valuePerContract,
    value: quantity.times(valuePerContract),
    delta: quantity.times(risk.delta),
    notional: quantity.abs().times(risk.notional),
  };
}

function groupPositions(reference: ReferenceMarket, held: readonly PositionBreakdown[]): PositionBreakdown[][] {
  const groups = new Map<string, PositionBreakdown[]>();
  const inMarketOrder = [...held].sort((a, b) => a.instrumentIndex - b.instrumentIndex);
  for (const position of inMarketOrder) {
    const key = groupKey(reference.terms(position.instrumentIndex).group);
    const members = groups.get(key);
    if (members) members.push(position);
    else groups.set(key, [position]);
  }
  return [...groups.values()];
}

/** Section H. */
export function statusOf(equity: Decimal, maintenanceMargin: Decimal, initialMargin: Decimal): MarginStatus {
  if (equity.lessThan(zero)) return 'liquidation';
  if (maintenanceMargin.greaterThan(zero) && equity.lessThanOrEqualTo(maintenanceMargin)) return 'liquidation';
  return equity.lessThan(initialMargin) ? 'margin-call' : 'healthy';
}

function worstScenarioOf(groups: readonly GroupBreakdown[]): number {
  const largest = groups.map(({ worstCase }) => worstCase).reduce(maxOf, zero);
  if (largest.isZero()) return -1;
  return groups.find(({ worstCase }) => worstCase.equals(largest))!.worstScenario.index;
}

function amountProblem(currency: string, cash: number, addOn: number): string | null {
  if (!Number.isFinite(cash)) return `${currency}: the cash is ${cash}`;
  return addOn >= 0 && Number.isFinite(addOn) ? null : `${currency}: the add-on is ${addOn}`;
}

function firstProblem(reference: ReferenceMarket, positions: readonly ReferencePosition[]): string | null {
  for (const { instrumentIndex, quantity, entryPrice } of positions) {
    const problem = reference.problem(instrumentIndex);
    if (problem !== null) return problem;
    const { name, kind } = reference.market.instruments[instrumentIndex];
    if (!Number.isFinite(quantity)) return `${name}: the quantity is ${quantity}`;
    const needsEntry = kind === 'future' || kind === 'perpetual';
    const isGoodPrice = entryPrice > 0 && Number.isFinite(entryPrice);
    if (needsEntry && !isGoodPrice) return `${name}: the entry price is ${entryPrice}`;
  }
  return null;
}

function quarantinedNettingSet(settlementCurrency: string, problem: string): NettingSetBreakdown {
  return {
    settlementCurrency,
    problem,
    cash: zero,
    positions: [],
    equity: zero,
    groups: [],
    worstCase: zero,
    rollShock: zero,
    deltaShock: zero,
    riskMatrixMargin: zero,
    addOn: zero,
    initialMarginUnrounded: zero,
    initialMargin: zero,
    maintenanceMargin: zero,
    marginRatio: null,
    status: 'quarantined',
    worstScenario: -1,
    notional: zero,
  };
}
