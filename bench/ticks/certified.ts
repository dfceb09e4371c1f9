import type { Monitor } from '../../src/monitor/monitor.ts';
import { importBuilt } from '../built-package.ts';
import type { Timing } from '../workload.ts';
import type { TickBook } from './books.ts';
import type { TickEntrant } from './entrant.ts';

/** Of the ticks of one certified entrant, on average. */
export interface CertifiedDetails {
  readonly meanMs: number;
  /** Of the netting sets. */
  readonly evaluatedShare: number;
  /** Until the statuses were known: without the certificates that some ticks then issue for the next ones. */
  readonly statuses: Timing & { readonly meanMs: number };
}

/** Certified skipping: only netting sets whose status could have changed are evaluated. */
export async function certifiedEntrants({ market, book, params }: TickBook, workers: readonly number[]): Promise<TickEntrant[]> {
  const { Monitor } = await importBuilt<typeof import('../../src/monitor/monitor.ts')>('src/monitor/monitor');
  return workers.flatMap((count) =>
    (['liquidation', 'statuses'] as const).map((watch) => {
      const monitor = Monitor.create({ market, book, params, workers: count, kernels: 'wasm', watch });
      return certifiedEntrant(monitor, watch, count);
    }),
  );
}

function certifiedEntrant(monitor: Monitor, watch: 'liquidation' | 'statuses', workers: number): TickEntrant {
  let evaluatedShare = 1;
  let statusesMs = NaN;
  const what = watch === 'liquidation' ? 'liquidations only' : 'all statuses';
  return {
    name: `margrid-certified-${watch}${workers === 1 ? '-one-worker' : ''}`,
    label: 'less work',
    note: `certified skipping, ${what}: sets that cannot have changed are not evaluated; ${threadsText(workers)}`,
    every: 'tick',
    exactness: watch === 'liquidation' ? 'liquidations' : 'statuses',
    tick: async (quotes) => {
      const start = performance.now();
      const { evaluated } = await monitor.evaluate(quotes);
      statusesMs = performance.now() - start;
      await monitor.renew();
      const elapsed = performance.now() - start;
      evaluatedShare = evaluated / monitor.nettingSetCount;
      return elapsed;
    },
    margins: async () => {
      const none = new Float64Array(0);
      return { equity: none, initialMargin: none, maintenanceMargin: none, status: monitor.statuses };
    },
    told: () => ({ evaluatedShare }),
    statusesMs: () => statusesMs,
    close: () => monitor.close(),
  };
}

/** As notes have it. */
export function threadsText(workers: number): string {
  return workers === 1 ? 'one worker thread' : `${workers} worker threads`;
}
