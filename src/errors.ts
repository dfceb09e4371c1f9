/**
 * Every error that margrid raises, in one table.
 *
 * A code is stable: programs may switch on it. A message names the file, row, column and value where there are any.
 */
export const errorCodes = {
  // input files
  FileNotFound: 'the file does not exist or cannot be read',
  FileUnreadable: 'the file is truncated or is not what its extension says',
  FileUnwritable: 'the file cannot be written',
  FileFormatUnknown: 'the extension names no supported format',
  FileTooLarge: 'the file exceeds the limit on rows or bytes',
  ColumnMissing: 'a required column is missing',
  ColumnTypeWrong: 'a column has the wrong type',
  ValueMissing: 'a value is NULL or empty',
  ValueNotFinite: 'a number is NaN or infinite',
  ValueOutOfRange: 'a number is outside its permitted range',
  ValueInvalid: 'a value is not one of the permitted ones',
  InstrumentUnknown: 'a position names an instrument that the market does not have',
  InstrumentDuplicate: 'two rows of the market define the same instrument',
  PositionDuplicate: 'two rows of the book hold the same account and instrument',
  CurrencyUnknown: 'a currency that the market does not have',
  ExpiryPassed: 'the instrument expired before the time of the market',
  AccountUnknown: 'the book has no such account',
  // configuration
  LimitExceeded: 'a count exceeds a limit of the engine',
  OptionInvalid: 'an option of the command or library call is invalid',
  ParameterInvalid: 'a model parameter is missing or invalid',
  ModelUnknown: 'no margin model has this name',
  ScenarioInvalid: 'a scenario has a move, weight or time that cannot be',
  FactorMissing: 'no scenario moves an instrument or a currency that is held',
  MatrixInvalid: 'a covariance or correlation matrix is not symmetric, not positive definite or of the wrong size',
  ObservationsMissing: 'there are too few observations for what is asked',
  HistoryMisaligned: 'the dates of price histories differ, go back or repeat',
  ComponentUnknown: 'the model needs a component whose formula is not public',
  DependencyMissing: 'an optional package is not installed',
  // engine
  OrderRefused: 'the pre-trade check refuses the order',
  MarginInsufficient: 'the account would be left without the margin that it needs',
  PoolInvalid: 'accounts cannot be pooled, or an account is not what the command takes it for',
  SegregationViolated: 'house and client money must not mix',
  CommandInvalid: 'a command of the account engine is malformed, unknown or refused',
  SnapshotInvalid: 'a snapshot is damaged, of another version, or does not fit the modules',
  LedgerUnbalanced: 'entries or balances of a currency do not add up to zero',
  BalanceInsufficient: 'the account has not the cash or the free margin that the movement needs',
  MovementRefused: 'a rule forbids this movement of money or positions',
  PostingUnknown: 'the ledger has no posting of this number that can be corrected',
  EngineState: 'the call is not allowed in the present state of the engine',
  KernelMismatch: 'the WASM module is not the one this version was built with',
  CertificateWrong: 'a certificate was wrong: a full evaluation gave another status',
  WorkerFailed: 'a worker stopped unexpectedly',
  Interrupted: 'the run was interrupted',
  // journal and snapshots
  EncodingInvalid: 'the bytes are no encoded value',
  JournalDamaged: 'an entry of the journal is not what was written',
  JournalLost: 'the journal lacks an entry that was acknowledged',
  JournalLocked: 'another process writes the journal',
  JournalFailed: 'the journal could not be written: nothing more is accepted',
  ReplayDiffers: 'a command led to something else than the journal says',
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** Where a problem was found. `row` is the 1-based data row (a header line is not counted). */
export interface ErrorPlace {
  readonly file?: string;
  readonly row?: number;
  readonly column?: string;
  readonly value?: unknown;
}

/** One problem found in an input, before it is decided whether it stops the run or quarantines one account. */
export interface Problem extends ErrorPlace {
  readonly code: ErrorCode;
  readonly message: string;
}

export class MargridError extends Error {
  readonly code: ErrorCode;
  readonly place: ErrorPlace;

  constructor(code: ErrorCode, message: string, place: ErrorPlace = {}) {
    super(message);
    this.name = 'MargridError';
    this.code = code;
    this.place = place;
  }
}

/** Raised when an input has problems; lists all of them (up to a limit), the message shows the first ones. */
export class BadInputError extends MargridError {
  readonly problems: readonly Problem[];
  /** Number of problems found; may be larger than `problems.length`. */
  readonly problemCount: number;

  constructor(problems: readonly Problem[], problemCount: number = problems.length) {
    const first = problems[0];
    const more = problemCount > 1 ? ` (and ${problemCount - 1} more problems)` : '';
    super(first.code, formatProblem(first) + more, first);
    this.name = 'BadInputError';
    this.problems = problems;
    this.problemCount = problemCount;
  }
}

/** `book.csv, row 12, column quantity: must be finite, got NaN [ValueNotFinite]` */
export function formatProblem(problem: Problem): string {
  const place = [
    problem.file,
    problem.row === undefined ? undefined : `row ${problem.row}`,
    problem.column === undefined ? undefined : `column ${problem.column}`,
  ].filter((part) => part !== undefined);
  const prefix = place.length > 0 ? `${place.join(', ')}: ` : '';
  return `${prefix}${problem.message} [${problem.code}]`;
}
