import type { PairingProgram } from './pairing-program.ts';
import { aloneCost } from './columns.ts';
import { maximumLoss } from './spread-loss.ts';

/**
 * First come, first paired: strategies in the order of what one of them saves, each as often as its legs are left. Spreads
 * of two legs only. An upper bound of the requirement, and what the optimal pairing is held against.
 */
export function greedyValues(program: PairingProgram): Float64Array {
  return filledUp(program, new Float64Array(program.firstLoss));
}

/** A fractional solution rounded down, balanced, and filled up with what one by one saves most. */
export function roundedValues(program: PairingProgram, fractional: Float64Array): Float64Array {
  const { position, groups, groupStarts } = program;
  const values = fractional.map((value) => Math.floor(value + 1e-6));
  groups.forEach(({ legs }, group) => {
    for (const isCall of [true, false]) {
      let surplus = 0;
      legs.forEach((leg, at) => {
        const option = position.options[leg];
        if (option.isCall === isCall) surplus += Math.sign(option.count) * values[groupStarts[group] + at];
      });
      legs.forEach((leg, at) => {
        const option = position.options[leg];
        if (option.isCall !== isCall || Math.sign(option.count) !== Math.sign(surplus)) return;
        const variable = groupStarts[group] + at;
        const taken = Math.min(values[variable], Math.abs(surplus));
        values[variable] -= taken;
        surplus -= Math.sign(surplus) * taken;
      });
    }
  });
  return filledUp(program, values);
}

function filledUp(program: PairingProgram, values: Float64Array): Float64Array {
  const { position, columns, groups, groupStarts } = program;
  const left = position.options.map((leg) => Math.abs(leg.count));
  let shares = Math.abs(position.shares);
  columns.forEach((column, variable) => {
    for (const leg of column.legs) left[leg] -= values[variable];
    shares -= values[variable] * Math.abs(column.shares);
  });
  groups.forEach(({ legs }, group) =>
    legs.forEach((leg, at) => {
      left[leg] -= values[groupStarts[group] + at];
    }),
  );
  for (const candidate of candidatesOf(program)) {
    const size = candidate.column === null ? 0 : Math.abs(columns[candidate.column].shares);
    let times = Math.min(...candidate.legs.map((leg) => left[leg]));
    if (size > 0) times = Math.min(times, Math.floor(shares / size));
    if (times <= 0) continue;
    for (const leg of candidate.legs) left[leg] -= times;
    shares -= times * size;
    if (candidate.column !== null) values[candidate.column] += times;
    else {
      const { legs } = groups[candidate.group];
      for (const leg of candidate.legs) values[groupStarts[candidate.group] + legs.indexOf(leg)] += times;
    }
  }
  return values;
}

interface Candidate {
  readonly legs: readonly number[];
  readonly saving: number;
  readonly column: number | null;
  readonly group: number;
}

function candidatesOf({ position, columns, groups }: PairingProgram): Candidate[] {
  const { options } = position;
  const candidates: Candidate[] = columns.map(({ legs, saving }, column) => ({ legs, saving, column, group: -1 }));
  groups.forEach(({ legs }, group) => {
    for (const short of legs) {
      if (options[short].count > 0) continue;
      for (const long of legs) {
        if (options[long].count < 0 || options[long].isCall !== options[short].isCall) continue;
        const pair = [options[short], options[long]];
        const saving = maximumLoss(pair, [1, 1]) - aloneCost(pair[0]) - aloneCost(pair[1]);
        if (saving < 0) candidates.push({ legs: [short, long], saving, column: null, group });
      }
    }
  });
  return candidates.sort((a, b) => a.saving - b.saving);
}
