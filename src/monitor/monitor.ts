import { THRESHOLD_COUNT_MAX } from '../../assembly/portable/certificate-layout.ts';
import { FLAG_BITS } from '../../assembly/portable/layout.ts';
import { sourcesOf, type SetKeys } from '../account/set-status.ts';
import type { AccountMargin } from '../engine/account-margin.ts';
import type { BookChanges } from '../engine/book-changes.ts';
import { Engine, type EngineOptions } from '../engine/engine.ts';
import type { PartialTicks } from '../engine/partial-ticks.ts';
import type { Quotes } from '../engine/tick-inputs.ts';
import { MargridError } from '../errors.ts';
import { modelByName } from '../margin/registry.ts';
import { Certifier, type CertificateIssuer } from './certifier.ts';
import { noPlace } from './certificate-index.ts';
import { ChangeList } from './change-list.ts';
import { compareStatuses } from './compare-statuses.ts';
import { Evaluation } from './evaluation.ts';
import { IssueSchedule } from './issue-schedule.ts';
import { issuerFactoryOf, noCertificates, type IssuerFactory } from './issuer.ts';
import { Reference } from './reference.ts';
import { References } from './references.ts';
import { withRenewal, type MonitorReport, type Renewal } from './report.ts';
import { RowWatch } from './row-watch.ts';
import { segmentsOf, type Segments } from './segments.ts';
import { SetClasses } from './set-classes.ts';
import { SetColumns, STANDING, UNCERTIFIED } from './set-columns.ts';
import { SetOrder } from './set-order.ts';
import { StageClock } from './stage-clock.ts';
import { requireWatched, watchOf, type Watch, type Watched } from './watch.ts';

export interface MonitorOptions extends EngineOptions {
  /** What is watched; default `statuses`. The less is watched, the less has to be evaluated. */
  readonly watch?: Watched;
  /** Evaluates everything a second time on every tick, and throws `CertificateWrong` if any status differs. */
  readonly shadow?: boolean;
  /** Reference markets alive at most, 2 to 64; default 16. Each takes two floats per instrument, and measuring. */
  readonly references?: number;
  /** Share of the sets from which evaluating all of them is cheaper; default 0.3. */
  readonly bruteForceShare?: number;
}

/** Health of a threshold at the present quotes: it lies in [low, high]. Settlement currency. */
export interface HealthInterval {
  readonly threshold: string;
  readonly low: number;
  readonly high: number;
}

/** What is certain about a netting set without evaluating it. */
export interface CertifiedMargin {
  readonly currency: string;
  readonly status: string;
  /** Tick at which it was margined last. */
  readonly asOfTick: number;
  readonly health: readonly HealthInterval[];
}

/** Boxes tried first: the middle one. */
const firstBox = 1;
const defaultReferences = 16;
const defaultBruteForceShare = 0.3;
/** So many sets are evaluated one by one, whatever share of the book they are. */
const fewSets = 64;
/** Sets that are so much nearer to their radius are certified with those that have reached it. */
const reach = 1.2;
/** Statuses of a whole book on every tick, exact, by evaluating few of its sets: docs/MONITOR.md. */
export class Monitor {
  readonly #engine: Engine;
  readonly #ticks: PartialTicks;
  readonly #options: MonitorOptions;
  readonly #columns: SetColumns;
  readonly #segments: Segments;
  readonly #rowWatch: RowWatch;
  readonly #classes: SetClasses;
  readonly #references: References;
  readonly #touched: Uint32Array;
  readonly #order: SetOrder;
  readonly #issuerOf: IssuerFactory | null;
  readonly #evaluation: Evaluation | null;
  #issuer: CertificateIssuer | null = null;
  #certifier: Certifier | null = null;
  #watch: Watch | null = null;
  /** Sets without a certificate, each once. */
  #loose: number[] = [];
  #tick = 0;
  /** Time of the last tick. */
  #asOfMs = 0;
  readonly #schedule = new IssueSchedule();
  #state: 'idle' | 'ticking' | 'ticked' | 'renewing' = 'idle';

  /** `issuerOf`: who computes certificates, null if nobody can. */
  private constructor(engine: Engine, options: MonitorOptions, issuerOf: IssuerFactory | null) {
    const ticks = engine.partialTicks();
    const { arena, rows } = ticks.setup;
    const { nettingSetCapacity, instrumentCount, groupCount } = arena.plan.counts;
    this.#engine = engine;
    this.#options = options;
    this.#issuerOf = issuerOf;
    this.#ticks = ticks;
    this.#columns = new SetColumns(arena, nettingSetCapacity, firstBox);
    this.#columns.load(ticks.book.setCount);
    for (let set = 0; set < ticks.book.setCount; set++) this.#loose.push(set);
    this.#segments = segmentsOf(rows);
    this.#rowWatch = new RowWatch(this.#segments, rows.expiries, instrumentCount, groupCount);
    this.#classes = new SetClasses(ticks.book);
    this.#references = new References(options.references ?? defaultReferences, this.#columns, this.#classes, arena.views.certifiedSet.loads);
    this.#touched = new Uint32Array(nettingSetCapacity);
    this.#order = new SetOrder(nettingSetCapacity);
    this.#evaluation = issuerOf === null ? null : new Evaluation(ticks);
  }

  /** Loads a book. Throws what `Engine.create` throws. `issuerOf`: other certificates than the model's, for tests. */
  static create(options: MonitorOptions, issuerOf: IssuerFactory | null = issuerFactoryOf(options)): Monitor {
    const { references = defaultReferences, bruteForceShare = defaultBruteForceShare } = options;
    if (!(Number.isInteger(references) && references >= 2 && references <= 64))
      throw new MargridError('OptionInvalid', `references must be a whole number in [2, 64], got ${references}`);
    if (!(bruteForceShare >= 0 && bruteForceShare <= 1))
      throw new MargridError('OptionInvalid', `bruteForceShare must be in [0, 1], got ${bruteForceShare}`);
    requireWatched(options.watch ?? 'statuses', modelByName(options.model ?? 'deribit-pm').kind === 'grid');
    return new Monitor(Engine.create(options, { certified: issuerOf !== null, referenceCount: references }), options, issuerOf);
  }

  /**
   * Statuses at the last tick, one code per netting set in (account, currency) order; `statusName` has their names.
   * A view: valid until the next update.
   */
  get statuses(): Uint8Array {
    this.#requireStatuses();
    return this.#columns.status.subarray(0, this.#columns.count);
  }

  /** Tick of each set's last evaluation. */
  get asOfTick(): Uint32Array {
    this.#requireStatuses();
    return this.#columns.asOfTick.subarray(0, this.#columns.count);
  }

  get nettingSetCount(): number {
    return this.#columns.count;
  }

  /** Account names, and account and currency of every row of `statuses`. Views: valid until the next update. */
  get accountIds(): readonly string[] {
    return this.#engine.accountIds;
  }

  get currencies(): readonly string[] {
    return this.#engine.currencies;
  }

  get setKeys(): SetKeys {
    return this.#engine.setKeys;
  }

  /** Names of the thresholds that are watched. */
  get thresholdNames(): readonly string[] {
    this.#requireStatuses();
    return this.#watch!.thresholdNames;
  }

  /**
   * Health by threshold of a set that this tick has margined, as every set that changed its status: equity less
   * requirement, settlement currency; NaN if it is quarantined. Throws `EngineState` for a set that was skipped.
   */
  healthOf(set: number, threshold: number): number {
    this.#requireTicked();
    if (this.#columns.asOfTick[set] === this.#tick) return this.#watch!.healthOf(set, threshold);
    throw new MargridError('EngineState', `netting set ${set} was not margined at this tick`);
  }

  statusName(status: number): string {
    this.#requireStatuses();
    return this.#watch!.nameOf(status);
  }

  /** Rows of an account in `statuses`, [first, end). Throws `AccountUnknown`. */
  setsOf(account: string): { readonly first: number; readonly end: number } {
    return this.#engine.resultRange(account);
  }

  /**
   * Statuses at new quotes, and the certificates that are due then: `evaluate` and `renew`. Throws as `Engine.tick` does;
   * `EngineState` if the sets do not add up; in shadow mode `CertificateWrong`.
   */
  async tick(quotes: Partial<Quotes> = {}): Promise<MonitorReport> {
    const clock = this.#begin(quotes);
    return this.#complete(async () => withRenewal(await this.#evaluateTick(clock), await this.#renewDue()));
  }

  /**
   * Statuses at new quotes, as soon as they are known: certificates are left to `renew`. Whoever never calls that goes on
   * with those there are, and evaluates more and more. Throws as `tick` does.
   */
  async evaluate(quotes: Partial<Quotes> = {}): Promise<MonitorReport> {
    const clock = this.#begin(quotes);
    return this.#complete(() => this.#evaluateTick(clock));
  }

  /**
   * Issues the certificates that are due after `evaluate`, at its quotes; on most ticks there are none. Statuses can be read
   * meanwhile, nothing else. Throws `EngineState` before the first tick and after an update. A second call does nothing.
   */
  async renew(): Promise<Renewal> {
    this.#requireIdle();
    this.#requireStatuses();
    if (!this.#schedule.isDue) return { certified: 0, references: this.#references.alive.length, ms: 0 };
    this.#ticks.resume();
    return this.#complete(() => this.#renewDue());
  }

  #begin(quotes: Partial<Quotes>): StageClock {
    this.#requireIdle();
    const clock = new StageClock();
    this.#asOfMs = this.#ticks.begin(quotes).asOfMs;
    this.#state = 'ticking';
    return clock;
  }

  /** Ends what was begun, or resumed, as the work on it ends. */
  async #complete<T>(work: () => Promise<T>): Promise<T> {
    try {
      const done = await work();
      this.#ticks.end();
      this.#state = 'ticked';
      return done;
    } catch (error) {
      this.#ticks.end(true);
      this.#state = 'idle';
      throw error;
    }
  }

  async #evaluateTick(clock: StageClock): Promise<MonitorReport> {
    this.#prepare();
    clock.end('inputs');
    const touch = (): Uint32Array | string => this.#touch();
    const touched = this.#evaluation === null ? touch() : await this.#evaluation.priceAhead(touch);
    clock.end('touch');
    const found = typeof touched === 'string' ? await this.#evaluateAll() : await this.#evaluate(touched, clock);
    if (this.#issuer !== null) this.#account(touched, found.priced);
    clock.end('margin');
    if (this.#options.shadow === true) await this.#requireSameStatuses();
    clock.end('shadow');
    return {
      tick: this.#tick,
      mode: typeof touched === 'string' ? { kind: 'brute force', reason: touched } : { kind: 'certified' },
      ...found,
      certified: 0,
      references: this.#references.alive.length,
      timingsMs: clock.timings(),
    };
  }

  /** Tells the schedule what the tick has evaluated; `touched` as `#touch` returned it. */
  #account(touched: Uint32Array | string, priced: number): void {
    if (typeof touched === 'string') {
      const hasCertificates = this.#references.alive.length > 0;
      this.#schedule.evaluatedAll(this.#tick, hasCertificates ? this.#rowWatch.movement : null);
      return;
    }
    this.#schedule.evaluated(this.#tick, { sets: touched.length, positions: this.#positionsOf(touched), priced });
  }

  #prepare(): void {
    const { arena } = this.#ticks.setup;
    this.#tick++;
    this.#watch ??= watchOf(this.#options.watch ?? 'statuses', arena);
    if (this.#evaluation === null || this.#issuerOf === null) return;
    this.#evaluation.startTick();
    if (this.#certifier !== null) return;
    this.#issuer = this.#issuerOf(this.#ticks, this.#evaluation, this.#watch.thresholds);
    this.#certifier = new Certifier(this.#ticks.book, this.#columns, this.#classes, this.#evaluation, this.#issuer);
  }

  /** Measures the market. Returns the sets that must be evaluated, or why all of them must. */
  #touch(): Uint32Array | string {
    if (this.#issuerOf === null) return noCertificates(this.#options);
    const { arena } = this.#ticks.setup;
    const lost = this.#rowWatch.scan(arena, this.#asOfMs);
    if (lost.length > 0 && this.#references.alive.length > 0) this.#loseHolders(lost);
    this.#references.measure(arena, this.#asOfMs, this.#rowWatch.hasOneForward);
    if (this.#references.alive.length === 0 && this.#columns.count > fewSets) return 'no certificates yet';
    const share = this.#options.bruteForceShare ?? defaultBruteForceShare;
    const most = Math.max(Math.floor(share * this.#columns.count), fewSets);
    const room = this.#touched.subarray(0, Math.min(most + 1, this.#columns.count));
    const count = this.#references.collect(room, this.#listLoose(room));
    return count > most ? 'most sets have moved beyond their certificates' : room.subarray(0, count);
  }

  /** Puts the sets without a certificate at the beginning of the list, as far as there is room; returns how many. */
  #listLoose(list: Uint32Array): number {
    const count = Math.min(this.#loose.length, list.length);
    for (let index = 0; index < count; index++) list[index] = this.#loose[index];
    return count;
  }

  /** Sets that hold what moves beyond all intervals lose their certificates; intervals then leave it out. */
  #loseHolders(lost: readonly number[]): void {
    const { reference, count } = this.#columns;
    const { nettingSet, position } = this.#ticks.setup.arena.views;
    const isLost = new Uint8Array(this.#rowWatch.isBad.length);
    for (const row of lost) isLost[row] = 1;
    for (let set = 0; set < count; set++) {
      if (reference[set] >= STANDING) continue;
      const end = nettingSet.firstPosition[set] + nettingSet.positionCount[set];
      for (let slot = nettingSet.firstPosition[set]; slot < end; slot++) {
        if (isLost[position.row[slot] >>> FLAG_BITS] === 0) continue;
        this.#loosen(set);
        break;
      }
    }
    for (const each of this.#references.alive) for (const row of lost) each.leaveOut(row);
  }

  #loosen(set: number): void {
    if (this.#columns.reference[set] === UNCERTIFIED) return;
    this.#columns.setReference(set, UNCERTIFIED);
    this.#loose.push(set);
  }

  async #evaluate(sets: Uint32Array, clock: StageClock): Promise<Found> {
    const { count, live } = this.#columns;
    this.#order.ascend(sets);
    const priced = await this.#evaluation!.price(sets);
    clock.end('riskArray');
    await this.#evaluation!.margin(sets);
    const certified = this.#references.alive.reduce((sum, { number }) => sum + live[number], 0);
    const skipped = certified - (sets.length - this.#loose.length);
    if (this.#loose.length !== live[UNCERTIFIED] || sets.length + skipped + live[STANDING] !== count) {
      throw new MargridError('EngineState', `${sets.length} evaluated and ${skipped} skipped sets are not all ${count}`);
    }
    const changes = new ChangeList();
    const quarantined = live[STANDING] + this.#takeStatuses(sets, changes);
    const evaluated = sets.length + live[STANDING] - quarantined;
    return { evaluated, skipped, quarantined, priced, changes: changes.columns() };
  }

  /**
   * Returns how many of the sets are quarantined. A function of its own: V8 is slower with loops in asynchronous ones.
   */
  #takeStatuses(sets: Uint32Array, changes: ChangeList): number {
    const { status, asOfTick } = this.#columns;
    const { statusOf, quarantined } = this.#watch!;
    let found = 0;
    for (let index = 0; index < sets.length; index++) {
      const set = sets[index];
      const next = statusOf(set);
      if (next === quarantined) found++;
      if (next !== status[set]) this.#change(set, next, changes);
      asOfTick[set] = this.#tick;
    }
    return found;
  }

  async #evaluateAll(): Promise<Found> {
    const { asOfTick, count } = this.#columns;
    const { quarantined } = (await this.#ticks.whole()).totals;
    this.#evaluation?.allPriced();
    const changes = new ChangeList();
    this.#compareAll((set, next) => this.#change(set, next, changes));
    asOfTick.fill(this.#tick, 0, count);
    const priced = this.#rowWatch.isBad.length;
    return { evaluated: count - quarantined, skipped: 0, quarantined, priced, changes: changes.columns() };
  }

  /**
   * A certificate speaks of the status at its reference: of a set that has another one now, it would say the wrong
   * thing as soon as the market came back.
   */
  #change(set: number, next: number, changes: ChangeList): void {
    const { status, reference } = this.#columns;
    changes.add(set, status[set], next);
    status[set] = next;
    if (reference[set] !== STANDING) this.#loosen(set);
  }

  /** Calls `differs` for every set whose result has another status than ours, ascending. */
  #compareAll(differs: (set: number, next: number) => void): void {
    const { status, count } = this.#columns;
    const { ofKernel, statusOf } = this.#watch!;
    if (ofKernel !== null) {
      compareStatuses(status, this.#ticks.setup.arena.views.result.status, count, ofKernel, differs);
      return;
    }
    for (let set = 0; set < count; set++) {
      const next = statusOf(set);
      if (next !== status[set]) differs(set, next);
    }
  }

  /** Issues the certificates that are due, if any. */
  async #renewDue(): Promise<Renewal> {
    const start = performance.now();
    this.#state = 'renewing';
    const certified = this.#schedule.isDue ? await this.#issue(this.#schedule.issue(this.#columns.count)) : 0;
    return { certified, references: this.#references.alive.length, ms: performance.now() - start };
  }

  #positionsOf(sets: Uint32Array): number {
    const { positionCount } = this.#ticks.setup.arena.views.nettingSet;
    let total = 0;
    for (const set of sets) total += positionCount[set];
    return total;
  }

  /** `most`: sets that get certificates, those first that have none; those of a reference that ends for it besides. */
  async #issue(most: number): Promise<number> {
    const { arena, rows } = this.#ticks.setup;
    const { isBad: isLeftOut, hasOneForward } = this.#rowWatch;
    const before = this.#loose.length;
    const number = this.#references.nextNumber(this.#loose);
    const room = this.#touched.subarray(0, most + this.#loose.length - before);
    // Who holds bad quotes gets none, and takes nobody's place.
    const waiting = this.#certifier!.candidates(Uint32Array.from(this.#loose), isLeftOut).subarray(0, room.length);
    room.set(waiting);
    const near = room.subarray(0, this.#references.take(room, waiting.length, reach));
    for (let index = waiting.length; index < near.length; index++) this.#loose.push(near[index]);
    this.#order.ascend(near);
    const sets = this.#certifier!.candidates(near, isLeftOut);
    this.#keepLoose();
    const { kernels } = this.#ticks;
    const asOfMs = this.#asOfMs;
    const market = { arena, kernels, expiries: rows.expiries, segments: this.#segments, asOfMs, isLeftOut, hasOneForward };
    const reference = new Reference(number, this.#tick, market);
    await this.#certifier!.issue(sets, reference, asOfMs);
    this.#references.alive.push(reference);
    this.#keepLoose();
    return sets.length;
  }

  /** Leaves out of the sets without a certificate those that have one, or need none. */
  #keepLoose(): void {
    const { reference } = this.#columns;
    this.#loose = this.#loose.filter((set) => reference[set] === UNCERTIFIED);
  }

  async #requireSameStatuses(): Promise<void> {
    await this.#ticks.whole();
    this.#evaluation?.allPriced();
    this.#compareAll((set, next) => {
      throw new MargridError('CertificateWrong', this.#disagreement(set, next));
    });
  }

  #disagreement(set: number, next: number): string {
    const { nettingSet } = this.#ticks.setup.arena.views;
    const { reference, status, asOfTick, box } = this.#columns;
    const account = this.#ticks.book.accountIds[nettingSet.account[set]];
    return (
      `tick ${this.#tick}: netting set ${set} of account ${account} is ${this.#watch!.nameOf(next)}, was taken for ` +
      `${this.#watch!.nameOf(status[set])} (evaluated at tick ${asOfTick[set]}, reference ${reference[set]}, box ` +
      `${box[set]}, ${this.#shareOfRadius(set)} of its radius used)`
    );
  }

  #shareOfRadius(set: number): number {
    return this.#references.shareOfRadius(set, (each, quadrant) => this.#certifier!.radiusOf(each, quadrant));
  }

  /**
   * Changes the book as `Engine.update` does: the accounts named lose their certificates, and the next tick evaluates
   * them. Throws what `Engine.update` throws, and changes nothing then.
   */
  update(changes: BookChanges): void {
    this.#requireIdle();
    const { book } = this.#ticks;
    const { structureVersion } = book;
    this.#engine.update(changes);
    this.#state = 'idle';
    if (book.structureVersion !== structureVersion) this.#rearrange();
    const named = [changes.positions, changes.cash, changes.addOns, changes.orders].flatMap((list) => [...(list ?? [])]);
    for (const account of new Set(named.map((each) => each.account))) {
      const { first, end } = this.#engine.resultRange(account);
      for (let set = first; set < end; set++) this.#loosen(set);
    }
  }

  #rearrange(): void {
    const { account, currency } = this.#ticks.setup.arena.views.nettingSet;
    const { setCount } = this.#ticks.book;
    const next = { account: account.subarray(0, setCount), currency: currency.subarray(0, setCount) };
    const sources = sourcesOf(this.#columns.keys, next);
    const places = new Uint32Array(this.#columns.count).fill(noPlace);
    for (let set = 0; set < setCount; set++) if (sources[set] >= 0) places[sources[set]] = set;
    this.#columns.rearrange(sources, firstBox);
    this.#references.rearrange(places);
    this.#loose = [];
    const { reference } = this.#columns;
    for (let set = 0; set < setCount; set++) if (reference[set] === UNCERTIFIED) this.#loose.push(set);
  }

  /**
   * Margins of one account at the quotes of the last tick, whether it was skipped or not. `exact`: evaluated now, the
   * same bits as `Engine.accountMargins`; `interval`: what its certificate says. Microseconds. Throws `AccountUnknown`,
   * `EngineState`.
   */
  marginsOf(account: string, how: 'exact'): AccountMargin[];
  marginsOf(account: string, how: 'interval'): CertifiedMargin[];
  marginsOf(account: string, how: 'exact' | 'interval'): AccountMargin[] | CertifiedMargin[] {
    this.#requireTicked();
    const { first, end } = this.#engine.resultRange(account);
    const sets = Array.from({ length: end - first }, (_, index) => first + index);
    return how === 'exact' ? sets.map((set) => this.#exactMargin(set)) : sets.map((set) => this.#certifiedMargin(set));
  }

  #exactMargin(set: number): AccountMargin {
    this.#evaluation?.priceAlone(set);
    const margin = this.#ticks.marginAgain(set);
    const status = this.#watch!.statusOf(set);
    if (status !== this.#columns.status[set])
      throw new MargridError('CertificateWrong', this.#disagreement(set, status));
    this.#columns.asOfTick[set] = this.#tick;
    return margin;
  }

  #certifiedMargin(set: number): CertifiedMargin {
    const { nettingSet, certifiedSet } = this.#ticks.setup.arena.views;
    const { thresholdNames, healthOf } = this.#watch!;
    const { asOfTick, status } = this.#columns;
    const isEvaluated = asOfTick[set] === this.#tick;
    const share = isEvaluated ? NaN : this.#shareOfRadius(set);
    const health = thresholdNames.map((threshold, index): HealthInterval => {
      const left = isEvaluated
        ? healthOf(set, index)
        : certifiedSet.health[set * THRESHOLD_COUNT_MAX + index] * (1 - share);
      // Of a quarantined set nothing is certain.
      if (Number.isNaN(left)) return { threshold, low: -Infinity, high: Infinity };
      if (isEvaluated) return { threshold, low: left, high: left };
      const [low, high] = left > 0 ? [left, Infinity] : [-Infinity, left];
      return { threshold, low, high };
    });
    return {
      currency: this.#ticks.setup.rows.currencies[nettingSet.currency[set]],
      status: this.#watch!.nameOf(status[set]),
      asOfTick: asOfTick[set],
      health,
    };
  }

  /** Ends the worker threads. */
  async close(): Promise<void> {
    await this.#engine.close();
  }

  #requireIdle(): void {
    if (this.#state === 'ticking') throw new MargridError('EngineState', 'a tick is running: wait for it');
    if (this.#state === 'renewing') throw new MargridError('EngineState', 'certificates are being renewed: wait for it');
  }

  /** Margins are read from memory that a renewal works in. */
  #requireTicked(): void {
    this.#requireIdle();
    this.#requireStatuses();
  }

  #requireStatuses(): void {
    if (this.#state !== 'ticked' && this.#state !== 'renewing') throw new MargridError('EngineState', 'there are no statuses: call tick() first');
  }
}

/** What a tick found. */
type Found = Pick<MonitorReport, 'evaluated' | 'skipped' | 'quarantined' | 'priced' | 'changes'>;
