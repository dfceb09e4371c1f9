import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../io/index.ts';
import type { Chart } from '../report/chart.ts';
import { renderReport, type Report } from '../report/page.ts';
import { renderChart } from '../report/render-chart.ts';
import { requireDirectory } from './inputs.ts';
import type { Terminal } from './terminal.ts';

export interface PictureOptions {
  /** HTML file. */
  readonly report?: string;
  /** Folder; it is made if it is not there. */
  readonly svg?: string;
}

/** Fails before the work, not after it, if the report cannot be written there. Throws `FileUnreadable`. */
export function requirePictures({ report }: PictureOptions): void {
  if (report !== undefined) requireDirectory(report);
}

/** Writes a report and its pictures where the options say so. Throws `DependencyMissing`, `FileUnwritable`. */
export async function writePictures({ report, svg }: PictureOptions, page: () => Report, terminal: Terminal): Promise<void> {
  if (report === undefined && svg === undefined) return;
  const content = page();
  if (report !== undefined) {
    const text = await renderReport(content);
    await writeAtomically(report, (path) => writeFile(path, text));
    terminal.note(`wrote ${report}`);
  }
  if (svg === undefined) return;
  await mkdir(svg, { recursive: true });
  for (const chart of content.sections.filter((each): each is Chart => 'option' in each)) {
    const picture = await renderChart(chart);
    const target = join(svg, `${chart.id}.svg`);
    await writeAtomically(target, (path) => writeFile(path, picture));
    terminal.note(`wrote ${target}`);
  }
}
