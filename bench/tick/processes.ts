import { join } from 'node:path';
import { packageRoot } from '../../src/package-root.ts';
import { LineProcess } from '../line-process.ts';
import type { Pass } from '../measure.ts';
import type { BookSize } from './book.ts';

/**
 * What the machine itself gives to several programs at once: independent single-threaded processes, each ticking a
 * book of its own, first one alone, then all together. They share nothing but the hardware, so no sharing of work
 * among threads can be expected to scale better.
 */
export interface Processes {
  readonly alone: Pass;
  /** Mean over the processes of one tick each. */
  readonly together: Pass;
  close(): Promise<void>;
}

/** Ticks per timed pass: long enough that the processes really overlap. */
export const ticksPerPass = 4;

export async function startProcesses(count: number, size: BookSize): Promise<Processes> {
  const script = join(packageRoot, 'bench', 'tick', 'process.ts');
  const parameters = [size.accounts, size.positions, size.seed].map(String);
  const words = ['--import', 'tsx', script, ...parameters];
  const children = Array.from({ length: count }, () => new LineProcess(process.execPath, words));
  const close = async (): Promise<void> => {
    await Promise.all(children.map((child) => child.close()));
  };
  try {
    for (const child of children) await child.answer();
  } catch (cause) {
    await close();
    throw cause;
  }
  const ask = async (child: LineProcess): Promise<number> => Number(await child.ask(String(ticksPerPass)));
  return {
    alone: { name: 'process-alone', run: () => ask(children[0]) },
    together: {
      name: 'processes-together',
      run: async () => {
        const times = await Promise.all(children.map(ask));
        return times.reduce((sum, time) => sum + time, 0) / times.length;
      },
    },
    close,
  };
}
