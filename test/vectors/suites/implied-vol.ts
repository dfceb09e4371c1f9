import { isOracle, runOracle } from '../implied-vol/oracle.ts';
import { isReference, runReference } from '../implied-vol/reference.ts';
import { isRoundTrip, runRoundTrip } from '../implied-vol/round-trip.ts';
import type { Suite } from '../suite.ts';
import { rootOf } from '../table.ts';

const formats = [
  { detect: isOracle, run: runOracle },
  { detect: isReference, run: runReference },
  { detect: isRoundTrip, run: runRoundTrip },
];

export const impliedVol: Suite = {
  name: 'implied-vol',
  description: 'implied volatilities: 30-digit table with condition numbers, LetsBeRational outputs, round-trip grids',
  detect: (content) => formats.some(({ detect }) => detect(rootOf(content))),
  run: (content) => {
    const root = rootOf(content);
    const runs = formats.filter(({ detect }) => detect(root)).map(({ run }) => run(root));
    return { cases: runs.flatMap(({ cases }) => cases), notCovered: runs.flatMap(({ notCovered }) => notCovered) };
  },
};
