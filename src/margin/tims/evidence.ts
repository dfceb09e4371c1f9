import type { ComponentEvidence } from '../model.ts';

/** How sure we are of each component of tims, and why: data for `explain` and for docs/models/tims.md. */
interface SectionEvidence extends ComponentEvidence {
  /** Section of docs/models/tims.md. */
  readonly section: string;
}

export const timsEvidence = {
  broadRanges: {
    section: 'A',
    component: 'price ranges of broad indices (+6/-8% and +/-10%)',
    evidence: 'stated',
    source: 'SEC release 34-46576 (customer portfolio margining), table of portfolio types',
  },
  equityRange: {
    section: 'A',
    component: 'price range of equities and narrow indices (+/-15%)',
    evidence: 'third-party',
    source: 'brokers and press; the wording of FINRA 4210(g) was not read',
  },
  points: {
    section: 'A',
    component: 'ten equidistant valuation points, five on each side, the price itself not among them',
    evidence: 'stated',
    source: 'SEC release 34-46576: ten equidistant valuation points between the low and the high one',
  },
  optionCells: {
    section: 'B',
    component: 'theoretical values of options',
    evidence: 'unknown',
    source:
      "OCC's binomial model and its volatilities are proprietary and its values are sold; ours are Black-76 " +
      'and Leisen-Reimer trees or exercise boundaries',
  },
  volatility: {
    section: 'B',
    component: 'volatility at the moved price: that of the strike, unchanged',
    evidence: 'unknown',
    source: 'OCC matches the volatility curve to the moved price; details are not public',
  },
  classNetting: {
    section: 'C',
    component: 'full netting inside a class',
    evidence: 'stated',
    source: 'OCC, Risk-Based Haircuts; SEC release 34-46576',
  },
  productGroups: {
    section: 'C',
    component: 'offset between classes of a product group and between product groups, point by point',
    evidence: 'stated',
    source: 'OCC, Risk-Based Haircuts: a share of the gains counts against losses at the same point',
  },
  offsets: {
    section: 'C',
    component: 'which classes and groups, and their shares',
    evidence: 'unknown',
    source:
      "OCC's files of product and portfolio groups (marketdata.theocc.com) were not read: the shipped parameters have " +
      'no group, so nothing is offset between classes',
  },
  minimum: {
    section: 'D',
    component: 'minimum of 0.375 times the multiplier per contract, of long options at most their value',
    evidence: 'stated',
    source: 'SEC release 34-46576 and FINRA 4210(g)',
  },
  minimumLevel: {
    section: 'D',
    component: 'minimum compared with the worst loss per portfolio group (class without group)',
    evidence: 'unknown',
    source: 'our reading: the larger of both is taken where the requirement is taken',
  },
  requirement: {
    section: 'E',
    component: 'one requirement, initial and maintenance',
    evidence: 'stated',
    source: 'FINRA 4210(g): portfolio margin is a maintenance requirement; there is no second, initial one',
  },
  equity: {
    section: 'F',
    component: 'equity: cash and market values at theoretical prices',
    evidence: 'unknown',
    source: 'brokers use closing prices; the market of margrid has one price per instrument',
  },
} as const satisfies Record<string, SectionEvidence>;

/** The same as a list, in the order of the sections. */
export const timsComponents: readonly SectionEvidence[] = Object.values(timsEvidence);
