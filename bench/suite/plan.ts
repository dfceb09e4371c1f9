import { MargridError } from '../../src/errors.ts';
import { parameterNames, type ParameterName, type Parameters } from '../workload.ts';
import { workloadByName } from '../workloads.ts';
import type { Workload } from '../workload.ts';

/** One workload of the suite and the parameters with which it runs. */
export interface SuiteEntry {
  readonly workload: Workload;
  readonly parameters: Parameters;
}

export interface SuiteChoice {
  readonly smoke: boolean;
  /** Names of workloads; null: all of the suite. */
  readonly only: readonly string[] | null;
  /** For every workload that has the parameter. */
  readonly given: Partial<Readonly<Record<ParameterName, number>>>;
}

/**
 * The workloads in the order in which they run, with what differs from their own defaults: the whole takes less than
 * twenty minutes on two cores. Ten rounds of ten ticks are a hundred samples of the certified entrants.
 */
const plan: readonly (readonly [name: string, changes: Partial<Record<ParameterName, number>>])[] = [
  ['tick-retail', { runs: 5 }],
  ['tick-options', { runs: 5 }],
  ['tick-ordinary', { runs: 10 }],
  ['tick-ordinary-10bp', { runs: 5 }],
  ['tick-crash', { runs: 5 }],
  ['revalue', {}],
  ['price', {}],
  ['implied-vol', {}],
  ['american', { runs: 5 }],
  ['var', { runs: 3 }],
  ['grid', { instruments: 100_000 }],
  ['scaling', { runs: 3 }],
];

export const suiteWorkloads: readonly string[] = plan.map(([name]) => name);

/** Throws `OptionInvalid` for a name that is not in the suite, and for a parameter that none of the chosen has. */
export function planSuite({ smoke, only, given }: SuiteChoice): SuiteEntry[] {
  const unknown = only?.find((name) => !suiteWorkloads.includes(name));
  if (unknown !== undefined) {
    const message = `the suite has no workload '${unknown}'; there are ${suiteWorkloads.join(', ')}`;
    throw new MargridError('OptionInvalid', message, { value: unknown });
  }
  const chosen = plan.filter(([name]) => only === null || only.includes(name));
  const entries = chosen.map(([name, changes]) => entryOf(workloadByName(name), smoke ? {} : changes, smoke, given));
  for (const name of Object.keys(given) as ParameterName[]) {
    if (entries.some(({ workload }) => workload.parameters[name] !== undefined)) continue;
    throw new MargridError('OptionInvalid', `none of the chosen workloads takes --${name}`);
  }
  return entries;
}

function entryOf(
  workload: Workload, changes: SuiteChoice['given'], smoke: boolean, given: SuiteChoice['given'],
): SuiteEntry {
  const valueOf = (name: ParameterName): number => {
    const spec = workload.parameters[name];
    if (spec === undefined) return 0;
    const value = given[name] ?? changes[name] ?? (smoke ? spec.smoke : spec.full);
    if (value >= spec.least) return value;
    throw new MargridError('OptionInvalid', `${workload.name} needs --${name} of at least ${spec.least}, got ${value}`, { value });
  };
  const parameters = Object.fromEntries(parameterNames.map((name) => [name, valueOf(name)]));
  return { workload, parameters: parameters as Record<ParameterName, number> };
}
