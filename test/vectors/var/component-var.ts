import { MargridError } from '../../../src/errors.ts';
import { linearContributions, linearMoments, type Contributions } from '../../../src/risk/parametric/contributions.ts';
import { covarianceOf } from '../../../src/statistics/covariance.ts';
import { checkAbsolute, checkRelative, type Check } from '../check.ts';
import { Decimal } from '../decimal.ts';
import { CaseInputError, decimalOf, fieldsOf, isFields, listOf, numberOf, type Fields } from '../fields.ts';
import { caseOf } from '../suite.ts';
import type { VarFormat } from './formats.ts';

/** Recomputed with the same inputs: rounding of a dozen operations. */
const arithmetic = 1e-12;
/** Printed figures: half a unit of the last digit printed, and what the sources round on the way (z, volatility). */
const printed = 2e-4;

/** `{ cases: [{ positions, vols, correlation, z, published, recomputed }] }`. */
export const componentVar: VarFormat = {
  detect: (content) =>
    content.kind === 'json' && isFields(content.value) &&
    listOf(content.value['cases']).some((each) => {
      const fields = fieldsOf(each);
      return Array.isArray(fields['positions']) && Array.isArray(fields['vols']) && Array.isArray(fields['correlation']);
    }),
  run: (content) => {
    const list = content.kind === 'json' ? listOf(fieldsOf(content.value)['cases']) : [];
    return { cases: list.map((each, index) => caseOf(`case ${index + 1}`, () => checksOf(fieldsOf(each)))), notCovered: [] };
  },
};

interface Figures extends Contributions {
  readonly deviation: number;
  readonly gross: number;
}

function figuresOf(fields: Fields): Figures {
  const exposures = numbersOf(fields['positions'], 'positions');
  const deviations = numbersOf(fields['vols'], 'vols');
  const correlation = listOf(fields['correlation']).flatMap((row) => numbersOf(row, 'correlation'));
  const n = exposures.length;
  if (deviations.length !== n || correlation.length !== n * n) {
    throw new CaseInputError(`input vols and correlation must be of ${n} positions`);
  }
  const covariance = covarianceOf({ correlation: Float64Array.from(correlation), deviations: Float64Array.from(deviations) });
  try {
    const contributions = linearContributions({ exposures, covariance }, numberOf(fields, 'z'));
    const gross = exposures.reduce((sum, each) => sum + Math.abs(each), 0);
    return { ...contributions, deviation: linearMoments({ exposures, covariance }).deviation, gross };
  } catch (cause) {
    if (cause instanceof MargridError) throw new CaseInputError(cause.message);
    throw cause;
  }
}

function numbersOf(value: unknown, name: string): number[] {
  return listOf(value).map((each, index) => numberOf({ [`${name}[${index}]`]: each }, `${name}[${index}]`));
}

/** Names of published figures without the position they are of. */
const columns: Readonly<Record<string, (figures: Figures) => ArrayLike<number>>> = {
  individualVaR: ({ individual }) => individual,
  marginalVaR: ({ marginal }) => marginal,
  componentVaR: ({ component }) => component,
  incrementalVaR: ({ incremental }) => incremental,
  beta: ({ beta }) => beta,
};

function checksOf(fields: Fields): Check[] {
  const figures = figuresOf(fields);
  return [
    ...recomputedChecks(figures, fieldsOf(fields['recomputed'])),
    ...publishedChecks(figures, fieldsOf(fields['published'])),
  ];
}

function recomputedChecks(figures: Figures, expected: Fields): Check[] {
  const total = decimalOf(expected['portfolioVaR'], 'portfolioVaR');
  const checks = total === null ? [] : [checkRelative('portfolioVaR', figures.total, total, arithmetic)];
  const lists: [string, ArrayLike<number>, number][] = [
    ['individualVaR', figures.individual, figures.total],
    ['marginalVaR', figures.marginal, figures.total / figures.gross],
    ['componentVaR', figures.component, figures.total],
    ['incrementalVaR_removePosition', figures.incremental, figures.total],
    ['beta', figures.beta, 1],
  ];
  for (const [name, actual, size] of lists) {
    listOf(expected[name]).forEach((value, index) => {
      const wanted = decimalOf(value, name);
      if (wanted !== null) checks.push(checkAbsolute(`${name} ${index + 1}`, actual[index], wanted, arithmetic * size));
    });
  }
  return checks;
}

/**
 * `portfolioVaR`, `portfolioVol` (of a unit), `componentVaR_CAD`: the position is not named otherwise, so that a single
 * figure must be that of one of the positions; a list is in the order of positions.
 */
function publishedChecks(figures: Figures, published: Fields): Check[] {
  return Object.entries(published).flatMap(([name, value]): Check[] => {
    if (name === 'portfolioVaR' || name === 'portfolioVol') {
      const expected = decimalOf(value, name)!;
      const actual = name === 'portfolioVaR' ? figures.total : figures.deviation / figures.gross;
      return [checkPrinted(name, actual, expected)];
    }
    const [column] = name.split('_');
    const list = Object.hasOwn(columns, column) ? columns[column](figures) : null;
    if (list === null || value === null) return [];
    if (Array.isArray(value)) {
      return value.map((each, index) => checkPrinted(`${name} ${index + 1}`, list[index], decimalOf(each, name)!));
    }
    const expected = decimalOf(value, name)!;
    const nearest = Array.from(list).reduce((a, b) => (expected.minus(b).abs().lt(expected.minus(a).abs()) ? b : a));
    return [checkPrinted(name, nearest, expected)];
  });
}

/** Half a unit of the last digit printed, or the rounding of the inputs, whichever is more. */
function checkPrinted(name: string, actual: number, expected: Decimal): Check {
  const lastDigit = new Decimal(10).pow(-expected.decimalPlaces()).toNumber();
  return checkAbsolute(name, actual, expected, Math.max(0.5 * lastDigit, printed * Math.abs(expected.toNumber())));
}
