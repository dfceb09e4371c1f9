import type { Book } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import { requireWithinLimit } from '../limits.ts';
import { accountPlanSource, drawAccountPlan, emptyAccountPlan } from './account-plan.ts';
import type { AccountPlanSource } from './account-plan.ts';
import { writeAccountPositions } from './account-positions.ts';
import { resolveBookOptions } from './book-options.ts';
import type { BookOptions, ResolvedBookOptions } from './book-options.ts';
import { holdableInstruments } from './holdable-instruments.ts';
import { buildPositionCountTables } from './position-count-tables.ts';
import { PositionWriter } from './position-writer.ts';
import { RandomStream, streamPurposes } from './random.ts';

/** A book without cash (`assignCash` is the second step). Depends on the market and the options only. */
export function generatePositions(market: Market, options: BookOptions = {}): Book {
  const resolved = resolveBookOptions(options);
  const instruments = holdableInstruments(market);
  const source = accountPlanSource(instruments, buildPositionCountTables(resolved.meanPositions));
  const stream = new RandomStream();
  const writer = new PositionWriter(instruments, stream, countPositions(source, resolved, stream));
  const plan = emptyAccountPlan();
  for (let account = 0; account < resolved.accounts; account++) {
    stream.restart(resolved.seed, resolved.firstAccount + account, streamPurposes.positions);
    drawAccountPlan(plan, source, stream);
    writer.startAccount(account);
    writeAccountPositions(plan, { instruments, stream, writer });
  }
  return {
    accountIds: accountIds(resolved.firstAccount, resolved.accounts),
    currencies: instruments.currencies,
    positions: writer.columns,
    cash: { accountIndex: new Uint32Array(0), currencyIndex: new Uint32Array(0), amount: new Float64Array(0) },
    quarantined: [],
  };
}

/** A first pass over the plans alone, so that the columns are allocated once at their size. */
function countPositions(source: AccountPlanSource, options: ResolvedBookOptions, stream: RandomStream): number {
  const plan = emptyAccountPlan();
  let count = 0;
  for (let account = 0; account < options.accounts; account++) {
    stream.restart(options.seed, options.firstAccount + account, streamPurposes.positions);
    drawAccountPlan(plan, source, stream);
    count += plan.positionCount;
  }
  requireWithinLimit('positionCountMax', count);
  return count;
}

/** `A0000001` for account number 0. */
export function accountId(accountNumber: number): string {
  return `A${String(accountNumber + 1).padStart(7, '0')}`;
}

function accountIds(firstAccount: number, count: number): string[] {
  return Array.from({ length: count }, (_unset, index) => accountId(firstAccount + index));
}
