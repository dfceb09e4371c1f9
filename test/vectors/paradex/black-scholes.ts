import type { Instrument } from '../../../src/index.ts';
import { checkAbsolute, checkRelative, type Check } from '../check.ts';
import { CaseInputError, expectedOf, type Fields } from '../fields.ts';
import { evaluateSpotOptions } from '../spot-option.ts';
import { amountOf } from './inputs.ts';
import { currency, marketOf } from './market.ts';
import { marginHoldings } from './run-engine.ts';

const yearMs = 365 * 24 * 3600 * 1000;
const asOfMs = Date.UTC(2026, 3, 22);

/**
 * A price as the scan has it: the P&L of a long option with a mark of 0 in a scenario without shocks. Greeks, which no
 * margin needs, are the exact ones of the pricing kernels: the delta within what the approximation may be wrong.
 */
export async function checkBlackScholes(fields: Fields): Promise<Check[]> {
  const [spot, strike, years] = [amountOf(fields, 'S'), amountOf(fields, 'K'), amountOf(fields, 'T')];
  const isCall = fields['is_call'];
  if (typeof isCall !== 'boolean') throw new CaseInputError(`input is_call must be true or false`);
  const input = { spot, strike, years, rate: amountOf(fields, 'r'), volatility: amountOf(fields, 'sigma'), isCall };
  const checks: Check[] = [];
  const price = expectedOf(fields, 'price');
  if (price !== null) {
    // Rounding of the two terms of the formula, and the venue's own.
    checks.push(checkAbsolute('price', await priceOf(input), price, 1e-14 * Math.max(spot, strike)));
  }
  return [...checks, ...greekChecks(fields, input)];
}

interface Option {
  readonly spot: number;
  readonly strike: number;
  readonly years: number;
  readonly rate: number;
  readonly volatility: number;
  readonly isCall: boolean;
}

/** Volatility of a market is above zero; without shocks one that is not is the limit. */
const smallestVolatility = 1e-200;

async function priceOf({ spot, strike, years, rate, volatility, isCall }: Option): Promise<number> {
  const instrument: Instrument = {
    name: 'option', kind: 'option', payoff: 'linear', baseCurrency: 'BTC', quoteCurrency: currency,
    settlementCurrency: currency, contractSize: 1, expiryMs: asOfMs + years * yearMs, strike,
    optionType: isCall ? 'call' : 'put',
  };
  const quote = {
    instrument, forward: spot, impliedVolatility: volatility > 0 ? volatility : smallestVolatility,
    fields: { markPrice: 0, delta: 0, interestRate: rate },
  };
  const [margin] = await marginHoldings({
    market: marketOf(asOfMs, [quote], new Map([['btc_usdc', spot]])),
    model: 'paradex-pm',
    currency,
    params: paramsOf(volatility),
  }, [{ positions: [{ instrument: 'option', quantity: 1, entryPrice: 1 }], orders: [], cash: 0 }]);
  return margin!.scenarioPnl[0];
}

/** One scenario without shocks (or one that takes the volatility away); the window ends at the expiry itself. */
function paramsOf(volatility: number): unknown {
  return {
    source: 'test vectors', date: '2026-04-22', currency, normal_cdf: 'abramowitz-stegun',
    settlement_window_minutes: 0, funding_provision_hours: 8,
    taker_fee_rate: { delta1: 0, option: 0 }, option_fee_cap: 0.125,
    assets: {
      btc: {
        hedged_margin_factor: 0, unhedged_margin_factor: 0, mmf_factor: 0.5,
        vol_shock_params: { vega_power_short_dte: 0, vega_power_long_dte: 0, dte_floor_days: 1, min_vol_shock_up: 0 },
        scenarios: [{ spot_shock: 0, vol_shock: volatility > 0 ? 0 : -1, weight: 1 }],
      },
    },
  };
}

/** Error of Abramowitz and Stegun 7.1.26, halved by the step from erf to the distribution function. */
const approximationError = 7.6e-8;

function greekChecks(fields: Fields, { spot, strike, years, rate, volatility, isCall }: Option): Check[] {
  if (!(years > 0 && volatility > 0)) return [];
  const sign = isCall ? 1 : -1;
  const [{ growth, greeks }] = evaluateSpotOptions([{ sign, spot, strike, yieldRate: 0, rate, years, volatility }]);
  const delta = expectedOf(fields, 'delta');
  const gamma = expectedOf(fields, 'gamma');
  const vega = expectedOf(fields, 'vega_per_1pct');
  return [
    ...(delta === null ? [] : [checkAbsolute('delta', greeks.delta * growth, delta, approximationError)]),
    ...(gamma === null ? [] : [checkRelative('gamma', greeks.gamma * growth * growth, gamma, 1e-9)]),
    ...(vega === null ? [] : [checkRelative('vega', greeks.vega / 100, vega, 1e-9)]),
  ];
}
