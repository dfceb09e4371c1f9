import { MargridError } from '../src/errors.ts';
import { grid } from './grid/workload.ts';
import { engineTick } from './engine-tick/workload.ts';
import { american } from './american/workload.ts';
import { impliedVol } from './implied-vol/workload.ts';
import { canPlace } from './can-place/workload.ts';
import { modelWorkloads } from './models/workload.ts';
import { micro } from './micro/workload.ts';
import { dispatch } from './dispatch/workload.ts';
import { price } from './price/workload.ts';
import { revalue } from './revalue/workload.ts';
import { monteCarlo } from './monte-carlo/workload.ts';
import { recovery } from './recovery/workload.ts';
import { scaling } from './scaling/workload.ts';
import { tick } from './tick/workload.ts';
import { tickWorkloads } from './ticks/workload.ts';
import { valueAtRisk } from './var/workload.ts';
import { whatIf } from './what-if/workload.ts';
import type { Workload } from './workload.ts';

export const workloads: readonly Workload[] = [
  revalue, price, tick, micro, dispatch, whatIf, canPlace, engineTick, recovery, grid, valueAtRisk, monteCarlo, scaling, impliedVol, american,
  ...tickWorkloads, ...modelWorkloads,
];

export function workloadByName(name: string): Workload {
  const found = workloads.find((workload) => workload.name === name);
  if (found !== undefined) return found;
  const known = workloads.map((workload) => workload.name).join(', ');
  throw new MargridError('OptionInvalid', `no workload is called '${name}'; there are ${known}`, { value: name });
}
