"""The golden portfolios of deribit-xpm: two per parameter, then shapes, boundaries and refusals."""
import copy

from deribit_market import AS_OF_MS, case_of, instrument, inverse_option, linear_option, spot

GENERAL = {"timestamp": AS_OF_MS, "mm_factor": 0.8, "buckets_count": 4, "vol_scenarios_count": 3}
BTC = {
    "min_annualised_move": 0.01, "annualised_move_risk": 0.075, "pnl_offset": 0, "correlation_set": False,
    "equity_side_impact": "both", "haircut": 0, "extended_dampener": 100000, "max_offsetable_pnl": 0,
}
ETH = {**BTC, "min_annualised_move": 0.005, "annualised_move_risk": 0.05, "pnl_offset": 0.6,
       "extended_dampener": 200000, "max_offsetable_pnl": 20000000}
CURRENCIES = {
    "btc": BTC, "eth": ETH, "steth": {"equity_side_impact": "both", "bucket": "eth", "haircut": 0.075},
    "usdc": {"equity_side_impact": "none", "haircut": 0}, "usde": {"equity_side_impact": "none", "haircut": 0.05},
}
BTC_PAIR = {
    "price_range": 0.16, "m_inc": 0.00005, "delta_total_liq_shock_threshold": 20000000, "max_delta_shock": 0.1,
    "min_volatility_for_shock_up": 0.5, "volatility_range_up": 0.5, "volatility_range_down": 0.25,
    "extended_table_factor": 1, "short_term_vega_power": 0.3, "long_term_vega_power": 0.13,
}
ETH_PAIR = {**BTC_PAIR, "price_range": 0.18, "m_inc": 0.000004, "volatility_range_up": 0.4}


def params(*overrides):
    """`overrides`: (section, member or None, parameter, value)."""
    found = copy.deepcopy({
        "source": "golden portfolio", "general": GENERAL, "currency": CURRENCIES,
        "currency_pair": {"btc_usd": BTC_PAIR, "eth_usd": ETH_PAIR},
    })
    for section, member, parameter, value in overrides:
        (found[section] if member is None else found[section][member])[parameter] = value
    return found


def btc(parameter, value):
    return params(("currency", "btc", parameter, value))


def pair(parameter, value):
    return params(("currency_pair", "btc_usd", parameter, value))


def both(name, proves, make, low, high, positions, cash):
    """A case where the parameter is low and one where it is high."""
    yield case_of(f"{name}-low", f"{proves}: {low}", make(low), positions, cash)
    yield case_of(f"{name}-high", f"{proves}: {high}", make(high), positions, cash)


MIXED = {"BTC-PERPETUAL": (-20000, 61000.5), "BTC_USDC-PERPETUAL": (1500, 63000), "BTC-28AUG26-64000-C": -4,
         "BTC-25DEC26-50000-P": 6, "BTC_USD": 1.5, "USDC_USD": 20000}
SHORT_WINGS = {"BTC-28AUG26-80000-C": -60, "BTC-28AUG26-60000-P": -25, "BTC_USD": 20}
LONG = {"BTC-25DEC26-70000-C": 30, "BTC-PERPETUAL": -90000, "USDC_USD": 100000}
BIG = {"BTC-PERPETUAL": (-6000000, 62000), "BTC-28AUG26-64000-C": 200, "BTC_USD": 90}


def parameter_cases():
    cash = {"USD": 2500}
    yield from both("price-range", "reach of the standard moves", lambda v: pair("price_range", v), 0.02, 0.6, MIXED, cash)
    yield from both("volatility-range-up", "volatility shock up", lambda v: pair("volatility_range_up", v), 0, 2.5, SHORT_WINGS, cash)
    yield from both("volatility-range-down", "volatility shock down", lambda v: pair("volatility_range_down", v), 0, 1, LONG, cash)
    yield from both("min-volatility-for-shock-up", "floor of the up volatility", lambda v: pair("min_volatility_for_shock_up", v), 0, 1.75, SHORT_WINGS, cash)
    yield from both("short-term-vega-power", "power below 30 days", lambda v: pair("short_term_vega_power", v), 0, 1.5, {"BTC-1AUG26-63000-C": -9, "BTC_USD": 1}, cash)
    yield from both("long-term-vega-power", "power from 30 days on", lambda v: pair("long_term_vega_power", v), 0, 1.5, {"BTC-25DEC26-70000-C": -20, "BTC-30DAYS-64000-C": -3, "BTC_USD": 1}, cash)
    wide = params(("currency", "btc", "extended_dampener", 0))
    for name, factor in (("low", 0.1), ("high", 6)):
        found = copy.deepcopy(wide)
        found["currency_pair"]["btc_usd"]["extended_table_factor"] = factor
        yield case_of(f"extended-table-factor-{name}", f"factor of the extended table: {factor}, no dampener", found, {"BTC-28AUG26-80000-C": -60, "BTC_USD": 2}, cash)
    yield from both("m-inc", "slope of the delta shock", lambda v: pair("m_inc", v), 0, 0.0001, BIG, cash)
    yield from both("delta-threshold", "threshold of the delta shock", lambda v: pair("delta_total_liq_shock_threshold", v), 1000, 40000000, BIG, cash)
    yield from both("max-delta-shock", "cap of the delta shock", lambda v: pair("max_delta_shock", v), 0.001, 1, BIG, cash)
    yield from both("min-annualised-move", "floor of the roll shock", lambda v: btc("min_annualised_move", v), 0, 0.2, MIXED, cash)
    yield from both("annualised-move-risk", "roll shock per year", lambda v: btc("annualised_move_risk", v), 0, 2, {**MIXED, "BTC-30JUL27": 4000}, cash)
    yield from both("pnl-offset", "share of gains in the vector", lambda v: params(("currency", "btc", "pnl_offset", v), ("currency", "btc", "max_offsetable_pnl", 1e9)), 0, 1, MIXED, cash)
    yield from both("max-offsetable-pnl", "cap of gains in the vector", lambda v: params(("currency", "btc", "pnl_offset", 0.5), ("currency", "btc", "max_offsetable_pnl", v)), 0, 2500.5, MIXED, cash)
    yield from both("extended-dampener", "dampener of the extended cells", lambda v: btc("extended_dampener", v), 1000, 1e7, SHORT_WINGS, cash)
    yield from both("mm-factor", "maintenance share", lambda v: params(("general", None, "mm_factor", v)), 0.25, 1, MIXED, cash)
    yield from both("buckets-count", "price moves on each side", lambda v: params(("general", None, "buckets_count", v)), 1, 9, MIXED, cash)
    yield from both("haircut", "haircut of BTC equity, profit and options included", lambda v: btc("haircut", v), 0.01, 1, MIXED, cash)


def structure_cases():
    base = params()
    yield case_of("equity-in-the-matrix", "equity of a coin without a position is a risk", base, {"BTC_USD": 2.25}, {})
    yield case_of("equity-not-in-the-matrix", "equity_side_impact none: it is none", btc("equity_side_impact", "none"), {"BTC_USD": 2.25, "BTC-PERPETUAL": 10000}, {})
    yield case_of("debt-in-a-coin", "negative equity loses when the coin rises; no haircut on a debt", btc("haircut", 0.1), {"BTC_USD": -0.5, "USDC_USD": 90000}, {})
    yield case_of("inverse-against-linear", "long inverse, short linear: they net, the roll shock does not", base, {"ETH-PERPETUAL": 19491, "ETH_USDC-PERPETUAL": -10, "USDC_USD": 5000}, {})
    yield case_of("two-coins", "each coin at its own worst case", base, {"BTC-PERPETUAL": 15000, "ETH_USDC-PERPETUAL": -70, "ETH_USD": 5, "USDC_USD": 30000}, {"USD": 10})
    yield case_of("collateral-hedged", "coins held against a short future of the same amount", base, {"BTC_USD": 2, "BTC-PERPETUAL": (-12652.34, 63261.7)}, {})
    yield case_of("staked-coin-hedges", "stETH is in the matrix of ETH; its haircut stays", base, {"STETH_USD": 100, "ETH-PERPETUAL": -190000, "USDC_USD": 1000}, {})
    yield case_of("staked-coin-alone", "stETH without any ETH position", base, {"STETH_USD": 40, "USDE_USD": 7000}, {}, also=["ETH-PERPETUAL"])
    yield case_of("dollars-only", "no coin, no matrix", base, {"USDC_USD": 1234.5, "USDE_USD": 1000}, {"USD": 100}, also=["BTC-PERPETUAL"])
    yield case_of("profit-in-coin", "profit since entry is equity of the coin, and so at risk", base, {"BTC-PERPETUAL": (50000, 31000)}, {"USD": 1})
    yield case_of("loss-in-usdc", "loss of linear futures is a debt in USDC", base, {"ETH_USDC-PERPETUAL": (50, 2500)}, {"USD": 40000})
    yield case_of("options-of-both-settlements", "inverse and linear options of one coin in one matrix", base, {
        "ETH-28AUG26-1900-P": -120, "ETH-28AUG26-2200-C": 60, "ETH_USDC-28AUG26-1900-P": 110, "ETH_USDC-28AUG26-2400-C": -90,
        "ETH_USDC-28AUG26": (33, 1940), "ETH_USD": 9, "USDC_USD": 50000}, {})
    yield case_of("expiring-now", "options without time keep their intrinsic value", base, {"BTC-NOW-62000-C": -3, "BTC-NOW-62000-P": 2, "BTC-NOW-64000-C": 4, "ETH_USDC-NOW-1900-C": -20, "BTC_USD": 1}, {"USD": 30000})
    yield case_of("vanishing-volatility", "almost no volatility, floor of the shock up", base, {"BTC-FLAT-60000-C": -3, "BTC_USD": 1}, {})
    yield case_of("delta-long-options-reduce-short", "long calls reduce the delta of a short future in the delta shock", pair("delta_total_liq_shock_threshold", 1000000), {"BTC-PERPETUAL": -900000, "BTC-25DEC26-70000-C": 60}, {"USD": 10000000})
    yield case_of("roll-shock-of-an-expiry", "future and option of one expiry net in the roll shock", base, {"BTC-28AUG26": -12696, "BTC-28AUG26-64000-C": 4, "USDC_USD": 90000}, {})
    yield case_of("depegged", "USDC at 91 cents", base, {"X": -4, "USDC_USD": 90000, "BTC_USD": 0.1}, {}, [instrument("X", "perpetual", "linear", "BTC", "USDC", 1, 69500, stablePrice=0.91)], index={"usdc_usd": 0.91, "btc_usdc": 69480.25})
    yield case_of("linear-without-usd-pair", "the coin's index from its USDC pair", pair("delta_total_liq_shock_threshold", 100000), {"BTC_USDC-PERPETUAL": -4500}, {"USD": 500000})
    yield case_of("everything", "all collaterals and products", base, {
        **MIXED, "BTC-28AUG26": 9000, "BTC-30JUL27": -4000, "BTC-30DAYS-64000-C": -2, "BTC-1AUG26-63000-C": 3,
        "ETH-PERPETUAL": (-120000, 2001.5), "ETH-28AUG26-1900-P": -50, "ETH_USDC-PERPETUAL": (80, 1890), "ETH_USDC-25DEC26-2000-C": -25,
        "ETH_USD": 12, "STETH_USD": 8, "USDE_USD": 4000}, {"USD": -777.25})


def refusal_cases():
    base = params()
    yield case_of("refused-coin", "no section of the coin", base, {"SOL_USDC-PERPETUAL": 10}, {"USD": 5000}, refusal="SOL_USDC-PERPETUAL: the parameters have no section currency.sol")
    yield case_of("refused-staked-future", "a currency without a matrix of its own", base, {"X": 10}, {"USD": 5000}, [instrument("X", "perpetual", "inverse", "STETH", "USD", 1, 1947.8)], refusal="X: the parameters have no section currency.steth with a risk matrix")
    no_pair = params(("currency", "btc", "equity_side_impact", "none"))
    del no_pair["currency_pair"]["btc_usd"]
    yield case_of("refused-pair", "no section of the pair", no_pair, {"BTC-PERPETUAL": 10}, {"USD": 5000}, refusal="BTC-PERPETUAL: the parameters have no section currency_pair.btc_usd")
    yield case_of("refused-collateral", "no haircut known", base, {"DOGE_USD": 10}, {"USD": 5000}, [spot("DOGE", 0.21)], refusal="DOGE_USD: the parameters have no section currency.doge")
    yield case_of("refused-spot-in-usdc", "balances are held against USD", base, {"BTC_USDC": 1}, {"USD": 5}, [spot("BTC", 63240.25, "USDC")], refusal="BTC_USDC: a balance of BTC is held in the spot instrument BTC/USD")
    yield case_of("refused-american-option", "European options only", base, {"BTC-X": 1}, {"USD": 5}, [{**inverse_option("BTC-X", 30, 63500, 70000, "call", 0.5), "exercise": "american"}], refusal="BTC-X: the venue lists European options only")
    yield case_of("refused-no-stable-price", "no US dollar price of USDC", base, {"X": 1}, {"USD": 5000}, [{**linear_option("X", 30, 1960, 2000, "call", 0.5), "fields": {}}], refusal="X: the market has no stablePrice")
    yield case_of("refused-no-index", "no index price", base, {"BTC-PERPETUAL": 10}, {"USD": 5000}, index={"btc_usd": 0}, refusal="a price or volatility of BTC-PERPETUAL is bad")
    yield case_of("refused-no-coin-index", "the matrix of stETH has no index of ETH", base, {"STETH_USD": 10}, {"USD": 5000}, refusal="a price or volatility of STETH_USD is bad")
    yield case_of("refused-no-volatility", "an option without a volatility", base, {"BTC-X": 1}, {"USD": 5}, [inverse_option("BTC-X", 30, 63500, 70000, "call", None)], refusal="a price or volatility of BTC-X is bad")
    yield case_of("refused-expired", "an expiry that has passed", base, {"BTC-X": 1}, {"USD": 5}, [inverse_option("BTC-X", -0.01, 63500, 70000, "call", 0.5)], refusal="a price or volatility of BTC-X is bad")
    yield case_of("refused-open-orders", "no public formula for open orders", base, {"BTC-PERPETUAL": 100}, {"USD": 1}, orders=[{"instrument": "BTC-PERPETUAL", "quantity": 10, "limitPrice": 60000}], refusal="the account has open orders, which the model deribit-xpm has no margin for")


def cases():
    return [*parameter_cases(), *structure_cases(), *refusal_cases()]
