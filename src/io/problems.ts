import { BadInputError, type ErrorCode, type Problem } from '../errors.ts';
import { limits } from '../limits.ts';

/** Collects the problems of one file: the first ones in full, all of them counted. */
export class ProblemLog {
  readonly file: string;
  readonly problems: Problem[] = [];
  problemCount = 0;

  constructor(file: string) {
    this.file = file;
  }

  add(code: ErrorCode, message: string, place: { row?: number; column?: string; value?: unknown } = {}): void {
    this.addProblem({ code, message, file: this.file, ...place });
  }

  addProblem(problem: Problem): void {
    this.problemCount += 1;
    if (this.problems.length < limits.problemCountMax) this.problems.push(problem);
  }

  /** Problems that were counted but not described, because the list was full. */
  addCount(count: number): void {
    this.problemCount += count;
  }

  throwIfAny(): void {
    if (this.problemCount > 0) throw new BadInputError(this.problems, this.problemCount);
  }
}

const shownLengthMax = 80;

/** A value as messages show it: quoted if text, shortened if long. */
export function shown(value: string | number | boolean | bigint | null | undefined): string {
  if (typeof value === 'string') {
    const short = value.length > shownLengthMax ? `${value.slice(0, shownLengthMax)}...` : value;
    return JSON.stringify(short);
  }
  if (Object.is(value, -0)) return '-0';
  return value === null || value === undefined ? 'NULL' : String(value);
}
