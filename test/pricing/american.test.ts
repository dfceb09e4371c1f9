import { describe, expect, it } from 'vitest';
import { fillNormalRows, NORMAL_ROWS_FLOATS } from '../../assembly/portable/american/normal-rows.ts';
import { hasTwoBoundaries, qdPlusBoundary } from '../../assembly/portable/american/start.ts';
import type { OptionType } from '../../src/domain/instrument.ts';
import {
  americanMethods,
  americanPrices,
  americanPricesByScheme,
  type AmericanColumns,
  type AmericanMethod,
} from '../../src/pricing/american.ts';
import { optionGreeks } from '../../src/pricing/options.ts';
import { randomNumbers } from '../support/synthetic-book.ts';

interface Option {
  readonly type: OptionType;
  readonly spot: number;
  readonly strike: number;
  readonly years: number;
  readonly volatility: number;
  readonly rate: number;
  readonly dividendYield: number;
}

const usual: Option = {
  type: 'put', spot: 100, strike: 100, years: 1, volatility: 0.25, rate: 0.05, dividendYield: 0.02,
};

function columnsOf(options: readonly Option[]): AmericanColumns {
  const column = (read: (option: Option) => number): Float64Array => Float64Array.from(options, read);
  return {
    optionType: options.map(({ type }) => type),
    spot: column(({ spot }) => spot),
    strike: column(({ strike }) => strike),
    timeToExpiryYears: column(({ years }) => years),
    volatility: column(({ volatility }) => volatility),
    rate: column(({ rate }) => rate),
    dividendYield: column(({ dividendYield }) => dividendYield),
  };
}

const priceOf = (option: Partial<Option>, method: AmericanMethod = 'qdfp-precise'): number =>
  americanPrices(columnsOf([{ ...usual, ...option }]), { method })[0];

function europeanOf(options: readonly Option[]): Float64Array {
  const { optionType, strike, timeToExpiryYears, volatility, rate } = columnsOf(options);
  const forward = Float64Array.from(options, (each) => each.spot * Math.exp((each.rate - each.dividendYield) * each.years));
  return optionGreeks({ optionType, forward, strike, timeToExpiryYears, volatility, rate }).price;
}

function randomOptions(count: number, seed: number): Option[] {
  const random = randomNumbers(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)];
  return Array.from({ length: count }, () => ({
    type: pick(['call', 'put'] as const),
    spot: 100 * Math.exp(random() - 0.5),
    strike: 100,
    years: pick([0, 1e-6, 0.01, 0.25, 1, 3, 30]),
    volatility: pick([0, 1e-6, 0.05, 0.2, 0.8, 4]),
    rate: pick([-0.02, 0, 0.01, 0.05, 0.3]),
    dividendYield: pick([-0.03, 0, 0.01, 0.05, 0.3]),
  }));
}

describe('published values', () => {
  // QuantLib, test-suite/americanoption.cpp, testQdPlusBoundaryValues: put, strike 120, r 10%, q 3%, vol 25%.
  it.each([
    [4.9, 87.76960949965387],
    [4, 88.39053003614612],
    [2.5, 90.14327315762256],
    [1, 94.49793803095984],
    [0.1, 106.2588964442338],
  ])('QD+ boundary %f years before expiry is %f', (years, boundary) => {
    const rows = new Float64Array(NORMAL_ROWS_FLOATS);
    fillNormalRows(rows, 0);
    expect(Math.abs(120 * qdPlusBoundary(rows, 0, 1, 0.1, 0.03, 0.25, years) - boundary)).toBeLessThanOrEqual(1e-12);
  });

  // The same file, testQdEngineStandardExample: early-exercise premium by scheme (32, 2, 15, 48), equation FP-B.
  it('premium of the standard example to 1e-13', () => {
    const option = { ...usual, strike: 95, rate: 0.075, dividendYield: 0.05 };
    const scheme = { integral: 32, iterations: 2, degree: 15, premium: 48, tanhSinh: 0 } as const;
    const premium = americanPricesByScheme(columnsOf([option]), scheme)[0] - europeanOf([option])[0];
    expect(Math.abs(premium - 0.2386596962737606)).toBeLessThanOrEqual(1e-13);
  });

  // testAndersenLakeHighPrecisionExample: converged premiums of a put at the money, q 5%, vol 25%, one year.
  it.each([[0.05, 0.1069527], [0.075, 0.3671111]])('premium at rate %f is %f', (rate, premium) => {
    const option = { ...usual, rate, dividendYield: 0.05 };
    expect(Math.abs(priceOf(option) - europeanOf([option])[0] - premium)).toBeLessThan(1e-7);
  });

  // A drift that is large against the volatility: equation FP-A gives 0.526 here, a tree of 12,000 steps 0.4876.
  it('holds where the equation FP-A does not converge', () => {
    const option: Option = {
      type: 'call', spot: 95, strike: 100, years: 3, volatility: 0.1, rate: 0.01, dividendYield: 0.12,
    };
    for (const [method, bound] of [['qdfp-precise', 5e-6], ['qdfp-accurate', 1e-3], ['qdfp-fast', 4e-3]] as const) {
      expect(Math.abs(priceOf(option, method) - 0.48756), method).toBeLessThan(bound);
    }
  });

  // jherekhealy/AQFED.jl, src/american/README.md: a put with q < r < 0 has two exercise boundaries.
  it('prices two boundaries by the trees', () => {
    const option = { ...usual, spot: 80, years: 0.75, volatility: 0.3, rate: -0.005, dividendYield: -0.01 };
    expect(hasTwoBoundaries(-0.005, -0.01)).toBe(true);
    for (const method of americanMethods) {
      expect(Math.abs(priceOf(option, method) - 22.372978113275483), method).toBeLessThan(5e-5);
    }
  });
});

describe.each(americanMethods)('%s', (method) => {
  /** A boundary to ten digits takes some milliseconds. */
  const some = (count: number): number => (method === 'qdfp-precise' ? Math.ceil(count / 25) : count);

  it('is the same in WASM and in JavaScript, bit for bit', () => {
    const columns = columnsOf([...randomOptions(some(400), 4), { ...usual, spot: NaN }, { ...usual, volatility: Infinity }]);
    const [wasm, javascript] = (['wasm', 'javascript'] as const).map((kernels) => americanPrices(columns, { method, kernels }));
    expect(new BigInt64Array(wasm.buffer)).toEqual(new BigInt64Array(javascript.buffer));
  });

  it('lies between the larger of intrinsic and European value and its own upper bound', () => {
    const options = randomOptions(some(1_000), 5);
    const prices = americanPrices(columnsOf(options), { method });
    const european = europeanOf(options);
    // What the trees miss of the European value, they miss here.
    const slack = method === 'leisen-reimer' ? 0.5 : 1e-10;
    options.forEach(({ type, spot, strike, years, rate, dividendYield }, row) => {
      const what = JSON.stringify(options[row]);
      const intrinsic = Math.max(type === 'call' ? spot - strike : strike - spot, 0);
      expect(prices[row], what).toBeGreaterThanOrEqual(intrinsic);
      expect(prices[row], what).toBeGreaterThanOrEqual(european[row] - slack);
      const limit = type === 'call' ? spot * Math.exp(Math.max(0, -dividendYield * years)) : strike * Math.exp(Math.max(0, -rate * years));
      expect(prices[row], what).toBeLessThanOrEqual(limit + slack);
    });
  });

  it('prices the call as the put with both pairs exchanged', () => {
    for (const rate of [0, 0.03, 0.08]) {
      const call = priceOf({ type: 'call', spot: 95, strike: 103, rate, dividendYield: 0.06 }, method);
      const put = priceOf({ type: 'put', spot: 103, strike: 95, rate: 0.06, dividendYield: rate }, method);
      expect(call).toBeCloseTo(put, 11);
    }
  });

  it('has no early exercise where waiting costs nothing', () => {
    const options: Option[] = [
      { ...usual, rate: 0, dividendYield: 0.04 },
      { ...usual, rate: -0.01, dividendYield: 0.01 },
      { ...usual, type: 'call', dividendYield: 0 },
      { ...usual, type: 'call', rate: 0.01, dividendYield: -0.01 },
    ];
    const prices = americanPrices(columnsOf(options), { method });
    const european = europeanOf(options);
    const bound = method === 'leisen-reimer' ? 1e-4 : 1e-12;
    options.forEach((option, row) => expect(Math.abs(prices[row] - european[row]), JSON.stringify(option)).toBeLessThan(bound));
  });

  it('is exactly the intrinsic value in the exercise region and at expiry', () => {
    expect(priceOf({ spot: 50 }, method)).toBe(50);
    expect(priceOf({ type: 'call', spot: 250, rate: 0.01, dividendYield: 0.3 }, method)).toBe(150);
    expect(priceOf({ spot: 93.5, years: 0 }, method)).toBe(6.5);
    expect(priceOf({ spot: 107, years: 0 }, method)).toBe(0);
    expect(priceOf({ spot: 90, years: 1e-9 }, method)).toBe(10);
  });

  it('without volatility is exercised at the best time of a price that only drifts', () => {
    // max over t of 120 e^(-0.01 t) - 100 e^(-0.5 t), found by ternary search.
    expect(priceOf({ strike: 120, years: 40, volatility: 0, rate: 0.01, dividendYield: 0.5 }, method))
      .toBeCloseTo(108.9809045611846, 10);
    expect(priceOf({ strike: 120, volatility: 0, rate: 0, dividendYield: 0.05 }, method)).toBeCloseTo(24.877057549928608, 10);
    expect(priceOf({ spot: 0, strike: 120, rate: -0.075 }, method)).toBeCloseTo(120 * Math.exp(0.075), 10);
    expect(priceOf({ type: 'call', spot: 0 }, method)).toBe(0);
    expect(priceOf({ type: 'call', strike: 0 }, method)).toBe(100);
  });

  it('gives NaN for what has no price', () => {
    for (const wrong of [
      { spot: -1 }, { strike: -1 }, { volatility: -0.1 }, { years: -1e-9 }, { rate: NaN }, { dividendYield: Infinity },
    ]) expect(priceOf(wrong, method), JSON.stringify(wrong)).toBeNaN();
  });

  it('gives a row the price that it has alone, whatever row came before', () => {
    const options = randomOptions(some(100), 6).flatMap((option) => [option, { ...option, spot: option.spot * 1.1 }]);
    const together = americanPrices(columnsOf(options), { method });
    options.forEach((option, row) => expect(together[row]).toBe(americanPrices(columnsOf([option]), { method })[0]));
  });

  it('prices more options than a block holds', () => {
    if (method === 'qdfp-precise') return;
    const prices = americanPrices(columnsOf(Array<Option>(2_100).fill(usual)), { method });
    expect(new Set(prices).size).toBe(1);
  });
});

describe('bad arguments', () => {
  it.each([
    ['columns of different length', { ...columnsOf([usual]), rate: new Float64Array(2) }, {}, /rate has 2 values, expected 1/],
    ['an unknown type', { ...columnsOf([usual]), optionType: ['Call' as OptionType] }, {}, /got 'Call' at 0/],
    ['an unknown method', columnsOf([usual]), { method: 'binomial' as AmericanMethod }, /method must be one of leisen-reimer/],
  ])('%s', (_title, columns, options, message) => {
    expect(() => americanPrices(columns, options)).toThrow(message);
  });

  it('a scheme without points', () => {
    const scheme = { integral: 7, iterations: 0, degree: 7, premium: 27, tanhSinh: 0 } as const;
    expect(() => americanPricesByScheme(columnsOf([usual]), scheme)).toThrow(/counts in \[1, 1000\]/);
  });

  it('prices nothing of nothing', () => {
    expect(americanPrices(columnsOf([]))).toEqual(new Float64Array(0));
  });
});
