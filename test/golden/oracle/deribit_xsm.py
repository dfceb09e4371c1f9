#!/usr/bin/env python3
"""Golden portfolios of deribit-xsm. Regenerate: python3 test/golden/oracle/deribit_xsm.py [--check] (needs mpmath)."""
from deribit_market import ROWS, case_of, instrument, linear_option, spot
from deribit_sm import params as standard_params
from deribit_standard import cross_account
from deribit_files import write_all

HAIRCUTS = {"btc": 0, "eth": 0, "usdc": 0, "steth": 0.075, "usde": 0.05}


def params(overrides=None, *rates):
    collateral = {name: {"haircut": haircut} for name, haircut in {**HAIRCUTS, **(overrides or {})}.items()}
    return {**standard_params(*rates), "collateral": collateral}


def future(parameter, value):
    return params(None, ("futures", "btc_btc", parameter, value))


def option(parameter, value):
    return params(None, ("options", "eth_usdc", parameter, value))


PERPETUAL = {"BTC-PERPETUAL": (250000, 62100.5), "ETH_USD": 30}
OPTION = {"ETH_USDC-28AUG26-1900-P": -50, "USDC_USD": 30000}


def parameter_cases():
    cash = {"USD": 1000}
    yield case_of("initial-rate-low", "initial rate 0", future("initial_rate", 0), PERPETUAL, cash)
    yield case_of("initial-rate-high", "initial rate 40%", future("initial_rate", 0.4), PERPETUAL, cash)
    yield case_of("maintenance-rate-low", "maintenance rate 0", future("maintenance_rate", 0), PERPETUAL, cash)
    yield case_of("maintenance-rate-high", "maintenance rate 30%", future("maintenance_rate", 0.3), PERPETUAL, cash)
    yield case_of("rate-per-coin-low", "no increase with size", future("rate_per_coin", 0), PERPETUAL, cash)
    yield case_of("rate-per-coin-high", "one percent per coin", future("rate_per_coin", 0.01), PERPETUAL, cash)
    yield case_of("option-initial-rate-low", "the minimum binds", option("initial_rate", 0.05), OPTION, cash)
    yield case_of("option-initial-rate-high", "initial share 60%", option("initial_rate", 0.6), OPTION, cash)
    yield case_of("option-initial-minimum-low", "no minimum", option("initial_minimum", 0), OPTION, cash)
    yield case_of("option-initial-minimum-high", "minimum 30% binds", option("initial_minimum", 0.3), OPTION, cash)
    yield case_of("option-maintenance-rate-low", "maintenance share 0", option("maintenance_rate", 0), OPTION, cash)
    yield case_of("option-maintenance-rate-high", "maintenance above initial", option("maintenance_rate", 0.4), OPTION, cash)
    holding = {**PERPETUAL, "STETH_USD": 12.5}
    yield case_of("haircut-low", "no haircut on stETH", params({"steth": 0}), holding, cash)
    yield case_of("haircut-high", "stETH counts for nothing initially", params({"steth": 1}), holding, cash)


def structure_cases():
    yield case_of("currencies-in-usd", "three settlement currencies, four collaterals, cash in USD", params({"btc": 0.02, "usdc": 0.01}), {
        "BTC-PERPETUAL": (50000, 61000), "BTC-28AUG26-64000-C": -1, "ETH-PERPETUAL": (-30000, 2050), "ETH-28AUG26-1900-P": -20,
        "ETH_USDC-PERPETUAL": (12, 1900), "BTC_USDC-PERPETUAL": -500, "SOL_USDC-PERPETUAL": 40, "BTC_USD": 0.5, "ETH_USD": 3,
        "USDC_USD": 25000, "USDE_USD": 1000,
    }, {"USD": -250})
    yield case_of("debt-has-no-haircut", "a negative balance is not cut", params({"usdc": 0.5}), {"USDC_USD": -5000, "BTC_USD": 1, "ETH_USDC-PERPETUAL": 3}, {})
    yield case_of("haircut-on-balance-with-profit", "profit of inverse futures is part of the coin's balance, the worth of options is not", params({"btc": 0.1}), {"BTC-PERPETUAL": (50000, 41000), "BTC-28AUG26-64000-C": 3, "BTC_USD": 0.25}, {})
    yield case_of("loss-eats-collateral", "loss of inverse futures beyond the coins held: no haircut on what is left", params({"btc": 0.1}), {"BTC-PERPETUAL": (-90000, 31000), "BTC_USD": 0.25, "USDC_USD": 90000}, {})
    yield case_of("usd-quoted-future", "a linear future in USD needs no conversion", {**params(), "futures": {"btc_usd": {"initial_rate": 0.02, "maintenance_rate": 0.01, "rate_per_coin": 0.00005}}}, {"BTC_USD-FUTURE": (-4, 63000)}, {"USD": 20000}, [instrument("BTC_USD-FUTURE", "future", "linear", "BTC", "USD", 0.1, 63480.3, 27.333)])
    yield case_of("depegged", "requirements and balances follow the stable price", params(), {"ETH_USDC-28AUG26-1900-P": -50, "X": (7, 1900), "USDC_USD": 30000}, {}, [
        instrument("X", "perpetual", "linear", "ETH", "USDC", 1, 1949.1, stablePrice=0.91),
        {**ROWS["ETH_USDC-28AUG26-1900-P"], "fields": {"stablePrice": 0.91}}], index={"usdc_usd": 0.91})
    yield case_of("expiring-now", "options without time", params(), {"BTC-NOW-62000-C": -1, "BTC-NOW-62000-P": -2, "ETH_USDC-NOW-1900-C": -3, "BTC_USD": 1}, {})
    yield case_of("vanishing-volatility", "almost no volatility", params(), {"BTC-FLAT-60000-C": -1}, {"USD": 10000})
    yield case_of("collateral-only", "no positions: only the haircut", params(), {"STETH_USD": 10, "USDE_USD": 500}, {"USD": 1})


def refusal_cases():
    yield case_of("refused-collateral", "no haircut known", params(), {"DOGE_USD": 100, "BTC-PERPETUAL": 10}, {"USD": 5}, [spot("DOGE", 0.21)], refusal="DOGE_USD: the parameters have no section collateral.doge")
    yield case_of("refused-settlement", "nothing known of the settlement currency", {**params(), "collateral": {"btc": {"haircut": 0}}}, {"ETH_USDC-PERPETUAL": 1}, {"USD": 5000}, refusal="ETH_USDC-PERPETUAL: the parameters have no section collateral.usdc")
    yield case_of("refused-spot-in-usdc", "balances are held against USD", params(), {"BTC_USDC": 1}, {"USD": 5}, [spot("BTC", 63240.25, "USDC")], refusal="BTC_USDC: a balance of BTC is held in the spot instrument BTC/USD")
    yield case_of("refused-product", "XRP is not in the table", params(), {"XRP_USDC-PERPETUAL": 1}, {"USD": 5}, [instrument("XRP_USDC-PERPETUAL", "perpetual", "linear", "XRP", "USDC", 1, 2.5)], refusal="XRP_USDC-PERPETUAL: the parameters have no section futures.xrp_usdc")
    yield case_of("refused-no-stable-price", "no US dollar price of USDC", params(), {"X": 1}, {"USD": 5000}, [{**instrument("X", "perpetual", "linear", "ETH", "USDC", 1, 1949.1), "fields": {}}], refusal="X: the market has no stablePrice")
    yield case_of("refused-no-index", "no index price to convert with", params(), {"BTC-X": 1}, {"USD": 5000}, [instrument("BTC-X", "perpetual", "inverse", "BTC", "USD", 10, 63000)], index={"btc_usd": 0}, refusal="a price or volatility of BTC-X is bad")
    yield case_of("refused-open-orders", "no public formula for open orders", params(), {"BTC-PERPETUAL": 100}, {"USD": 1}, orders=[{"instrument": "BTC-PERPETUAL", "quantity": 10, "limitPrice": 60000}], refusal="the account has open orders, which the model deribit-xsm has no margin for")
    yield case_of("refused-american-option", "European options only", params(), {"ETH_USDC-X": 1}, {"USD": 1}, [{**linear_option("ETH_USDC-X", 30, 1960, 2000, "call", 0.5), "exercise": "american"}], refusal="ETH_USDC-X: the venue lists European options only")


if __name__ == "__main__":
    write_all("deribit-xsm", [*parameter_cases(), *structure_cases(), *refusal_cases()], cross_account)
