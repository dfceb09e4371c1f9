import type { Content } from '../content.ts';
import type { Suite, SuiteRun } from '../suite.ts';
import { varFormats, type VarFormat } from '../var/formats.ts';

/** Several file formats about one thing: a file is run by every format that knows it. */
export const valueAtRisk: Suite = {
  name: 'var',
  description: 'VaR, ES, their components and backtests: quantiles, closed forms, published portfolios and tests',
  detect: (content) => formatsOf(content).length > 0,
  run: async (content) => {
    const runs: SuiteRun[] = [];
    for (const format of formatsOf(content)) runs.push(await format.run(content));
    return { cases: runs.flatMap(({ cases }) => cases), notCovered: runs.flatMap(({ notCovered }) => notCovered) };
  },
};

function formatsOf(content: Content): readonly VarFormat[] {
  return varFormats.filter((format) => format.detect(content));
}
