import type { VarParams } from '../../margin/var/params.ts';
import { type Decimal, exact, maxOf, sum, zero } from '../decimal.ts';
import { Memo } from '../memo.ts';
import type { Breakdown, ReferenceMargin, ReferenceModel } from './account.ts';
import { contractOf, contractProblem, termsOf, type VarContract } from './var/contracts.ts';
import { setTails, type SetTail } from './var/set-tails.ts';
import { worstFirst } from './var/tails.ts';
import { amount, singleCurrencyProblem, text } from './single-currency.ts';

/** VaR margin of one account in decimals: docs/models/var.md, section by section, no shortcuts. */
export const referenceVar: ReferenceModel<VarParams> = (market, params) => {
  const contracts = new Memo<number, VarContract>();
  const problems = new Memo<number, { readonly problem: string | null }>();
  return (account) => {
    const problemOf = (index: number): string | null =>
      problems.get(index, () => ({ problem: contractProblem(market, params, index) })).problem;
    const problem = singleCurrencyProblem('var', account, params.reportingCurrency, problemOf);
    if (problem !== null) return new Map([[params.reportingCurrency, { refusal: problem }]]);
    const held = account.positions.map(({ instrumentIndex, quantity, entryPrice }): Holding => {
      const contract = contracts.get(instrumentIndex, () => contractOf(market, params, instrumentIndex));
      return { contract, quantity: exact(quantity), value: valueOf(contract, exact(quantity), entryPrice) };
    });
    const cash = exact(account.cash.get(params.reportingCurrency) ?? 0);
    return new Map([[params.reportingCurrency, marginOf(held, cash, params)]]);
  };
};

interface Holding {
  readonly contract: VarContract;
  readonly quantity: Decimal;
  readonly value: Decimal;
}

/** Futures by what they gained since entry. */
function valueOf({ instrument, worth, rate }: VarContract, quantity: Decimal, entryPrice: number): Decimal {
  const { kind, payoff, contractSize } = instrument;
  if (kind === 'spot' || kind === 'option') return quantity.times(worth);
  const entry = payoff === 'inverse'
    ? exact(contractSize).div(exact(entryPrice)).times(rate)
    : exact(contractSize).times(exact(entryPrice)).times(rate);
  return quantity.times(payoff === 'inverse' ? entry.minus(worth) : worth.minus(entry));
}

/** Section D: one role's sets as one. */
interface RoleTail {
  readonly joint: Decimal;
  readonly capped: Decimal;
  readonly break: Decimal;
  /** With the largest requirement; null without sets. */
  readonly largest: SetTail | null;
}

function roleTail(tails: readonly SetTail[], role: SetTail['role'], aggregate: 'mean' | 'max'): RoleTail {
  const own = tails.filter((each) => each.role === role);
  if (own.length === 0) return { joint: zero, capped: zero, break: zero, largest: null };
  const totals = own.map((each) => each.capped.plus(each.break));
  const largest = own[totals.findIndex((each) => each.equals(totals.reduce(maxOf)))];
  if (aggregate === 'max') return { ...largest, largest };
  const mean = (item: 'joint' | 'capped' | 'break'): Decimal => sum(own.map((each) => each[item])).div(own.length);
  return { joint: mean('joint'), capped: mean('capped'), break: mean('break'), largest };
}

function marginOf(held: readonly Holding[], cash: Decimal, params: VarParams): ReferenceMargin {
  const { combination, antiProcyclicality: tools } = params;
  const tails = setTails(held, params);
  const historical = roleTail(tails, 'historical', combination.subSamples);
  const stressed = roleTail(tails, 'stressed', combination.subSamples);
  const weighted = exact(combination.historicalWeight).times(historical.capped.plus(historical.break));
  const weightedStress = exact(combination.stressedWeight).times(stressed.capped);
  const isHistorical = stressed.largest === null || weighted.greaterThanOrEqualTo(weightedStress);
  const base = combination.rule === 'blend' ? weighted.plus(weightedStress) : maxOf(weighted, weightedStress);
  const stressWeight = exact(tools.stressWeight).times(stressed.capped.minus(base));
  const buffer = base.plus(stressWeight).times(exact(tools.buffer));
  const buffered = base.plus(stressWeight).plus(buffer);
  const longRun = exact(tools.longRunMultiple).times(roleTail(tails, 'longRun', 'max').capped);
  const grid = exact(params.gridMultiple).times(roleTail(tails, 'grid', 'max').capped);
  const core = maxOf(buffered, maxOf(longRun, grid));
  const charges = chargesOf(held, tails, params);
  const requirement = core.plus(charges.liquidity).plus(charges.bidAsk).plus(charges.concentration);
  const equity = cash.plus(sum(held.map(({ value }) => value)));
  const components = new Map([
    ['historicalTail', historical.joint],
    ['historicalDiversification', historical.capped.minus(historical.joint)],
    ['correlationBreak', historical.break],
    ['stressedTail', stressed.joint],
    ['stressedDiversification', stressed.capped.minus(stressed.joint)],
    ['base', base],
    ['stressWeight', stressWeight],
    ['buffer', buffer],
    ['longRunMargin', longRun],
    ['gridMargin', grid],
    ['floor', core.minus(buffered)],
    ['liquidity', charges.liquidity],
    ['bidAsk', charges.bidAsk],
    ['concentration', charges.concentration],
    ['addOn', zero],
  ]);
  const worst = (isHistorical ? historical : stressed).largest!;
  return {
    equity,
    initialMargin: requirement,
    maintenanceMargin: exact(params.maintenanceFraction).times(requirement),
    components,
    worstScenario: worst.worst.pnl.lessThan(zero) ? worst.first + worst.worst.scenario : null,
    scale: cash.abs().plus(sum(held.map(({ contract, quantity }) => contract.notional.times(quantity.abs())))),
    breakdown: [
      { label: 'equity', value: text(equity), children: [amount('cash', cash), ...held.map(positionLine)] },
      ...tails.map((tail) => setLines(tail, params)),
      ...[...components].map(([name, value]) => amount(name, value)),
    ],
  };
}

interface Charges {
  readonly liquidity: Decimal;
  readonly bidAsk: Decimal;
  readonly concentration: Decimal;
}

/** Section F. */
function chargesOf(held: readonly Holding[], tails: readonly SetTail[], params: VarParams): Charges {
  const { liquidity, bidAsk, concentration } = params;
  const alone = held.map(({ contract, quantity }) =>
    quantity.abs().times(quantity.isNegative() ? contract.tailShort : contract.tailLong));
  const tailSum = sum(alone);
  const joint = tails.find(({ role }) => role === 'historical')!.joint;
  const netting = maxOf(exact(liquidity?.netFloor ?? 0), tailSum.isZero() ? zero : joint.div(tailSum));
  const charged = held.map(({ contract, quantity }, index) =>
    liquidity === null ? zero : alone[index].times(factorAt(liquidity.table, quantity.abs().times(contract.volumeShare))));
  const spreads = sum(held.map(({ contract, quantity }) => quantity.abs().times(contract.halfSpread)));
  const bases = [...new Set(held.map(({ contract }) => contract.instrument.baseCurrency))];
  const excesses = bases.map((base) => {
    const own = held.filter(({ contract }) => contract.instrument.baseCurrency === base);
    const limit = termsOf(params, own[0].contract.instrument)?.concentration;
    if (!concentration || !limit) return zero;
    const delta = sum(own.map(({ contract, quantity }) => quantity.times(contract.delta))).abs();
    return exact(limit.rate).times(maxOf(zero, delta.minus(exact(limit.threshold))));
  });
  return {
    liquidity: netting.times(sum(charged)),
    bidAsk: exact(bidAsk?.multiple ?? 0).times(spreads),
    concentration: sum(excesses),
  };
}

/** Straight between the points and beyond the last, level before the first. */
function factorAt(table: readonly (readonly [number, number])[], share: Decimal): Decimal {
  if (table.length === 1 || share.lessThanOrEqualTo(exact(table[0][0]))) return exact(table[0][1]);
  const next = table.findIndex(([size], index) => index > 0 && share.lessThanOrEqualTo(exact(size)));
  const right = next < 0 ? table.length - 1 : next;
  const [x0, y0] = table[right - 1].map(exact);
  const [x1, y1] = table[right].map(exact);
  return y0.plus(share.minus(x0).times(y1.minus(y0)).div(x1.minus(x0)));
}

function positionLine({ contract, quantity, value }: Holding): Breakdown {
  return amount(`${contract.instrument.name} x ${quantity.toString()}`, value);
}

/** Scenarios shown of each set. */
const shownScenarios = 10;

/** The tail of one set, worst scenario first, by its label. */
function setLines(tail: SetTail, { sets }: VarParams): Breakdown {
  const { scenarios, tail: rule } = sets.find(({ name }) => name === tail.name)!;
  const measure = rule.measure === 'worst' ? 'worst' : `${rule.measure} at ${rule.level}`;
  const label = (scenario: number): string => scenarios.labels?.[scenario] ?? String(scenario);
  return {
    label: `set ${tail.name} (${tail.role}, ${measure}, ${scenarios.count} scenarios)`,
    value: text(tail.capped.plus(tail.break)),
    children: [
      ...tail.classes.map(({ name, loss }) => amount(`alone ${name}`, loss)),
      ...tail.groups.map(({ name, loss }) => amount(`offset group ${name}`, loss)),
      amount('tail of the account', tail.joint),
      amount('added by the caps on diversification', tail.capped.minus(tail.joint)),
      ...(tail.role === 'historical' ? [amount('correlation break', tail.break)] : []),
      {
        label: 'worst scenarios',
        value: null,
        children: worstFirst(tail.pnl).slice(0, shownScenarios).map(({ scenario, pnl }) =>
          amount(`${tail.first + scenario} ${label(scenario)}`, pnl)),
      },
    ],
  };
}
