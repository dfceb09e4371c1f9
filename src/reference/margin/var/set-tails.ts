import type { VarParams } from '../../../margin/var/params.ts';
import { type Decimal, exact, maxOf, minOf, one, sum, zero } from '../../decimal.ts';
import type { VarContract } from './contracts.ts';
import { correlationExcess, tailLoss, worstFirst, type TailScenario } from './tails.ts';

/** What an account holds, as far as tails need it. */
interface Held {
  readonly contract: VarContract;
  readonly quantity: Decimal;
}

/** A loss of a class or of an offset group. */
interface Part {
  readonly name: string;
  readonly loss: Decimal;
  readonly pnl: readonly Decimal[];
}

/** Section C of one set. */
export interface SetTail {
  readonly name: string;
  readonly role: VarParams['sets'][number]['role'];
  /** Its first scenario among those of all sets. */
  readonly first: number;
  readonly pnl: readonly Decimal[];
  readonly worst: TailScenario;
  readonly classes: readonly Part[];
  readonly groups: readonly Part[];
  readonly joint: Decimal;
  readonly capped: Decimal;
  readonly break: Decimal;
}

export function setTails(held: readonly Held[], params: VarParams): readonly SetTail[] {
  let first = 0;
  return params.sets.map((set, index) => {
    const tail = setTail(held, params, set, index, first);
    first += set.scenarios.count;
    return tail;
  });
}

function setTail(
  held: readonly Held[],
  params: VarParams,
  { name, role, scenarios, tail }: VarParams['sets'][number],
  index: number,
  first: number,
): SetTail {
  const lossOf = (pnl: readonly Decimal[]): Decimal => tailLoss(pnl, tail, scenarios.weights);
  const nothing = Array.from({ length: scenarios.count }, () => zero);
  const classes = partition(held, ({ contract }) => contract.instrument.baseCurrency.toLowerCase()).map(([symbol, own]): Part => {
    const pnl = nothing.map((_zero, s) => sum(own.map(({ contract, quantity }) => quantity.times(contract.pnl[index][s]))));
    return { name: symbol, pnl, loss: lossOf(pnl) };
  });
  const groups = partition(classes, (each) => groupOf(params, each.name)).map(([group, own]): Part => {
    const pnl = added(own.map((each) => each.pnl), nothing);
    const offset = params.diversification.groups.get(group)?.offset ?? 1;
    return { name: group, pnl, loss: cappedLoss(lossOf(pnl), own, offset) };
  });
  const pnl = added(groups.map((each) => each.pnl), nothing);
  const joint = lossOf(pnl);
  return {
    name,
    role,
    first,
    pnl,
    worst: worstFirst(pnl)[0],
    classes,
    groups,
    joint,
    capped: cappedLoss(joint, groups, params.diversification.account),
    break: role === 'historical' && held.length > 0 ? breakOf(pnl, joint, params) : zero,
  };
}

/** At least what may not be offset of the sum of the parts; a part alone has nothing to offset. */
function cappedLoss(joint: Decimal, parts: readonly Part[], offset: number): Decimal {
  if (parts.length < 2) return parts.length === 0 ? joint : parts[0].loss;
  return maxOf(joint, one.minus(exact(offset)).times(sum(parts.map(({ loss }) => loss))));
}

function breakOf(pnl: readonly Decimal[], joint: Decimal, { correlationBreak }: VarParams): Decimal {
  if (correlationBreak === null) return zero;
  const scaled = exact(correlationBreak.scale).times(correlationExcess(pnl, correlationBreak));
  return maxOf(exact(correlationBreak.floor).times(joint), minOf(exact(correlationBreak.cap).times(joint), scaled));
}

/** The offset group that names the underlying, or one of its own. */
function groupOf({ diversification }: VarParams, symbol: string): string {
  const named = [...diversification.groups].find(([, { underlyings }]) => underlyings.includes(symbol));
  return named?.[0] ?? `of ${symbol} alone`;
}

function added(rows: readonly (readonly Decimal[])[], nothing: readonly Decimal[]): readonly Decimal[] {
  return nothing.map((_zero, s) => sum(rows.map((row) => row[s])));
}

function partition<T>(items: readonly T[], keyOf: (item: T) => string): readonly (readonly [string, readonly T[]])[] {
  const keys = [...new Set(items.map(keyOf))];
  return keys.map((key) => [key, items.filter((item) => keyOf(item) === key)] as const);
}
