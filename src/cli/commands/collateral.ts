import { existsSync } from 'node:fs';
import { parseBalances } from '../../collateral/balances-file.ts';
import { collateralPrice } from '../../collateral/collateral-price.ts';
import { parseCollateralRules } from '../../collateral/collateral-rules.ts';
import { shippedCollateralRules } from '../../collateral/shipped-rules.ts';
import { emptyValues, itemiseCollateral, valueCollateral } from '../../collateral/value-collateral.ts';
import { money } from '../format.ts';
import { loadMarket, loadParams } from '../inputs.ts';
import { exitCodes } from '../interruption.ts';
import type { Terminal } from '../terminal.ts';

export interface CollateralOptions {
  readonly balances: string;
  readonly rules: string;
  readonly market: string;
  readonly json?: boolean;
}

/** `margrid collateral`: what balances are worth as collateral, asset by asset. */
export async function collateral(options: CollateralOptions, terminal: Terminal): Promise<number> {
  const rules = parseCollateralRules(await rulesOf(options.rules));
  const { accountIds, columns, deposits } = parseBalances(await loadParams(options.balances), rules);
  const market = await loadMarket(options, terminal);
  const { currency, atPar, assets } = rules;
  const prices = {
    price: Float64Array.from(assets, ({ name }) => collateralPrice(market, name, currency, atPar)),
    deposits,
  };
  const values = emptyValues(accountIds.length);
  valueCollateral(rules, columns, prices, values);
  const accounts = accountIds.map((account, row) => ({
    account,
    marketValue: values.market[row],
    initialValue: values.initial[row],
    maintenanceValue: values.maintenance[row],
    loanInitial: values.loanInitial[row],
    loanMaintenance: values.loanMaintenance[row],
    loanLimit: values.loanLimit[row],
    isKnown: !Number.isNaN(values.market[row]),
    assets: itemiseCollateral(rules, columns, prices, row),
  }));
  if (options.json) {
    terminal.print(
      JSON.stringify(
        { venue: rules.venue, date: rules.date, unconfirmed: rules.unconfirmed, currency, accounts },
        null,
        2,
      ),
    );
    return exitCodes.ok;
  }
  terminal.print(`${rules.venue}, ${rules.date}: ${rules.source}; amounts in ${currency}`);
  for (const each of rules.unconfirmed) terminal.print(`unconfirmed: ${each}`);
  const shown = (value: number): string => (Number.isNaN(value) ? 'no price' : money(value, currency));
  for (const { account, assets: items, ...total } of accounts) {
    terminal.print(
      `${account}: market ${shown(total.marketValue)}   initial ${shown(total.initialValue)}   maintenance ${shown(total.maintenanceValue)}`,
    );
    for (const { asset, credit, debt, price, marketValue, capEffect, initialValue, maintenanceValue } of items) {
      const capped = capEffect === 0 ? '' : `   capped by ${shown(capEffect)}`;
      terminal.print(
        `  ${asset} ${credit - debt} at ${shown(price)} = ${shown(marketValue)}${capped}` +
          `   initial ${shown(initialValue)}   maintenance ${shown(maintenanceValue)}`,
      );
    }
  }
  return exitCodes.ok;
}

/** A file, or a venue whose rules ship with the package. */
async function rulesOf(option: string): Promise<unknown> {
  return existsSync(option) ? loadParams(option) : shippedCollateralRules(option);
}
