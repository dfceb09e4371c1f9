import * as built from '../../build/js/src/index.js';
import type { BookChanges } from '../../src/engine/book-changes.ts';
import type { Book } from '../../src/domain/book.ts';
import type { Market } from '../../src/domain/market.ts';
import { Engine } from '../../src/engine/engine.ts';
import { issuerFactoryOf, type IssuerFactory } from '../../src/monitor/issuer.ts';
import { Monitor } from '../../src/monitor/monitor.ts';
import { between, pick, seededRandom } from '../support/seeded-random.ts';
import { accountRows, soakBook } from './soak-book.ts';
import { soakMarket, type SoakMarket } from './soak-market.ts';
import { SoakWalk, walkKinds, type WalkKind } from './soak-walk.ts';

export interface CampaignOptions {
  readonly seed: number;
  /** Number of the campaign: with the seed it determines everything. */
  readonly campaign: number;
  readonly accounts: number;
  readonly ticks: number;
  /** `javascript`: those of plain engines, instead of WASM. */
  readonly kernels?: 'javascript';
  /** Wraps the certificates of the model, to plant wrong ones. */
  readonly plant?: (issuerOf: IssuerFactory) => IssuerFactory;
}

/** A status that is not that of brute force. */
export interface Difference {
  readonly seed: number;
  readonly campaign: number;
  readonly tick: number;
  readonly walk: WalkKind;
  readonly account: string;
  readonly detail: string;
}

export interface CampaignResult {
  /** Netting sets compared, summed over ticks. */
  readonly compared: number;
  readonly skipped: number;
  readonly evaluated: number;
  readonly changed: number;
  readonly ticks: number;
  readonly certifiedTicks: number;
  /** Ticks that issued certificates while their statuses were compared: by `renew`, after `evaluate`. */
  readonly renewed: number;
  /** How often positions, cash or add-ons, and parameters have changed. */
  readonly bookChanges: number;
  readonly parameterChanges: number;
  /** Kinds of moves that there were. */
  readonly kinds: readonly WalkKind[];
  readonly differences: readonly Difference[];
}

/** Few kinds of moves at a time: a book that is always in a crash shows little of certificates. */
const mixtures: readonly (readonly WalkKind[])[] = [
  ['ordinary', 'ordinary', 'still', 'home'],
  ['ordinary', 'trend', 'home'],
  ['volatility', 'ordinary', 'home'],
  ['ordinary', 'spike', 'bad'],
  ['ordinary', 'bound', 'bound', 'home'],
  ['ordinary', 'time', 'expiry', 'home'],
  ['ordinary', 'basis', 'index', 'home'],
  ['ordinary', 'ordinary', 'crash', 'home', 'ordinary'],
  walkKinds,
];

/** When certificates are renewed: as part of the tick, after every tick, or after some. */
const renewals = ['by tick()', 'always', 'seldom'] as const;

/**
 * One market, one book, many ticks: every status of the monitor is compared with brute force on every tick. Every other
 * campaign compares with an engine of its own, the others by the monitor's shadow mode. Ends at the first tick that
 * differs.
 */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { seed, campaign, accounts } = options;
  const random = seededRandom(seed * 1_000_003 + campaign);
  const isExtreme = campaign % 3 === 1;
  const soak = soakMarket(random, isExtreme, campaign % 11 === 5);
  const book = await soakBook(soak, accounts, random);
  const shadow = campaign % 2 === 0;
  const threads = campaign % 5 === 3 ? 2 : 0;
  const common = {
    market: soak.market, params: soak.params, book, ...(options.kernels === undefined ? {} : { kernels: options.kernels }),
  };
  const watch = pick(random, ['statuses', 'liquidation', 'statuses', thresholds] as const);
  const isOwn = !shadow && watch === 'statuses';
  const settings = {
    watch, shadow: !isOwn, references: pick(random, [16, 16, 3, 40]), bruteForceShare: pick(random, [0.3, 1, 1]), workers: threads,
  };
  const open = (changed: Partial<Inputs>): Compared => {
    const monitorOptions = { ...common, ...changed, ...settings };
    const factory = issuerFactoryOf(monitorOptions)!;
    const issuerOf = options.plant === undefined ? factory : options.plant(factory);
    // Threads need the built package.
    const monitor = (threads > 0 ? (built.Monitor as unknown as typeof Monitor) : Monitor).create(monitorOptions, issuerOf);
    return { monitor, engine: isOwn ? Engine.create({ ...common, ...changed }) : null };
  };
  const compared = open({});
  try {
    return await compare({ ...options, soak, compared, open, random, mixture: mixtures[campaign % mixtures.length] });
  } finally {
    await close(compared);
  }
}

/** What is compared: the monitor, and brute force unless shadow mode is. */
interface Compared {
  monitor: Monitor;
  engine: Engine | null;
}

interface Inputs {
  readonly market: Market;
  readonly params: object;
  readonly book: Book;
}

async function close({ monitor, engine }: Compared): Promise<void> {
  await monitor.close();
  await engine?.close();
}

/** Other parameters, from the market and the book that there are: that is a new monitor. */
async function changeParams({ soak, compared, open }: Comparison, random: () => number): Promise<void> {
  const { engine } = compared;
  const { quotes } = engine!;
  const market = { ...soak.market, ...quotes, indexPrice: new Map(quotes.indexPrice) };
  const inputs = { market, params: soak.otherParams(random), book: engine!.exportBook() };
  await close(compared);
  Object.assign(compared, open(inputs));
}

/** A warning at 90% of maintenance margin, bankruptcy, and a level with the add-on counted twice. */
const thresholds = [
  { name: 'warning', requirementFactor: 0.72 },
  { name: 'bankrupt', requirementFactor: 0 },
  { name: 'doubled', requirementFactor: 1.3, addOnFactor: 2 },
] as const;

interface Comparison extends CampaignOptions {
  readonly soak: SoakMarket;
  readonly compared: Compared;
  readonly open: (changed: Partial<Inputs>) => Compared;
  readonly random: () => number;
  readonly mixture: readonly WalkKind[];
}

async function compare(at: Comparison): Promise<CampaignResult> {
  const { seed, campaign, soak, compared, random, mixture, ticks } = at;
  const walk = new SoakWalk(soak.market, random);
  const differences: Difference[] = [];
  const sum = { compared: 0, skipped: 0, evaluated: 0, changed: 0, ticks: 0, certifiedTicks: 0, renewed: 0, bookChanges: 0, parameterChanges: 0 };
  const ofParams = seededRandom(seed * 1_000_003 + campaign + 500_000);
  const ofRenewals = seededRandom(seed * 1_000_003 + campaign + 700_000);
  const renewal = pick(ofRenewals, renewals);
  const kinds = new Set<WalkKind>();
  let opened = 0;
  for (let tick = 1; tick <= ticks && differences.length === 0; tick++) {
    // Quotes that were bad for a tick are none to begin with.
    if (tick > 2 && compared.engine !== null && walk.kind !== 'bad' && ofParams() < 0.02) {
      await changeParams(at, ofParams);
      sum.parameterChanges++;
    }
    const { monitor, engine } = compared;
    if (tick > 2 && random() < 0.1) {
      const changes = bookChanges(soak, at.accounts, opened, random);
      if (random() < 0.1) opened++;
      monitor.update(changes);
      engine?.update(changes);
      sum.bookChanges++;
    }
    const quotes = tick === 1 ? {} : walk.next(mixture);
    kinds.add(walk.kind);
    const where = { seed, campaign, tick, walk: walk.kind };
    try {
      const report = renewal === 'by tick()' ? await monitor.tick(quotes) : await monitor.evaluate(quotes);
      sum.skipped += report.skipped;
      sum.evaluated += report.evaluated;
      sum.changed += report.changes.set.length;
      if (report.mode.kind === 'certified') sum.certifiedTicks++;
    } catch (error) {
      if (!isWrongCertificate(error)) throw error;
      differences.push({ ...where, account: '', detail: String(error) });
      continue;
    }
    sum.compared += monitor.nettingSetCount;
    sum.ticks++;
    const isRenewed = renewal === 'always' || (renewal === 'seldom' && ofRenewals() < 0.4);
    const [{ certified }, found] = await Promise.all([
      isRenewed ? monitor.renew() : { certified: 0 },
      engine === null ? [] : differing(engine, monitor, quotes),
    ]);
    sum.renewed += Number(certified > 0);
    differences.push(...found.map((each) => ({ ...where, ...each })));
  }
  return { ...sum, kinds: [...kinds], differences };
}

async function differing(
  engine: Engine, monitor: Monitor, quotes: Parameters<Engine['tick']>[0],
): Promise<{ account: string; detail: string }[]> {
  await engine.tick(quotes);
  const { status, accountIndex } = engine.results;
  const { statuses } = monitor;
  if (Buffer.compare(status, statuses) === 0) return [];
  const sets = [...status.keys()].filter((set) => status[set] !== statuses[set]);
  return sets.slice(0, 5).map((set) => ({
    account: engine.accountIds[accountIndex[set]],
    detail: `netting set ${set}: brute force says ${status[set]}, the monitor ${statuses[set]}`,
  }));
}

/** Of either copy of the library: that of the sources, or the built one. */
function isWrongCertificate(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'CertificateWrong';
}

/** Positions and cash of a few accounts; some opened, some closed. */
function bookChanges({ market }: SoakMarket, accounts: number, opened: number, random: () => number): BookChanges {
  const account = (): string => (random() < 0.1 ? `N${opened}` : `A${Math.floor(random() * accounts)}`);
  const named = Array.from({ length: 1 + Math.floor(random() * 12) }, account);
  const positions = named.flatMap((name) =>
    accountRows(market, 0, random).slice(0, 3).map(({ instrument, quantity, entryPrice }) => ({
      account: name, instrument: market.instruments[instrument].name, quantity: random() < 0.3 ? 0 : quantity, entryPrice,
    })),
  );
  const currencies = [...new Set(market.instruments.map(({ settlementCurrency }) => settlementCurrency))];
  const amount = (): number => (random() < 0.2 ? 0 : between(random, -1, 2) * Math.exp(between(random, 0, 14)));
  const cash = named.map((name) => ({ account: name, currency: pick(random, currencies), amount: amount() }));
  const addOns = named.slice(0, 1).map((name) => ({ account: name, currency: pick(random, currencies), amount: Math.abs(amount()) }));
  return random() < 0.5 ? { positions } : random() < 0.5 ? { cash } : { cash, addOns };
}
