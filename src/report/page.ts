import type { Chart } from './chart.ts';
import { escapeText, renderChart } from './render-chart.ts';

/** A table as people read it: texts only. Columns but the first are aligned on the right. */
export interface ReportTable {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Said below the table: conventions, sources, what was left out. */
  readonly note?: string;
}

export interface Report {
  readonly title: string;
  /** What was computed, of what, when: one line each. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly sections: readonly (ReportTable | Chart)[];
}

/** A table with more columns is wide. */
const wideColumns = 8;

const style = `
body { font: 15px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; }
body { max-width: 940px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 0.25rem 0.6rem; border-bottom: 1px solid #ddd; text-align: right; }
th:first-child, td:first-child { text-align: left; }
.wide { overflow-x: auto; } .wide table { font-size: 0.85rem; } .wide :is(th, td) { white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 1rem; } dt { color: #555; } dd { margin: 0; }
figure { margin: 0; } figure svg { max-width: 100%; height: auto; }
figcaption, .note { color: #555; font-size: 0.9rem; }
@media print { .wide { overflow-x: visible; } .wide table { font-size: 0.5rem; } h2 { break-after: avoid; } figure, table { break-inside: avoid; } }`;

/**
 * A page that needs nothing but itself: pictures inside, no script, no address outside (its own policy forbids both).
 * The same report is the same text. Throws `DependencyMissing` if it has pictures and the drawing library is absent.
 */
export async function renderReport({ title, facts, sections }: Report): Promise<string> {
  const parts: string[] = [];
  for (const section of sections) parts.push('option' in section ? await figure(section) : tableSection(section));
  const list = facts.map(([name, value]) => `<dt>${escapeText(name)}</dt><dd>${escapeText(value)}</dd>`).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)}</title>
<style>${style}
</style>
</head>
<body>
<h1>${escapeText(title)}</h1>
<dl>
${list}
</dl>
${parts.join('\n')}
</body>
</html>
`;
}

async function figure(chart: Chart): Promise<string> {
  const caption = `<figcaption>${escapeText(chart.caption)}</figcaption>`;
  const picture = await renderChart(chart);
  return `<h2>${escapeText(chart.title)}</h2>\n<figure id="${chart.id}">\n${picture}\n${caption}\n</figure>`;
}

function tableSection({ title, header, rows, note }: ReportTable): string {
  const cells = (tag: 'th' | 'td', row: readonly string[]): string =>
    `<tr>${row.map((cell) => `<${tag}>${escapeText(cell)}</${tag}>`).join('')}</tr>`;
  const body = rows.map((row) => cells('td', row)).join('\n');
  const below = note === undefined ? '' : `\n<p class="note">${escapeText(note)}</p>`;
  const head = `<thead>${cells('th', header)}</thead>`;
  // More columns than fit a page scroll within it.
  const frame = header.length > wideColumns ? '<div class="wide">' : '<div>';
  return `<h2>${escapeText(title)}</h2>\n${frame}<table>\n${head}\n<tbody>\n${body}\n</tbody>\n</table></div>${below}`;
}
