import type { generateMarginedBook } from '../generate/margined-book.ts';

type Stage = Parameters<NonNullable<Parameters<typeof generateMarginedBook>[3]>>[0];

/** The stages of making a book, as a person reads them. */
export const bookStages: Readonly<Record<Stage, string>> = {
  positions: 'drawing positions',
  load: 'loading the book',
  margin: 'margins without cash',
  cash: 'assigning cash',
};
