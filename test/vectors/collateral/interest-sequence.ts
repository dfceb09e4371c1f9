import { parseBorrowRules } from '../../../src/collateral/borrow-rules.ts';
import { indexUnit } from '../../../src/collateral/fixed-point.ts';
import { LendingPool, noShares, type PoolShares } from '../../../src/collateral/lending-pool.ts';
import { checkAbsolute, checkRelative, type Check } from '../check.ts';
import { CaseInputError, decimalOf, expectedOf, fieldsOf, listOf, numberOf, textOf, type Fields } from '../fields.ts';
import { caseOf, type CaseOutcome, type SuiteRun } from '../suite.ts';
import { borrowRulesOf } from '../suites/derive-interest.ts';

const dayMs = 86_400_000;
const unit = 1e18;
/** Amounts and rates of the source are doubles: a few roundings per event, and as many before the first. */
const roundingsPerEvent = 4 * 2 ** -52;

/** One state per event: the pool is taken through the events, and compared after each. */
export function stateCases(params: Fields, raw: Fields): SuiteRun {
  const events = listOf(raw['EventsVec']).map(fieldsOf);
  if (events.length === 0) return { cases: [], notCovered: [] };
  const cases: CaseOutcome[] = [];
  let sequence: Sequence | null = null;
  for (const [index, event] of events.entries()) {
    cases.push(
      caseOf(`state ${index + 1}`, () => {
        // A state that could not be reached leaves none after it.
        if (index > 0 && sequence === null) throw new CaseInputError('the state before it could not be computed');
        const at: Sequence = sequence ?? new Sequence(params, raw, events);
        sequence = null;
        if (index > 0) at.apply(event, index);
        sequence = at;
        return at.checks(index);
      }),
    );
  }
  return { cases, notCovered: isIndexMoved(raw) ? [] : ['borrowIndexes: the file leaves them where they began, while debts grow'] };
}

function isIndexMoved(raw: Fields): boolean {
  const indexes = listOf(raw['borrowIndexes']);
  return indexes.some((each) => String(each) !== String(indexes[0]));
}

class Sequence {
  #pool: LendingPool;
  readonly #params: Fields;
  readonly #raw: Fields;
  readonly #shares = new Map<string, PoolShares>();
  #timeMs = 0;
  /** What was paid in from outside: the pool's own balance of the currency. */
  #paidIn = 0n;

  /** Balances at the start: accounts in the order of their initials, the security module last. */
  constructor(params: Fields, raw: Fields, events: readonly Fields[]) {
    this.#params = params;
    this.#raw = raw;
    this.#pool = new LendingPool(parseBorrowRules(borrowRulesOf(params, numberOf(params, 'smFee')), 'params'), 0);
    const balances = listOf(raw['StartingBalances']).map((each) => wholeOf(each, 'StartingBalances'));
    const accounts = balances.length - 1;
    for (const name of namesOf(events)) {
      const place = name.toUpperCase().charCodeAt(0) - 'A'.charCodeAt(0);
      if (!(place >= 0 && place < accounts)) throw new CaseInputError(`StartingBalances has no place for ${name}`);
      if (!this.#shares.has(name)) this.#move(name, balances[place]);
    }
    this.#pay(balances.reduce((sum, each) => sum + each, 0n));
  }

  apply(event: Fields, index: number): void {
    const amount = wholeOf(event['key4'], 'key4');
    const name = textOf(event['key2']);
    this.#timeMs += (numberOf(event, 'key5') / unit) * dayMs;
    this.#useReserveShare(listOf(this.#raw['SMFeeShare'])[index]);
    this.#pool.accrue(this.#timeMs);
    switch (textOf(event['key1'])) {
      case 'TRADE':
        this.#move(name, amount);
        this.#move(textOf(event['key3']), -amount);
        break;
      case 'SETTLEMENT':
        this.#move(name, amount);
        this.#pool.settled += amount;
        break;
      case 'BORROW':
        this.#move(name, amount);
        this.#pay(amount);
        break;
      case 'INSOLVENCY':
        // Out of the reserve: nothing else moves.
        this.#move(name, amount);
        break;
      default:
        throw new CaseInputError(`input key1 is no known event: ${JSON.stringify(event['key1']) ?? 'nothing'}`);
    }
  }

  checks(index: number): Check[] {
    const { debts, supply, settled, reserve, utilisation, borrowRate, debtIndex } = this.#pool;
    const relative = (index + 2) * roundingsPerEvent;
    const rounding = relative * Number(supply);
    const compare = (column: string, actual: number, tolerance: number): Check[] => {
      const expected = decimalOf(listOf(this.#raw[column])[index], column);
      return expected === null ? [] : [checkAbsolute(column, actual / unit, expected.div(unit), tolerance / unit)];
    };
    const rate = (column: string, actual: bigint): Check[] => {
      const expected = decimalOf(listOf(this.#raw[column])[index], column);
      return expected === null ? [] : [checkRelative(column, Number(actual) / Number(indexUnit), expected.div(unit), relative)];
    };
    return [
      ...compare('totalSupplys', Number(supply), rounding),
      ...compare('totalBorrows', Number(debts), rounding),
      ...compare('balanceOfs', Number(this.#paidIn), rounding),
      ...compare('netPrints', Number(settled), rounding),
      ...compare('SMBalances', Math.max(Number(reserve), 0), rounding),
      ...compare('toxicDebts', Math.max(-Number(reserve), 0), rounding),
      ...rate('utilizations', utilisation),
      ...rate('borrowRates', borrowRate),
      ...(isIndexMoved(this.#raw) ? rate('borrowIndexes', debtIndex) : []),
    ];
  }

  #pay(amount: bigint): void {
    this.#paidIn += amount;
    this.#pool.cash += amount;
  }

  #move(name: string, amount: bigint): void {
    const shares = this.#shares.get(name) ?? noShares;
    this.#shares.set(name, amount < 0n ? this.#pool.remove(shares, -amount) : this.#pool.add(shares, amount, true));
  }

  /** The share of the interest of the period that ends now, as the file states it. */
  #useReserveShare(stated: unknown): void {
    if (stated === undefined) return;
    const { state } = this.#pool;
    this.#pool = new LendingPool(parseBorrowRules(borrowRulesOf(this.#params, Number(stated) / unit), 'params'), 0);
    this.#pool.restore(state);
  }
}

function namesOf(events: readonly Fields[]): string[] {
  return events.flatMap(({ key2, key3 }) => [textOf(key2), textOf(key3)]).filter((name) => name !== '');
}

/** Amounts have 18 decimals; as numbers they are rounded to doubles. */
function wholeOf(value: unknown, name: string): bigint {
  const amount = expectedOf({ [name]: value }, name);
  if (amount === null || !amount.isInteger()) throw new CaseInputError(`input ${name} must be a whole number, got ${JSON.stringify(value) ?? 'nothing'}`);
  return BigInt(amount.toFixed());
}
