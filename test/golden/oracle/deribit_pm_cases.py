"""The golden portfolios of deribit-pm: two per parameter (where it binds low and high), then shapes and boundaries.

Prices are invented but of the usual size; numbers with few binary digits are used where a boundary must be hit exactly.
"""
import copy
import random

DAY_MS = 24 * 3600 * 1000
AS_OF_MS = 1785542400000  # 1 Aug 2026 00:00 UTC

GENERAL = {"timestamp": AS_OF_MS, "mm_factor": 0.8, "buckets_count": 4, "vol_scenarios_count": 3}
BTC = {
    "min_annualised_move": 0.01, "annualised_move_risk": 0.075, "pnl_offset": 0, "correlation_set": False,
    "extended_dampener": 100000, "max_offsetable_pnl": 0,
}
ETH = {
    "min_annualised_move": 0.005, "annualised_move_risk": 0.05, "pnl_offset": 0.6, "correlation_set": False,
    "extended_dampener": 200000, "max_offsetable_pnl": 20000000,
}
BTC_PAIR = {
    "price_range": 0.16, "m_inc": 0.00005, "delta_total_liq_shock_threshold": 20000000, "max_delta_shock": 0.1,
    "min_volatility_for_shock_up": 0.5, "volatility_range_up": 0.5, "volatility_range_down": 0.25,
    "extended_table_factor": 1, "short_term_vega_power": 0.3, "long_term_vega_power": 0.13,
}
ETH_PAIR = {**BTC_PAIR, "price_range": 0.18, "m_inc": 0.000004, "volatility_range_up": 0.4}


def params():
    return copy.deepcopy({
        "source": "golden portfolio", "general": GENERAL, "currency": {"btc": BTC, "eth": ETH},
        "currency_pair": {"btc_usd": BTC_PAIR, "btc_usdc": BTC_PAIR, "eth_usd": ETH_PAIR, "eth_usdc": ETH_PAIR},
    })


def instrument(name, kind, payoff, base, quote, size, forward, days=None, strike=None, option=None, volatility=None):
    return {
        "name": name, "kind": kind, "payoff": payoff, "baseCurrency": base, "quoteCurrency": quote,
        "settlementCurrency": base if payoff == "inverse" else quote, "contractSize": size,
        "expiryMs": None if days is None else AS_OF_MS + round(days * DAY_MS),
        "strike": strike, "optionType": option, "forward": forward, "impliedVolatility": volatility,
    }


def inverse_option(name, days, forward, strike, option, volatility):
    return instrument(name, "option", "inverse", "BTC", "USD", 1, forward, days, strike, option, volatility)


def linear_option(name, days, forward, strike, option, volatility):
    return instrument(name, "option", "linear", "ETH", "USDC", 1, forward, days, strike, option, volatility)


MARKET = {
    "asOfMs": AS_OF_MS,
    "indexPrice": {"btc_usd": 63250.5, "btc_usdc": 63240.25, "eth_usd": 1949.34, "eth_usdc": 1948.9},
    "instruments": [
        instrument("BTC-PERPETUAL", "perpetual", "inverse", "BTC", "USD", 10, 63261.7),
        instrument("BTC-28AUG26", "future", "inverse", "BTC", "USD", 10, 63480.3, 27.333),
        instrument("BTC-30JUL27", "future", "inverse", "BTC", "USD", 10, 66120.9, 363.333),
        inverse_option("BTC-1AUG26-63000-C", 0.5, 63262.1, 63000, "call", 0.62),
        inverse_option("BTC-28AUG26-60000-P", 27.333, 63480.3, 60000, "put", 0.47),
        inverse_option("BTC-28AUG26-64000-C", 27.333, 63480.3, 64000, "call", 0.44),
        inverse_option("BTC-28AUG26-80000-C", 27.333, 63480.3, 80000, "call", 0.55),
        inverse_option("BTC-30DAYS-64000-C", 30, 63490.6, 64000, "call", 0.44),
        inverse_option("BTC-25DEC26-70000-C", 146.333, 64510.4, 70000, "call", 0.51),
        inverse_option("BTC-25DEC26-50000-P", 146.333, 64510.4, 50000, "put", 0.58),
        inverse_option("BTC-NOW-62000-C", 0, 63255.5, 62000, "call", 0.7),
        inverse_option("BTC-NOW-62000-P", 0, 63255.5, 62000, "put", 0.7),
        inverse_option("BTC-NOW-64000-C", 0, 64000, 64000, "call", 0.7),
        inverse_option("BTC-FLAT-60000-C", 27.333, 63480.3, 60000, "call", 1e-6),
        instrument("BTC_USDC-PERPETUAL", "perpetual", "linear", "BTC", "USDC", 0.001, 63255.1),
        instrument("ETH_USDC-PERPETUAL", "perpetual", "linear", "ETH", "USDC", 1, 1949.1),
        instrument("ETH_USDC-28AUG26", "future", "linear", "ETH", "USDC", 1, 1956.75, 27.333),
        linear_option("ETH_USDC-28AUG26-1900-P", 27.333, 1956.75, 1900, "put", 0.66),
        linear_option("ETH_USDC-28AUG26-2400-C", 27.333, 1956.75, 2400, "call", 0.72),
        linear_option("ETH_USDC-25DEC26-2000-C", 146.333, 1990.2, 2000, "call", 0.69),
        linear_option("ETH_USDC-NOW-1900-C", 0, 1949.5, 1900, "call", 0.8),
        instrument("ETH_USDC", "spot", "linear", "ETH", "USDC", 1, 1948.95),
        instrument("ETH-PERPETUAL", "perpetual", "inverse", "ETH", "USD", 1, 1949.49),
    ],
}
INSTRUMENTS = {row["name"]: row for row in MARKET["instruments"]}


def case(name, proves, positions, cash, overrides=(), add_on=None, index=None, instruments=()):
    """`positions`: name -> quantity or (quantity, entry); `overrides`: (section, member or None, parameter, value)."""
    found = params()
    for section, member, parameter, value in overrides:
        (found[section] if member is None else found[section][member])[parameter] = value
    rows = {**INSTRUMENTS, **{row["name"]: row for row in instruments}}
    held = []
    for held_name, holding in positions.items():
        quantity, entry = holding if isinstance(holding, tuple) else (holding, None)
        if entry is None:
            entry = rows[held_name]["forward"] if rows[held_name]["kind"] != "option" else 0
        held.append({"instrument": held_name, "quantity": quantity, "entryPrice": entry})
    pairs = {(rows[n]["baseCurrency"] + "_" + rows[n]["quoteCurrency"]).lower() for n in positions}
    market = {
        "asOfMs": AS_OF_MS,
        "indexPrice": {p: v for p, v in {**MARKET["indexPrice"], **(index or {})}.items() if p in pairs},
        "instruments": [row for row in rows.values() if row["name"] in positions],
    }
    result = {
        "name": name, "source": "test/golden/oracle/deribit_pm.py", "proves": proves, "params": found,
        "market": market, "positions": held, "cash": cash,
    }
    if add_on is not None:
        result["addOn"] = add_on
    return result


def btc(parameter, value):
    return ("currency", "btc", parameter, value)


def btc_usd(parameter, value):
    return ("currency_pair", "btc_usd", parameter, value)


def eth(parameter, value):
    return ("currency", "eth", parameter, value)


def eth_usdc(parameter, value):
    return ("currency_pair", "eth_usdc", parameter, value)


MIXED_BTC = {
    "BTC-PERPETUAL": (12650, 61020.5), "BTC-28AUG26": (-4000, 64100), "BTC-28AUG26-60000-P": -3.5,
    "BTC-28AUG26-64000-C": 2, "BTC-25DEC26-70000-C": -4, "BTC-25DEC26-50000-P": 1.5,
}
MIXED_ETH = {
    "ETH_USDC-PERPETUAL": (-35.5, 1870.2), "ETH_USDC-28AUG26": (20, 2001), "ETH_USDC-28AUG26-1900-P": -60,
    "ETH_USDC-28AUG26-2400-C": -45, "ETH_USDC-25DEC26-2000-C": 30, "ETH_USDC": 12.25,
}
SHORT_OPTIONS = {"BTC-28AUG26-60000-P": -10, "BTC-25DEC26-70000-C": -10}
LONG_OPTIONS = {"BTC-28AUG26-64000-C": 10, "BTC-PERPETUAL": -31000, "BTC-28AUG26-60000-P": 0.25}
WINGS = {"BTC-28AUG26-80000-C": -25, "BTC-PERPETUAL": 3000}


def parameter_cases():
    yield case("price-range-low", "a narrow grid", MIXED_BTC, {"BTC": 3}, [btc_usd("price_range", 0.02)])
    yield case("price-range-high", "a wide grid", MIXED_BTC, {"BTC": 3}, [btc_usd("price_range", 0.6)])
    yield case("volatility-range-up-low", "no upward shock: only the floor", SHORT_OPTIONS, {"BTC": 5},
               [btc_usd("volatility_range_up", 0)])
    yield case("volatility-range-up-high", "volatility up decides", SHORT_OPTIONS, {"BTC": 5},
               [btc_usd("volatility_range_up", 1.75)])
    yield case("volatility-range-down-low", "volatility down equals same", LONG_OPTIONS, {"BTC": 5},
               [btc_usd("volatility_range_down", 0), btc_usd("price_range", 0.01)])
    yield case("volatility-range-down-high", "volatility down would be negative: zero, intrinsic value", LONG_OPTIONS,
               {"BTC": 5}, [btc_usd("volatility_range_down", 1), btc_usd("price_range", 0.01)])
    yield case("min-volatility-for-shock-up-low", "the floor is below every shocked volatility", SHORT_OPTIONS,
               {"BTC": 5}, [btc_usd("min_volatility_for_shock_up", 0)])
    yield case("min-volatility-for-shock-up-high", "the floor is above every shocked volatility", SHORT_OPTIONS,
               {"BTC": 5}, [btc_usd("min_volatility_for_shock_up", 1.6)])
    short_term = {"BTC-28AUG26-60000-P": -4, "BTC-1AUG26-63000-C": -6}
    yield case("short-term-vega-power-low", "under 30 days, power 0: no term structure", short_term, {"BTC": 4},
               [btc_usd("short_term_vega_power", 0), btc_usd("long_term_vega_power", 3)])
    yield case("short-term-vega-power-high", "under 30 days, power 1; half a day counts as one", short_term,
               {"BTC": 4}, [btc_usd("short_term_vega_power", 1), btc_usd("long_term_vega_power", 3)])
    long_term = {"BTC-25DEC26-70000-C": -8, "BTC-25DEC26-50000-P": -8}
    yield case("long-term-vega-power-low", "over 30 days, power 0", long_term, {"BTC": 4},
               [btc_usd("long_term_vega_power", 0), btc_usd("short_term_vega_power", 3)])
    yield case("long-term-vega-power-high", "over 30 days, power 2", long_term, {"BTC": 4},
               [btc_usd("long_term_vega_power", 2), btc_usd("short_term_vega_power", 3)])
    yield case("vega-power-at-30-days", "30 days exactly: both powers give 1", {"BTC-30DAYS-64000-C": -3}, {"BTC": 1},
               [btc_usd("long_term_vega_power", 2), btc_usd("short_term_vega_power", 3)])
    yield case("extended-table-factor-low", "factor 0: extended cells vanish", WINGS, {"BTC": 9},
               [btc_usd("extended_table_factor", 0)])
    yield case("extended-table-factor-high", "factor 2.5: an extended cell decides", WINGS, {"BTC": 9},
               [btc_usd("extended_table_factor", 2.5)])
    yield case("pnl-offset-low", "gains do not count", MIXED_ETH, {"USDC": 60000}, [eth("pnl_offset", 0)])
    yield case("pnl-offset-high", "gains count in full", MIXED_ETH, {"USDC": 60000}, [eth("pnl_offset", 1)])
    yield case("max-offsetable-pnl-low", "the cap binds, in coin", MIXED_BTC, {"BTC": 3},
               [btc("pnl_offset", 0.5), btc("max_offsetable_pnl", 1500)])
    yield case("max-offsetable-pnl-high", "the cap does not bind", MIXED_BTC, {"BTC": 3},
               [btc("pnl_offset", 0.5), btc("max_offsetable_pnl", 1e9)])
    yield case("max-offsetable-pnl-linear", "the cap binds, in quote currency", MIXED_ETH, {"USDC": 60000},
               [eth("max_offsetable_pnl", 750.5)])
    yield case("extended-dampener-zero", "no dampener", WINGS, {"BTC": 9}, [btc("extended_dampener", 0)])
    yield case("extended-dampener-partial", "extended cells shrink in part", WINGS, {"BTC": 9},
               [btc("extended_dampener", 4000)])
    yield case("extended-dampener-full", "extended cells shrink to zero", WINGS, {"BTC": 9},
               [btc("extended_dampener", 5e7)])
    yield case("extended-dampener-partial-linear", "both signs shrink, in quote currency",
               {**MIXED_ETH, "ETH_USDC-28AUG26-2400-C": -120}, {"USDC": 90000}, [eth("extended_dampener", 350)])
    futures = {"BTC-PERPETUAL": 700, "BTC-28AUG26": -500, "BTC-30JUL27": 900}
    yield case("min-annualised-move-low", "the annualised part decides at every expiry", futures, {"BTC": 1},
               [btc("min_annualised_move", 0)])
    yield case("min-annualised-move-high", "the floor decides at every expiry", futures, {"BTC": 1},
               [btc("min_annualised_move", 0.2)])
    yield case("annualised-move-risk-low", "no annualised part", futures, {"BTC": 1}, [btc("annualised_move_risk", 0)])
    yield case("annualised-move-risk-high", "exp(1.5 T) - 1", futures, {"BTC": 1}, [btc("annualised_move_risk", 1.5)])
    large = {"BTC-PERPETUAL": 5000000, "BTC-28AUG26-64000-C": -120}
    yield case("m-inc-low", "no slope", large, {"BTC": 400}, [btc_usd("m_inc", 0)])
    yield case("m-inc-high", "the rising part of the delta shock", large, {"BTC": 400}, [btc_usd("m_inc", 0.0001)])
    yield case("delta-threshold-low", "threshold 0", large, {"BTC": 400},
               [btc_usd("delta_total_liq_shock_threshold", 0)])
    yield case("delta-threshold-high", "threshold above the delta", large, {"BTC": 400},
               [btc_usd("delta_total_liq_shock_threshold", 1e9)])
    yield case("max-delta-shock-low", "the ceiling binds", large, {"BTC": 400}, [btc_usd("max_delta_shock", 0.0125)])
    yield case("max-delta-shock-high", "the ceiling is out of reach", large, {"BTC": 400},
               [btc_usd("max_delta_shock", 1)])
    yield case("delta-shock-linear", "in quote currency, not divided by the index", {"ETH_USDC-PERPETUAL": -30000},
               {"USDC": 2e7})
    yield case("mm-factor-low", "no maintenance margin", MIXED_BTC, {"BTC": 3}, [("general", None, "mm_factor", 0)])
    yield case("mm-factor-high", "maintenance margin = risk matrix margin", MIXED_BTC, {"BTC": 3},
               [("general", None, "mm_factor", 1)])
    yield case("buckets-count-low", "two moves each side", MIXED_ETH, {"USDC": 60000},
               [("general", None, "buckets_count", 2)])
    yield case("buckets-count-high", "seven moves each side", MIXED_ETH, {"USDC": 60000},
               [("general", None, "buckets_count", 7)])


BINARY = [("currency_pair", "btc_usdc", "price_range", 0.25), btc("min_annualised_move", 0.0078125)]


def binary_perpetual(size, forward, name="BTC_USDC-BINARY"):
    return instrument(name, "perpetual", "linear", "BTC", "USDC", size, forward)


def boundary_cases():
    tie = binary_perpetual(1, 0.00390625)
    index = {"btc_usdc": 0.015625}
    yield case("rounding-tie", "worst case 2^-10 = 0.0009765625: rounds away from zero", {"BTC_USDC-BINARY": 1},
               {"USDC": 1}, BINARY, index=index, instruments=[tie])
    yield case("rounding-below-tie", "worst case just below 2^-10 rounds down", {"BTC_USDC-BINARY": 0.9999999999999999},
               {"USDC": 1}, BINARY, index=index, instruments=[tie])
    yield case("rounding-tie-short", "the same tie at a rise", {"BTC_USDC-BINARY": -1}, {"USDC": 1}, BINARY,
               index=index, instruments=[tie])
    pair = [binary_perpetual(1, 64), instrument("BTC_USDC-LATER", "future", "linear", "BTC", "USDC", 1, 64, 7)]
    flat = {"BTC_USDC-BINARY": 0.0625, "BTC_USDC-LATER": -0.0625}
    yield case("rounding-tie-initial-margin", "no worst case; roll shock + add-on end in a tie", flat, {"USDC": 1},
               BINARY, add_on={"USDC": 0.5}, index={"btc_usdc": 1}, instruments=pair)
    at = {"index": {"btc_usdc": 64}, "instruments": [binary_perpetual(1, 64)]}
    half = [*BINARY, btc("min_annualised_move", 0.015625), ("general", None, "mm_factor", 0.5)]
    for name, cash, proves in (
        ("status-at-maintenance", 8.5, "equity = maintenance margin is liquidation"),
        ("status-above-maintenance", 8.500000000000002, "one float above it is a margin call"),
        ("status-below-initial", 16.999999999999996, "one float below the initial margin is a margin call"),
        ("status-at-initial", 17, "equity = initial margin is healthy"),
    ):
        yield case(name, proves, {"BTC_USDC-BINARY": 1}, {"USDC": cash}, half, **at)
    yield case("status-negative-equity", "below zero is liquidation", {"BTC_USDC-BINARY": (-1, 60)}, {"USDC": 1}, half,
               **at)
    yield case("status-zero-maintenance", "no maintenance margin: equity 0 is no liquidation",
               {"BTC_USDC-BINARY": 1}, {"USDC": 0}, [*half, ("general", None, "mm_factor", 0)], **at)
    yield case("cash-only", "no positions, no margin", {}, {"BTC": 1.5, "USDC": -20})
    yield case("add-on", "open orders enter the initial margin only", MIXED_ETH, {"USDC": 60000},
               add_on={"USDC": 1234.5678901234})
    yield case("expiring-now", "T = 0: intrinsic value, in and out of the money",
               {"BTC-NOW-62000-C": 3, "BTC-NOW-62000-P": -2, "BTC-PERPETUAL": -1000}, {"BTC": 1})
    yield case("expiring-now-at-the-strike", "T = 0, F = K: delta one half", {"BTC-NOW-64000-C": -2}, {"BTC": 1})
    yield case("expiring-now-linear", "T = 0, linear", {"ETH_USDC-NOW-1900-C": -7, "ETH_USDC-PERPETUAL": 5},
               {"USDC": 5000})
    yield case("vanishing-volatility", "volatility 1e-6: intrinsic value, shocked only by the floor",
               {"BTC-FLAT-60000-C": -2}, {"BTC": 1})


def shape_cases():
    yield case("mixed-inverse", "calls and puts, long and short, futures", MIXED_BTC, {"BTC": 3})
    yield case("mixed-linear", "calls and puts, long and short, futures, spot", MIXED_ETH, {"USDC": 60000})
    yield case("spot-only", "spot has no roll shock but a delta", {"ETH_USDC": 20000}, {"USDC": -1e7})
    yield case("hedged-pair", "equal and opposite futures: no worst case, gross roll shock",
               {"ETH_USDC-PERPETUAL": 10, "ETH_USDC-28AUG26": -10}, {"USDC": 500})
    big = [btc_usd("delta_total_liq_shock_threshold", 1000)]
    yield case("delta-long-options-reduce-short", "d2 < 0, long calls reduce it",
               {"BTC-PERPETUAL": -63000, "BTC-28AUG26-64000-C": 9}, {"BTC": 30}, big)
    yield case("delta-long-options-beyond-zero", "d2 < 0, long calls do not turn it",
               {"BTC-PERPETUAL": -6300, "BTC-28AUG26-64000-C": 9}, {"BTC": 30}, big)
    yield case("delta-long-puts-add-nothing", "d2 < 0, long puts do not increase it",
               {"BTC-PERPETUAL": -6300, "BTC-28AUG26-60000-P": 9}, {"BTC": 30}, big)
    yield case("delta-long-puts-reduce-long", "d2 > 0, long puts reduce it",
               {"BTC-PERPETUAL": 63000, "BTC-28AUG26-60000-P": 9}, {"BTC": 30}, big)
    yield case("delta-long-options-only", "d2 = 0: no delta shock", {"BTC-28AUG26-64000-C": 9000}, {"BTC": 30}, big)
    groups = {"BTC_USDC-PERPETUAL": (-1500, 64000), **MIXED_ETH}
    yield case("two-groups", "one netting set, each group at its own worst case", groups, {"USDC": 90000})
    everything = {**MIXED_BTC, **groups, "ETH-PERPETUAL": (-1948.5, 2010)}
    yield case("three-netting-sets", "coins and quote currency stand alone", everything,
               {"USDC": 30000, "BTC": 2.5, "ETH": -0.01})
    for seed, option_count in ((1, 12), (2, 24)):
        yield random_case(seed, option_count)


def random_case(seed, option_count):
    draw = random.Random(seed)
    chain = []
    for number in range(option_count):
        days, forward = draw.choice([(2.5, 63265.2), (16.25, 63390.1), (55.333, 63750.4), (237.333, 65200.8)])
        strike = round(forward * draw.uniform(0.5, 1.9) / 500) * 500
        option = draw.choice(["call", "put"])
        chain.append(inverse_option(f"BTC-R{number}-{strike}-{option[0].upper()}", days, forward, strike, option,
                                    round(draw.uniform(0.3, 1.1), 4)))
    positions = {row["name"]: round(draw.uniform(-20, 20), 1) or 0.1 for row in chain}
    positions["BTC-PERPETUAL"] = (draw.randint(-20000, 20000), 60000)
    return case(f"random-{option_count}-options", f"a chain drawn with seed {seed}", positions, {"BTC": 20},
                [btc("extended_dampener", 15000), btc("pnl_offset", 0.4), btc("max_offsetable_pnl", 100000)],
                instruments=chain)


def cases():
    yield from parameter_cases()
    yield from boundary_cases()
    yield from shape_cases()
