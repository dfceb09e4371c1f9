/**
 * Parameters of Derive portfolio margin PMRM_2, field by field in the names of the venue's contracts. Meaning and
 * formulas: docs/models/derive-pmrm.md.
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
import type { DeriveCollateral, DeriveManager, DerivePortfolioParams } from '../derive-portfolio/terms.ts';
import { invalid, numberField, section, type NumberRule, type Section } from '../fields.ts';

const anyShift: NumberRule = { min: -1000, max: 1000 };
const flooredVolShockRules = { ...volShockRules, minVolUpShock: atLeastZero };
const marginRules = {
  imFactor: atLeastZero,
  mmFactor: atLeastZero,
  longRateMultScale: atLeastZero,
  longRateAddScale: atLeastZero,
  longBaseStaticDiscount: atLeastZero,
  shortRateMultScale: atLeastZero,
  shortRateAddScale: atLeastZero,
  shortBaseStaticDiscount: atLeastZero,
};
const otherRules = {
  pegLossThreshold: atLeastZero,
  pegLossFactor: atLeastZero,
  confThreshold: fraction,
  confMargin: atLeastZero,
  MMPerpPercent: atLeastZero,
  IMPerpPercent: atLeastZero,
  MMOptionPercent: atLeastZero,
  IMOptionPercent: atLeastZero,
};
const skewRules = {
  linearBaseCap: atLeastZero,
  linearCBase: anyShift,
  absBaseCap: atLeastZero,
  absCBase: anyShift,
  minKStar: atLeastZero,
  widthScale: atLeastZero,
  volParamStatic: atLeastZero,
  volParamScale: anyShift,
};

/** Reads and validates a parameter object. Throws `ParameterInvalid` naming the field and its value. */
export function parseDerivePmrmParams(input: unknown): DerivePortfolioParams {
  return parsePortfolioFile(input, parseManager);
}

function parseManager(fields: Section, path: string): DeriveManager {
  return {
    scenarios: scenariosField(fields, path, { dampened: true }),
    volShock: numbersField(fields, 'volShock', path, flooredVolShockRules),
    margin: numbersField(fields, 'margin', path, marginRules),
    basisContingency: numbersField(fields, 'basisContingency', path, basisRules),
    otherContingency: numbersField(fields, 'otherContingency', path, otherRules),
    skewShock: numbersField(fields, 'skewShock', path, skewRules),
    collateral: parseCollateral(fields['collateral'], `${path}.collateral`),
    discountsMark: true,
    factorsContingency: false,
  };
}

function parseCollateral(value: unknown, path: string): ReadonlyMap<string, DeriveCollateral> {
  const collateral = new Map<string, DeriveCollateral>();
  for (const [name, entry] of Object.entries(section(value, path))) {
    const inner = `${path}.${name}`;
    const fields = section(entry, inner);
    const isRiskCancelling = fields['isRiskCancelling'];
    if (typeof isRiskCancelling !== 'boolean') {
      throw invalid(`${inner}.isRiskCancelling`, isRiskCancelling, 'must be true or false');
    }
    collateral.set(name.toLowerCase(), {
      isRiskCancelling,
      MMHaircut: numberField(fields, 'MMHaircut', inner, fraction),
      IMHaircut: numberField(fields, 'IMHaircut', inner, fraction),
    });
  }
  return collateral;
}
