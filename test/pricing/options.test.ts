import { describe, expect, it } from 'vitest';
import type { OptionType } from '../../src/domain/instrument.ts';
import { MargridError } from '../../src/errors.ts';
import {
  impliedVolatilities,
  optionGreeks,
  type OptionColumns,
  type PricedOptionColumns,
} from '../../src/pricing/options.ts';
import { randomNumbers } from '../support/synthetic-book.ts';

interface Option {
  readonly type: OptionType;
  readonly forward: number;
  readonly strike: number;
  readonly time: number;
  readonly volatility: number;
  readonly rate?: number;
}

function columnsOf(options: readonly Option[]): Required<PricedOptionColumns> {
  return {
    optionType: options.map(({ type }) => type),
    forward: Float64Array.from(options, ({ forward }) => forward),
    strike: Float64Array.from(options, ({ strike }) => strike),
    timeToExpiryYears: Float64Array.from(options, ({ time }) => time),
    volatility: Float64Array.from(options, ({ volatility }) => volatility),
    rate: Float64Array.from(options, ({ rate = 0 }) => rate),
  };
}

/**
 * E. G. Haug, "The Complete Guide to Option Pricing Formulas", McGraw-Hill 1998, page 24: Black-76 calls and puts on a
 * future, strike 100, rate 10%; four printed decimals, as QuantLib's test-suite/europeanoption.cpp quotes them.
 * Per row: forward, time, volatility, call, put.
 */
const haugFutures = [
  [90, 0.1, 0.15, 0.0205, 9.921],
  [100, 0.1, 0.15, 1.8734, 1.8734],
  [110, 0.1, 0.15, 9.9413, 0.0408],
  [90, 0.1, 0.25, 0.315, 10.2155],
  [100, 0.1, 0.25, 3.1217, 3.1217],
  [110, 0.1, 0.25, 10.3556, 0.4551],
  [90, 0.1, 0.35, 0.9474, 10.8479],
  [100, 0.1, 0.35, 4.3693, 4.3693],
  [110, 0.1, 0.35, 11.1381, 1.2376],
  [90, 0.5, 0.15, 0.8069, 10.3192],
  [100, 0.5, 0.15, 4.0232, 4.0232],
  [110, 0.5, 0.15, 10.5769, 1.0646],
  [90, 0.5, 0.25, 2.7026, 12.2149],
  [100, 0.5, 0.25, 6.6997, 6.6997],
  [110, 0.5, 0.25, 12.7857, 3.2734],
  [90, 0.5, 0.35, 4.9329, 14.4452],
  [100, 0.5, 0.35, 9.3679, 9.3679],
  [110, 0.5, 0.35, 15.3086, 5.7963],
] as const;

/** One unit of the last printed decimal: the book computes with an approximate normal distribution. */
const printed = 1e-4;

describe('published prices', () => {
  it('of options on futures (Haug 1998, page 24)', () => {
    const options = haugFutures.flatMap(([forward, time, volatility]) =>
      (['call', 'put'] as const).map((type): Option => ({ type, forward, strike: 100, time, volatility, rate: 0.1 })),
    );
    const { price } = optionGreeks(columnsOf(options));
    const expected = haugFutures.flatMap(([, , , call, put]) => [call, put]);
    expected.forEach((value, row) => expect(Math.abs(price[row] - value), `row ${row}`).toBeLessThan(printed));
  });

  it('to the last place: black(100, 100, 0.2, 0.5) of py_lets_be_rational, and discounted of py_vollib', () => {
    const option: Option = { type: 'call', forward: 100, strike: 100, time: 0.5, volatility: 0.2 };
    const { price } = optionGreeks(columnsOf([option, { ...option, type: 'put' }, { ...option, rate: 0.02 }]));
    expect(price[0]).toBeCloseTo(5.637197779701664, 14);
    expect(price[1]).toBeCloseTo(5.637197779701664, 14);
    expect(price[2]).toBeCloseTo(5.5811067246048118, 13);
  });
});

/** A spot option as an option on its forward; its Greeks by the spot from those by the forward (chain rule). */
function spotGreeks(
  type: OptionType,
  strike: number,
  spot: number,
  dividend: number,
  rate: number,
  time: number,
  volatility: number,
) {
  const growth = Math.exp((rate - dividend) * time);
  const greeks = optionGreeks(columnsOf([{ type, forward: spot * growth, strike, time, volatility, rate }]));
  const delta = greeks.delta[0] * growth;
  return {
    delta,
    gamma: greeks.gamma[0] * growth * growth,
    vega: greeks.vega[0],
    theta: greeks.theta[0] - delta * spot * (rate - dividend),
    rho: greeks.rho[0] + delta * spot * time,
  };
}

describe('published Greeks (Haug 1998, pages 11 to 16, as quoted by QuantLib)', () => {
  it('delta of a future option', () => {
    expect(spotGreeks('call', 100, 105, 0.1, 0.1, 0.5, 0.36).delta).toBeCloseTo(0.5946, 4);
    expect(spotGreeks('put', 100, 105, 0.1, 0.1, 0.5, 0.36).delta).toBeCloseTo(-0.3566, 4);
  });

  it('gamma and vega, the same for call and put', () => {
    for (const type of ['call', 'put'] as const) {
      const { gamma, vega } = spotGreeks(type, 60, 55, 0, 0.1, 0.75, 0.3);
      expect(gamma).toBeCloseTo(0.0278, 4);
      expect(vega).toBeCloseTo(18.9358, 4);
    }
  });

  it('theta and rho', () => {
    expect(spotGreeks('put', 405, 430, 0.05, 0.07, 1 / 12, 0.2).theta).toBeCloseTo(-31.1924, 4);
    expect(spotGreeks('call', 75, 72, 0, 0.09, 1, 0.19).rho).toBeCloseTo(38.7325, 4);
  });
});

function scattered(count: number, seed: number): Option[] {
  const random = randomNumbers(seed);
  return Array.from({ length: count }, () => ({
    type: random() < 0.5 ? 'call' : 'put',
    forward: 50 + 100 * random(),
    strike: 50 + 100 * random(),
    time: 0.02 + 2 * random(),
    volatility: 0.1 + random(),
    rate: 0.05 * random(),
  }));
}

function rowsOf(columns: object): number[][] {
  const all = Object.values(columns) as Float64Array[];
  return Array.from(all[0], (_, row) => all.map((column) => column[row]));
}

describe('blocks', () => {
  it('Greeks of many options, whatever the count, are those of each alone, bit for bit', () => {
    const options = scattered(2 * 2_048 + 3, 1);
    const together = rowsOf(optionGreeks(columnsOf(options)));
    expect(together).toHaveLength(options.length);
    for (const row of [0, 1, 2_046, 2_047, 2_048, 2_049, 4_095, 4_096, 4_097, 4_098]) {
      expect(together[row]).toEqual(rowsOf(optionGreeks(columnsOf([options[row]])))[0]);
    }
    for (const count of [1, 2, 3, 5, 2_047, 2_048, 2_049]) {
      expect(rowsOf(optionGreeks(columnsOf(options.slice(0, count))))).toEqual(together.slice(0, count));
    }
  });

  it('a later, shorter call does not see what an earlier one left behind', () => {
    const one = columnsOf(scattered(1, 2));
    const before = rowsOf(optionGreeks(one));
    optionGreeks(columnsOf(scattered(3_001, 3)));
    expect(rowsOf(optionGreeks(one))).toEqual(before);
  });

  it('no options give no rows', () => {
    expect(rowsOf(optionGreeks(columnsOf([])))).toEqual([]);
    const none = new Float64Array(0);
    const columns = { optionType: [], forward: none, strike: none, timeToExpiryYears: none };
    expect(impliedVolatilities({ ...columns, undiscountedPrice: none }).status).toEqual([]);
  });

  it('volatilities that the prices were made of come back, over several blocks and an odd count', () => {
    const options = scattered(2_048 + 1_001, 4).map((option) => ({ ...option, rate: 0 }));
    const columns = columnsOf(options);
    const { volatility, status } = impliedVolatilities({ ...columns, undiscountedPrice: optionGreeks(columns).price });
    expect(status).toEqual(options.map(() => 'ok'));
    // A price loses what its vega does not carry: far from the money a few digits of the volatility are not in it.
    const vega = optionGreeks(columns).vega;
    volatility.forEach((found, row) => {
      const lost = (4 * Number.EPSILON * columns.forward[row]) / vega[row];
      expect(Math.abs(found - columns.volatility[row]), `row ${row}`).toBeLessThan(1e-14 + lost);
    });
  });
});

describe('statuses of implied volatilities', () => {
  const implied = (type: OptionType, forward: number, strike: number, price: number, time = 0.5) => {
    const column = (value: number): Float64Array => Float64Array.of(value);
    const { volatility, status } = impliedVolatilities({
      optionType: [type],
      forward: column(forward),
      strike: column(strike),
      timeToExpiryYears: column(time),
      undiscountedPrice: column(price),
    });
    return { volatility: volatility[0], status: status[0] };
  };

  it('ok: the volatility of py_lets_be_rational', () => {
    expect(implied('call', 100, 100, 5.637197779701664)).toEqual({
      volatility: expect.closeTo(0.2, 14) as number,
      status: 'ok',
    });
  });

  it('ok and 0 exactly at the intrinsic value', () => {
    expect(implied('call', 110, 100, 10)).toEqual({ volatility: 0, status: 'ok' });
    expect(implied('put', 110, 100, 0)).toEqual({ volatility: 0, status: 'ok' });
  });

  it('below-intrinsic', () => {
    expect(implied('call', 110, 100, 9.99)).toEqual({ volatility: NaN, status: 'below-intrinsic' });
    expect(implied('put', 90, 100, 9.99)).toEqual({ volatility: NaN, status: 'below-intrinsic' });
    expect(implied('put', 110, 100, -0.01)).toEqual({ volatility: NaN, status: 'below-intrinsic' });
  });

  it('above-maximum: a call is worth less than the forward, a put less than the strike', () => {
    expect(implied('call', 110, 100, 110)).toEqual({ volatility: NaN, status: 'above-maximum' });
    expect(implied('put', 110, 100, 100)).toEqual({ volatility: NaN, status: 'above-maximum' });
    expect(implied('call', 110, 100, 105).status).toBe('ok');
  });

  it('invalid: not numbers, or not positive', () => {
    for (const result of [
      implied('call', NaN, 100, 5),
      implied('call', 100, NaN, 5),
      implied('call', 100, 100, NaN),
      implied('call', -100, 100, 5),
      implied('call', 100, 0, 5),
      implied('put', 100, 100, 5, NaN),
      implied('put', 100, 100, 5, -1),
      implied('call', Infinity, 100, 5),
    ])
      expect(result).toEqual({ volatility: NaN, status: 'invalid' });
  });

  it('one bad price leaves its neighbours alone', () => {
    const five = [5.637197779701664, NaN, 5.637197779701664, -1, 5.637197779701664];
    const all = (value: number): Float64Array => new Float64Array(5).fill(value);
    const { status, volatility } = impliedVolatilities({
      optionType: ['call', 'call', 'put', 'put', 'call'],
      forward: all(100),
      strike: all(100),
      timeToExpiryYears: all(0.5),
      undiscountedPrice: Float64Array.from(five),
    });
    expect(status).toEqual(['ok', 'invalid', 'ok', 'below-intrinsic', 'ok']);
    expect([...volatility].map((value) => Number(value.toFixed(12)))).toEqual([0.2, NaN, 0.2, NaN, 0.2]);
  });
});

describe('bad calls', () => {
  const two = columnsOf(scattered(2, 5));
  const codeOf = (call: () => unknown): { code: string; column: unknown } => {
    try {
      call();
    } catch (error) {
      if (error instanceof MargridError) return { code: error.code, column: error.place.column };
      throw error;
    }
    return { code: 'none', column: undefined };
  };

  it.each(['forward', 'strike', 'timeToExpiryYears', 'volatility', 'rate'] as const)(
    '%s of another length is refused',
    (column) => {
      const short = { ...two, [column]: new Float64Array(1) };
      expect(codeOf(() => optionGreeks(short))).toEqual({ code: 'OptionInvalid', column });
    },
  );

  it('prices of another length are refused', () => {
    const { optionType, forward, strike, timeToExpiryYears } = two;
    const columns: OptionColumns = { optionType, forward, strike, timeToExpiryYears };
    const call = () => impliedVolatilities({ ...columns, undiscountedPrice: new Float64Array(3) });
    expect(codeOf(call)).toEqual({ code: 'OptionInvalid', column: 'undiscountedPrice' });
  });

  it('an option type that is neither call nor put is refused, not priced as a put', () => {
    const call = () => optionGreeks({ ...two, optionType: ['call', 'Call' as OptionType] });
    expect(codeOf(call)).toEqual({ code: 'OptionInvalid', column: 'optionType' });
  });
});
