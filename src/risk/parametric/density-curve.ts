import { normalPdf } from '../../../assembly/portable/normal.ts';
import { studentTPdf } from '../../statistics/student-t.ts';
import { cornishFisherQuantile } from './cornish-fisher.ts';
import { deltaGammaDistribution, deltaGammaMoments } from './delta-gamma.ts';
import { linearMoments } from './contributions.ts';
import { aboutMeans, type ParametricMethod, type ParametricPortfolio } from './portfolio-risk.ts';
import { unitVarianceScale, type TailDistribution } from './tail-distribution.ts';

/** Standard deviations to either side, and points between. */
const reach = 4;
const steps = 240;

/**
 * Density of the P&L that a method supposes, for pictures: points ascending by P&L, four standard deviations to either
 * side; empty for a P&L that does not move. Throws as `parametricRisk`.
 */
export function densityCurve(
  method: ParametricMethod, portfolio: ParametricPortfolio, distribution: TailDistribution = { kind: 'normal' },
): (readonly [pnl: number, density: number])[] {
  const scores = Array.from({ length: steps + 1 }, (_, k) => reach * ((2 * k) / steps - 1));
  if (method === 'delta-normal') {
    const { delta, covariance, means, constant = 0, horizon = 1 } = portfolio;
    const moments = linearMoments({ exposures: delta, covariance, ...(means === undefined ? {} : { means }) });
    const deviation = moments.deviation * Math.sqrt(horizon);
    if (!(deviation > 0)) return [];
    return scores.map((z) => [constant + moments.mean * horizon + deviation * z, standardDensity(distribution, z) / deviation]);
  }
  const centred = aboutMeans(portfolio);
  const { mean, variance, skewness, excessKurtosis } = deltaGammaMoments(centred);
  const deviation = Math.sqrt(variance);
  if (!(deviation > 0)) return [];
  if (method === 'delta-gamma-normal') return scores.map((z) => [mean + deviation * z, normalPdf(z) / deviation]);
  if (method === 'cornish-fisher') {
    const at = (z: number): number => mean + deviation * cornishFisherQuantile(z, skewness, excessKurtosis);
    // Where the expansion turns back there is no density: those points are left out.
    return scores.flatMap((z): (readonly [number, number])[] => {
      const spread = (at(z + 1e-3) - at(z - 1e-3)) / 2e-3;
      return spread > 0 ? [[at(z), normalPdf(z) / spread]] : [];
    }).sort(([a], [b]) => a - b);
  }
  const exact = deltaGammaDistribution(centred);
  const inside = scores.map((z) => mean + deviation * z).filter((x) => x > exact.least && x < exact.greatest);
  return inside.map((x) => [x, exact.tails(x).density]);
}

function standardDensity(distribution: TailDistribution, z: number): number {
  if (distribution.kind === 'normal') return normalPdf(z);
  const { degreesOfFreedom, scaling = 'unit-variance' } = distribution;
  const scale = scaling === 'raw' ? 1 : unitVarianceScale(degreesOfFreedom);
  return studentTPdf(z / scale, degreesOfFreedom) / scale;
}
