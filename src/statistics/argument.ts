import { MargridError } from '../errors.ts';

/** Throws `ValueOutOfRange` naming the argument, its rule and its value. */
export function requireArgument(name: string, value: number, isGood: boolean, rule: string): void {
  if (isGood) return;
  throw new MargridError('ValueOutOfRange', `${name} must be ${rule}, got ${value}`, { column: name, value });
}

export function requireProbability(name: string, value: number): void {
  requireArgument(name, value, value >= 0 && value <= 1, 'in [0, 1]');
}

export function requirePositive(name: string, value: number): void {
  requireArgument(name, value, value > 0 && value < Infinity, 'finite and > 0');
}
