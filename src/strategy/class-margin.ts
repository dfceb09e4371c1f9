import type { ClassPosition, Purpose } from './class-position.ts';
import { toUnits, unitsPerDollar } from './class-position.ts';
import type { ColumnKind } from './columns.ts';
import { optimalPairing, type Pairing, type SearchLimits } from './optimal-pairing.ts';
import { stockRate, type StockRules } from './rules.ts';
import { maximumLoss } from './spread-loss.ts';

/** Requirement of one class for one purpose, units: whole numbers. */
export interface ClassMargin {
  readonly total: number;
  /** What long boxes count in equity. */
  readonly boxValue: number;
  /** Most by which a better pairing could lower the total; 0 if it is proven least. */
  readonly gap: number;
  readonly parts: ClassParts;
  readonly pairing: Pairing;
}

/**
 * Parts of the total. Short options alone and in short combinations are one part: which call a put is combined with is often
 * a tie, and no part depends on how it is broken.
 */
export interface ClassParts {
  naked: number;
  spreads: number;
  boxes: number;
  hedgedStock: number;
  stock: number;
  longOptions: number;
}

const partOf: Readonly<Record<ColumnKind, keyof ClassParts>> = {
  'short combination': 'naked',
  'long box': 'boxes',
  'covered call': 'hedgedStock',
  'covered put': 'hedgedStock',
  'protective put': 'hedgedStock',
  'protective call': 'hedgedStock',
  collar: 'hedgedStock',
  conversion: 'hedgedStock',
  'reverse conversion': 'hedgedStock',
};

/** Pairs a class and adds up what its strategies require. */
export function classMargin(
  position: ClassPosition, rules: StockRules, purpose: Purpose, limits: SearchLimits,
): ClassMargin {
  const pairing = optimalPairing(position, rules, purpose, limits);
  const { columns, groups, groupStarts } = pairing.program;
  const parts: ClassParts = { naked: 0, spreads: 0, boxes: 0, hedgedStock: 0, stock: 0, longOptions: 0 };
  let boxValue = 0;
  columns.forEach((column, variable) => {
    parts[partOf[column.kind]] += pairing.values[variable] * column.requirement;
    boxValue += pairing.values[variable] * column.value;
  });
  groups.forEach((group, index) => {
    const start = groupStarts[index];
    const counts = group.legs.map((_, at) => pairing.values[start + at]);
    parts.spreads += maximumLoss(group.legs.map((leg) => position.options[leg]), counts);
  });
  const { options, shares } = leftAlone(pairing);
  position.options.forEach((leg, index) => {
    if (leg.count < 0) parts.naked += options[index] * leg.naked;
    else if (leg.loanValue > 0) parts.longOptions += leg.count * leg.mark - options[index] * leg.loanValue;
  });
  parts.stock = toUnits(shares * stockRate(rules, purpose, position.price, position.shares > 0));
  const { naked, spreads, boxes, hedgedStock, stock, longOptions } = parts;
  const total = naked + spreads + boxes + hedgedStock + stock + longOptions;
  const gap = pairing.change - pairing.changeBound;
  return { total, boxValue, gap: Math.min(gap, total), parts, pairing };
}

/** Contracts per leg and shares that are in no strategy. */
export function leftAlone({ program, values }: Pairing): { options: number[]; shares: number } {
  const { position, columns, groups, groupStarts } = program;
  const options = position.options.map((leg) => Math.abs(leg.count));
  let shares = Math.abs(position.shares);
  columns.forEach((column, variable) => {
    for (const leg of column.legs) options[leg] -= values[variable];
    shares -= values[variable] * Math.abs(column.shares);
  });
  groups.forEach((group, index) =>
    group.legs.forEach((leg, at) => {
      options[leg] -= values[groupStarts[index] + at];
    }),
  );
  return { options, shares };
}

export function toDollars(units: number): number {
  return units / unitsPerDollar;
}
