import type { Suite } from './suite.ts';
import { black76 } from './suites/black76.ts';
import { specialFunctions } from './suites/special-functions.ts';

/** Every suite; a new one is one file in suites/ and one line here. */
export const suites: readonly Suite[] = [
  specialFunctions,
  black76,
];
