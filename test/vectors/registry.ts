import type { Suite } from './suite.ts';
import { black76 } from './suites/black76.ts';
import { deribitPme } from './suites/deribit-pme.ts';
import { european } from './suites/european.ts';
import { greeks } from './suites/greeks.ts';
import { impliedVol } from './suites/implied-vol.ts';
import { inverse } from './suites/inverse.ts';
import { marks } from './suites/marks.ts';
import { regt } from './suites/regt.ts';
import { specialFunctions } from './suites/special-functions.ts';

/** Every suite; a new one is one file in suites/ and one line here. */
export const suites: readonly Suite[] = [
  specialFunctions,
  black76,
  impliedVol,
  inverse,
  greeks,
  european,
  deribitPme,
  marks,
  regt,
];
