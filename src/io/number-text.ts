const numberPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const notFinitePattern = /^([+-]?)(nan|inf|infinity)$/i;

/** The number that a text of a CSV file means, NaN and infinities included; undefined if it is no number. */
export function parseNumberText(text: string): number | undefined {
  const trimmed = text.trim();
  if (numberPattern.test(trimmed)) return Number(trimmed);
  const match = notFinitePattern.exec(trimmed);
  if (match === null) return undefined;
  if (match[2].toLowerCase() === 'nan') return NaN;
  return match[1] === '-' ? -Infinity : Infinity;
}
