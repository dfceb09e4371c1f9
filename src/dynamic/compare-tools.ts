import { MargridError } from '../errors.ts';
import { applyTools, noToolState, type MarginItems, type ToolState } from './anti-procyclicality.ts';
import { defaultTools, type AntiProcyclicalityRules } from './anti-procyclicality-rules.ts';
import type { MarginHistory } from './margin-history.ts';
import { procyclicality, type Procyclicality } from './procyclicality.ts';

/** A tool, or several together, by the name that a table shows. */
export interface NamedTools {
  readonly name: string;
  readonly rules: AntiProcyclicalityRules;
}

/** What one set of tools makes of a history of margins. */
export interface ToolOutcome extends Procyclicality {
  readonly name: string;
  /** Days whose loss over the liquidation days exceeds the margin; of those with a known loss. */
  readonly breaches: number;
  readonly observed: number;
  /** Largest loss less margin; 0 if there is no breach. */
  readonly worstShortfall: number;
  readonly alarms: number;
  /** Days on which the speed limit holds the margin below what the others ask for, and below the base. */
  readonly daysLimited: number;
  readonly daysBelowBase: number;
  readonly items: readonly MarginItems[];
}

const { buffer, stress, floor, speedLimit, alarm } = defaultTools;

/** The names by which tools can be asked for, with `defaultTools`. */
export const namedTools: readonly NamedTools[] = [
  { name: 'none', rules: { alarm } },
  { name: 'buffer', rules: { buffer, alarm } },
  { name: 'stress', rules: { stress, alarm } },
  { name: 'floor', rules: { floor, alarm } },
  { name: 'speed-limit', rules: { speedLimit, alarm } },
  { name: 'buffer+floor', rules: { buffer, floor, alarm } },
  { name: 'all', rules: { buffer, stress, floor, speedLimit, alarm } },
];

/** Tools by name, or a `+` of several: `stress+floor`. Throws `OptionInvalid`. */
export function toolsNamed(name: string): NamedTools {
  const found = namedTools.find((each) => each.name === name);
  if (found !== undefined) return found;
  const parts = name.split('+').map((part) => namedTools.find((each) => each.name === part));
  const missing = parts.findIndex((part) => part === undefined);
  if (missing < 0)
    return { name, rules: Object.assign({}, ...parts.map((part) => part!.rules)) as AntiProcyclicalityRules };
  throw new MargridError(
    'OptionInvalid',
    `no tool is named '${name.split('+')[missing]}'; there are ${namedTools.map((each) => each.name).join(', ')}`,
    {
      value: name,
    },
  );
}

/** Days of a history that are measured: places, [from, end). The tools run from the first day whatever is measured. */
export interface Window {
  readonly from: number;
  readonly end: number;
}

/**
 * Runs a history of margins through tools, day by day, and measures the part of the path in the window (default: all).
 */
export function runTools(
  history: MarginHistory,
  { name, rules }: NamedTools,
  days: readonly number[],
  window?: Window,
): ToolOutcome {
  const { from, end } = window ?? { from: 0, end: history.base.length };
  let state: ToolState = noToolState;
  const all = Array.from(history.base.subarray(0, end), (base, day) => {
    const step = applyTools({ base, stress: history.stress[day], tenYear: history.tenYear[day] }, state, rules);
    state = step.state;
    return step.items;
  });
  const items = all.slice(from);
  const margins = Float64Array.from(items, ({ margin }) => margin);
  const losses = history.loss.subarray(from, end);
  const shortfalls = losses.map((loss, day) => loss - margins[day]);
  const atFloor = items.map(({ isAtFloor }) => isAtFloor);
  return {
    name,
    ...procyclicality(margins, { days, unmitigated: history.base.subarray(from, end), atFloor }),
    breaches: shortfalls.filter((each) => each > 0).length,
    observed: losses.filter((loss) => !Number.isNaN(loss)).length,
    worstShortfall: shortfalls.reduce((worst, each) => Math.max(worst, Number.isNaN(each) ? 0 : each), 0),
    alarms: items.filter(({ isAlarm }) => isAlarm).length,
    daysLimited: items.filter(({ limit }) => limit < 0).length,
    daysBelowBase: items.filter((each) => each.margin < each.base).length,
    items,
  };
}
