import { describe, expect, test } from 'vitest';
import type { OptionType } from '../../src/domain/instrument.ts';
import { black76Delta, black76Input, black76Price, type Black76Input } from '../../src/reference/black76.ts';
import { Decimal } from '../../src/reference/decimal.ts';
import { normalCdf, normalPdf } from '../../src/reference/normal-cdf.ts';

/** Computed with mpmath 1.3.0 at 120 digits: ncdf(x). */
const normalCdfValues = [
  ['0', '0.5'],
  ['1', '0.841344746068542948585232545632037922477913'],
  ['-1', '0.158655253931457051414767454367962077522087'],
  ['-0.001', '0.499601057786088937415409677555673058731497'],
  ['0.01', '0.503989356314631603701789997908463564120382'],
  ['-0.015625', '0.493766780500110317166510703722301740020291'],
  ['-0.03', '0.488033526585887355361120895934763735111871'],
  ['0.3', '0.617911422188952637306528963121417648051241'],
  ['-3.99', '0.0000330366476294024455045514155740290997875511'],
  ['-4.01', '0.0000303593739266181923504937906373528991344695'],
  ['5.5', '0.999999981010437534112280616148725966419814'],
  ['-8', '6.22096057427178412351599517258818842248872e-16'],
  ['-12.3456789', '2.56994151822971747149030362947852485810088e-35'],
  ['-20.000001', '2.75356890967470326224730750120493904507887e-89'],
  ['-39.999', '3.80518649525722666938095359392655395872787e-350'],
  ['-45', '1.67617910584993664268336225794890126111298e-442'],
  ['-300', '7.44900626277535290055239114510202015512e-19547'],
] as const;

/** The bound stated in src/reference/normal-cdf.ts. */
const normalError = '1e-33';

function expectNear(actual: Decimal, expected: Decimal | string, bound: Decimal | string): void {
  const isNear = actual.minus(expected).abs().lessThanOrEqualTo(bound);
  expect(isNear, `${actual} is not ${expected} within ${bound}`).toBe(true);
}

function expectDigits(actual: Decimal, expected: string, digits: number): void {
  const error = actual.minus(expected).abs();
  const bound = new Decimal(expected).abs().times(`1e-${digits}`);
  expect(error.lessThanOrEqualTo(bound), `${actual} is not ${expected}`).toBe(true);
}

describe('normal distribution', () => {
  test.each(normalCdfValues)('N(%s) = %s', (x, expected) =>
    expectNear(normalCdf(new Decimal(x)), expected, normalError),
  );

  test('published values: N(-8) = 6.220960574271785e-16 and N(1) = 0.841344746068542948', () => {
    expectDigits(normalCdf(new Decimal(-8)), '6.220960574271785e-16', 15);
    expectDigits(normalCdf(new Decimal(1)), '0.841344746068542948', 17);
  });

  test('phi(0) = 1/sqrt(2 pi)', () => {
    expectDigits(normalPdf(new Decimal(0)), '0.39894228040143267793994605993438186847585863116493', 33);
  });

  test('derivative of N is phi, also where the method changes (x = 4 and x = 13)', () => {
    const step = new Decimal('1e-11'); // 1e-23 of error from its square, 1e-22 from N
    for (const x of ['-13', '-4', '-3.984375', '-1', '0', '0.0156', '0.5']) {
      const above = normalCdf(new Decimal(x).plus(step));
      const slope = above.minus(normalCdf(new Decimal(x).minus(step))).div(step.times(2));
      expectNear(slope, normalPdf(new Decimal(x)), '1e-21');
    }
  });

  test('neighbouring nodes of the table agree half way between them', () => {
    const step = new Decimal('1e-30');
    for (let node = 0; node < 13 * 32; node += 7) {
      const middle = new Decimal(node).plus('0.5').div(32);
      const difference = normalCdf(middle.plus(step)).minus(normalCdf(middle.minus(step)));
      expectNear(difference, normalPdf(middle).times(step).times(2), normalError);
    }
  });

  test('N(x) + N(-x) = 1 between the nodes of the table', () => {
    for (let x = new Decimal('-3'); x.lessThan(3); x = x.plus('0.0137')) {
      expectNear(normalCdf(x).plus(normalCdf(x.negated())), '1', normalError);
    }
  });
});

/** Computed with mpmath 1.3.0 at 120 digits: forward, strike, volatility, years, type; price, delta. */
const optionValues = [
  [
    '100', '100', '0.2', '0.5', 'call',
    '5.637197779701662383127111260203294529117',
    '0.5281859888985083119156355563010164726456',
  ],
  [
    '63480.3', '80000', '0.55', '0.07488', 'call',
    '288.2679339244649104236533697736132535984',
    '0.07192907079533453739678964800534781941638',
  ],
  [
    '63480.3', '80000', '0.55', '0.07488', 'put',
    '16807.9679339244649104236533697736132536',
    '-0.9280709292046654626032103519946521805836',
  ],
  [
    '63480.3', '60000', '0.47', '0.07488', 'put',
    '1724.407223215254671052585159282858044203',
    '-0.3075810179178355739909633674609399084073',
  ],
  [
    '21583.302', '60000', '0.6', '0.003', 'call',
    '3.203824627019431342254772593695238006755e-211',
    '1.408902448150463544149879522364029414693e-212',
  ],
  [
    '1956.75', '1900', '3', '2', 'call',
    '1891.396288268033774704371701651778413797',
    '0.9833421221659991725377071575361354978555',
  ],
  [
    '100', '100', '1e-8', '0.01', 'call',
    '0.00000003989422804014326779233234649176555068957',
    '0.5000000001994711402007163389616617324588',
  ],
] as const;

function optionInput(
  forward: string,
  strike: string,
  volatility: string,
  years: string,
  type: OptionType,
): Black76Input {
  const decimal = (value: string): Decimal => new Decimal(value);
  return black76Input(decimal(forward), decimal(strike), decimal(volatility), decimal(years), type);
}

describe('Black-76', () => {
  test.each(optionValues)('F %s, K %s, volatility %s, T %s, %s', (forward, strike, volatility, years, ...rest) => {
    const [type, price, delta] = rest;
    const input = optionInput(forward, strike, volatility, years, type);
    expectNear(black76Price(input), price, input.forward.times('3e-33'));
    expectNear(black76Delta(input), delta, '3e-33');
  });

  test('published: py_lets_be_rational gives 5.637197779701664 at the money', () => {
    const input = optionInput('100', '100', '0.2', '0.5', 'call');
    expect(Math.abs(black76Price(input).toNumber() - 5.637197779701664)).toBeLessThan(4e-15);
  });

  test.each([
    ['120', '100', 'call', '20', '1'],
    ['120', '100', 'put', '0', '0'],
    ['80', '100', 'put', '20', '-1'],
    ['100', '100', 'call', '0', '0.5'],
    ['100', '100', 'put', '0', '-0.5'],
  ] as const)('without time or volatility: F %s, K %s, %s is worth %s', (forward, strike, type, price, delta) => {
    for (const [volatility, years] of [['0', '1'], ['0.5', '0']] as const) {
      const input = optionInput(forward, strike, volatility, years, type);
      expect(black76Price(input).toString()).toBe(price);
      expect(black76Delta(input).toString()).toBe(delta);
    }
  });

  test('farther than 13 deviations out of the money is nothing, in the money is intrinsic', () => {
    const put = optionInput('100881.8', '60000', '0.6', '0.003', 'put');
    expect(black76Price(put).isZero()).toBe(true);
    expect(black76Price({ ...put, optionType: 'call' }).toString()).toBe('40881.8');
  });
});
