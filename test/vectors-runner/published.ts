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

/**
 * Andersen, Lake and Offengenden's example, premium by scheme (5, 1, 4) as QuantLib's test-suite/americanoption.cpp quotes
 * it, and jherekhealy/AQFED.jl, src/american/README.md.
 */
export const american = {
  andersen_lake_premium: {
    type: 'put', spot: 100, strike: 100, q: 0.05, vol: 0.25, t: 1,
    cases: [{ l: 5, m: 1, n: 4, r: 0.05, premium_FP_B: 0.1070042740171235, tol: 1e-3 }],
  },
  cases: [{ type: 'put', spot: 80, strike: 100, t: 0.75, vol: 0.3, r: 0.04, q: 0, npv: null }],
  aqfed_cases: [{ type: 'put', spot: 80, strike: 100, t: 0.75, vol: 0.3, r: 0.04, q: 0, npv: 21.086135735070997 }],
};

/** Jorion, Value at Risk, ch. 7 (CAD 2m at 5%, EUR 1m at 12%, uncorrelated), quoted in the Bionic Turtle forum. */
export const componentVar = {
  cases: [{
    positions: [2_000_000, 1_000_000], vols: [0.05, 0.12], correlation: [[1, 0], [0, 1]], z: 1.65,
    published: { portfolioVaR: 257738, individualVaR_CAD: 165000 },
    recomputed: { componentVaR: [105630.4259446392, 152107.8133602804] },
  }],
};

/** The normal 99% quantile and its ES by tables (mpmath, 18 digits); the expansion by ORE's test of delta-gamma VaR. */
export const closedForm = { rows: [{ dist: 'normal', p: 0.995, VaR: '2.57582930354890076', ES: '2.89194860538348076' }] };
export const deltaGamma = {
  cases: [{
    omega: [[1]], delta: [0], gamma: [[-10000]], moments: { mean: -5000, exKurt: 12 },
    results: [{ p: 0.99, exactQuantile: -0.7854392895485117, cornishFisher: -4707.882373042136 }],
    published: { cornishFisher99: -4707.882, tolerance: 0.001 },
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

/** Deribit: linear perpetuals, standard margin; bit.com for the option; a live position of 16 Feb 2026. */
export const deribitStandard = {
  linearPerpetual: [
    {
      instrument: 'BTC_USDC-PERPETUAL', type: 'IM', size: 350, price: 100000,
      base: 0.02, increasePerUnit: 0.00005, expectedRate: 0.0375, expectedMargin: 1312500,
    },
    {
      instrument: 'SOL_USDC-PERPETUAL', type: 'MM', size: -25, price: 200,
      base: 0.02, increasePerUnit: 0.000005, expectedRate: 0.020125, expectedMargin: 100.625,
    },
  ],
  optionDeribitStyle: [{
    underlying: 2098, strike: 1850, mark: 2.4, cp: 'P', size: 50,
    expected: { imPerUnit: 212.2, mmPerUnit: 159.75, im: 10610, mm: 7987.5 },
  }],
  liveInversePerpetual: [{
    instrument: 'ETH-PERPETUAL', size_usd: 1, mark: 1963.31,
    initial_margin: 0.000010187, maintenance_margin: 0.000005093, leverage: 50,
  }],
};

/** Made up: one coin of collateral loses 16%, the perpetuals of the other net and roll at half a percent each. */
export const deribitXpm = {
  snapshot: {
    total_equity_usd: 50000, total_initial_margin_usd: 8200, total_maintenance_margin_usd: 6560,
    total_delta_total_usd: 0, btc_margin_balance: 1, usdc_margin_balance: 50000,
    equity: { BTC: 1, ETH: 0, USDC: 0 },
    positions: [
      { instrument: 'ETH-PERPETUAL', size_usd: 20000, delta_eth: 10 },
      { instrument: 'ETH_USDC-PERPETUAL', size_eth: -10, delta_total_usdc: -20000 },
    ],
  },
  params: { btc_price_range: 0.16, eth_price_range: 0.18, eth_min_annualised_move: 0.005, mm_factor: 0.8 },
};

/** The same option, in coin, as a call and a put. */
export const marks = [
  'instrument_name,expiry,strike,option_type,mark_price,mark_iv,snapshot_time',
  ...['C', 'P'].map((side) =>
    `X-31DEC26-100-${side},2026-12-31T08:00:00+00:00,100.0,${side},0.05637198,20.0,2026-07-01T20:00:00+00:00`),
].join('\n');

/** dYdX v4: a long position at its bankruptcy price, and requirements of a position of 700.5 at 20% and half of it. */
export const dydx = {
  markets: { 7: { name: 'X', priceUsd: 100, atomicResolution: -6, imPpm: 200000, mfPpm: 500000 } },
  bankruptcy_price: [
    {
      perpetualId: 7, usdcQuoteQuantums: -50000000, positions: [[7, 1000000]], deltaQuantums: -1000000,
      expected: 50000000,
    },
    {
      perpetualId: 7, usdcQuoteQuantums: 0, positions: [], deltaQuantums: 1,
      expectedError: 'ErrInvalidPerpetualPositionSizeDelta',
    },
  ],
  insurance_fund_delta: [
    {
      perpetualId: 7, usdcQuoteQuantums: -50000000, positions: [[7, 1000000]], isBuy: false, fillAmount: 1000000,
      subticks: 60000000, maxLiquidationFeePpm: 5000, expected: 300000,
    },
  ],
  margin_requirements: [
    {
      price: 7005, exponent: -1, baseCurrencyAtomicResolution: -6, bigBaseQuantums: 1000000, initialMarginPpm: 200000,
      maintenanceFractionPpm: 500000, bigExpectedInitialMargin: 140100000, bigExpectedMaintenanceMargin: '70050000',
    },
  ],
  liquidity_tier_imf: [
    {
      initialMarginPpm: 200000, openInterestLowerCap: 10, openInterestUpperCap: 20, openInterestNotional: 15,
      expectedPpm: 600000,
    },
  ],
};

/** Drift v2: 10 of shortage at a ratio of 10% and a price of 100 takes one unit; the smallest shortages go at once. */
export const drift = {
  cases: [
    {
      fn: 'calculate_base_asset_amount_to_cover_margin_shortage',
      inputs: {
        quote_oracle_price: 1000000, oracle_price: 100000000, margin_shortage: 10000000, margin_ratio: 1000,
        liquidation_fee: 0, if_liquidation_fee: 0,
      },
      expected: 1000000000,
    },
    { fn: 'calculate_max_pct_to_liquidate', inputs: { margin_shortage: 1 }, expected: 10000 },
    {
      fn: 'calculate_size_premium_liability_weight',
      inputs: { size_1e9: 1, imf_factor_1e6: 0, liability_weight_1e4: 11000, precision: 10000 },
      expected: 11000,
    },
    { fn: 'not_written_here', inputs: {}, expected: 1 },
  ],
};

/** Binance FAQ b3c689c1f50a44cabb3a84e663b81d93, first example, and the isolated formulas of Gate and Bybit. */
export const binance = {
  official: [
    {
      walletBalance: 1535443.01, expectedLiquidationPrice: 1114.78, expectedDecimals: 2, others: [],
      target: { side: 'long', qty: 3683.979, entry: 1456.84, mark: 1335.18, mmr: 0.1, cum: 135365 },
    },
  ],
  synthetic: [
    { exchange: 'bybit', side: 'long', entry: 10, amount: 1, margin: 2, mmr: 0.01, expectedLiquidationPrice: 8.1 },
    {
      exchange: 'okx', side: 'long', entry: 10, amount: 1, margin: 2, mmr: 0.01,
      expectedLiquidationPrice: '8.0808080808080808',
    },
  ],
};

/** Long 0.5 at 250 on a margin of 25 at a maintenance fraction of 5%: 200 / 0.95. */
export const hyperliquid = {
  cases: [
    {
      side: 'long', entryPrice: 250, contracts: 0.5, marginCollateral: 25, assetMaxLeverage: 10,
      expectedLiquidationPrice: '210.52631578947368',
    },
  ],
};

/** Bybit help centre: cost of a long call, bankruptcy price of an inverse long. */
export const bybit = {
  longOptionOrderCost: {
    index: 42000, orderPrice: 3500, qty: 0.3, feeRate: 0.0003, feeCap: 0.125, expected: { fee: 3.78, cost: 1053.78 },
  },
  inverseBankruptcyPrice: { side: 'long', entry: 7890.08, leverage: 50, expected: 7735.37 },
};

/** OKX, announcement of Dec 2021: 30,000 of minimum charge becomes 50,000. */
export const okx = {
  mr7MarginalTiers: {
    tiersOld2021: [[10000, 1], [70000, 2], [null, 4]],
    example: { rawMr7: 30000, otherMR: 40000, expectedMr7Adj: 50000, expectedMMR: 50000 },
  },
};

/** docs.paradex.trade, portfolio margin and cross margin requirement. */
export const paradex = {
  min_delta: {
    net_delta: -0.5, gross_delta: 2.5, hedged_delta: 1, spot: 70000, unhedged: 0.02, hedged: 0.01, expected: 1400,
  },
  net_imr: {
    position: -1, buy_orders: 3, sell_orders: 2, imf: 0.02, mark: 90000, buy_open: 2, sell_open: 3,
    expected_net_imr: 5400,
  },
};

/** Ranges of SEC release 34-46576 and its minimum; one share, two contracts, and classes that offset in part. */
export const tims = {
  parameters: { customerPM: { highCapBroadIndex: [0.06, -0.08] } },
  valuationPoints: { highCap: [-0.08, -0.064, -0.048, -0.032, -0.016, 0.012, 0.024, 0.036, 0.048, 0.06] },
  minimum: '0.375 * multiplier per contract',
  selfMadeExamples: [
    { id: 'short stock', positions: '-3 shares @20', points: [-0.5, -0.4, -0.3, -0.2, -0.1, 0.08, 0.16, 0.24, 0.32, 0.4], requirement: 24 },
    { id: 'minimum', worstLoss: 10, optionContracts: 2, multiplier: 100, requirement: 75 },
    {
      id: 'two classes', offset: 0.5, requirement: 35,
      classA: [-50, -40, -30, -20, -10, 10, 20, 30, 40, 50], classB: [30, 24, 18, 12, 6, -6, -12, -18, -24, -30],
    },
  ],
};

/** One perpetual, worked out by hand: 2 · 2,000 · -10% = -400. */
export const derivePmrm2 = {
  Scenario: {
    Cash: 1000, Collaterals: [], SpotPrice: 2000, SpotConfidence: 1, NumPerps: 2, PerpPrice: 2000, PerpConfidence: 1,
    UnrealisedPerpPNL: 0, UnrealisedFunding: 0, StablePrice: 1, StableConfidence: 1, Options: [], OptionFeeds: [],
  },
  Parameters: {
    Scenarios: [{ SpotShock: 0.9, VolShockDirection: 'None', DampeningFactor: 1 }],
    SkewShock: {
      LINEAR_SCALE_CAP: 0.15, LINEAR_CBASE: 0, ABS_SCALE_CAP: 0.15, ABS_CBASE: 0, MIN_K_STAR: 0.01, MIN_WIDTH_SCALE: 4,
      VOL_PARAM_STATIC: 0.6, VOL_PARAM_SCALE: 0,
    },
    VolShock: {
      VOLRANGEUP: 0.5, MIN_VOL_EVAL_SHOCKED: 0.4, VOLRANGEDOWN: 0.25, SHORTTERMPOWER: 0.3, LONGTERMPOWER: 0.1, DTE_FLOOR: 1,
    },
    Margin: {
      MM_LOSS_FACTOR: 0.8, IM_LOSS_FACTOR: 1, SHORT_RATE_MULTSCALE: 1, LONG_RATE_MULTSCALE: 1, SHORT_RATE_ADDSCALE: 0,
      LONG_RATE_ADDSCALE: 0, BASE_STATIC_DISCOUNT: 1, BASE_STATIC_DISCOUNT_NEG: 1,
    },
    BasisContingency: {
      SCENARIO_SPOT_UP: 1.05, SCENARIO_SPOT_DOWN: 0.95, BASIS_CONT_ADD_FACTOR: 1, BASIS_CONT_MULT_FACTOR: 1,
    },
    OtherContingency: {
      PEG_LOSS_THRESHOLD: 0.98, PEG_LOSS_FACTOR: 2, CONF_THRESHOLD: 0.5, CONF_MARGIN: 1, MM_PERP_PERCENT: 0.015,
      IM_PERP_PERCENT: 0.005, MM_OPTION_PERCENT: 0.01, IM_OPTION_PERCENT: 0.01,
    },
  },
  Result: {
    reg_losses: [['-0.1', 0, '-400']], tail_losses: [], skew_losses: [], ForwardContingency: 0, PortfolioMTM: 1000,
    MMPerpCont: -60, IMPerpCont: -20, MM: 620, IM: 520,
  },
};

/** One perpetual, worked out by hand: a loss of 300 and a contingency of 40. */
export const derivePmrm1 = {
  cases: [{
    id: 'perpetual', cash: 1000, spot: 2000, spotConfidence: 1, stablePrice: 1, perpPosition: 1, perpPrice: 2000,
    perpConfidence: 1, perpUnrealizedPnl: 0, basePosition: 0, expiries: [], scenarios: [{ spotShock: 0.85, vol: 'Up' }],
    params: {
      basis: { scenarioSpotUp: 1.05, scenarioSpotDown: 0.95, basisContAddFactor: 1, basisContMultFactor: 1 },
      other: {
        pegLossThreshold: 0.98, pegLossFactor: 2, confThreshold: 0.6, confMargin: 0.5, basePercent: 0.02,
        perpPercent: 0.02, optionPercent: 0.01,
      },
      margin: { imFactor: 1.5, baseStaticDiscount: 0.95, rateMultScale: 1, rateAddScale: 0.05 },
      vol: { volRangeUp: 0.45, volRangeDown: 0.3, shortTermPower: 0.3, longTermPower: 0.13, dteFloorSec: 86400 },
    },
    expected: { IM: 490, MM: 660, MtM: 1000, minSpan: -300, staticContingency: 40 },
  }],
};

/** One short call at its strike and expiry, worked out by hand: 0.15 and 0.075 of spot. */
/** derivexyz/v2-core, test/integration-tests/liquidation/liquidationTests.json, first auction: figures to ten digits. */
export const deriveAuction = {
  auctionParams: {
    startingMtMPercentage: 0.98, fastAuctionCutoffPercentage: 0.8, fastAuctionLength: 100, slowAuctionLength: 14400,
    insolventAuctionLength: 600, liquidatorFeeRate: 0.02, bufferMarginPercentage: 0.2,
  },
  cases: [{
    liquidationFee: 1.322084630165343,
    actions: [{
      elapsedSec: 0, discountPercentage: 0.98, percentWanted: 1,
      input: { mtm: 119.30633018077472, maintenanceMargin: -103.09061949052965 },
      expected: { bufferMargin: -147.5700094248, maxProportion: 0.5579412854, cashFromBidder: 65.2346086761, smPayout: 0 },
    }],
  }],
};
export const deriveSrm = {
  cases: [{
    id: 'short call', cash: 1000, stablePrice: 1,
    markets: {
      ETH: {
        spot: 2000, spotConfidence: 1, perpPrice: 2000, perpConfidence: 1, perpPosition: 0, perpUnrealizedPnl: 0,
        basePosition: 0,
        expiries: [{
          secToExpiry: 0, forward: 2000, forwardConfidence: 1, volConfidence: 1,
          options: [{ strike: 2000, isCall: true, amount: -1, vol: 0.5 }],
        }],
      },
    },
    params: {
      perp: { mm: 0.05, im: 0.065 },
      option: {
        maxSpotReq: 0.15, minSpotReq: 0.1, mmCallSpotReq: 0.075, mmPutSpotReq: 0.075, MMPutMtMReq: 0.075,
        unpairedIMScale: 1.2, unpairedMMScale: 1.1, mmOffsetScale: 1.05,
      },
      oracle: { perpThreshold: 0.4, optionThreshold: 0.4, baseThreshold: 0.4, OCFactor: 0.4 },
      depeg: { threshold: 0.98, depegFactor: 1.2 },
      base: { marginFactor: 0.8, IMScale: 1 },
    },
    expected: { IM: 700, MM: 850, MtM: 1000 },
  }],
};

/** CME's spread calculator page: two corn against one soybean, 55%. */
export const span = {
  cases: [{
    id: 'corn against soybeans',
    kind: 'inter',
    input: { outright: [['Corn', 1750, 2], ['Soybeans', 2500, 1]], creditRate: 0.55, ratio: [2, 1] },
    expected: { gross: 6000, credit: 3300, net: 2700 },
  }],
};

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

/** Kraken, multi-collateral: 0.5 BTC at 35,000 less 4%; Hyperliquid, portfolio margin: 10,000 at 40, half. */
export const collateral = {
  kraken: { balance: 0.5, asset: 'BTC', index: 35000, haircut: 0.04, expectedValueUsd: 17500, expectedCollateralUsd: 16800 },
  hyperliquid: { balance: 10000, oracle: 40, ltv: 0.5, expectedBorrowableUsd: 200000 },
  binance: {
    positions: [{ side: 'short', qty: 0.05, entry: 52000, mark: 40000, mmr: 0.005, expectedUpnlUsdt: 600 }],
    coinM: { side: 'long', contractsUsd: 10000, entry: 50000, mark: 40000, derivedUpnlBtc: -0.05 },
    marginLoans: [{ asset: 'ETH', marginAsset: 20, loan: 15, expectedMarginMM: 1.5 }],
    loanMMR: 0.1,
  },
};

/** 30,000 borrowed of 170,000: 5% + 0.3 x 3/17; four days later a trade of 20,000 between the first two. */
export const deriveInterest = {
  params: { minRate: 0.05, rateMultiplier: 0.3, highRateMultiplier: 2, optimalUtil: 0.6, smFee: 0.2 },
  rateCases: [{ utilization: 0.8, borrowRate: 0.69 }],
  raw: {
    StartingBalances: ['-10000000000000000000000', '-20000000000000000000000', '30000000000000000000000', '40000000000000000000000', '0', '100000000000000000000000'],
    EventsVec: [
      { key1: 'START', key2: '', key3: '', key4: 0, key5: 0 },
      { key1: 'TRADE', key2: 'Alice', key3: 'Bob', key4: '20000000000000000000000', key5: 4000000000000000000 },
      { key1: 'BORROW', key2: 'Charlie', key3: 'David', key4: '0', key5: 0 },
    ],
    totalBorrows: ['30000000000000000000000', '40022575181027805757440'],
    borrowRates: [102941176470588224],
  },
};

/** Regulation (EU) 153/2013, Article 28(1): the arithmetic; the measures of FSP 29. */
const apc = {
  examples: [{ base: 100, stress: 180, floor10y: 90, buffer25: 125, stress25: 120, floor: 100 }],
  metrics: { path: [100, 110, 120, 100], peakToTrough: 1.2, nDay: { 2: 0.2 }, nDayAbs: { 2: 20 } },
};

/** One long of 4 that goes at 96, a shock to 95, half a per cent of impact: 95 x (1 - 0.1 x sqrt(4 / 400)) = 94.05. */
export const cascade = {
  params: { P0: 100, shock: -0.05, V: 400, sigma: 0.1, Y: 1, lambda_: 0, accounts: [[96, 4], [90, 8]] },
  expected: [
    {
      kind: 'sqrt', shockedPrice: 95, rounds: [{ liquidated: [0], volume: 4, cumulative: 4, price: 94.05 }],
      finalPrice: 94.05, totalVolume: 4, amplification: 1.19,
    },
    { kind: 'linear', finalPrice: 95, totalVolume: 4, amplification: 1 },
  ],
};

/** Joe and Kuo, web.maths.unsw.edu.au/~fkuo/sobol: the first points of the sequence. */
export const sobol = { dim: 3, points: [[0, 0, 0], [0.5, 0.5, 0.5], [0.75, 0.25, 0.25], [0.25, 0.75, 0.75]] };
/** MathWorks, varbacktest/pof and cci; Hyndman and Fan's definitions at a quarter of 1 to 4. */
export const varSamples = {
  pof: [{ n: 1043, failures: 57, p: 0.05, published: { LR: 0.46147, pValue: 0.49694 } }],
  christoffersenIndependence: [{ n00: 932, n01: 53, n10: 53, n11: 4, published: { LR: 0.25866, pValue: 0.61104 } }],
  sets: { four: [4, 2, 3, 1] },
  rows: [{ set: 'four', p: 0.25, type1: 1, type2: 1.5, type6: 1.25, type7: 1.75 }],
};

/** 19 October 1987: S&P 500 282.70 to 224.84, VXO +313%; 16 March 2020: VIX 57.83 to 82.69; no figure. */
const stress = {
  scenarios: [
    { date: '1987-10-19', shocks: { SPX: -0.2047, DJIA: -0.226 }, volatility: { VXO_relChange: 3.13, VXO_close: 150.19 } },
    { id: 'covid', date: '2020-03-16', shocks: { SPX: -0.12 }, volatility: { VIX: [57.83, 82.69] } },
    { id: 'unknown', date: '2022-06-13', shocks: { BTC: null }, volatility: null },
  ],
};

/** By suite. */
export const published: Readonly<Record<string, unknown>> = {
  'special-functions': specialFunctions,
  black76,
  'implied-vol': impliedVol,
  inverse,
  european,
  greeks,
  american,
  'deribit-pme': deribitPme,
  'deribit-standard': deribitStandard,
  'deribit-xpm': deribitXpm,
  'derive-pmrm2': derivePmrm2,
  'derive-pmrm1': derivePmrm1,
  'derive-srm': deriveSrm,
  'derive-auction': deriveAuction,
  marks,
  dydx,
  drift,
  binance,
  hyperliquid,
  bybit,
  okx,
  paradex,
  tims,
  span,
  regt,
  collateral,
  'derive-interest': deriveInterest,
  apc,
  cascade,
  stress,
  var: componentVar,
};

/** Other formats of suites that have several. */
export const furtherFormats: readonly (readonly [string, unknown])[] = [
  ['var', sobol], ['var', varSamples], ['var', closedForm], ['var', deltaGamma],
];
