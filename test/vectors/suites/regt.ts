import { checkAbsolute, checkRelative, type Check } from '../check.ts';
import { messageOf, type Content } from '../content.ts';
import type { Decimal } from '../decimal.ts';
import { CaseInputError, expectedOf, fieldsOf, isFields, listOf, numberOf, type Fields } from '../fields.ts';
import { checkBroker } from '../regt/broker-value.ts';
import { nakedShortCase, strategyCase } from '../regt/legs.ts';
import { requirementOf } from '../regt/run-engine.ts';
import type { CaseOutcome, Suite } from '../suite.ts';
import { isListWith, rootOf } from '../table.ts';

/** Figures of a calculator are in whole cents. */
const cent = 0.01;
/** Broker's figures of naked options: its spot differed a little, says the file. */
const nakedTolerance = 0.02;
/** The source's own tolerance between its target and the broker's figure beside it. */
const sourceTolerance = 0.2;

export const regt: Suite = {
  name: 'regt',
  description: 'requirements of option strategies: exchange calculator to the cent, broker within a few percent',
  detect: (content) => {
    const root = rootOf(content);
    return isListWith(root['nakedShort'], ['right', 'strike', 'premium']) || isStrategyFile(root);
  },
  run: async (content: Content) => {
    const root = rootOf(content);
    const cases: CaseOutcome[] = [];
    const notCovered: string[] = [];
    for (const [index, row] of listOf(root['nakedShort']).entries()) {
      cases.push(await outcomeOf(`nakedShort ${index + 1}`, () => nakedChecks(fieldsOf(row))));
    }
    for (const [table, rows] of Object.entries(fieldsOf(root['tables']))) {
      for (const [index, row] of listOf(rows).entries()) {
        const name = `${table} ${index + 1}`;
        const reason = unusable(fieldsOf(row));
        if (reason !== null) notCovered.push(`${name}: ${reason}`);
        else cases.push(await outcomeOf(name, () => tableChecks(root, table, fieldsOf(row))));
      }
    }
    return { cases, notCovered };
  },
};

function isStrategyFile(root: Fields): boolean {
  const strategies = Object.values(fieldsOf(root['strategyLegs']));
  return isFields(root['tables']) && strategies.some((each) => isListWith(fieldsOf(each)['legs'], ['type', 'qty']));
}

async function outcomeOf(name: string, compute: () => Promise<readonly Check[]>): Promise<CaseOutcome> {
  try {
    return { name, checks: await compute(), problem: null };
  } catch (cause) {
    if (!(cause instanceof CaseInputError)) throw cause;
    return { name, checks: [], problem: messageOf(cause) };
  }
}

async function nakedChecks(row: Fields): Promise<Check[]> {
  const exact = expectedOf(row, 'maintenanceMargin');
  const formula = expectedOf(row, 'formulaValue');
  const broker = expectedOf(row, 'ib');
  if (exact === null && formula === null && broker === null) return [];
  const regtCase = nakedShortCase(row);
  const { maintenance } = await requirementOf(regtCase);
  const [leg] = regtCase.legs;
  const premium = row['includesPremium'] === false ? leg.price * regtCase.multiplier * Math.abs(leg.quantity) : 0;
  const actual = maintenance - premium;
  const checks: Check[] = [];
  const tolerance = typeof row['tolerance'] === 'number' ? row['tolerance'] : cent;
  if (exact !== null) checks.push(checkAbsolute('naked, exchange calculator', actual, exact, tolerance));
  if (formula !== null) checks.push(checkAbsolute('naked, formula', actual, formula, cent));
  if (broker !== null) checks.push(checkRelative('naked, broker', actual, broker, nakedTolerance));
  return checks;
}

/** A broker's figure that the source's target beside it contradicts is a slip of the pen in one of the two. */
function unusable(row: Fields): string | null {
  const [broker, target] = [expectedOf(row, 'ibValue'), expectedOf(row, 'leanExpected')];
  if (broker === null || target === null) return null;
  const size = broker.abs().gt(target.abs()) ? broker.abs() : target.abs();
  if (broker.minus(target).abs().lte(size.times(sourceTolerance))) return null;
  return `the broker's ${broker.toString()} and the source's own ${target.toString()} contradict each other`;
}

async function tableChecks(root: Fields, table: string, row: Fields): Promise<Check[]> {
  const broker: Decimal | null = expectedOf(row, 'ibValue');
  if (broker === null) return [];
  const purpose = /maintenance/i.test(table) ? 'maintenance' : 'initial';
  const entry = fieldsOf(root['strategyLegs'])[String(row['strategy'])];
  if (!isFields(entry)) throw new CaseInputError(`no legs of the strategy ${JSON.stringify(row['strategy']) ?? 'nothing'}`);
  const strike = row['strike'] === undefined || row['strike'] === null ? null : Number(row['strike']);
  if (strike !== null && !(strike > 0)) throw new CaseInputError(`input strike must be a price, got ${String(row['strike'])}`);
  return [await checkBroker(strategyCase(entry, numberOf(row, 'quantity'), strike), purpose, broker)];
}
