import { itemsOf, runBatch } from '../batch.ts';
import { checkRelative, type Check } from '../check.ts';
import { expectedOf, isFields, listOf, numberOf, signOf, fieldsOf, type Fields } from '../fields.ts';
import { inverseFutureCases } from '../inverse/futures.ts';
import { expiryPayoffCases } from '../inverse/payoffs.ts';
import { evaluateGreeks, type Greeks, type OptionInput } from '../pricing-kernels.ts';
import type { Suite } from '../suite.ts';
import { hasTable, isListWith, rootOf, tableRows } from '../table.ts';

const tolerance = 1e-13;
const inputColumns = ['type', 'F', 'K', 'T', 'sigma'];
/** One of these tells the table from others of options. */
const coinColumns = ['coin_price', 'net_transaction_delta', 'dcoin_dF', 'vega_coin'];

export const inverse: Suite = {
  name: 'inverse',
  description: 'coin-settled options (coin price, net delta, coin vega ...), inverse futures, expiry payoffs',
  detect: (content) => {
    const root = rootOf(content);
    return coinColumns.some((column) => hasTable(root, [...inputColumns, column]))
      || isListWith(root['inverse_futures'], ['usd_notional', 'entry', 'exit'])
      || isListWith(root['expiry_payoffs'], ['type', 'K', 'S_T']);
  },
  run: async (content) => {
    const root = rootOf(content);
    const options = runBatch(
      itemsOf('row', tableRows(root), readRow),
      (rows) => evaluateGreeks(rows.map(({ input }) => input)),
      ({ input, fields }, greeks) => checkRow(input, fields, greeks),
    );
    return {
      cases: [
        ...options,
        ...await inverseFutureCases(listOf(root['inverse_futures']).map(fieldsOf), tolerance),
        ...await expiryPayoffCases(listOf(root['expiry_payoffs']).map(fieldsOf), tolerance),
      ],
      notCovered: isFields(root['settlement_decay_example'])
        ? ['settlement_decay_example: margrid does not decay deltas in the settlement window']
        : [],
    };
  },
};

function readRow(fields: Fields): { input: OptionInput; fields: Fields } {
  return {
    fields,
    input: {
      sign: signOf(fields),
      forward: numberOf(fields, 'F'),
      strike: numberOf(fields, 'K'),
      years: numberOf(fields, 'T'),
      volatility: numberOf(fields, 'sigma'),
      rate: 0,
    },
  };
}

/** In coin everything is divided by the forward, and d(coin price)/dF = net transaction delta / F. */
function checkRow({ forward }: OptionInput, fields: Fields, greeks: Greeks): Check[] {
  const actual = {
    coin_price: greeks.price / forward,
    usd_price: greeks.price,
    delta: greeks.delta,
    net_transaction_delta: greeks.netTransactionDelta,
    dcoin_dF: greeks.netTransactionDelta / forward,
    gamma: greeks.gamma,
    vega_usd: greeks.vega,
    vega_coin: greeks.vega / forward,
  };
  return Object.entries(actual).flatMap(([column, value]) => {
    const expected = expectedOf(fields, column);
    return expected === null ? [] : [checkRelative(column, value, expected, tolerance)];
  });
}
