import type { Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import type { Directory } from './book-changes.ts';
import type { BookColumns } from './book-columns.ts';
import type { InstrumentRows } from './instrument-rows.ts';

/** What names mean to the book of an engine. */
export class BookNames {
  readonly #book: BookColumns;
  readonly #instrumentRow: ReadonlyMap<string, number>;
  readonly #currencyRow: ReadonlyMap<string, number>;
  /** Made when first asked for: many books are only ticked. */
  #accountRow: Map<string, number> | null = null;

  constructor(book: BookColumns, rows: InstrumentRows, { instruments }: Market) {
    this.#book = book;
    this.#instrumentRow = new Map(instruments.map(({ name }, index) => [name, rows.rowOf[index]] as const));
    this.#currencyRow = new Map(rows.currencies.map((name, index) => [name, index] as const));
  }

  instrumentRow(name: string): number | undefined {
    return this.#instrumentRow.get(name);
  }

  /** Row of an account, undefined if the book has none of that name. Throws `OptionInvalid` if two have one name. */
  accountRow(name: string): number | undefined {
    return this.#accounts().get(name);
  }

  /** All of them. Throws as `accountRow` does. */
  directory(): Directory {
    return { accountRow: this.#accounts(), instrumentRow: this.#instrumentRow, currencyRow: this.#currencyRow };
  }

  /** Accounts that the book has opened, the first of them in row `first`. */
  open(accounts: readonly string[], first: number): void {
    const rows = this.#accounts();
    accounts.forEach((account, index) => rows.set(account, first + index));
  }

  #accounts(): Map<string, number> {
    if (this.#accountRow === null) {
      const { accountIds } = this.#book;
      this.#accountRow = new Map(accountIds.map((account, index) => [account, index] as const));
      if (this.#accountRow.size !== accountIds.length) {
        throw new MargridError(
          'OptionInvalid',
          'two accounts of the book have the same name: they cannot be told apart by name',
        );
      }
    }
    return this.#accountRow;
  }
}
