import { describeMachine, describeVersions } from './machine.ts';
import { parameterNames, type Parameters, type Report, type Workload } from './workload.ts';

/** Runs a workload and adds what every report says about where it came from. */
export async function runWorkload(
  workload: Workload,
  parameters: Parameters,
  progress: (line: string) => void = () => {},
): Promise<Report> {
  const { versions, ...outcome } = await workload.run(parameters, progress);
  const names = parameterNames.filter((name) => workload.parameters[name] !== undefined);
  return {
    workload: workload.name,
    parameters: Object.fromEntries(names.map((name) => [name, parameters[name]])),
    ...outcome,
    versions: { ...describeVersions(), ...versions },
    machine: describeMachine(),
    date: new Date().toISOString(),
  };
}

/** The parameters with which the test suite runs a workload. */
export function smokeParameters(workload: Workload): Parameters {
  const entries = parameterNames.map((name) => [name, workload.parameters[name]?.smoke ?? 0] as const);
  return Object.fromEntries(entries) as Record<(typeof parameterNames)[number], number>;
}
