import { generateMarginedBook } from '../../generate/margined-book.ts';
import { bookStages } from '../book-stages.ts';
import { writeBook } from '../../io/index.ts';
import { count } from '../format.ts';
import { loadMarket, loadParams, requireParams, requireWritable } from '../inputs.ts';
import { exitCodes, throwIfInterrupted } from '../interruption.ts';
import type { Terminal } from '../terminal.ts';

export interface GenerateOptions {
  readonly market: string;
  readonly accounts: number;
  readonly positions: number;
  readonly seed: number;
  readonly out: string;
  readonly params?: string;
  readonly model?: string;
  readonly workers: number;
  readonly json?: boolean;
}

/** `margrid generate`: a seeded book of the documented shape. */
export async function generate(options: GenerateOptions, terminal: Terminal, signal: AbortSignal): Promise<number> {
  requireWritable(options.out);
  const params = await loadParams(options.params, options.model);
  requireParams(params, options);
  const market = await loadMarket(options, terminal);
  const { book, engine } = await generateMarginedBook(
    market,
    { accounts: options.accounts, seed: options.seed, meanPositions: options.positions },
    { params, workers: options.workers, ...(options.model === undefined ? {} : { model: options.model }) },
    (stage) => terminal.stage(bookStages[stage]),
  );
  terminal.stage(null);
  try {
    throwIfInterrupted(signal);
    const { totals } = await engine.tick();
    terminal.stage(`writing ${options.out}`);
    await writeBook(options.out, book, market, { signal });
    terminal.stage(null);
    const summary = {
      out: options.out,
      seed: options.seed,
      accounts: book.accountIds.length,
      positions: book.positions.quantity.length,
      cashRows: book.cash.amount.length,
      counts: totals.counts,
      stateHash: engine.stateHash(),
    };
    if (options.json) terminal.print(JSON.stringify(summary, null, 2));
    else {
      terminal.print(
        `${options.out}: ${count(summary.accounts)} accounts, ${count(summary.positions)} positions, ` +
          `${count(summary.cashRows)} cash rows, seed ${options.seed}`,
      );
      terminal.print(`state hash ${summary.stateHash}`);
    }
    return exitCodes.ok;
  } finally {
    await engine.close();
  }
}
