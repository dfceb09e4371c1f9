import { join } from 'node:path';
import type { Market } from '../domain/market.ts';
import { packageRoot } from '../package-root.ts';
import { mergeMarkets } from './merge-markets.ts';
import { readChainFile } from './read-chain-file.ts';
import { resolveChain } from './resolve-chain.ts';
import type { ChainResolution } from './resolve-chain.ts';

export interface BuiltInMarket {
  /** Both chains, as of the time of the Bitcoin chain (the later one). Index prices: `btc_usd`, `spx_usd`. */
  readonly market: Market;
  readonly bitcoin: ChainResolution;
  readonly spx: ChainResolution;
}

/** The market that ships with the package: real quotes of Bitcoin (Deribit) and S&P 500 index options. */
export function loadBuiltInMarket(): BuiltInMarket {
  const folder = join(packageRoot, 'data', 'chains');
  const bitcoin = resolveChain(readChainFile(join(folder, 'deribit-btc-2026-08-01.json')));
  const spx = resolveChain(readChainFile(join(folder, 'spx-2026-07-31.json')));
  return { market: mergeMarkets(bitcoin.market, spx.market), bitcoin, spx };
}
