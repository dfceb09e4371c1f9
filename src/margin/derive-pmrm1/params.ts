/**
 * Parameters of Derive portfolio margin PMRM (the first version), field by field in the names of the venue's contracts.
 * Meaning and formulas: docs/models/derive-pmrm1.md.
 */
import {
  atLeastZero,
  basisRules,
  fraction,
  numbersField,
  parsePortfolioFile,
  scenariosField,
  volShockRules,
} from '../derive-portfolio/parse.ts';
import type { DeriveManager, DerivePortfolioParams } from '../derive-portfolio/terms.ts';
import { textField, type Section } from '../fields.ts';

const marginRules = {
  imFactor: atLeastZero,
  baseStaticDiscount: atLeastZero,
  rateMultScale: atLeastZero,
  rateAddScale: atLeastZero,
};
const otherRules = {
  pegLossThreshold: atLeastZero,
  pegLossFactor: atLeastZero,
  confThreshold: fraction,
  confMargin: atLeastZero,
  basePercent: fraction,
  perpPercent: atLeastZero,
  optionPercent: atLeastZero,
};
/** No scenario of PMRM shocks the skew. */
const noSkew = {
  linearBaseCap: 0,
  linearCBase: 0,
  absBaseCap: 0,
  absCBase: 0,
  minKStar: 1,
  widthScale: 0,
  volParamStatic: 0,
  volParamScale: 0,
};

/** Reads and validates a parameter object. Throws `ParameterInvalid` naming the field and its value. */
export function parseDerivePmrm1Params(input: unknown): DerivePortfolioParams {
  return parsePortfolioFile(input, parseManager);
}

function parseManager(fields: Section, path: string): DeriveManager {
  const margin = numbersField(fields, 'margin', path, marginRules);
  const other = numbersField(fields, 'otherContingency', path, otherRules);
  const baseAsset = textField(fields, 'baseAsset', path).toLowerCase();
  return {
    scenarios: scenariosField(fields, path, { dampened: false }),
    volShock: { ...numbersField(fields, 'volShock', path, volShockRules), minVolUpShock: 0 },
    margin: {
      imFactor: margin.imFactor,
      mmFactor: 1,
      longRateMultScale: margin.rateMultScale,
      longRateAddScale: margin.rateAddScale,
      longBaseStaticDiscount: margin.baseStaticDiscount,
      shortRateMultScale: 0,
      shortRateAddScale: 0,
      shortBaseStaticDiscount: 1,
    },
    basisContingency: numbersField(fields, 'basisContingency', path, basisRules),
    otherContingency: {
      pegLossThreshold: other.pegLossThreshold,
      pegLossFactor: other.pegLossFactor,
      confThreshold: other.confThreshold,
      confMargin: other.confMargin,
      MMPerpPercent: other.perpPercent,
      IMPerpPercent: 0,
      MMOptionPercent: other.optionPercent,
      IMOptionPercent: 0,
    },
    skewShock: noSkew,
    collateral: new Map([[baseAsset, { isRiskCancelling: true, MMHaircut: other.basePercent, IMHaircut: 0 }]]),
    discountsMark: false,
    factorsContingency: true,
  };
}
