import type { AccountExplanation, CellExplanation, GroupExplanation, NettingSetExplanation } from './explanation.ts';
import { textTable } from './text-table.ts';

/** An explanation as text, for people: amounts with 9 decimals, the rest of the digits is in the structure. */
export function renderExplanation(explanation: AccountExplanation): string {
  const { accountId, model, asOfMs, parameterSource, problem, nettingSets, evidence } = explanation;
  return [
    `account ${accountId}, ${model}, ${new Date(asOfMs).toISOString()}`,
    `parameters: ${parameterSource}`,
    ...(problem === null ? [] : [`account QUARANTINED: ${problem}`]),
    ...nettingSets.flatMap(nettingSetLines),
    '',
    'EVIDENCE',
    ...evidence.map(({ component, evidence: degree, source }) => `  ${degree.padEnd(11)}  ${component}: ${source}`),
  ].join('\n');
}

function nettingSetLines(set: NettingSetExplanation): string[] {
  const currency = set.settlementCurrency;
  const title = ['', `NETTING SET ${currency}`];
  if (set.problem !== null) title.push(`  QUARANTINED: ${set.problem}`);
  if (set.problem !== null && set.groups.length === 0) return title;
  const groups = set.groups.flatMap((group) => groupLines(group, currency));
  return [...title, ...equityLines(set), ...groups, ...requirementLines(set)];
}

function equityLines(set: NettingSetExplanation): string[] {
  const rows = set.positions.map((position) => [
    position.instrument,
    plain(position.quantity),
    position.entryPrice === null ? '-' : plain(position.entryPrice),
    amount(position.valuePerContract),
    amount(position.value),
    amount(position.delta),
  ]);
  const header = ['position', 'quantity', 'entry', 'value of one', 'value', 'delta (base)'];
  return [
    ...(rows.length > 0 ? indented(textTable(header, rows)) : []),
    `  cash ${amount(set.cash)} + values = equity ${amount(set.equity)} ${set.settlementCurrency}`,
  ];
}

function groupLines(group: GroupExplanation, currency: string): string[] {
  const { worstScenario: worst } = group;
  const contributions = group.contributions.map(({ instrument, quantity, pnlPerContract, pnl }) => [
    instrument,
    plain(quantity),
    amount(pnlPerContract),
    amount(pnl),
  ]);
  return [
    '',
    `  RISK GROUP ${group.name} (index ${group.pair} ${plain(group.indexPrice)}), P&L in ${currency}`,
    ...indented(standardTable(group)),
    ...indented(extendedTable(group)),
    `  worst scenario ${worst.index}: ${worst.table} bucket ${worst.bucket}, price ${percent(worst.move)}, ` +
      `volatility ${worst.volatilityMode}`,
    ...indented(textTable(['position', 'quantity', 'P&L of one', 'P&L'], contributions)),
    `  sum ${amount(worst.preAggregated)}, after offset ${amount(worst.afterOffset)}` +
      `${worst.isCapped ? ' (capped)' : ''}, dampener ${amount(worst.dampener)}, ` +
      `aggregated ${amount(worst.aggregated)}: worst case ${amount(group.worstCase)}`,
    ...rollLines(group),
    ...deltaLines(group),
  ];
}

/** Rows are price moves, columns volatility scenarios; the worst cell is marked. */
function standardTable(group: GroupExplanation): string {
  const cells = group.grid.filter(({ table }) => table === 'standard');
  const buckets = [...new Set(cells.map(({ bucket }) => bucket))];
  const rows = buckets.map((bucket) => {
    const members = cells.filter((cell) => cell.bucket === bucket);
    return [percent(members[0].move), ...members.map((cell) => marked(cell, group))];
  });
  return textTable(['price', 'volatility up', 'same', 'down'], rows);
}

function extendedTable(group: GroupExplanation): string {
  const cells = group.grid.filter(({ table }) => table === 'extended');
  const rows = cells.map((cell) => [
    percent(cell.move),
    marked(cell, group),
    amount(cell.preAggregated),
    amount(cell.dampener),
  ]);
  return textTable(['extended', 'volatility up', 'before offset', 'dampener'], rows);
}

function marked(cell: CellExplanation, group: GroupExplanation): string {
  return `${cell.index === group.worstScenario.index ? '> ' : ''}${amount(cell.aggregated)}`;
}

function rollLines(group: GroupExplanation): string[] {
  const rows = group.rollShocks.map(({ expiryMs, netDelta, rate, charge }) => [
    expiryMs === null ? 'perpetual' : new Date(expiryMs).toISOString().slice(0, 16),
    amount(netDelta),
    amount(rate),
    amount(charge),
  ]);
  if (rows.length === 0) return ['  roll shock 0: no expiries'];
  const table = textTable(['expiry', 'net delta', 'rate', 'charge'], rows);
  return [...indented(table), `  roll shock ${amount(group.rollShock)}`];
}

function deltaLines(group: GroupExplanation): string[] {
  const { d1, d2, d, usd, charge } = group.deltaShock;
  return [
    `  delta shock ${amount(charge)}: long options ${amount(d1)}, all else ${amount(d2)}, ` +
      `combined ${amount(d)} coin, ${amount(usd)} in quote currency`,
  ];
}

function requirementLines(set: NettingSetExplanation): string[] {
  const ratio = set.marginRatio === null ? 'not defined (equity 0)' : percent(set.marginRatio);
  return [
    '',
    `  risk matrix margin ${amount(set.riskMatrixMargin)} = worst case ${amount(set.worstCase)} + roll shock ` +
      `${amount(set.rollShock)} + delta shock ${amount(set.deltaShock)}`,
    `  maintenance margin ${amount(set.maintenanceMargin)} = ${plain(set.mmFactor)} * risk matrix margin`,
    `  initial margin     ${amount(set.initialMargin)} = risk matrix margin + add-on ${amount(set.addOn)}, rounded`,
    `  equity             ${amount(set.equity)}`,
    `  margin ratio       ${ratio}`,
    `  status             ${set.status}`,
  ];
}

function indented(block: string): string[] {
  return block.split('\n').map((line) => `  ${line}`);
}

const shownDecimals = 9;

/** Amounts are text so that no digit is lost in JSON; a screen needs no more than a float has. */
function amount(value: string): string {
  return Number(value).toFixed(shownDecimals).replace(/^-(0\.0*)$/, '$1');
}

function plain(value: string): string {
  return String(Number(value));
}

function percent(fraction: string): string {
  return `${(Number(fraction) * 100).toFixed(2)}%`;
}
