import { AccountEngine } from '../../src/account/account-engine.ts';
import { loadBuiltInMarket } from '../../src/chain/built-in-market.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { generateMarginedBook } from '../../src/generate/margined-book.ts';
import { RandomStream } from '../../src/generate/random.ts';
import { PoolingModule } from '../../src/pooling/pooling-module.ts';
import type { OrderCheck } from '../../src/pooling/pre-trade-check.ts';
import { builtInParams } from '../built-in-params.ts';
import { measureInTurn, timed } from '../measure.ts';
import { accountsOf, roundsOf, seedOf } from '../parameters.ts';
import { columnHash } from '../verify.ts';
import type { Outcome, Parameters, Workload } from '../workload.ts';

/** The pre-trade check, asked of a loaded account engine: accounts without and with open orders. */
export const canPlace: Workload = {
  name: 'can-place',
  title: 'pre-trade checks on a loaded account engine (deribit-pm, real chains): a thousand orders of random accounts',
  parameters: {
    accounts: accountsOf(100_000, 300, 'accounts of the generated book'),
    seed: seedOf('the book and the orders'),
    runs: roundsOf(9),
  },
  run,
};

const questionCount = 1_000;
/** Streams 1, 2, 101 to 104 of a seed have other uses. */
const questionStream = 105;

interface Question {
  readonly account: string;
  readonly instrument: string;
  readonly quantity: number;
  readonly limitPrice: number;
}

async function run({ accounts, seed, runs }: Parameters, progress: (line: string) => void): Promise<Outcome> {
  progress('generating the book');
  const { market } = loadBuiltInMarket();
  const params = builtInParams();
  const { engine: bare } = await generateMarginedBook(market, { accounts, seed }, { params, workers: 0, kernels: 'wasm' });
  const pooling = new PoolingModule();
  const engine = AccountEngine.create({ market, book: bare.exportBook(), params, kernels: 'wasm', modules: [pooling] });
  await bare.close();
  try {
    await engine.apply({ id: 'tick', timeMs: market.asOfMs, kind: 'tick' });
    const questions = questionsOf(engine.engine, seed);
    let answers: OrderCheck[] = [];
    const ask = (): number =>
      timed(() => {
        answers = questions.map(({ account, ...order }) => pooling.canPlace(account, order));
      });
    const own = (await measureInTurn([{ name: 'margrid', run: ask }], runs)).get('margrid')!;
    const hash = columnHash(Float64Array.from(answers, ({ freeMarginAfter }) => freeMarginAfter));
    const refused = answers.filter(({ allowed }) => !allowed).length;
    progress('placing orders');
    const placed = await placeOrders(engine, questions);
    const withOrders = (await measureInTurn([{ name: 'margrid', run: ask }], runs)).get('margrid')!;
    return {
      ...own,
      hash,
      note: `${questionCount} orders, calling thread; ${refused} of them refused`,
      throughput: { perSecond: (questionCount / own.median) * 1_000, unit: 'checks' },
      entrants: {},
      details: {
        microsecondsPerCheck: own.median * (1_000 / questionCount),
        openOrders: placed,
        microsecondsPerCheckWithOpenOrders: withOrders.median * (1_000 / questionCount),
      },
    };
  } finally {
    await engine.close();
  }
}

/** Places what is allowed: accounts asked again then have an open order of that instrument and side. */
async function placeOrders(engine: AccountEngine, questions: readonly Question[]): Promise<number> {
  const outcomes = await engine.applyAll(
    questions.map((question, place) => ({ id: `order-${place}`, timeMs: engine.clockMs, kind: 'order.place', order: `${place}`, ...question })),
  );
  return outcomes.filter((outcome) => !('refused' in outcome)).length;
}

function questionsOf({ market, accountIds }: Engine, seed: number): Question[] {
  const random = new RandomStream();
  random.restart(seed, 0, questionStream);
  const futures = market.instruments.flatMap(({ kind }, index) => (kind === 'future' || kind === 'perpetual' ? [index] : []));
  return Array.from({ length: questionCount }, () => {
    const index = futures[random.nextIndex(futures.length)];
    const size = 1 + random.nextIndex(10);
    return {
      account: accountIds[random.nextIndex(accountIds.length)],
      instrument: market.instruments[index].name,
      quantity: random.nextIndex(2) === 0 ? size : -size,
      limitPrice: market.forward[index],
    };
  });
}
