"""The golden portfolios of derive-srm: two per parameter (low and high, each binding), then shapes and refusals.

Prices and parameters are invented but of the usual size; the market is that of the derive-pmrm cases.
"""
import copy

from derive_account import changed, hold, instrument, market, option, perpetual, spot
from derive_pmrm_cases import (
    ALL, BTC, BTC_PERP, BTC_PUT, C5, C200, C200B, DAY, ETH, INDEX, P5, P200, P200B, PERP, QUIET, USDT, with_fields,
)

ITM_CALL = option("ETH", 5 * DAY, 1500, "call", 0.8, 2015.75)
ITM_PUT = option("ETH", 5 * DAY, 3600, "put", 0.9, 2015.75)
DEEP_PUT = option("ETH", 5 * DAY, 5600, "put", 0.9, 2015.75)
FAR_CALL = option("ETH", 5 * DAY, 2900, "call", 0.9, 2015.75)
MARKET = [*ALL, ITM_CALL, ITM_PUT, DEEP_PUT, FAR_CALL]
# The spot of a base asset is priced by its own instrument.
PRICES = {**INDEX, "usdt_usdc": 0.998046875}


def params():
    oracle = {"perpThreshold": 0.4, "optionThreshold": 0.45, "baseThreshold": 0.5, "OCFactor": 0.6}
    option_terms = {"maxSpotReq": 0.15, "minSpotReq": 0.1, "mmCallSpotReq": 0.075, "mmPutSpotReq": 0.08,
                    "MMPutMtMReq": 0.07, "unpairedIMScale": 1.2, "unpairedMMScale": 1.1, "mmOffsetScale": 1.05}
    return {
        "source": "golden portfolio", "date": "2026-08-01", "currency": "USDC",
        "depeg": {"threshold": 0.99, "depegFactor": 1.5},
        "markets": {
            "eth": {"perp": {"mmPerpReq": 0.05, "imPerpReq": 0.065}, "option": option_terms,
                    "base": {"marginFactor": 0.8, "IMScale": 0.9375}, "oracle": oracle},
            "btc": {"perp": {"mmPerpReq": 0.04, "imPerpReq": 0.06}, "option": {**option_terms, "maxSpotReq": 0.2},
                    "base": {"marginFactor": 0.75, "IMScale": 0.93}, "oracle": oracle},
            "usdt": {"base": {"marginFactor": 0.98, "IMScale": 0.98}, "oracle": oracle},
        },
    }


PERPS = [hold(PERP, -7, 2001.5)]
CALL = [hold(C5, -3)]
PUT = [hold(P5, -3)]
BASE = [hold(ETH, 3)]
DOUBT = {"confidence": 0.3, "indexConfidence": 0.35, "stablePrice": 0.96875}

# path, low, high, positions
PARAMETERS = [
    ("markets.eth.perp.mmPerpReq", 0.01, 0.5, PERPS),
    ("markets.eth.perp.imPerpReq", 0.01, 0.5, PERPS),
    ("markets.eth.option.maxSpotReq", 0.05, 0.5, [hold(ITM_CALL, -2)]),
    ("markets.eth.option.minSpotReq", 0.01, 0.3, [hold(FAR_CALL, -2)]),
    ("markets.eth.option.mmCallSpotReq", 0.01, 0.3, CALL),
    ("markets.eth.option.mmPutSpotReq", 0.01, 0.3, PUT),
    ("markets.eth.option.MMPutMtMReq", 0.01, 0.5, [hold(DEEP_PUT, -2)]),
    ("markets.eth.option.unpairedIMScale", 0.02, 1.5, [hold(C200B, -6), hold(C200, 5.99)]),
    ("markets.eth.option.unpairedMMScale", 0.02, 1.5, [hold(C200B, -6), hold(C200, 5.99)]),
    ("markets.eth.option.mmOffsetScale", 1, 2, [hold(ITM_PUT, -2)]),
    ("markets.eth.oracle.perpThreshold", 0.1, 1, PERPS),
    ("markets.eth.oracle.optionThreshold", 0.1, 0.9, CALL),
    ("markets.eth.oracle.baseThreshold", 0.1, 1, BASE),
    ("markets.eth.oracle.OCFactor", 0, 2, CALL),
    ("markets.eth.base.marginFactor", 0.1, 1, BASE),
    ("markets.eth.base.IMScale", 0.1, 1, BASE),
    ("depeg.threshold", 0.5, 1.25, CALL),
    ("depeg.depegFactor", 0, 5, CALL),
]


def parameter_cases():
    for path, low, high, positions in PARAMETERS:
        name = path.split(".")[-1]
        for side, value in (("low", low), ("high", high)):
            sure = name.endswith("Threshold") and side == "high"
            doubtful = not sure and (name.endswith("Threshold") or name in ("threshold", "depegFactor", "OCFactor"))
            rows = with_fields(MARKET, **DOUBT) if doubtful else MARKET
            # Unpaired calls count where the worst payoff does: make isolated margins worse than it.
            origin = params()
            if name.startswith("unpaired"):
                origin = changed(origin, "markets.eth.option.unpairedIMScale", 0.5)
                origin = changed(origin, "markets.eth.option.unpairedMMScale", 0.5)
            if name == "mmOffsetScale":
                origin = changed(origin, "markets.eth.option.maxSpotReq", 0.1)
                origin = changed(origin, "markets.eth.option.minSpotReq", 0.01)
            yield {"name": f"{name}-{side}", "description": f"{path} = {value}", "from": origin,
                   "params": changed(origin, path, value), "market": market(rows, PRICES),
                   "positions": positions, "cash": {"USDC": 1234.5}}


def case(name, description, positions, rows=MARKET, parameters=None, cash=5000.25, **extra):
    return {"name": name, "description": description, "params": parameters or params(), "market": market(rows, PRICES),
            "positions": positions, "cash": {"USDC": cash}, **extra}


def structure_cases():
    yield case("long-options", "long options ask for no more than they are worth", [hold(C5, 3), hold(P200, 2)])
    yield case("short-straddle", "both sides short", [hold(C5, -3), hold(P5, -2)])
    yield case("call-spread-worst-payoff", "the worst payoff is better than the isolated margin", [hold(C200B, -5), hold(C200, 5)])
    yield case("call-spread-isolated", "the isolated margin is better than the worst payoff", [hold(C5, -1), hold(FAR_CALL, 1)])
    yield case("put-spread", "puts of two strikes", [hold(P200, -5), hold(P200B, 5)])
    yield case("put-worst-at-zero", "the worst price is 0", [hold(P200, 1), hold(P200B, -1)])
    yield case("cheap-put", "a put cannot lose more than its strike",
               [hold(option("ETH", 5 * DAY, 100, "put", 2.5, 2015.75), -2)],
               rows=[*MARKET, option("ETH", 5 * DAY, 100, "put", 2.5, 2015.75)])
    yield case("box", "a box of one expiry", [hold(C200B, 5), hold(P200, -5), hold(C200, -5), hold(P200B, 5)])
    yield case("expiries-do-not-net", "a calendar spread is margined expiry by expiry", [hold(C5, -3), hold(C200, 3)])
    yield case("unpaired-calls", "more short calls than long ones", [hold(C200B, -5), hold(C200, 3), hold(P200, 2)])
    yield case("butterfly", "the worst price is between strikes", [hold(C5, -4), hold(FAR_CALL, 2), hold(ITM_CALL, 2), hold(P5, -1)])
    yield case("perpetual-long", "a long perpetual", [hold(PERP, 5, 2040.75)])
    yield case("base-collateral", "base assets of three markets", [hold(ETH, 2), hold(BTC, 0.5), hold(USDT, 1000)])
    yield case("two-markets", "markets are summed",
               [hold(C5, -3), hold(BTC_PUT, -2), hold(BTC_PERP, 1, 60000), hold(ETH, 1), hold(PERP, 2, 1950)])
    yield case("cash-only", "cash alone", [], cash=-17.5)
    yield case("at-the-money-forward", "a call between spot and forward", [hold(QUIET, -4)])
    big = option("ETH", 5 * DAY, 2100, "call", 0.71, 2015.75, contractSize=10)
    mini = perpetual("ETH", 2012.5, contractSize=0.1)
    yield case("contract-sizes", "contracts of ten and of a tenth", [hold(big, -2), hold(mini, 75, 2000.5)], rows=[big, mini])


def time_cases():
    past = [option("ETH", -3600, 1990, "call", 0.8, 2013.5), option("ETH", -3600, 2050, "put", 0.8, 2013.5)]
    yield case("expired", "an hour after expiry: intrinsic value", [hold(past[0], -4), hold(past[1], -1)], rows=[PERP, *past])
    now = [option("ETH", 0, 1990, "call", 0.8, 2013.5)]
    yield case("expiring-now", "no time left", [hold(now[0], -4)], rows=[PERP, *now])


def feed_cases():
    held = [hold(PERP, 2, 2000), hold(C5, -2), hold(P200, 1), hold(ETH, 1)]
    for field in ("indexConfidence", "confidence", "volatilityConfidence"):
        yield case(f"confidence-{field}", f"{field} of 0.3: charged on perpetuals, short options, base", held,
                   rows=with_fields(MARKET, **{field: 0.3}))
    yield case("confidence-at-threshold", "a confidence of exactly the threshold is enough", held,
               rows=with_fields(MARKET, confidence=0.375),
               parameters=changed(params(), "markets.eth.oracle.perpThreshold", 0.375))
    yield case("depegged", "the stablecoin at 0.875: perpetuals and short options are charged", held,
               rows=with_fields(MARKET, stablePrice=0.875))
    yield case("above-par", "above par nothing is charged", held, rows=with_fields(MARKET, stablePrice=1.25))


def refusal_cases():
    yield case("base-short", "a short base asset", [hold(ETH, -1)], refusal="short of a base asset")
    doge = spot("DOGE", 0.25)
    yield case("base-unknown", "no parameters", [hold(doge, 5)], rows=[*MARKET, doge], refusal="no section markets.doge.base")
    tether = perpetual("USDT", 0.998046875)
    yield case("perpetual-unknown", "a market without perpetuals", [hold(tether, 5, 1)], rows=[*MARKET, tether],
               refusal="no section markets.usdt.perp")
    future = instrument("ETH-FUTURE", "future", "ETH", 2020, {}, expiryMs=C200["expiryMs"])
    yield case("dated-future", "a dated future", [hold(future, 1, 2000)], rows=[*MARKET, future], refusal="dated futures")
    yield case("open-order", "an open order", [hold(C5, 1)], refusal="open orders",
               orders=[{"instrument": C5["name"], "quantity": 1, "limitPrice": 10}])
    for field in ("confidence", "indexConfidence", "stablePrice", "volatilityConfidence"):
        rows = copy.deepcopy(MARKET)
        del next(row for row in rows if row["name"] == C5["name"])["fields"][field]
        yield case(f"missing-{field}", f"no {field} for the option held", [hold(C5, 1)], rows=rows,
                   refusal=f"the market has no {field}")


def cases():
    return [*parameter_cases(), *structure_cases(), *time_cases(), *feed_cases(), *refusal_cases()]
