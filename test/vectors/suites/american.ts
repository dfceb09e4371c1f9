import { oracleCases, otherLibraryCases } from '../american/oracle.ts';
import {
  andersenLakeCases, approximateBlocks, approximateCases, isAtMaturity, standardExampleCases,
} from '../american/published.ts';
import { fieldsOf, isFields, listOf, type Fields } from '../fields.ts';
import type { Suite } from '../suite.ts';
import { isListWith, rootOf } from '../table.ts';

const oracleColumns = ['type', 'strike', 'spot', 'q', 'r', 't', 'vol', 'npv'];
const premiumBlocks = ['andersen_lake_premium', 'qdfp_standard_example'];
/** Values of approximations that margrid does not offer. */
const approximations: Readonly<Record<string, string>> = {
  barone_adesi_whaley: "values of Barone-Adesi and Whaley's approximation, not of the option",
  bjerksund_stensland: "values of Bjerksund and Stensland's approximation, not of the option",
  ju_zhong: "values of Ju and Zhong's approximation, not of the option",
  qdplus_boundary: 'boundary points of the QD+ approximation, which is only a start here',
};

export const american: Suite = {
  name: 'american',
  description: 'American options: trees and exercise boundaries against precise prices and published premiums',
  detect: (content) => {
    const root = rootOf(content);
    return isListWith(root['cases'], oracleColumns)
      || Object.keys(approximateBlocks).some((block) => isListWith(fieldsOf(root[block])['cases'], ['type', 'expected']))
      || premiumBlocks.some((block) => isFields(root[block]));
  },
  run: (content) => {
    const root = rootOf(content);
    return {
      cases: [
        ...oracleCases(root),
        ...otherLibraryCases(root),
        ...approximateCases('qd_edge_cases', root),
        ...approximateCases('qd_random_pde', root),
        ...andersenLakeCases(root),
        ...standardExampleCases(root),
      ],
      notCovered: notCoveredIn(root),
    };
  },
};

function notCoveredIn(root: Fields): string[] {
  const named = Object.entries(approximations).filter(([block]) => root[block] !== undefined);
  const premiumsByA = premiumBlocks.filter((block) => JSON.stringify(root[block] ?? null).includes('premium_FP_A'));
  const atMaturity = listOf(fieldsOf(root['qd_edge_cases'])['cases']).map(fieldsOf).filter(isAtMaturity).length;
  return [
    ...named.map(([block, reason]) => `${block}: ${reason}`),
    ...premiumsByA.map((block) => `${block}: premiums by equation FP-A, which may not converge and is not offered`),
    ...(atMaturity > 0 ? [`qd_edge_cases: ${atMaturity} at maturity, where the source says 0 and we the payoff`] : []),
  ];
}
