import { CaseInputError } from '../fields.ts';

/** A value that the peer parser read: a text, a number, nothing, or several. */
export type PeerValue = string | number | null | readonly PeerValue[];

/** `Name(field='text', other=1.5, day=datetime.date(2025, 6, 20), list=('a', 'b'))` as name and fields. */
export function readPeer(text: string): { readonly name: string; readonly fields: ReadonlyMap<string, PeerValue> } {
  const reader = new PeerReader(text);
  const name = reader.word();
  return { name, fields: reader.fields() };
}

class PeerReader {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  word(): string {
    return this.#match(/\w+/y);
  }

  fields(): Map<string, PeerValue> {
    const fields = new Map<string, PeerValue>();
    this.#expect('(');
    while (!this.#accept(')')) {
      const name = this.word();
      this.#expect('=');
      fields.set(name, this.#value());
      this.#accept(',');
    }
    return fields;
  }

  #value(): PeerValue {
    this.#skip();
    const next = this.#text[this.#at];
    if (next === "'" || next === '"') return this.#quoted();
    if (next === '(') return this.#list();
    const token = this.#match(/[\w.+-]+/y);
    if (token === 'datetime.date' || token === 'datetime.time') {
      const parts = this.#list() as readonly number[];
      const widths = token === 'datetime.date' ? [4, 2, 2] : [2, 2];
      return widths.map((width, index) => String(parts[index] ?? 0).padStart(width, '0')).join('');
    }
    if (token === 'nan' || token === 'None') return null;
    const number = Number(token);
    return Number.isNaN(number) ? token : number;
  }

  #list(): PeerValue[] {
    const values: PeerValue[] = [];
    this.#expect('(');
    while (!this.#accept(')')) {
      values.push(this.#value());
      this.#accept(',');
    }
    return values;
  }

  #quoted(): string {
    const quote = this.#text[this.#at];
    const end = this.#text.indexOf(quote, this.#at + 1);
    if (end < 0) throw new CaseInputError('input repr ends within a text');
    const text = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return text;
  }

  #skip(): void {
    while (this.#text[this.#at] === ' ') this.#at += 1;
  }

  #accept(character: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #expect(character: string): void {
    if (!this.#accept(character)) {
      throw new CaseInputError(`input repr: '${character}' expected at '${this.#text.slice(this.#at, this.#at + 20)}'`);
    }
  }

  #match(pattern: RegExp): string {
    this.#skip();
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) throw new CaseInputError(`input repr: not understood at '${this.#text.slice(this.#at, this.#at + 20)}'`);
    this.#at += match[0].length;
    return match[0];
  }
}
