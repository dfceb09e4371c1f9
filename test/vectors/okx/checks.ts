import { TIER_FLOATS } from '../../../assembly/portable/margin/tiered-layout.ts';
import type { AccountMargin } from '../../../src/index.ts';
import { checkRelative, type Check } from '../check.ts';
import { expectedOf, fieldsOf, listOf, numberOf, optionalNumber, type Fields } from '../fields.ts';
import { NumberBlock, runKernel } from '../tiered/number-block.ts';
import type { RiskUnit } from './units.ts';

/** Sums and products of a few doubles. */
const exactTolerance = 1e-12;
/**
 * P&L in the response is 1.52e-4 (BTC) and 4.8e-5 (LTC) below delta times move: it was computed with another index than
 * the delta, which is not printed.
 */
const indexTolerance = 2e-4;

/** Charges of a unit by the engine, and its sum by the kernel from the published charges. */
export function checkUnit({ fields }: RiskUnit, margin: AccountMargin): Check[] {
  const compare = (name: string, actual: number, field: string, tolerance: number): Check[] => {
    const expected = expectedOf(fields, field);
    return expected === null ? [] : [checkRelative(name, actual, expected, tolerance)];
  };
  const { components } = margin;
  return [
    ...compare('MR1 (engine)', components['mr1'], 'mr1', indexTolerance),
    ...compare('MR4 (engine)', components['mr4'], 'mr4', exactTolerance),
    ...compare('MR6 (engine)', components['mr6'], 'mr6', indexTolerance),
    ...compare('MR7 (engine)', components['mr7'], 'mr7', exactTolerance),
    ...compare('MMR (engine)', components['unitMaintenance'], 'mmr', indexTolerance),
    ...compare('IMR (engine)', margin.initialMargin, 'imr', indexTolerance),
    ...identities(fields, compare),
  ];
}

type Compare = (name: string, actual: number, field: string, tolerance: number) => Check[];

/** What follows from published charges alone. */
function identities(fields: Fields, compare: Compare): Check[] {
  const charge = (name: string): number => optionalNumber(fields, name) ?? 0;
  const loss = optionalNumber(fields, 'mr6Pnl');
  const maintenance = runKernel(
    'okxUnitMaintenance', charge('mr1'), charge('mr2'), charge('mr3'), charge('mr4'), charge('mr5'), charge('mr6'),
    charge('mr7'),
  );
  const initial = optionalNumber(fields, 'mmr');
  return [
    ...compare('MMR of the published charges', maintenance, 'mmr', exactTolerance),
    ...(initial === null ? [] : compare('IMR, 1.3 of the published MMR', 1.3 * initial, 'imr', exactTolerance)),
    ...(loss === null ? [] : compare('MR6, half of the published loss', -0.5 * loss, 'mr6', exactTolerance)),
  ];
}

/** Totals of the account: units and borrowing. */
export function checkAccount(fields: Fields, margin: AccountMargin): Check[] {
  const compare = (name: string, actual: number, field: string, tolerance: number): Check[] => {
    const expected = expectedOf(fields, field);
    return expected === null ? [] : [checkRelative(name, actual, expected, tolerance)];
  };
  const { components } = margin;
  return [
    ...compare('MR8 (engine)', components['mr8'], 'borrowMmr_mr8', exactTolerance),
    ...compare('IMR of borrowing (engine)', components['borrowInitialMargin'], 'borrowImr', exactTolerance),
    ...compare('MMR of units (engine)', components['unitMaintenance'], 'derivMmr', indexTolerance),
    ...compare('MMR of the account (engine)', margin.maintenanceMargin, 'totalMmr', indexTolerance),
    ...compare('IMR of the account (engine)', margin.initialMargin, 'totalImr', indexTolerance),
  ];
}

/** The minimum charge with its marginal tiers, and what is left of a requirement of other charges. */
export function checkMinimumCharge(fields: Fields): Check[] {
  const example = fieldsOf(fields['example']);
  const tiers = listOf(fields['tiersOld2021']).map((tier) => listOf(tier) as (number | null)[]);
  if (tiers.length === 0 || example['rawMr7'] === undefined) return [];
  const block = new NumberBlock().setFloats(
    tiers.flatMap(([, multiplier], index) => {
      const floats = new Array<number>(TIER_FLOATS).fill(0);
      floats[0] = index === 0 ? 0 : tiers[index - 1][0]!;
      floats[1] = multiplier!;
      return floats;
    }),
  );
  const charge = block.run('okxMinimumCharge', tiers.length, numberOf(example, 'rawMr7'));
  const other = optionalNumber(example, 'otherMR') ?? 0;
  const expected = expectedOf(example, 'expectedMr7Adj');
  const total = expectedOf(example, 'expectedMMR');
  const sum = runKernel('okxUnitMaintenance', other, 0, 0, 0, 0, 0, charge);
  return [
    ...(expected === null ? [] : [checkRelative('MR7 with marginal tiers', charge, expected, exactTolerance)]),
    ...(total === null ? [] : [checkRelative('MMR with it', sum, total, exactTolerance)]),
  ];
}
