/** Bits of four codes of a byte each: of every code the lowest, all but the lowest. */
const lowest = 0x0101_0101;
const others = 0xfefe_fefe;

/**
 * Calls `differs`, ascending, for every netting set whose code in `result`, as `codes` translates it, is another than in
 * `status`. Four codes a step: of a million sets most are alike. Of `codes` the first, third and fourth must be 0, 2 and
 * 3, the second 0 or 1 (`Watch.ofKernel`). Both columns begin at a multiple of four bytes.
 */
export function compareStatuses(
  status: Uint8Array, result: Uint8Array, count: number, codes: Uint8Array, differs: (set: number, next: number) => void,
): void {
  const words = count >>> 2;
  const own = new Uint32Array(status.buffer, status.byteOffset, words);
  const found = new Uint32Array(result.buffer, result.byteOffset, words);
  // Code 1 becomes 0 unless it is told apart: the lowest bit stays where the next one is set, as in 3.
  const kept = codes[1] === 1 ? ~0 : others;
  for (let word = 0; word < words; word++) {
    const next = found[word];
    if (((next & (kept | ((next >>> 1) & lowest))) ^ own[word]) === 0) continue;
    for (let set = word << 2; set < (word + 1) << 2; set++) compareOne(set);
  }
  for (let set = words << 2; set < count; set++) compareOne(set);

  function compareOne(set: number): void {
    const next = codes[result[set]];
    if (next !== status[set]) differs(set, next);
  }
}
