import { loadOptional } from '../io/optional-package.ts';
import type { Chart } from './chart.ts';

/** Loads the drawing library when the first picture is asked for: the core installs without it. */
async function loadLibrary(): Promise<typeof import('echarts/core')> {
  return loadOptional('echarts', 'drawing pictures and reports', async () => {
    const [core, charts, components, renderers] = await Promise.all([
      import('echarts/core'),
      import('echarts/charts'),
      import('echarts/components'),
      import('echarts/renderers'),
    ]);
    core.use([
      charts.BarChart, charts.LineChart, charts.ScatterChart, charts.HeatmapChart, charts.CustomChart,
      components.GridComponent, components.LegendComponent, components.MarkLineComponent, components.VisualMapComponent,
      renderers.SVGRenderer,
    ]);
    return core;
  });
}

/**
 * The picture as SVG text, the same for the same chart. Ids inside begin with that of the chart, so that several
 * pictures can stand in one page. Throws `DependencyMissing`.
 */
export async function renderChart(chart: Chart): Promise<string> {
  const library = await loadLibrary();
  const instance = library.init(null, null, { renderer: 'svg', ssr: true, width: chart.width, height: chart.height });
  try {
    instance.setOption(chart.option);
    const svg = instance.renderToSVGString();
    const label = `<title>${escapeText(chart.title)}</title><desc>${escapeText(chart.caption)}</desc>`;
    return withoutStyles(svg, chart.id).replace('>', ` role="img">${label}`);
  } finally {
    instance.dispose();
  }
}

/**
 * What a mouse would do to a picture is left out. The library numbers its ids (clip paths, gradients) through all
 * pictures of a process: here they are those of one picture, from 1.
 */
function withoutStyles(svg: string, id: string): string {
  const ids = new Map<string, string>();
  const renamed = (name: string): string => {
    if (!ids.has(name)) ids.set(name, `${id}-${ids.size + 1}`);
    return ids.get(name)!;
  };
  return svg
    .replaceAll(/<style ?>.*?<\/style>\n?/gs, '')
    .replaceAll(/ (class|ecmeta_\w+|pointer-events)="[^"]*"/g, '')
    .replaceAll(/\bzr\d+-[\w-]+/g, renamed);
}

/** Text within HTML or XML. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
