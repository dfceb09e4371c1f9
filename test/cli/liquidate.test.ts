import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { shippedLiquidationStyle } from '../../src/liquidation/shipped-styles.ts';
import type { LiquidationPlan } from '../../src/liquidation/plan.ts';
import { runCli, runJson, temporaryFolder } from './run-cli.ts';
import { bookTypes, csvText, marketTypes } from './small-inputs.ts';

const folder = temporaryFolder();
const inputs = ['--market', 'market.csv', '--book', 'book.csv', '--model', 'hyperliquid', '--params', 'params.json'];
const linear = (name: string, base: string, price: number) =>
  [name, 'perpetual', 'linear', base, 'USDC', 'USDC', 1, null, null, null, price, price, null, '2026-08-01T12:00:00.000Z'];

beforeAll(() => {
  writeFileSync(join(folder, 'market.csv'), csvText(marketTypes, [linear('BTC-USD-PERP', 'BTC', 54_800), linear('ETH-USD-PERP', 'ETH', 3400)]));
  writeFileSync(join(folder, 'book.csv'), csvText(bookTypes, [
    ['alice', 'BTC-USD-PERP', 0.1, 60_000], ['alice', 'ETH-USD-PERP', -1, 3000], ['alice', 'USDC', 1000, 0],
    ['broke', 'BTC-USD-PERP', 0.1, 60_000], ['broke', 'USDC', 1, 0],
  ]));
  const params = {
    source: 'maintenance margin of 1%', date: '2026-04-22', transferRate: 0.1,
    assets: { btc: { marginTiers: [{ lowerBound: 0, maxLeverage: 50 }] }, eth: { marginTiers: [{ lowerBound: 0, maxLeverage: 50 }] } },
  };
  writeFileSync(join(folder, 'params.json'), JSON.stringify(params));
  const style = shippedLiquidationStyle('paradex') as { parameters: object };
  writeFileSync(join(folder, 'style.json'), JSON.stringify({ ...style, parameters: { ...style.parameters, penaltyRate: 0.7 } }));
});

describe('liquidate', () => {
  const plans = async (...args: string[]): Promise<readonly LiquidationPlan[]> =>
    (await runJson<{ plans: LiquidationPlan[] }>(['liquidate', ...inputs, ...args], folder)).plans;

  it('prints the published example of Paradex', async () => {
    const { code, stdout } = await runCli(['liquidate', ...inputs, '--account', 'alice', '--style', 'paradex'], folder);
    expect(code).toBe(0);
    expect(stdout).toContain('style paradex of 2026-04-22 (fixed-step)');
    expect(stdout).toMatch(/^now\s+80\.00\s+88\.80\s+177\.60\s+111\.00%$/m);
    expect(stdout).toMatch(/^1\s+62\.24\s+53\.28\s+106\.56\s+85\.60%$/m);
    expect(stdout).toContain('cost 0.00, fees 17.76 USDC; balance afterwards 62.24');
    expect(stdout).toContain('the target is reached');
  });

  it('takes a style file and a target', async () => {
    const [plan] = await plans('--account', 'alice', '--style', 'style.json');
    expect(plan.fee).toBeCloseTo(37.296, 10);
    const [cheaper] = await plans('--account', 'alice', '--target', 'maintenance=1');
    expect(cheaper.target).toEqual({ requirement: 'maintenance', multiple: 1 });
    expect(cheaper.after.balance).toBeGreaterThanOrEqual(cheaper.after.maintenanceMargin);
    // Five percent above maintenance, the shipped target, takes more.
    expect((await plans('--account', 'alice'))[0].cost).toBeGreaterThan(cheaper.cost);
  });

  it('says that a target is out of reach, with exit code 1', async () => {
    const { code, stdout } = await runCli(['liquidate', ...inputs, '--account', 'broke'], folder);
    expect(code).toBe(1);
    expect(stdout).toContain('the target is not reached: bankrupt');
  });

  it.each([
    [['--account', 'nobody'], 'AccountUnknown'],
    [['--account', 'alice', '--style', 'mtgox'], 'OptionInvalid'],
    [['--account', 'alice', '--style', 'none.json'], 'FileNotFound'],
    [['--account', 'alice', '--style', 'book.csv.json'], 'FileNotFound'],
    [['--account', 'alice', '--target', 'margin'], 'OptionInvalid'],
    [['--account', 'alice', '--target', 'margin=1'], 'ParameterInvalid'],
    [['--account', 'alice', '--currency', 'BTC'], 'AccountUnknown'],
    [['--account', 'alice', '--style', 'dydx'], 'OptionInvalid'],
  ])('%j is refused', async (args, code) => {
    const result = await runCli(['liquidate', ...inputs, ...args], folder);
    expect(result.stderr).toContain(code);
    expect(result.code).toBe(2);
  });
});
