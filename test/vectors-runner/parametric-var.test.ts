import { describe, expect, it } from 'vitest';
import { closedForm, componentVar, deltaGamma } from './published.ts';
import { runContent } from './run-command.ts';

async function failuresOf(content: unknown): Promise<string[]> {
  const { report } = await runContent('var', content);
  return report.files.flatMap(({ failures }) => failures.map(({ case: name, message }) => `${name}: ${message}`));
}

/** Uncorrelated factors by hand: mean 0.5 (2 + 0), variance 9 1 + 4 4 + (2^2 1 1 + 2 3^2 1 4) / 2 = 9 + 16 + 2 + 36, cross gamma 3. */
const deltaGammaNormal = {
  cases: [{
    quantiles: [0.01], published: [1 - 2.3263478740408411 * Math.sqrt(63)],
    factors: [{ key: 'a', delta: 3, gamma: 2, variance: 1 }, { key: 'b', delta: 2, gamma: 0, variance: 4 }],
    crossGammas: [{ a: 'a', b: 'b', gamma: 3 }],
  }],
};

describe('suite var, parametric formats', () => {
  it.each([['closed form', closedForm], ['components', componentVar], ['delta-gamma', deltaGamma], ['delta-gamma normal', deltaGammaNormal]])(
    '%s passes', async (_, content) => {
      expect(await failuresOf(content)).toEqual([]);
    });

  const [delta] = deltaGamma.cases;
  it.each([
    [{ rows: [{ ...closedForm.rows[0], ES: '2.8919486054' }] }, /row 1: ES/],
    [{ rows: [{ ...closedForm.rows[0], dist: 't5' }] }, /row 1: /],
    [{ cases: [{ ...componentVar.cases[0], z: 1.66 }] }, /case 1: /],
    [{ cases: [{ ...delta, results: [{ ...delta.results[0], exactQuantile: -0.786 }] }] }, /exactQuantile/],
    [{ cases: [{ ...delta, moments: { mean: -5000.1 } }] }, /mean/],
    [{ cases: [{ ...delta, published: { cornishFisher99: -4707.885 } }] }, /cornishFisher99/],
    [{ cases: [{ ...deltaGammaNormal.cases[0], crossGammas: [] }] }, /quantile 0.01, published/],
    [{ cases: [{ ...deltaGammaNormal.cases[0], crossGammas: [{ a: 'a', b: 'c', gamma: 3 }] }] }, /not both are factors/],
    [{ cases: [{ ...delta, omega: [[-1]] }] }, /semidefinite|>= 0/],
    [{ rows: [{ dist: 't5', p: 1.5, VaR: 1 }] }, /p must be in \(0, 1\)/],
  ])('sees a wrong value or a missing input: %#', async (content, message) => {
    const failures = await failuresOf(content);
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.join('; ')).toMatch(message);
  });
});
