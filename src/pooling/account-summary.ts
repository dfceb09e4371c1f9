import { levelNames, type LevelName } from '../account/status.ts';
import { baseUnitsOf, type Instrument } from '../domain/instrument.ts';
import { MargridError } from '../errors.ts';
import { instrumentIndexOf } from '../whatif/legs.ts';
import { byUnderlying } from './scenario-losses.ts';
import { isolatedName, type AccountStructure } from './account-structure.ts';
import type { MarginView } from './margin-view.ts';

export type MarginMode = 'cross' | 'isolated' | 'pool' | 'pool-member';

/** How one netting set stands at the last tick. Amounts in `currency`; NaN where it is quarantined or new. */
export interface AccountSummary {
  /** Engine account: the account, `account::instrument` of an isolated position, or the pool. */
  readonly account: string;
  readonly mode: MarginMode;
  readonly currency: string;
  readonly level: LevelName;
  /** Cash and the value of what is held, as the model counts them. */
  readonly equity: number;
  /** Equity and what adjustments add to it. */
  readonly marginBalance: number;
  readonly initialMargin: number;
  readonly maintenanceMargin: number;
  /** Margin balance less initial margin; negative: missing. */
  readonly freeMargin: number;
  /** Maintenance margin over margin balance: 1 is liquidation. 0 without a requirement, Infinity without a balance. */
  readonly marginRatio: number;
  /** Sum of absolute notionals of derivatives over margin balance; Infinity without a balance. */
  readonly leverage: number;
}

/** The account, then its isolated positions, then its pool. Throws `AccountUnknown`. */
export function accountSummary(view: MarginView, structure: AccountStructure, account: string): AccountSummary[] {
  const { engine } = view.context;
  if (engine.accountRow(account) < 0)
    throw new MargridError('AccountUnknown', `the book has no account '${account}'`, { value: account });
  const pool = structure.poolOf(account);
  const isOwned = structure.ownerOf(account) !== account;
  const own: MarginMode = structure.isPool(account)
    ? 'pool'
    : isOwned
      ? 'isolated'
      : pool !== null
        ? 'pool-member'
        : 'cross';
  return [
    ...summariesOf(view, account, own),
    ...structure
      .isolatedOf(account)
      .flatMap((instrument) => summariesOf(view, isolatedName(account, instrument), 'isolated')),
    ...(pool === null ? [] : summariesOf(view, pool, 'pool')),
  ];
}

function summariesOf(view: MarginView, account: string, mode: MarginMode): AccountSummary[] {
  const { engine } = view.context;
  return engine.currencies.flatMap((currency) => {
    const set = view.setOf(account, currency);
    return set < 0 ? [] : [summaryOf(view, account, mode, currency, set)];
  });
}

function summaryOf(view: MarginView, account: string, mode: MarginMode, currency: string, set: number): AccountSummary {
  const { context } = view;
  const marginBalance = context.balance[set];
  const initialMargin = context.initialMargin[set];
  const maintenanceMargin = context.maintenanceMargin[set];
  const ratio = (amount: number): number => (amount === 0 ? 0 : marginBalance <= 0 ? Infinity : amount / marginBalance);
  return {
    account,
    mode,
    currency,
    level: levelNames[context.level[set]],
    equity: marginBalance - view.addedTo(account, currency).balance,
    marginBalance,
    initialMargin,
    maintenanceMargin,
    freeMargin: marginBalance - initialMargin,
    marginRatio: ratio(maintenanceMargin),
    leverage: ratio(grossNotional(view, account, currency)),
  };
}

/** Spot is no leverage: it is what one has. */
function grossNotional(view: MarginView, account: string, currency: string): number {
  const { engine, market, quotes } = view.context;
  let notional = 0;
  for (const positions of byUnderlying(engine, view.holdings(account), currency).values()) {
    for (const [name, { quantity }] of positions) {
      const index = instrumentIndexOf(market, name);
      notional += Math.abs(quantity) * notionalOf(market.instruments[index], quotes.forward[index], currency);
    }
  }
  return notional;
}

/** Of one contract: in coin if the account is in coin, else in quote currency (dollars and stablecoins at par). */
function notionalOf(instrument: Instrument, forward: number, currency: string): number {
  if (instrument.kind === 'spot') return 0;
  const units = baseUnitsOf(instrument, forward);
  return currency === instrument.baseCurrency ? units : units * forward;
}
