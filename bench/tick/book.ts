import type { Engine, EngineOptions } from '../../src/engine/engine.ts';
import type { Market } from '../../src/domain/market.ts';
import type { MarginedBook } from '../../src/generate/margined-book.ts';
import { builtInParams } from '../built-in-params.ts';
import { importBuilt } from '../built-package.ts';

export interface BookSize {
  readonly accounts: number;
  /** Mean over all accounts. */
  readonly positions: number;
  readonly seed: number;
  /** Number of the first account; default 0. */
  readonly firstAccount?: number;
}

/** The built package: its engines can start worker threads. */
export interface BuiltEngine {
  readonly market: Market;
  readonly params: unknown;
  generate(size: BookSize, options: Pick<EngineOptions, 'workers' | 'kernels'>): Promise<MarginedBook>;
  create(options: EngineOptions): Engine;
}

/** The real chains that ship with margrid, their parameters, and the book generator. */
export async function loadBuiltEngine(): Promise<BuiltEngine> {
  const [chain, generator, engine] = await Promise.all([
    importBuilt<typeof import('../../src/chain/built-in-market.ts')>('src/chain/built-in-market'),
    importBuilt<typeof import('../../src/generate/margined-book.ts')>('src/generate/margined-book'),
    importBuilt<typeof import('../../src/engine/engine.ts')>('src/engine/engine'),
  ]);
  const { market } = chain.loadBuiltInMarket();
  const params = builtInParams();
  return {
    market,
    params,
    generate: ({ accounts, positions, seed, firstAccount = 0 }, options) =>
      generator.generateMarginedBook(
        market,
        { accounts, meanPositions: positions, seed, firstAccount },
        { params, ...options },
      ),
    create: (options) => engine.Engine.create(options),
  };
}
