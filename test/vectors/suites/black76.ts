import { SERIES_LIMIT } from '../../../assembly/portable/black76.ts';
import { itemsOf, runBatch } from '../batch.ts';
import { blackBounds, type BlackBounds } from '../black-bounds.ts';
import { checkAbsolute, checkRelative, type Check } from '../check.ts';
import type { Decimal } from '../decimal.ts';
import { expectedOf, numberOf, signOf, type Fields } from '../fields.ts';
import { evaluateGreeks, type Greeks, type OptionInput } from '../pricing-kernels.ts';
import type { Suite } from '../suite.ts';
import { hasTable, rootOf, tableRows } from '../table.ts';

const inputColumns = ['type', 'F', 'K', 'T', 'sigma', 'r'];
const outputColumns = ['price', 'delta', 'gamma', 'vega', 'theta', 'rho', 'vanna', 'volga'];

export const black76: Suite = {
  name: 'black76',
  description: 'Black-76 price, delta, gamma, vega, theta, rho, vanna, volga (columns type, F, K, T, sigma, r ...)',
  detect: (content) => outputColumns.some((column) => hasTable(rootOf(content), [...inputColumns, column])),
  run: (content) => ({
    cases: runBatch(
      itemsOf('row', tableRows(rootOf(content)), readRow),
      (rows) => evaluateGreeks(rows.map(({ input }) => input)),
      checkRow,
    ),
    notCovered: [],
  }),
};

interface Row {
  readonly input: OptionInput;
  readonly fields: Fields;
}

function readRow(fields: Fields): Row {
  return {
    fields,
    input: {
      sign: signOf(fields),
      forward: numberOf(fields, 'F'),
      strike: numberOf(fields, 'K'),
      years: numberOf(fields, 'T'),
      volatility: numberOf(fields, 'sigma'),
      rate: numberOf(fields, 'r'),
    },
  };
}

function checkRow({ input, fields }: Row, greeks: Greeks): Check[] {
  const bounds = blackBounds(input, greeks);
  const price = expectedOf(fields, 'price');
  const delta = expectedOf(fields, 'delta');
  return [
    ...(price === null ? [] : priceChecks(greeks.price, price, bounds)),
    ...(delta === null ? [] : [checkAbsolute('delta', greeks.delta, delta, bounds.delta)]),
    ...(['gamma', 'vega'] as const).flatMap((name) => {
      const expected = expectedOf(fields, name);
      return expected === null ? [] : [checkRelative(name, greeks[name], expected, bounds.density)];
    }),
    ...(['theta', 'rho', 'vanna', 'volga'] as const).flatMap((name) => {
      const expected = expectedOf(fields, name);
      return expected === null ? [] : [checkAbsolute(name, greeks[name], expected, bounds[name])];
    }),
  ];
}

/** The risk tier holds everywhere; the reference tier where the series is used. */
function priceChecks(price: number, expected: Decimal, bounds: BlackBounds): Check[] {
  const checks = [checkAbsolute('price (risk tier, absolute)', price, expected, bounds.priceAbsolute)];
  if (bounds.h <= 8 && bounds.v >= 0.01) {
    checks.push(checkRelative('price (risk tier, relative)', price, expected, 1e-12));
  }
  if (bounds.v < SERIES_LIMIT) {
    checks.push(checkRelative('price (reference tier)', price, expected, bounds.priceRelative));
  }
  return checks;
}
