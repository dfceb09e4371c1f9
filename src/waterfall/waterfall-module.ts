import { invalidField as refuse, minorAmountOf, minorUnitsOf, textOf as readText } from '../account/command-fields.ts';
import type { Command } from '../account/command.ts';
import type { ModuleEvent, Storable } from '../account/events.ts';
import type { AccountContext, AccountModule } from '../account/module.ts';
import { BANKRUPT } from '../account/status.ts';
import { MargridError } from '../errors.ts';
import type { MinorUnits } from '../money/minor-units.ts';
import { BookView } from './book-view.ts';
import { InsuranceFunds, type FundState } from './insurance-fund.ts';
import { parseWaterfallRules, type WaterfallRules } from './rules.ts';
import { Settlement } from './settlement.ts';
import { withdrawalFee, withdrawalFeeRate } from './socialised-loss.ts';
import { DefaultRun } from './default-run.ts';

export interface WaterfallOptions {
  /** As in their file (`data/waterfall`): `parseWaterfallRules`. */
  readonly rules: unknown;
  /** Account that takes positions over; opened when it is needed. Default `liquidator`. */
  readonly liquidator?: string;
  /** Whether the waterfall runs at the tick at which a netting set becomes bankrupt; else only by command. Default true. */
  readonly automatic?: boolean;
  /** A lot is 10^-lotDecimals contracts; default 8. */
  readonly lotDecimals?: number;
  /** Insurance funds at the start, by fund (`USDC`, isolated `USDC/BTC-PERP`): minor units. */
  readonly funds?: Readonly<Record<string, MinorUnits>>;
}

const lotDecimalsDefault = 8;
const lotDecimalsMax = 15;

/**
 * The waterfall inside an account engine. It must stand after the modules that liquidate, so that it only finds what they
 * could not save, and after those that read results: it changes the book.
 *
 * Commands: `waterfall.default` (account, currency?), `waterfall.fund` (fund, amount, account?), `waterfall.withdraw`
 * (account, currency, amount), `waterfall.rules` (rules). Events: one per entry of each waterfall, `socialised-loss` with
 * its payers, `skipped` with a reason, `fund`, `withdrawal`, `rules`.
 */
export class WaterfallModule implements AccountModule {
  readonly name = 'waterfall';
  readonly commands: NonNullable<AccountModule['commands']>;
  readonly #liquidator: string;
  readonly #automatic: boolean;
  readonly #lotDecimals: number;
  readonly #funds: InsuranceFunds;
  #rules: WaterfallRules;
  /** By currency: what the venue owes its depositors, and what it lost itself; minor units. */
  readonly #debts = new Map<string, bigint>();
  readonly #uncovered = new Map<string, bigint>();
  readonly #dust = new Map<string, bigint>();
  #previousForward: Float64Array | null = null;
  #sessionEquity = new Float64Array(0);
  #session = -1;

  constructor(options: WaterfallOptions) {
    this.#rules = parseWaterfallRules(options.rules);
    this.#liquidator = options.liquidator ?? 'liquidator';
    this.#automatic = options.automatic ?? true;
    this.#lotDecimals = options.lotDecimals ?? lotDecimalsDefault;
    if (!Number.isInteger(this.#lotDecimals) || this.#lotDecimals < 0 || this.#lotDecimals > lotDecimalsMax) {
      throw new MargridError('OptionInvalid', `lotDecimals must be a whole number in [0, ${lotDecimalsMax}], got ${this.#lotDecimals}`, {
        column: 'lotDecimals',
        value: this.#lotDecimals,
      });
    }
    this.#funds = new InsuranceFunds(this.#rules.insuranceFund);
    for (const [fund, amount] of Object.entries(options.funds ?? {})) this.#funds.add(fund, amount);
    this.commands = {
      'waterfall.default': (command, context) => this.#default(command, context),
      'waterfall.fund': (command, context) => this.#fund(command, context),
      'waterfall.withdraw': (command, context) => this.#withdraw(command, context),
      'waterfall.rules': (command, context) => this.#setRules(command, context),
    };
  }

  get rules(): WaterfallRules {
    return this.#rules;
  }

  /** Minor units in a fund; 0 if there is none. */
  fundBalance(fund: string): MinorUnits {
    return this.#funds.balance(fund);
  }

  /** What the venue owes its depositors in a currency: paid off by fees on withdrawals. */
  debt(currency: string): MinorUnits {
    return this.#debts.get(currency) ?? 0n;
  }

  /** Losses of a currency that nobody bore. */
  uncovered(currency: string): MinorUnits {
    return this.#uncovered.get(currency) ?? 0n;
  }

  /** What valuations have left below one minor unit, in 10^-12 of it; in [0, 10^12). */
  dust(currency: string): bigint {
    return this.#dust.get(currency) ?? 0n;
  }

  attach({ engine }: AccountContext): void {
    this.#sessionEquity = new Float64Array(engine.nettingSetCount).fill(NaN);
  }

  beforeTick(plan: Parameters<NonNullable<AccountModule['beforeTick']>>[0], context: AccountContext): typeof plan.quotes {
    this.#previousForward = context.quotes.forward;
    return plan.quotes;
  }

  setsMoved(sources: Int32Array): void {
    const old = this.#sessionEquity;
    this.#sessionEquity = Float64Array.from(sources, (source) => (source < 0 ? NaN : old[source]));
  }

  afterTick(context: AccountContext): void {
    this.#startSession(context);
    if (!this.#automatic) return;
    const bankrupt: number[] = [];
    context.level.forEach((level, set) => {
      if (level === BANKRUPT) bankrupt.push(set);
    });
    if (bankrupt.length > 0) this.#run(context, bankrupt);
  }

  /** Profits of a session are counted from the first tick in it. */
  #startSession({ clockMs, balance }: AccountContext): void {
    const session = Math.floor((clockMs - this.#rules.socialisedLoss.sessionStartMs) / sessionMs);
    if (session === this.#session) return;
    this.#session = session;
    this.#sessionEquity = balance.slice();
  }

  #run(context: AccountContext, sets: readonly number[]): void {
    const view = new BookView(context, this.#lotDecimals);
    const settlement = new Settlement(view, this.#dust);
    const run = new DefaultRun({
      view,
      settlement,
      rules: this.#rules,
      funds: this.#funds,
      liquidator: this.#liquidator,
      previousForward: this.#previousForward ?? context.quotes.forward,
      sessionEquity: this.#sessionEquity,
      addDebt: (currency, amount) => add(this.#debts, currency, amount),
      addUncovered: (currency, amount) => add(this.#uncovered, currency, amount),
      debt: (currency) => this.debt(currency),
    });
    run.settle(sets);
  }

  /** A command that is refused half-way leaves the module as it was. */
  #allOrNothing(work: () => void): void {
    const before = this.state();
    try {
      work();
    } catch (error) {
      this.restore(before);
      throw error;
    }
  }

  #default(command: Command, context: AccountContext): void {
    const account = readText(command, 'account');
    const currency = command['currency'] === undefined ? null : readText(command, 'currency');
    const { engine } = context;
    requireHolder(account, context);
    const { first, end } = engine.resultRange(account);
    const view = new BookView(context, this.#lotDecimals);
    const sets = Array.from({ length: end - first }, (_, index) => first + index)
      .filter((set) => currency === null || view.currencyOf(set) === currency)
      .filter((set) => context.level[set] === BANKRUPT);
    if (sets.length === 0) throw refuse('account', account, 'must have a netting set that is bankrupt');
    if (account === this.#liquidator) throw refuse('account', account, 'must not be the liquidator');
    this.#allOrNothing(() => this.#run(context, sets));
  }

  /** Money from outside into a fund or out of it, or from an account's cash. */
  #fund(command: Command, context: AccountContext): void {
    const fund = readText(command, 'fund');
    const amount = minorUnitsOf(command, 'amount');
    const currency = fund.split('/')[0];
    if (!context.engine.currencies.includes(currency)) throw refuse('fund', fund, 'must begin with a currency of the book');
    if (this.#funds.balance(fund) + amount < 0n) throw refuse('amount', String(amount), `must leave fund ${fund} at 0 or more; it has ${this.#funds.balance(fund)}`);
    if (command['account'] !== undefined) {
      const account = readText(command, 'account');
      requireHolder(account, context);
      this.#allOrNothing(() => {
        const settlement = new Settlement(new BookView(context, this.#lotDecimals), this.#dust);
        settlement.pay(settlement.ofAccount(account, currency), -amount);
        const house = [{ account: 'house/insurance', currency, amount }];
        context.update(settlement.changes(), { reason: `insurance fund ${fund}`, house, rest: 'house/clearing' });
      });
    }
    this.#funds.add(fund, amount);
    context.emit('fund', { fund, amount, account: (command['account'] as string | undefined) ?? null, balance: this.#funds.balance(fund) });
  }

  /** Pays cash out to an account's owner, less what pays off the venue's debt. */
  #withdraw(command: Command, context: AccountContext): void {
    const account = readText(command, 'account');
    const currency = readText(command, 'currency');
    const amount = minorAmountOf(command, 'amount', '>= 0');
    requireHolder(account, context);
    if (!context.engine.currencies.includes(currency)) throw refuse('currency', currency, 'must be a currency of the book');
    const view = new BookView(context, this.#lotDecimals);
    const { feeOf } = this.#rules.socialisedLoss;
    const deposits = view.depositsOf(currency);
    const rate = withdrawalFeeRate(this.debt(currency), deposits, feeOf);
    const fee = withdrawalFee(amount, this.debt(currency), deposits, feeOf);
    this.#allOrNothing(() => {
      const settlement = new Settlement(view, this.#dust);
      const holder = settlement.ofAccount(account, currency);
      const held = settlement.cash(holder);
      if (held < amount) throw refuse('amount', String(amount), `must be at most the cash of ${account}, ${held}`);
      settlement.pay(holder, -amount);
      const house = [{ account: 'house/insurance', currency, amount: fee }];
      context.update(settlement.changes(), { reason: 'withdrawal', house, rest: 'external' });
    });
    add(this.#debts, currency, -fee);
    context.emit('withdrawal', { account, currency, amount, fee, paidOut: amount - fee, rate, debt: this.debt(currency) });
  }

  #setRules(command: Command, context: AccountContext): void {
    this.#rules = parseWaterfallRules(command['rules']);
    this.#funds.setRule(this.#rules.insuranceFund);
    context.emit('rules', { venue: this.#rules.venue, asOf: this.#rules.asOf });
  }

  state(): Storable {
    return {
      rules: storableRules(this.#rules),
      funds: this.#funds.state() as unknown as Storable,
      debts: sorted(this.#debts),
      uncovered: sorted(this.#uncovered),
      dust: sorted(this.#dust),
      previousForward: this.#previousForward,
      sessionEquity: this.#sessionEquity,
      session: this.#session,
    };
  }

  restore(state: Storable): void {
    const held = state as unknown as WaterfallState;
    this.#rules = parseWaterfallRules(held.rules);
    this.#funds.setRule(this.#rules.insuranceFund);
    this.#funds.restore(held.funds);
    for (const [map, entries] of [[this.#debts, held.debts], [this.#uncovered, held.uncovered], [this.#dust, held.dust]] as const) {
      map.clear();
      for (const [key, amount] of entries) map.set(key, amount);
    }
    this.#previousForward = held.previousForward;
    this.#sessionEquity = held.sessionEquity.slice();
    this.#session = held.session;
  }
}

/** Throws unless the account is of the book and has something of its own. */
function requireHolder(account: string, { engine, mirrors }: AccountContext): void {
  if (engine.accountRow(account) < 0) throw refuse('account', account, 'must be an account of the book');
  if (mirrors().has(account)) throw refuse('account', account, 'must not be a pool: what it has is its members\'');
}

const sessionMs = 86_400_000;

interface WaterfallState {
  readonly rules: unknown;
  readonly funds: FundState;
  readonly debts: readonly (readonly [string, bigint])[];
  readonly uncovered: readonly (readonly [string, bigint])[];
  readonly dust: readonly (readonly [string, bigint])[];
  readonly previousForward: Float64Array | null;
  readonly sessionEquity: Float64Array;
  readonly session: number;
}

function add(map: Map<string, bigint>, key: string, amount: bigint): void {
  map.set(key, (map.get(key) ?? 0n) + amount);
}

function sorted(map: ReadonlyMap<string, bigint>): [string, bigint][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Rules as their file has them: no limit is null there. */
function storableRules(rules: WaterfallRules): ModuleEvent['data'] {
  const limit = (most: number): number | null => (most === Infinity ? null : most);
  const { perEvent, perMarket, perWindow, ...fund } = rules.insuranceFund;
  const { rule, ...adl } = rules.adl;
  const { kind, ...choice } = rule;
  return {
    ...rules,
    insuranceFund: { ...fund, perEvent: limit(perEvent), perMarket: limit(perMarket), perWindow: limit(perWindow) },
    adl: { ...adl, rule: kind, ...choice },
    socialisedLoss: { ...rules.socialisedLoss },
  };
}
