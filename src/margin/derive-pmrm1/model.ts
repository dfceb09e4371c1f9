import { derivePortfolioModel } from '../derive-portfolio/portable-model.ts';
import { derivePmrm1Components } from './evidence.ts';
import { parseDerivePmrm1Params } from './params.ts';

/** Derive portfolio margin PMRM, the first version. Formulas, sources and evidence: docs/models/derive-pmrm1.md. */
export const derivePmrm1 = derivePortfolioModel({
  name: 'derive-pmrm1',
  title: 'Derive portfolio margin, first version (PMRM)',
  components: derivePmrm1Components,
  parseParams: parseDerivePmrm1Params,
});
