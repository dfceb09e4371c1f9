"""The invented market of the golden portfolios of Deribit's models, and Black's formula to price it."""
from deribit_files import DAY_MS, YEAR_MS
from mpmath import log, mpf, ncdf, sqrt

AS_OF_MS = 1785542400000  # 1 Aug 2026 00:00 UTC


def black76(forward, strike, volatility, years, call):
    """(value, delta), undiscounted."""
    deviation = volatility * sqrt(years)
    if deviation == 0:
        moneyness = forward - strike
        step = mpf(1) if moneyness > 0 else mpf(0) if moneyness < 0 else mpf("0.5")
        return (max(moneyness, mpf(0)), step) if call else (max(-moneyness, mpf(0)), step - 1)
    d1 = (log(forward / strike) + deviation**2 / 2) / deviation
    d2 = d1 - deviation
    sign = 1 if call else -1
    return sign * (forward * ncdf(sign * d1) - strike * ncdf(sign * d2)), sign * ncdf(sign * d1)


def years_of(row):
    return mpf(0) if row["expiryMs"] is None else mpf(row["expiryMs"] - AS_OF_MS) / YEAR_MS


def instrument(name, kind, payoff, base, quote, size, forward, days=None, strike=None, option=None, volatility=None,
               **fields):
    return {
        "name": name, "kind": kind, "payoff": payoff, "baseCurrency": base, "quoteCurrency": quote,
        "settlementCurrency": base if payoff == "inverse" else quote, "contractSize": size,
        "expiryMs": None if days is None else AS_OF_MS + round(days * DAY_MS),
        "strike": strike, "optionType": option, "forward": forward, "impliedVolatility": volatility,
        "fields": {**({"stablePrice": 0.99985} if quote == "USDC" else {}), **fields},
    }


def inverse_option(name, days, forward, strike, option, volatility, base="BTC", **fields):
    return instrument(name, "option", "inverse", base, "USD", 1, forward, days, strike, option, volatility, **fields)


def linear_option(name, days, forward, strike, option, volatility, base="ETH", **fields):
    return instrument(name, "option", "linear", base, "USDC", 1, forward, days, strike, option, volatility, **fields)


def spot(base, forward, quote="USD"):
    return instrument(f"{base}_{quote}", "spot", "linear", base, quote, 1, forward)


INDEX = {
    "btc_usd": 63250.5, "btc_usdc": 63240.25, "eth_usd": 1949.34, "eth_usdc": 1948.9, "sol_usdc": 141.5,
    "usdc_usd": 0.99985, "usd_usd": 1, "steth_usd": 1947.81, "usde_usd": 0.9991, "xrp_usdc": 2.5, "sol_usd": 141.4,
    "doge_usd": 0.21,
}
ROWS = {row["name"]: row for row in [
    instrument("BTC-PERPETUAL", "perpetual", "inverse", "BTC", "USD", 10, 63261.7),
    instrument("BTC-28AUG26", "future", "inverse", "BTC", "USD", 10, 63480.3, 27.333),
    instrument("BTC-30JUL27", "future", "inverse", "BTC", "USD", 10, 66120.9, 363.333),
    inverse_option("BTC-1AUG26-63000-C", 0.5, 63262.1, 63000, "call", 0.62),
    inverse_option("BTC-28AUG26-60000-P", 27.333, 63480.3, 60000, "put", 0.47),
    inverse_option("BTC-28AUG26-64000-C", 27.333, 63480.3, 64000, "call", 0.44),
    inverse_option("BTC-28AUG26-80000-C", 27.333, 63480.3, 80000, "call", 0.55),
    inverse_option("BTC-28AUG26-140000-P", 27.333, 63480.3, 140000, "put", 0.9),
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
    instrument("ETH-PERPETUAL", "perpetual", "inverse", "ETH", "USD", 1, 1949.49),
    inverse_option("ETH-28AUG26-1900-P", 27.333, 1956.4, 1900, "put", 0.66, "ETH"),
    inverse_option("ETH-28AUG26-2200-C", 27.333, 1956.4, 2200, "call", 0.7, "ETH"),
    instrument("SOL_USDC-PERPETUAL", "perpetual", "linear", "SOL", "USDC", 1, 141.62),
    spot("BTC", 63250.5), spot("ETH", 1949.34), spot("USDC", 0.99985), spot("STETH", 1947.81), spot("USDE", 0.9991),
]}


def holdings(positions, rows):
    """`positions`: name -> quantity or (quantity, entry); futures without an entry were bought at the mark."""
    held = []
    for name, holding in positions.items():
        quantity, entry = holding if isinstance(holding, tuple) else (holding, None)
        if entry is None:
            entry = rows[name]["forward"] if rows[name]["kind"] != "option" else 0
        held.append({"instrument": name, "quantity": quantity, "entryPrice": entry})
    return held


def case_of(name, description, params, positions, cash, extra=(), orders=None, refusal=None, index=None, also=()):
    """`also`: instruments that nobody holds."""
    rows = {**ROWS, **{row["name"]: row for row in extra}}
    listed = [row for row in rows.values() if row["name"] in positions or row["name"] in also]
    pairs = {(row["baseCurrency"] + "_" + row["quoteCurrency"]).lower() for row in listed}
    prices = {**INDEX, **(index or {})}
    result = {
        "name": name, "description": description, "params": params,
        "market": {
            "asOfMs": AS_OF_MS, "indexPrice": {pair: prices[pair] for pair in sorted(pairs) if pair in prices},
            "instruments": listed,
        },
        "positions": holdings(positions, rows), "cash": cash,
    }
    if orders:
        result["orders"] = orders
    if refusal:
        result["expectedRefusal"] = refusal
    return result
