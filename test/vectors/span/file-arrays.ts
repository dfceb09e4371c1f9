import { checkAbsolute, type Check } from '../check.ts';
import { lossesOf, marginHoldings } from './run-engine.ts';
import { readRiskParameters } from './risk-parameter-file.ts';

/** Contracts of one file that are margined alone; more would say nothing new. */
const contractCountMax = 200;

export interface FileCase {
  readonly name: string;
  readonly checks: readonly Check[];
}

/** A risk-parameter file by itself: the engine's losses of one long contract are the columns of its lines. */
export async function fileCases(text: string): Promise<FileCase[]> {
  const params = readRiskParameters(text, 'the file');
  const lines = text.split(/\r?\n/);
  const exponents = new Map(lines.filter((line) => line.startsWith('2 ')).map((line) => [line.slice(6, 12).trim(), line[12]]));
  const pairs = lines.flatMap((line, index) => (line.startsWith('81') ? [[line, lines[index + 1]] as const] : []));
  const cases: FileCase[] = [];
  for (const [index, contract] of params.contracts.slice(0, contractCountMax).entries()) {
    const [first, second] = pairs[index];
    const scale = 10 ** Number(exponents.get(contract.combinedCommodity) ?? 0);
    const printed = [...valuesIn(first, 9), ...valuesIn(second, 7)].map((value) => value * scale);
    const losses = lossesOf(await marginHoldings(params, [{ contract, quantity: 1 }]));
    const checks = printed.map((value, scenario) => checkAbsolute(`loss${scenario + 1}`, losses[scenario], value, 0));
    cases.push({ name: contract.name, checks });
  }
  return cases;
}

/** From column 55: five digits and a sign. */
function valuesIn(line: string, count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const at = 54 + 6 * index;
    return Number(`${line[at + 5]}${line.slice(at, at + 5)}`);
  });
}
