import type { Book } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import { Engine, type EngineOptions } from '../engine/engine.ts';
import { assignCash } from './assign-cash.ts';
import type { BookOptions } from './book-options.ts';
import { generatePositions } from './generate-positions.ts';

export interface MarginedBook {
  readonly book: Book;
  /** Loaded with the book; the caller closes it. */
  readonly engine: Engine;
}

/**
 * A generated book whose cash is set from its margins (docs/BOOK-GENERATOR.md): positions first, one tick without cash
 * to learn each
 * netting set's requirement and value, then cash. The engine that did it is returned with the finished book in it.
 */
export async function generateMarginedBook(
  market: Market,
  options: BookOptions,
  engineOptions: Omit<EngineOptions, 'market' | 'book'>,
  onStage: (stage: 'positions' | 'load' | 'margin' | 'cash') => void = () => {},
): Promise<MarginedBook> {
  onStage('positions');
  const positions = generatePositions(market, options);
  onStage('load');
  const engine = Engine.create({ ...engineOptions, market, book: positions });
  onStage('margin');
  await engine.tick();
  onStage('cash');
  const { accountIndex, currencyIndex, maintenanceMargin, equity } = engine.results;
  const currencyOf = engine.currencies.map((currency) => positions.currencies.indexOf(currency));
  const book = assignCash(
    positions,
    {
      accountIndex,
      currencyIndex: Uint32Array.from(currencyIndex, (index) => currencyOf[index]),
      maintenanceMargin,
      value: equity,
    },
    options,
  );
  engine.replaceCash(book.cash, book.currencies);
  return { book, engine };
}
