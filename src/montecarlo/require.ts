import { MargridError } from '../errors.ts';

/** Throws `OptionInvalid`, naming the option. */
export function requireOption(isGood: boolean, name: string, value: unknown, rule: string): void {
  if (isGood) return;
  throw new MargridError('OptionInvalid', `${name} must be ${rule}, got ${String(value)}`, { column: name, value });
}

/** The two words of a seed, a whole number in [0, 2^53): the key of Philox. */
export function seedWords(seed: number): readonly [number, number] {
  requireOption(Number.isSafeInteger(seed) && seed >= 0, 'seed', seed, 'a whole number in [0, 2^53)');
  return [seed | 0, Math.floor(seed / 4_294_967_296) | 0];
}
