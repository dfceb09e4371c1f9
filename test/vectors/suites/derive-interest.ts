import { parseBorrowRules } from '../../../src/collateral/borrow-rules.ts';
import { fixedOf, indexDecimals, indexUnit } from '../../../src/collateral/fixed-point.ts';
import { borrowRate } from '../../../src/collateral/interest-curve.ts';
import { checkRelative, type Check } from '../check.ts';
import { stateCases } from '../collateral/interest-sequence.ts';
import { expectedOf, fieldsOf, listOf, numberOf, type Fields } from '../fields.ts';
import { caseOf, type Suite } from '../suite.ts';
import { isListWith, rootOf } from '../table.ts';

/** Two roundings of the source's doubles and one of ours. */
const rateTolerance = 3 * 2 ** -52;

export const deriveInterest: Suite = {
  name: 'derive-interest',
  description: 'kinked borrow rates, and a lending pool through trades, settlements, loans and insolvencies',
  detect: (content) => {
    const root = rootOf(content);
    return isListWith(root['rateCases'], ['utilization', 'borrowRate'])
      || isListWith(fieldsOf(root['raw'])['EventsVec'], ['key1', 'key5']);
  },
  run: (content) => {
    const root = rootOf(content);
    const params = fieldsOf(root['params']);
    const rates = listOf(root['rateCases']).map((each, index) =>
      caseOf(`rate ${index + 1}`, () => checkRate(params, fieldsOf(each))),
    );
    const { cases, notCovered } = stateCases(params, fieldsOf(root['raw']));
    return { cases: [...rates, ...cases], notCovered };
  },
};

function checkRate(params: Fields, fields: Fields): Check[] {
  const expected = expectedOf(fields, 'borrowRate');
  const utilisation = fixedOf(numberOf(fields, 'utilization'), indexDecimals);
  const { curve } = parseBorrowRules(borrowRulesOf(params, 0), 'params');
  const rate = Number(borrowRate(curve, utilisation)) / Number(indexUnit);
  return expected === null ? [] : [checkRelative('borrow rate', rate, expected, rateTolerance)];
}

/** The pool's rules in the words of the file. */
export function borrowRulesOf(params: Fields, reserveShare: number): object {
  return {
    curve: {
      form: 'slopes', minRate: numberOf(params, 'minRate'), slope: numberOf(params, 'rateMultiplier'),
      highSlope: numberOf(params, 'highRateMultiplier'), kink: numberOf(params, 'optimalUtil'),
    },
    reserveShare,
    reserveEarns: true,
  };
}
