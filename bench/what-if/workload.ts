import { loadBuiltInMarket } from '../../src/chain/built-in-market.ts';
import type { AccountMargin } from '../../src/engine/account-margin.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { generateMarginedBook } from '../../src/generate/margined-book.ts';
import { RandomStream } from '../../src/generate/random.ts';
import { builtInParams } from '../built-in-params.ts';
import { entrantReport } from '../entrant.ts';
import { measureInTurn, timed } from '../measure.ts';
import { accountsOf, roundsOf, seedOf } from '../parameters.ts';
import { columnHash } from '../verify.ts';
import type { Outcome, Parameters, Workload } from '../workload.ts';

/** "What would this account's margin be if it traded this?", asked of a loaded book. */
export const whatIf: Workload = {
  name: 'what-if',
  title: 'what-if questions on a loaded book (deribit-pm, real chains): one account with one more position, a thousand times',
  parameters: {
    accounts: accountsOf(100_000, 300, 'accounts of the generated book'),
    seed: seedOf('the book and the questions'),
    runs: roundsOf(9),
  },
  run,
};

const questionCount = 1_000;
/** Streams 1, 2, 101 to 103 of a seed have other uses. */
const questionStream = 104;

interface Question {
  readonly account: string;
  readonly instrument: string;
  readonly quantity: number;
  readonly entryPrice: number;
}

async function run({ accounts, seed, runs }: Parameters, progress: (line: string) => void): Promise<Outcome> {
  progress('generating the book');
  const { market } = loadBuiltInMarket();
  const options = { params: builtInParams(), workers: 0, kernels: 'wasm' } as const;
  const { engine } = await generateMarginedBook(market, { accounts, seed }, options);
  await engine.tick();
  const questions = questionsOf(engine, seed);
  let answers: AccountMargin[] = [];
  const ask = (): number =>
    timed(() => {
      answers = questions.flatMap((each) => engine.preview(each.account, { positions: [each] }));
    });
  const wholeTick = async (): Promise<number> => {
    engine.forgetRows();
    return (await engine.tick()).timingsMs.total;
  };
  try {
    const passes = [
      { name: 'margrid', run: ask },
      { name: 'whole-tick', run: wholeTick },
    ];
    const timings = await measureInTurn(passes, runs);
    const own = timings.get('margrid')!;
    const results = Float64Array.from(answers, ({ initialMargin }) => initialMargin);
    const tick = timings.get('whole-tick')!;
    const otherWork = { equal: false, maxRelativeDifference: 0 };
    return {
      ...own,
      hash: columnHash(results),
      note: `${questionCount} questions, calling thread`,
      throughput: { perSecond: (questionCount / own.median) * 1_000, unit: 'questions' },
      entrants: {
        'whole-tick': entrantReport(tick, own.median, engine.resultHash(), otherWork, 'margins of the whole book once: what an engine without previews does per question'),
      },
      details: { microsecondsPerQuestion: own.median * (1_000 / questionCount), positions: engine.positionCount },
    };
  } finally {
    await engine.close();
  }
}

function questionsOf(engine: Engine, seed: number): Question[] {
  const random = new RandomStream();
  random.restart(seed, 0, questionStream);
  const { instruments, forward } = engine.market;
  return Array.from({ length: questionCount }, () => {
    const index = random.nextIndex(instruments.length);
    return {
      account: engine.accountIds[random.nextIndex(engine.accountIds.length)],
      instrument: instruments[index].name,
      quantity: 1 + random.nextIndex(10),
      entryPrice: forward[index],
    };
  });
}
