#!/usr/bin/env python3
"""Oracle of the golden portfolios of tims: docs/models/tims.md written a second time, in Python.

It shares no line with src/: expected values come from mpmath (40 digits, its own normal distribution), inputs are exact
64-bit floats. American options: the two Leisen-Reimer trees in mpmath, which define the method `leisen-reimer`; for the
methods `qdfp-...` the true price, from Cox-Ross-Rubinstein trees with Black-Scholes at the last step (Broadie and
Detemple 1996) and Richardson extrapolation, in numpy.

    python3 test/golden/oracle/tims.py            writes test/golden/tims/*.json (needs mpmath and numpy)
    python3 test/golden/oracle/tims.py --check    fails if a file differs from what would be written
"""
import copy
import json
import pathlib
import sys

import numpy as np
from mpmath import exp, log, mp, mpf, ncdf, nstr, sqrt

mp.dps = 40
DIGITS = 25
YEAR_MS = 365 * 24 * 3600 * 1000
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "tims"


# --- option values ----------------------------------------------------------------------------------------------------

def european(sign, forward, strike, volatility, years, rate):
    if years == 0:
        return max(sign * (forward - strike), mpf(0))
    v = volatility * sqrt(years)
    d1 = log(forward / strike) / v + v / 2
    return exp(-rate * years) * sign * (forward * ncdf(sign * d1) - strike * ncdf(sign * (d1 - v)))


def certain(sign, spot, strike, years, rate, dividend):
    """The best of exercising at a time chosen now, if the price only drifts."""
    worth = lambda t: sign * (spot * exp(-dividend * t) - strike * exp(-rate * t))
    times = [mpf(0), years]
    if rate != 0 and dividend != rate and dividend * spot / (rate * strike) > 0:
        turn = log(dividend * spot / (rate * strike)) / (dividend - rate)
        if 0 < turn < years:
            times.append(turn)
    return max([mpf(0)] + [worth(t) for t in times])


def leisen_reimer(sign, spot, strike, volatility, years, rate, dividend, n):
    v = volatility * sqrt(years)
    d2 = (log(spot / strike) + (rate - dividend) * years) / v - v / 2

    def invert(z):
        e = exp(-((z / (n + mpf(1) / 3 + mpf("0.1") / (n + 1))) ** 2) * (n + mpf(1) / 6))
        root = sqrt(1 - e)
        return (1 + root) / 2 if z > 0 else e / (1 + root) / 2  # the smaller one without cancellation

    p, not_p, q, not_q = invert(d2), invert(-d2), invert(d2 + v), invert(-d2 - v)
    growth, discount = exp((rate - dividend) * years / n), exp(-rate * years / n)
    up, down = growth * q / p, growth * not_q / not_p
    values = [max(sign * (spot * up**j * down ** (n - j) - strike), mpf(0)) for j in range(n + 1)]
    for i in range(n - 1, -1, -1):
        price, ratio = spot * down**i, up / down
        for j in range(i + 1):
            values[j] = max(discount * (p * values[j + 1] + not_p * values[j]), sign * (price - strike))
            price *= ratio
    return values[0]


def by_trees(*args, steps):
    sign, spot, strike, volatility, years, rate, dividend = args
    floor = certain(sign, spot, strike, years, rate, dividend)
    if years == 0:
        return floor
    first, second = (leisen_reimer(*args, n) for n in steps)
    return max(floor, second + (second - first) * steps[0] / (steps[1] - steps[0]))


def converged(sign, spot, strike, volatility, years, rate, dividend):
    """The true price to about 1e-6 of the strike."""
    if years == 0:
        return certain(sign, spot, strike, years, rate, dividend)
    args = [float(x) for x in (sign, spot, strike, volatility, years, rate, dividend)]
    coarse, fine = bbs(*args, 2000), bbs(*args, 4000)
    return mpf(max(2 * fine - coarse, args[0] * (args[1] - args[2])))


def bbs(sign, spot, strike, volatility, years, rate, dividend, n):
    dt = years / n
    up = np.exp(volatility * np.sqrt(dt))
    p = (np.exp((rate - dividend) * dt) - 1 / up) / (up - 1 / up)
    discount = np.exp(-rate * dt)
    j = np.arange(n)
    prices = spot * up ** (2.0 * j - (n - 1))
    v = volatility * np.sqrt(dt)
    d1 = (np.log(prices / strike) + (rate - dividend) * dt) / v + v / 2
    held = sign * (prices * np.exp(-dividend * dt) * normal(sign * d1) - strike * discount * normal(sign * (d1 - v)))
    values = np.maximum(held, sign * (prices - strike))
    for i in range(n - 2, -1, -1):
        prices = spot * up ** (2.0 * np.arange(i + 1) - i)
        values = np.maximum(discount * (p * values[1:] + (1 - p) * values[:-1]), sign * (prices - strike))
    return float(values[0])


def normal(x):
    from math import erfc
    return np.array([0.5 * erfc(-each / 2**0.5) for each in x])


# --- the model --------------------------------------------------------------------------------------------------------

def exact(value):
    return mpf(value)


def moves_of(bounds):
    up, down = exact(bounds["up"]), exact(bounds["down"])
    return [-down * k / 5 for k in (5, 4, 3, 2, 1)] + [up * k / 5 for k in (1, 2, 3, 4, 5)]


def class_of(params, base):
    return params["classes"].get(base.lower(), params["classes"].get("*"))


def contract(market, params, instrument):
    forward, size = exact(instrument["forward"]), exact(instrument["contractSize"])
    if instrument["kind"] != "option":
        value = lambda price: price
    else:
        sign = 1 if instrument["optionType"] == "call" else -1
        strike, volatility = exact(instrument["strike"]), exact(instrument["impliedVolatility"])
        years = mpf(instrument["expiryMs"] - market["asOfMs"]) / YEAR_MS
        rate = exact(instrument["fields"]["interestRate"])
        if instrument.get("exercise") == "american":
            dividend = exact(instrument["fields"]["dividendYield"])
            american = params["american"]

            def value(price):
                spot = price * exp((dividend - rate) * years)
                args = (sign, spot, strike, volatility, years, rate, dividend)
                if american["method"] == "leisen-reimer":
                    return by_trees(*args, steps=american.get("steps", [51, 103]))
                return converged(*args)
        else:
            value = lambda price: european(sign, price, strike, volatility, years, rate)
    now = value(forward)
    moves = moves_of(params["productTypes"][class_of(params, instrument["baseCurrency"])["productType"]])
    return size * now, [size * (value(forward * (1 + move)) - now) for move in moves]


def margin(golden):
    market, params = golden["market"], golden["params"]
    equity = exact(golden["cash"].get("USD", 0))
    scale = abs(equity)
    classes = {}
    for position in golden["positions"]:
        instrument = next(each for each in market["instruments"] if each["name"] == position["instrument"])
        quantity, size = exact(position["quantity"]), exact(instrument["contractSize"])
        worth, pnl = contract(market, params, instrument)
        value = worth
        if instrument["kind"] == "future":
            value = worth - size * exact(position["entryPrice"])
        equity += quantity * value
        scale += abs(quantity) * size * exact(instrument["forward"])
        least = mpf(0) if instrument["kind"] == "spot" else abs(quantity) * exact(params["minimumPerContract"]) * size
        if instrument["kind"] == "option" and quantity > 0:
            least = min(least, quantity * worth)
        pool = classes.setdefault(instrument["baseCurrency"], [[mpf(0)] * 10, mpf(0)])
        pool[0] = [a + quantity * b for a, b in zip(pool[0], pnl)]
        pool[1] += least
    standing, products, portfolios = [], {}, {}

    def offset_into(pools, name, pool, offset):
        target = pools.setdefault(name, [[mpf(0)] * 10, mpf(0)])
        target[0] = [a + (b * exact(offset) if b > 0 else b) for a, b in zip(target[0], pool[0])]
        target[1] += pool[1]

    for base in sorted(classes):
        group = class_of(params, base).get("productGroup")
        if group is None:
            standing.append(classes[base])
        else:
            offset_into(products, group, classes[base], params["productGroups"][group]["offset"])
    for name, pool in products.items():
        group = params["productGroups"][name].get("portfolioGroup")
        if group is None:
            standing.append(pool)
        else:
            offset_into(portfolios, group, pool, params["portfolioGroups"][group]["offset"])
    standing += portfolios.values()
    worst = [max(mpf(0), -min(pnl)) for pnl, _ in standing]
    requirement = sum((max(loss, pool[1]) for loss, pool in zip(worst, standing)), mpf(0))
    largest = max(worst, default=mpf(0))
    scenario = -1
    if largest > 0:
        pnl = standing[worst.index(largest)][0]
        scenario = pnl.index(min(pnl))
    return {
        "currency": "USD",
        "equity": text(equity),
        "initialMargin": text(requirement),
        "maintenanceMargin": text(requirement),
        "components": {
            "worstLoss": text(sum(worst, mpf(0))),
            "minimum": text(sum((pool[1] for pool in standing), mpf(0))),
            "minimumCharge": text(requirement - sum(worst, mpf(0))),
        },
        "worstScenario": scenario,
        "scenarioPnl": [text(sum((pool[0][s] for pool in standing), mpf(0))) for s in range(10)],
    }


def text(value):
    return nstr(value, DIGITS)


# --- portfolios -------------------------------------------------------------------------------------------------------

AS_OF = 1795176000000  # 20 November 2026, 12:00 UTC
PARAMS = {
    "source": "golden portfolios",
    "date": "2026-11-20",
    "reportingCurrency": "USD",
    "productTypes": {
        "highCapBroadIndex": {"up": 0.06, "down": 0.08},
        "otherBroadIndex": {"up": 0.1, "down": 0.1},
        "equityNarrow": {"up": 0.15, "down": 0.15},
    },
    "classes": {
        "spx": {"productType": "highCapBroadIndex", "productGroup": "broad"},
        "oex": {"productType": "highCapBroadIndex", "productGroup": "broad"},
        "rut": {"productType": "otherBroadIndex", "productGroup": "small"},
        "xlf": {"productType": "equityNarrow", "productGroup": "sector"},
        "*": {"productType": "equityNarrow", "productGroup": None},
    },
    "productGroups": {
        "broad": {"offset": 0.9, "portfolioGroup": "us"},
        "small": {"offset": 0.75, "portfolioGroup": "us"},
        "sector": {"offset": 0.5, "portfolioGroup": None},
    },
    "portfolioGroups": {"us": {"offset": 0.6}},
    "minimumPerContract": 0.375,
    "volatility": "sticky-strike",
    "american": {"method": "leisen-reimer", "steps": [15, 31]},
}


def instrument(name, kind, base, forward, **more):
    fields = {"name": name, "kind": kind, "payoff": "linear", "baseCurrency": base, "quoteCurrency": "USD",
              "settlementCurrency": "USD", "contractSize": 1 if kind == "spot" else 100, "expiryMs": None,
              "strike": None, "optionType": None, "forward": forward, "impliedVolatility": None, "fields": {}}
    return {**fields, **more}


def option(name, base, forward, strike, kind, days, volatility=0.3, rate=0.045, dividend=0.012, **more):
    return instrument(name, "option", base, forward, strike=strike, optionType=kind,
                      expiryMs=AS_OF + round(days * 86_400_000), impliedVolatility=volatility,
                      fields={"interestRate": rate, "dividendYield": dividend}, **more)


def american(*args, **more):
    return option(*args, exercise="american", **more)


AAPL = instrument("AAPL", "spot", "AAPL", 187.35)
SPX = instrument("SPX-DEC", "future", "SPX", 6012.5, contractSize=50, expiryMs=AS_OF + 28 * 86_400_000)
OEX = instrument("OEX", "spot", "OEX", 2901.25)
RUT = instrument("RUT", "spot", "RUT", 2310.4)
XLF = instrument("XLF", "spot", "XLF", 51.2)
XLK = instrument("XLK", "spot", "XLK", 233.1)
PUT = american("AAPL-P180", "AAPL", 188.2, 180, "put", 91)
DEEP = american("AAPL-P230", "AAPL", 188.2, 230, "put", 91)
CALL = american("AAPL-C195", "AAPL", 188.2, 195, "call", 91)
INDEX_CALL = option("SPX-C6100", "SPX", 6012.5, 6100, "call", 28, volatility=0.16)
INDEX_PUT = option("SPX-P5900", "SPX", 6012.5, 5900, "put", 28, volatility=0.19)
CASES = []


def case(name, description, held, params=None, cash=None, orders=None, refusal=None, tolerance=None, riskless=False,
         listed=()):
    """held: (instrument, quantity, entry price). riskless: which point is worst is a matter of rounding."""
    changed = copy.deepcopy(PARAMS)
    for path, value in (params or {}).items():
        *folders, last = path.split(".")
        target = changed
        for folder in folders:
            target = target[folder]
        target[last] = value
    ordered = [each for each, _ in orders or []]
    listed = {each["name"]: each for each in [each[0] for each in held] + ordered + list(listed)}
    CASES.append({
        "model": "tims", "name": name, "description": description, "params": changed,
        "market": {"asOfMs": AS_OF, "indexPrice": {f"{each['baseCurrency'].lower()}_usd": each["forward"] or 1
                                                   for each in listed.values()},
                   "instruments": list(listed.values())},
        "positions": [{"instrument": each[0]["name"], "quantity": each[1],
                       "entryPrice": each[2] if len(each) > 2 else each[0]["forward"]} for each in held],
        "orders": [{"instrument": each["name"], "quantity": quantity, "limitPrice": 1} for each, quantity in orders or []],
        "cash": cash or {"USD": 25000.5},
        "refusal": refusal, "tolerance": tolerance, "riskless": riskless,
    })


def write_cases():
    mixed = [(AAPL, 300), (PUT, 4), (CALL, -3), (SPX, -1, 5950.25), (INDEX_CALL, 2), (OEX, 60), (RUT, 45), (XLF, -800)]
    for word, value in (("low", 0.01), ("high", 0.4)):
        case(f"up-{word}", f"largest rise of equities {value}: a short call", [(CALL, -2)],
             {"productTypes.equityNarrow.up": value})
        case(f"down-{word}", f"largest fall of equities {value}: stock and a short put", [(AAPL, 100), (PUT, -2)],
             {"productTypes.equityNarrow.down": value})
        case(f"index-up-{word}", "range of a high-capitalization index", [(SPX, -2, 6100)],
             {"productTypes.highCapBroadIndex.up": value})
    for word, value in (("none", 0), ("low", 0.3), ("full", 1)):
        case(f"product-offset-{word}", f"gain of one class counts {value} against the loss of another",
             [(SPX, 1, 6000), (OEX, -90)], {"productGroups.broad.offset": value})
        case(f"portfolio-offset-{word}", f"gain of one product group counts {value} against the loss of another",
             [(SPX, 1, 6000), (RUT, -100)], {"portfolioGroups.us.offset": value})
    case("single-class-of-a-group", "one class alone in its groups: gains lose their share, losses do not", [(OEX, -40)])
    case("lone-product-group", "a product group in no portfolio group", [(XLF, 500), (XLK, -90)],
         {"classes.xlk": {"productType": "equityNarrow", "productGroup": "sector"}})
    case("two-portfolio-groups", "losses of one portfolio group are not offset by another", mixed,
         {"portfolioGroups.finance": {"offset": 0.8}, "productGroups.sector.portfolioGroup": "finance"})
    case("no-groups", "every class for itself", mixed, {"classes": {"*": {"productType": "equityNarrow"}}})
    far_call = option("SPX-C9000", "SPX", 6012.5, 9000, "call", 28, volatility=0.16)
    for word, value in (("zero", 0), ("low", 0.25), ("high", 5)):
        case(f"minimum-{word}", f"minimum per contract {value}: a short call far out of the money", [(far_call, -3)],
             {"minimumPerContract": value})
    case("minimum-capped", "a long option counts at most its value, short ones in full",
         [(far_call, 10), (INDEX_CALL, 1), (INDEX_PUT, -1)], {"minimumPerContract": 8})
    case("minimum-of-futures", "a hedge of two futures: only the minimum is left",
         [(SPX, 2, 6000), (instrument("SPX-MAR", "future", "SPX", 6012.5, contractSize=50,
                                      expiryMs=AS_OF + 120 * 86_400_000), -2, 6010)], {"minimumPerContract": 1})
    case("minimum-by-group", "worst loss in one class, minimum in another", [(AAPL, 100), (far_call, -1)])
    short_box = [(option(f"SPX-{right[0].upper()}{strike}", "SPX", 6012.5, strike, right, 28, volatility=0.16), quantity)
                 for strike, right, quantity in
                 ((5900, "call", -1), (5900, "put", 1), (6100, "call", 1), (6100, "put", -1))]
    case("box", "a box: no risk, the minimum", short_box, riskless=True)
    case("long-stock", "100 shares", [(AAPL, 100)])
    case("short-stock", "short shares", [(AAPL, -70)])
    case("covered-call", "stock and a short American call", [(AAPL, 100), (CALL, -1)])
    case("protective-put", "stock and an American put", [(AAPL, 100), (PUT, 1)])
    case("deep-in-the-money", "an American put in its exercise region", [(DEEP, -1)])
    for steps in ([11, 13], [51, 103], [75, 101]):
        case(f"steps-{steps[0]}-{steps[1]}", f"trees of {steps} steps", [(PUT, -1)], {"american.steps": steps})
    for rate, dividend, word in ((0, 0.03, "zero-rate"), (0.05, 0, "zero-yield"), (0.04, 0.04, "futures-style"),
                                 (-0.01, 0.02, "negative-rate"), (-0.005, -0.01, "two-boundaries"),
                                 (0.02, 0.3, "large-yield")):
        pair = [(american(f"AAPL-{right[0].upper()}185", "AAPL", 186.4, 185, right, 200, rate=rate, dividend=dividend), -1)
                for right in ("call", "put")]
        case(f"american-{word}", f"American straddle, rate {rate}, yield {dividend}", pair)
    case("european-equity", "European options on a stock", [(option("AAPL-C", "AAPL", 188.2, 190, "call", 60), -2),
                                                            (option("AAPL-P", "AAPL", 188.2, 175, "put", 60), 1)])
    case("european-negative-rate", "European options, rate below zero",
         [(option("AAPL-C", "AAPL", 188.2, 190, "call", 700, rate=-0.02), -2)])
    for name, make in (("european", option), ("american", american)):
        case(f"expiring-now-{name}", "options at the instant of expiry",
             [(make("AAPL-C", "AAPL", 188.2, 185, "call", 0), -1), (make("AAPL-P", "AAPL", 188.2, 150, "put", 0), -2)])
        case(f"one-minute-left-{name}", "a minute before expiry, at the money",
             [(make("AAPL-C", "AAPL", 185.01, 185, "call", 1 / 1440), -3)])
        case(f"vanishing-volatility-{name}", "volatility 0.0001",
             [(make("AAPL-C", "AAPL", 188.2, 186, "call", 90, volatility=1e-4), -1)])
        case(f"large-volatility-{name}", "volatility 400%",
             [(make("AAPL-P", "AAPL", 188.2, 200, "put", 180, volatility=4), -1)])
    case("mixed", "everything at once", mixed)
    case("cash-only", "no positions", [], cash={"USD": -1234.25}, listed=[AAPL])
    case("mini-contracts", "multiplier 10, fractions of a contract",
         [(american("XSP-C", "SPX", 601.25, 600, "call", 15, contractSize=10), -2.5)])
    for method, bound in (("qdfp-fast", 2e-5), ("qdfp-accurate", 2e-6), ("qdfp-precise", 2e-6)):
        case(method, "the exercise boundary against trees of thousands of steps",
             [(PUT, -1), (CALL, 2), (AAPL, 50)], {"american.method": method},
             tolerance={"relativeToScale": bound, "reason": "the oracle and the reference are trees of many steps, good "
                        "to about 1e-6; the engine solves for the exercise boundary, qdfp-fast to about 1e-5"})
    write_refusals()


def write_refusals():
    perpetual = instrument("AAPL-PERP", "perpetual", "AAPL", 187)
    case("refused-perpetual", "no rule", [(perpetual, 1)], refusal="TIMS has no rule for perpetuals")
    inverse = instrument("AAPL-INV", "future", "AAPL", 187, payoff="inverse", settlementCurrency="AAPL",
                         expiryMs=AS_OF + 86_400_000)
    case("refused-inverse", "no rule", [(inverse, 1)], refusal="TIMS has no rule for inverse contracts")
    euro = instrument("SAP", "spot", "SAP", 200, quoteCurrency="EUR", settlementCurrency="EUR")
    case("refused-currency", "another currency", [(euro, 1)], refusal="the parameters are for USD")
    case("refused-class", "no parameters", [(AAPL, 1)], {"classes": {"spx": PARAMS["classes"]["spx"]}},
         refusal="the parameters have no section classes.aapl")
    case("refused-orders", "open orders", [(AAPL, 1)], orders=[(AAPL, 5)],
         refusal="the account has open orders, which the model tims has no margin for")
    no_rate = {**INDEX_CALL, "fields": {}}
    case("missing-rate", "a quote that the model needs", [(no_rate, 1)], refusal="the market has no interestRate")
    no_yield = {**PUT, "fields": {"interestRate": 0.04}}
    case("missing-yield", "a quote that American options need", [(no_yield, 1)],
         refusal="the market has no dividendYield")
    no_volatility = {**PUT, "impliedVolatility": None}
    case("bad-volatility", "no volatility", [(no_volatility, 1)],
         refusal="a price or volatility of AAPL-P180 is bad")
    expired = {**PUT, "expiryMs": AS_OF - 1}
    case("expired", "an expiry that has passed", [(expired, 1)], refusal="a price or volatility of AAPL-P180 is bad")


def files():
    write_cases()
    for number, golden in enumerate(CASES, start=1):
        golden = dict(golden)
        name, refusal, tolerance = golden.pop("name"), golden.pop("refusal"), golden.pop("tolerance")
        riskless = golden.pop("riskless")
        if refusal is None:
            golden["expected"] = [margin(golden)]
            if riskless:
                del golden["expected"][0]["worstScenario"]
        else:
            golden["expectedRefusal"] = refusal
        if tolerance is not None:
            golden["tolerance"] = tolerance
        yield FOLDER / f"{number:03}-{name}.json", json.dumps(golden, indent=1) + "\n"


def main():
    FOLDER.mkdir(exist_ok=True)
    wrong = 0
    for path, content in files():
        if "--check" in sys.argv:
            if not path.exists() or path.read_text() != content:
                print(f"differs: {path}")
                wrong += 1
        else:
            path.write_text(content)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
