import { describe, expect, it } from 'vitest';
import { glyphOf } from '../../src/cascade/picture/bitmap-font.ts';
import { axisTicks, shortNumber } from '../../src/cascade/picture/drawing.ts';
import { svgOf } from '../../src/cascade/picture/svg.ts';

describe('pictures', () => {
  it('ticks are round numbers inside the range', () => {
    expect(axisTicks(47_000, 63_000, 5)).toEqual([50_000, 55_000, 60_000]);
    expect(axisTicks(0, 3.1, 3)).toEqual([0, 2]);
    expect(axisTicks(-0.9, 0.9, 4)).toEqual([-0.5, 0, 0.5]);
    expect(axisTicks(7, 7, 3)).toEqual([7]);
  });

  it('numbers are short', () => {
    expect([0, 95.5, 9_999, 12_345, 1.5e6, 2.345e9, -47_000].map(shortNumber)).toEqual(['0', '95.5', '9999', '12.3k', '1.5M', '2.35B', '-47k']);
  });

  it('letters have their dots', () => {
    // The bar of an L is its first column, its foot the lowest of seven rows.
    expect([...glyphOf('L')]).toEqual([0x7f, 0x40, 0x40, 0x40, 0x40]);
    expect(glyphOf('é')).toEqual(glyphOf('?'));
    const drawn = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index));
    expect(drawn.filter((character) => glyphOf(character).every((column) => column === 0))).toEqual([]);
    expect(new Set(drawn.map((character) => glyphOf(character).join())).size).toBe(94);
  });

  it('an SVG escapes what is no text', () => {
    const shapes = [
      { kind: 'text', x: 1, y: 2.345, text: 'a < b & c', align: 'right', color: '#000000' },
      { kind: 'rectangle', x: 0, y: 0, width: 1 / 3, height: 2, color: '#ff0000' },
      { kind: 'line', points: [[0, 0], [1, 2]], color: '#00ff00', thickness: 2 },
    ] as const;
    expect(svgOf({ width: 10, height: 20, shapes }).split('\n').slice(3, 6)).toEqual([
      '<text x="1" y="2.35" text-anchor="end" fill="#000000">a &lt; b &amp; c</text>',
      '<rect x="0" y="0" width="0.33" height="2" fill="#ff0000"/>',
      '<polyline points="0,0 1,2" fill="none" stroke="#00ff00" stroke-width="2"/>',
    ]);
  });
});
