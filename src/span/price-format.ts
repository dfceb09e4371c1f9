/**
 * Prices as positional files write them: digits with a decimal locator, or in fractions by an alignment code of the
 * type P record: `C` points and 32nds, `K` points and 64ths, `0` decimals whose last digit is an eighth. In all three
 * the last digit is the first decimal of k/8, cut off: 0 1 2 3 5 6 7 8 stand for 0/8 to 7/8.
 */
const eighths: Readonly<Record<number, number | undefined>> = { 0: 0, 1: 1, 2: 2, 3: 3, 5: 4, 6: 5, 7: 6, 8: 7 };
const ticksPerPoint: Readonly<Record<string, number | undefined>> = { C: 32, K: 64 };

/** Null if the digits or the code are not of the format. */
export function alignedPrice(digits: number, decimals: number, alignment: string): number | null {
  if (alignment === '' || digits === 0) return Number(`${digits}e${-decimals}`);
  const eighth = eighths[digits % 10];
  if (eighth === undefined) return null;
  if (alignment === '0') return (Math.floor(digits / 10) + eighth / 8) / Number(`1e${decimals - 1}`);
  const ticks = ticksPerPoint[alignment];
  if (ticks === undefined) return null;
  return Math.floor(digits / 1000) + (Math.floor((digits % 1000) / 10) + eighth / 8) / ticks;
}

/** Strikes of families quoted in 32nds or 64ths are in eighths where they have decimals and no code of their own. */
export function strikeAlignment(own: string, ofPrice: string, decimals: number): string {
  return own === '' && ofPrice in ticksPerPoint && decimals >= 1 ? '0' : own;
}
