import { readFileSync } from 'node:fs';

/** What a file holds, as far as its text says; its name plays no part. */
export type Content = (
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'csv' | 'tsv'; readonly columns: readonly string[]; readonly text: string }
  | { readonly kind: 'risk-parameters'; readonly text: string }
  | { readonly kind: 'other' }
) & {
  /** Where it was read: cases may name a file beside it. */
  readonly path?: string;
};

/** A file that looks like JSON but is not, or that cannot be read at all. */
export class UnreadableFileError extends Error {}

export function readContent(path: string): Content {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UnreadableFileError(`cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
  try {
    return { ...contentOf(text), path };
  } catch (cause) {
    throw new UnreadableFileError(`${path} begins like JSON but is not: ${messageOf(cause)}`, { cause });
  }
}

/** Throws `SyntaxError` if the text begins like JSON and is not. */
export function contentOf(text: string): Content {
  const body = text.replace(/^\uFEFF/, '');
  // The second character tells `{ "a": ...` from prose that happens to begin with a bracket.
  if (/^\s*(\{\s*["}]|\[\s*[[\]{"\d-])/.test(body)) return { kind: 'json', value: JSON.parse(body) as unknown };
  // The header of a positional SPAN file in expanded unpacked format.
  if (/^0 .{33}U2/.test(body)) return { kind: 'risk-parameters', text: body };
  const header = /^[^\r\n]*/.exec(body)![0];
  // A header may be marked as a comment, as Open Source Risk Engine's are.
  if (/^#?[\w .()/-]+(,[\w .()/-]+)+$/.test(header)) {
    return { kind: 'csv', columns: header.replace(/^#/, '').split(','), text: body };
  }
  if (/^#?[\w .()/-]+(\t[\w .()/-]+)+$/.test(header)) {
    return { kind: 'tsv', columns: header.replace(/^#/, '').split('\t'), text: body };
  }
  return { kind: 'other' };
}

export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
