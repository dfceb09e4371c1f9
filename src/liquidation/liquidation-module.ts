import { minorUnitsOf, mustBe as refused, numberOf, optionalText, textOf } from '../account/command-fields.ts';
import type { Command } from '../account/command.ts';
import type { Storable } from '../account/events.ts';
import type { AccountContext, AccountModule, CashSource, ProposedTransitions } from '../account/module.ts';
import { BANKRUPT, LIQUIDATION, QUARANTINED } from '../account/status.ts';
import type { ResultColumns } from '../engine/engine.ts';
import { MargridError } from '../errors.ts';
import { allocate, weightsOf } from '../money/allocate.ts';
import { amountOf, decimalsOf, minorOf, type DecimalsByCurrency, type MinorUnits } from '../money/minor-units.ts';
import type { Holdings } from '../whatif/holdings.ts';
import { accountHoldings, quotedMarket } from '../whatif/account-holdings.ts';
import { bookBid } from './auction-bid.ts';
import { byNeed, emitBacklog, type Waiting } from './backlog.ts';
import { advanceAuction, isAuctionOver, startAuction, type AuctionParams } from './derive-auction.ts';
import { bookFill, cashChanges, type BookedFill, type Fill } from './fill.ts';
import { filledSignal } from './filled-signal.ts';
import { heldOrNothing, namesOf, noOffset, offsetOf, resultsOf, setOf } from './liquidated-set.ts';
import { emitList, finite, planData } from './liquidation-events.ts';
import { parseLimits, type LiquidationLimits, type LiquidationOptions } from './liquidation-options.ts';
import { LiquidationMoney } from './liquidation-money.ts';
import { texts, type BankruptcyHandOver, type LiquidationRecord, type Signal } from './liquidation-record.ts';
import type { LiquidationTarget, PlanMargins, PlanStep } from './plan.ts';
import { PlanningAccount } from './planning-account.ts';
import { bookPoolFill } from './pool-fill.ts';
import { portfolioBankruptcy } from './portfolio-bankruptcy.ts';
import { parseLiquidationStyle, parseTarget, planLiquidation, type LiquidationStyle } from './style.ts';
import { auctionMargins, requireAuction } from './styles/auction.ts';

export type { LiquidationOptions };

const keyOf = (account: string, currency: string): string => JSON.stringify([account, currency]);

/**
 * Liquidations of an account engine. At each tick: netting sets that entered liquidation are opened; the worst of those
 * that wait for a plan get one, and its first step goes out as a signal; auctions go on. Fills and bids come in as
 * commands. One signal per netting set at a time, never the same twice, none within `signalIntervalMs` of the last; a
 * fill after which more is missing than before halts the liquidation.
 */
export class LiquidationModule implements AccountModule {
  readonly name = 'liquidation';
  readonly commands = {
    'liquidation.fill': (command: Command, context: AccountContext): void => this.#fill(command, context),
    'liquidation.bid': (command: Command, context: AccountContext): void => this.#bid(command, context),
    'liquidation.cancel': (command: Command, context: AccountContext): void => this.#cancel(command, context),
    'liquidation.resume': (command: Command, context: AccountContext): void => this.#resume(command, context),
  };
  readonly #style: LiquidationStyle;
  readonly #target: LiquidationTarget;
  readonly #limits: LiquidationLimits;
  readonly #decimals: DecimalsByCurrency;
  readonly #auctionParams: AuctionParams | null;
  readonly #divideTrade: LiquidationOptions['divideTrade'];
  readonly #records = new Map<string, LiquidationRecord>();
  readonly #money: LiquidationMoney;
  #opened = 0;
  #handOvers: readonly BankruptcyHandOver[] = [];

  /** Throws `ParameterInvalid` for a bad style or option. */
  constructor(options: LiquidationOptions) {
    const { style, target, decimals = {}, securityModule = {}, fund = {} } = options;
    this.#style = parseLiquidationStyle(style);
    this.#target = target === undefined ? this.#style.target : parseTarget(target);
    this.#decimals = decimals;
    this.#divideTrade = options.divideTrade;
    this.#auctionParams = this.#style.rule.kind === 'auction' ? this.#style.rule.params : null;
    this.#limits = parseLimits(options);
    this.#money = new LiquidationMoney(securityModule, fund);
  }

  /** Whether accounts are auctioned: then the bankrupt ones are, too, and nobody else is to deal with them. */
  get isAuction(): boolean {
    return this.#auctionParams !== null;
  }

  /**
   * Netting sets with an open auction, and those that wait to be handed over: nobody else is to seize them meanwhile.
   * Those whose liquidation is halted are not claimed.
   */
  claims(account: string, currency: string): boolean {
    const phase = this.#records.get(keyOf(account, currency))?.phase;
    return phase === 'auction' || phase === 'waiting' || phase === 'signalled';
  }

  /** Netting sets under liquidation, in the order in which they came. */
  get records(): readonly LiquidationRecord[] {
    return [...this.#records.values()];
  }

  /** Sets that went bankrupt at the last tick: for the module that covers their deficits, after this one. */
  get handOvers(): readonly BankruptcyHandOver[] {
    return this.#handOvers;
  }

  /** Money outside the accounts, minor units: with the cash of all accounts it adds up to the same at all times. */
  get money(): LiquidationMoney['tallies'] {
    return this.#money.tallies;
  }

  afterTick(context: AccountContext, { sets, to }: ProposedTransitions): void {
    this.#handOvers = [];
    const results = resultsOf(context);
    this.#measureOffsets(context, results);
    const opened: LiquidationRecord[] = [];
    const ended = this.#endGone(context);
    sets.forEach((set, place) => this.#follow(context, set, to[place], results, opened, ended));
    emitList(context, 'opened', opened);
    emitList(context, 'ended', ended);
    if (this.#records.size === 0) return;
    const waiting = this.#waiting(context);
    const { plansPerTick } = this.#limits;
    const chosen = waiting.slice(0, plansPerTick);
    const auctions = this.records.filter(({ phase }) => phase === 'auction');
    for (const { record, balance } of chosen) {
      if (balance < 0 && this.#auctionParams === null) this.#handOver(context, record, balance);
      else this.#plan(context, record);
    }
    for (const record of auctions) this.#advance(context, record);
    emitBacklog(context, waiting.slice(plansPerTick), chosen.length);
  }

  /** Adjustments of this tick; those of the tick before where another module has changed the book since. */
  #measureOffsets(context: AccountContext, results: ResultColumns | null): void {
    if (results === null) return;
    for (const record of this.records) {
      const set = setOf(context, record.account, record.currency);
      if (set >= 0) this.#keep({ ...record, offset: offsetOf(context, results, set) });
    }
  }

  /** Sets that the book does not hold any more: everything went, nothing is owed. */
  #endGone(context: AccountContext): LiquidationRecord[] {
    const gone = this.records.filter(({ account, currency }) => setOf(context, account, currency) < 0);
    for (const { account, currency } of gone) this.#records.delete(keyOf(account, currency));
    return gone;
  }

  /** A transition of one set: into liquidation, out of it, or into bankruptcy. */
  #follow(
    context: AccountContext,
    set: number,
    to: number,
    results: ResultColumns | null,
    opened: LiquidationRecord[],
    ended: LiquidationRecord[],
  ): void {
    const { account, currency } = namesOf(context, set);
    const known = this.#records.get(keyOf(account, currency));
    if (to === LIQUIDATION || to === BANKRUPT) {
      if (known === undefined) opened.push(this.#open(context, account, currency, set, results));
      // A bankrupt set is planned anew, as one that is to be handed over; one that is above water again, too.
      else if (this.#auctionParams === null) this.#keep({ ...known, phase: 'waiting', signal: null, lastSignalMs: null });
      return;
    }
    // Nothing is known of a quarantined set: its liquidation waits as it is.
    if (known === undefined || to === QUARANTINED) return;
    this.#records.delete(keyOf(account, currency));
    ended.push(known);
  }

  #open(context: AccountContext, account: string, currency: string, set: number, results: ResultColumns | null): LiquidationRecord {
    this.#opened++;
    return this.#keep({
      id: `L${this.#opened}`, account, currency, openedMs: context.clockMs, phase: 'waiting', reason: null, nextSignal: 1,
      lastSignalMs: null, signal: null, auction: null, reserved: 0n,
      offset: results === null ? noOffset : offsetOf(context, results, set),
    });
  }

  #keep(record: LiquidationRecord): LiquidationRecord {
    this.#records.set(keyOf(record.account, record.currency), record);
    return record;
  }

  /** Sets that are due a plan, the worst first. Signals that were not filled in time are given up. */
  #waiting(context: AccountContext): Waiting[] {
    const { clockMs, level, balance, maintenanceMargin } = context;
    const { signalIntervalMs, signalTimeoutMs } = this.#limits;
    const waiting: Waiting[] = [];
    for (let record of this.records) {
      if (record.signal !== null && clockMs - record.signal.issuedMs >= signalTimeoutMs) {
        context.emit('signal-expired', { liquidation: record.id, signal: record.signal.id });
        record = this.#keep({ ...record, phase: 'waiting', signal: null });
      }
      if (record.phase !== 'waiting') continue;
      if (record.lastSignalMs !== null && clockMs - record.lastSignalMs < signalIntervalMs) continue;
      const set = setOf(context, record.account, record.currency);
      if (set < 0 || (level[set] !== LIQUIDATION && level[set] !== BANKRUPT)) continue;
      const ratio = maintenanceMargin[set] > 0 ? balance[set] / maintenanceMargin[set] : -Infinity;
      waiting.push({ record, set, balance: balance[set], ratio });
    }
    return waiting.sort(byNeed);
  }

  #planningAccount(context: AccountContext, { account, currency, offset }: LiquidationRecord): PlanningAccount {
    const { engine, market, quotes } = context;
    return new PlanningAccount({
      engine, account, currency, offset, market: quotedMarket(market, quotes), holdings: accountHoldings(engine, account),
      params: context.params, costs: this.#style.costs, target: this.#target,
    });
  }

  #plan(context: AccountContext, record: LiquidationRecord): void {
    if (this.#auctionParams !== null) {
      if (context.mirrors().has(record.account)) return this.#halt(context, record, 'a pool cannot be auctioned: pool.trade trades for its members');
      return this.#startAuction(context, record, this.#auctionParams);
    }
    const account = this.#planningAccount(context, record);
    const plan = planLiquidation(this.#style, account.input);
    const steps = plan.steps.filter(({ kind }) => kind !== 'cancel-orders');
    if (record.signal === null && (record.reason !== plan.reason || record.nextSignal === 1)) context.emit('plan', planData(record, plan));
    if (account.hasOrders(account.input.holdings)) this.#cancelOrders(context, record, account);
    if (steps.length === 0) {
      this.#keep({ ...record, reason: plan.reason });
      return;
    }
    this.#send(context, { ...record, reason: plan.reason }, steps[0]);
  }

  #cancelOrders(context: AccountContext, record: LiquidationRecord, account: PlanningAccount): void {
    const instruments = [...account.input.holdings.orders.keys()].filter((name) => account.isOfSet(name));
    const holders = context.mirrors().get(record.account) ?? [record.account];
    context.update({ orders: holders.flatMap((holder) => instruments.map((instrument) => ({ account: holder, instrument, quantity: 0, limitPrice: 0 }))) });
    context.emit('orders-cancelled', { liquidation: record.id, account: record.account, instruments });
  }

  #send(context: AccountContext, record: LiquidationRecord, step: PlanStep): void {
    const signal: Signal = {
      id: `${record.id}/${record.nextSignal}`,
      kind: step.kind,
      issuedMs: context.clockMs,
      trades: step.trades.map(({ instrument, quantity, limitPrice }) => ({ instrument, quantity, filled: 0, limitPrice })),
    };
    this.#keep({ ...record, phase: 'signalled', signal, nextSignal: record.nextSignal + 1, lastSignalMs: context.clockMs });
    context.emit('signal', {
      liquidation: record.id, signal: signal.id, account: record.account, currency: record.currency, kind: step.kind,
      rule: step.rule, trades: step.trades.map((trade) => ({ ...trade })),
    });
  }

  /** The liquidation of a command. Throws `CommandInvalid` if there is none. */
  #recordOf(command: Command): LiquidationRecord {
    const account = textOf(command, 'account');
    const record = this.#records.get(keyOf(account, textOf(command, 'currency')));
    if (record !== undefined) return record;
    throw refused('account', account, 'an account under liquidation in this currency');
  }

  #cancel(command: Command, context: AccountContext): void {
    const record = this.#recordOf(command);
    this.#halt(context, record, textOf(command, 'reason'));
  }

  #halt(context: AccountContext, record: LiquidationRecord, reason: string): void {
    this.#keep({ ...record, signal: null, phase: 'halted', reason });
    context.emit('halted', { liquidation: record.id, account: record.account, currency: record.currency, reason });
  }

  #resume(command: Command, context: AccountContext): void {
    const record = this.#recordOf(command);
    if (record.phase !== 'halted') throw refused('account', record.account, 'an account whose liquidation is halted');
    this.#keep({ ...record, phase: record.auction === null ? 'waiting' : 'auction', reason: null });
    context.emit('resumed', { liquidation: record.id, account: record.account, currency: record.currency });
  }

  /** `account, currency, instrument, quantity, price, fee?, signal?, counterparty?`: an execution report. */
  #fill(command: Command, context: AccountContext): void {
    const record = this.#recordOf(command);
    const { engine } = context;
    const instrument = textOf(command, 'instrument');
    const quantity = numberOf(command, 'quantity', 'contracts, not 0', (value) => value !== 0);
    const price = numberOf(command, 'price', 'a price >= 0', (value) => value >= 0);
    const fee = command['fee'] === undefined ? 0n : minorUnitsOf(command, 'fee');
    const inFund = this.#money.tallies.fund.get(record.currency) ?? 0n;
    if (fee < 0n && -fee > inFund) throw refused('fee', fee, `0 or more, or out of the fund, which has ${inFund}`);
    const counterparty = optionalText(command, 'counterparty');
    if (counterparty === record.account) throw refused('counterparty', counterparty, 'another account');
    const account = this.#planningAccount(context, record);
    const signal = filledSignal(command, record, account, instrument, quantity);
    const other = counterparty === undefined ? null : heldOrNothing(context, counterparty);
    const { holdings } = account.input;
    const fill = { account: record.account, currency: record.currency, instrument, quantity, price, fee, ...(counterparty === undefined ? {} : { counterparty }) };
    const { changes, postings } = this.#bookedFill(context, fill, account, other);
    const before = account.shortfall(account.margins(holdings));
    context.update(changes, cashSource(record, postings.fund));
    this.#money.post(postings);
    const after = account.shortfall(account.margins(accountHoldings(engine, record.account)));
    const data = {
      liquidation: record.id, account: record.account, currency: record.currency, instrument, quantity, price,
      signal: signal === null ? null : signal.id, counterparty: counterparty ?? null,
      postings: { account: texts(postings.account), counterparty: texts(postings.counterparty), clearing: texts(postings.clearing), fund: texts(postings.fund) },
      missingBefore: finite(before), missingAfter: finite(after),
    };
    context.emit('filled', data);
    this.#afterFill(context, record, signal, after < before || Number.isNaN(after) || Number.isNaN(before));
  }

  /** A fill of an account, or of a pool: then its members trade. */
  #bookedFill(context: AccountContext, fill: Fill, { input: { holdings }, terms }: PlanningAccount, other: Holdings | null): BookedFill {
    const { account, counterparty, instrument, quantity } = fill;
    const pools = context.mirrors();
    const members = pools.get(account);
    if (counterparty !== undefined && (pools.has(counterparty) || members?.includes(counterparty) === true)) {
      throw refused('counterparty', counterparty, 'neither a pool nor a member of the pool that is liquidated');
    }
    if (members === undefined) return bookFill(fill, holdings, other, terms, this.#decimals);
    if (this.#divideTrade === undefined) throw refused('account', account, `no pool: its members trade (${members.join(', ')})`);
    const shares = this.#divideTrade(account, instrument, quantity);
    const trades = members.map((member, place) => ({ account: member, quantity: shares[place], held: accountHoldings(context.engine, member) }));
    return bookPoolFill(fill, trades, other, terms, this.#decimals);
  }

  /** What is open after a fill; a fill that did not help halts the liquidation: no loop feeds on itself. */
  #afterFill(context: AccountContext, record: LiquidationRecord, signal: Signal | null, isProgress: boolean): void {
    const isDone = signal === null || signal.trades.every(({ quantity, filled }) => Math.abs(filled) >= Math.abs(quantity) * (1 - 1e-12));
    const open = isDone ? null : signal;
    const phase = open !== null ? 'signalled' : record.phase === 'signalled' ? 'waiting' : record.phase;
    const isCombined = signal !== null && signal.trades.length > 1 && !isDone;
    if (isProgress || isCombined) {
      this.#keep({ ...record, signal: open, phase });
      return;
    }
    this.#halt(context, record, 'no-progress');
  }

  /** Whether a module counts collateral for the set that is not in the book, where a bidder could get it. */
  #isHeldOutside(context: AccountContext, { account, currency }: LiquidationRecord): boolean {
    const set = setOf(context, account, currency);
    return set >= 0 && context.added(set).balance !== 0;
  }

  #startAuction(context: AccountContext, record: LiquidationRecord, params: AuctionParams): void {
    if (this.#isHeldOutside(context, record)) return this.#halt(context, record, heldOutside);
    const account = this.#planningAccount(context, record);
    if (account.hasOrders(account.input.holdings)) this.#cancelOrders(context, record, account);
    const margins = auctionMargins(account.margins(account.withoutOrders(account.input.holdings)));
    if (!(margins.maintenance < 0)) return;
    const { auction, fee } = startAuction(margins, params, context.clockMs);
    const paid = minorOf(fee, decimalsOf(record.currency, this.#decimals), 'down');
    this.#charge(context, record, paid);
    this.#keep({ ...record, phase: 'auction', auction, reserved: 0n });
    context.emit('auction-started', {
      liquidation: record.id, account: record.account, currency: record.currency, fee: String(paid), ...margins,
      isInsolvent: auction.insolventSinceMs !== null,
    });
  }

  /** Cash of the account into the security module. */
  #charge(context: AccountContext, record: LiquidationRecord, amount: MinorUnits): void {
    const { account, currency } = record;
    const held = accountHoldings(context.engine, account);
    context.update({ cash: cashChanges(account, held, new Map([[currency, -amount]]), this.#decimals) }, cashSource(record, { [currency]: amount }));
    this.#money.add('securityModule', currency, amount);
  }

  /** An auction at a later time: insolvent by now, or over. */
  #advance(context: AccountContext, record: LiquidationRecord): void {
    const params = requireAuction(this.#auctionParams);
    const set = setOf(context, record.account, record.currency);
    if (set < 0 || context.level[set] === QUARANTINED) return;
    const account = this.#planningAccount(context, record);
    const margins = auctionMargins(account.margins(account.input.holdings));
    if (isAuctionOver(record.auction!, margins, params)) {
      this.#endAuction(context, record);
      return;
    }
    const auction = advanceAuction(record.auction!, margins, params, context.clockMs);
    if (auction === record.auction) return;
    this.#keep({ ...record, auction });
    context.emit('auction-insolvent', { liquidation: record.id, account: record.account, currency: record.currency, ...margins });
  }

  #endAuction(context: AccountContext, record: LiquidationRecord): void {
    this.#keep({ ...record, phase: 'waiting', auction: null, reserved: 0n });
    context.emit('auction-ended', { liquidation: record.id, account: record.account, currency: record.currency, reserved: String(record.reserved) });
  }

  /** `account, currency, bidder, share`: a bid in an auction. */
  #bid(command: Command, context: AccountContext): void {
    const params = requireAuction(this.#auctionParams);
    const record = this.#recordOf(command);
    if (record.phase !== 'auction') throw refused('account', record.account, 'an account in an auction');
    if (this.#isHeldOutside(context, record)) throw refused('account', record.account, `an account that can be delivered: ${heldOutside}`);
    const bidder = textOf(command, 'bidder');
    if (bidder === record.account) throw refused('bidder', bidder, 'another account');
    const share = numberOf(command, 'share', 'a share in (0, 1]', (value) => value > 0 && value <= 1);
    const account = this.#planningAccount(context, record);
    const margins = auctionMargins(knownMargins(account));
    const { result, changes, postings } = bookBid({
      account, margins, params, bidder, share, auction: record.auction!, reserved: record.reserved,
      bidderHeld: heldOrNothing(context, bidder), nowMs: context.clockMs, decimals: this.#decimals,
    });
    context.update(changes, cashSource(record, { [record.currency]: postings.module }));
    this.#money.add('clearing', record.currency, postings.clearing);
    this.#money.payOut(record.currency, -postings.module);
    const places = decimalsOf(record.currency, this.#decimals);
    const reserved = record.reserved + postings.paid;
    const next = this.#keep({ ...record, auction: { ...result.auction, reserved: amountOf(reserved, places) }, reserved });
    context.emit('bid', {
      liquidation: record.id, account: record.account, currency: record.currency, bidder, share: result.share,
      maxShare: result.maxShare, paid: String(postings.paid), payout: String(-postings.module),
      postings: { account: String(postings.account), bidder: String(postings.bidder), clearing: String(postings.clearing) },
    });
    const after = this.#planningAccount(context, record);
    if (isAuctionOver(next.auction!, auctionMargins(after.margins(after.input.holdings)), params)) this.#endAuction(context, next);
  }

  #handOver(context: AccountContext, record: LiquidationRecord, balance: number): void {
    const account = this.#planningAccount(context, record);
    const prices = portfolioBankruptcy(account, account.input.holdings);
    const places = decimalsOf(record.currency, this.#decimals);
    const deficit = minorOf(-balance, places, 'up');
    const parts = prices.some(({ share }) => share > 0) ? allocate(deficit, weightsOf(prices.map(({ share }) => share))) : prices.map(() => 0n);
    const handOver: BankruptcyHandOver = {
      liquidation: record.id, account: record.account, currency: record.currency, deficit,
      positions: prices.map(({ instrument, quantity, price }, place) => ({ instrument, quantity, bankruptcyPrice: price, deficit: parts[place] })),
    };
    if (account.hasOrders(account.input.holdings)) this.#cancelOrders(context, record, account);
    this.#handOvers = [...this.#handOvers, handOver];
    this.#keep({ ...record, phase: 'handed-over', signal: null });
    context.emit('bankrupt', {
      ...handOver, deficit: String(deficit), positions: handOver.positions.map((each) => ({ ...each, deficit: String(each.deficit) })),
    });
  }

  state(): Storable {
    return { opened: this.#opened, records: this.records as unknown as Storable, ...this.#money.state() };
  }

  restore(state: Storable): void {
    const { opened, records, ...sums } = state as unknown as { opened: number; records: readonly LiquidationRecord[] } & Record<string, Record<string, MinorUnits>>;
    this.#opened = opened;
    this.#records.clear();
    for (const record of records) this.#keep(record);
    this.#money.restore(sums);
  }
}

/** Where the cash of a liquidation comes from: what the fund receives, and clearing for the rest. */
function cashSource({ id }: LiquidationRecord, fund: Readonly<Record<string, MinorUnits>>): CashSource {
  const house = Object.entries(fund).map(([currency, amount]) => ({ account: 'house/insurance', currency, amount }));
  return { reason: `liquidation ${id}`, house, rest: 'house/clearing' };
}

const heldOutside = 'a part of its balance is held outside the book, which no bidder would get';

/** Throws `EngineState` if the account cannot be margined. */
function knownMargins(account: PlanningAccount): PlanMargins {
  const margins = account.margins(account.input.holdings);
  if (margins.fault === null) return margins;
  throw new MargridError('EngineState', `the account cannot be margined: ${margins.fault}`);
}
