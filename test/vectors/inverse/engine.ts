import { TERM_COUNT, TERM_DELTA } from '../../../assembly/portable/layout.ts';
import { cellCountOf } from '../../../src/columns/schema.ts';
import { Engine, type Instrument, type Market } from '../../../src/index.ts';
import { writeGrid, type Scenario } from '../../../src/scenario/grid.ts';

/** One account per instrument, each holding a quantity of its own. */
export interface Holding {
  readonly instrument: Instrument;
  readonly quantity: number;
  readonly entryPrice: number;
  readonly price: number;
}

const asOfMs = Date.UTC(2026, 0, 1);
/** Parameters that charge nothing: only values and deltas are read. */
const params = {
  general: { mm_factor: 0, buckets_count: 1, vol_scenarios_count: 3, timestamp: asOfMs },
  currency: {
    coin: {
      min_annualised_move: 0, annualised_move_risk: 0, pnl_offset: 0, max_offsetable_pnl: 0, extended_dampener: 0,
      correlation_set: false,
    },
  },
  currency_pair: {
    coin_usd: {
      price_range: 0.1, volatility_range_up: 0, volatility_range_down: 0, min_volatility_for_shock_up: 0,
      short_term_vega_power: 0, long_term_vega_power: 0, extended_table_factor: 0, m_inc: 0,
      delta_total_liq_shock_threshold: 0, max_delta_shock: 0,
    },
  },
};

/** A coin-settled contract of 1 USD (futures) or 1 coin (options); options expire at the time of the market. */
export function contractOf(name: string, option?: { readonly strike: number; readonly sign: number }): Instrument {
  return {
    name,
    kind: option === undefined ? 'perpetual' : 'option',
    payoff: 'inverse',
    baseCurrency: 'COIN',
    quoteCurrency: 'USD',
    settlementCurrency: 'COIN',
    contractSize: 1,
    expiryMs: option === undefined ? null : asOfMs,
    strike: option?.strike ?? null,
    optionType: option === undefined ? null : option.sign > 0 ? 'call' : 'put',
  };
}

/** In coin. */
export interface HoldingResult {
  readonly equity: number;
  readonly delta: number;
}

/** Equity and delta of each holding, as the engine has them after a tick. */
export async function evaluateHoldings(holdings: readonly Holding[]): Promise<HoldingResult[]> {
  if (holdings.length === 0) return [];
  const engine = createEngine(holdings);
  await engine.tick();
  const { terms } = engine.arena.views.riskArray;
  // One netting set per account, in account order.
  const results = holdings.map(({ quantity }, index) => ({
    equity: engine.results.equity[index],
    delta: quantity * terms[engine.rows.rowOf[index] * TERM_COUNT + TERM_DELTA],
  }));
  await engine.close();
  return results;
}

/**
 * P&L in coin of each holding when its price moves by a fraction of its own: kernel A with that move as the scenario.
 * (The equity of the account
 * tells the same P&L, but as a difference of two values of the whole position, which keeps no digits of a small move.)
 */
export async function evaluateMoves(holdings: readonly Holding[], moves: readonly number[]): Promise<number[]> {
  if (holdings.length === 0) return [];
  const engine = createEngine(holdings);
  await engine.tick();
  const { plan, views } = engine.arena;
  const cellCount = cellCountOf(plan.counts.scenarioCount);
  const pnl = holdings.map(({ quantity }, index) => {
    const scenario: Scenario = { spotShock: moves[index], volatility: 'same', weight: 1, dampener: 0 };
    writeGrid([scenario], true, cellCount, views.group.grid);
    const row = engine.rows.rowOf[index];
    engine.kernels.riskArray(plan.context, row, 1, plan.scratch[0]);
    return quantity * views.riskArray.row[row * cellCount];
  });
  await engine.close();
  return pnl;
}

function createEngine(holdings: readonly Holding[]): Engine {
  const market: Market = {
    asOfMs,
    instruments: holdings.map(({ instrument }) => instrument),
    forward: Float64Array.from(holdings, ({ price }) => price),
    impliedVolatility: Float64Array.from(holdings, ({ instrument }) => (instrument.kind === 'option' ? 1 : NaN)),
    indexPrice: new Map([['coin_usd', 1]]),
    openInterest: new Float64Array(holdings.length),
  };
  const indices = Uint32Array.from(holdings.keys());
  const positions = {
    accountIndex: indices,
    instrumentIndex: indices,
    quantity: Float64Array.from(holdings, ({ quantity }) => quantity),
    entryPrice: Float64Array.from(holdings, ({ entryPrice }) => entryPrice),
  };
  const cash = { accountIndex: new Uint32Array(0), currencyIndex: new Uint32Array(0), amount: new Float64Array(0) };
  const book = {
    accountIds: holdings.map(({ instrument }) => instrument.name),
    currencies: ['COIN'],
    positions,
    cash,
    quarantined: [],
  };
  return Engine.create({ market, book, params, model: 'deribit-pm', workers: 0, kernels: 'wasm' });
}
