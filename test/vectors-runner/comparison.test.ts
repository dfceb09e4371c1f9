import { describe, expect, it } from 'vitest';
import { checkRelative } from '../vectors/check.ts';
import { Decimal } from '../vectors/decimal.ts';
import { black76, deribitPme, greeks, impliedVol, inverse, specialFunctions } from './published.ts';
import { runContent } from './run-command.ts';

/** Messages of the failures of a file with wrong values planted in it. */
async function failuresOf(suite: string, content: unknown): Promise<string[]> {
  const { exitCode, report } = await runContent(suite, content);
  expect(exitCode).toBe(1);
  return report.files.flatMap(({ failures }) => failures.map(({ case: name, message }) => `${name}: ${message}`));
}

function withResult(changes: Readonly<Record<string, unknown>>): unknown {
  return { result: { ...deribitPme.result, ...changes } };
}

describe('comparison', () => {
  it('sees an error in the sixteenth digit of a 30-digit value', async () => {
    const exp = [[1, '2.71828182845904423536028747135']];
    expect(await failuresOf('special-functions', { ...specialFunctions, exp })).toEqual([
      expect.stringMatching(/^exp 1: exp: relative error 4\.65e-16 > 3e-16/),
    ]);
  });

  it('names the quantity that is wrong, and only it', async () => {
    const rows = [black76.rows[0].with(9, 28.14)];
    const failures = await failuresOf('black76', { ...black76, rows });
    expect(failures).toEqual([expect.stringMatching(/^row 1: vega: .* expected 28\.14$/)]);
  });

  it('does not compare what is absent', async () => {
    const rows = [['put', 100, 100, 0.5, 0.2, 0, 5.637197779701664]];
    const { report } = await runContent('black76', { ...black76, rows });
    expect(report.files[0].quantities.map(({ quantity }) => quantity)).toEqual([
      'price (risk tier, absolute)', 'price (risk tier, relative)', 'price (reference tier)',
    ]);
    const nothing = await runContent('black76', { ...black76, rows: [['put', 100, 100, 0.5, 0.2, 0]] });
    expect(nothing).toMatchObject({ exitCode: 2, report: { passed: 0, failed: 0 } });
  });

  it('measures values below the smallest normal double in units of it', () => {
    const tiny = new Decimal('1.4e-324');
    expect(checkRelative('x', 0, tiny, 1e-15)).toMatchObject({ error: expect.closeTo(0, 10) as number });
    expect(checkRelative('x', 0, tiny, 1e-15).error).toBeLessThanOrEqual(checkRelative('x', 0, tiny, 1e-15).tolerance);
    const far = checkRelative('x', 1e-309, tiny, 1e-15);
    expect(far.error).toBeGreaterThan(far.tolerance);
  });

  it('holds prices without a volatility against the boundary rules', async () => {
    const { report } = await runContent('implied-vol', impliedVol);
    expect(report.files[0].quantities.map(({ quantity }) => quantity)).toEqual([
      'sigma (otm)', 'status (below intrinsic)', 'status (above maximum)', 'status (intrinsic)', 'sigma (intrinsic)',
    ]);
    const rows = [['call', 100, 100, 0.5, 5.637197779701664, 0.2001, 1, 'otm']];
    expect(await failuresOf('implied-vol', { ...impliedVol, rows })).toEqual([
      expect.stringMatching(/^row 1: sigma \(otm\)/),
    ]);
  });

  it('sees a wrong greek and a wrong payoff', async () => {
    expect(await failuresOf('greeks', { haug: [{ ...greeks.haug[0], expected: 0.5948 }] })).toEqual([
      expect.stringMatching(/^haug 1: delta \(spot\)/),
    ]);
    const payoffs = [{ ...inverse.expiry_payoffs[0], coin: '0.2000001' }];
    expect(await failuresOf('inverse', { ...inverse, expiry_payoffs: payoffs })).toEqual([
      expect.stringMatching(/^expiry payoff 1: payoff \(coin\)/),
    ]);
  });
});

describe('deribit-pme', () => {
  it('sees a wrong cell', async () => {
    const standard = Array(27).fill(null).with(26, -0.00016379);
    const content = withResult({ initial_risk_vectors: { 'BTC-28JUN24': { standard } } });
    expect(await failuresOf('deribit-pme', content)).toEqual([
      expect.stringMatching(/^response: initial_risk_vectors \(standard\): absolute error 7\.79e-9 > 1e-9/),
    ]);
  });

  it('sees a wrong worst case bucket and a wrong margin', async () => {
    const { btc } = deribitPme.result.margins;
    const bucket = { bucket: 9, side: 'right', source: 'standard', index: 1 };
    const details = { risk_matrix_margin_details: { worst_case_bucket: bucket } };
    const margins = { btc: { ...btc, initial_margin_details: details, initial_margin: 0.0628432 } };
    const content = withResult({ margins });
    expect((await failuresOf('deribit-pme', content)).map((message) => message.split(': ')[1])).toEqual([
      'worst_case_bucket.side', 'worst_case_bucket.bucket', 'initial_margin',
    ]);
  });

  it.each([
    ['a mark', { ticker: { 'BTC-28JUN24': { mark_price: 67371.75 } } }, /mark_price of BTC-PERPETUAL/],
    ['an index price', { index_price: {} }, /index_price\.btc_usd \(for BTC-PERPETUAL\)/],
    ['parameters', {
      portfolio: { position: { 'ETH-PERPETUAL': 1 } }, ticker: { 'ETH-PERPETUAL': { mark_price: 1, index_price: 1 } },
    }, /the parameters have no section currency\.eth/],
    ['a name', { portfolio: { position: { 'BTC-FS-1': 1 } } }, /instrument name 'BTC-FS-1' is not understood/],
  ])('fails the case that lacks %s, with the reason', async (_what, changes, reason) => {
    const failures = await failuresOf('deribit-pme', withResult(changes));
    expect(failures).toEqual([expect.stringMatching(reason)]);
  });

  it('takes options, linear contracts and spot of several currencies', async () => {
    const params = deribitPme.result.model_params;
    const size = 2;
    const mark = 3000;
    const shocks = { delta_shock: 0, roll_shock: 0.01 * size * 3010 };
    const moves = Array.from({ length: 9 }, (_each, bucket) => (0.16 * (bucket - 4)) / 4);
    const content = withResult({
      model_params: {
        ...params,
        currency: { ...params.currency, eth: params.currency.btc },
        currency_pair: { ...params.currency_pair, eth_usdc: params.currency_pair.btc_usd },
      },
      portfolio: {
        position: { 'BTC-28JUN24-70000-C': -1, 'BTC-5JUL24-60000-P': 1, 'ETH_USDC-PERPETUAL': size, ETH_USDC: 1 },
      },
      index_price: { btc_usd: 65666.19, eth_usdc: 3010 },
      ticker: {
        'BTC-28JUN24': { mark_price: 67371.75 },
        'BTC-28JUN24-70000-C': { mark_iv: 55.5 },
        'BTC-5JUL24-60000-P': { mark_price: 0.01, underlying_price: 67500 },
        'ETH_USDC-PERPETUAL': { mark_price: mark },
      },
      aggregated_risk_vectors: {},
      initial_risk_vectors: {
        // The mark itself, at an unmoved price and volatility.
        'BTC-28JUN24-70000-C': { standard: Array(27).fill(null).with(13, 0) },
        'BTC-5JUL24-60000-P': { standard: Array(27).fill(null).with(13, 0) },
        // Linear: size * mark * move.
        'ETH_USDC-PERPETUAL': { standard: moves.flatMap((move) => Array<number>(3).fill(size * mark * move)) },
      },
      margins: { usdc: { initial_margin_details: { risk_matrix_margin_details: shocks } } },
    });
    const { report, exitCode } = await runContent('deribit-pme', content);
    expect(report.files[0].failures).toEqual([]);
    expect(exitCode).toBe(0);
    expect(report.files[0].quantities.map(({ quantity, checks }) => [quantity, checks])).toEqual([
      ['initial_risk_vectors (standard)', 29], ['roll_shock', 1], ['delta_shock', 1],
    ]);
  });
});
