import {
  IMPLIED_ABOVE_MAXIMUM, IMPLIED_BELOW_INTRINSIC, IMPLIED_OK,
} from '../../../assembly/portable/implied-volatility.ts';
import { itemsOf, runBatch } from '../batch.ts';
import { checkEqual, checkRelative, type Check } from '../check.ts';
import { Decimal } from '../decimal.ts';
import { expectedOf, numberOf, optionalNumber, signOf, type Fields } from '../fields.ts';
import { evaluateGreeks, evaluateImplied, type Implied, type ImpliedInput } from '../pricing-kernels.ts';
import type { SuiteRun } from '../suite.ts';
import { hasTable, tableRows } from '../table.ts';

/** Undiscounted price, exact as a double, and the volatility whose exact Black price it is. */
export function isOracle(root: Fields): boolean {
  // A table of prices and greeks has these columns too, and a rate.
  return hasTable(root, ['type', 'F', 'K', 'T', 'price', 'sigma']) && !hasTable(root, ['r']);
}

export function runOracle(root: Fields): SuiteRun {
  const cases = runBatch(
    itemsOf('row', tableRows(root), readRow),
    (rows) => evaluateImplied(rows.map(({ input }) => input)),
    ({ input, fields }, implied) => checkRow(input, fields, implied),
  );
  return { cases, notCovered: [] };
}

/**
 * The condition number is a first derivative: where it allows more than this the price is within a few roundings of the
 * intrinsic value, the volatility is no longer linear in it, and the double determines no digit. Not compared.
 */
const linearMax = 0.1;

function readRow(fields: Fields) {
  const input: ImpliedInput = {
    sign: signOf(fields),
    forward: numberOf(fields, 'F'),
    strike: numberOf(fields, 'K'),
    years: numberOf(fields, 'T'),
    price: numberOf(fields, 'price'),
  };
  return { input, fields };
}

function checkRow(input: ImpliedInput, fields: Fields, implied: Implied): Check[] {
  if (!('sigma' in fields)) return [];
  const sigma = expectedOf(fields, 'sigma');
  if (sigma === null) return boundaryChecks(input, implied);
  const tag = typeof fields['tag'] === 'string' ? fields['tag'].split('|')[0] : 'untagged';
  const cond = optionalNumber(fields, 'cond') ?? conditionOf(input, sigma);
  const tolerance = 30 * Math.max(1, cond) * 2 ** -53;
  if (!(tolerance <= linearMax)) return [];
  return [checkRelative(`sigma (${tag})`, implied.volatility, sigma, tolerance)];
}

/** price / (sigma vega): relative change of the volatility per relative change of the price. */
function conditionOf({ sign, forward, strike, years, price }: ImpliedInput, sigma: Decimal): number {
  const volatility = sigma.toNumber();
  const [greeks] = evaluateGreeks([{ sign, forward, strike, years, volatility, rate: 0 }]);
  return price / (volatility * greeks.vega);
}

/** Prices without a volatility, by the rules of the table, with exact comparisons of the doubles. */
function boundaryChecks({ sign, forward, strike, price }: ImpliedInput, implied: Implied): Check[] {
  const intrinsic = Decimal.max(0, new Decimal(forward).minus(strike).times(sign));
  if (intrinsic.gt(price)) return [checkEqual('status (below intrinsic)', implied.status, IMPLIED_BELOW_INTRINSIC)];
  if (price >= (sign > 0 ? forward : strike)) {
    return [checkEqual('status (above maximum)', implied.status, IMPLIED_ABOVE_MAXIMUM)];
  }
  if (!intrinsic.eq(price)) return [];
  return [
    checkEqual('status (intrinsic)', implied.status, IMPLIED_OK),
    checkEqual('sigma (intrinsic)', implied.volatility, 0),
  ];
}
