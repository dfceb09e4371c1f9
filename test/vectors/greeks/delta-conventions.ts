import { itemsOf, runBatch } from '../batch.ts';
import { checkAbsolute, type Check } from '../check.ts';
import { CaseInputError, expectedOf, numberOf, optionalNumber, signOf, type Fields } from '../fields.ts';
import { evaluateGreeks, evaluateMap, type Greeks } from '../pricing-kernels.ts';
import { evaluateSpotOptions, readSpotOption } from '../spot-option.ts';
import type { CaseOutcome } from '../suite.ts';

const conventions = ['Spot', 'Fwd', 'PaSpot', 'PaFwd'] as const;
type Convention = (typeof conventions)[number];

/** An option of the foreign exchange market: forward = spot * fDf / dDf, one year at volatility stdDev. */
interface FxOption {
  readonly convention: Convention;
  readonly sign: number;
  readonly forward: number;
  readonly strike: number;
  readonly foreignDiscount: number;
  readonly deviation: number;
}

function readFx(fields: Fields): Omit<FxOption, 'sign' | 'strike'> {
  const convention = conventions.find((name) => name === fields['deltaType']);
  if (convention === undefined) throw new CaseInputError(`input deltaType must be one of ${conventions.join(', ')}`);
  const foreignDiscount = numberOf(fields, 'fDf');
  const forward = (numberOf(fields, 'spot') * foreignDiscount) / numberOf(fields, 'dDf');
  return { convention, forward, foreignDiscount, deviation: numberOf(fields, 'stdDev') };
}

/**
 * Spot deltas carry the foreign discount; premium-adjusted ones (Pa) are net of the premium: our net transaction delta.
 */
function deltasOf(options: readonly FxOption[]): number[] {
  const inputs = options.map(({ deviation, ...rest }) => ({ ...rest, years: 1, volatility: deviation, rate: 0 }));
  return evaluateGreeks(inputs).map((greeks, index) => {
    const { convention, foreignDiscount } = options[index];
    const delta = convention.startsWith('Pa') ? greeks.netTransactionDelta : greeks.delta;
    return convention.endsWith('Spot') ? foreignDiscount * delta : delta;
  });
}

/** Delta of a given strike. The source gives 1e-3 as the accuracy of its inputs. */
export function deltaConventionCases(block: string, rows: readonly Fields[]): CaseOutcome[] {
  const read = (fields: Fields) => ({
    ...readFx(fields), sign: signOf(fields), strike: numberOf(fields, 'strike'), fields,
  });
  return runBatch(itemsOf(block, rows, read), deltasOf, ({ fields, convention }, delta): Check[] => {
    const expected = expectedOf(fields, 'delta');
    const tolerance = optionalNumber(fields, 'tol_delta_from_strike') ?? 1e-3;
    return expected === null ? [] : [checkAbsolute(`delta (${convention})`, delta, expected, tolerance)];
  });
}

/**
 * At the delta-neutral strike, F e^(v^2/2) or net of the premium F e^(-v^2/2), the deltas of call and put cancel. The
 * source asks for 1e-2; both are exact up to rounding, so 1e-15 of deltas below 1, twice, is asked for here.
 */
export function deltaNeutralCases(block: string, rows: readonly Fields[]): CaseOutcome[] {
  const evaluate = (options: readonly ReturnType<typeof readFx>[]): number[] => {
    const exponents = options.map(({ convention, deviation }) =>
      ((convention.startsWith('Pa') ? -1 : 1) * deviation * deviation) / 2);
    const strikes = evaluateMap('mapExp', exponents).map((factor, index) => options[index].forward * factor);
    const sides = [1, -1].map((sign) =>
      deltasOf(options.map((each, index) => ({ ...each, sign, strike: strikes[index] }))));
    return options.map((_option, index) => sides[0][index] + sides[1][index]);
  };
  return runBatch(itemsOf(block, rows, readFx), evaluate, ({ convention }, sum) =>
    [checkAbsolute(`call + put delta (delta-neutral, ${convention})`, sum, 0, deltaNeutralTolerance)]);
}

const deltaNeutralTolerance = 2e-15;

/**
 * Net of its premium the delta by the spot, delta - price / S, is sign (K/S) e^(-rd T) N(sign d2): two ways to one
 * number. The source asks for 1e-10.
 */
export function premiumAdjustedCases(block: string, rows: readonly Fields[]): CaseOutcome[] {
  const read = (fields: Fields) =>
    readSpotOption({ ...fields, q: numberOf(fields, 'rf'), r: numberOf(fields, 'rd') });
  const evaluate = (options: readonly ReturnType<typeof read>[]) => {
    const results = evaluateSpotOptions(options);
    const d2 = options.map(({ sign, strike, years, volatility }, index) => {
      const v = volatility * Math.sqrt(years);
      return sign * (Math.log(results[index].forward / strike) / v - v / 2);
    });
    const discounts = evaluateMap('mapExp', options.map(({ rate, years }) => -rate * years));
    return evaluateMap('mapNormalCdf', d2).map((probability, index) => {
      const { sign, strike, spot } = options[index];
      const { greeks, growth } = results[index];
      return { net: netOf(greeks, growth), other: (sign * strike * discounts[index] * probability) / spot };
    });
  };
  return runBatch(itemsOf(block, rows, read), evaluate, (_option, { net, other }) =>
    [checkAbsolute('premium-adjusted delta, two ways', net, other, 1e-10)]);
}

/** By the spot; discount factors are in the greeks already. */
function netOf({ netTransactionDelta }: Greeks, growth: number): number {
  return netTransactionDelta * growth;
}
