import { fieldsOf, isFields, listOf, type Fields } from '../fields.ts';
import type { Suite } from '../suite.ts';
import { rootOf } from '../table.ts';
import { exampleCases, kindOf, pointCases, pointNames } from '../tims/examples.ts';

export const tims: Suite = {
  name: 'tims',
  description: 'TIMS, customer portfolio margin: valuation points, offsets between classes, minimum per contract',
  detect: (content) => {
    const root = rootOf(content);
    return isFields(root['valuationPoints'])
      || listOf(root['selfMadeExamples']).some((each) => kindOf(fieldsOf(each)) !== null);
  },
  run: async (content) => {
    const root = rootOf(content);
    return { cases: [...(await pointCases(root)), ...(await exampleCases(root))], notCovered: notCoveredIn(root) };
  },
};

function notCoveredIn(root: Fields): string[] {
  const examples = listOf(root['selfMadeExamples']).map(fieldsOf);
  const others = Object.keys(fieldsOf(root['valuationPoints'])).filter((name) => !pointNames().includes(name));
  return [
    ...examples.filter((fields) => kindOf(fields) === null).map(({ id }) => `example ${String(id)}: of no known kind`),
    ...others.map((name) => `valuationPoints.${name}: a product type without a range`),
    ...(root['houseExtensionsIBKR'] === undefined ? [] : ['houseExtensionsIBKR: charges of one broker, not of TIMS']),
  ];
}
