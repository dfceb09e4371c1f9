import type { Book } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import { deribitPmComponents } from '../margin/deribit-pm/evidence.ts';
import type { DeribitPmParams } from '../margin/deribit-pm/params.ts';
import { exact, type Decimal } from '../reference/decimal.ts';
import { referenceDeribitPm, type ReferenceAccount } from '../reference/margin/deribit-pm.ts';
import type { GroupBreakdown, NettingSetBreakdown } from '../reference/margin/deribit-pm/breakdown.ts';
import { bookAccounts } from './book-accounts.ts';
import type { AccountExplanation, CellExplanation, GroupExplanation, NettingSetExplanation } from './explanation.ts';

export interface ExplainInput {
  readonly market: Market;
  readonly params: DeribitPmParams;
  readonly book: Book;
  readonly accountIndex: number;
  /** By settlement currency. */
  readonly addOn?: ReadonlyMap<string, number>;
}

/** The full breakdown of one account of a book, from the reference. */
export function explainAccount(input: ExplainInput): AccountExplanation {
  const { market, params, book, accountIndex } = input;
  const accountId = book.accountIds[accountIndex];
  if (accountId === undefined) {
    const message = `the book has ${book.accountIds.length} accounts, no index ${accountIndex}`;
    throw new MargridError('AccountUnknown', message);
  }
  const bad = book.quarantined.find((candidate) => candidate.accountIndex === accountIndex);
  const [held] = bookAccounts(book, Uint32Array.of(accountIndex));
  const account: ReferenceAccount = input.addOn === undefined ? held : { ...held, addOn: input.addOn };
  const nettingSets = referenceDeribitPm({ market, params, ...account }).nettingSets;
  return {
    accountId,
    model: 'deribit-pm',
    asOfMs: market.asOfMs,
    parameterSource: params.source,
    problem: bad?.reason ?? null,
    nettingSets: nettingSets.map((set) => explainNettingSet(set, params, bad?.reason ?? null)),
    evidence: deribitPmComponents,
  };
}

/** `badInput`: the account as a whole is quarantined; its numbers are then shown for what they are, marked as such. */
function explainNettingSet(
  set: NettingSetBreakdown,
  params: DeribitPmParams,
  badInput: string | null,
): NettingSetExplanation {
  return {
    settlementCurrency: set.settlementCurrency,
    problem: badInput ?? set.problem,
    cash: text(set.cash),
    positions: set.positions.map((position) => ({
      instrument: position.name,
      quantity: text(position.quantity),
      entryPrice: position.entryPrice === null ? null : text(position.entryPrice),
      valuePerContract: text(position.valuePerContract),
      value: text(position.value),
      delta: text(position.delta),
    })),
    equity: text(set.equity),
    groups: set.groups.map(explainGroup),
    worstCase: text(set.worstCase),
    rollShock: text(set.rollShock),
    deltaShock: text(set.deltaShock),
    riskMatrixMargin: text(set.riskMatrixMargin),
    addOn: text(set.addOn),
    mmFactor: text(exact(params.mmFactor)),
    initialMargin: text(set.initialMargin),
    maintenanceMargin: text(set.maintenanceMargin),
    marginRatio: set.marginRatio === null ? null : text(set.marginRatio),
    status: badInput === null ? set.status : 'quarantined',
  };
}

function explainGroup(group: GroupBreakdown): GroupExplanation {
  const grid = group.scenarios.map((scenario): CellExplanation => {
    const steps = group.aggregatedSteps[scenario.index];
    return {
      index: scenario.index,
      table: scenario.table,
      bucket: scenario.bucket,
      move: text(scenario.move),
      volatilityMode: scenario.volatilityMode,
      preAggregated: text(group.preAggregated[scenario.index]),
      afterOffset: text(steps.afterOffset),
      isCapped: steps.isCapped,
      dampener: text(steps.dampener),
      aggregated: text(steps.aggregated),
    };
  });
  const worst = group.worstScenario.index;
  const { d1, d2, d, usd, charge } = group.deltaShockSteps;
  return {
    name: group.group.name,
    pair: group.group.pair,
    indexPrice: text(group.indexPrice),
    grid,
    worstScenario: grid[worst],
    contributions: group.instruments.map(({ risk, quantity, cells }) => ({
      instrument: risk.instrument.name,
      quantity: text(quantity),
      pnlPerContract: text(risk.cells[worst]),
      pnl: text(cells[worst]),
    })),
    worstCaseUnrounded: text(group.worstCaseUnrounded),
    worstCase: text(group.worstCase),
    rollShocks: group.rollShocks.map((roll) => ({
      expiryMs: roll.expiryMs,
      timeToExpiryYears: text(roll.timeToExpiryYears),
      netDelta: text(roll.netDelta),
      rate: text(roll.rate),
      charge: text(roll.charge),
    })),
    rollShock: text(group.rollShock),
    deltaShock: { d1: text(d1), d2: text(d2), d: text(d), usd: text(usd), charge: text(charge) },
  };
}

const shownDigits = 20;

function text(value: Decimal): string {
  return value.toSignificantDigits(shownDigits).toString();
}
