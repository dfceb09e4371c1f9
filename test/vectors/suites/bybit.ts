import { checkAbsolute, type Check } from '../check.ts';
import { CaseInputError, expectedOf, fieldsOf, isFields, numberOf, type Fields } from '../fields.ts';
import { sideOf } from '../liquidation/binance.ts';
import { caseOf, type Suite } from '../suite.ts';
import { rootOf } from '../table.ts';
import { runKernel } from '../tiered/number-block.ts';

/** Rounding of three operations on amounts of some thousand. */
const amountTolerance = 1e-9;

export const bybit: Suite = {
  name: 'bybit',
  description: 'worked examples of Bybit: cost of a long option order, bankruptcy price of an inverse position',
  detect: (content) => {
    const root = rootOf(content);
    return isFields(root['longOptionOrderCost']) || isFields(root['inverseBankruptcyPrice']);
  },
  run: (content) => {
    const root = rootOf(content);
    const blocks: Readonly<Record<string, (fields: Fields) => Check[]>> = {
      longOptionOrderCost: checkOrderCost,
      inverseBankruptcyPrice: checkBankruptcyPrice,
    };
    const cases = Object.entries(blocks)
      .filter(([block]) => isFields(root[block]))
      .map(([block, check]) => caseOf(block, () => check(fieldsOf(root[block]))));
    return { cases, notCovered: [] };
  },
};

function checkOrderCost(fields: Fields): Check[] {
  const [amount, price] = [numberOf(fields, 'qty'), numberOf(fields, 'orderPrice')];
  const [rate, cap] = [numberOf(fields, 'feeRate'), numberOf(fields, 'feeCap')];
  const premium = amount * price;
  const fee = amount * runKernel('optionOrderFee', numberOf(fields, 'index'), price, rate, cap);
  const answer = fieldsOf(fields['expected']);
  return Object.entries({ premium, fee, cost: premium + fee }).flatMap(([name, actual]) => {
    const expected = expectedOf(answer, name);
    return expected === null ? [] : [checkAbsolute(name, actual, expected, amountTolerance)];
  });
}

function checkBankruptcyPrice(fields: Fields): Check[] {
  const expected = expectedOf(fields, 'expected');
  if (expected === null) return [];
  const leverage = numberOf(fields, 'leverage');
  if (!(leverage > 0)) throw new CaseInputError('input leverage must be above 0');
  const price = runKernel('inverseBankruptcyPrice', sideOf(fields), numberOf(fields, 'entry'), leverage);
  const half = 0.5000001 * Number(`1e-${expected.decimalPlaces()}`);
  return [checkAbsolute('bankruptcy price', price, expected, half)];
}
