import { describe, expect, it } from 'vitest';
import { runContent } from './run-command.ts';
import { paradex } from './published.ts';

/** Own figures in the format of portfolio files: one perpetual and an option, shocks of the price only. */
const pmConfig = {
  base_asset: 'BTC', hedged_margin_factor: 0, unhedged_margin_factor: 0.02, mmf_factor: 0.5,
  vol_shock_params: { vega_power_short_dte: 0.3, vega_power_long_dte: 0.13, dte_floor_days: 1, min_vol_shock_up: 0.4 },
  scenarios: [{ spot_shock: 0.1, vol_shock: 0, weight: 1 }, { spot_shock: -0.1, vol_shock: 0, weight: 1 }],
};
const perpetual = {
  mark_price: 50500, delta: 1, mark_iv: null, underlying_price: 50000, funding_rate: 0.0002, interest_rate: 0,
  fee_rate: 0.001,
};
const perpetualSpec = { asset_kind: 'PERP', delta1_cross_margin_params: { imf_base: 0.02, mmf_factor: 0.5 } };
const long = {
  now_ms: Date.UTC(2026, 3, 22), base: 'BTC', balances: [{ token: 'USDC', size: 1000 }, { token: 'BTC', size: 0.25 }],
  positions: [{ market: 'BTC-USD-PERP', side: 'BUY', size: 2 }],
  orders: [{ market: 'BTC-USD-PERP', side: 'SELL', size: 1, price: 50000 }],
  market_data: { 'BTC-USD-PERP': perpetual }, market_specs: { 'BTC-USD-PERP': perpetualSpec },
};
// Scan: -10% of 2 at 50,500. The sell at 50,000 loses at +10% only. Funding (2 - (-1)) 50,000 0.0002. Fees 0.1%.
const ofLong = {
  pm: {
    worst_loss: 10100, worst_idx: 1, delta_min: 2000, fund_p: 30, fee_provision_imr: 151.5, fee_provision_mmr: 101,
    spot_balance_margin: 12625, IMR: 22906.5, MMR: 17796, portfolio_delta: 1, position_delta: 2, order_delta: -1,
    maxL: 2, maxS: 1, maxU: 2, hedged: 0,
  },
  xm: {
    net_imr: 2020, net_mmr: 1010, fee_provision_imr: 101, fee_provision_mmr: 101, open_loss: 500,
    spot_balance_margin: 12625, IMR: 15246, MMR: 13736, portfolio_delta: 1,
  },
  xm_markets: {
    'BTC-USD-PERP': { imr: 2621, mmr: 1111, buy_open_size: 2, sell_open_size: 0, open_size: 2, open_notional: 101000 },
  },
};

const fileOf = (...cases: unknown[]) => ({ pm_configs: { BTC: pmConfig }, cases });

describe('suite paradex', () => {
  it('margins a portfolio worked out by hand', async () => {
    const { report, exitCode } = await runContent('paradex', fileOf({ ...long, expected: ofLong }));
    expect(exitCode).toBe(0);
    expect(report).toMatchObject({ passed: 1, failed: 0 });
  });

  it.each(['pm', 'xm'] as const)('sees a wrong number of %s', async (model) => {
    for (const name of Object.keys(ofLong[model])) {
      const stated: Record<string, number> = { ...ofLong[model] };
      stated[name] = name === 'worst_idx' ? 0 : stated[name] + 1e-7 * (Math.abs(stated[name]) + 1);
      const { report } = await runContent('paradex', fileOf({ ...long, expected: { pm: {}, [model]: stated } }));
      expect(report, name).toMatchObject({ passed: 0, failed: 1 });
    }
  });

  it('takes empty portfolios, orders alone, names instead of specifications, and numbers as text', async () => {
    const nothing = { ...long, positions: [], orders: [], balances: [] };
    const text = { ...perpetual, mark_price: '50500', fee_rate: '0.001' };
    const { report } = await runContent('paradex', fileOf(
      { ...nothing, expected: { pm: { IMR: 0, worst_idx: 0 }, xm: { IMR: 0 } } },
      { ...nothing, orders: long.orders, expected: { pm: { delta_min: 1000, fund_p: 10 } } },
      { ...long, market_specs: {}, expected: { pm: ofLong.pm } },
      { ...long, market_data: { 'BTC-USD-PERP': text }, expected: ofLong },
    ));
    expect(report).toMatchObject({ passed: 4, failed: 0 });
  });

  it('fails what it cannot margin, with the reason', async () => {
    const { stdout, exitCode } = await runContent('paradex', fileOf(
      { ...long, market_specs: { 'BTC-USD-PERP': { asset_kind: 'PERP_OPTION' } }, expected: ofLong },
      { ...long, positions: [{ market: 'BTC-USD-PERP', side: 'UP', size: 1 }], expected: ofLong },
      { ...long, market_data: { 'BTC-USD-PERP': { ...perpetual, delta: null } }, expected: ofLong },
    ));
    expect(exitCode).toBe(1);
    for (const reason of ['no margin of PERP_OPTION', 'side must be', 'delta']) expect(stdout).toContain(reason);
  });

  it('sees a wrong worked example', async () => {
    const wrong = { ...paradex, net_imr: { ...paradex.net_imr, expected_net_imr: 5401 } };
    const { report } = await runContent('paradex', wrong);
    expect(report).toMatchObject({ passed: 1, failed: 1 });
  });
});
