/** A picture as shapes: drawn as SVG text or as pixels. Origin top left, units pixels, colours `#rrggbb`. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly shapes: readonly Shape[];
}

export type Shape =
  | {
      readonly kind: 'rectangle';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly color: string;
    }
  | {
      readonly kind: 'line';
      readonly points: readonly (readonly [number, number])[];
      readonly color: string;
      readonly thickness: number;
    }
  | {
      readonly kind: 'text';
      readonly x: number;
      readonly y: number;
      readonly text: string;
      readonly align: 'left' | 'middle' | 'right';
      readonly color: string;
    };

/** Height of the letters of a text, whose `y` is their base line. */
export const textSize = 12;

/** Round numbers that divide [low, high] into about `count` steps: 1, 2 or 5 times a power of ten apart. */
export function axisTicks(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / count;
  let unit = 1;
  while (unit > rough) unit /= 10;
  while (unit * 10 <= rough) unit *= 10;
  const step = unit * (rough / unit < 2 ? 2 : rough / unit < 5 ? 5 : 10);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, index) => (first + index) * step);
}

/** `1.2M`: three significant digits and a power of a thousand. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  const [unit, letter] = size >= 1e9 ? [1e9, 'B'] : size >= 1e6 ? [1e6, 'M'] : size >= 1e4 ? [1e3, 'k'] : [1, ''];
  return `${Number((value / unit).toPrecision(unit === 1 ? 5 : 3))}${letter}`;
}
