import { crc32, deflateSync } from 'node:zlib';
import { glyphHeight, glyphOf, glyphWidth } from './bitmap-font.ts';
import type { Drawing, Shape } from './drawing.ts';

/** Pixels per unit of the drawing, and per dot of a letter. */
const scale = 2;
const dot = 2;

/** The drawing as a PNG file (RGB, eight bits), at twice its size. Texts are printable ASCII. */
export function pngOf(drawing: Drawing): Uint8Array {
  const canvas = new Canvas(drawing.width * scale, drawing.height * scale);
  for (const shape of drawing.shapes) canvas.draw(shape);
  return canvas.encode();
}

class Canvas {
  readonly #width: number;
  readonly #height: number;
  /** Rows of a filter byte and three bytes a pixel, as PNG wants them. */
  readonly #rows: Uint8Array;

  constructor(width: number, height: number) {
    this.#width = Math.round(width);
    this.#height = Math.round(height);
    this.#rows = new Uint8Array(this.#height * (1 + 3 * this.#width)).fill(255);
    for (let y = 0; y < this.#height; y++) this.#rows[y * (1 + 3 * this.#width)] = 0;
  }

  draw(shape: Shape): void {
    const color = Number.parseInt(shape.color.slice(1), 16);
    if (shape.kind === 'rectangle') {
      this.#fill(
        shape.x * scale,
        shape.y * scale,
        (shape.x + shape.width) * scale,
        (shape.y + shape.height) * scale,
        color,
      );
    } else if (shape.kind === 'line') {
      shape.points.slice(
        1,
      ).forEach((end, index) => this.#segment(shape.points[index], end, shape.thickness * scale, color));
    } else this.#text(shape, color);
  }

  #fill(left: number, top: number, right: number, bottom: number, color: number): void {
    const [x0, x1] = [Math.max(0, Math.round(left)), Math.min(this.#width, Math.round(right))];
    const [y0, y1] = [Math.max(0, Math.round(top)), Math.min(this.#height, Math.round(bottom))];
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) {
        const at = y * (1 + 3 * this.#width) + 1 + 3 * x;
        this.#rows[at] = color >> 16;
        this.#rows[at + 1] = (color >> 8) & 255;
        this.#rows[at + 2] = color & 255;
      }
    }
  }

  /** Squares along the line, half a pixel apart. */
  #segment(from: readonly [number, number], to: readonly [number, number], thickness: number, color: number): void {
    const [x0, y0, x1, y1] = [from[0] * scale, from[1] * scale, to[0] * scale, to[1] * scale];
    const steps = Math.max(1, Math.ceil(2 * Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0))));
    const half = thickness / 2;
    for (let step = 0; step <= steps; step++) {
      const [x, y] = [x0 + ((x1 - x0) * step) / steps, y0 + ((y1 - y0) * step) / steps];
      this.#fill(x - half, y - half, x + half, y + half, color);
    }
  }

  #text({ x, y, text, align }: Extract<Shape, { kind: 'text' }>, color: number): void {
    const advance = (glyphWidth + 1) * dot;
    const width = text.length * advance;
    const left = x * scale - (align === 'left' ? 0 : align === 'middle' ? width / 2 : width);
    const top = y * scale - (glyphHeight - 1) * dot;
    [...text].forEach((character, place) => {
      glyphOf(character).forEach((bits, column) => {
        for (let row = 0; row < glyphHeight; row++) {
          if (((bits >> row) & 1) === 0) continue;
          const [px, py] = [left + place * advance + column * dot, top + row * dot];
          this.#fill(px, py, px + dot, py + dot, color);
        }
      });
    });
  }

  encode(): Uint8Array {
    const header = new Uint8Array(13);
    const view = new DataView(header.buffer);
    view.setUint32(0, this.#width);
    view.setUint32(4, this.#height);
    // Eight bits a channel, RGB, deflate, no interlace.
    header.set([8, 2, 0, 0, 0], 8);
    const signature = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);
    return Buffer.concat(
      [signature, chunk('IHDR', header), chunk('IDAT', deflateSync(this.#rows)), chunk('IEND', new Uint8Array(0))],
    );
  }
}

/** Length, type, data, checksum of type and data. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(Buffer.from(type, 'latin1'), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}
