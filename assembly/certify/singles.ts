/** The memory as floats of 32 bits, for portable code. */
export const SINGLES = changetype<Singles>(0);
