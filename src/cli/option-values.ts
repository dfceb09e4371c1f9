import { InvalidArgumentError } from 'commander';

/** An option that may be repeated. */
export const collected = (value: string, earlier: readonly string[]): readonly string[] => [...earlier, value];

export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !(value >= min && value <= max)) {
      throw new InvalidArgumentError(`must be a whole number in [${min}, ${max}].`);
    }
    return value;
  };
}

export function decimalNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= min && value <= max))
      throw new InvalidArgumentError(`must be a number in [${min}, ${max}].`);
    return value;
  };
}
