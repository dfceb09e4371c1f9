import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCli, runJson, temporaryFolder } from './run-cli.ts';
import { bookRows, bookTypes, csvText, marketRows, marketTypes } from './small-inputs.ts';

const folder = temporaryFolder();
const inputs = ['--market', 'market.csv', '--book', 'book.csv'];

interface Result {
  readonly currency: string;
  readonly mark: number;
  readonly equity: number;
  readonly maintenanceMargin: number;
  readonly liquidationBelow: number | null;
  readonly liquidationAbove: number | null;
  readonly bankruptcyBelow: number | null;
  readonly bankruptcyAbove: number | null;
}

/** A linear perpetual under Binance's brackets. */
const linear = (name: string, base: string, price: number) =>
  [name, 'perpetual', 'linear', base, 'USDT', 'USDT', 1, null, null, null, price, price, null, '2026-08-01T12:00:00.000Z'];

beforeAll(() => {
  writeFileSync(join(folder, 'market.csv'), csvText(marketTypes, marketRows));
  writeFileSync(join(folder, 'book.csv'), csvText(bookTypes, bookRows));
  const quotes = [linear('BTCUSDT', 'BTC', 31967.27), linear('ETHUSDT', 'ETH', 1335.18)];
  writeFileSync(join(folder, 'linear.csv'), csvText(marketTypes, quotes));
  writeFileSync(join(folder, 'linear-book.csv'), csvText(bookTypes, [
    ['faq', 'BTCUSDT', 109.488, 32481.98], ['faq', 'ETHUSDT', 3683.979, 1456.84], ['faq', 'USDT', 1535443.01, 0],
  ]));
});

describe('liquidation-price', () => {
  it('finds the published price of ETHUSDT in the FAQ of Binance (cross, the bracket of ETHUSDT is the same)', async () => {
    const brackets = [
      { notionalFloor: 0, maintMarginRatio: 0, initialLeverage: 20 },
      { notionalFloor: 1353650, maintMarginRatio: 0.1, initialLeverage: 5 },
    ];
    const bitcoin = [
      { notionalFloor: 0, maintMarginRatio: 0, initialLeverage: 20 },
      { notionalFloor: 652000, maintMarginRatio: 0.025, initialLeverage: 20 },
    ];
    const symbols = { eth_usdt: { brackets }, btc_usdt: { brackets: bitcoin } };
    writeFileSync(join(folder, 'params.json'), JSON.stringify({ source: 'FAQ', date: '2021-05-01', symbols }));
    const result = await runJson<Result>([
      'liquidation-price', '--market', 'linear.csv', '--book', 'linear-book.csv', '--model', 'binance-usdm',
      '--params', 'params.json', '--account', 'faq', '--instrument', 'ETHUSDT',
    ], folder);
    expect(result.liquidationBelow).toBeCloseTo(1153.26, 1.9);
    expect(result.bankruptcyBelow).toBeLessThan(result.liquidationBelow!);
    expect(result.currency).toBe('USDT');
  });

  it('works under the default model, in text', async () => {
    const args = ['liquidation-price', ...inputs, '--account', 'alice', '--instrument', 'BTC-PERPETUAL'];
    const result = await runJson<Result>(args, folder);
    // Short perpetual and short puts: a fall is paid by the perpetual, a rise is not.
    expect(result.mark).toBe(62_700.5);
    expect(result.equity).toBeGreaterThan(result.maintenanceMargin);
    const { code, stdout } = await runCli(args, folder);
    expect(code).toBe(0);
    expect(stdout).toContain('liquidation price');
    expect(stdout).toContain('bankruptcy price');
  });

  it.each([
    ['an unknown account', ['--account', 'nobody', '--instrument', 'BTC-PERPETUAL'], 'AccountUnknown'],
    ['an unknown instrument', ['--account', 'alice', '--instrument', 'XYZ'], 'InstrumentUnknown'],
    ['a currency without anything', ['--account', 'alice', '--instrument', 'SPX-18SEP26-7500-C'], 'AccountUnknown'],
  ])('names %s', async (_what, args, code) => {
    const finished = await runCli(['liquidation-price', ...inputs, ...args], folder);
    expect(finished.code).toBe(2);
    expect(finished.stderr).toContain(code);
  });
});
