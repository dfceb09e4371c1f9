#!/usr/bin/env python3
"""Golden portfolios of deribit-sm. Regenerate: python3 test/golden/oracle/deribit_sm.py [--check] (needs mpmath)."""
import copy

from deribit_market import case_of, instrument, inverse_option, linear_option, spot
from deribit_standard import segregated_account
from deribit_files import write_all

FUTURES = {
    "btc_btc": {"initial_rate": 0.02, "maintenance_rate": 0.01, "rate_per_coin": 0.00005},
    "btc_usdc": {"initial_rate": 0.02, "maintenance_rate": 0.01, "rate_per_coin": 0.00005},
    "eth_eth": {"initial_rate": 0.02, "maintenance_rate": 0.01, "rate_per_coin": 0.000004},
    "eth_usdc": {"initial_rate": 0.02, "maintenance_rate": 0.01, "rate_per_coin": 0.000004},
    "sol_usdc": {"initial_rate": 0.04, "maintenance_rate": 0.02, "rate_per_coin": 0.000005},
}
OPTIONS = {
    product: {"initial_rate": 0.15, "initial_minimum": 0.1, "maintenance_rate": 0.075}
    for product in ("btc_btc", "btc_usdc", "eth_eth", "eth_usdc")
}


def params(*overrides):
    """`overrides`: (section, product, parameter, value)."""
    found = copy.deepcopy({"source": "golden portfolio", "date": "2026-08-01", "futures": FUTURES, "options": OPTIONS})
    for section, product, parameter, value in overrides:
        found[section][product][parameter] = value
    return found


def future(product, parameter, value):
    return params(("futures", product, parameter, value))


def option(product, parameter, value):
    return params(("options", product, parameter, value))


PUT = "BTC-28AUG26-60000-P"
CALL = "BTC-28AUG26-64000-C"


def parameter_cases():
    perpetual, linear = {"BTC-PERPETUAL": 2500000}, {"ETH_USDC-PERPETUAL": (-1800, 1990.5)}
    yield case_of("initial-rate-low", "initial rate of inverse futures 0", future("btc_btc", "initial_rate", 0), perpetual, {"BTC": 12})
    yield case_of("initial-rate-high", "initial rate of inverse futures 40%", future("btc_btc", "initial_rate", 0.4), perpetual, {"BTC": 12})
    yield case_of("maintenance-rate-low", "maintenance rate 0 of linear futures", future("eth_usdc", "maintenance_rate", 0), linear, {"USDC": 90000})
    yield case_of("maintenance-rate-high", "maintenance rate above the initial rate", future("eth_usdc", "maintenance_rate", 0.3), linear, {"USDC": 90000})
    yield case_of("rate-per-coin-low", "no increase with size", future("btc_btc", "rate_per_coin", 0), perpetual, {"BTC": 12})
    yield case_of("rate-per-coin-high", "rates rise by a tenth of a percent per coin, beyond 40%", future("btc_btc", "rate_per_coin", 0.001), perpetual, {"BTC": 12})
    yield case_of("option-initial-rate-low", "initial share below its minimum: the minimum binds", option("btc_btc", "initial_rate", 0.05), {CALL: -3}, {"BTC": 1})
    yield case_of("option-initial-rate-high", "initial share 60% less what is out of the money", option("btc_btc", "initial_rate", 0.6), {CALL: -3}, {"BTC": 1})
    yield case_of("option-initial-minimum-low", "no minimum, far out of the money: only the mark is left", option("btc_btc", "initial_minimum", 0), {"BTC-28AUG26-80000-C": -3}, {"BTC": 1})
    yield case_of("option-initial-minimum-high", "minimum 30% binds", option("btc_btc", "initial_minimum", 0.3), {"BTC-28AUG26-80000-C": -3}, {"BTC": 1})
    yield case_of("option-maintenance-rate-low", "maintenance share 0", option("btc_btc", "maintenance_rate", 0), {PUT: -2.5, CALL: -1}, {"BTC": 1})
    yield case_of("option-maintenance-rate-high", "maintenance share 40%: the put's initial margin is its maintenance margin, the call's is not", option("btc_btc", "maintenance_rate", 0.4), {PUT: -2.5, CALL: -1}, {"BTC": 1})


def structure_cases():
    yield case_of("inverse-long-in-profit", "profit of a long inverse perpetual belongs to the balance", params(), {"BTC-PERPETUAL": (150000, 41000.5)}, {"BTC": 0.25})
    yield case_of("inverse-short-in-loss", "loss beyond the cash: negative equity", params(), {"BTC-28AUG26": (-90000, 31234.5)}, {"BTC": 0.5})
    yield case_of("linear-documented-size", "350 BTC_USDC of the venue's worked example, at another price", params(), {"BTC_USDC-PERPETUAL": 350000}, {"USDC": 2000000})
    yield case_of("sol", "linear SOL perpetual", params(), {"SOL_USDC-PERPETUAL": (6000, 135.25)}, {"USDC": 100000})
    yield case_of("no-offset", "equal and opposite futures: both margins in full, each at its own size", params(), {"BTC-PERPETUAL": 400000, "BTC-30JUL27": -400000}, {"BTC": 2})
    yield case_of("long-options", "long options need nothing and are no part of the balance", params(), {CALL: 4, "BTC-25DEC26-50000-P": 7.5}, {"BTC": 0.01})
    yield case_of("short-options", "short strangle and a long call", params(), {PUT: -4, "BTC-28AUG26-80000-C": -6, "BTC-25DEC26-70000-C": 2}, {"BTC": 3})
    yield case_of("put-worth-more-than-a-coin", "put at more than twice the forward: 7.5% of the mark counts, not of the coin", params(), {"BTC-28AUG26-140000-P": -1.25}, {"BTC": 4})
    yield case_of("linear-short-options", "linear options in USDC", params(), {"ETH_USDC-28AUG26-1900-P": -50, "ETH_USDC-25DEC26-2000-C": -12, "ETH_USDC-28AUG26-2400-C": 9}, {"USDC": 40000})
    yield case_of("quoted-mark", "mark from the market, volatility not needed", params(), {"ETH_USDC-X-1850-P": -50}, {"USDC": 12000}, [linear_option("ETH_USDC-X-1850-P", 16, 2098, 1850, "put", None, markPrice=2.4)])
    yield case_of("quoted-mark-of-an-inverse-option", "mark in quote currency, margin in coin", params(), {"BTC-X-70000-C": -2}, {"BTC": 1}, [inverse_option("BTC-X-70000-C", 30, 63500, 70000, "call", 0.5, markPrice=1111.25)])
    yield case_of("worthless-mark", "a quoted mark of zero", params(), {"BTC-X-99000-C": -2}, {"BTC": 1}, [inverse_option("BTC-X-99000-C", 3, 63500, 99000, "call", 0.5, markPrice=0)])
    yield case_of("expiring-now", "options without time are worth their intrinsic value", params(), {"BTC-NOW-62000-C": -1, "BTC-NOW-62000-P": -2, "BTC-NOW-64000-C": -1}, {"BTC": 1})
    yield case_of("vanishing-volatility", "almost no volatility", params(), {"BTC-FLAT-60000-C": -1}, {"BTC": 1})
    yield case_of("three-netting-sets", "each settlement currency alone", params(), {"BTC-PERPETUAL": (50000, 61000), CALL: -1, "ETH-PERPETUAL": (-30000, 2050), "ETH-28AUG26-1900-P": -20, "ETH_USDC-PERPETUAL": (12, 1900), "BTC_USDC-PERPETUAL": -500, "SOL_USDC-PERPETUAL": 40}, {"BTC": 1, "ETH": 20, "USDC": -500})
    yield case_of("cash-only", "a currency without positions", params(), {"BTC-PERPETUAL": 100}, {"BTC": 1, "USDC": 77.5})


def refusal_cases():
    yield case_of("refused-options-outside-the-table", "options on SOL are not in the table", params(), {"SOL_USDC-X-150-C": -1}, {"USDC": 500}, [linear_option("SOL_USDC-X-150-C", 30, 141.9, 150, "call", 0.8, "SOL")], refusal="SOL_USDC-X-150-C: the parameters have no section options.sol_usdc")
    yield case_of("refused-future-outside-the-table", "inverse SOL is not in the table", params(), {"SOL-PERPETUAL": 10}, {"SOL": 5}, [instrument("SOL-PERPETUAL", "perpetual", "inverse", "SOL", "USD", 1, 141.4)], refusal="SOL-PERPETUAL: the parameters have no section futures.sol_sol")
    yield case_of("refused-spot", "a spot holding is cash of its currency", params(), {"BTC_USDC": 1}, {"USDC": 5}, [spot("BTC", 63240.25, "USDC")], refusal="BTC_USDC: segregated: a balance of BTC is cash of that currency")
    yield case_of("refused-american-option", "European options only", params(), {"BTC-X-70000-C": 1}, {"BTC": 1}, [{**inverse_option("BTC-X-70000-C", 30, 63500, 70000, "call", 0.5), "exercise": "american"}], refusal="BTC-X-70000-C: the venue lists European options only")
    yield case_of("refused-open-orders", "no public formula for open orders", params(), {"BTC-PERPETUAL": 100}, {"BTC": 1}, orders=[{"instrument": "BTC-PERPETUAL", "quantity": 10, "limitPrice": 60000}], refusal="the account has open orders, which the model deribit-sm has no margin for")
    yield case_of("refused-bad-price", "a price of zero", params(), {"BTC-X": (10, 63000)}, {"BTC": 1}, [instrument("BTC-X", "perpetual", "inverse", "BTC", "USD", 10, 0)], refusal="a price or volatility of BTC-X is bad")
    yield case_of("refused-no-mark", "neither a mark nor a volatility", params(), {"BTC-X-70000-C": 1}, {"BTC": 1}, [inverse_option("BTC-X-70000-C", 30, 63500, 70000, "call", None)], refusal="a price or volatility of BTC-X-70000-C is bad")
    yield case_of("refused-expired", "an expiry that has passed", params(), {"BTC-X-70000-C": 1}, {"BTC": 1}, [inverse_option("BTC-X-70000-C", -0.01, 63500, 70000, "call", 0.5)], refusal="a price or volatility of BTC-X-70000-C is bad")


if __name__ == "__main__":
    write_all("deribit-sm", [*parameter_cases(), *structure_cases(), *refusal_cases()], segregated_account)
