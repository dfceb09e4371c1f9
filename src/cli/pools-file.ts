import type { Book } from '../domain/book.ts';
import { readRawTable, requireColumn, ProblemLog, shown } from '../io/index.ts';
import type { AccountGroups } from '../revaluation/book-portfolios.ts';

/**
 * Which pool each account is in: a file with the columns `account` and `pool`. Accounts that it does not name are in
 * none. Throws `BadInputError` for an account that the book has not or that is named twice.
 */
export async function readPools(path: string, book: Book): Promise<AccountGroups> {
  const source = await readRawTable(path, ['account', 'pool']);
  const accounts = requireColumn(source, 'account').cells;
  const pools = requireColumn(source, 'pool').cells;
  const places = new Map(book.accountIds.map((name, place) => [name, place]));
  const groupOf = new Int32Array(book.accountIds.length).fill(-1);
  const rows = new Map<string, number>();
  const problems = new ProblemLog(path);
  accounts.forEach((cell, row) => {
    const [account, pool] = [String(cell ?? ''), String(pools[row] ?? '')];
    const place = places.get(account);
    const add = (column: string, value: string, message: string): void =>
      problems.add('ValueInvalid', message, { row: row + 1, column, value });
    if (place === undefined) add('account', account, `the book has no account ${shown(account)}`);
    else if (groupOf[place] >= 0) add('account', account, `the account ${shown(account)} is there twice`);
    else if (pool === '') add('pool', pool, 'must not be empty');
    else {
      if (!rows.has(pool)) rows.set(pool, rows.size);
      groupOf[place] = rows.get(pool)!;
    }
  });
  problems.throwIfAny();
  return { names: [...rows.keys()], groupOf };
}
