/** Numbers are aligned by whoever draws the Markdown. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const isNumeric = (column: number): boolean => rows.every((row) => /^[-\d]|^$/.test(row[column] ?? ''));
  const rule = titles.map((_, column) => (column > 0 && isNumeric(column) ? '---:' : '---'));
  return [line(titles), line(rule), ...rows.map(line)];
}

/** Thousands apart. */
export function formatInteger(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** Of a time over margrid's. */
export function formatRatio(ratio: number): string {
  return ratio >= 100 ? formatInteger(Math.round(ratio)) : ratio >= 0.1 ? ratio.toFixed(2) : ratio.toPrecision(2);
}

export function formatShare(share: number): string {
  return `${Number((share * 100).toPrecision(3))}%`;
}
