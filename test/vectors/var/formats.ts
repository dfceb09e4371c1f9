import type { Suite } from '../suite.ts';
import { sobolFormat } from './sobol.ts';

/** A file format of the suite `var`. */
export type VarFormat = Pick<Suite, 'detect' | 'run'>;

/** Every format; a new one is one file in this folder and one line here. */
export const varFormats: readonly VarFormat[] = [
  sobolFormat,
];
