import type { TimsParams } from '../../margin/tims/params.ts';
import { type Decimal, exact, maxOf, minOf, sum, zero } from '../decimal.ts';
import { Memo } from '../memo.ts';
import type { Breakdown, ReferenceMargin, ReferenceModel } from './account.ts';
import { contractOf, contractProblem, type Contract } from './tims/contracts.ts';
import { amount, singleCurrencyProblem, text } from './single-currency.ts';

/**
 * OCC TIMS of one account in decimals: docs/models/tims.md, section by section, no shortcuts. American options: on the
 * trees of `leisen-reimer` as the model defines them; where the engine solves for the boundary, by trees of many steps.
 */
export const referenceTims: ReferenceModel<TimsParams> = (market, params) => {
  const contracts = new Memo<number, Contract>();
  return (account) => {
    const problem = singleCurrencyProblem('tims', account, params.reportingCurrency, (index) => contractProblem(market, params, index));
    if (problem !== null) return new Map([[params.reportingCurrency, { refusal: problem }]]);
    const contractAt = (index: number): Contract => contracts.get(index, () => contractOf(market, params, index));
    const held = account.positions.map(({ instrumentIndex, quantity, entryPrice }) =>
      holdingOf(contractAt(instrumentIndex), exact(quantity), entryPrice),
    );
    const cash = exact(account.cash.get(params.reportingCurrency) ?? 0);
    return new Map([[params.reportingCurrency, marginOf(held, cash, params)]]);
  };
};

interface Holding {
  readonly contract: Contract;
  readonly quantity: Decimal;
  readonly value: Decimal;
  readonly pnl: readonly Decimal[];
  readonly minimum: Decimal;
}

/** P&L by point and minimum of a class, a product group or a portfolio group. */
interface Pool {
  readonly name: string;
  readonly pnl: readonly Decimal[];
  readonly minimum: Decimal;
  readonly parts: readonly Breakdown[];
}

/** Sections D and F for one position. */
function holdingOf(contract: Contract, quantity: Decimal, entryPrice: number): Holding {
  const { instrument, worth } = contract;
  const isFuture = instrument.kind === 'future';
  const perContract = isFuture ? worth.minus(exact(instrument.contractSize).times(exact(entryPrice))) : worth;
  const minimum = quantity.abs().times(contract.minimum);
  const isLongOption = instrument.kind === 'option' && quantity.greaterThan(zero);
  return {
    contract,
    quantity,
    value: quantity.times(perContract),
    pnl: contract.pnl.map((cell) => quantity.times(cell)),
    minimum: isLongOption ? minOf(minimum, quantity.times(worth)) : minimum,
  };
}

function marginOf(held: readonly Holding[], cash: Decimal, params: TimsParams): ReferenceMargin {
  const standing = poolsOf(held, params).map((pool) => {
    const lowest = pool.pnl.reduce(minOf);
    const worstLoss = maxOf(zero, lowest.negated());
    const point = worstLoss.isZero() ? null : pool.pnl.findIndex((cell) => cell.equals(lowest));
    return { pool, worstLoss, point, requirement: maxOf(worstLoss, pool.minimum) };
  });
  const equity = cash.plus(sum(held.map(({ value }) => value)));
  const requirement = sum(standing.map((each) => each.requirement));
  const worstLoss = sum(standing.map((each) => each.worstLoss));
  const minimum = sum(standing.map(({ pool }) => pool.minimum));
  const largest = standing.map((each) => each.worstLoss).reduce(maxOf, zero);
  return {
    equity,
    initialMargin: requirement,
    maintenanceMargin: requirement,
    components: new Map([
      ['worstLoss', worstLoss],
      ['minimum', minimum],
      ['minimumCharge', requirement.minus(worstLoss)],
    ]),
    worstScenario: standing.find((each) => each.worstLoss.equals(largest))?.point ?? null,
    scale: cash.abs().plus(sum(held.map(({ contract, quantity }) => contract.notional.times(quantity.abs())))),
    breakdown: [
      { label: 'equity', value: text(equity), evidence: 'unknown', children: [amount('cash', cash), ...held.map(valueOf)] },
      ...standing.map(({ pool, point, worstLoss: loss, requirement: required }): Breakdown => ({
        label: pool.name,
        value: text(required),
        evidence: 'stated',
        children: [
          ...pool.parts,
          amount(`worst loss${point === null ? '' : `, point ${point + 1} of 10`}`, loss),
          amount('minimum', pool.minimum),
        ],
      })),
      { label: 'requirement', value: text(requirement), evidence: 'stated' },
    ],
  };
}

/** Section C: what the requirement is taken of. Product groups in portfolio groups; the others stand alone. */
function poolsOf(held: readonly Holding[], params: TimsParams): readonly Pool[] {
  const classes = [...groupBy(held, ({ contract }) => contract.instrument.baseCurrency)].map(([name, members]) => ({
    productGroup: members[0].contract.timsClass.productGroup,
    pool: classPool(name, members),
  }));
  const alone = classes.filter(({ productGroup }) => productGroup === null).map(({ pool }) => pool);
  const grouped = classes.filter(({ productGroup }) => productGroup !== null);
  const products = [...groupBy(grouped, ({ productGroup }) => productGroup!)].map(([name, members]) => ({
    portfolioGroup: params.productGroups.get(name)!.portfolioGroup,
    pool: offsetPool(`product group ${name}`, members.map(({ pool }) => pool), params.productGroups.get(name)!.offset),
  }));
  const lone = products.filter(({ portfolioGroup }) => portfolioGroup === null).map(({ pool }) => pool);
  const joined = products.filter(({ portfolioGroup }) => portfolioGroup !== null);
  const portfolios = [...groupBy(joined, ({ portfolioGroup }) => portfolioGroup!)].map(([name, members]) =>
    offsetPool(`portfolio group ${name}`, members.map(({ pool }) => pool), params.portfolioGroups.get(name)!.offset),
  );
  return [...alone, ...lone, ...portfolios];
}

function classPool(name: string, held: readonly Holding[]): Pool {
  const pnl = held[0].pnl.map((_cell, point) => sum(held.map((holding) => holding.pnl[point])));
  return {
    name: `class ${name}`,
    pnl,
    minimum: sum(held.map(({ minimum }) => minimum)),
    parts: [
      list('points', held[0].contract.moves),
      ...held.map(({ contract, quantity, pnl: cells, minimum }): Breakdown => ({
        label: `${contract.instrument.name} x ${quantity.toString()}`,
        value: null,
        children: [list('P&L', cells), amount('minimum', minimum)],
      })),
      list('P&L of the class', pnl),
    ],
  };
}

/** Losses count in full, gains in part. */
function offsetPool(name: string, parts: readonly Pool[], offset: number): Pool {
  const counted = (cell: Decimal): Decimal => (cell.greaterThan(zero) ? cell.times(exact(offset)) : cell);
  const pnl = parts[0].pnl.map((_cell, point) => sum(parts.map((part) => counted(part.pnl[point]))));
  return {
    name,
    pnl,
    minimum: sum(parts.map(({ minimum }) => minimum)),
    parts: [
      ...parts.map((part): Breakdown => ({ label: part.name, value: null, children: part.parts })),
      { label: 'share of gains that counts', value: String(offset), evidence: 'unknown' },
      list(`P&L of the ${name}`, pnl),
    ],
  };
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const members = groups.get(keyOf(item));
    if (members) members.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

function list(label: string, values: readonly Decimal[]): Breakdown {
  return { label, value: values.map((value) => value.toSignificantDigits(6).toString()).join(' ') };
}

function valueOf({ contract, quantity, value }: Holding): Breakdown {
  return amount(`${contract.instrument.name} x ${quantity.toString()}`, value);
}
