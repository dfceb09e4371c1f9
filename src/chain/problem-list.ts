import { BadInputError } from '../errors.ts';
import type { ErrorCode, Problem } from '../errors.ts';
import { limits } from '../limits.ts';

/** Collects the problems of one file, so that a user sees all of them at once instead of the first. */
export class ProblemList {
  readonly file: string;
  readonly #problems: Problem[] = [];
  #count = 0;

  constructor(file: string) {
    this.file = file;
  }

  add(code: ErrorCode, message: string, place: { row?: number; column?: string; value?: unknown } = {}): void {
    this.#count += 1;
    if (this.#problems.length >= limits.problemCountMax) return;
    this.#problems.push({ code, message, file: this.file, ...place });
  }

  throwIfAny(): void {
    if (this.#count > 0) throw new BadInputError(this.#problems, this.#count);
  }
}
