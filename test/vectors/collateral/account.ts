import { AccountEngine, CollateralModule, MargridError, minorOf, type Instrument, type Market } from '../../../src/index.ts';
import { CaseInputError } from '../fields.ts';

/** Any model: the account holds nothing but collateral. */
const model = 'hyperliquid';
const params = { source: 'case', date: '2026-01-01', unconfirmed: [], transferRate: 0.1, assets: { none: { marginTiers: [{ lowerBound: 0, maxLeverage: 1 }] } } };
const account = 'case';
/** Whose deposits are lent. */
const lender = 'lender';
/** A market has an instrument, although nobody holds it. */
const unheld: Instrument = {
  name: 'NONE', kind: 'perpetual', payoff: 'linear', baseCurrency: 'NONE', quoteCurrency: 'NOTHING', settlementCurrency: 'NOTHING',
  contractSize: 1, expiryMs: null, strike: null, optionType: null,
};
const columnMax = 9e18;

/** Decimals with which a column of 64 bits holds the amount, up to the 18 that coins have at most. */
export function decimalsFor(amount: number): number {
  let decimals = 18;
  while (decimals > 0 && amount * Number(`1e${decimals}`) > columnMax) decimals--;
  return decimals;
}

/** An account engine with one account, whose collateral module follows the rules. Prices against `currency`. */
export class CollateralAccount {
  readonly module: CollateralModule;
  readonly #engine: AccountEngine;
  #commands = 0;

  private constructor(module: CollateralModule, engine: AccountEngine) {
    this.module = module;
    this.#engine = engine;
  }

  static async open(assets: object, currency: string, prices: Readonly<Record<string, number>>): Promise<CollateralAccount> {
    const rules = { venue: 'case', date: '2026-01-01', source: 'case', currency, assets };
    const market: Market = {
      asOfMs: 0, instruments: [unheld], forward: Float64Array.of(1), impliedVolatility: Float64Array.of(NaN), openInterest: new Float64Array(1),
      indexPrice: new Map(Object.entries(prices).map(([asset, price]) => [`${asset}_${currency}`.toLowerCase(), price])),
    };
    const none = { accountIndex: new Uint32Array(0), currencyIndex: new Uint32Array(0), amount: new Float64Array(0) };
    const positions = { accountIndex: new Uint32Array(0), instrumentIndex: new Uint32Array(0), quantity: new Float64Array(0), entryPrice: new Float64Array(0) };
    // Some cash, so that there is a netting set; the tests look at what comes on top of it.
    const cash = { ...none, accountIndex: Uint32Array.of(0), currencyIndex: Uint32Array.of(0), amount: Float64Array.of(1) };
    const book = { accountIds: [account, lender], currencies: [currency], positions, cash, quarantined: [] };
    const module = asInput(() => new CollateralModule(rules));
    const opened = new CollateralAccount(module, AccountEngine.create({ market, book, model, params, modules: [module] }));
    await opened.apply('tick', {});
    return opened;
  }

  /** Throws `CaseInputError` if the command is refused. */
  async apply(kind: string, fields: Readonly<Record<string, string | boolean>>): Promise<void> {
    try {
      await this.#engine.apply({ id: String(this.#commands++), timeMs: 0, kind, ...fields });
    } catch (cause) {
      if (!(cause instanceof MargridError)) throw cause;
      throw new CaseInputError(cause.message, { cause });
    }
  }

  async deposit(asset: string, amount: number): Promise<void> {
    if (amount !== 0) await this.apply('collateral.deposit', { account, asset, amount: this.minor(asset, amount) });
  }

  /** Somebody else's deposit, to be lent. */
  async lend(asset: string, amount: number): Promise<void> {
    await this.apply('collateral.deposit', { account: lender, asset, amount: this.minor(asset, amount) });
  }

  async borrow(asset: string, amount: string, payOut: boolean): Promise<void> {
    await this.apply('collateral.borrow', { account, asset, amount, payOut });
  }

  minor(asset: string, amount: number): string {
    const place = this.module.rules.assets.findIndex(({ name }) => name === asset);
    return minorOf(amount, this.module.book.decimals[place], 'nearest').toString();
  }

  items() {
    return this.module.itemise({ engine: this.#engine.engine, quotes: this.#engine.engine.quotes }, account);
  }

  /** What collateral and loans add to the balance and to the requirements at a tick. */
  async added(): Promise<{ balance: number; initialMargin: number; maintenanceMargin: number }> {
    await this.apply('tick', {});
    const [{ balance, initialMargin, maintenanceMargin }] = this.#engine.status(account);
    return { balance: balance - 1, initialMargin, maintenanceMargin };
  }
}

function asInput<T>(make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof MargridError)) throw cause;
    throw new CaseInputError(cause.message, { cause });
  }
}
