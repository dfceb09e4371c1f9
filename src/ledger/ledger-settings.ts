import { knownFields, numberField, section, textsField, type NumberRule } from '../margin/fields.ts';
import { decimalsOf } from '../money/minor-units.ts';
import type { BookkeepingOptions } from './bookkeeping.ts';
import { parseFeeSchedules } from './fees.ts';
import { loadFeeSchedules } from './shipped-data.ts';

const names = ['decimals', 'houseAccounts', 'fees', 'retainedEntries', 'restrictedBelow'];

/**
 * Settings of the ledger as in a file, all optional: `decimals` by currency, `houseAccounts` besides the standard ones,
 * `fees` (schedules by name, or the name of a venue whose fees ship with the package), `retainedEntries`,
 * `restrictedBelow`. Throws `ParameterInvalid` naming the field.
 */
export function parseLedgerSettings(input: unknown): BookkeepingOptions {
  const fields = knownFields(input ?? {}, 'ledger', names);
  const size = (name: string, rule: NumberRule) =>
    fields[name] === undefined ? {} : { [name]: numberField(fields, name, 'ledger', rule) };
  return {
    decimals: decimals(fields['decimals']),
    houseAccounts: textsField(fields, 'houseAccounts', 'ledger'),
    feeSchedules: fees(fields['fees']),
    ...size('retainedEntries', { min: 0, max: Number.MAX_SAFE_INTEGER }),
    ...size('restrictedBelow', { min: 0, max: 1_000 }),
  };
}

function decimals(value: unknown): Readonly<Record<string, number>> {
  const fields = section(value ?? {}, 'ledger.decimals');
  const given = Object.keys(fields).map(
    (currency) => [currency, numberField(fields, currency, 'ledger.decimals', { min: 0, max: 18 })] as const,
  );
  return Object.fromEntries(
    given.map(([currency, count]) => [currency, decimalsOf(currency, { [currency]: count })] as const),
  );
}

function fees(value: unknown) {
  if (value === undefined) return {};
  return typeof value === 'string' ? loadFeeSchedules(value) : parseFeeSchedules(value);
}
