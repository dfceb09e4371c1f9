import { MargridError } from '../../../src/index.ts';
import { checkAbsolute, checkRelative, type Check } from '../check.ts';
import { messageOf } from '../content.ts';
import { contractOf, marginFuture, marginOption, ratesOf } from '../deribit-standard/accounts.ts';
import { CaseInputError, expectedOf, fieldsOf, listOf, numberOf, optionalNumber, type Fields } from '../fields.ts';
import type { CaseOutcome, Suite } from '../suite.ts';
import { isListWith, rootOf } from '../table.ts';

/** Contracts, coins, rate, amount and their product: at most eight roundings of 2^-53 each. */
const tolerance = 1e-15;
/** The venue prints coin amounts to nine decimals. */
const halfNinthDecimal = 5e-10;

export const deribitStandard: Suite = {
  name: 'deribit-standard',
  description: 'worked examples of Deribit standard margin: linear and inverse perpetuals, short options',
  detect: (content) => {
    const root = rootOf(content);
    return (
      isListWith(root['linearPerpetual'], ['instrument', 'size', 'price', 'type']) ||
      isListWith(root['optionDeribitStyle'], ['underlying', 'strike', 'mark', 'cp']) ||
      isListWith(root['liveInversePerpetual'], ['size_usd', 'mark'])
    );
  },
  run: async (content) => {
    const root = rootOf(content);
    const cases: CaseOutcome[] = [];
    for (const [list, compute] of Object.entries(computers)) {
      const rows = listOf(root[list]).map(fieldsOf);
      for (const [index, fields] of rows.entries()) {
        cases.push(await outcomeOf(`${list} ${index + 1}`, fields, compute));
      }
    }
    return { cases, notCovered: [] };
  },
};

type Compute = (fields: Fields) => Promise<readonly (Check | null)[]>;

const computers: Readonly<Record<string, Compute>> = {
  linearPerpetual: linearChecks,
  optionDeribitStyle: optionChecks,
  liveInversePerpetual: liveChecks,
};

async function outcomeOf(name: string, fields: Fields, compute: Compute): Promise<CaseOutcome> {
  try {
    return { name, checks: (await compute(fields)).filter((check) => check !== null), problem: null };
  } catch (cause) {
    if (!(cause instanceof CaseInputError || cause instanceof MargridError)) throw cause;
    return { name, checks: [], problem: messageOf(cause) };
  }
}

async function linearChecks(fields: Fields): Promise<(Check | null)[]> {
  const { type, instrument } = fields;
  if (type !== 'IM' && type !== 'MM') throw wrong('type', '"IM" or "MM"', type);
  if (typeof instrument !== 'string') throw new CaseInputError('input instrument must be a name');
  const size = numberOf(fields, 'size');
  const price = numberOf(fields, 'price');
  const margin = await marginFuture(instrument, size, price, ratesOf(fields));
  const actual = type === 'IM' ? margin.initialMargin : margin.maintenanceMargin;
  const amount = margin.currency === quoteOf(instrument) ? Math.abs(size) * price : Math.abs(size);
  return [
    relative(`${type} (linear)`, actual, fields, 'expectedMargin'),
    relative(`${type} rate (linear)`, actual / amount, fields, 'expectedRate'),
  ];
}

/** Quote currency of a linear contract; of an inverse one, whose margin is in coin, nothing. */
function quoteOf(instrument: string): string | undefined {
  return /_([A-Z0-9]+)-/.exec(instrument)?.[1];
}

/** Positions are short unless `side` says otherwise: long options need nothing. */
async function optionChecks(fields: Fields): Promise<(Check | null)[]> {
  const right = fields['cp'];
  if (right !== 'C' && right !== 'P') throw wrong('cp', '"C" or "P"', right);
  const size = Math.abs(numberOf(fields, 'size'));
  const isLong = fields['side'] === 'long' || fields['side'] === 'buy';
  const { initialMargin, maintenanceMargin } = await marginOption(fields, right === 'C', isLong ? size : -size);
  const expected = fieldsOf(fields['expected']);
  return [
    relative('IM (option)', initialMargin, expected, 'im'),
    relative('MM (option)', maintenanceMargin, expected, 'mm'),
    relative('IM per unit (option)', initialMargin / size, expected, 'imPerUnit'),
    relative('MM per unit (option)', maintenanceMargin / size, expected, 'mmPerUnit'),
  ];
}

/** `leverage` is printed as a whole number. */
async function liveChecks(fields: Fields): Promise<(Check | null)[]> {
  const sizeUsd = numberOf(fields, 'size_usd');
  const mark = numberOf(fields, 'mark');
  const { initialMargin, maintenanceMargin } = await marginFuture(contractOf(fields), sizeUsd / mark, mark, ratesOf(fields));
  const leverage = optionalNumber(fields, 'leverage');
  const actual = Math.abs(sizeUsd) / mark / initialMargin;
  return [
    absolute('IM (inverse, 9 decimals)', initialMargin, fields, 'initial_margin'),
    absolute('MM (inverse, 9 decimals)', maintenanceMargin, fields, 'maintenance_margin'),
    leverage === null ? null : checkAbsolute('leverage (whole)', actual, leverage, 0.5),
  ];
}

function wrong(name: string, rule: string, value: unknown): CaseInputError {
  return new CaseInputError(`input ${name} must be ${rule}, got ${JSON.stringify(value) ?? 'nothing'}`);
}

/** Zero expected, as for a long option: nothing but zero will do. */
function relative(quantity: string, actual: number, fields: Fields, name: string): Check | null {
  const expected = expectedOf(fields, name);
  if (expected === null) return null;
  return expected.isZero()
    ? checkAbsolute(quantity, actual, expected, 0)
    : checkRelative(quantity, actual, expected, tolerance);
}

function absolute(quantity: string, actual: number, fields: Fields, name: string): Check | null {
  const expected = expectedOf(fields, name);
  return expected === null ? null : checkAbsolute(quantity, actual, expected, halfNinthDecimal);
}
