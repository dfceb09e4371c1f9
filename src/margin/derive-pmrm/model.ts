import { derivePortfolioModel } from '../derive-portfolio/portable-model.ts';
import { derivePmrmComponents } from './evidence.ts';
import { parseDerivePmrmParams } from './params.ts';

/** Derive portfolio margin PMRM_2. Formulas, sources and evidence: docs/models/derive-pmrm.md. */
export const derivePmrm = derivePortfolioModel({
  name: 'derive-pmrm',
  title: 'Derive portfolio margin (PMRM_2)',
  components: derivePmrmComponents,
  parseParams: parseDerivePmrmParams,
});
