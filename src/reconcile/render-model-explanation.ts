import type { Breakdown } from '../reference/margin/account.ts';
import type { ModelExplanation, NettingSetBreakdown } from './explain-model.ts';

/** An explanation as text, for people: the tree of the calculation, then the evidence of every component. */
export function renderModelExplanation(explanation: ModelExplanation): string {
  const { account, model, asOf, parameters, problem, nettingSets, evidence } = explanation;
  return [
    `account ${account}, ${model}, ${asOf}`,
    `parameters: ${parameters.source} (${parameters.date})`,
    ...(problem === null ? [] : [`account QUARANTINED: ${problem}`]),
    ...nettingSets.flatMap(nettingSetLines),
    '',
    'EVIDENCE',
    ...evidence.map(({ component, evidence: degree, source }) => `  ${degree.padEnd(11)}  ${component}: ${source}`),
  ].join('\n');
}

function nettingSetLines(set: NettingSetBreakdown): string[] {
  const title = ['', `NETTING SET ${set.currency}`];
  if (set.refusal !== null) return [...title, `  REFUSED: ${set.refusal}`];
  const amounts: [string, string][] = [
    ...Object.entries(set.components ?? {}),
    ['maintenance margin', set.maintenanceMargin!],
    ['initial margin', set.initialMargin!],
    ['equity', set.equity!],
  ];
  const width = Math.max(...amounts.map(([name]) => name.length)) + 2;
  return [
    ...title,
    ...(set.breakdown ?? []).flatMap((each) => breakdownLines(each, 1)),
    '',
    ...amounts.map(([name, value]) => `  ${name.padEnd(width)}${shown(value)}`),
  ];
}

function breakdownLines({ label, value, unit, evidence, children }: Breakdown, depth: number): string[] {
  const amount = value === null ? '' : `: ${shown(value)}${unit === undefined ? '' : ` ${unit}`}`;
  const line = `${'  '.repeat(depth)}${label}${amount}${evidence === undefined ? '' : ` [${evidence}]`}`;
  return [line, ...(children ?? []).flatMap((child) => breakdownLines(child, depth + 1))];
}

const shownDecimals = 9;

/** Amounts are text so that no digit is lost in JSON; a screen needs no more than nine decimals. Other text stays. */
function shown(value: string): string {
  if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value)) return value;
  const rounded = Number(value).toFixed(shownDecimals);
  return rounded.includes('.') ? rounded.replace(/\.?0+$/, '').replace(/^-0$/, '0') : rounded;
}
