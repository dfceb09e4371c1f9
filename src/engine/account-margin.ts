import type { Market } from '../domain/market.ts';
import { Engine } from './engine.ts';
import type { KernelChoice } from './machine.ts';
import type { StatusName } from './totals.ts';

/** Requirement of one netting set, with everything that is known about it. */
export interface AccountMargin {
  readonly currency: string;
  readonly equity: number;
  readonly initialMargin: number;
  readonly maintenanceMargin: number;
  /** By the names in the model's `resultComponents`. */
  readonly components: Readonly<Record<string, number>>;
  /** Binding scenario, -1 if none. */
  readonly worstScenario: number;
  /** P&L of the set in each scenario, after all rules of the model; empty for models without scenarios and `deribit-pm`. */
  readonly scenarioPnl: Float64Array;
  readonly status: StatusName;
  /** Why the set is quarantined, or null. */
  readonly fault: string | null;
}

/** One account in words, for `marginAccount`. */
export interface AccountRequest {
  readonly market: Market;
  readonly model: string;
  readonly params: unknown;
  readonly positions?: readonly AccountPosition[];
  readonly orders?: readonly AccountOrder[];
  /** Units by currency. */
  readonly cash?: Readonly<Record<string, number>>;
  readonly kernels?: KernelChoice;
}

export interface AccountPosition {
  readonly instrument: string;
  /** Signed contracts. */
  readonly quantity: number;
  /** Quote currency per base unit; needed for futures and perpetuals. */
  readonly entryPrice?: number;
}

export interface AccountOrder {
  readonly instrument: string;
  readonly quantity: number;
  readonly limitPrice: number;
}

const account = 'account';

/** Margins one account, one result per netting set. Throws what `Engine.create` and `Engine.update` throw. */
export async function marginAccount(request: AccountRequest): Promise<AccountMargin[]> {
  const { market, model, params, positions = [], orders = [], cash = {}, kernels } = request;
  const currencies = Object.keys(cash);
  const engine = Engine.create({
    market,
    model,
    params,
    book: emptyBook(currencies),
    positionCapacity: 64 + 2 * (positions.length + orders.length),
    ...(kernels === undefined ? {} : { kernels }),
  });
  try {
    engine.update({
      positions: positions.map((each) => ({ account, ...each })),
      orders: orders.map((each) => ({ account, ...each })),
      cash: currencies.map((currency) => ({ account, currency, amount: cash[currency] })),
    });
    await engine.tick();
    return engine.nettingSetCount === 0 ? [] : engine.accountMargins(account);
  } finally {
    await engine.close();
  }
}

function emptyBook(currencies: readonly string[]) {
  const none = new Uint32Array(0);
  return {
    accountIds: [],
    currencies,
    positions: {
      accountIndex: none,
      instrumentIndex: none,
      quantity: new Float64Array(0),
      entryPrice: new Float64Array(0),
    },
    cash: { accountIndex: none, currencyIndex: none, amount: new Float64Array(0) },
    quarantined: [],
  };
}
