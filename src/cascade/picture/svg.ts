import { textSize, type Drawing, type Shape } from './drawing.ts';

/** The drawing as an SVG document: the same text for the same drawing. */
export function svgOf({ width, height, shapes }: Drawing): string {
  const lines = shapes.map(elementOf);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<g font-family="Helvetica, Arial, sans-serif" font-size="${textSize}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...lines,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function elementOf(shape: Shape): string {
  const { color } = shape;
  switch (shape.kind) {
    case 'rectangle':
      return `<rect x="${short(shape.x)}" y="${short(shape.y)}" width="${short(shape.width)}" height="${short(shape.height)}" fill="${color}"/>`;
    case 'line': {
      const points = shape.points.map(([x, y]) => `${short(x)},${short(y)}`).join(' ');
      return `<polyline points="${points}" fill="none" stroke="${color}" stroke-width="${shape.thickness}"/>`;
    }
    case 'text': {
      const anchor = { left: 'start', middle: 'middle', right: 'end' }[shape.align];
      return `<text x="${short(shape.x)}" y="${short(shape.y)}" text-anchor="${anchor}" fill="${color}">${escaped(shape.text)}</text>`;
    }
  }
}

function short(value: number): string {
  return String(Number(value.toFixed(2)));
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
