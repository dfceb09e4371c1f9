import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineOptions } from '../../src/engine/engine.ts';
import { packageRoot } from '../../src/package-root.ts';
import { importBuilt } from '../built-package.ts';
import type { TickBook } from './books.ts';
import type { TickEntrant } from './entrant.ts';
import type { TickQuotes } from './quotes.ts';

/** What the suite needs of the class `Monitor`. */
interface Monitor {
  readonly statuses: Uint8Array;
  tick(quotes: TickQuotes): Promise<{ readonly evaluated: number; readonly skipped: number }>;
  close(): Promise<void>;
}

interface MonitorModule {
  readonly Monitor: { create(options: EngineOptions & { watch: 'liquidation' | 'statuses' }): Monitor };
}

const path = 'src/monitor/monitor';

export function hasMonitor(): boolean {
  return existsSync(join(packageRoot, 'build', 'js', `${path}.js`));
}

/** Certified skipping: only netting sets whose status could have changed are evaluated. */
export async function certifiedEntrants({ market, book, params }: TickBook, workers: readonly number[]): Promise<TickEntrant[]> {
  const { Monitor } = await importBuilt<MonitorModule>(path);
  return workers.flatMap((count) =>
    (['liquidation', 'statuses'] as const).map((watch) => {
      const monitor = Monitor.create({ market, book, params, workers: count, kernels: 'wasm', watch });
      return certifiedEntrant(monitor, watch, count);
    }),
  );
}

function certifiedEntrant(monitor: Monitor, watch: 'liquidation' | 'statuses', workers: number): TickEntrant {
  let last = { evaluated: 0, skipped: 0 };
  const what = watch === 'liquidation' ? 'liquidations only' : 'all statuses';
  return {
    name: certifiedName(watch, workers),
    label: 'less work',
    note: `certified skipping, ${what}: sets that cannot have changed are not evaluated; ${workersOf(workers)}`,
    every: 1,
    exactness: watch === 'liquidation' ? 'liquidations' : 'statuses',
    tick: async (quotes) => {
      const start = performance.now();
      const { evaluated, skipped } = await monitor.tick(quotes);
      const elapsed = performance.now() - start;
      last = { evaluated, skipped };
      return elapsed;
    },
    margins: async () => {
      const none = new Float64Array(0);
      return { equity: none, initialMargin: none, maintenanceMargin: none, status: monitor.statuses };
    },
    told: () => ({ evaluatedShare: last.evaluated / (last.evaluated + last.skipped) }),
    close: () => monitor.close(),
  };
}

export function certifiedName(watch: 'liquidation' | 'statuses', workers: number): string {
  return `margrid-certified-${watch}${workers === 1 ? '-one-worker' : ''}`;
}

export function workersOf(workers: number): string {
  return workers === 1 ? 'one worker thread' : `${workers} worker threads`;
}
