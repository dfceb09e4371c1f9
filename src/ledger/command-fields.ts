import type { Command } from '../account/command.ts';
import {
  choiceField,
  invalid,
  listField,
  numberField,
  section,
  textField,
  type NumberRule,
  type Section,
} from '../margin/fields.ts';
import { minorUnitsFrom, type MinorUnits } from '../money/minor-units.ts';
import { assignmentMethods, type AssignmentMethod } from './assignment.ts';
import { fractionOf, type Fraction } from '../money/fraction.ts';

/** Reading commands: as parameter files, the error names field and value. */

/** Fields of every kind of command, besides id, time, kind, reason and reference. */
const fieldsByKind = {
  'ledger.deposit': ['account', 'currency', 'amount'],
  'ledger.withdraw': ['account', 'currency', 'amount'],
  'ledger.transfer': ['from', 'to', 'currency', 'amount'],
  'ledger.fee': [
    'account',
    'currency',
    'amount',
    'to',
    'schedule',
    'instrument',
    'quantity',
    'price',
    'premium',
    'liquidity',
    'volume',
  ],
  'ledger.fill': [
    'instrument',
    'buyer',
    'seller',
    'quantity',
    'price',
    'maker',
    'schedule',
    'indexPrice',
    'buyerVolume',
    'sellerVolume',
  ],
  'ledger.funding': ['rates', 'marks', 'intervalMs'],
  'ledger.variation': ['instrument', 'instruments', 'prices'],
  'ledger.settle': [
    'instrument',
    'instruments',
    'price',
    'average',
    'delivery',
    'underlying',
    'threshold',
    'abandon',
    'assignment',
    'schedule',
  ],
  'ledger.exercise': ['account', 'instrument', 'quantity', 'delivery', 'underlying', 'price', 'assignment'],
  'ledger.adjust': [
    'adjustment',
    'instrument',
    'to',
    'ratio',
    'dividend',
    'lot',
    'cashPrice',
    'strikeStep',
    'minimumPerContract',
  ],
  'ledger.correct': ['posting'],
} as const;

export type LedgerCommandKind = keyof typeof fieldsByKind;

/** Throws for a field that the command does not have: one that is misspelt would do nothing. */
export function requireKnownFields(command: Command): void {
  const known: readonly string[] = fieldsByKind[command.kind as LedgerCommandKind];
  const every = ['id', 'timeMs', 'kind', 'reason', 'reference', ...known];
  const unknownName = Object.keys(command).find((name) => !every.includes(name));
  if (unknownName !== undefined)
    throw invalid(
      unknownName,
      command[unknownName],
      `is no field of the command; there are ${known.join(', ')}, reason, reference`,
    );
}

const anyPrice: NumberRule = { min: Number.MIN_VALUE, max: 1e12 };
const anyQuantity: NumberRule = { min: Number.MIN_VALUE, max: 1e15 };

/** Minor units > 0: a decimal text (or a whole number of any size, from programs). */
export function minorField(command: Command, name: string): MinorUnits {
  const value = command[name];
  const amount = minorUnitsFrom(value);
  if (amount !== null && amount > 0n && BigInt.asIntN(64, amount) === amount) return amount;
  const shown = typeof value === 'bigint' ? value.toString() : value;
  throw invalid(name, shown, 'must be minor units > 0 of at most 64 bits, as a decimal text like "2500000"');
}

/** A text that may be left out. */
export function noteField(command: Command, name: string, otherwise: string): string {
  return command[name] === undefined ? otherwise : textField(command, name, '');
}

export function priceField(fields: Section, name: string, path = ''): Fraction {
  return fractionOf(numberField(fields, name, path, anyPrice));
}

/** Contracts > 0. */
export function quantityField(fields: Section, name: string): Fraction {
  return fractionOf(numberField(fields, name, '', anyQuantity));
}

/** A number > 0 by name each, in the order given; empty if the field is left out. */
export function numbersByName(
  command: Command,
  name: string,
  rule: NumberRule = anyPrice,
): ReadonlyMap<string, Fraction> {
  if (command[name] === undefined) return new Map();
  const fields = section(command[name], name);
  return new Map(Object.keys(fields).map((key) => [key, fractionOf(numberField(fields, key, name, rule))] as const));
}

/** Instruments by name: `instrument`, or `instruments` as a list. */
export function instrumentNames(command: Command): readonly string[] {
  if (command['instruments'] === undefined) return [textField(command, 'instrument', '')];
  const names = listField(command, 'instruments', '').map((name, index) => {
    if (typeof name !== 'string') throw invalid(`instruments[${index}]`, name, 'must be a text');
    return name;
  });
  if (names.length > 0 && new Set(names).size === names.length) return names;
  throw invalid('instruments', command['instruments'], 'must name at least one instrument, none of them twice');
}

export interface AssignmentRule {
  readonly method: AssignmentMethod;
  readonly seed: bigint;
  /** Quantities are multiples of it; nothing smaller is assigned. */
  readonly lot: Fraction;
}

/** `assignment: { method, seed, lot }`; left out: pro rata in whole contracts. */
export function assignmentField(command: Command): AssignmentRule {
  const fields = section(command['assignment'] ?? {}, 'assignment');
  const method = choiceField(fields, 'method', 'assignment', assignmentMethods, 'pro-rata');
  const seed = fields['seed'] ?? (method === 'random' ? undefined : 0);
  if (!Number.isSafeInteger(seed))
    throw invalid('assignment.seed', seed, 'must be a whole number: the draw follows from it');
  const lot = fields['lot'] === undefined ? fractionOf(1) : priceField(fields, 'lot', 'assignment');
  return { method, seed: BigInt(seed as number), lot };
}
