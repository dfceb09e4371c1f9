import { americanMethods, americanPrices } from '../../pricing/american.ts';
import { optionGreeks } from '../../pricing/options.ts';
import { amount, table } from '../format.ts';
import { exitCodes } from '../interruption.ts';
import type { Terminal } from '../terminal.ts';

export interface AmericanCommandOptions {
  readonly type: 'call' | 'put';
  readonly spot: number;
  readonly strike: number;
  readonly years: number;
  readonly volatility: number;
  readonly rate: number;
  readonly yield: number;
  readonly json?: boolean;
}

const shownDigits = 10;

/** `margrid american`: the price of one American option by every method, and of the European one beside it. */
export function american(options: AmericanCommandOptions, terminal: Terminal): number {
  const one = (value: number): Float64Array => Float64Array.of(value);
  const shared = {
    optionType: [options.type],
    strike: one(options.strike),
    timeToExpiryYears: one(options.years),
    volatility: one(options.volatility),
    rate: one(options.rate),
  };
  const columns = { ...shared, spot: one(options.spot), dividendYield: one(options.yield) };
  const forward = one(options.spot * Math.exp((options.rate - options.yield) * options.years));
  const prices: Record<string, number> = { european: optionGreeks({ ...shared, forward }).price[0] };
  for (const method of americanMethods) prices[method] = americanPrices(columns, { method })[0];
  if (options.json) terminal.print(JSON.stringify(prices));
  else terminal.print(table(Object.entries(prices).map(([name, price]) => [name, amount(price, shownDigits)])));
  return exitCodes.ok;
}
