import { fieldsOf, isFields, listOf, type Fields } from '../fields.ts';
import { deltaConventionCases, deltaNeutralCases, premiumAdjustedCases } from '../greeks/delta-conventions.ts';
import { spotGreekCases } from '../greeks/spot-greeks.ts';
import { hasVegaByConvention, zeroVolatilityCases } from '../greeks/zero-volatility.ts';
import type { Suite } from '../suite.ts';
import { rootOf } from '../table.ts';

/** Blocks of the file, and who checks them. */
const blocks = {
  haug: spotGreekCases,
  zero_vol: zeroVolatilityCases,
  fx_delta_values: deltaConventionCases,
  atm_delta_neutral: deltaNeutralCases,
  premium_adjusted_consistency_inputs: premiumAdjustedCases,
} as const;

export const greeks: Suite = {
  name: 'greeks',
  description: 'greeks by the spot, limits at zero volatility, delta conventions with and without the premium',
  detect: (content) => Object.keys(blocks).some((block) => isFields(listOf(rootOf(content)[block])[0])),
  run: (content) => {
    const root = rootOf(content);
    return {
      cases: Object.entries(blocks).flatMap(([block, run]) => run(block, listOf(root[block]).map(fieldsOf))),
      notCovered: notCoveredIn(root),
    };
  },
};

function notCoveredIn(root: Fields): string[] {
  const others = Object.keys(root).filter((name) => !(name in blocks) && typeof root[name] === 'object');
  const conventions = listOf(root['zero_vol']).filter((row) => hasVegaByConvention(fieldsOf(row))).length;
  return [
    ...others.map((name) => `${name}: not a European option, or not known`),
    ...(conventions > 0 ? [`zero_vol: vega at the money (${conventions} rows), a convention of the source`] : []),
    ...(Array.isArray(root['fx_delta_values']) ? ['fx_delta_values: strike from delta, not offered'] : []),
  ];
}
