import type { SpanParams } from '../margin/span/parameters.ts';
import { PositionalReader, type SpanFileFilter } from './read-positional.ts';
import { spanFileError } from './record.ts';
import { chunksOf, linesOf } from './text-lines.ts';
import { XmlReader } from './read-xml.ts';

/**
 * Parameters of the model `span` from a risk-parameter file of a clearing house: positional expanded unpacked (`.pa2`)
 * or XML (`.spn`), told apart by content. Streamed: memory holds what is kept, not the file; `combinedCommodities` says
 * what to keep.
 *
 * Throws `MargridError` naming file, line, columns or element, and value.
 */
export async function readSpanFile(path: string, filter: SpanFileFilter = {}): Promise<SpanParams> {
  return (await beginsWithXml(path)) ? readXmlFile(path, filter) : readPositionalFile(path, filter);
}

async function beginsWithXml(path: string): Promise<boolean> {
  for await (const chunk of chunksOf(path)) {
    const start = chunk.replace(/^(ï»¿)?\s*/, '');
    if (start !== '') return start.startsWith('<');
  }
  throw spanFileError({ code: 'FileUnreadable', file: path, message: 'is empty' });
}

async function readPositionalFile(path: string, filter: SpanFileFilter): Promise<SpanParams> {
  const reader = new PositionalReader(path, filter);
  for await (const line of linesOf(path)) reader.line(line);
  return reader.finish();
}

/** With a filter the file is read twice: combined commodities come after the contracts that they are made of. */
async function readXmlFile(path: string, filter: SpanFileFilter): Promise<SpanParams> {
  let families: ReadonlySet<string> | null = null;
  if (filter.combinedCommodities !== undefined) {
    const first = new XmlReader(path, filter, new Set());
    for await (const chunk of chunksOf(path)) first.write(chunk);
    families = first.wantedFamilies();
  }
  const reader = new XmlReader(path, filter, families);
  for await (const chunk of chunksOf(path)) reader.write(chunk);
  return reader.finish();
}
