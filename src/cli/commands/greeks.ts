import { writeTable, type ResultTable } from '../../io/index.ts';
import { timeToExpiryYears, type Market } from '../../domain/market.ts';
import { optionGreeks } from '../../pricing/options.ts';
import { amount, count, table } from '../format.ts';
import { loadMarket, requireWritable } from '../inputs.ts';
import { exitCodes } from '../interruption.ts';
import { jsonRows } from '../margin-table.ts';
import type { Terminal } from '../terminal.ts';

export interface GreeksOptions {
  readonly market: string;
  readonly out?: string;
  readonly json?: boolean;
}

const shownRows = 20;

/** `margrid greeks`: price and Greeks of every option of a market, r = 0, per base unit. */
export async function greeks(options: GreeksOptions, terminal: Terminal, signal: AbortSignal): Promise<number> {
  requireWritable(options.out);
  const result = greekTable(await loadMarket(options, terminal));
  if (options.out !== undefined) await writeTable(options.out, result, { signal });
  if (options.json && options.out === undefined) {
    terminal.print('[');
    for (const line of jsonRows(result)) terminal.print(line);
    terminal.print(']');
  } else if (options.json) terminal.print(JSON.stringify({ options: result.rowCount, out: options.out }));
  else {
    const header = result.columns.map(({ name }) => name);
    const rows = Array.from({ length: Math.min(shownRows, result.rowCount) }, (_, row) =>
      result.columns.map(({ values }) =>
        typeof values[row] === 'number' ? amount(values[row], 6) : String(values[row]),
      ),
    );
    terminal.print(table([header, ...rows]));
    if (options.out !== undefined) terminal.print(`all ${count(result.rowCount)} options: ${options.out}`);
    else if (result.rowCount > shownRows)
      terminal.print(`… ${count(result.rowCount - shownRows)} more: use --out FILE or --json`);
  }
  return exitCodes.ok;
}

function greekTable(market: Market): ResultTable {
  const chosen = market.instruments.flatMap((instrument, index) => (instrument.kind === 'option' ? [index] : []));
  const of = (read: (index: number) => number): Float64Array => Float64Array.from(chosen, read);
  const found = optionGreeks({
    optionType: chosen.map((index) => market.instruments[index].optionType!),
    forward: of((index) => market.forward[index]),
    strike: of((index) => market.instruments[index].strike!),
    timeToExpiryYears: of((index) => timeToExpiryYears(market.instruments[index], market.asOfMs)),
    volatility: of((index) => market.impliedVolatility[index]),
  });
  return {
    rowCount: chosen.length,
    columns: [
      { name: 'instrument', type: 'string', values: chosen.map((index) => market.instruments[index].name) },
      { name: 'forward', type: 'f64', values: of((index) => market.forward[index]) },
      { name: 'implied_volatility', type: 'f64', values: of((index) => market.impliedVolatility[index]) },
      { name: 'price', type: 'f64', values: found.price },
      { name: 'delta', type: 'f64', values: found.delta },
      { name: 'gamma', type: 'f64', values: found.gamma },
      { name: 'vega', type: 'f64', values: found.vega },
      { name: 'theta', type: 'f64', values: found.theta },
      { name: 'net_transaction_delta', type: 'f64', values: found.netTransactionDelta },
    ],
  };
}
