import { appliedIds } from '../account/applied-ids.ts';
import { requireCommand } from '../account/require-command.ts';
import type { BookCommand, Command, TickCommand } from '../account/command.ts';
import { changedQuotes } from '../account/quote-change.ts';
import type { Market } from '../domain/market.ts';
import type { BookChanges } from '../engine/book-changes.ts';
import type { Quotes } from '../engine/tick-inputs.ts';
import { MargridError } from '../errors.ts';
import { ordinaryTicks } from '../generate/ordinary-ticks.ts';
import { commandLines } from './command-lines.ts';

/** What happens next to a watched book: all quotes of a tick, or changes of the book. */
export type Step = { readonly place: StepPlace } & (
  | { readonly kind: 'tick'; readonly quotes: Quotes; readonly accepted: () => void }
  | { readonly kind: 'book'; readonly changes: BookChanges; readonly accepted: () => void }
  | { readonly kind: 'refused'; readonly error: MargridError }
);

/** For messages; null where nothing can be refused. */
export type StepPlace = { readonly file: string; readonly line: number } | null;

/** Where ticks come from. */
export interface TickSource {
  /** As a person reads it. */
  readonly words: string;
  /** Null if nobody knows before the end. */
  readonly tickCount: number | null;
  readonly steps: () => AsyncIterable<Step>;
}

export interface Movement {
  readonly ticks: number;
  readonly volatilityBp: number;
  readonly seed: number;
}

/** The market as it is, then movements of it (`ordinaryTicks`): `ticks` of all. */
export function generatedTicks(market: Market, { ticks, volatilityBp, seed }: Movement): TickSource {
  const accepted = (): void => {};
  return {
    words: `generated movement: ${volatilityBp} bp a tick, seed ${seed}`,
    tickCount: ticks,
    steps: async function* () {
      yield { kind: 'tick', quotes: market, accepted, place: null };
      const walk = ordinaryTicks(market, volatilityBp, seed);
      for (let tick = 1; tick < ticks; tick++) {
        yield { kind: 'tick', quotes: walk.next().value as Quotes, accepted, place: null };
      }
    },
  };
}

/**
 * Commands `tick` and `book` of a file, as `margrid run` takes them: applied once by their ids, never earlier than the
 * command before. What is refused, here or by whoever takes the step, leaves clock and quotes as they were.
 */
export async function commandTicks(market: Market, file: string, signal: AbortSignal): Promise<TickSource> {
  return {
    words: `commands of ${file === '-' ? 'standard input' : file}`,
    tickCount: file === '-' ? null : await countTicks(file, signal),
    steps: () => new CommandSteps(market, file, signal).steps(),
  };
}

/** Ticks of a file, each of which may turn out to be refused. */
async function countTicks(file: string, signal: AbortSignal): Promise<number> {
  let ticks = 0;
  for await (const { command } of commandLines(file, signal)) ticks += Number(command.kind === 'tick');
  return ticks;
}

/** What a refused command is refused with: a malformed one may fail anywhere. */
export function refusalOf(error: unknown): MargridError {
  if (error instanceof MargridError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new MargridError('CommandInvalid', `the command is malformed: ${reason}`);
}

class CommandSteps {
  readonly #market: Market;
  readonly #file: string;
  readonly #signal: AbortSignal;
  readonly #rowOf: ReadonlyMap<string, number>;
  readonly #applied = appliedIds();
  #quotes: Quotes;
  #clockMs: number;
  #sequence = 0;

  constructor(market: Market, file: string, signal: AbortSignal) {
    this.#market = market;
    this.#file = file;
    this.#signal = signal;
    this.#rowOf = new Map(market.instruments.map(({ name }, row) => [name, row] as const));
    this.#quotes = market;
    this.#clockMs = market.asOfMs;
  }

  async *steps(): AsyncGenerator<Step> {
    for await (const { line, command } of commandLines(this.#file, this.#signal)) {
      if (this.#applied.get(command.id) !== undefined) continue;
      yield { ...this.#stepOrRefusal(command), place: { file: this.#file, line } };
    }
  }

  #stepOrRefusal(command: Command) {
    try {
      return this.#stepOf(command);
    } catch (error) {
      return { kind: 'refused', error: refusalOf(error) } as const;
    }
  }

  #stepOf(command: Command) {
    requireCommand(command, this.#clockMs);
    const accept = (): void => {
      this.#clockMs = command.timeMs;
      this.#applied.add(command.id, ++this.#sequence);
    };
    if (command.kind === 'book') {
      return { kind: 'book', changes: (command as unknown as BookCommand).changes, accepted: accept } as const;
    }
    if (command.kind !== 'tick') {
      const message = `a monitor takes the commands tick and book, not '${command.kind}'`;
      throw new MargridError('CommandInvalid', message, { column: 'kind', value: command.kind });
    }
    const { quotes: change = {}, timeMs } = command as unknown as TickCommand;
    const { quotes } = changedQuotes(this.#quotes, change, this.#market, this.#rowOf, timeMs);
    const accepted = (): void => {
      accept();
      this.#quotes = quotes;
    };
    return { kind: 'tick', quotes, accepted } as const;
  }
}
