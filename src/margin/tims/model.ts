import { treeWorkFloats } from '../../../assembly/portable/american/batch.ts';
import {
  ACCURATE_DEGREE,
  ACCURATE_INTEGRAL,
  ACCURATE_ITERATIONS,
  ACCURATE_PREMIUM,
  boundaryFloats,
  FAST_DEGREE,
  FAST_INTEGRAL,
  FAST_ITERATIONS,
  FAST_PREMIUM,
  fillSchemeTables,
  PRECISE_DEGREE,
  PRECISE_INTEGRAL,
  PRECISE_ITERATIONS,
  PRECISE_PREMIUM,
  tableFloats,
} from '../../../assembly/portable/american/scheme.ts';
import { FINE_STEPS } from '../../../assembly/portable/american/tree.ts';
import {
  TIMS_AMERICAN,
  TIMS_CLASS_WORDS,
  TIMS_COARSE_STEPS,
  TIMS_FINE_STEPS,
  TIMS_GROUP_FLOATS,
  TIMS_METHOD,
  TIMS_MINIMUM,
  TIMS_POINTS,
  TIMS_PORTFOLIO_GROUP_COUNT,
  TIMS_PORTFOLIO_OF,
  TIMS_PRODUCT_GROUP_COUNT,
  TIMS_RATE,
  TIMS_SCHEME,
  TIMS_TIME,
  TIMS_TYPE_COUNT,
  TIMS_WORK,
  TIMS_YIELD,
} from '../../../assembly/portable/margin/tims-layout.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { MarketField } from '../../domain/market.ts';
import type { Coverage, ModelRows, ModelSizes, PortableModel, TickFactors, TickMarket } from '../model.ts';
import { timsComponents } from './evidence.ts';
import { anyClass, classOf, parseTimsParams, type PriceRange, type TimsAmericanMethod, type TimsParams } from './params.ts';

/** OCC TIMS: customer portfolio margin and risk-based haircuts. Formulas, sources, evidence: docs/models/tims.md. */
export const tims: PortableModel<TimsParams> = {
  kind: 'portable',
  name: 'tims',
  title: 'OCC TIMS: customer portfolio margin',
  components: timsComponents,
  kernel: 'tims',
  rowKernel: 'timsRows',
  pooling: { kind: 'account', currency: (params) => params.reportingCurrency },
  resultComponents: ['worstLoss', 'minimum', 'minimumCharge'],
  faults: [],
  segments: 'group',
  ordersMargined: false,
  parseParams: parseTimsParams,
  coverage,
  scenarioCount: () => TIMS_POINTS,
  refusal,
  requiredFields,
  sizes,
  prepareTick,
};

/** (l, m, n, p) of the boundary schemes, and which integrals are by tanh-sinh. */
const schemes: Readonly<Record<TimsAmericanMethod, readonly number[] | null>> = {
  'leisen-reimer': null,
  'qdfp-fast': [FAST_INTEGRAL, FAST_ITERATIONS, FAST_DEGREE, FAST_PREMIUM, 0],
  'qdfp-accurate': [ACCURATE_INTEGRAL, ACCURATE_ITERATIONS, ACCURATE_DEGREE, ACCURATE_PREMIUM, 1],
  'qdfp-precise': [PRECISE_INTEGRAL, PRECISE_ITERATIONS, PRECISE_DEGREE, PRECISE_PREMIUM, 2],
};

/** Points on one side of the price. */
const pointsPerSide = TIMS_POINTS / 2;

/** Moves at the valuation points, lowest first: equally spaced multiples of the extreme on each side. */
export function valuationPoints({ up, down }: PriceRange): readonly number[] {
  return Array.from({ length: TIMS_POINTS }, (_each, point) => {
    if (point < pointsPerSide) return -(down * (pointsPerSide - point)) / pointsPerSide;
    return (up * (point - pointsPerSide + 1)) / pointsPerSide;
  });
}

function coverage({ source, date, classes, unconfirmed }: TimsParams): Coverage {
  return { source, date, covers: [...classes.keys()].map((name) => (name === anyClass ? 'every other underlying' : name)), unconfirmed };
}

function isAmerican(instrument: Instrument): boolean {
  return instrument.kind === 'option' && instrument.exercise === 'american';
}

function refusal(instrument: Instrument, params: TimsParams): string | null {
  const { kind, payoff, baseCurrency, quoteCurrency, settlementCurrency } = instrument;
  const { reportingCurrency } = params;
  if (kind === 'perpetual') return 'TIMS has no rule for perpetuals';
  if (payoff !== 'linear') return 'TIMS has no rule for inverse contracts';
  if (quoteCurrency !== reportingCurrency || settlementCurrency !== reportingCurrency) {
    return `quoted in ${quoteCurrency} and settled in ${settlementCurrency}, but the parameters are for ${reportingCurrency}`;
  }
  if (classOf(params, baseCurrency) === undefined) {
    return `the parameters have no section classes.${baseCurrency.toLowerCase()}`;
  }
  return null;
}

function requiredFields(instrument: Instrument): readonly MarketField[] {
  if (instrument.kind !== 'option') return [];
  return isAmerican(instrument) ? ['interestRate', 'dividendYield'] : ['interestRate'];
}

function sizes(rows: ModelRows, params: TimsParams): ModelSizes {
  const scheme = schemes[params.american.method];
  const boundary = scheme === null ? 0 : boundaryFloats(scheme[0], scheme[2], scheme[3]);
  const steps = scheme === null ? params.american.steps[1] : FINE_STEPS;
  const groupCount = params.productGroups.size + portfolioGroupCount(params);
  return {
    instrumentDataWidth: TIMS_WORK + (rows.instruments.some(isAmerican) ? boundary + treeWorkFloats(steps) : 0),
    modelFloats:
      params.productTypes.size * TIMS_POINTS +
      groupCount +
      (scheme === null ? 0 : tableFloats(scheme[0], scheme[2], scheme[3])),
    modelWords: TIMS_PORTFOLIO_OF + params.productGroups.size + TIMS_CLASS_WORDS * rows.groups.length,
    workFloats: groupCount * TIMS_GROUP_FLOATS + 1,
  };
}

/** Those of the parameters, and one for every product group that is in none. */
function portfolioGroupCount({ productGroups, portfolioGroups }: TimsParams): number {
  const alone = [...productGroups.values()].filter(({ portfolioGroup }) => portfolioGroup === null);
  return portfolioGroups.size + alone.length;
}

function prepareTick(market: TickMarket, params: TimsParams, factors: TickFactors): void {
  writeWords(market, params, factors.modelWords);
  writeFloats(params, factors);
  const width = factors.instrumentData.length / market.instruments.length;
  const rate = market.field('interestRate');
  const dividendYield = market.field('dividendYield');
  market.instruments.forEach((instrument, row) => {
    const at = row * width;
    const data = factors.instrumentData;
    data[at + TIMS_MINIMUM] = instrument.kind === 'spot' ? 0 : params.minimumPerContract * instrument.contractSize;
    data[at + TIMS_TIME] = market.timeYears[market.expiryOf[row]];
    data[at + TIMS_RATE] = rate[row];
    data[at + TIMS_YIELD] = dividendYield[row];
    data[at + TIMS_AMERICAN] = isAmerican(instrument) ? 1 : 0;
  });
}

function writeWords(market: TickMarket, params: TimsParams, words: Int32Array): void {
  const { american, productTypes, productGroups, portfolioGroups } = params;
  const scheme = schemes[american.method];
  words[TIMS_METHOD] = scheme === null ? 0 : 1;
  words[TIMS_COARSE_STEPS] = american.steps[0];
  words[TIMS_FINE_STEPS] = american.steps[1];
  words[TIMS_TYPE_COUNT] = productTypes.size;
  words[TIMS_PRODUCT_GROUP_COUNT] = productGroups.size;
  words[TIMS_PORTFOLIO_GROUP_COUNT] = portfolioGroupCount(params);
  words.set(scheme ?? [], TIMS_SCHEME);
  const portfolioNames = [...portfolioGroups.keys()];
  let alone = portfolioNames.length;
  [...productGroups.values()].forEach(({ portfolioGroup }, index) => {
    words[TIMS_PORTFOLIO_OF + index] = portfolioGroup === null ? alone++ : portfolioNames.indexOf(portfolioGroup);
  });
  const typeNames = [...productTypes.keys()];
  const groupNames = [...productGroups.keys()];
  market.groups.forEach(({ baseCurrency }, index) => {
    const at = TIMS_PORTFOLIO_OF + productGroups.size + TIMS_CLASS_WORDS * index;
    const own = classOf(params, baseCurrency);
    // A class without parameters is refused before anything reads its row: any type will do.
    words[at] = own === undefined ? 0 : typeNames.indexOf(own.productType);
    words[at + 1] = own === undefined || own.productGroup === null ? -1 : groupNames.indexOf(own.productGroup);
  });
}

/** Moves, offsets, tables: in the order that tims-layout.ts gives. */
function writeFloats({ productTypes, productGroups, portfolioGroups }: TimsParams, factors: TickFactors): void {
  const { modelFloats, modelWords } = factors;
  let at = 0;
  const write = (values: readonly number[]): void => {
    modelFloats.set(values, at);
    at += values.length;
  };
  for (const range of productTypes.values()) write(valuationPoints(range));
  write([...productGroups.values()].map(({ offset }) => offset));
  write([...portfolioGroups.values()].map(({ offset }) => offset));
  // A product group alone in its portfolio group: nothing to offset, so nothing is taken from its gains.
  while (at < productTypes.size * TIMS_POINTS + productGroups.size + modelWords[TIMS_PORTFOLIO_GROUP_COUNT]) write([1]);
  if (modelWords[TIMS_METHOD] === 1) fillSchemeTables(modelFloats, modelWords, TIMS_SCHEME, at);
}
