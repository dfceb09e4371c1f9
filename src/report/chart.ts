import type { EChartsOption } from 'echarts';

/** A picture: what it shows in words, its size in pixels, and what the drawing library makes of it. */
export interface Chart {
  /** Names the picture within a page and its file: letters, digits, hyphens. */
  readonly id: string;
  readonly title: string;
  /** What a reader is to see in it, one sentence. */
  readonly caption: string;
  readonly width: number;
  readonly height: number;
  readonly option: EChartsOption;
}

/** Colours that people with common colour blindness tell apart (P. Tol, "vibrant"). */
export const palette = {
  gain: '#0077bb',
  loss: '#cc3311',
  valueAtRisk: '#ee7733',
  expectedShortfall: '#cc3311',
  neutral: '#767676',
  margin: '#009988',
} as const;

export const chartWidth = 880;
export const chartHeight = 420;

/** What all charts share: no animation (they are drawn once), room for titles and axes. */
export const frame = {
  animation: false,
  textStyle: { fontFamily: 'system-ui, sans-serif', fontSize: 12 },
  grid: { left: 84, right: 36, top: 52, bottom: 56 },
} as const;

export function horizontalTitle(name: string): { name: string; nameLocation: 'middle'; nameGap: number } {
  return { name, nameLocation: 'middle', nameGap: 34 };
}

export function verticalTitle(name: string): { name: string; nameLocation: 'end' } {
  return { name, nameLocation: 'end' };
}

/** A number on an axis: four significant digits, thousands as k, M, G. */
export function axisNumber(value: number): string {
  const size = Math.abs(value);
  const [unit, letter] = size >= 1e9 ? [1e9, 'G'] : size >= 1e6 ? [1e6, 'M'] : size >= 1e4 ? [1e3, 'k'] : [1, ''];
  return `${Number((value / unit).toPrecision(4))}${letter}`;
}

/** A fraction on an axis: `-7.5%`. */
export function axisPercent(fraction: number): string {
  return `${Number((fraction * 100).toPrecision(4))}%`;
}
