import { solveLiquidationPrice } from '../../engine/liquidation-price.ts';
import { defaultModelName } from '../../margin/registry.ts';
import { amount, money } from '../format.ts';
import {
  inputsOfModel, loadBook, loadMarket, loadParams, requireParams, type InputOptions,
} from '../inputs.ts';
import { exitCodes } from '../interruption.ts';
import type { Terminal } from '../terminal.ts';

export interface LiquidationPriceOptions extends InputOptions {
  readonly account: string;
  readonly instrument: string;
  readonly moved?: 'underlying' | 'instrument';
  readonly json?: boolean;
}

/** `margrid liquidation-price`: where one account is liquidated and where it is bankrupt. */
export async function liquidationPrice(options: LiquidationPriceOptions, terminal: Terminal): Promise<number> {
  const { account, instrument, model = defaultModelName } = options;
  const params = await loadParams(options.params, model);
  requireParams(params, options);
  const market = await loadMarket(options, terminal);
  const { book } = await loadBook(options, market);
  const moved = options.moved ?? 'underlying';
  const inputs = inputsOfModel(market, book, params, options);
  const prices = await solveLiquidationPrice({ ...inputs, account, instrument, model, params, moved });
  if (options.json) {
    terminal.print(JSON.stringify({ account, model, moved, ...prices }, null, 2));
    return exitCodes.ok;
  }
  const shown = (price: number | null): string => (price === null ? 'none' : amount(price));
  terminal.print(`${account}, ${instrument} at ${amount(prices.mark)}, model ${model}`);
  terminal.print(`equity ${money(prices.equity, prices.currency)} ${prices.currency}, ` +
    `maintenance margin ${money(prices.maintenanceMargin, prices.currency)} ${prices.currency}`);
  const sides = (below: number | null, above: number | null): string => `below ${shown(below)}   above ${shown(above)}`;
  terminal.print(`liquidation price   ${sides(prices.liquidationBelow, prices.liquidationAbove)}`);
  terminal.print(`bankruptcy price    ${sides(prices.bankruptcyBelow, prices.bankruptcyAbove)}`);
  return exitCodes.ok;
}
