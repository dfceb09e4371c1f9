import type { ComponentEvidence, MarginModel } from '../model.ts';
import { portfolioCoverage } from './parse.ts';
import {
  portfolioComponents,
  portfolioFaults,
  portfolioFields,
  portfolioRefusal,
  type DerivePortfolioParams,
} from './terms.ts';
import { portfolioCellCount, portfolioSizes, preparePortfolioTick } from './tick.ts';

/** What tells the two portfolio margin models apart. */
export interface PortfolioModelTerms {
  readonly name: string;
  readonly title: string;
  readonly components: readonly ComponentEvidence[];
  readonly parseParams: (input: unknown) => DerivePortfolioParams;
}

export function derivePortfolioModel(terms: PortfolioModelTerms): MarginModel<DerivePortfolioParams> {
  return {
    ...terms,
    kind: 'portable',
    kernel: 'derivePortfolio',
    rowKernel: 'derivePortfolioRows',
    pooling: { kind: 'account', currency: (params) => params.currency },
    resultComponents: portfolioComponents,
    faults: portfolioFaults,
    segments: 'expiry',
    ordersMargined: false,
    scenarioCount: portfolioCellCount,
    refusal: portfolioRefusal,
    requiredFields: portfolioFields,
    sizes: portfolioSizes,
    coverage: portfolioCoverage,
    prepareTick: preparePortfolioTick,
  };
}
