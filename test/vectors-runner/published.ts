/** Small files of every format, from published figures; each passes. */

/** Abramowitz and Stegun, table 7.1 and constants. */
export const specialFunctions = {
  norm_cdf: [[0, '0.5']],
  exp: [[1, '2.71828182845904523536028747135']],
  log: [[2, '6.93147180559945309417232121458e-1']],
  erfcx: [[1, '4.27583576155807004410750344491e-1']],
};

const columns = ['type', 'F', 'K', 'T', 'sigma', 'r', 'price', 'delta', 'gamma', 'vega'];
/** py_lets_be_rational, tests/test_public_functions.py; vega is 100 sqrt(0.5) phi(0.2 sqrt(0.5) / 2). */
export const black76 = {
  columns,
  rows: [['call', 100, 100, 0.5, 0.2, 0, 5.637197779701664, null, null, '28.1390435606504797013420404894']],
};

export const impliedVol = {
  columns: ['type', 'F', 'K', 'T', 'price', 'sigma', 'cond', 'tag'],
  rows: [
    ['call', 100, 100, 0.5, 5.637197779701664, 0.2, 1, 'otm'],
    ['call', 100, 90, 0.5, 9.5, null, null, 'itm'],
    ['put', 100, 90, 0.5, 90, null, null, 'otm'],
    ['call', 100, 90, 0.5, 10, null, null, 'itm'],
  ],
};

/** Deribit, Inverse Options; the P&L is 10,000 (1/60,000 - 1/66,000). */
export const inverse = {
  inverse_futures: [{ usd_notional: 10000, entry: 60000, exit: 66000, pnl_coin: '1.51515151515151515151515151515e-2' }],
  expiry_payoffs: [{ type: 'call', K: 100000, S_T: 125000, coin: '0.2', usd: 25000 }],
};

/** Haug 1998, p. 4 and p. 11. */
export const european = {
  cases: [{ type: 'call', strike: 65, spot: 60, q: 0, r: 0.08, t: 0.25, vol: 0.3, expected: 2.1334, tol: 1e-4 }],
};
export const greeks = {
  haug: [{
    type: 'call', strike: 100, spot: 105, q: 0.1, r: 0.1, t: 0.5, vol: 0.36,
    greek: 'delta', expected: 0.5946, tol: 1e-4,
  }],
};

/** docs.deribit.com, response example of private/pme/simulate. */
export const deribitPme = {
  result: {
    model_params: {
      general: { mm_factor: 0.8, buckets_count: 4, vol_scenarios_count: 3, timestamp: 1718619740501 },
      currency: {
        btc: {
          max_offsetable_pnl: 0, annualised_move_risk: 0.075, extended_dampener: 100000, min_annualised_move: 0.01,
          pnl_offset: 0, correlation_set: false,
        },
      },
      currency_pair: {
        btc_usd: {
          extended_table_factor: 1, m_inc: 5e-5, min_volatility_for_shock_up: 0.5, max_delta_shock: 0.1,
          delta_total_liq_shock_threshold: 20000000, volatility_range_down: 0.25, volatility_range_up: 0.5,
          long_term_vega_power: 0.13, short_term_vega_power: 0.3, price_range: 0.16,
        },
      },
    },
    aggregated_risk_vectors: { btc_btc: { standard: Array(27).fill(null).with(0, -0.05968587238095239) } },
    initial_risk_vectors: { 'BTC-28JUN24': { extended: Array(8).fill(null).with(7, -0.0001637977931034483) } },
    margins: {
      btc: {
        initial_margin_details: {
          risk_matrix_margin_details: {
            delta_shock: 0, roll_shock: 0.00315725898, worst_case: 0.05968587238095239,
            worst_case_bucket: { bucket: 1, side: 'left', source: 'standard', index: 1 },
          },
          risk_matrix_margin: 0.06284313098, spot_margin: 0, mmp_margin: 0.06, open_orders_margin: 1.8212e-5,
        },
        initial_margin: 0.122861343,
        maintenance_margin: 0.050274504784,
      },
    },
    portfolio: { currency: {}, position: { 'BTC-PERPETUAL': 0.314538364, 'BTC-28JUN24': -0.001187534, 'XYZ-1': 0 } },
    index_price: { btc_usd: 65666.19 },
    ticker: { 'BTC-PERPETUAL': { mark_price: 65910.57 }, 'BTC-28JUN24': { mark_price: 67371.75 } },
  },
};

/** The same option, in coin, as a call and a put. */
export const marks = [
  'instrument_name,expiry,strike,option_type,mark_price,mark_iv,snapshot_time',
  ...['C', 'P'].map((side) =>
    `X-31DEC26-100-${side},2026-12-31T08:00:00+00:00,100.0,${side},0.05637198,20.0,2026-07-01T20:00:00+00:00`),
].join('\n');

/** Figures of the Cboe margin calculator and of a broker, as LEAN's tests quote them. */
export const regt = {
  nakedShort: [
    { right: 'C', strike: 192, premium: 14, spot: 196, contracts: 2, multiplier: 100, index: false, maintenanceMargin: 10640 },
    { right: 'P', strike: 390, premium: 1.85, spot: 415, contracts: 1, multiplier: 100, index: false, ib: 6042 },
  ],
  strategyLegs: {
    BullCallLadder: {
      spot: 548.392,
      legs: [
        { type: 'option', right: 'C', strike: 546, expiry: '2024-06-21', qty: 1, price: 2.53 },
        { type: 'option', right: 'C', strike: 550, expiry: '2024-06-21', qty: -1, price: 0.01 },
        { type: 'option', right: 'C', strike: 554, expiry: '2024-06-21', qty: -1, price: 1e-25 },
      ],
    },
  },
  tables: {
    InitialMarginRequirementsTestCases: [{ strategy: 'BullCallLadder', quantity: 1, ibValue: 10407.04 }],
    MaintenanceMarginTestCases: [{ strategy: 'BullCallLadder', quantity: -1 }],
  },
};

/** By suite. */
export const published: Readonly<Record<string, unknown>> = {
  'special-functions': specialFunctions,
  black76,
  'implied-vol': impliedVol,
  inverse,
  european,
  greeks,
  'deribit-pme': deribitPme,
  marks,
  regt,
};
