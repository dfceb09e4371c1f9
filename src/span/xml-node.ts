import { spanFileError } from './record.ts';
import type { ErrorCode } from '../errors.ts';

/** An element of an XML risk-parameter file with its text and its children; bad values are named by line and element. */
export class XmlNode {
  readonly name: string;
  readonly parent: XmlNode | null;
  readonly #file: string;
  readonly #line: number;
  #text = '';
  readonly #children: XmlNode[] = [];

  constructor(name: string, parent: XmlNode | null, file: string, line: number) {
    this.name = name;
    this.parent = parent;
    this.#file = file;
    this.#line = line;
  }

  addText(text: string): void {
    this.#text += text;
  }

  add(child: XmlNode): void {
    this.#children.push(child);
  }

  get value(): string {
    return this.#text.trim();
  }

  all(name: string): readonly XmlNode[] {
    return this.#children.filter((child) => child.name === name);
  }

  child(name: string): XmlNode | null {
    return this.#children.find((child) => child.name === name) ?? null;
  }

  requiredChild(name: string): XmlNode {
    return this.child(name) ?? this.fail('ValueMissing', `has no <${name}>`);
  }

  /** Text of a child; '' if there is none. */
  text(name: string): string {
    return this.child(name)?.value ?? '';
  }

  requiredText(name: string): string {
    const text = this.requiredChild(name).value;
    return text === '' ? this.requiredChild(name).fail('ValueMissing', 'is empty') : text;
  }

  optionalNumber(name: string): number | null {
    const child = this.child(name);
    return child === null || child.value === '' ? null : child.asNumber();
  }

  number(name: string): number {
    return this.requiredChild(name).asNumber();
  }

  asNumber(): number {
    const number = this.value === '' ? NaN : Number(this.value);
    return Number.isFinite(number) ? number : this.fail('ValueInvalid', 'must be a number');
  }

  /** `1` or `true`. */
  flag(name: string): boolean {
    return ['1', 'true'].includes(this.text(name).toLowerCase());
  }

  /** The nearest element of that name around this one. */
  within(name: string): XmlNode | null {
    let node: XmlNode | null = this.parent;
    while (node !== null && node.name !== name) node = node.parent;
    return node;
  }

  fail(code: ErrorCode, rule: string): never {
    const value = this.value;
    throw spanFileError({
      code,
      file: this.#file,
      row: this.#line,
      column: `<${this.name}>`,
      value,
      message: value === '' ? `${rule}` : `${rule}, got '${value}'`,
    });
  }
}
