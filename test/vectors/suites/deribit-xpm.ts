import { MargridError } from '../../../src/index.ts';
import { checkAbsolute, checkRelative, type Check } from '../check.ts';
import { messageOf, type Content } from '../content.ts';
import { marginSnapshot, readSnapshot, type Snapshot } from '../deribit-xpm/snapshot.ts';
import { CaseInputError, expectedOf, fieldsOf, isFields, listOf, optionalNumber, type Fields } from '../fields.ts';
import type { Suite } from '../suite.ts';
import { rootOf } from '../table.ts';

/** What the published file asks for, because the API rounds equities; a file may state its own `tolerance`. */
const marginTolerance = 5e-4;
/** Half the last decimal of an equity as the API prints it: 8 decimals, 6 for ETH. */
const equityRounding = (currency: string): number => (currency === 'eth' ? 5e-7 : 5e-9);
/** Of the initial margin, which is rounded to nine decimals; the maintenance margin is not. */
const initialRounding = 5e-10;

export const deribitXpm: Suite = {
  name: 'deribit-xpm',
  description: 'snapshots of Deribit cross portfolio margin accounts with rounded equities',
  detect: (content) => {
    const { equity, positions, ...totals } = fieldsOf(rootOf(content)['snapshot']);
    return isFields(equity) && Array.isArray(positions) && 'total_initial_margin_usd' in totals;
  },
  run: async (content) => {
    const name = 'snapshot';
    try {
      return { cases: [{ name, checks: await computeChecks(content), problem: null }], notCovered: [] };
    } catch (cause) {
      if (!(cause instanceof CaseInputError || cause instanceof MargridError)) throw cause;
      return { cases: [{ name, checks: [], problem: messageOf(cause) }], notCovered: [] };
    }
  },
};

async function computeChecks(content: Content): Promise<Check[]> {
  const root = rootOf(content);
  const snapshot = readSnapshot(root);
  const { equity, initialMargin, maintenanceMargin } = await marginSnapshot(snapshot);
  const reported = fieldsOf(root['snapshot']);
  const initial = expectedOf(reported, 'total_initial_margin_usd');
  const maintenance = expectedOf(reported, 'total_maintenance_margin_usd');
  const total = expectedOf(reported, 'total_equity_usd');
  const tolerance = optionalNumber(root, 'tolerance') ?? marginTolerance;
  const checks: Check[] = [];
  if (initial !== null) checks.push(checkRelative('IM', initialMargin, initial, tolerance));
  if (maintenance !== null) checks.push(checkRelative('MM', maintenanceMargin, maintenance, tolerance));
  if (initial !== null && maintenance !== null && !initial.isZero()) {
    const rounding = (2 * initialRounding) / initial.abs().toNumber() + 1e-15;
    checks.push(checkRelative('MM / IM', maintenanceMargin / initialMargin, maintenance.div(initial), rounding));
  }
  if (total !== null) checks.push(checkAbsolute('equity', equity, total, equityBound(snapshot)));
  return [...checks, ...rangeChecks(initialMargin, fieldsOf(root['inferred']))];
}

/** Rounding of every equity, in USD, and of the margin balances that the prices come from. */
function equityBound({ equity, price }: Snapshot): number {
  return [...equity].reduce((sum, [currency, units]) => {
    const usd = price.get(currency)!;
    return sum + equityRounding(currency) * usd + Math.abs(units) * usd * 2e-4;
  }, 0);
}

/** The range that the rounding of the inputs leaves for the initial margin, if the file states it. */
function rangeChecks(initialMargin: number, inferred: Fields): Check[] {
  const range = listOf(inferred['value_range']);
  if (range.length !== 2) return [];
  const [low, high] = range.map(Number);
  return [checkAbsolute('IM inside its range', initialMargin, (low + high) / 2, (high - low) / 2)];
}
