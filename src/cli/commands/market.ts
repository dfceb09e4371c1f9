import { readChainFile } from '../../chain/read-chain-file.ts';
import { loadBuiltInMarket } from '../../chain/built-in-market.ts';
import { resolveChain, type ChainResolution } from '../../chain/resolve-chain.ts';
import { mergeMarkets } from '../../chain/merge-markets.ts';
import { writeMarket } from '../../io/index.ts';
import { parseSpanParams } from '../../margin/span/params.ts';
import { spanMarket } from '../../span/span-market.ts';
import { count } from '../format.ts';
import { loadParams, requireWritable } from '../inputs.ts';
import { exitCodes } from '../interruption.ts';
import type { Terminal } from '../terminal.ts';

export interface MarketOptions {
  readonly chain?: readonly string[];
  /** A risk-parameter file instead of quotes. */
  readonly span?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** `margrid market`: forwards and volatilities from quotes, and the market file they make. */
export async function market(options: MarketOptions, terminal: Terminal, signal: AbortSignal): Promise<number> {
  requireWritable(options.out);
  if (options.span !== undefined) return marketOfSpanFile(options.span, options, terminal, signal);
  const resolutions = resolve(options.chain);
  const markets = resolutions.map(({ resolution }) => resolution.market);
  const merged = markets.slice(1).reduce((left, right) => mergeMarkets(left, right), markets[0]);
  if (options.out !== undefined) await writeMarket(options.out, merged, { signal });
  const summary = {
    asOf: new Date(merged.asOfMs).toISOString(),
    instruments: merged.instruments.length,
    indexPrices: Object.fromEntries(merged.indexPrice),
    chains: resolutions.map(({ name, resolution }) => chainSummary(name, resolution)),
    ...(options.out === undefined ? {} : { out: options.out }),
  };
  if (options.json) terminal.print(JSON.stringify(summary, null, 2));
  else {
    for (const chain of summary.chains) terminal.print(chainLine(chain));
    terminal.print(
      `${count(summary.instruments)} instruments as of ${summary.asOf}${options.out === undefined ? '' : `: ${options.out}`}`,
    );
  }
  return exitCodes.ok;
}

/** `margrid market --span FILE`: the contracts of a risk-parameter file at their settlement prices. */
async function marketOfSpanFile(
  file: string,
  { out, json }: MarketOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const params = parseSpanParams(await loadParams(file, 'span'));
  const { market: contracts, withoutPrice, leftOut } = spanMarket(params);
  if (out !== undefined) await writeMarket(out, contracts, { signal });
  const summary = {
    asOf: new Date(contracts.asOfMs).toISOString(),
    instruments: contracts.instruments.length,
    combinedCommodities: params.combinedCommodities.length,
    withoutPrice: withoutPrice.length,
    leftOut: leftOut.length,
    ...(out === undefined ? {} : { out }),
  };
  if (json) terminal.print(JSON.stringify(summary, null, 2));
  else {
    terminal.print(
      `${params.source}: ${count(summary.instruments)} contracts of ${count(summary.combinedCommodities)} combined ` +
        `commodities as of ${summary.asOf}, ${count(summary.withoutPrice)} without a price, ${count(summary.leftOut)} with strikes of zero or below left out${out === undefined ? '' : `: ${out}`}`,
    );
  }
  return exitCodes.ok;
}

interface NamedResolution {
  readonly name: string;
  readonly resolution: ChainResolution;
}

function resolve(paths: readonly string[] | undefined): NamedResolution[] {
  if (paths !== undefined && paths.length > 0) {
    return paths.map((path) => ({ name: path, resolution: resolveChain(readChainFile(path)) }));
  }
  const { bitcoin, spx } = loadBuiltInMarket();
  return [
    { name: 'Deribit BTC', resolution: bitcoin },
    { name: 'SPX', resolution: spx },
  ];
}

export function chainSummary(name: string, { rows, kept, dropped, forwards, market: { asOfMs } }: ChainResolution) {
  return {
    name,
    asOf: new Date(asOfMs).toISOString(),
    rows,
    kept,
    expiries: forwards.length,
    dropped: Object.fromEntries(dropped),
  };
}

export function chainLine(chain: ReturnType<typeof chainSummary>): string {
  const reasons = Object.entries(chain.dropped).map(([reason, rows]) => `${reason} ${count(rows)}`);
  return (
    `${chain.name}, ${chain.asOf}: ${count(chain.rows)} quotes, ${count(chain.kept)} kept, ` +
    `${count(chain.rows - chain.kept)} dropped (${reasons.join(', ')})`
  );
}
